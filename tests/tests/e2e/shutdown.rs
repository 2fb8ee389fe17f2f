//! Stopping in good order.

use scimd_tests::{Client, Connection, PATIENCE, Server, user};
use std::time::Instant;

#[test]
fn a_request_under_way_is_finished_before_the_server_stops() {
    let mut server = Server::start();
    let scim = server.client();
    let body = user("ann").to_string();
    let (first, rest) = body.split_at(20);
    let request = scim.request("POST", "/Users").raw("").header("Expect", "100-continue");
    let mut connection = Connection::open(scim.address()).unwrap();
    connection.send(&request.head(Some(body.len()))).unwrap();
    // The interim answer says that the handler is reading.
    assert_eq!(connection.interim().unwrap(), 100);
    connection.send(first.as_bytes()).unwrap();
    server.terminate();
    server.log().wait_for("the stop", |line| line.contains("stopping"));
    connection.send(rest.as_bytes()).unwrap();
    connection.answer("POST /Users").unwrap().status(201);
    assert!(server.wait().success());
    server.restart();
    assert_eq!(server.client().find("/Users", "userName eq \"ann\"").at("/totalResults"), "1");
}

#[test]
fn health_is_answered_on_both_listeners_and_readiness_inside() {
    let server = Server::start();
    server.public().get("/healthz").status(200);
    server.internal().get("/healthz").status(200);
    server.internal().get("/readyz").status(200);
    server.public().get("/readyz").status(404);
    server.public().get("/gateway/v1/check").status(404);
    server.internal().get("/scim/v2/Users").status(404);
}

/// A creation whose head the server has read and whose body it waits for.
fn begun(scim: &Client, length: usize) -> Connection {
    let request = scim.request("POST", "/Users").header("Content-Type", "application/scim+json");
    let mut connection = Connection::open(scim.address()).unwrap();
    // `100 Continue` is the server's word that it is inside the request.
    connection.send(&request.header("Expect", "100-continue").head(Some(length))).unwrap();
    assert_eq!(connection.interim().unwrap(), 100);
    connection
}

#[test]
fn a_stopping_server_takes_no_new_connections() {
    let mut server = Server::start();
    let scim = server.client();
    let body = user("ann").to_string();
    let mut held = begun(&scim, body.len());
    server.terminate();
    // Connections are refused as soon as the listener is closed, which is not before the signal.
    let deadline = Instant::now() + PATIENCE;
    while scim.request("GET", "/Users").try_send().is_ok() {
        assert!(Instant::now() < deadline, "a stopping server goes on taking connections");
    }
    held.send(body.as_bytes()).unwrap();
    held.answer("POST /Users").unwrap().status(201);
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn an_idle_connection_holds_no_stop_up_and_no_socket_is_left_behind() {
    let mut server = Server::start();
    let scim = server.client();
    scim.create_user("ann");
    let kept = Connection::open(scim.address()).unwrap();
    let started = Instant::now();
    server.stop();
    assert!(
        started.elapsed().as_secs() < 20,
        "an idle connection held the server up for {:?}",
        started.elapsed()
    );
    drop(kept);
    let left: Vec<String> = std::fs::read_dir(server.data_dir())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".sock"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn a_server_that_is_told_to_stop_as_soon_as_it_is_announced_stops_in_good_order() {
    let mut server = Server::start();
    for _ in 0..20 {
        server.stop();
        server.restart();
    }
}

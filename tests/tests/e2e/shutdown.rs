//! Stopping in good order.

use scimd_tests::{Connection, Server, user};

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

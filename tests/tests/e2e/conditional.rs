//! Reads under conditions, and reads without a body.

use scimd_tests::{Answer, Client, Server, add_members, device, encode, replace, user};
use serde_json::json;

/// A user, a group and a device, each changed once.
fn directory() -> (Server, Client, [String; 3]) {
    let server = Server::build().defined("device").start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    let paths = [
        format!("/Users/{ann}"),
        format!("/Groups/{}", scim.create_group("staff", &[&ann])),
        format!("/Devices/{}", scim.create_device("D-1")),
    ];
    for path in &paths {
        let changed = scim.patch(path, &replace("displayName", json!("changed")));
        assert!(matches!(changed.code(), 200 | 204), "{changed}");
    }
    (server, scim, paths)
}

#[test]
fn a_tag_is_the_version_in_the_answer_wherever_the_resource_is_shown() {
    let (_server, scim, paths) = directory();
    for path in &paths {
        let answer = scim.get(path);
        assert_eq!(answer.status(200).must_have("etag"), "W/\"2\"");
        assert_eq!(answer.at("/meta/version"), "W/\"2\"");
        let id = answer.at("/id");
        let endpoint = &path[..path.len() - id.len() - 1];
        for list in [endpoint, "", &format!("{endpoint}?sortBy=displayName")] {
            let listed = scim.get(list).resources().into_iter().find(|one| one["id"] == id.as_str()).unwrap();
            assert_eq!(listed["meta"]["version"], "W/\"2\"", "{list}");
        }
        assert_eq!(scim.get(&format!("{path}?attributes=id")).must_have("etag"), "W/\"2\"");
        assert_eq!(scim.get(endpoint).header("etag"), None, "a list has no version");
    }
    scim.patch(&paths[1], &add_members(&[&scim.create_user("bob")])).status(204);
    assert_eq!(scim.get(&paths[1]).must_have("etag"), "W/\"3\"");
}

#[test]
fn whoever_knows_the_resource_as_it_is_gets_no_body() {
    let (_server, scim, paths) = directory();
    for path in &paths {
        for method in ["GET", "HEAD"] {
            let ask = |lines: &[&str]| {
                let request = scim.request(method, path);
                lines.iter().fold(request, |request, line| request.also("If-None-Match", line)).send()
            };
            for known in [
                &["W/\"2\""][..],
                &["*"],
                // Weakness does not count (RFC 9110 section 13.1.2).
                &["\"2\""],
                &["W/\"1\", W/\"2\""],
                &["W/\"1\",W/\"2\",\"x\""],
                &["W/\"1\"", "W/\"2\""],
                &["W/\"2\"", "W/\"1\""],
                &["\"a, b\", W/\"2\""],
            ] {
                let answer = ask(known);
                assert_eq!(answer.code(), 304, "{known:?}: {answer}");
                assert_eq!(answer.empty().must_have("etag"), "W/\"2\"");
                assert_eq!(answer.header("content-type"), None, "{answer}");
            }
            for unknown in [
                &["W/\"1\""][..],
                &["W/\"22\""],
                &["\"\""],
                &["2"],
                &["\"W/2\""],
                &["\"*\""],
                &["w/\"2"],
                &["W/\"1\"", "W/\"3\""],
            ] {
                assert_eq!(ask(unknown).code(), 200, "{unknown:?}");
            }
        }
        let shown = scim.request("GET", &format!("{path}?attributes=id")).header("If-None-Match", "W/\"2\"");
        shown.send().status(304).empty();
        let changed = scim.patch(path, &replace("displayName", json!("again")));
        assert_eq!(changed.must_have("etag"), "W/\"3\"");
        let answer = scim.request("GET", path).header("If-None-Match", "W/\"2\"").send();
        assert_eq!(answer.status(200).at("/displayName"), "again");
        // A condition opens nothing that is shut, and hides no error.
        let gone = format!("{path}x");
        scim.request("GET", &gone).header("If-None-Match", "*").send().scim_error(404, None);
        scim.without_token().request("GET", path).header("If-None-Match", "*").send().scim_error(401, None);
    }
}

/// The headers that say something of the answer, not of the moment.
fn headers(answer: &Answer) -> Vec<(String, String)> {
    let of_the_moment = ["date", "x-request-id"];
    let mut headers: Vec<(String, String)> =
        answer.headers().iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect();
    headers.retain(|(name, _)| !of_the_moment.contains(&name.as_str()));
    headers.sort();
    headers
}

#[test]
fn head_answers_as_get_does_without_the_body_on_every_route() {
    let (_server, scim, paths) = directory();
    let filter = encode(r#"displayName eq "changed""#);
    let fixed = [
        "",
        "/",
        "/Users",
        "/Users/",
        "/Groups",
        "/Devices",
        "/ServiceProviderConfig",
        "/ResourceTypes",
        "/ResourceTypes/Device",
        "/Schemas",
        "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
        "/Users?count=0",
        "/Users?attributes=userName&sortBy=title",
        // And what is refused.
        "/Users/nobody",
        "/ResourceTypes/Nothing",
        "/Schemas/urn:nothing",
        "/Nothing",
        "/Users?filter=x",
        "/Users?count=x",
        "/Users?cursor=x",
        "/Schemas?filter=id%20pr",
        "/Me",
        "/.search",
        "/Bulk",
    ];
    let filtered = ["/Users", "/Groups", "/Devices", ""].map(|list| format!("{list}?filter={filter}"));
    let all = fixed.iter().map(|&path| path.to_owned()).chain(filtered).chain(paths);
    let mut refused = 0;
    for path in all {
        let (get, head) = (scim.get(&path), scim.request("HEAD", &path).send());
        assert_eq!(head.code(), get.code(), "{path}");
        assert_eq!(headers(&head), headers(&get), "{path}");
        assert!(!get.text().is_empty(), "{path}");
        assert_eq!(head.must_have("content-length"), get.text().len().to_string(), "{path}");
        head.empty();
        refused += usize::from(head.code() >= 400);
    }
    assert_eq!(refused, 11);
    let nobody = scim.without_token().request("HEAD", "/Users").send();
    assert!(nobody.status(401).empty().must_have("www-authenticate").starts_with("Bearer"));
}

#[test]
fn what_holds_values_of_people_is_kept_by_no_cache() {
    let (_server, scim, paths) = directory();
    for path in paths.iter().map(String::as_str).chain(["/Users", "", "/Users?filter=x", "/Users/nobody"]) {
        assert_eq!(scim.get(path).must_have("cache-control"), "no-store", "{path}");
    }
    let known = scim.request("GET", &paths[0]).header("If-None-Match", "*").send();
    assert_eq!(known.status(304).must_have("cache-control"), "no-store");
}

#[test]
fn a_write_under_a_condition_is_for_one_version_of_any_type() {
    let (_server, scim, paths) = directory();
    let whole = |path: &str| match path {
        _ if path.starts_with("/Users") => user("ann"),
        _ if path.starts_with("/Groups") => scimd_tests::group("staff", &[]),
        _ => device("D-1"),
    };
    // A user who goes leaves the group, so the user comes last.
    for path in paths.iter().rev() {
        let before = scim.get(path).text();
        for tag in ["W/\"1\"", "\"22\"", "W/\"1\", W/\"3\""] {
            let put = scim.request("PUT", path).json(&whole(path)).header("If-Match", tag);
            put.send().scim_error(412, None);
            let patch = scim.request("PATCH", path).json(&replace("displayName", json!("stale")));
            patch.header("If-Match", tag).send().scim_error(412, None);
            scim.request("DELETE", path).header("If-Match", tag).send().scim_error(412, None);
        }
        assert_eq!(scim.get(path).text(), before);
        let put = scim.request("PUT", path).json(&whole(path)).header("If-Match", "W/\"1\", W/\"2\"");
        assert_eq!(put.send().status(200).must_have("etag"), "W/\"3\"");
        scim.request("DELETE", path).header("If-Match", "W/\"3\"").send().status(204);
    }
}

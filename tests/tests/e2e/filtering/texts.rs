//! Texts: every operator, and no character that means anything.

use super::{ALL, Directory};
use scimd_tests::{Server, device, user};
use serde_json::json;

#[test]
fn every_operator_works_on_a_user_name() {
    let directory = Directory::new();
    for (filter, names) in [
        (r#"userName eq "ANN""#, "ann"),
        (r#"userName eq "bob""#, "Bob"),
        (r#"userName ne "ann""#, r#"Bob cat 100% 100x dan_x danyx Émile q"b\s"#),
        (r#"userName co "AN""#, "ann dan_x danyx"),
        (r#"userName sw "100""#, "100% 100x"),
        (r#"userName ew "X""#, "100x dan_x danyx"),
        (r#"userName gt "danyx""#, r#"Émile q"b\s"#),
        (r#"userName ge "DANYX""#, r#"danyx Émile q"b\s"#),
        (r#"userName lt "ann""#, "100% 100x"),
        (r#"userName le "ANN""#, "ann 100% 100x"),
        ("userName pr", ALL),
        (r#"userName eq "an""#, ""),
        (r#"userName eq """#, ""),
        // Case and accents are those of Unicode, not of ASCII.
        (r#"userName eq "ÉMILE""#, "Émile"),
        ("userName eq \"e\u{301}mile\"", "Émile"),
        (r#"userName sw "é""#, "Émile"),
        (r#"displayName eq "STRASSE""#, "Émile"),
    ] {
        directory.users(filter, names);
    }
}

#[test]
fn no_character_of_a_text_is_a_wildcard() {
    let directory = Directory::new();
    for (filter, names) in [
        // A column, an index, and neither.
        (r#"userName eq "100%""#, "100%"),
        (r#"userName co "%""#, "100%"),
        (r#"userName sw "%""#, ""),
        (r#"userName sw "1%""#, ""),
        (r#"userName sw "100_""#, ""),
        (r#"userName co "n_""#, "dan_x"),
        (r#"userName ew "_x""#, "dan_x"),
        (r#"userName eq "*""#, ""),
        (r#"userName co "*""#, ""),
        (r#"userName sw "[a-z]""#, ""),
        (r#"userName eq "q\"b\\s""#, r#"q"b\s"#),
        (r#"userName co "\\""#, r#"q"b\s"#),
        (r#"userName co "\u0022""#, r#"q"b\s"#),
        (r#"displayName eq "a%c""#, "100%"),
        (r#"displayName co "%""#, "100%"),
        (r#"displayName sw "a_""#, ""),
        (r#"displayName co "\"hi\"""#, r#"q"b\s"#),
        (r#"title co "_""#, "100%"),
        (r#"title sw "x_""#, "100%"),
        (r#"title ew "_y""#, "100%"),
        (r#"nickName co "r_s""#, "dan_x"),
        (r#"nickName sw "under_""#, "dan_x"),
        (r#"nickName ew "%score""#, ""),
    ] {
        directory.users(filter, names);
    }
}

#[test]
fn texts_longer_than_an_index_keeps_are_compared_to_their_ends() {
    let server = Server::build().defined("device").start();
    let scim = server.client();
    // Folding makes two letters of an ß.
    let (long, sharp) = ("x".repeat(255), "ß".repeat(300));
    for (name, text) in [
        ("a", format!("{long}a")),
        ("b", format!("{long}abc")),
        ("c", format!("{long}abd")),
        ("d", format!("{sharp}e")),
        ("e", long.clone()),
    ] {
        let mut body = user(name);
        body["emails"] = json!([{"value": text, "type": "work"}, {"value": name, "type": text}]);
        scim.post("/Users", &body).status(201);
        let mut body = device(&text);
        body["displayName"] = json!(name);
        body["labels"] = json!([text]);
        scim.post("/Devices", &body).status(201);
        scim.post("/Devices", &device(&text)).scim_error(409, Some("uniqueness"));
    }
    for (op, text, names) in [
        ("eq", format!("{long}abc"), "b"),
        ("eq", format!("{long}ab"), ""),
        ("eq", format!("{long}A"), "a"),
        ("eq", format!("{}E", "ss".repeat(300)), "d"),
        ("sw", long.clone(), "a b c e"),
        ("sw", format!("{long}ab"), "b c"),
        ("sw", "ss".repeat(300), "d"),
        ("ew", "bd".to_owned(), "c"),
        ("ew", "sse".to_owned(), "d"),
        ("co", "xab".to_owned(), "b c"),
        ("gt", format!("{long}ab"), "b c"),
        ("le", format!("{long}a"), "a d e"),
    ] {
        let found = |list: &str, path: &str| scim.find(list, &format!("{path} {op} \"{text}\"")).resources();
        let of_users: Vec<String> = found("/Users", "emails[type eq \"work\"].value")
            .iter()
            .map(|u| u["userName"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(of_users.join(" "), names, "emails {op} {text}");
        let of_devices: Vec<String> = found("/Devices", "labels")
            .iter()
            .map(|d| d["displayName"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(of_devices.join(" "), names, "labels {op} {text}");
    }
    // The kind of an element may be as long.
    let filter = format!("emails[type eq \"{long}abc\" and value eq \"b\"]");
    assert_eq!(scim.find("/Users", &filter).names(), ["b"]);
    assert_eq!(scim.find("/Users", &format!("emails[type eq \"{long}ab\"]")).total(), 0);
    assert_eq!(scim.get("/Users?sortBy=emails").names().join(" "), "d e a b c");
    assert_eq!(scim.get("/Devices?sortBy=labels").total(), 5);
}

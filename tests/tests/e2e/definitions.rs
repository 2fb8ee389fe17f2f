//! Definition files: where they lie, and what is wrong with them.

use scimd_tests::{CONTOSO, Cli, Finished, Server, binary, definition};
use std::process::Command;

const SERVE: [&str; 5] = ["serve", "--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0"];

/// A start that must fail, on a data directory with some definition files.
#[track_caller]
fn refused(files: &[(&str, &str)]) -> Finished {
    let directory = tempfile::tempdir().unwrap();
    let schemas = directory.path().join("schemas");
    std::fs::create_dir(&schemas).unwrap();
    for (file, content) in files {
        std::fs::write(schemas.join(file), content).unwrap();
    }
    Cli::new(directory.path()).run(&SERVE)
}

#[test]
fn definition_files_are_read_from_the_directory_that_is_named_or_from_the_data_directory() {
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::write(elsewhere.path().join("device.json"), definition("device")).unwrap();
    // What does not end in .json is no definition.
    std::fs::write(elsewhere.path().join("notes.txt"), "{").unwrap();
    std::fs::write(elsewhere.path().join("old.json.bak"), "{").unwrap();
    let named = elsewhere.path().to_str().unwrap();
    let server = Server::build().defined("contoso-user").arg("--schemas").arg(named).start();
    let scim = server.client();
    scim.create_device("L-1");
    // The directory that was named is the only one.
    scim.get(&format!("/Schemas/{CONTOSO}")).scim_error(404, None);
    let server = Server::build().defined("contoso-user").start();
    server.client().get(&format!("/Schemas/{CONTOSO}")).status(200);
    server.client().get("/Devices").scim_error(404, None);
    let nowhere = elsewhere.path().join("nowhere");
    let mut arguments = SERVE.to_vec();
    arguments.extend(["--schemas", nowhere.to_str().unwrap()]);
    Cli::new(elsewhere.path()).run(&arguments).exit(3).says("nowhere");
    let mut by_environment = Command::new(binary());
    by_environment.arg("--data-dir").arg(elsewhere.path()).args(SERVE).env("SCIMD_SCHEMAS", &nowhere);
    let stopped = by_environment.output().unwrap();
    assert_eq!(stopped.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&stopped.stderr).contains("nowhere"), "{stopped:?}");
}

#[test]
fn a_broken_file_stops_the_start_and_is_named_with_the_place_and_the_reason() {
    let schema = |attribute: &str| {
        format!(
            r#"[{{"id": "urn:example:2.0:Car", "name": "Car", "attributes": [{{"name": "plate"}}, {attribute}]}},
                {{"name": "Car", "endpoint": "/Cars", "schema": "urn:example:2.0:Car"}}]"#
        )
    };
    let of_type = |rest: &str| {
        format!(
            r#"[{{"id": "urn:example:2.0:Car", "name": "Car", "attributes": [{{"name": "plate"}}]}},
                {{"name": "Car", {rest}}}]"#
        )
    };
    for (content, path, reason) in [
        ("{".to_owned(), "$", "line 1"),
        (r#"{"id": "a", "id": "b"}"#.to_owned(), "$", "id"),
        ("[5]".to_owned(), "[0]", "takes an object"),
        (r#"{"name": "Car"}"#.to_owned(), "$", "neither a Schema"),
        (schema(r#"{"name": 5}"#), "[0].attributes[1].name", "takes a string"),
        (schema(r#"{}"#), "[0].attributes[1].name", "is missing"),
        (schema(r#"{"name": "a b"}"#), "[0].attributes[1].name", "is no name"),
        (schema(r#"{"name": "PLATE"}"#), "[0].attributes[1].name", "defined twice"),
        (schema(r#"{"name": "meta"}"#), "[0].attributes[1].name", "the server's own"),
        (schema(r#"{"name": "x", "type": "strng"}"#), "[0].attributes[1].type", "did you mean `string`?"),
        (schema(r#"{"name": "x", "caseexact": true}"#), "[0].attributes[1].caseexact", "`caseExact`?"),
        (schema(r#"{"name": "x", "type": "complex"}"#), "[0].attributes[1].subAttributes", "is missing"),
        (
            schema(r#"{"name": "x", "type": "complex", "subAttributes": [{"name": "y", "mutability": "never"}]}"#),
            "[0].attributes[1].subAttributes[0].mutability",
            "readOnly",
        ),
        (schema(r#"{"name": "x", "required": "yes"}"#), "[0].attributes[1].required", "true or false"),
        (
            schema(r#"{"name": "x", "multiValued": true, "uniqueness": "server"}"#),
            "[0].attributes[1].uniqueness",
            "cannot be unique",
        ),
        (of_type(r#""schema": "urn:example:2.0:Car""#), "[1].endpoint", "is missing"),
        (of_type(r#""endpoint": "/Users", "schema": "urn:example:2.0:Car""#), "[1].endpoint", "User"),
        (of_type(r#""endpoint": "/Schemas", "schema": "urn:example:2.0:Car""#), "[1].endpoint", "own"),
        (of_type(r#""endpoint": "Cars", "schema": "urn:example:2.0:Car""#), "[1].endpoint", "slash"),
        (of_type(r#""endpoint": "/Cars", "schema": "urn:example:2.0:Cra""#), "[1].schema", "`urn:example:2.0:Car`?"),
        (
            of_type(r#""endpoint": "/Cars", "schema": "urn:example:2.0:Car", "indexes": ["plate", "plat"]"#),
            "[1].indexes[1]",
            "did you mean `plate`?",
        ),
        (
            r#"{"name": "User", "schemaExtensions": [{"schema": "urn:example:2.0:None"}]}"#.to_owned(),
            "schemaExtensions[0].schema",
            "no schema",
        ),
        (
            r#"{"id": "urn:ietf:params:scim:schemas:core:2.0:User", "name": "U", "attributes": [{"name": "x"}]}"#.to_owned(),
            "id",
            "cannot be defined again",
        ),
    ] {
        let stopped = refused(&[("fine.json", &definition("device")), ("broken.json", &content)]);
        stopped.exit(3).says(&format!("broken.json: at {path}: ")).says(reason);
        assert_eq!(stopped.stdout, "", "an address was announced");
        assert!(!stopped.stderr.contains("fine.json: at"), "{}", stopped.stderr);
    }
}

#[test]
fn the_faults_of_all_files_are_told_at_once() {
    let stopped = refused(&[
        (
            "a.json",
            r#"{"id": "urn:example:2.0:A", "name": "A", "attributes": [{"name": "x", "type": "int"}, {}]}"#,
        ),
        ("b.json", "{"),
        ("c.json", r#"{"name": "User", "endpoint": "/People", "indexes": ["nothing"]}"#),
    ]);
    stopped.exit(3);
    for says in [
        "a.json: at attributes[0].type: ",
        "a.json: at attributes[1].name: ",
        "b.json: at $: ",
        "c.json: at endpoint: ",
    ] {
        stopped.says(says);
    }
    // A file that is too large is not even read.
    let large = format!("{{\"x\": \"{}\"}}", "x".repeat(1 << 20));
    refused(&[("large.json", &large)]).exit(3).says("large.json");
}

//! Filters: every operator on every kind of attribute, over HTTP.

use scimd_tests::{CONTOSO, Client, ENTERPRISE, Server, USER, group, search};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Users whose names, cases and gaps tell filters apart; and their groups.
struct Directory {
    scim: Client,
    ann: String,
    staff: String,
    _server: Server,
}

impl Directory {
    fn new() -> Self {
        let server = Server::build().defined("contoso-user").start();
        let scim = server.client();
        let create = |mut body: Value| {
            body["schemas"] = json!([USER, ENTERPRISE, CONTOSO]);
            scim.post("/Users", &body).status(201).at("/id")
        };
        let ann = create(json!({
            "userName": "ann", "externalId": "E-100", "displayName": "Ann Able", "nickName": "Annie",
            "title": "Engineer", "active": true, "password": "secret",
            "name": {"givenName": "Ann", "familyName": "Able", "honorificSuffix": "PhD"},
            "emails": [
                {"type": "work", "value": "ann@contoso.test", "primary": true},
                {"type": "home", "value": "ann@home.test"},
            ],
            "phoneNumbers": [{"type": "work", "value": "+1 555 0100"}],
            "addresses": [{"type": "work", "locality": "Berlin", "country": "DE"}],
            "roles": [{"value": "admin"}],
            ENTERPRISE: {"department": "Sales", "employeeNumber": "100", "manager": {"value": "0042"}},
            CONTOSO: {
                "badge": 100, "building": "North", "contractor": false, "hiredAt": "2024-01-31T09:00:00+01:00",
                "skills": ["Rust", "SQL"],
                "desks": [{"value": "N1", "floor": 1}, {"value": "N2", "floor": 2}],
            },
        }));
        let bob = create(json!({
            "userName": "Bob", "externalId": "e-100", "displayName": "bob able", "active": false,
            "name": {"givenName": "Bob", "familyName": "ABLE"},
            "emails": [{"type": "work", "value": "bob@fabrikam.test"}],
            ENTERPRISE: {"department": "sales ops"},
            CONTOSO: {
                "badge": 20, "hiredAt": "2024-01-31T08:00:00Z", "skills": ["sql"],
                "desks": [{"value": "N1", "floor": 2}],
            },
        }));
        let cat = create(json!({"userName": "cat"}));
        create(json!({"userName": "100%", "displayName": "a%c", "title": "x_y"}));
        create(json!({"userName": "100x", "displayName": "abc", "title": "xay"}));
        create(json!({"userName": "dan_x", "nickName": "under_score"}));
        create(json!({"userName": "danyx", "nickName": "underXscore"}));
        create(json!({"userName": "Émile", "displayName": "Straße"}));
        create(json!({"userName": "q\"b\\s", "displayName": "say \"hi\""}));
        let staff = scim.create_group("staff", &[&ann, &bob]);
        scim.create_group("crew", &[&cat]);
        scim.create_group("all", &[&staff]);
        scim.post("/Groups", &group("empty", &[])).status(201);
        Self { scim, ann, staff, _server: server }
    }

    /// Demands what a filter finds among users, names separated by blanks; and that its negation finds
    /// the others.
    #[track_caller]
    fn users(&self, filter: &str, names: &str) {
        self.check("/Users", filter, names);
    }

    #[track_caller]
    fn groups(&self, filter: &str, names: &str) {
        self.check("/Groups", filter, names);
    }

    #[track_caller]
    fn check(&self, endpoint: &str, filter: &str, names: &str) {
        let all: BTreeSet<String> = self.scim.get(endpoint).names().into_iter().collect();
        let expected: BTreeSet<String> = names.split_whitespace().map(str::to_owned).collect();
        assert!(expected.is_subset(&all), "{names} are not all in {all:?}");
        let others: BTreeSet<String> = all.difference(&expected).cloned().collect();
        for (filter, expected) in [(filter.to_owned(), &expected), (format!("not ({filter})"), &others)] {
            let by_get = self.scim.find(endpoint, &filter);
            assert_eq!(by_get.code(), 200, "{filter}: {by_get}");
            assert_eq!(by_get.names().into_iter().collect::<BTreeSet<_>>(), *expected, "{filter}");
            assert_eq!(by_get.total(), expected.len(), "{filter}");
            let path = format!("{endpoint}/.search");
            let by_post = self.scim.post(&path, &search(json!({"filter": filter})));
            assert_eq!(by_post.text(), by_get.text(), "{filter} by POST");
        }
    }
}

const ALL: &str = r#"ann Bob cat 100% 100x dan_x danyx Émile q"b\s"#;

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
fn single_attributes_compare_as_their_schema_says() {
    let directory = Directory::new();
    let others = r#"cat 100% 100x dan_x danyx Émile q"b\s"#;
    for (filter, names) in [
        // An externalId has its case.
        (r#"externalId eq "E-100""#, "ann"),
        (r#"externalId eq "e-100""#, "Bob"),
        (r#"externalId co "e""#, "Bob"),
        (r#"externalId sw "E""#, "ann"),
        (r#"externalId ew "-100""#, "ann Bob"),
        (r#"externalId gt "E-100""#, "Bob"),
        (r#"externalId le "E-100""#, "ann"),
        ("externalId pr", "ann Bob"),
        ("externalId eq null", others),
        (r#"displayName eq "ANN ABLE""#, "ann"),
        (r#"displayName sw "A""#, "ann 100% 100x"),
        (r#"displayName ew "ABLE""#, "ann Bob"),
        (r#"displayName gt "bob""#, r#"Bob Émile q"b\s"#),
        ("displayName pr", r#"ann Bob 100% 100x Émile q"b\s"#),
        (r#"name.familyName eq "able""#, "ann Bob"),
        (r#"name.familyName sw "AB""#, "ann Bob"),
        (r#"name.givenName eq "BOB""#, "Bob"),
        (r#"name.givenName lt "b""#, "ann"),
        (r#"name.honorificSuffix eq "phd""#, "ann"),
        ("name.givenName pr", "ann Bob"),
        ("name pr", "ann Bob"),
        (r#"name[givenName eq "ann" and familyName eq "able"]"#, "ann"),
        (r#"nickName eq "annie""#, "ann"),
        // A user who was not said to be inactive is active.
        ("active eq false", "Bob"),
        ("active ne true", "Bob"),
        (r#"active eq "False""#, "Bob"),
        ("active eq true and externalId pr", "ann"),
        ("active pr", ALL),
        ("title eq null", r#"Bob cat dan_x danyx Émile q"b\s"#),
        ("title ne null", "ann 100% 100x"),
        // What is never returned cannot be asked for.
        ("password pr", ""),
        (r#"password eq "secret""#, ""),
        (r#"password sw "s""#, ""),
    ] {
        directory.users(filter, names);
    }
}

#[test]
fn conditions_in_brackets_are_about_one_value() {
    let directory = Directory::new();
    for (filter, names) in [
        (r#"emails.value eq "ANN@contoso.test""#, "ann"),
        (r#"emails eq "bob@fabrikam.test""#, "Bob"),
        (r#"emails co "contoso""#, "ann"),
        (r#"emails.value ew ".TEST""#, "ann Bob"),
        (r#"emails.value sw "ann@h""#, "ann"),
        (r#"emails.value gt "ann@home.test""#, "Bob"),
        (r#"emails.type eq "home""#, "ann"),
        ("emails.primary eq true", "ann"),
        ("emails pr", "ann Bob"),
        ("emails eq null", r#"cat 100% 100x dan_x danyx Émile q"b\s"#),
        (r#"emails[type eq "work"]"#, "ann Bob"),
        (r#"emails[type eq "WORK" and value co "contoso"]"#, "ann"),
        (r#"emails[type eq "home" and value co "contoso"]"#, ""),
        (r#"emails.type eq "home" and emails.value co "contoso""#, "ann"),
        (r#"emails[type eq "work" and not (value co "contoso")]"#, "Bob"),
        (r#"emails[type eq "home" or value sw "bob"]"#, "ann Bob"),
        (r#"emails[not (type eq "work")]"#, "ann"),
        (r#"emails[type eq "work"].value eq "bob@fabrikam.test""#, "Bob"),
        (r#"emails[type eq "home"].value eq "bob@fabrikam.test""#, ""),
        ("emails[primary eq true and type eq \"home\"]", ""),
        (r#"phoneNumbers.value co "555""#, "ann"),
        (r#"phoneNumbers[type eq "work" and value sw "+1"]"#, "ann"),
        (r#"addresses[locality eq "berlin" and country eq "de"]"#, "ann"),
        (r#"addresses.locality ne "paris""#, "ann"),
        (r#"roles eq "ADMIN""#, "ann"),
        (r#"ims.value eq "x""#, ""),
    ] {
        directory.users(filter, names);
    }
}

#[test]
fn attributes_of_extensions_compare_by_their_types() {
    let directory = Directory::new();
    for (path, rest, names) in [
        (ENTERPRISE, r#"department eq "SALES""#, "ann"),
        (ENTERPRISE, r#"department sw "sales""#, "ann Bob"),
        (ENTERPRISE, r#"department ew "ops""#, "Bob"),
        (ENTERPRISE, "employeeNumber pr", "ann"),
        (ENTERPRISE, r#"manager.value eq "0042""#, "ann"),
        (ENTERPRISE, r#"manager eq "0042""#, "ann"),
        // Numbers are no texts: 20 is less than 100.
        (CONTOSO, "badge eq 100", "ann"),
        (CONTOSO, "badge eq 1e2", "ann"),
        (CONTOSO, "badge ne 100", "Bob"),
        (CONTOSO, "badge gt 20", "ann"),
        (CONTOSO, "badge ge 20", "ann Bob"),
        (CONTOSO, "badge lt 100", "Bob"),
        (CONTOSO, "badge le 19", ""),
        (CONTOSO, "contractor eq false", "ann"),
        // Both were hired at one instant, in two time zones.
        (CONTOSO, r#"hiredAt eq "2024-01-31T08:00:00Z""#, "ann Bob"),
        (CONTOSO, r#"hiredAt ge "2024-01-31T09:30:00+01:30""#, "ann Bob"),
        (CONTOSO, r#"hiredAt gt "2024-01-31T08:00:00.000Z""#, ""),
        (CONTOSO, r#"hiredAt lt "2024-01-31T08:00:00.001Z""#, "ann Bob"),
        (CONTOSO, r#"skills eq "rust""#, "ann"),
        (CONTOSO, r#"skills eq "SQL""#, "ann Bob"),
        (CONTOSO, r#"skills co "us""#, "ann"),
        (CONTOSO, r#"skills[value eq "rust"]"#, "ann"),
        (CONTOSO, r#"building eq "NORTH""#, "ann"),
        (CONTOSO, r#"desks[value eq "N1" and floor eq 2]"#, "Bob"),
        (CONTOSO, r#"desks[value eq "n1"]"#, "ann Bob"),
        (CONTOSO, "desks.floor gt 1", "ann Bob"),
        (CONTOSO, "desks.floor lt 2", "ann"),
    ] {
        directory.users(&format!("{path}:{rest}"), names);
    }
    // The name alone will do where nothing else has it.
    directory.users(r#"department eq "sales""#, "ann");
    directory.users("badge gt 20", "ann");
}

#[test]
fn what_the_server_knows_can_be_asked_for() {
    let directory = Directory::new();
    let Directory { scim, ann, staff, .. } = &directory;
    let created = scim.get(&format!("/Users/{ann}")).at("/meta/created");
    let at_once: Vec<Value> = scim.get("/Users").resources();
    let at_once = at_once.iter().filter(|user| user["meta"]["created"] == created.as_str());
    let at_once = at_once.map(|user| user["userName"].as_str().unwrap()).collect::<Vec<_>>().join(" ");
    for (filter, names) in [
        (format!(r#"id eq "{ann}""#), "ann"),
        (format!(r#"id eq "{}""#, ann.to_uppercase()), ""),
        (format!(r#"id ne "{ann}""#), r#"Bob cat 100% 100x dan_x danyx Émile q"b\s"#),
        (format!(r#"id eq "{staff}""#), ""),
        (r#"id eq "no-id""#.to_owned(), ""),
        (r#"id co "-""#.to_owned(), ALL),
        ("id pr".to_owned(), ALL),
        (format!(r#"meta.created eq "{created}""#), at_once.as_str()),
        (format!(r#"meta.created ge "{created}""#), ALL),
        (format!(r#"meta.created lt "{created}""#), ""),
        (r#"meta.created gt "2020-01-01T00:00:00Z""#.to_owned(), ALL),
        (r#"meta.lastModified gt "2020-01-01T00:00:00+14:00""#.to_owned(), ALL),
        (r#"meta.lastModified le "2020-01-01T00:00:00Z""#.to_owned(), ""),
        (r#"meta.resourceType eq "User""#.to_owned(), ALL),
        (r#"meta.resourceType eq "Group""#.to_owned(), ""),
        (r#"meta.version eq "W/\"1\"""#.to_owned(), ALL),
        (format!(r#"meta.location ew "/Users/{ann}""#), "ann"),
        (format!(r#"schemas eq "{ENTERPRISE}""#), "ann Bob"),
        (format!(r#"groups.value eq "{staff}""#), "ann Bob"),
        (format!(r#"groups eq "{staff}""#), "ann Bob"),
        (format!(r#"groups[value eq "{staff}"]"#), "ann Bob"),
        (r#"groups.display eq "STAFF""#.to_owned(), "ann Bob"),
        (r#"groups[display eq "crew" and type eq "direct"]"#.to_owned(), "cat"),
        ("groups pr".to_owned(), "ann Bob cat"),
    ] {
        directory.users(&filter, names);
    }
    for (filter, names) in [
        (r#"displayName eq "STAFF""#.to_owned(), "staff"),
        (r#"displayName co "a""#.to_owned(), "staff all"),
        (format!(r#"members.value eq "{ann}""#), "staff"),
        (format!(r#"members eq "{ann}""#), "staff"),
        (format!(r#"members[value eq "{ann}" and type eq "User"]"#), "staff"),
        (format!(r#"members[value eq "{ann}" and type eq "Group"]"#), ""),
        (format!(r#"members[value eq "{staff}"]"#), "all"),
        (r#"members.type eq "Group""#.to_owned(), "all"),
        (r#"members.display eq "ann able""#.to_owned(), "staff"),
        (format!(r#"members.$ref ew "/Users/{ann}""#), "staff"),
        ("members pr".to_owned(), "staff crew all"),
        ("members eq null".to_owned(), "empty"),
        (format!(r#"id eq "{staff}" or members eq "{staff}""#), "staff all"),
    ] {
        directory.groups(&filter, names);
    }
}

#[test]
fn and_binds_tighter_than_or_and_nothing_in_a_name_has_a_case() {
    let directory = Directory::new();
    for (filter, names) in [
        (r#"userName eq "ann" or userName eq "bob" and active eq true"#, "ann"),
        (r#"userName eq "bob" and active eq true or userName eq "ann""#, "ann"),
        (r#"(userName eq "ann" or userName eq "bob") and active eq false"#, "Bob"),
        (r#"not (userName eq "ann") and emails pr"#, "Bob"),
        (r#"not (userName eq "ann" or userName eq "bob") and title pr"#, "100% 100x"),
        ("not (not (active eq false))", "Bob"),
        (r#"displayName pr and (title eq "xay" or (emails pr and not (active eq true)))"#, "Bob 100x"),
        (r#"USERNAME EQ "ann" OR NOT(ExternalId PR) AND Title PR"#, "ann 100% 100x"),
        (r#"Name.FAMILYname eq "able" and EMAILS[Type Eq "home"]"#, "ann"),
    ] {
        directory.users(filter, names);
    }
    directory.users(&format!(r#"{USER}:userName eq "ann""#), "ann");
    directory.users(&format!(r#"{}:NAME.familyname pr"#, USER.to_uppercase()), "ann Bob");
    directory.users(&format!(r#"{}:DEPARTMENT eq "sales""#, ENTERPRISE.to_uppercase()), "ann");
}

#[test]
fn a_filter_that_cannot_be_applied_is_refused_with_its_column() {
    let server = Server::start();
    let scim = server.client();
    for (filter, column, says) in [
        (r#"userName xx "a""#, 10, "unknown operator `xx`"),
        ("userName eq", 12, "expected"),
        ("userName", 9, "expected"),
        (r#"userName eq "a" and"#, 20, "expected"),
        (r#"userName eq "a" nor active pr"#, 17, ""),
        (r#"(userName eq "a""#, 17, "expected"),
        (r#"userName eq 'a'"#, 13, "`'`"),
        (r#"userName eq "a"#, 13, "quote"),
        (r#"userName eq ann"#, 13, ""),
        (r#"not userName eq "a""#, 1, "not (…)"),
        (r#"usrName eq "a""#, 1, "did you mean `userName`?"),
        (r#"Émile eq "a""#, 1, ""),
        (r#"active eq true and departmnt eq "x""#, 20, "department`?"),
        (r#"name.givnName pr"#, 1, "did you mean `name.givenName`?"),
        (r#"emails[tpye eq "work"]"#, 8, "did you mean `type`?"),
        (r#"emails[type eq "work" and emails[value pr]]"#, 33, "brackets inside brackets"),
        ("title pr or members pr", 13, "unknown attribute `members` on User"),
        ("active gt true", 8, "`gt` does not apply"),
        ("active co true", 8, "`co` does not apply"),
        ("active eq 5", 11, "takes"),
        ("userName gt 5", 13, "takes a string, not a number"),
        (r#"meta.created sw "2020""#, 14, "does not apply"),
        (r#"meta.created gt "yesterday""#, 17, "takes"),
        (r#"name eq "Ann""#, 1, "one of its parts"),
        (r#"title[value eq "x"]"#, 1, "no brackets"),
        (r#"urn:example:nothing:title eq "x""#, 1, "unknown attribute"),
    ] {
        let answer = scim.find("/Users", filter);
        assert_eq!(answer.code(), 400, "{filter}: {answer}");
        let detail = answer.scim_error(400, Some("invalidFilter"));
        assert!(detail.contains(says), "{filter}: {detail}");
        assert!(ends_at(&detail, column), "{filter} is not refused at column {column}: {detail}");
        let by_post = scim.post("/Users/.search", &search(json!({"filter": filter})));
        assert_eq!(by_post.text(), answer.text(), "{filter} by POST");
    }
    let detail = scim.find("/Groups", "userName pr").scim_error(400, Some("invalidFilter"));
    assert!(detail.contains("unknown attribute `userName` on Group"), "{detail}");
}

/// Whether a detail names a column.
fn ends_at(detail: &str, column: usize) -> bool {
    let named = format!("column {column}");
    detail.split(&named).nth(1).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}

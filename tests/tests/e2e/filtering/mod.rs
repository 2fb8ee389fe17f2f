//! Filters: every operator on every kind of attribute, over HTTP.

mod faults;
mod related;
mod texts;
mod values;

use scimd_tests::{CONTOSO, Client, ENTERPRISE, Server, USER, group, search};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The names of all users.
const ALL: &str = r#"ann Bob cat 100% 100x dan_x danyx Émile q"b\s"#;

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

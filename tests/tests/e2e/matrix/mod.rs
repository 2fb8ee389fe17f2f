//! Every attribute that the server has, in every way to write it: what must not be written is not, what must
//! not be shown is not, and everything else is.

mod attributes;
mod samples;
mod ways;

use attributes::{Rule, Target, types, word};
use samples::{Probe, Samples};
use scimd_tests::{Answer, Server, Session, encode};
use serde_json::Value;
use std::collections::BTreeMap;
use ways::{Attempt, WAYS, Way, Written};

/// One attribute in one way.
struct Cell<'s, 't> {
    scim: &'s Session,
    attempt: Attempt<'t>,
    way: Way,
    probes: Vec<Probe>,
    /// The path of the resource, and what it was before.
    path: String,
    before: String,
}

impl Cell<'_, '_> {
    /// Whether a value is shown; all of its parts are, or none.
    #[track_caller]
    fn shows(&self, resource: &Value) -> bool {
        let shown = self.probes.iter().filter(|probe| probe.is_in(resource)).count();
        assert!(shown == 0 || shown == self.probes.len(), "{shown} parts in {resource}");
        shown > 0
    }

    #[track_caller]
    fn hidden_in(&self, answer: &Answer) {
        let text = answer.text();
        for probe in &self.probes {
            assert!(!probe.is_anywhere_in(&text), "{}", self.about(answer));
            assert!(text.is_empty() || !probe.is_in(&answer.json()), "{}", self.about(answer));
        }
    }

    fn about(&self, answer: &Answer) -> String {
        let target = self.attempt.target;
        format!("{} {} by {:?}: {answer}", target.of.endpoint, target.path(), self.way)
    }

    /// The resource as it is shown to those who ask for the attribute.
    fn asked(&self) -> Answer {
        self.scim.get(&format!("{}?attributes={}", self.path, encode(&self.attempt.target.path())))
    }

    /// How many resources a filter finds by the value; none where nobody can ask.
    fn found(&self) -> Option<u64> {
        let target = self.attempt.target;
        let kind = word(target.definition(), "type");
        let plain = matches!(kind, "string" | "integer" | "reference");
        // A member is told by its id, and others have it, too.
        if !plain || target.path().ends_with("members.value") {
            return None;
        }
        let filter = format!("{} eq {}", target.path(), self.attempt.value);
        let answer = self.scim.get(&format!("{}?filter={}", target.of.endpoint, encode(&filter)));
        if answer.code() == 400 {
            return Some(0);
        }
        answer.status(200).json()["totalResults"].as_u64()
    }

    #[track_caller]
    fn unchanged(&self) {
        let now = self.scim.get(&self.path);
        assert_eq!(now.text(), self.before, "{}", self.about(&now));
    }

    #[track_caller]
    fn taken(&self, write: &Written) {
        assert!(matches!(write.code, 200 | 201 | 204), "{}", self.about(&write.answer));
    }

    #[track_caller]
    fn refused(&self, write: &Written) {
        let why = (write.code, write.scim_type.as_deref());
        assert_eq!(why, (400, Some("mutability")), "{}", self.about(&write.answer));
        self.unchanged();
    }

    /// What is written is there.
    #[track_caller]
    fn written(&self, write: &Written, shown: bool) {
        self.taken(write);
        let now = self.scim.get(&self.path).status(200).json();
        for resource in write.resource.iter().chain([&now]) {
            assert_eq!(self.shows(resource), shown, "{}: {resource}", self.about(&write.answer));
        }
        assert!(self.shows(&self.asked().json()), "{}", self.about(&self.asked()));
        let found = self.found();
        assert!(found.is_none_or(|found| found == 1), "{}: {found:?} found", self.about(&write.answer));
    }

    /// What must not be seen is not, wherever one looks.
    #[track_caller]
    fn unseen(&self, write: &Written) {
        let listed = self.scim.get(&self.attempt.target.of.endpoint);
        for read in [&write.answer, &self.scim.get(&self.path), &self.asked(), &listed] {
            self.hidden_in(read);
        }
        assert_eq!(self.found().unwrap_or(0), 0, "{}", self.about(&write.answer));
    }

    fn judge(&self, write: &Written) {
        let (rule, way) = (self.attempt.target.rule(), self.way.alone());
        match rule {
            Rule::Free => self.written(write, true),
            Rule::OnRequest => self.written(write, false),
            Rule::Never => {
                self.taken(write);
                self.unseen(write);
            }
            Rule::ReadOnly | Rule::Derived => {
                self.unseen(write);
                match way {
                    // In a whole resource it is passed over (RFC 7644 sections 3.3 and 3.5.1).
                    Way::Post => self.taken(write),
                    Way::Put => {
                        self.taken(write);
                        self.unchanged();
                    }
                    Way::Path(_) if rule == Rule::ReadOnly => self.refused(write),
                    Way::Path(_) | Way::Pathless(_) | Way::Bulk(_) => {
                        assert!(write.code == 400 || write.code < 300, "{}", self.about(&write.answer));
                        self.unchanged();
                    }
                }
            }
            Rule::Once if way == Way::Post => self.written(write, true),
            // Another element of a list may take the place of one.
            Rule::Once if self.attempt.target.attribute.is_list() && write.code < 300 => {
                self.written(write, true);
            }
            Rule::Once if self.attempt.target.attribute.is_list() => self.unchanged(),
            Rule::Once => self.refused(write),
        }
    }
}

/// Whether a target has another value before it is written.
fn held(target: Target<'_>) -> bool {
    target.rule() == Rule::Once && !target.attribute.is_list()
}

#[test]
fn nothing_read_only_is_written_and_nothing_secret_is_shown() {
    let server = Server::build().defined("device").defined("contoso-user").defined("asset").start();
    let client = server.client();
    let scim = &Session::new(&client);
    let samples =
        &mut Samples::new(client.create_user("probe-user"), client.create_group("nobody here", &[]));
    let types = types(scim);
    let mut cells: BTreeMap<String, usize> = BTreeMap::new();
    let mut rules = BTreeMap::new();
    for target in types.iter().flat_map(attributes::Type::targets) {
        *rules.entry(format!("{:?}", target.rule())).or_insert(0) += 1;
        for way in WAYS {
            // What must not come back does not come back to those who ask for it with the write, either.
            let guarded = matches!(target.rule(), Rule::ReadOnly | Rule::Never);
            let asking = format!("?attributes={}", encode(&target.path()));
            for query in ["", &asking].into_iter().take(1 + usize::from(guarded)) {
                let attempt = Attempt::new(samples, target, held(target));
                let place =
                    |answer: &Answer| format!("{}/{}", target.of.endpoint, answer.status(201).at("/id"));
                let mut path = String::new();
                if way.alone() != Way::Post {
                    path = place(&scim.post(&target.of.endpoint, &attempt.before));
                }
                let before = scim.get(&path).text();
                let write = attempt.send(scim, samples, way, &path, query);
                if way.alone() == Way::Post {
                    let id =
                        write.id.as_ref().unwrap_or_else(|| panic!("nothing was created: {}", write.answer));
                    path = format!("{}/{id}", target.of.endpoint);
                }
                let probes = Probe::of(target, &attempt.value);
                let cell = Cell { scim, attempt, way, probes, path, before };
                cell.judge(&write);
                scim.delete(&cell.path);
            }
            *cells.entry(format!("{way:?}")).or_insert(0) += 1;
        }
    }
    let all: usize = cells.values().sum();
    println!("{all} cells, 0 violations: {cells:?} of {rules:?}");
    assert!(all >= 1800, "only {all} cells: {cells:?}");
    for rule in ["Free", "OnRequest", "Never", "ReadOnly", "Once", "Derived"] {
        assert!(rules.get(rule).is_some_and(|count| *count >= 2), "{rules:?}");
    }
}

//! What the provisioning log holds, and for how long.

use super::{Fixture, NOON, id, patch, user, wait};
use scim_core::Projection;
use scim_core::search::SearchRequest;
use scim_service::admin::{Command, LogQuery, LogView, Reply};
use scim_service::{Asked, Caller, Kind, Refusal, Service, StoreConfig, Verdict};
use scim_store_diesel::{CommitObserver, Committed, ReadCount, Store};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

const DAY: i64 = 86_400_000;

/// A service that may be searched, and the directory that it lives in.
fn shared(fixture: Fixture) -> (Arc<Service>, tempfile::TempDir) {
    (Arc::new(fixture.service), fixture._directory)
}

fn look_up(service: &Arc<Service>, caller: &Caller, kind: Kind, filter: &str) {
    let request = SearchRequest { filter: Some(filter.to_owned()), ..SearchRequest::default() };
    service.search(caller.clone(), kind, &request).unwrap().run().unwrap();
}

/// All lines, oldest first, after what waited was written.
fn lines(service: &Service) -> Vec<LogView> {
    service.flush().unwrap();
    let read = Command::LogRead {
        tenant: "acme".to_owned(),
        query: LogQuery::default(),
        oldest_first: true,
        from: None,
        limit: 1000,
    };
    let Ok(Reply::Log(read)) = service.execute(read) else { panic!("no log") };
    assert_eq!(read.next, None);
    read.lines
}

/// What the store has counted, once the service is gone.
fn counts(service: Arc<Service>, directory: &tempfile::TempDir) -> Vec<ReadCount> {
    struct Nobody;
    impl CommitObserver for Nobody {
        fn committed(&mut self, _: Vec<Committed>) {}
    }
    service.flush().unwrap();
    drop(service);
    let store = Store::open(&StoreConfig::new(directory.path()), |_, _| Nobody).unwrap();
    let acme = store.tenant_named("acme").unwrap().id;
    store.tenant(acme).read_counts((0, ""), 1000).unwrap()
}

#[test]
fn a_lookup_that_found_nothing_has_a_line_once_a_minute_for_each_token() {
    static NOW: AtomicI64 = AtomicI64::new(NOON);
    let fixture = Fixture::at(|| NOW.load(Ordering::Relaxed));
    let (first, second) = (fixture.caller(), fixture.caller());
    wait(fixture.service.users(first.clone()).create(&user("ann"), &Projection::all())).unwrap();
    let (service, _directory) = shared(fixture);
    let odd = format!("userName eq \"{}\\u0007\"", "x".repeat(500));
    for _ in 0..3 {
        look_up(&service, &first, Kind::User, "username EQ \"Bob\"");
        look_up(&service, &first, Kind::User, "externalId eq \"secret-7\"");
        look_up(&service, &first, Kind::Group, "displayName eq \"Staff\"");
        look_up(&service, &first, Kind::User, &odd);
        // Found, and no lookups.
        look_up(&service, &first, Kind::User, "userName eq \"ann\"");
        look_up(&service, &first, Kind::User, "title eq \"Boss\"");
        look_up(&service, &first, Kind::User, "userName eq \"bob\" and active eq true");
    }
    look_up(&service, &second, Kind::User, "userName eq \"Bob\"");
    NOW.fetch_add(60_000, Ordering::Relaxed);
    look_up(&service, &first, Kind::User, "userName eq \"Bob\"");
    let lines = lines(&service);
    let said: Vec<_> = lines[1..].iter().map(|l| (&*l.action, l.target.as_deref().unwrap_or("-"))).collect();
    let shortened = format!("{}…", "x".repeat(120));
    let expected = [
        ("Look up user", "Bob"),
        ("Look up user", "-"),
        ("Look up group", "Staff"),
        ("Look up user", shortened.as_str()),
        ("Look up user", "Bob"),
        ("Look up user", "Bob"),
    ];
    assert_eq!(said, expected);
    assert!(lines[1..].iter().all(|l| l.status == 200 && l.reason.as_deref() == Some("not found")));
    assert_eq!(lines[5].accessor.as_deref(), Some(second.accessor()));
    assert!(!format!("{lines:?}").contains("secret-7"));
}

#[test]
fn what_is_not_found_is_told_apart_by_type_and_by_what_is_looked_for() {
    let fixture = Fixture::new();
    let caller = fixture.caller();
    let (service, _directory) = shared(fixture);
    for _ in 0..2 {
        service.users(caller.clone()).get("x", &Projection::all()).unwrap_err();
        service.groups(caller.clone()).get("x", &Projection::all()).unwrap_err();
        look_up(&service, &caller, Kind::User, "userName eq \"x\"");
        look_up(&service, &caller, Kind::User, "externalId eq \"x\"");
    }
    let actions: Vec<_> = lines(&service).into_iter().map(|line| line.action).collect();
    assert_eq!(actions, ["Read user", "Read group", "Look up user", "Look up user"]);
}

#[test]
fn a_refused_bulk_request_has_its_line_each_time_and_other_refusals_once_a_minute() {
    let fixture = Fixture::new();
    let caller = fixture.caller();
    let verdict = |status| Verdict { status, scim_type: None };
    for _ in 0..2 {
        for (asked, status) in [
            (Asked::Bulk, 413),
            (Asked::Other("Discover"), 403),
            (Asked::Other("Discover"), 404),
            (Asked::Other("Use what is not supported"), 403),
        ] {
            fixture.service.note_refused(&caller, asked, verdict(status), "no", Instant::now());
        }
    }
    let count = |action: &str| lines(&fixture.service).iter().filter(|line| line.action == action).count();
    let counted = ["Bulk request", "Discover", "Use what is not supported"].map(count);
    assert_eq!(counted, [2, 2, 1]);
    assert_eq!(fixture.service.totals().writes_refused, 2);
}

#[test]
fn reads_are_counted_by_token_and_minute_and_leave_no_line() {
    static NOW: AtomicI64 = AtomicI64::new(NOON);
    let fixture = Fixture::at(|| NOW.load(Ordering::Relaxed));
    let caller = fixture.caller();
    let ann = wait(fixture.service.users(caller.clone()).create(&user("ann"), &Projection::all())).unwrap();
    let (service, directory) = shared(fixture);
    for minute in 0..3 {
        NOW.store(NOON + minute * 60_000, Ordering::Relaxed);
        for _ in 0..=minute {
            service.users(caller.clone()).get(&id(&ann), &Projection::all()).unwrap();
            look_up(&service, &caller, Kind::User, "active eq true");
        }
        look_up(&service, &caller, Kind::User, "userName eq \"bob\"");
        // No lookup, and so without a line; it found nothing all the same.
        look_up(&service, &caller, Kind::User, "title eq \"Boss\"");
        service.users(caller.clone()).get("nothing", &Projection::all()).unwrap_err();
        // What was written in between is added to.
        service.flush().unwrap();
        look_up(&service, &caller, Kind::User, "userName eq \"ann\"");
    }
    let totals = service.totals();
    assert_eq!((totals.reads, totals.not_found, totals.writes_done), (15, 9, 1));
    let actions: Vec<_> = lines(&service).into_iter().map(|line| (line.action, line.status)).collect();
    let (look, read) = (("Look up user".to_owned(), 200), ("Read user".to_owned(), 404));
    let minute = [look.clone(), read.clone()];
    assert_eq!(actions[1..], [minute.clone(), minute.clone(), minute].concat());
    let found: Vec<_> = counts(service, &directory)
        .into_iter()
        .map(|c| (c.minute - NOON / 60_000, c.reads, c.not_found, c.accessor == caller.accessor()))
        .collect();
    assert_eq!(found, [(0, 3, 3, true), (1, 5, 3, true), (2, 7, 3, true)]);
}

#[test]
fn a_refusal_names_the_attributes_and_never_their_values() {
    let fixture = Fixture::new();
    let users = fixture.service.users(fixture.caller());
    let groups = fixture.service.groups(fixture.caller());
    let ann = wait(users.create(&user("ann"), &Projection::all())).unwrap();
    let body = |more: &str| {
        format!(r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],{more}}}"#).into_bytes()
    };
    let mut expected = Vec::new();
    for (more, refused) in [
        (r#""userName":"ANN""#, "userName"),
        (
            r#""departmnt":"secret-1","userName":"bob","emails":[{"valu":"secret-2"}]"#,
            "departmnt emails.valu",
        ),
        (r#""active":"secret-3""#, "active userName"),
        (r#""userName":"bob","secret 4@x":1"#, "secret"),
    ] {
        wait(users.create(&body(more), &Projection::all())).unwrap_err();
        expected.push(("Create user".to_owned(), refused.to_owned()));
    }
    for (operations, refused) in [
        (r#"[{"op":"add","path":"nam.x","value":"secret-5"}]"#, "nam.x"),
        (r#"[{"op":"replace","path":"emails[type eq \"secret-6\"].valu","value":"x"}]"#, "emails.valu"),
        (r#"[{"op":"replace","path":"id","value":"secret-7"}]"#, "id"),
        (r#"[{"op":"remove","path":"userName"}]"#, "userName"),
        (r#"[{"op":"replace","path":"active","value":"secret-8"}]"#, "active"),
        (r#"[{"op":"jump","path":"secret-9"}]"#, ""),
    ] {
        wait(users.patch(&id(&ann), &patch(operations), None, &Projection::all())).unwrap_err();
        expected.push(("Update user".to_owned(), refused.to_owned()));
    }
    fixture.set("required_attributes", "entra-guide");
    let users = fixture.service.users(fixture.caller());
    wait(users.create(&user("bob"), &Projection::all())).unwrap_err();
    expected.push(("Create user".to_owned(), "emails.value active".to_owned()));
    let empty =
        br#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"g","members":[{}]}"#;
    wait(groups.create(empty, &Projection::all())).unwrap_err();
    expected.push(("Create group".to_owned(), "members".to_owned()));
    let lines = lines(&fixture.service);
    let found: Vec<_> = lines[1..].iter().map(|l| (l.action.clone(), l.refused.join(" "))).collect();
    assert_eq!(found, expected);
    let attributes: Vec<_> = lines.iter().map(|line| (&line.refused, &line.ignored)).collect();
    assert!(!format!("{attributes:?}").contains("secret-"));
    assert_eq!(fixture.service.totals().writes_refused, expected.len() as u64);
}

#[test]
fn a_row_holds_no_value_whatever_a_client_sends_and_is_of_bounded_length() {
    let fixture = Fixture::new();
    let caller = fixture.caller();
    let users = fixture.service.users(caller.clone());
    let ann = id(&wait(users.create(&user("ann"), &Projection::all())).unwrap());
    let all = Projection::all();
    let body = |more: &str| {
        let schemas = r#""schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]"#;
        format!(r#"{{{schemas},"userName":"bob",{more}}}"#).into_bytes()
    };
    let long: Vec<String> = (0..60).map(|n| format!(r#""x{n}{}":"hidden 1""#, "y".repeat(99))).collect();
    for more in [
        r#""hidden@1.test":1"#,
        r#""a` hidden 2 `b":1"#,
        r#""emails":[{"value":"hidden 3","hidden 4":"x"}]"#,
        r#""emails":[{"hidden[5 eq \"` hidden 6 `\"]":1}]"#,
        r#""title":{"hidden 7":"hidden 8"}"#,
        r#""title":1,"TITLE":"hidden 9""#,
        r#""hidden 10":1,"hidden 10":2"#,
        r#""emails":[{"type":"hidden 11","primary":true},{"type":"hidden 11","primary":true}]"#,
        &long.join(","),
    ] {
        wait(users.create(&body(more), &all)).unwrap_err();
    }
    wait(users.create(br#"{"userName":"hidden" 12}"#, &all)).unwrap_err();
    for operations in [
        r#"[{"op":"hidden@13","path":"title"}]"#,
        r#"[{"op":"a` hidden 14 `b"}]"#,
        r#"[{"op":"add","path":"emails[value eq \"hidden 15\"].valu","value":"x"}]"#,
        r#"[{"op":"add","path":"emails[value eq \"` hidden 16 `\"].valu","value":"x"}]"#,
        r#"[{"op":"replace","path":"emails[value eq \"` hidden 17 `\"]","value":1}]"#,
        r#"[{"op":"replace","path":"title[value eq \"hidden` 18\"]","value":"x"}]"#,
        r#"[{"op":"add","path":"emails[value eq \"hidden 19","value":"x"}]"#,
        r#"[{"op":"add","path":"userName eq \"hidden 20\"","value":"x"}]"#,
        r#"[{"op":"replace","path":"active","value":"hidden 21"}]"#,
        r#"[{"op":"replace","value":{"hidden@22":"x","emails[value eq \"hidden 23\"].x":"x"}}]"#,
    ] {
        let result = wait(users.patch(&ann, &patch(operations), None, &all));
        assert!(result.is_err(), "{operations}");
    }
    for hidden in ["hidden@24.test", "hidden` 25 `"] {
        users.get(hidden, &all).unwrap_err();
        wait(users.delete(hidden, None)).unwrap_err();
    }
    let (service, _directory) = shared(fixture);
    for filter in [
        "userName eq hidden 26",
        r#"userName eq "hidden 27" and"#,
        r#"userName eq "hidden 28"#,
        r#"userName eq "hidden 29" "hidden 30""#,
        r#"hidden@31 eq "x""#,
        r#"userName eq "a` hidden 32 `b" x"#,
        r#"title eq ["hidden 33"]"#,
        "hidden` 34 ` pr",
    ] {
        let request = SearchRequest { filter: Some(filter.to_owned()), ..SearchRequest::default() };
        assert!(service.search(caller.clone(), Kind::User, &request).is_err(), "{filter}");
    }
    let words =
        |sort_by: &str| SearchRequest { sort_by: Some(sort_by.to_owned()), ..SearchRequest::default() };
    assert!(service.search(caller.clone(), Kind::User, &words("a` hidden 35 `")).is_err());
    let bulk = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[
        {"method":"DELETE","path":"/hidden 36"},{"method":"DELETE","path":"/Users/hidden` 37 `"},
        {"method":"hidden 38","path":"/Users"},{"method":"POST","path":"/Users","bulkId":"a",
         "data":{"manager":"bulkId:hidden 39"}}]}"#;
    service.bulk(caller.clone()).run(bulk.as_bytes()).unwrap();
    let lines = lines(&service);
    assert!(lines.len() > 35, "{}", lines.len());
    for line in &lines {
        // A name with what makes it no name cut off may stand among the refused attributes.
        let text = format!("{:?} {:?} {:?}", line.reason, line.ignored, line.refused);
        let told =
            (1..40).find(|n| text.contains(&format!("hidden {n}")) || text.contains(&format!("` {n}")));
        assert_eq!(told, None, "{line:?}");
        assert!(!text.contains("hidden@"), "{line:?}");
        assert!(line.reason.as_ref().is_none_or(|reason| reason.chars().count() <= 1000), "{line:?}");
        assert!(line.refused.join(" ").len() <= 1000 && line.ignored.join(" ").len() <= 1000, "{line:?}");
    }
}

#[test]
fn old_lines_and_counts_are_pruned_as_time_goes_by_and_other_writes_go_on() {
    static NOW: AtomicI64 = AtomicI64::new(NOON);
    let fixture = Fixture::at(|| NOW.load(Ordering::Relaxed));
    let caller = fixture.caller();
    let write_lines = |count: usize| {
        for _ in 0..count {
            let verdict = Verdict { status: 413, scim_type: None };
            let asked = Asked::Create(Kind::User);
            fixture.service.note_refused(&caller, asked, verdict, "too large", Instant::now());
        }
        fixture.service.flush().unwrap();
    };
    let left = || lines(&fixture.service).len();
    write_lines(1200);
    fixture.service.users(caller.clone()).get("nothing", &Projection::all()).unwrap_err();
    NOW.fetch_add(30 * DAY, Ordering::Relaxed);
    write_lines(10);
    assert_eq!(fixture.service.prune(90, || false).unwrap(), 0);
    NOW.fetch_add(61 * DAY, Ordering::Relaxed);
    // A clock that is ahead removes nothing by itself: the days end with the newest line.
    assert_eq!(fixture.service.prune(90, || false).unwrap(), 0);
    write_lines(1);
    // Told to stop, it stops.
    assert_eq!(fixture.service.prune(90, || true).unwrap(), 0);
    let once = std::cell::Cell::new(0);
    let after_one = || once.replace(once.get() + 1) > 0;
    assert_eq!(fixture.service.prune(90, after_one).unwrap(), 500);
    assert_eq!(left(), 712);
    assert_eq!(fixture.service.prune(90, || false).unwrap(), 701);
    assert_eq!(left(), 11);
    NOW.fetch_add(900 * DAY, Ordering::Relaxed);
    assert_eq!(fixture.service.prune(90, || false).unwrap(), 0);
    write_lines(1);
    assert_eq!(fixture.service.prune(90, || false).unwrap(), 11);
    assert_eq!(left(), 1);
    assert_eq!(fixture.service.totals().pruned_lines, 1212);
    let (service, directory) = shared(fixture);
    assert!(counts(service, &directory).is_empty());
}

#[test]
fn totals_count_dialects_and_unknown_credentials_and_no_names() {
    let fixture = Fixture::new();
    let caller = fixture.caller();
    let users = fixture.service.users(caller);
    let ann = wait(users.create(&user("ann"), &Projection::all())).unwrap();
    let off = patch(r#"[{"op":"Replace","path":"active","value":"False"}]"#);
    for _ in 0..2 {
        wait(users.patch(&id(&ann), &off, None, &Projection::all())).unwrap();
    }
    assert_eq!(fixture.service.authenticate(None, "r").unwrap_err(), Refusal::NoCredentials);
    fixture.service.authenticate(Some("Bearer nonsense"), "r").unwrap_err();
    let totals = fixture.service.totals();
    let applied: Vec<_> = totals.dialects.iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(applied, [&("op-case", 2), &("string-boolean", 2)]);
    assert!(totals.dialects.len() > 15);
    assert_eq!((totals.unknown_credentials, totals.writes_done, totals.dropped_lines), (2, 3, 0));
    assert_eq!(lines(&fixture.service).len(), 3, "unknown credentials leave no line");
}

#[test]
fn pages_of_the_log_lead_through_all_of_it() {
    let fixture = Fixture::new();
    let users = fixture.service.users(fixture.caller());
    for name in ["ann", "bob", "cat", "ann", "dan"] {
        let _ = wait(users.create(&user(name), &Projection::all()));
    }
    fixture.service.flush().unwrap();
    let text = |text: &str| Some(text.to_owned());
    let walk = |query: &LogQuery, oldest_first: bool| {
        let (mut found, mut from) = (Vec::new(), None);
        loop {
            let (tenant, query) = ("acme".to_owned(), query.clone());
            let Reply::Log(read) =
                fixture.execute(Command::LogRead { tenant, query, oldest_first, from, limit: 2 })
            else {
                panic!("no log")
            };
            found.extend(read.lines.into_iter().map(|line| line.target.unwrap_or_default()));
            from = read.next;
            if from.is_none() {
                return found;
            }
        }
    };
    let all = LogQuery::default();
    assert_eq!(walk(&all, true).len(), 5);
    let refused = LogQuery { status: text("4xx"), ..all.clone() };
    assert_eq!(walk(&refused, false), ["ann"]);
    let ann = LogQuery { target: text("AN"), action: text("create"), since: text("1m"), ..all.clone() };
    assert_eq!(walk(&ann, true), ["ann", "ann", "dan"].map(str::to_owned));
    assert!(walk(&LogQuery { until: text("0s"), ..all }, true).is_empty());
}

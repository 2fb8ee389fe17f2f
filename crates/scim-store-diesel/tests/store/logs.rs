//! The provisioning log and the counts of reads: filtered, walked, followed, pruned.

use crate::plans::watched;
use crate::support::{Fixture, log_line};
use scim_store_diesel::{LogFilter, LogLine, LogOrder, LogPlace, ReadCount, ResourceId, TenantId};
use std::collections::BTreeMap;

fn write(fixture: &Fixture, tenant: TenantId, lines: Vec<LogLine>) {
    fixture.write(move |tx| lines.iter().try_for_each(|line| tx.tenant(tenant).log(line))).unwrap();
}

/// The request ids of all lines that a filter wants, page by page, and how many pages there were.
fn walk(fixture: &Fixture, filter: &LogFilter, order: LogOrder, limit: u32) -> (Vec<String>, usize) {
    let (mut found, mut pages, mut from) = (Vec::new(), 0, None);
    loop {
        let page = fixture.store.tenant(fixture.acme).log(filter, order, from, limit).unwrap();
        assert!(page.lines.len() <= limit as usize);
        pages += 1;
        found.extend(page.lines.into_iter().map(|numbered| numbered.line.request_id));
        match page.next {
            Some(next) => from = Some(next),
            None => return (found, pages),
        }
    }
}

#[test]
fn each_filter_finds_its_lines_in_both_orders_whatever_the_size_of_pages() {
    let fixture = Fixture::new();
    let (ann, other) = (ResourceId::from(uuid(1)), fixture.tenant("other"));
    let lines = vec![
        LogLine { res: Some(ann), target: Some("Ann@Contoso.test".to_owned()), ..log_line(10, "a") },
        LogLine { status: 409, action: "Create user".to_owned(), ..log_line(20, "b") },
        // Several lines of one request and of one time.
        LogLine { status: 404, target: Some("50%_ann".to_owned()), ..log_line(20, "c") },
        LogLine { status: 412, res: Some(ann), ..log_line(20, "c") },
        // Decided earlier, written later.
        LogLine { status: 500, action: "Delete Group".to_owned(), ..log_line(15, "d") },
    ];
    write(&fixture, fixture.acme, lines.clone());
    write(&fixture, other, lines);
    let text = |text: &str| Some(text.to_owned());
    let all = LogFilter::default;
    for (filter, expected) in [
        (all(), "a d b c c"),
        (LogFilter { since_ms: Some(15), ..all() }, "d b c c"),
        (LogFilter { until_ms: Some(20), ..all() }, "a d"),
        (LogFilter { since_ms: Some(11), until_ms: Some(20), ..all() }, "d"),
        (LogFilter { request_id: text("c"), ..all() }, "c c"),
        (LogFilter { request_id: text("C"), ..all() }, ""),
        (LogFilter { request_id: text("c"), status: Some((412, 412)), ..all() }, "c"),
        (LogFilter { res: Some(ann), ..all() }, "a c"),
        (LogFilter { target: text("ann@CONTOSO"), ..all() }, "a"),
        (LogFilter { target: text("ann"), ..all() }, "a c"),
        (LogFilter { target: text("0%_a"), ..all() }, "c"),
        (LogFilter { target: text("%"), until_ms: Some(20), ..all() }, ""),
        (LogFilter { action: text("delete g"), ..all() }, "d"),
        (LogFilter { action: text("user"), status: Some((400, 599)), ..all() }, "b c c"),
        (LogFilter { status: Some((400, 499)), ..all() }, "b c c"),
        (LogFilter { status: Some((600, 700)), ..all() }, ""),
    ] {
        for limit in [1, 2, 100] {
            let mut expected: Vec<&str> = expected.split_whitespace().collect();
            let found = walk(&fixture, &filter, LogOrder::OldestFirst, limit).0;
            assert_eq!(found, expected, "{filter:?} by {limit}");
            expected.reverse();
            let found = walk(&fixture, &filter, LogOrder::NewestFirst, limit).0;
            assert_eq!(found, expected, "{filter:?} by {limit}, newest first");
        }
    }
}

#[test]
fn a_page_looks_at_so_many_lines_and_loses_none() {
    let fixture = Fixture::new();
    let rare = |at_ms: i64| at_ms % 15_000 == 14_999;
    let lines = (0..50_000).map(|at_ms| LogLine {
        status: if rare(at_ms) { 500 } else { 200 },
        ..log_line(at_ms, &at_ms.to_string())
    });
    write(&fixture, fixture.acme, lines.collect());
    let filter = LogFilter { status: Some((500, 599)), ..LogFilter::default() };
    let mut expected = ["14999", "29999", "44999"];
    assert_eq!(walk(&fixture, &filter, LogOrder::OldestFirst, 10), (expected.map(str::to_owned).into(), 3));
    expected.reverse();
    assert_eq!(walk(&fixture, &filter, LogOrder::NewestFirst, 10), (expected.map(str::to_owned).into(), 3));
    // Where a time is known, nothing before it is looked at.
    let late = LogFilter { since_ms: Some(44_000), ..filter };
    assert_eq!(walk(&fixture, &late, LogOrder::NewestFirst, 10), (vec!["44999".to_owned()], 1));
}

#[test]
fn every_way_into_the_log_has_its_index() {
    let fixture = Fixture::new();
    let tenant = fixture.store.tenant(fixture.acme);
    let page =
        |filter: &LogFilter, order, from| watched(|| tenant.log(filter, order, from, 5).unwrap()).1.all;
    let (newest, oldest) = (LogOrder::NewestFirst, LogOrder::OldestFirst);
    let from = Some(LogPlace { at_ms: 1, id: 1 });
    let request = LogFilter { request_id: Some("r".to_owned()), ..LogFilter::default() };
    let times = LogFilter { since_ms: Some(1), until_ms: Some(9), ..LogFilter::default() };
    let looked = LogFilter { target: Some("ann".to_owned()), status: Some((400, 499)), ..times.clone() };
    let mut database = fixture.database();
    let mut check = |sent: Vec<String>, index: &str, sorts: bool| {
        for sql in sent.iter().filter(|sql| sql.starts_with("SELECT") && !sql.contains("max(")) {
            let plan = database.plan(sql).join("; ");
            assert!(plan.contains(index) && plan.contains("B-TREE") == sorts, "{sql}: {plan}");
            let places_alone =
                sql.contains("SELECT `provisioning_log`.`at_ms`, `provisioning_log`.`id` FROM");
            assert!(!places_alone || plan.contains("COVERING"), "{sql}: {plan}");
        }
    };
    for order in [newest, oldest] {
        check(page(&LogFilter::default(), order, None), "provisioning_log_time (tenant=?)", false);
        check(page(&LogFilter::default(), order, from), "provisioning_log_time (tenant=? AND at_ms", false);
        check(page(&times, order, from), "provisioning_log_time (tenant=? AND at_ms", false);
        check(page(&looked, order, from), "provisioning_log_time (tenant=? AND at_ms", false);
        check(page(&request, order, from), "provisioning_log_request (tenant=? AND request_id=?", true);
    }
    let (_, sent) = watched(|| tenant.log_after(3).unwrap());
    check(sent.all, "INTEGER PRIMARY KEY (rowid>?)", false);
}

#[test]
fn whoever_follows_the_log_gets_each_line_once() {
    let fixture = Fixture::new();
    let other = fixture.tenant("other");
    let tenant = fixture.store.tenant(fixture.acme);
    write(&fixture, fixture.acme, vec![log_line(1, "a"), log_line(2, "b"), log_line(3, "c")]);
    let tail = tenant.log_tail(2).unwrap();
    let ids = |lines: &[scim_store_diesel::NumberedLine]| -> Vec<String> {
        lines.iter().map(|numbered| numbered.line.request_id.clone()).collect()
    };
    assert_eq!(ids(&tail.lines), ["b", "c"]);
    // Lines of others move the place on; a time that goes back hides nothing.
    write(&fixture, other, vec![log_line(9, "x")]);
    let idle = tenant.log_after(tail.after).unwrap();
    assert!(idle.lines.is_empty() && idle.after > tail.after);
    write(&fixture, fixture.acme, vec![log_line(2, "d")]);
    write(&fixture, fixture.acme, (0..1200).map(|n| log_line(n, &n.to_string())).collect());
    let (mut found, mut after) = (Vec::new(), idle.after);
    loop {
        let tail = tenant.log_after(after).unwrap();
        assert!(tail.lines.len() <= 500);
        if tail.lines.is_empty() {
            break;
        }
        found.extend(ids(&tail.lines));
        after = tail.after;
    }
    let expected: Vec<String> =
        ["d".to_owned()].into_iter().chain((0..1200).map(|n| n.to_string())).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_is_old_is_pruned_in_batches_and_the_newest_line_of_all_stays() {
    let fixture = Fixture::new();
    let (acme, other) = (fixture.acme, fixture.tenant("other"));
    write(&fixture, other, (0..3).map(|n| log_line(n, "theirs")).collect());
    write(&fixture, acme, (0..1200).map(|n| log_line(n, &n.to_string())).collect());
    let count = |minute| ReadCount { minute, accessor: "acc".to_owned(), reads: 1, not_found: 1 };
    fixture
        .write(move |tx| (0..3).try_for_each(|minute| tx.tenant(acme).count_reads(&count(minute))))
        .unwrap();
    let prune = |before| fixture.write(move |tx| tx.tenant(acme).prune_log(before, 500)).unwrap();
    let prune_counts = |limit| fixture.write(move |tx| tx.tenant(acme).prune_counts(120_000, limit)).unwrap();
    let left = || walk(&fixture, &LogFilter::default(), LogOrder::OldestFirst, 500).0;
    assert_eq!([prune(0), prune(1100)], [0, 500]);
    assert_eq!((left().len(), left()[0].as_str()), (700, "500"));
    assert_eq!([prune(1100), prune(1100)], [500, 100]);
    assert_eq!((left().len(), left()[0].as_str()), (100, "1100"));
    assert_eq!(fixture.store.tenant(other).log_tail(9).unwrap().lines.len(), 3);
    // The number of the last line is not given again.
    let after = fixture.store.tenant(acme).log_tail(1).unwrap().after;
    assert_eq!(prune(120_000), 99);
    assert_eq!([1, 500, 500].map(prune_counts), [1, 1, 0]);
    assert_eq!(left(), ["1199"]);
    let minutes = |counts: Vec<ReadCount>| counts.iter().map(|count| count.minute).collect::<Vec<_>>();
    assert_eq!(minutes(fixture.store.tenant(acme).read_counts((0, ""), 1000).unwrap()), [2]);
    write(&fixture, acme, vec![log_line(200_000, "next")]);
    let next = fixture.store.tenant(acme).log_after(after).unwrap();
    assert_eq!(next.lines.iter().map(|n| &*n.line.request_id).collect::<Vec<_>>(), ["next"]);
    assert_eq!(prune(120_000), 1);
    assert_eq!(left(), ["next"]);
}

#[test]
fn counts_add_up_for_each_token_and_minute() {
    let fixture = Fixture::new();
    let acme = fixture.acme;
    let counted = [("a", 7, 1, 0), ("b", 7, 2, 2), ("a", 7, 3, 1), ("a", 8, 4, 0)];
    for (accessor, minute, reads, not_found) in counted {
        let count = ReadCount { minute, accessor: accessor.to_owned(), reads, not_found };
        fixture.write(move |tx| tx.tenant(acme).count_reads(&count)).unwrap();
    }
    let found = fixture.store.tenant(acme).read_counts((7, ""), 1000).unwrap();
    let found: BTreeMap<_, _> =
        found.iter().map(|c| ((c.minute, c.accessor.as_str()), (c.reads, c.not_found))).collect();
    assert_eq!(found, BTreeMap::from([((7, "a"), (4, 1)), ((7, "b"), (2, 2)), ((8, "a"), (4, 0))]));
    assert_eq!(fixture.store.tenant(acme).read_counts((8, ""), 1000).unwrap().len(), 1);
}

fn uuid(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

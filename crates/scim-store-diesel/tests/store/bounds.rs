//! What one list may hold and take.

use crate::filters::{list, listing, part, predicate, render};
use crate::support::{Fixture, document, texts};
use scim_core::sort::{SortBy, SortOrder};
use scim_store_diesel::{From, Hit, Kind, Listing, MemberWrite, Part, Relations, ResourceId, StoreError};
use serde_json::json;
use std::time::Duration;

/// Walks all pages by what each of them held, as a client does.
fn walk(fixture: &Fixture, kind: Kind, filter: Option<&str>) -> Vec<(usize, Vec<ResourceId>)> {
    let predicate = filter.map(|text| predicate(kind, text));
    let mut pages = Vec::new();
    let mut offset = 0;
    loop {
        let page = list(fixture, fixture.acme, kind, predicate.as_ref(), (offset, 1000));
        let ids: Vec<_> = page.resources.iter().map(|l| l.resource.id).collect();
        let bytes = page.resources.iter().map(|l| l.resource.doc.len()).sum();
        offset += i64::try_from(ids.len()).unwrap();
        if ids.is_empty() {
            assert_eq!(page.total, offset);
            return pages;
        }
        pages.push((bytes, ids));
    }
}

/// Walks from page to page by the resources at their ends, to the end and back, as cursors do.
fn walk_by_place(fixture: &Fixture, kind: Kind, filter: Option<&str>, sorted: bool) -> [Vec<ResourceId>; 2] {
    let predicate = filter.map(|text| predicate(kind, text));
    let by = SortBy::parse("id", fixture.resource_type(kind)).unwrap();
    let parts = [Part { kind, predicate: predicate.as_ref(), sort: sorted.then_some(&by) }];
    let order = sorted.then_some(SortOrder::Ascending);
    let page = |from| {
        let listing = Listing { from, order, ..listing(&parts, "the same for all pages", (0, 1000)) };
        let page = fixture.store.tenant(fixture.acme).list(listing, &|loaded| Ok(render(loaded))).unwrap();
        let ids: Vec<_> = page.resources.iter().map(|loaded| loaded.resource.id).collect();
        assert!(!ids.is_empty() && ids.len() as i64 <= page.total);
        (ids, page.before, page.after)
    };
    let (mut onwards, mut after) = (Vec::new(), true);
    while after {
        let from = onwards.last().map_or(From::Index(0), |id| From::After(Hit { kind, id: *id }));
        let (ids, before, more) = page(from);
        assert_eq!(before, !onwards.is_empty());
        onwards.extend(ids);
        after = more;
    }
    let (mut back, mut before) = (vec![*onwards.last().unwrap()], true);
    while before {
        let (ids, more, after) = page(From::Before(Hit { kind, id: back[0] }));
        assert!(after);
        back.splice(0..0, ids);
        before = more;
    }
    [onwards, back]
}

#[test]
fn a_page_of_large_documents_ends_early_and_the_walk_loses_none() {
    let fixture = Fixture::new();
    let large = "x".repeat(1_000_000);
    let stored: Vec<ResourceId> = (0..20)
        .map(|n| {
            let user = document(json!({"userName": format!("u{n}"), "active": true, "title": large}));
            fixture.add(Kind::User, user).unwrap().id
        })
        .collect();
    // Everything, what SQL decides, and what the caller decides.
    for filter in [None, Some(r#"userName eq "u1" or not (userName eq "u1")"#), Some("title sw \"x\"")] {
        let pages = walk(&fixture, Kind::User, filter);
        assert!(pages.len() > 1, "{filter:?}: all on one page");
        assert!(pages.iter().all(|(bytes, _)| *bytes < 10 << 20), "{filter:?}");
        let walked: Vec<_> = pages.into_iter().flat_map(|(_, ids)| ids).collect();
        assert_eq!(walked, stored, "{filter:?}");
        for sorted in [false, true] {
            assert_eq!(
                walk_by_place(&fixture, Kind::User, filter, sorted),
                [&stored; 2].map(Vec::clone),
                "{filter:?}"
            );
        }
    }
}

#[test]
fn a_page_of_groups_with_many_members_ends_early_and_the_walk_loses_none() {
    let fixture = Fixture::new();
    let users: Vec<ResourceId> = (0..4000)
        .map(|n| fixture.queue_user(&format!("u{n}")))
        .collect::<Vec<_>>()
        .into_iter()
        .map(|user| user.wait().unwrap().id)
        .collect();
    let ids = texts(&users);
    let stored: Vec<ResourceId> = (0..20)
        .map(|n| {
            let mut group = fixture.add_group(&format!("g{n}"));
            let write = MemberWrite::Add(ids.clone());
            let acme = fixture.acme;
            fixture.write(move |tx| {
                tx.tenant(acme).change_members(&mut group, &[write], false)?;
                Ok(group.id)
            })
        })
        .map(Result::unwrap)
        .collect();
    for filter in [None, Some("displayName sw \"g\"")] {
        let pages = walk(&fixture, Kind::Group, filter);
        assert!(pages.len() > 1, "{filter:?}: {} members on one page", stored.len() * users.len());
        let walked: Vec<_> = pages.into_iter().flat_map(|(_, ids)| ids).collect();
        assert_eq!(walked, stored, "{filter:?}");
        assert_eq!(
            walk_by_place(&fixture, Kind::Group, filter, false),
            [&stored; 2].map(Vec::clone),
            "{filter:?}"
        );
    }
    // Who does not ask for members gets all groups at once.
    let parts = part(Kind::Group, None);
    let listing = Listing { relations: Relations::default(), ..listing(&parts, "all", (0, 1000)) };
    let all = fixture.store.tenant(fixture.acme).list(listing, &|loaded| Ok(render(loaded))).unwrap();
    assert_eq!(all.resources.len(), stored.len());
}

#[test]
fn a_page_of_users_in_many_groups_ends_early_and_the_walk_loses_none() {
    let fixture = Fixture::new();
    let acme = fixture.acme;
    let stored: Vec<ResourceId> = (0..36).map(|n| fixture.add_user(&format!("u{n}")).id).collect();
    fixture
        .write(move |tx| {
            (0..1000).try_for_each(|n| {
                tx.tenant(acme).insert(Kind::Group, &crate::support::group(&format!("g{n}"))).map(drop)
            })
        })
        .unwrap();
    // Everybody is in every group.
    fixture.database().run(
        "INSERT INTO member (tenant, group_id, member_id, rtype, added_ms)
         SELECT g.tenant, g.id, u.id, u.rtype, 0 FROM resource AS g, resource AS u WHERE g.rtype = 2 AND u.rtype = 1",
    );
    for filter in [None, Some("userName sw \"u\"")] {
        let pages = walk(&fixture, Kind::User, filter);
        assert!(pages.len() > 1, "{filter:?}: all groups of {} users on one page", stored.len());
        let walked: Vec<_> = pages.into_iter().flat_map(|(_, ids)| ids).collect();
        assert_eq!(walked, stored, "{filter:?}");
        assert_eq!(
            walk_by_place(&fixture, Kind::User, filter, false),
            [&stored; 2].map(Vec::clone),
            "{filter:?}"
        );
    }
}

#[test]
fn a_list_that_takes_too_long_is_refused() {
    let fixture = Fixture::with(|config| config.list_time = Duration::ZERO);
    fixture.add_user("ann");
    let predicate = predicate(Kind::User, "title co \"x\"");
    let parts = part(Kind::User, Some(&predicate));
    let listing = listing(&parts, "slow", (0, 10));
    let refused = fixture.store.tenant(fixture.acme).list(listing, &|loaded| Ok(render(loaded)));
    assert!(matches!(refused, Err(StoreError::TooMuchWork)), "{refused:?}");
}

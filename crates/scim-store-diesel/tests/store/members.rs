//! Membership: deltas, repetition, and what follows from a deletion.

use crate::support::{Fixture, texts, user};
use scim_store_diesel::{Change, GroupRef, Kind, MemberRef, MemberWrite, Relations, ResourceId, StoreError};

struct World {
    fixture: Fixture,
    ann: ResourceId,
    ben: ResourceId,
    staff: ResourceId,
    all: ResourceId,
}

impl World {
    fn new() -> Self {
        let fixture = Fixture::new();
        let (ann, ben) = (fixture.add_user("ann").id, fixture.add_user("ben").id);
        let (staff, all) = (fixture.add_group("staff").id, fixture.add_group("all").id);
        Self { fixture, ann, ben, staff, all }
    }

    fn version(&self, group: ResourceId) -> i64 {
        self.fixture.find(Kind::Group, group).unwrap().version
    }

    fn members(&self, group: ResourceId) -> Vec<MemberRef> {
        let wanted = Relations { members: true, groups: false };
        self.fixture
            .store
            .tenant(self.fixture.acme)
            .find(Kind::Group, group, wanted)
            .unwrap()
            .members
            .unwrap()
    }

    fn ids(&self, group: ResourceId) -> Vec<ResourceId> {
        self.members(group).into_iter().map(|m| m.id).collect()
    }

    fn groups(&self, user: ResourceId) -> Vec<GroupRef> {
        let wanted = Relations { members: false, groups: true };
        self.fixture.store.tenant(self.fixture.acme).find(Kind::User, user, wanted).unwrap().groups.unwrap()
    }

    fn rows(&self) -> usize {
        self.fixture.database().log(self.fixture.acme).len()
    }
}

fn add(ids: &[ResourceId]) -> MemberWrite {
    MemberWrite::Add(texts(ids))
}

#[test]
fn each_write_answers_what_it_changed() {
    let w = World::new();
    let (ann, ben, staff) = (w.ann, w.ben, w.staff);
    let delta = w.fixture.change(staff, vec![add(&[ann, ann])]).unwrap();
    assert_eq!((delta.added, delta.removed.len()), (vec![(Kind::User, ann)], 0));
    assert_eq!((w.ids(staff), w.version(staff)), (vec![ann], 2));

    let delta = w.fixture.change(staff, vec![MemberWrite::Replace(texts(&[ben, w.all]))]).unwrap();
    assert_eq!(delta.removed, [(Kind::User, ann)]);
    assert_eq!(delta.added, [(Kind::User, ben), (Kind::Group, w.all)]);
    assert_eq!((w.ids(staff), w.version(staff)), (vec![ben, w.all], 3));

    let delta = w.fixture.change(staff, vec![MemberWrite::Remove(texts(&[ben]))]).unwrap();
    assert_eq!((delta.removed, delta.added.len()), (vec![(Kind::User, ben)], 0));

    let delta = w.fixture.change(staff, vec![MemberWrite::Clear]).unwrap();
    assert_eq!(delta.removed, [(Kind::Group, w.all)]);
    assert_eq!((w.ids(staff).len(), w.version(staff)), (0, 5));
}

#[test]
fn repeating_a_change_changes_nothing() {
    let w = World::new();
    w.fixture.change(w.staff, vec![add(&[w.ann])]).unwrap();
    let before = (w.fixture.find(Kind::Group, w.staff), w.rows());
    for again in [
        add(&[w.ann]),
        add(&[]),
        MemberWrite::Remove(texts(&[w.ben, w.staff])),
        MemberWrite::Remove(vec!["nonsense".to_owned()]),
        MemberWrite::Replace(texts(&[w.ann, w.ann])),
    ] {
        let delta = w.fixture.change(w.staff, vec![again.clone(), again]).unwrap();
        assert!(delta.is_empty());
    }
    w.fixture.change(w.all, vec![MemberWrite::Clear, MemberWrite::Replace(Vec::new())]).unwrap();
    assert_eq!((w.fixture.find(Kind::Group, w.staff), w.rows()), before);
    assert_eq!(w.version(w.all), 1);
}

#[test]
fn several_writes_of_one_request_are_one_version() {
    let w = World::new();
    let writes = vec![add(&[w.ann]), MemberWrite::Remove(texts(&[w.ann])), add(&[w.ben]), add(&[w.ann])];
    let delta = w.fixture.change(w.staff, writes).unwrap();
    assert_eq!(delta.added, [(Kind::User, w.ann), (Kind::User, w.ben), (Kind::User, w.ann)]);
    assert_eq!((w.ids(w.staff), w.version(w.staff)), (vec![w.ann, w.ben], 2));
    let versions: Vec<_> = w.fixture.database().log(w.fixture.acme)[5..].iter().map(|r| r.version).collect();
    assert_eq!(versions, [2, 2, 2, 2], "every row names the version that the request made");
}

#[test]
fn a_fresh_group_keeps_its_version() {
    let w = World::new();
    let (acme, ann) = (w.fixture.acme, w.ann);
    let row = w.fixture.write(move |tx| {
        let mut tenant = tx.tenant(acme);
        let mut row = tenant.insert(Kind::Group, &crate::support::group("new"))?;
        tenant.change_members(&mut row, &[add(&[ann])], true)?;
        Ok(row)
    });
    let row = row.unwrap();
    assert_eq!(row.version, 1);
    assert_eq!(w.fixture.find(Kind::Group, row.id), Some(row));
}

#[test]
fn only_groups_have_members_but_anything_may_be_asked_for_nothing() {
    let w = World::new();
    let (acme, ann, ben, rows) = (w.fixture.acme, w.ann, w.ben, w.rows());
    let change = |writes: Vec<MemberWrite>| {
        w.fixture.write(move |tx| {
            let mut row = tx.tenant(acme).find(Kind::User, ann)?;
            tx.tenant(acme).change_members(&mut row, &writes, true)
        })
    };
    // What a service does that treats a user and a group alike.
    assert!(change(Vec::new()).unwrap().is_empty());
    assert!(change(vec![add(&[]), MemberWrite::Remove(Vec::new())]).unwrap().is_empty());
    for write in [add(&[ben]), MemberWrite::Replace(texts(&[ben])), MemberWrite::Clear] {
        assert!(matches!(change(vec![write]), Err(StoreError::NotFound)));
    }
    assert_eq!((w.rows(), w.fixture.database().count("member")), (rows, 0));
}

#[test]
fn unknown_ids_are_reported_and_the_known_ones_added() {
    let w = World::new();
    let stranger = ResourceId::generate().to_string();
    let simple = w.ben.uuid().simple().to_string();
    let sent = vec![
        "u-1".to_owned(),
        w.ann.to_string().to_uppercase(),
        stranger.clone(),
        String::new(),
        simple.clone(),
        w.all.to_string(),
    ];
    let delta = w.fixture.change(w.staff, vec![MemberWrite::Add(sent.clone())]).unwrap();
    assert_eq!(delta.added, [(Kind::User, w.ann), (Kind::Group, w.all)], "kinds follow from the ids");
    assert_eq!(delta.unknown, ["u-1".to_owned(), stranger.clone(), String::new(), simple]);
    let delta = w.fixture.change(w.staff, vec![MemberWrite::Replace(sent)]).unwrap();
    assert!(delta.is_empty() && delta.unknown.len() == 4, "an id in upper case is the same id");
    let upper = MemberWrite::Remove(vec![w.ann.to_string().to_uppercase(), stranger]);
    let delta = w.fixture.change(w.staff, vec![upper]).unwrap();
    assert_eq!(delta.removed, [(Kind::User, w.ann)]);
}

#[test]
fn members_and_groups_are_shown_with_their_names() {
    let w = World::new();
    let acme = w.fixture.acme;
    let ann = w.fixture.find(Kind::User, w.ann).unwrap();
    let named = crate::support::document(serde_json::json!({"userName": "ann", "displayName": "Ann"}));
    w.fixture.write(move |tx| tx.tenant(acme).update(Kind::User, &ann, &named)).unwrap();
    w.fixture.change(w.all, vec![add(&[w.staff, w.ann, w.ben])]).unwrap();
    let shown = |id, kind, display: Option<&str>| MemberRef { id, kind, display: display.map(str::to_owned) };
    assert_eq!(
        w.members(w.all),
        [
            shown(w.ann, Kind::User, Some("Ann")),
            shown(w.ben, Kind::User, None),
            shown(w.staff, Kind::Group, Some("staff")),
        ]
    );
    assert_eq!(w.groups(w.ann), [GroupRef { id: w.all, display: Some("all".to_owned()) }]);
    let plain = w.fixture.store.tenant(acme).find(Kind::Group, w.all, Relations::default()).unwrap();
    assert_eq!((plain.members, plain.groups), (None, None));
}

#[test]
fn deleting_a_user_removes_it_from_its_groups() {
    let w = World::new();
    let acme = w.fixture.acme;
    w.fixture.change(w.staff, vec![add(&[w.ann, w.ben])]).unwrap();
    w.fixture.change(w.all, vec![add(&[w.ann])]).unwrap();
    w.fixture.delete(Kind::User, w.ann).unwrap();
    assert_eq!((w.ids(w.staff), w.ids(w.all)), (vec![w.ben], vec![]));
    assert_eq!((w.version(w.staff), w.version(w.all)), (3, 3));
    let last = w.fixture.told(acme).pop().unwrap();
    let gone = vec![(Kind::User, w.ann)];
    assert_eq!(
        last.changes,
        [
            Change::MembersRemove { group: w.staff, members: gone.clone() },
            Change::MembersRemove { group: w.all, members: gone },
            Change::UserDelete { id: w.ann },
        ]
    );
    // The name may come back; the memberships do not.
    let again = w.fixture.add_user("ann");
    assert!(w.groups(again.id).is_empty());
}

#[test]
fn deleting_a_group_removes_it_from_both_sides() {
    let w = World::new();
    w.fixture.change(w.staff, vec![add(&[w.ann, w.staff])]).unwrap();
    w.fixture.change(w.all, vec![add(&[w.staff])]).unwrap();
    w.fixture.delete(Kind::Group, w.staff).unwrap();
    assert!(w.ids(w.all).is_empty() && w.groups(w.ann).is_empty());
    assert_eq!(w.version(w.all), 3);
    assert_eq!(w.fixture.find(Kind::User, w.ann).unwrap().version, 1);
    assert_eq!(w.fixture.database().count("member"), 0);
    let rows = w.fixture.database().log(w.fixture.acme);
    assert_eq!(rows.iter().map(|r| r.seq).collect::<Vec<_>>(), (1..=rows.len() as i64).collect::<Vec<_>>());
}

#[test]
fn a_whole_page_of_groups_is_filled_in() {
    let w = World::new();
    let acme = w.fixture.acme;
    w.fixture.write(move |tx| tx.tenant(acme).insert(Kind::User, &user("cid"))).unwrap();
    w.fixture.change(w.staff, vec![add(&[w.ann, w.ben])]).unwrap();
    w.fixture.change(w.all, vec![add(&[w.ben])]).unwrap();
    let parts = crate::filters::part(Kind::User, None);
    let listing = crate::filters::listing(&parts, "", (0, 10));
    let page = w.fixture.store.tenant(acme).list(listing, &|_| unreachable!()).unwrap();
    let counts: Vec<_> = page.resources.iter().map(|l| l.groups.as_ref().unwrap().len()).collect();
    assert_eq!((page.total, counts), (3, vec![1, 2, 0]));
}

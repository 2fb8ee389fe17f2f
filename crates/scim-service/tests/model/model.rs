//! The model: users and groups in maps, and what a request does to them by the rules of SCIM.

use crate::request::{Expected, What, Who};
use crate::users::User;
use std::collections::{BTreeMap, BTreeSet};

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) members: BTreeSet<String>,
    pub(crate) version: i64,
}

/// What a tenant has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    /// Whether members of a group are members of the groups around it, for decisions.
    pub(crate) nested: bool,
    pub(crate) users: BTreeMap<String, User>,
    pub(crate) groups: BTreeMap<String, Group>,
    /// All users and all groups that there ever were, in order.
    pub(crate) ever: Vec<String>,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is in this version now.
    Version(i64),
    /// It is there no longer.
    Gone,
    /// Nothing changed: a status and a scimType, and the id that the answer must name.
    Refused(u16, Option<&'static str>, Option<String>),
}

/// A request that is refused.
pub(crate) type Refused = Outcome;

pub(crate) fn refused(status: u16, scim_type: Option<&'static str>) -> Refused {
    Outcome::Refused(status, scim_type, None)
}

/// The text of a version.
pub(crate) fn etag(version: i64) -> String {
    format!("W/\"{version}\"")
}

impl Model {
    /// The id of somebody, as far as there is anybody.
    pub(crate) fn id(&self, who: Who, strangers: &[String]) -> String {
        let pick = |list: &mut dyn Iterator<Item = &String>, number: usize| {
            let list: Vec<&String> = list.collect();
            let id = if list.is_empty() {
                &strangers[number % strangers.len()]
            } else {
                list[number % list.len()]
            };
            id.clone()
        };
        match who {
            Who::User(number) => {
                pick(&mut self.ever.iter().filter(|id| self.users.contains_key(*id)), number)
            }
            Who::Group(number) => {
                pick(&mut self.ever.iter().filter(|id| self.groups.contains_key(*id)), number)
            }
            Who::Ever(number) => pick(&mut self.ever.iter(), number),
            Who::Stranger(number) => pick(&mut strangers.iter(), number),
        }
    }

    /// The text of an `If-Match` header for a request.
    pub(crate) fn if_match(&self, expected: Expected, what: &What<String>) -> Option<String> {
        let version = match what {
            What::CreateUser(_) | What::CreateGroup(..) => return None,
            What::ReplaceUser(id, _) | What::PatchUser(id, _) | What::DeleteUser(id) => {
                self.users.get(id).map_or(1, |user| user.version)
            }
            What::ReplaceGroup(id, ..) | What::PatchGroup(id, _) | What::DeleteGroup(id) => {
                self.groups.get(id).map_or(1, |group| group.version)
            }
        };
        Some(match expected {
            Expected::None => return None,
            Expected::Any => "*".to_owned(),
            Expected::Current => etag(version),
            Expected::CurrentAmongOthers => format!("{}, {}", etag(version + 7), etag(version)),
            Expected::Earlier => etag(version - 1),
            Expected::Later => etag(version + 1),
        })
    }

    /// Does what is asked for. `new` is the id of what is created.
    pub(crate) fn apply(&mut self, what: &What<String>, if_match: Option<&str>, new: &str) -> Outcome {
        let done = match what {
            What::CreateUser(body) => self.create_user(body, new),
            What::ReplaceUser(id, body) => self.replace_user(id, body, if_match),
            What::PatchUser(id, changes) => self.patch_user(id, changes, if_match),
            What::DeleteUser(id) => self.delete(true, id, if_match),
            What::CreateGroup(name, members) => self.create_group(name, members, new),
            What::ReplaceGroup(id, name, members) => self.replace_group(id, name, members, if_match),
            What::PatchGroup(id, changes) => self.patch_group(id, changes, if_match),
            What::DeleteGroup(id) => self.delete(false, id, if_match),
        };
        done.unwrap_or_else(|refused| refused)
    }

    /// A user or group that goes leaves the groups; these are changed by that.
    fn delete(&mut self, user: bool, id: &str, if_match: Option<&str>) -> Result<Outcome, Refused> {
        let version = match user {
            true => self.users.get(id).map(|user| user.version),
            false => self.groups.get(id).map(|group| group.version),
        };
        check(version.ok_or(refused(404, None))?, if_match)?;
        self.users.remove(id);
        self.groups.remove(id);
        for group in self.groups.values_mut() {
            group.version += i64::from(group.members.remove(id));
        }
        Ok(Outcome::Gone)
    }

    /// Whether an id is one of the tenant.
    pub(crate) fn knows(&self, id: &str) -> bool {
        self.users.contains_key(id) || self.groups.contains_key(id)
    }

    /// The name that a member is shown with.
    pub(crate) fn display(&self, id: &str) -> Option<&'static str> {
        let group = || self.groups.get(id).map(|group| group.name);
        self.users.get(id).map_or_else(group, |user| user.display_name)
    }

    /// The groups that hold an id themselves.
    pub(crate) fn groups_of(&self, id: &str) -> Vec<&str> {
        let holding = self.groups.iter().filter(|(_, group)| group.members.contains(id));
        holding.map(|(group, _)| group.as_str()).collect()
    }

    /// The groups by which a user is decided about.
    pub(crate) fn in_force(&self, id: &str) -> BTreeSet<&str> {
        let mut found: BTreeSet<&str> = self.groups_of(id).into_iter().collect();
        let mut before = if self.nested { 0 } else { found.len() };
        while before < found.len() {
            before = found.len();
            let around: Vec<&str> = found.iter().flat_map(|group| self.groups_of(group)).collect();
            found.extend(around);
        }
        found
    }
}

/// Whether a request is about the version that is there.
pub(crate) fn check(version: i64, if_match: Option<&str>) -> Result<(), Refused> {
    let Some(text) = if_match else { return Ok(()) };
    let current = etag(version);
    if text == "*" || text.split(", ").any(|tag| tag == current) { Ok(()) } else { Err(refused(412, None)) }
}

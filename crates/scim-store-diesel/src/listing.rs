//! What is listed, and what comes of it.

use crate::error::StoreError;
use crate::ids::{Kind, ResourceId};
use crate::rows::{GroupRef, MemberRef, StoredResource};
use scim_core::Predicate;
use scim_core::sort::{SortBy, SortOrder};
use serde_json::{Map, Value};

/// Which computed parts of a resource are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Relations {
    /// The members of a group.
    pub members: bool,
    /// The groups of a user.
    pub groups: bool,
}

/// A resource with the computed parts that were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// What it is.
    pub kind: Kind,
    /// The resource.
    pub resource: StoredResource,
    /// Its members, if it is a group and they were asked for.
    pub members: Option<Vec<MemberRef>>,
    /// Its groups, if it is a user and they were asked for.
    pub groups: Option<Vec<GroupRef>>,
}

/// What a member or a group of a user weighs on a page besides its name: about what it takes in an answer.
pub(crate) const RELATION_BYTES: usize = 256;

impl Loaded {
    /// About how many bytes it takes.
    pub(crate) fn weight(&self) -> usize {
        let shown = |display: &Option<String>| RELATION_BYTES + display.as_ref().map_or(0, String::len);
        let members: usize = self.members.iter().flatten().map(|member| shown(&member.display)).sum();
        let groups: usize = self.groups.iter().flatten().map(|group| shown(&group.display)).sum();
        self.resource.doc.len() + members + groups
    }
}

/// How a stored row looks as a resource: the attributes that filters and sorting see.
pub type View<'v> = dyn Fn(&Loaded) -> Result<Map<String, Value>, StoreError> + 'v;

/// What is listed of one resource type.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The type.
    pub kind: Kind,
    /// The filter; `None` lists everything.
    pub predicate: Option<&'a Predicate>,
    /// By what resources of the type are sorted; `None` where it has no such attribute.
    pub sort: Option<&'a SortBy>,
}

/// What to list.
#[derive(Debug, Clone, Copy)]
pub struct Listing<'a> {
    /// The types, in the order in which they come when nothing is sorted.
    pub parts: &'a [Part<'a>],
    /// The order of a sorted list; `None` lists by type, and then by id, which is by age.
    pub order: Option<SortOrder>,
    /// A text that is the same exactly for the same parts and order. What was found for it is
    /// remembered as long as the tenant does not change.
    pub query: &'a str,
    /// Where the page begins.
    pub from: From,
    /// The most resources on the page; 0 only counts.
    pub limit: i64,
    /// What the answer needs besides the documents.
    pub relations: Relations,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// So many matches are passed over; a negative number is none.
    Index(i64),
    /// After a resource, which ended the page before.
    After(Hit),
    /// The page that ends before a resource, which begins the page after.
    Before(Hit),
}

/// A resource in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hit {
    /// Its type.
    pub kind: Kind,
    /// Its id.
    pub id: ResourceId,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// How many resources match in all.
    pub total: i64,
    /// Those of the page.
    pub resources: Vec<Loaded>,
    /// Whether matches come before the page.
    pub before: bool,
    /// Whether matches come after the page.
    pub after: bool,
}

//! Requests that were refused before a use case began: by their size, their media type, their query.

use crate::caller::Caller;
use crate::provision::Entry;
use crate::service::Service;
use crate::verdict::Verdict;
use scim_store_diesel::{Kind, Relations, ResourceId, TenantId};
use std::time::Instant;

/// What a request asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked<'a> {
    /// To create a resource.
    Create(Kind),
    /// To see a resource, by its id.
    Read(Kind, &'a str),
    /// To replace a resource, by its id.
    Replace(Kind, &'a str),
    /// To change a resource, by its id.
    Update(Kind, &'a str),
    /// To see resources of a type.
    List(Kind),
    /// To see resources of all types.
    Search,
    /// To do many things at once.
    Bulk,
    /// Something else, in words. The same refusal is written once a minute.
    Other(&'a str),
}

impl Asked<'_> {
    fn changes(self) -> bool {
        match self {
            Self::Create(_) | Self::Replace(..) | Self::Update(..) | Self::Bulk => true,
            Self::Read(..) | Self::List(_) | Self::Search | Self::Other(_) => false,
        }
    }
}

impl Service {
    /// Writes down that a request of a known caller was refused before a use case began.
    pub fn note_refused(
        &self,
        caller: &Caller,
        asked: Asked<'_>,
        verdict: Verdict,
        reason: &str,
        started: Instant,
    ) {
        if asked.changes() {
            self.recorder().counters().written(false);
        }
        let of = |verb: &str, kind| format!("{verb} {}", self.noun(kind));
        let (action, about) = match asked {
            Asked::Create(kind) => (of("Create", kind), None),
            Asked::List(kind) => (format!("{}s", of("List", kind)), None),
            Asked::Read(kind, id) => (of("Read", kind), Some((kind, id))),
            Asked::Replace(kind, id) | Asked::Update(kind, id) => (of("Update", kind), Some((kind, id))),
            Asked::Search => ("Search".to_owned(), None),
            Asked::Bulk => ("Bulk request".to_owned(), None),
            Asked::Other(words) => (words.to_owned(), None),
        };
        let id: Option<ResourceId> = about.and_then(|(_, id)| id.parse().ok());
        let target = about.zip(id).and_then(|((kind, _), id)| self.name_of(caller.tenant, kind, id));
        let line = Entry::turned_down(action, id, target, verdict, reason.to_owned());
        let line = line.line(caller, started, self.now_ms());
        match asked {
            Asked::Other(_) => self.recorder().turned_away(self.store(), caller.tenant, line),
            Asked::Create(_)
            | Asked::Read(..)
            | Asked::Replace(..)
            | Asked::Update(..)
            | Asked::List(_)
            | Asked::Search
            | Asked::Bulk => self.recorder().refused(self.store(), caller.tenant, line),
        }
    }

    /// The name of a resource type, as it stands in the words of the log.
    pub(crate) fn noun(&self, kind: Kind) -> String {
        self.resource_type(kind).name.to_ascii_lowercase()
    }

    /// The userName or displayName of a resource, if there is one.
    pub(crate) fn name_of(&self, tenant: TenantId, kind: Kind, id: ResourceId) -> Option<String> {
        let found = self.store().tenant(tenant).find(kind, id, Relations::default());
        found.ok().map(|found| found.resource.name)
    }
}

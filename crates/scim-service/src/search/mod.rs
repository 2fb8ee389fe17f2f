//! Lists and searches: of one resource type or of all (RFC 7644 sections 3.4.2 and 3.4.3).

mod cursors;
mod query;
mod request;

pub use request::{search_message, search_request};

use crate::caller::Caller;
use crate::discovery::{DEFAULT_PAGE, MAX_PAGE};
use crate::error::ServiceError;
use crate::provision::Entry;
use crate::render::{ADDED, render, write_resource};
use crate::service::Service;
use cursors::{Cursors, Start};
use query::Query;
use scim_core::json::legible;
use scim_core::search::SearchRequest;
use scim_store_diesel::{Hit, Kind, Listing, Loaded, Page, Part, Relations, StoreError, asks_one};
use std::fmt::Write;
use std::sync::Arc;
use std::time::Instant;

/// A query of one caller, understood and ready to be run.
pub struct Search {
    service: Arc<Service>,
    caller: Caller,
    query: Query,
    start: Start,
    count: i64,
    started: Instant,
}

impl Search {
    /// Understands a request about some resource types.
    ///
    /// A start below 1 means 1, a negative count 0 (RFC 7644 section 3.4.2.4); at most 1,000 are shown.
    pub(crate) fn new(
        service: &Arc<Service>,
        caller: Caller,
        kinds: &[Kind],
        request: &SearchRequest,
    ) -> Result<Self, ServiceError> {
        let started = Instant::now();
        let count = request.count.unwrap_or(DEFAULT_PAGE).clamp(0, MAX_PAGE);
        let understood = Query::new(service, kinds, request).and_then(|query| {
            let start = Cursors::of(service, &caller, &query).start(request, count)?;
            Ok((query, start))
        });
        match understood {
            Ok((query, start)) => {
                let service = Arc::clone(service);
                Ok(Self { service, caller, query, start, count, started })
            }
            Err(error) => Err(note(service, &caller, kinds, started, error)),
        }
    }

    /// Whether the search is about as quick as a read by a key, so that it may run where nothing may wait.
    pub fn is_quick(&self) -> bool {
        let tenant = self.service.store().tenant(self.caller.tenant);
        tenant.is_quick(self.listing(&self.query.store_parts(), ""))
    }

    fn listing<'a>(&self, parts: &'a [Part<'a>], query: &'a str) -> Listing<'a> {
        let wants = |kind: Kind, name: &str| {
            self.query.parts.iter().any(|part| part.kind == kind && part.projection.wants(name))
        };
        Listing {
            parts,
            order: self.query.order,
            query,
            from: self.start.from,
            limit: self.count,
            relations: Relations {
                members: wants(Kind::Group, "members"),
                groups: wants(Kind::User, "groups"),
            },
        }
    }

    /// Finds the page and answers it as a ListResponse, in JSON (RFC 7644 section 3.4.2).
    ///
    /// # Errors
    /// When finding takes too long, or a cursor leads nowhere any longer.
    pub fn run(self) -> Result<String, ServiceError> {
        let answered = self.find().and_then(|page| {
            let text = self.answer(&page)?;
            self.count(page.total);
            Ok(text)
        });
        answered.map_err(|error| {
            let kinds: Vec<Kind> = self.query.parts.iter().map(|part| part.kind).collect();
            note(&self.service, &self.caller, &kinds, self.started, error)
        })
    }

    /// Counts the search. A lookup that found nothing is written down: it is what comes before a create,
    /// and the only trace of a user that is not there.
    fn count(&self, total: i64) {
        let (recorder, now_ms) = (self.service.recorder(), self.service.now_ms());
        match self.query.lookup() {
            Some(lookup) if total == 0 => {
                recorder.not_found(
                    self.service.store(),
                    &self.caller,
                    now_ms,
                    ("look up", lookup.kind, lookup.is_name, lookup.text),
                    || {
                        let action = format!("Look up {}", self.service.noun(lookup.kind));
                        let target = lookup.is_name.then(|| legible(lookup.text));
                        Entry::not_found(action, None, target, 200).line(&self.caller, self.started, now_ms)
                    },
                );
            }
            _ => recorder.read(&self.caller, now_ms, total > 0),
        }
    }

    fn find(&self) -> Result<Page, ServiceError> {
        let parts = self.query.store_parts();
        let one = asks_one(self.listing(&parts, ""));
        let mut listing = self.listing(&parts, if one { "" } else { self.query.text() });
        // Of the one user that is asked for by name, the groups are at hand.
        let groups_at_hand = listing.relations.groups && one;
        listing.relations.groups &= !groups_at_hand;
        let view = |loaded: &Loaded| {
            let resource_type = self.service.resource_type(loaded.kind);
            render(resource_type, loaded, self.service.links())
                .map_err(|e| StoreError::Damaged(e.to_string()))
        };
        let tenant = self.service.store().tenant(self.caller.tenant);
        if self.marks_places() {
            let by = self.query.sort_relations();
            listing.relations.members |= by.members;
            listing.relations.groups |= by.groups;
            if let Some((hit, mark)) = self.start.place {
                let found = match tenant.find(hit.kind, hit.id, by) {
                    Err(StoreError::NotFound) => return Err(StoreError::PlaceGone.into()),
                    found => found?,
                };
                if self.mark(&found)? != mark {
                    return Err(StoreError::PlaceGone.into());
                }
            }
        }
        let mut page = tenant.list(listing, &view)?;
        if groups_at_hand {
            for loaded in page.resources.iter_mut().filter(|loaded| loaded.kind == Kind::User) {
                loaded.groups = self.service.groups_in_force(self.caller.tenant, loaded.resource.id);
                if loaded.groups.is_none() {
                    let wanted = self.listing(&parts, "").relations;
                    match tenant.find(Kind::User, loaded.resource.id, wanted) {
                        // Deleted meanwhile; it is shown as it was found.
                        Err(StoreError::NotFound) => {}
                        found => *loaded = found?,
                    }
                }
            }
        }
        Ok(page)
    }

    /// Whether cursors of the list have to know by what its resources are sorted.
    fn marks_places(&self) -> bool {
        self.query.order.is_some() && self.start.index.is_none()
    }

    fn mark(&self, loaded: &Loaded) -> Result<u64, ServiceError> {
        let resource_type = self.service.resource_type(loaded.kind);
        Ok(self.query.mark(loaded.kind, &render(resource_type, loaded, self.service.links())?))
    }

    fn answer(&self, page: &Page) -> Result<String, ServiceError> {
        let bytes: usize = page.resources.iter().map(|loaded| loaded.resource.doc.len() + ADDED).sum();
        let mut text = String::with_capacity(bytes + 256);
        let _ = write!(
            text,
            "{{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\
             \"totalResults\":{},\"itemsPerPage\":{}",
            page.total,
            page.resources.len(),
        );
        match self.start.index {
            Some(index) => {
                let _ = write!(text, ",\"startIndex\":{index}");
            }
            None => self.write_cursors(page, &mut text)?,
        }
        text.push_str(",\"Resources\":[");
        for (i, loaded) in page.resources.iter().enumerate() {
            if i > 0 {
                text.push(',');
            }
            let Some(part) = self.query.parts.iter().find(|part| part.kind == loaded.kind) else { continue };
            let links = self.service.links();
            write_resource(&mut text, &part.resource_type, loaded, links, &part.projection)?;
        }
        text.push_str("]}");
        Ok(text)
    }

    /// Adds the cursors of the pages around this one. They need no escapes.
    fn write_cursors(&self, page: &Page, text: &mut String) -> Result<(), ServiceError> {
        let cursors = Cursors::of(&self.service, &self.caller, &self.query);
        let place = |loaded: &Loaded| {
            let hit = Hit { kind: loaded.kind, id: loaded.resource.id };
            Ok::<_, ServiceError>((hit, if self.marks_places() { self.mark(loaded)? } else { 0 }))
        };
        if let Some(first) = page.resources.first().filter(|_| page.before) {
            let _ = write!(text, ",\"previousCursor\":\"{}\"", cursors.before(place(first)?, self.count));
        }
        if let Some(last) = page.resources.last().filter(|_| page.after) {
            let _ = write!(text, ",\"nextCursor\":\"{}\"", cursors.after(place(last)?, self.count));
        }
        Ok(())
    }
}

/// Writes a refusal down for the administrator and hands it on.
fn note(
    service: &Service,
    caller: &Caller,
    kinds: &[Kind],
    started: Instant,
    error: ServiceError,
) -> ServiceError {
    let action = match kinds {
        [one] => format!("List {}s", service.noun(*one)),
        _ => "Search".to_owned(),
    };
    let line = Entry::refused(action, None, None, &error).line(caller, started, service.now_ms());
    service.recorder().refused(service.store(), caller.tenant, line);
    error
}

//! Lists and searches: of one resource type or of all (RFC 7644 sections 3.4.2 and 3.4.3).

mod cursors;
mod request;

pub use request::{search_message, search_request};

use crate::caller::Caller;
use crate::discovery::{DEFAULT_PAGE, MAX_PAGE};
use crate::error::ServiceError;
use crate::provision::Entry;
use crate::render::{ADDED, render, write_resource};
use crate::service::Service;
use cursors::{Cursors, Start};
use scim_core::filter::Filter;
use scim_core::schema::ResourceType;
use scim_core::search::SearchRequest;
use scim_core::sort::{SortBy, SortOrder};
use scim_core::{Predicate, Projection};
use scim_store_diesel::{Hit, Kind, Listing, Loaded, Page, Part, Relations, StoreError, is_quick};
use std::fmt::Write;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// A query of one caller, understood and ready to be run.
pub struct Search {
    service: Arc<Service>,
    caller: Caller,
    what: &'static str,
    parts: Vec<Wanted>,
    order: Option<SortOrder>,
    filter: Option<Filter>,
    /// The query in one spelling: types, order and filter; written when it is needed.
    text: OnceLock<String>,
    start: Start,
    count: i64,
    started: Instant,
}

/// What is wanted of one resource type.
struct Wanted {
    kind: Kind,
    resource_type: Arc<ResourceType>,
    predicate: Option<Predicate>,
    sort: Option<SortBy>,
    projection: Projection,
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
        let what = if kinds.len() == 1 { "List" } else { "Search" };
        match Self::understand(service, caller.clone(), kinds, request, what, started) {
            Ok(search) => Ok(search),
            Err(error) => Err(note(service, &caller, &action(service, what, kinds), started, error)),
        }
    }

    fn understand(
        service: &Arc<Service>,
        caller: Caller,
        kinds: &[Kind],
        request: &SearchRequest,
        what: &'static str,
        started: Instant,
    ) -> Result<Self, ServiceError> {
        let types: Vec<&ResourceType> = kinds.iter().map(|kind| service.resource_type(*kind)).collect();
        let filter = request.filter.as_deref().map(str::parse::<Filter>).transpose()?;
        let predicates = match (&filter, types.as_slice()) {
            (None, types) => types.iter().map(|_| None).collect(),
            (Some(filter), [one]) => vec![Some(filter.resolve(one)?)],
            (Some(filter), types) => filter.resolve_each(types)?.into_iter().map(Some).collect::<Vec<_>>(),
        };
        let sort_by = request.sort_by.as_deref().filter(|path| !path.trim().is_empty());
        let sorts = match (sort_by, types.as_slice()) {
            (None, types) => types.iter().map(|_| None).collect(),
            (Some(path), [one]) => vec![Some(SortBy::parse(path, one)?)],
            (Some(path), types) => SortBy::parse_each(path, types)?,
        };
        let order: SortOrder = match &request.sort_order {
            Some(text) => text.parse()?,
            None => SortOrder::default(),
        };
        let order = sort_by.is_some().then_some(order);
        let mut parts = Vec::with_capacity(kinds.len());
        for (((kind, resource_type), predicate), sort) in kinds.iter().zip(types).zip(predicates).zip(sorts) {
            let projection =
                Projection::parse_lists(&request.attributes, &request.excluded_attributes, resource_type)?;
            let resource_type = service.shared_type(*kind);
            parts.push(Wanted { kind: *kind, resource_type, predicate, sort, projection });
        }
        let count = request.count.unwrap_or(DEFAULT_PAGE).clamp(0, MAX_PAGE);
        let service = Arc::clone(service);
        let (text, start) = (OnceLock::new(), Start::first());
        let mut search = Self { service, caller, what, parts, order, filter, text, start, count, started };
        search.start = search.cursors().start(request, count)?;
        Ok(search)
    }

    fn text(&self) -> &str {
        self.text.get_or_init(|| {
            let mut text = String::new();
            // Names of types hold no line ends, nor do printed filters. Writing to a String does not fail.
            for part in &self.parts {
                let _ = writeln!(text, "{} {:?}", part.kind.number(), part.sort);
            }
            let filter = self.filter.as_ref().map(ToString::to_string).unwrap_or_default();
            let _ = write!(text, "{:?}\n{filter}", self.order);
            text
        })
    }

    fn cursors(&self) -> Cursors<'_> {
        Cursors::of(self)
    }

    /// Whether the search is as good as one read by a key, so that it may run where nothing may wait.
    pub fn is_quick(&self) -> bool {
        is_quick(self.listing(&self.store_parts(), ""))
    }

    fn store_parts(&self) -> Vec<Part<'_>> {
        let parts = self.parts.iter().map(|wanted| Part {
            kind: wanted.kind,
            predicate: wanted.predicate.as_ref(),
            sort: wanted.sort.as_ref(),
        });
        parts.collect()
    }

    fn listing<'a>(&self, parts: &'a [Part<'a>], query: &'a str) -> Listing<'a> {
        let wants = |kind: Kind, name: &str| {
            self.parts.iter().any(|part| part.kind == kind && part.projection.wants(name))
        };
        Listing {
            parts,
            order: self.order,
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
        let kinds: Vec<Kind> = self.parts.iter().map(|part| part.kind).collect();
        self.find().and_then(|page| self.answer(&page)).map_err(|error| {
            let action = action(&self.service, self.what, &kinds);
            note(&self.service, &self.caller, &action, self.started, error)
        })
    }

    fn find(&self) -> Result<Page, ServiceError> {
        let parts = self.store_parts();
        let quick = is_quick(self.listing(&parts, ""));
        let mut listing = self.listing(&parts, if quick { "" } else { self.text() });
        // Of the one user that is asked for by name, the groups are at hand.
        let groups_at_hand = listing.relations.groups && quick;
        listing.relations.groups &= !groups_at_hand;
        let view = |loaded: &Loaded| {
            let resource_type = self.service.resource_type(loaded.kind);
            render(resource_type, loaded, self.service.links())
                .map_err(|e| StoreError::Damaged(e.to_string()))
        };
        let tenant = self.service.store().tenant(self.caller.tenant);
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
            None => self.write_cursors(page, &mut text),
        }
        text.push_str(",\"Resources\":[");
        for (i, loaded) in page.resources.iter().enumerate() {
            if i > 0 {
                text.push(',');
            }
            let Some(part) = self.parts.iter().find(|part| part.kind == loaded.kind) else { continue };
            let links = self.service.links();
            write_resource(&mut text, &part.resource_type, loaded, links, &part.projection)?;
        }
        text.push_str("]}");
        Ok(text)
    }

    /// Adds the cursors of the pages around this one. They need no escapes.
    fn write_cursors(&self, page: &Page, text: &mut String) {
        let cursors = self.cursors();
        let hit = |loaded: &Loaded| Hit { kind: loaded.kind, id: loaded.resource.id };
        if let Some(first) = page.resources.first().filter(|_| page.before) {
            let _ = write!(text, ",\"previousCursor\":\"{}\"", cursors.before(hit(first), self.count));
        }
        if let Some(last) = page.resources.last().filter(|_| page.after) {
            let _ = write!(text, ",\"nextCursor\":\"{}\"", cursors.after(hit(last), self.count));
        }
    }
}

fn action(service: &Service, what: &str, kinds: &[Kind]) -> String {
    match kinds {
        [one] => format!("{what} {}", service.resource_type(*one).name.to_ascii_lowercase()),
        _ => what.to_owned(),
    }
}

/// Writes a refusal down for the administrator and hands it on.
fn note(
    service: &Service,
    caller: &Caller,
    action: &str,
    started: Instant,
    error: ServiceError,
) -> ServiceError {
    let entry = Entry::refused(action.to_owned(), None, None, &error);
    let line = entry.line(caller, started, service.now_ms());
    service.recorder().refused(service.store(), caller.tenant, line);
    error
}

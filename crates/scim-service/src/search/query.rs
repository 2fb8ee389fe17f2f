//! What a request asks of each resource type.

use crate::error::ServiceError;
use crate::service::Service;
use scim_core::filter::Filter;
use scim_core::schema::ResourceType;
use scim_core::search::SearchRequest;
use scim_core::sort::{SortBy, SortOrder};
use scim_core::{Predicate, Projection};
use scim_store_diesel::{Kind, Part, Relations};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::{Arc, OnceLock};

/// Filter, order and choice of attributes, resolved for the types that are asked.
pub(super) struct Query {
    pub(super) parts: Vec<Wanted>,
    pub(super) order: Option<SortOrder>,
    filter: Option<Filter>,
    text: OnceLock<String>,
}

/// A resource that is looked up.
pub(super) struct Lookup<'q> {
    pub(super) kind: Kind,
    pub(super) text: &'q str,
    /// Whether the text is a userName or displayName, which the log may show.
    pub(super) is_name: bool,
}

/// What is wanted of one resource type.
pub(super) struct Wanted {
    pub(super) kind: Kind,
    pub(super) resource_type: Arc<ResourceType>,
    pub(super) projection: Projection,
    predicate: Option<Predicate>,
    sort: Option<SortBy>,
}

impl Query {
    /// Resolves a request. Of several types, each has no value of an attribute that another one defines
    /// (RFC 7644 section 3.4.2.1).
    pub(super) fn new(
        service: &Service,
        kinds: &[Kind],
        request: &SearchRequest,
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
        let order = request.sort_order.as_deref().map_or(Ok(SortOrder::default()), str::parse)?;
        let mut parts = Vec::with_capacity(kinds.len());
        for (((kind, resource_type), predicate), sort) in kinds.iter().zip(types).zip(predicates).zip(sorts) {
            let projection =
                Projection::parse_lists(&request.attributes, &request.excluded_attributes, resource_type)?;
            let resource_type = service.shared_type(*kind);
            parts.push(Wanted { kind: *kind, resource_type, projection, predicate, sort });
        }
        Ok(Self { parts, order: sort_by.is_some().then_some(order), filter, text: OnceLock::new() })
    }

    /// What is looked up, where the query asks who has a userName, a displayName or an externalId.
    pub(super) fn lookup(&self) -> Option<Lookup<'_>> {
        let [part] = self.parts.as_slice() else { return None };
        let (path, text) = self.filter.as_ref()?.looked_up()?;
        let core = &part.resource_type.schema.id;
        let of_core =
            path.uri.as_ref().is_none_or(|uri| uri.eq_ignore_ascii_case(core)) && path.sub.is_none();
        let is = |name: &str| of_core && path.name.as_str().eq_ignore_ascii_case(name);
        let is_name = is("userName") || is("displayName");
        (is_name || is("externalId")).then_some(Lookup { kind: part.kind, text, is_name })
    }

    /// The query in one spelling: types, order and filter. What an answer shows is no part of it.
    pub(super) fn text(&self) -> &str {
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

    /// Marks the place of a resource in a sorted list: whoever goes on from there must find it where it was.
    /// Lists in the order of ids need no mark, for ids do not change.
    pub(super) fn mark(&self, kind: Kind, attributes: &Map<String, Value>) -> u64 {
        let sort = self.parts.iter().find(|part| part.kind == kind).and_then(|part| part.sort.as_ref());
        let Some(sort) = sort else { return 0 };
        let digest = Sha256::digest(format!("{:?}", sort.key(attributes)));
        digest.iter().take(8).fold(0, |mark, byte| mark << 8 | u64::from(*byte))
    }

    /// The relations by which a sorted list is sorted.
    pub(super) fn sort_relations(&self) -> Relations {
        let by = |name: &str| {
            let mut sorts = self.parts.iter().filter_map(|part| part.sort.as_ref());
            sorts.any(|sort| sort.place().extension.is_none() && sort.place().attribute == name)
        };
        Relations { members: by("members"), groups: by("groups") }
    }

    /// The query, as the store is asked it.
    pub(super) fn store_parts(&self) -> Vec<Part<'_>> {
        let parts = self.parts.iter().map(|wanted| Part {
            kind: wanted.kind,
            predicate: wanted.predicate.as_ref(),
            sort: wanted.sort.as_ref(),
        });
        parts.collect()
    }
}

//! Cursors of lists (RFC 9865): sealed, and bound to the tenant and the query that they came from.

use super::query::Query;
use crate::caller::Caller;
use crate::discovery::CURSOR_TIMEOUT;
use crate::error::ServiceError;
use crate::service::Service;
use scim_core::cursor::{CursorError, CursorKey, Direction, Position};
use scim_core::search::SearchRequest;
use scim_store_diesel::{From, Hit, Kind};

/// Where a list starts.
pub(super) struct Start {
    pub(super) from: From,
    /// The number of the first resource, from 1; `None` where the client walks by cursors.
    pub(super) index: Option<i64>,
    /// The resource that a cursor names, and the mark of its place when the cursor was made.
    pub(super) place: Option<(Hit, u64)>,
}

/// The cursors of one query of one tenant.
pub(super) struct Cursors<'q> {
    service: &'q Service,
    tenant: [u8; 8],
    query: &'q Query,
}

impl<'q> Cursors<'q> {
    pub(super) fn of(service: &'q Service, caller: &Caller, query: &'q Query) -> Self {
        Self { service, tenant: caller.tenant.number().to_be_bytes(), query }
    }

    /// Where a request wants to start: by `startIndex`, by a cursor, or at the first page of a walk by
    /// cursors, which an empty one asks for.
    pub(super) fn start(&self, request: &SearchRequest, count: i64) -> Result<Start, ServiceError> {
        let Some(cursor) = request.cursor.as_deref() else {
            let index = request.start_index.unwrap_or(1).max(1);
            return Ok(Start { from: From::Index(index - 1), index: Some(index), place: None });
        };
        if request.start_index.is_some() {
            return Err(ServiceError::Parameter {
                name: "cursor",
                why: "cannot be used together with `startIndex`",
            });
        }
        if cursor.is_empty() {
            return Ok(Start { from: From::Index(0), index: None, place: None });
        }
        let position = self.key().open(&self.parts(), cursor, self.now(), CURSOR_TIMEOUT)?;
        if i64::from(position.count) != count {
            return Err(ServiceError::CountChanged(position.count));
        }
        let kind = self.kind(position.kind).ok_or(CursorError::Invalid)?;
        let hit = Hit { kind, id: position.id.into() };
        let from = match position.direction {
            Direction::After => From::After(hit),
            Direction::Before => From::Before(hit),
        };
        Ok(Start { from, index: None, place: Some((hit, position.mark)) })
    }

    /// The cursor of the page after a resource.
    pub(super) fn after(&self, place: (Hit, u64), count: i64) -> String {
        self.seal(place, count, Direction::After)
    }

    /// The cursor of the page before a resource.
    pub(super) fn before(&self, place: (Hit, u64), count: i64) -> String {
        self.seal(place, count, Direction::Before)
    }

    fn seal(&self, (hit, mark): (Hit, u64), count: i64, direction: Direction) -> String {
        let position = Position {
            kind: hit.kind.number().unsigned_abs(),
            id: *hit.id.uuid().as_bytes(),
            mark,
            count: u32::try_from(count).unwrap_or(0),
            direction,
            issued: self.now(),
        };
        self.key().seal(&self.parts(), &position)
    }

    fn key(&self) -> &CursorKey {
        self.service.cursor_key()
    }

    fn parts(&self) -> [&[u8]; 2] {
        [&self.tenant, self.query.text().as_bytes()]
    }

    fn now(&self) -> i64 {
        self.service.now_ms().div_euclid(1000)
    }

    fn kind(&self, number: u16) -> Option<Kind> {
        let kinds = self.service.stored_types().iter().map(|stored| stored.kind);
        kinds.into_iter().find(|kind| kind.number().unsigned_abs() == number)
    }
}

//! The steps of a bulk request, inside the writer's transaction.

use crate::error::ServiceError;
use crate::provision::{Create, Work};
use scim_store_diesel::{Kind, ResourceId, StoreError, StoredResource, TenantId, Tx};
use std::collections::{HashSet, VecDeque};
use std::time::{Duration, Instant};

/// How long steps keep the writer to themselves; the next ones wait for the next transaction.
const TURN: Duration = Duration::from_millis(50);

/// One operation, or all operations of a circle.
pub(super) struct Step {
    pub(super) parts: Vec<Part>,
    pub(super) waits_for: Vec<Reference>,
}

/// What a step refers to.
pub(super) struct Reference {
    /// The place of the operation that creates it.
    pub(super) place: usize,
    pub(super) bulk_id: String,
    /// What must be there when the step is written.
    pub(super) needs: Option<(Kind, ResourceId)>,
}

/// One operation of a step.
pub(super) struct Part {
    pub(super) place: usize,
    /// The name by which others refer to it, if it has one.
    pub(super) bulk_id: String,
    /// What is to be done, or why it cannot be.
    pub(super) work: Result<Work, ServiceError>,
}

/// What became of a part: what it wrote, if that is still there.
pub(super) type PartResult = Result<Option<Written>, ServiceError>;

/// A resource that was written, in short: a thousand documents would be too much to keep.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written {
    pub(super) id: ResourceId,
    pub(super) version: i64,
}

impl From<StoredResource> for Written {
    fn from(row: StoredResource) -> Self {
        Self { id: row.id, version: row.version }
    }
}

/// What became of the steps of one transaction.
pub(super) struct Turn {
    pub(super) results: Vec<(usize, PartResult)>,
    pub(super) progress: Progress,
    /// The steps whose turn comes later.
    pub(super) left: VecDeque<Step>,
}

/// How far a bulk request has come.
#[derive(Debug, Clone)]
pub(super) struct Progress {
    failed: HashSet<usize>,
    /// How many errors more there may be; `None`: any number.
    errors_left: Option<usize>,
}

impl Progress {
    pub(super) fn new(fail_on_errors: Option<usize>) -> Self {
        Self { failed: HashSet::new(), errors_left: fail_on_errors }
    }

    /// Whether there were as many errors as the client accepts.
    pub(super) fn is_over(&self) -> bool {
        self.errors_left == Some(0)
    }

    /// Notes an operation that failed.
    pub(super) fn failed(&mut self, place: usize) {
        self.failed.insert(place);
        self.errors_left = self.errors_left.map(|left| left.saturating_sub(1));
    }
}

/// Writes steps one after the other until there were too many errors or the turn is over.
pub(super) fn write(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    mut steps: VecDeque<Step>,
    mut progress: Progress,
) -> Result<Turn, ServiceError> {
    let started = Instant::now();
    let mut results = Vec::new();
    while let Some(step) = steps.pop_front() {
        for (place, result) in step.run(tx, tenant, &progress)? {
            if result.is_err() {
                progress.failed(place);
            }
            results.push((place, result));
        }
        if progress.is_over() || started.elapsed() >= TURN {
            break;
        }
    }
    Ok(Turn { results, progress, left: steps })
}

impl Step {
    /// The places of its operations.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> + '_ {
        self.parts.iter().map(|part| part.place)
    }

    fn run(
        self,
        tx: &mut Tx<'_>,
        tenant: TenantId,
        progress: &Progress,
    ) -> Result<Vec<(usize, PartResult)>, StoreError> {
        for reference in &self.waits_for {
            if let Some(missing) = reference.missing(tx, tenant, progress)? {
                let refused = |place| (place, Err(missing.error(reference.bulk_id.clone())));
                return Ok(self.places().map(refused).collect());
            }
        }
        let mut parts = self.parts;
        match parts.pop() {
            Some(only) if parts.is_empty() => {
                let result = match only.work {
                    Ok(work) => tx.attempt(|tx| work.run(tx))?,
                    Err(error) => Err(error),
                };
                Ok(vec![(only.place, result.map(|loaded| loaded.map(|loaded| loaded.resource.into())))])
            }
            last => {
                parts.extend(last);
                circle(tx, parts)
            }
        }
    }
}

impl Reference {
    fn missing(
        &self,
        tx: &mut Tx<'_>,
        tenant: TenantId,
        progress: &Progress,
    ) -> Result<Option<Missing>, StoreError> {
        if progress.failed.contains(&self.place) {
            return Ok(Some(Missing::Failed));
        }
        match self.needs {
            Some((kind, id)) if !tx.tenant(tenant).holds(kind, id)? => Ok(Some(Missing::Gone)),
            _ => Ok(None),
        }
    }
}

/// Why what is referred to cannot be had.
#[derive(Debug, Clone, Copy)]
enum Missing {
    /// It was not created.
    Failed,
    /// It was deleted since.
    Gone,
}

impl Missing {
    fn error(self, bulk_id: String) -> ServiceError {
        match self {
            Self::Failed => ServiceError::ReferenceFailed(bulk_id),
            Self::Gone => ServiceError::ReferenceGone(bulk_id),
        }
    }
}

/// Creates resources that refer to each other: first all of them, then their members. All or none.
fn circle(tx: &mut Tx<'_>, parts: Vec<Part>) -> Result<Vec<(usize, PartResult)>, StoreError> {
    let names: Vec<(usize, String)> = parts.iter().map(|part| (part.place, part.bulk_id.clone())).collect();
    let mut at_work = 0;
    let written = tx.attempt(|tx| {
        let mut created: Vec<(usize, Create, StoredResource)> = Vec::new();
        for part in parts {
            at_work = part.place;
            let Work::Create(mut create) = part.work? else {
                return Err(ServiceError::Internal("only a POST can be part of a circle".to_owned()));
            };
            let row = create.insert(tx)?;
            created.push((at_work, create, row));
        }
        let mut rows = Vec::with_capacity(created.len());
        for (place, create, row) in created {
            at_work = place;
            rows.push((place, create.fill(tx, row)?.resource.into()));
        }
        Ok(rows)
    })?;
    Ok(match written {
        Ok(rows) => rows.into_iter().map(|(place, row)| (place, Ok(Some(row)))).collect(),
        Err(error) => {
            let culprit = names.iter().find(|(place, _)| *place == at_work);
            let culprit = culprit.map(|(_, name)| name.clone()).unwrap_or_default();
            let others = names.iter().filter(|(place, _)| *place != at_work);
            let others =
                others.map(|(place, _)| (*place, Err(ServiceError::ReferenceFailed(culprit.clone()))));
            std::iter::once((at_work, Err(error))).chain(others).collect()
        }
    })
}

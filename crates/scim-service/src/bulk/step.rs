//! The steps of a bulk request, inside the writer's transaction.

use crate::error::ServiceError;
use crate::provision::{Create, Work};
use scim_store_diesel::{StoreError, StoredResource, Tx};
use std::collections::HashSet;

/// One operation, or all operations of a circle.
pub(super) struct Step {
    pub(super) parts: Vec<Part>,
    /// The operations that must have succeeded, by place and `bulkId`.
    pub(super) waits_for: Vec<(usize, String)>,
}

/// One operation of a step.
pub(super) struct Part {
    pub(super) place: usize,
    /// The name by which others refer to it, if it has one.
    pub(super) bulk_id: String,
    /// What is to be done, or why it cannot be.
    pub(super) work: Result<Work, ServiceError>,
}

/// What became of a part: the version of what it wrote, if that is still there.
pub(super) type PartResult = Result<Option<StoredResource>, ServiceError>;

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

/// Writes steps one after the other until there were too many errors.
pub(super) fn write(
    tx: &mut Tx<'_>,
    steps: Vec<Step>,
    mut progress: Progress,
) -> Result<(Vec<(usize, PartResult)>, Progress), ServiceError> {
    let mut results = Vec::new();
    for step in steps {
        if progress.is_over() {
            break;
        }
        for (place, result) in step.run(tx, &progress)? {
            if result.is_err() {
                progress.failed(place);
            }
            results.push((place, result));
        }
    }
    Ok((results, progress))
}

impl Step {
    /// The places of its operations.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> + '_ {
        self.parts.iter().map(|part| part.place)
    }

    fn run(self, tx: &mut Tx<'_>, progress: &Progress) -> Result<Vec<(usize, PartResult)>, StoreError> {
        if let Some((_, bulk_id)) = self.waits_for.iter().find(|(place, _)| progress.failed.contains(place)) {
            let failed = |part: &Part| (part.place, Err(ServiceError::ReferenceFailed(bulk_id.clone())));
            return Ok(self.parts.iter().map(failed).collect());
        }
        let mut parts = self.parts;
        match parts.pop() {
            Some(only) if parts.is_empty() => {
                let result = match only.work {
                    Ok(work) => tx.attempt(|tx| work.run(tx))?,
                    Err(error) => Err(error),
                };
                Ok(vec![(only.place, result.map(|loaded| loaded.map(|loaded| loaded.resource)))])
            }
            last => {
                parts.extend(last);
                circle(tx, parts)
            }
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
            let Work::Create(create) = part.work? else {
                return Err(ServiceError::Internal("only a POST can be part of a circle".to_owned()));
            };
            let row = create.insert(tx)?;
            created.push((at_work, create, row));
        }
        let mut rows = Vec::with_capacity(created.len());
        for (place, create, row) in created {
            at_work = place;
            rows.push((place, create.fill(tx, row)?.resource));
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

//! Bulk requests (RFC 7644 section 3.7): many writes in one request, each atomic and for itself.
//!
//! Operations are planned and written in steps. A step is one operation, or several that refer to each
//! other in a circle; a few steps at a time share a transaction, so that nobody else waits long.

mod answer;
mod gate;
mod step;
mod task;

use crate::caller::Caller;
use crate::error::ServiceError;
use crate::provision::{Entry, object};
use crate::service::Service;
pub(crate) use gate::Gate;
use scim_core::bulk::BulkRequest;
use scim_store_diesel::ResourceId;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};
use step::{Part, Progress, Reference, Step, write};
use task::Task;

/// The most operations in one bulk request.
pub(crate) const MAX_OPERATIONS: usize = 1000;

/// The largest body of a bulk request, in bytes.
pub const MAX_BULK_BODY: usize = 4 << 20;

/// The most operations that are written in one transaction; a circle may have more.
const MAX_TOGETHER: usize = 32;

/// How long a bulk request may take. What is not done by then is refused.
const MAX_TIME: Duration = Duration::from_secs(30);

/// A bulk request, ready to be run.
pub struct Bulk {
    service: Arc<Service>,
    caller: Caller,
    started: Instant,
}

impl Bulk {
    pub(crate) fn new(service: &Arc<Service>, caller: Caller) -> Self {
        Self { service: Arc::clone(service), caller, started: Instant::now() }
    }

    /// Does what the body asks for and answers what became of each operation, as JSON text. Blocks
    /// until all of it is durable.
    ///
    /// # Errors
    /// When the body is no bulk request or holds more operations than there may be; nothing was done
    /// then. [`ServiceError::Overloaded`] when too many bulk requests wait.
    pub fn run(self, body: &[u8]) -> Result<String, ServiceError> {
        self.try_run(body).inspect_err(|error| {
            self.service.recorder().counters().written(false);
            let entry = Entry::refused("Bulk request".to_owned(), None, None, error);
            let line = entry.line(&self.caller, self.started, self.service.now_ms());
            self.service.recorder().refused(self.service.store(), self.caller.tenant, line);
        })
    }

    fn try_run(&self, body: &[u8]) -> Result<String, ServiceError> {
        let _place = self.service.bulk_gate().enter(self.caller.tenant)?;
        let mut request = BulkRequest::parse(object(body)?, MAX_OPERATIONS)?;
        // Only what is referred to needs an id before it is written.
        let mut ids: HashMap<usize, ResourceId> = HashMap::new();
        request.resolve(|place| ids.entry(place).or_insert_with(ResourceId::generate).to_string());
        let units = request.units();
        let progress = Progress::new(request.fail_on_errors);
        let tasks = request.operations.into_iter().map(Task::new).collect();
        let (service, caller, started) = (&*self.service, &self.caller, Instant::now());
        let run = Run { service, caller, started, ids, tasks, progress };
        Ok(run.finish(units))
    }
}

/// A bulk request under way.
struct Run<'s> {
    service: &'s Service,
    caller: &'s Caller,
    started: Instant,
    /// The ids of what the POSTs at these places will create.
    ids: HashMap<usize, ResourceId>,
    /// The operations in the order of the request.
    tasks: Vec<Task>,
    progress: Progress,
}

impl Run<'_> {
    fn finish(mut self, units: Vec<Vec<usize>>) -> String {
        let mut units = units.into_iter().peekable();
        while units.peek().is_some() && !self.progress.is_over() {
            let (mut steps, mut count) = (VecDeque::new(), 0);
            while let Some(unit) = units.next_if(|unit| count == 0 || count + unit.len() <= MAX_TOGETHER) {
                count += unit.len();
                steps.push_back(self.step(&unit));
            }
            while !steps.is_empty() && !self.progress.is_over() {
                steps = if self.started.elapsed() < MAX_TIME {
                    self.write(steps)
                } else {
                    self.give_up(&steps, &ServiceError::OutOfTime)
                };
            }
        }
        answer::text(&self.tasks, self.service.links())
    }

    fn step(&mut self, unit: &[usize]) -> Step {
        let mut waits_for = Vec::new();
        for &place in unit {
            let asked = &self.tasks[place].asked;
            // Those of the own circle are waited for in another way.
            for &other in asked.refers_to.iter().filter(|other| !unit.contains(other)) {
                let id = self.ids.get(&other).copied();
                // What a path leads to may be gone: that is 404, as it is for a request of its own.
                let by_path =
                    asked.path_is_reference && id.is_some_and(|id| asked.path.ends_with(&id.to_string()));
                let kind = self.tasks[other].target.as_ref().map(|target| target.kind);
                let needs = kind.zip(id).filter(|_| !by_path);
                waits_for.push(Reference { place: other, bulk_id: self.tasks[other].bulk_id(), needs });
            }
        }
        let mut parts = Vec::with_capacity(unit.len());
        for &place in unit {
            let id = self.ids.get(&place).copied();
            let task = &mut self.tasks[place];
            let work = task.plan(self.service, self.caller, id);
            parts.push(Part { place, bulk_id: task.bulk_id(), work });
        }
        Step { parts, waits_for }
    }

    /// Writes steps in one transaction, takes their results and answers the steps that are left.
    fn write(&mut self, steps: VecDeque<Step>) -> VecDeque<Step> {
        let places: Vec<usize> = steps.iter().flat_map(Step::places).collect();
        let (tenant, progress) = (self.caller.tenant, self.progress.clone());
        match self.service.store().write(move |tx| write(tx, tenant, steps, progress)).wait() {
            Ok(turn) => {
                self.progress = turn.progress;
                for (place, result) in turn.results {
                    self.tasks[place].end(self.service, self.caller, result.as_ref().map(|written| *written));
                }
                turn.left
            }
            Err(error) => {
                self.fail(places, &error);
                VecDeque::new()
            }
        }
    }

    /// Leaves steps undone.
    fn give_up(&mut self, steps: &VecDeque<Step>, error: &ServiceError) -> VecDeque<Step> {
        let places = steps.iter().flat_map(Step::places).collect();
        self.fail(places, error);
        VecDeque::new()
    }

    fn fail(&mut self, places: Vec<usize>, error: &ServiceError) {
        for place in places {
            self.progress.failed(place);
            self.tasks[place].end(self.service, self.caller, Err(error));
        }
    }
}

//! What is done now and then while a server runs: old lines of the provisioning log go.

use scim_service::Service;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it is looked whether something is old.
const EVERY: Duration = Duration::from_secs(600);

/// The thread that does it, until dropped.
pub(crate) struct Housekeeping {
    stopping: Arc<Stopping>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Stopping {
    said: Mutex<bool>,
    told: Condvar,
}

impl Housekeeping {
    /// Begins at once, and keeps the log for so many days.
    pub(crate) fn start(service: Arc<Service>, days: u32) -> std::io::Result<Self> {
        let stopping = Arc::<Stopping>::default();
        let stop = Arc::clone(&stopping);
        let thread = std::thread::Builder::new()
            .name("scimd-housekeeping".to_owned())
            .spawn(move || run(&service, days, &stop))?;
        Ok(Self { stopping, thread: Some(thread) })
    }
}

impl Drop for Housekeeping {
    fn drop(&mut self) {
        *self.stopping.said.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stopping.told.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was logged when it happened.
            let _ = thread.join();
        }
    }
}

impl Stopping {
    fn is_said(&self) -> bool {
        *self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next time; true when it is time to stop instead.
    fn wait(&self) -> bool {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.told.wait_timeout_while(said, EVERY, |said| !*said);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

fn run(service: &Service, days: u32, stopping: &Stopping) {
    loop {
        match service.prune(days, || stopping.is_said()) {
            Ok(0) => {}
            Ok(lines) => {
                log::info!(lines; "{lines} lines of the provisioning log were older than {days} days");
            }
            Err(error) => log::warn!("old lines of the provisioning log stay for now: {error}"),
        }
        // Counts of reads wait for a line to be written with; nobody may come by for long.
        if let Err(error) = service.flush() {
            log::warn!("what waits for the provisioning log was not written: {error}");
        }
        if stopping.wait() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim_service::admin::{Command, Reply};
    use scim_service::{Asked, Kind, ServiceConfig, StoreConfig, Verdict};
    use std::sync::atomic::{AtomicI64, Ordering};
    use std::time::Instant;

    static NOW: AtomicI64 = AtomicI64::new(1_790_000_000_000);

    #[test]
    fn it_prunes_from_the_start_and_ends_when_it_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = StoreConfig::new(directory.path());
        store.clock = || NOW.load(Ordering::Relaxed);
        let config = ServiceConfig { store, base_url: "http://h/scim/v2".to_owned() };
        let service = Arc::new(Service::open(&config).unwrap());
        let tenant = "acme".to_owned();
        service.execute(Command::TenantCreate { name: tenant.clone(), settings: Vec::new() }).unwrap();
        let (label, scope) = (String::new(), "scim".to_owned());
        let create = Command::TokenCreate { tenant: tenant.clone(), label, expires_days: 365, scope };
        let Reply::NewToken(token) = service.execute(create).unwrap() else { panic!("no token") };
        let header = format!("Bearer {}", token.token.reveal());
        let caller = service.authenticate(Some(&header), "r").unwrap();
        let note = || {
            let verdict = Verdict { status: 413, scim_type: None };
            service.note_refused(&caller, Asked::Create(Kind::User), verdict, "too large", Instant::now());
            service.flush().unwrap();
        };
        note();
        note();
        NOW.fetch_add(31 * 86_400_000, Ordering::Relaxed);
        note();
        let housekeeping = Housekeeping::start(Arc::clone(&service), 30).unwrap();
        let started = Instant::now();
        while service.totals().pruned_lines < 2 {
            assert!(started.elapsed() < Duration::from_secs(60), "nothing is pruned");
            std::thread::yield_now();
        }
        drop(housekeeping);
        assert!(started.elapsed() < EVERY / 2, "it does not end before its next time");
        let Reply::LogTail(tail) =
            service.execute(Command::LogTail { tenant, lines: 9, earlier: None }).unwrap()
        else {
            panic!("no log")
        };
        assert_eq!(tail.lines.len(), 1);
    }
}

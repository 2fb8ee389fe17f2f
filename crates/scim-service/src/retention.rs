//! How long the provisioning log is kept.

use crate::error::ServiceError;
use crate::service::Service;

/// How many lines one transaction removes at most, so that other writes wait a few milliseconds.
const BATCH: u32 = 500;

impl Service {
    /// Removes what is older than some days from the provisioning log and the counts of reads, in small
    /// batches between other writes, until nothing old is left or `stopping` says so. Says
    /// how many lines there were. Blocks.
    ///
    /// # Errors
    /// When the store does not take it; what was removed until then stays removed.
    pub fn prune(&self, days: u32, stopping: impl Fn() -> bool) -> Result<u64, ServiceError> {
        let before_ms = self.now_ms().saturating_sub(i64::from(days) * 86_400_000);
        let mut removed = 0;
        for tenant in self.store().tenants()? {
            loop {
                if stopping() {
                    return Ok(removed);
                }
                let work = self.store().write::<_, ServiceError>(move |tx| {
                    let mut tenant = tx.tenant(tenant.id);
                    let lines = tenant.prune_log(before_ms, BATCH)?;
                    Ok((lines, tenant.prune_counts(before_ms, BATCH - lines)?))
                });
                let (lines, counts) = work.wait()?;
                self.recorder().counters().pruned_lines.add(lines.into());
                removed += u64::from(lines);
                if lines + counts < BATCH {
                    break;
                }
            }
        }
        Ok(removed)
    }
}

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
    /// The days end now, or with the newest line or count of all tenants if that is earlier: a clock that
    /// is ahead when the server starts must not cost the whole log.
    ///
    /// # Errors
    /// When the store does not take it; what was removed until then stays removed.
    pub fn prune(&self, days: u32, stopping: impl Fn() -> bool) -> Result<u64, ServiceError> {
        let (mut removed, tenants, mut newest_ms) = (0, self.store().tenants()?, None);
        for tenant in &tenants {
            newest_ms = newest_ms.max(self.store().tenant(tenant.id).newest_log_ms()?);
        }
        let Some(newest_ms) = newest_ms else { return Ok(0) };
        let before_ms = self.now_ms().min(newest_ms).saturating_sub(i64::from(days) * 86_400_000);
        for tenant in tenants {
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

//! Latency of the interactions that both runs sent.

use super::model::ChangedLatency;
use crate::report::Report;

/// Fewer requests say little about a percentile.
const FEWEST: u32 = 5;
/// Milliseconds that a person notices.
const NOTICED: u64 = 100;

/// In the order of names.
pub(super) fn changed(old: &Report, new: &Report) -> Vec<ChangedLatency> {
    let both = old.run.latency.iter().filter_map(|(name, old)| {
        let new = new.run.latency.get(name)?;
        let (slow, fast) = (old.p95.max(new.p95), old.p95.min(new.p95));
        Some(ChangedLatency {
            interaction: name.clone(),
            old_p50: old.p50,
            new_p50: new.p50,
            old_p95: old.p95,
            new_p95: new.p95,
            notable: old.count.min(new.count) >= FEWEST
                && slow - fast >= NOTICED
                && slow >= 2 * fast,
        })
    });
    both.collect()
}

//! Ending a run before its end: an interrupt, a full disk, a server that suffers.
//!
//! Who asks for it gives the reason, which the partial report repeats. Steps that are under way may
//! end; no new one begins.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Notify;

/// How long the steps under way may take until they are left.
const GRACE: Duration = Duration::from_secs(5);

/// A wish to stop, shared by all parts of a run.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    reason: OnceLock<String>,
    asked: Notify,
    hurry: Notify,
}

impl Stop {
    /// Asks the run to stop, for a reason that completes "the run stopped because"; the first
    /// reason stands. True if this was the first.
    pub fn ask(&self, reason: impl Into<String>) -> bool {
        let first = self.0.reason.set(reason.into()).is_ok();
        // A waiter that comes later finds the permit.
        self.0.asked.notify_one();
        first
    }

    /// Does not wait any longer for steps that are under way.
    pub fn hurry(&self) {
        self.0.hurry.notify_one();
    }

    /// Why the run is to stop, if it is.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.0.reason.get().map(String::as_str)
    }

    /// Whether the run is to stop.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.reason().is_some()
    }

    /// Ends when the run is to be left, whatever is still under way. Only one may wait for it.
    pub async fn over(&self) {
        while !self.is_asked() {
            self.0.asked.notified().await;
        }
        tokio::select! {
            () = tokio::time::sleep(GRACE) => {}
            () = self.0.hurry.notified() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Stop;

    #[tokio::test(start_paused = true)]
    async fn the_first_reason_stands_and_steps_get_some_time() {
        let stop = Stop::default();
        assert!(!stop.is_asked());
        assert!(stop.ask("the disk is full") && !stop.ask("it was interrupted"));
        assert_eq!(stop.reason(), Some("the disk is full"));
        let start = tokio::time::Instant::now();
        stop.over().await;
        assert_eq!(start.elapsed(), Duration::from_secs(5));
        stop.hurry();
        stop.over().await;
        assert_eq!(start.elapsed(), Duration::from_secs(5));
    }
}

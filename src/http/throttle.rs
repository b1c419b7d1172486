//! Being gentle: how many requests at the same time, how many per second, and when to wait because
//! the server asks for it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::sleep_until;

/// A server may ask for more, but a run must end.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Lets requests through one by one.
#[derive(Debug)]
pub(super) struct Throttle {
    permits: Semaphore,
    interval: Option<Duration>,
    /// No request starts before this.
    not_before: Mutex<Instant>,
}

impl Throttle {
    pub(super) fn new(concurrency: usize, max_rate: Option<f64>) -> Self {
        let interval = max_rate
            .filter(|rate| rate.is_finite() && *rate > 0.0)
            .and_then(|rate| Duration::try_from_secs_f64(1.0 / rate).ok())
            .map(|interval| interval.min(LONGEST_WAIT));
        Self {
            permits: Semaphore::new(concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            interval,
            not_before: Mutex::new(Instant::now()),
        }
    }

    /// Waits for a place; `None` only if the semaphore were closed, which nothing does.
    pub(super) async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        let permit = self.permits.acquire().await.ok();
        loop {
            let start = {
                let mut not_before = self
                    .not_before
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                let now = Instant::now();
                if *not_before <= now {
                    if let Some(interval) = self.interval {
                        *not_before = now + interval;
                    }
                    return permit;
                }
                *not_before
            };
            sleep_until(start.into()).await;
        }
    }

    /// Nothing is sent for that long; every request waits, not only the one that was told to.
    pub(super) fn pause(&self, wait: Duration) {
        let until = Instant::now() + wait.min(LONGEST_WAIT);
        let mut not_before = self
            .not_before
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *not_before = (*not_before).max(until);
    }
}

/// How long an answer with status 429 or 503 asks to wait (RFC 9110 10.2.3); `None` if it is not
/// to be asked again: another status, no wish on a 503, or a wish too long to be waited for.
pub(super) fn asked_to_wait(
    status: u16,
    retry_after: Option<&str>,
    date: Option<&str>,
    attempt: u32,
) -> Option<Duration> {
    let wait = match (status, retry_after) {
        (429 | 503, Some(value)) => match value.trim().parse::<u64>() {
            Ok(seconds) => Duration::from_secs(seconds),
            Err(_) => until(value, date)?,
        },
        // 429 says "slower" even without a number: 1, 2, 4 s.
        (429, None) => Duration::from_secs(1 << attempt.min(4)),
        _ => return None,
    };
    (wait <= LONGEST_WAIT).then_some(wait)
}

/// The time from the server's own `Date`, else from now, to an HTTP date.
fn until(value: &str, date: Option<&str>) -> Option<Duration> {
    let parser = jiff::fmt::rfc2822::DateTimeParser::new();
    let then = parser.parse_timestamp(value.trim()).ok()?;
    let now = date
        .and_then(|date| parser.parse_timestamp(date.trim()).ok())
        .unwrap_or_else(jiff::Timestamp::now);
    let seconds = then.as_second().saturating_sub(now.as_second()).max(0);
    u64::try_from(seconds).ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Throttle, asked_to_wait};

    fn seconds(status: u16, retry_after: Option<&str>) -> Option<u64> {
        let date = Some("Wed, 21 Oct 2015 07:28:00 GMT");
        asked_to_wait(status, retry_after, date, 1).map(|wait| wait.as_secs())
    }

    #[test]
    fn retry_after_is_a_number_or_a_date() {
        assert_eq!(seconds(503, Some("3")), Some(3));
        let date = Some("Wed, 21 Oct 2015 07:28:05 GMT");
        assert_eq!(seconds(429, date), Some(5));
        assert_eq!(seconds(429, None), Some(2));
    }

    #[test]
    fn what_is_not_worth_a_wait_is_an_answer() {
        assert_eq!(seconds(503, None), None);
        assert_eq!(seconds(500, Some("1")), None);
        assert_eq!(seconds(503, Some("3600")), None);
        assert_eq!(seconds(503, Some("soon")), None);
        assert_eq!(seconds(503, Some("99999999999999999999999")), None);
    }

    #[tokio::test]
    async fn the_rate_is_kept() {
        let throttle = Throttle::new(8, Some(50.0));
        let start = Instant::now();
        for _ in 0..5 {
            drop(throttle.enter().await);
        }
        assert!(start.elapsed() >= Duration::from_millis(80));
    }

    #[tokio::test]
    async fn a_pause_holds_everything_back() {
        let throttle = Throttle::new(8, None);
        throttle.pause(Duration::from_millis(60));
        let start = Instant::now();
        drop(throttle.enter().await);
        assert!(start.elapsed() >= Duration::from_millis(55));
    }
}

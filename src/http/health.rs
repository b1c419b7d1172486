//! How the server bears the run: whether its answers become slow, and whether it suffers so much
//! that the run has to stop.

use std::collections::VecDeque;
use std::time::Duration;

/// Answers by which the usual latency is known.
const FIRST: u32 = 10;
/// The last answers that are looked at.
const WINDOW: usize = 20;
/// So many of them that say that the server suffers end the run.
const HARM: usize = 15;
/// Below this no answer is slow, whatever is usual.
const NEVER_SLOW: Duration = Duration::from_millis(500);
/// A latency of so many times the usual is slow.
const SLOW: u32 = 4;
/// The longest pause for a slow answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What the answers so far say of the server.
#[derive(Debug, Default)]
pub(super) struct Health {
    count: u32,
    usual: Duration,
    recent: Duration,
    /// Whether each of the last answers said that the server suffers.
    last: VecDeque<bool>,
}

/// What to do after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Advice {
    /// Nothing is sent for that long, because answers have become slow.
    pub(super) pause: Option<Duration>,
    /// The run harms the server.
    pub(super) is_harmful: bool,
}

impl Health {
    /// Takes an answer into account.
    pub(super) fn answered(&mut self, latency: Duration, suffers: bool) -> Advice {
        self.last.push_back(suffers);
        if self.last.len() > WINDOW {
            self.last.pop_front();
        }
        let suffering = self.last.iter().filter(|suffers| **suffers).count();
        let mut advice = Advice {
            pause: None,
            is_harmful: suffering >= HARM,
        };
        if suffers {
            return advice;
        }
        self.count += 1;
        if self.count <= FIRST {
            // The mean of the first answers is the usual latency.
            self.usual = (self.usual * (self.count - 1) + latency) / self.count;
            self.recent = self.usual;
            return advice;
        }
        self.recent = (self.recent * 2 + latency) / 3;
        if self.recent > (self.usual * SLOW).max(NEVER_SLOW) {
            advice.pause = Some(self.recent.min(LONGEST_PAUSE));
        }
        advice
    }

    /// Why a run that harms has to stop.
    pub(super) fn words() -> String {
        format!(
            "the server suffers: {HARM} of the last {WINDOW} answers were 429, 502, 503, 504, \
             silence or a broken connection; try again with a lower --max-rate and --concurrency, \
             or when it is idle"
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Health;

    fn pause(health: &mut Health, millis: u64) -> Option<Duration> {
        health.answered(Duration::from_millis(millis), false).pause
    }

    #[test]
    fn answers_that_become_slow_are_answered_by_pauses() {
        let mut health = Health::default();
        for _ in 0..10 {
            assert_eq!(pause(&mut health, 100), None);
        }
        assert_eq!(pause(&mut health, 450), None, "one slow answer says little");
        let slow = (0..5).filter_map(|_| pause(&mut health, 2_000)).last();
        assert!(slow.is_some_and(|pause| pause > Duration::from_secs(1)));
        let fast = (0..10).map(|_| pause(&mut health, 100)).last();
        assert_eq!(fast, Some(None), "it recovers");
    }

    #[test]
    fn a_server_that_was_always_slow_or_is_always_fast_is_not_paused_for() {
        let mut health = Health::default();
        for _ in 0..30 {
            assert_eq!(pause(&mut health, 3_000), None);
        }
        let mut health = Health::default();
        for millis in [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 90, 90, 90, 90] {
            assert_eq!(pause(&mut health, millis), None);
        }
    }

    #[test]
    fn a_server_that_suffers_all_the_time_stops_the_run() {
        let mut health = Health::default();
        let harmful = |health: &mut Health, suffers| {
            health
                .answered(Duration::from_millis(5), suffers)
                .is_harmful
        };
        for number in 0..60 {
            assert!(
                !harmful(&mut health, number % 2 == 0),
                "every second is not all"
            );
        }
        assert!((0..20).any(|_| harmful(&mut health, true)));
    }
}

//! Judging on all cores: batches go to the cores in turn and come back in the order in which they
//! were read, with a bounded amount of text in memory.

use std::num::NonZero;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Scope};

use super::input::{Batch, Unit};
use super::output::Judged;

/// How many batches may wait at one core: enough that a slow one does not keep the others idle.
const WAITING: usize = 4;

/// Fewer texts than this are judged faster than threads are started.
const FEW: usize = 16;

/// Judges all batches and hands the judgements on in the order of the texts.
pub(super) fn judge_in_order(
    mut next: impl FnMut() -> Result<Batch, String>,
    judge: &(impl Fn(&Unit) -> Judged + Sync),
    mut take: impl FnMut(&[Judged]) -> Result<(), String>,
) -> Result<(), String> {
    let mut batch = next()?;
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    if cores == 1 || (batch.is_last && batch.units.len() < FEW) {
        loop {
            for unit in &batch.units {
                take(&[judge(unit)])?;
            }
            if batch.is_last {
                return Ok(());
            }
            batch = next()?;
        }
    }
    thread::scope(|scope| {
        let lanes: Vec<Lane> = (0..cores).map(|_| Lane::start(scope, judge)).collect();
        let (mut sent, mut taken) = (0, 0);
        // What was read before an error is judged all the same.
        let mut read = Ok(());
        loop {
            if sent - taken == lanes.len() * WAITING {
                take(&lanes[taken % lanes.len()].judged()?)?;
                taken += 1;
            }
            let is_last = batch.is_last;
            lanes[sent % lanes.len()].send(batch.units)?;
            sent += 1;
            if is_last {
                break;
            }
            match next() {
                Ok(next) => batch = next,
                Err(error) => {
                    read = Err(error);
                    break;
                }
            }
        }
        for number in taken..sent {
            take(&lanes[number % lanes.len()].judged()?)?;
        }
        read
    })
}

/// A thread that judges what it is sent, batch by batch.
struct Lane {
    work: SyncSender<Vec<Unit>>,
    done: Receiver<Vec<Judged>>,
}

impl Lane {
    fn start<'s, 'e>(
        scope: &'s Scope<'s, 'e>,
        judge: &'e (impl Fn(&Unit) -> Judged + Sync),
    ) -> Self {
        let (work, batches) = sync_channel::<Vec<Unit>>(WAITING);
        let (answers, done) = sync_channel(WAITING);
        scope.spawn(move || {
            for units in batches {
                let judged: Vec<Judged> = units.iter().map(judge).collect();
                if answers.send(judged).is_err() {
                    return;
                }
            }
        });
        Self { work, done }
    }

    fn send(&self, units: Vec<Unit>) -> Result<(), String> {
        self.work.send(units).map_err(|_| stopped())
    }

    fn judged(&self) -> Result<Vec<Judged>, String> {
        self.done.recv().map_err(|_| stopped())
    }
}

/// A thread only ends early by a panic, which the scope passes on.
fn stopped() -> String {
    "a thread that judges resources has ended early".to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Batch, Judged, Unit, judge_in_order};
    use crate::result::Verdict;
    use crate::validator::Validation;

    fn judge(unit: &Unit) -> Judged {
        // The later batches are done first.
        std::thread::sleep(std::time::Duration::from_micros(
            u64::from(unit.first_line % 7) * 50,
        ));
        Judged {
            source: unit.source.clone(),
            verdict: Verdict::Pass,
            validation: Validation {
                resource_type: None,
                id: None,
                profiles: Vec::new(),
                findings: Vec::new(),
            },
        }
    }

    fn batches(count: u32) -> impl FnMut() -> Result<Batch, String> {
        let mut next = 0;
        move || {
            let units = (0..16).map(|offset| Unit {
                source: (next * 16 + offset).to_string(),
                bytes: Vec::new(),
                first_line: next,
            });
            let units = units.collect();
            next += 1;
            Ok(Batch {
                units,
                is_last: next == count,
            })
        }
    }

    #[test]
    fn judgements_come_in_the_order_of_the_texts() {
        for count in [1, 2, 40] {
            let mut seen = Vec::new();
            let take = |judged: &[Judged]| {
                seen.extend(judged.iter().map(|judged| judged.source.clone()));
                Ok(())
            };
            judge_in_order(batches(count), &judge, take).expect("all judged");
            let expected: Vec<String> = (0..count * 16).map(|number| number.to_string()).collect();
            assert_eq!(seen, expected);
        }
    }

    #[test]
    fn an_error_of_reading_or_of_writing_ends_it() {
        let mut left = 3;
        let mut read = batches(100);
        let mut count = 0;
        let reading = judge_in_order(
            || {
                left -= 1;
                if left == 0 {
                    Err("read".to_owned())
                } else {
                    read()
                }
            },
            &judge,
            |judged| {
                count += judged.len();
                Ok(())
            },
        );
        assert_eq!((reading, count), (Err("read".to_owned()), 32));
        let writing = judge_in_order(batches(100), &judge, |_| Err("write".to_owned()));
        assert_eq!(writing, Err("write".to_owned()));
    }
}

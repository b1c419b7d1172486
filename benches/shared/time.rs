//! How time is taken, and how it is told.
//!
//! Times are of this thread's processor time, since elapsed time says little on a machine that does
//! other things; the least of several rounds is kept, because other work only ever adds to it.

use std::fs;
use std::thread;
use std::time::Instant;

const ROUNDS: usize = 30;

/// Milliseconds of the fastest of several rounds, after a first one that compiles what is needed.
pub fn least(mut run: impl FnMut()) -> f64 {
    run();
    let start = Instant::now();
    run();
    // The system brings its count up to date every few milliseconds: a round is longer than that.
    let repeats = (0.03 / start.elapsed().as_secs_f64())
        .ceil()
        .clamp(1.0, 1e6) as u32;
    (0..ROUNDS)
        .map(|_| {
            thread::yield_now();
            let before = cpu_time();
            (0..repeats).for_each(|_| run());
            (cpu_time() - before) / f64::from(repeats)
        })
        .fold(f64::INFINITY, f64::min)
}

/// Prints one line: the time of `count` resources as time of one and as resources per second.
pub fn line(what: &str, milliseconds: f64, count: usize) {
    let each = milliseconds * 1e3 / count as f64;
    println!(
        "{what:<52} {each:>9.2} µs each {:>9.0} per second and core",
        1e6 / each
    );
}

/// Milliseconds that this thread was running, where the system tells.
pub fn cpu_time() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text
        .split(' ')
        .next()
        .and_then(|text| text.parse::<f64>().ok());
    nanoseconds.unwrap_or_default() / 1e6
}

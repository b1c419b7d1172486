//! Progress of long work on standard error, only where a person is looking.

use std::io::IsTerminal;

use super::output::Screen;
use indicatif::{ProgressBar, ProgressStyle};

/// A running count.
pub(super) struct Counter {
    bar: Option<ProgressBar>,
}

impl Counter {
    /// A count of what the words say; nothing is shown where standard error is no terminal.
    pub fn new(words: &'static str, screen: Screen) -> Self {
        let shown = !screen.quiet && std::io::stderr().is_terminal();
        let bar = shown.then(|| {
            let bar = ProgressBar::new_spinner();
            let style = ProgressStyle::with_template("{human_pos} {msg} ({per_sec}, {elapsed})");
            if let Ok(style) = style {
                bar.set_style(style);
            }
            bar.set_message(words);
            bar
        });
        Self { bar }
    }

    /// Counts on.
    pub fn add(&mut self, count: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(count);
        }
    }

    /// Takes the count off the screen.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

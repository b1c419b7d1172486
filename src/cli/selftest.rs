//! `selftest`: every fault of the built-in server against every check.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget};

use super::ExitCode;
use super::output::print;
use crate::reference::Fault;
use crate::selftest::{Campaign, Matrix};

/// Show that every check can fail: each fault of the built-in server against each check
#[derive(Debug, Args)]
pub struct SelftestCommand {
    /// Only this fault; may be repeated [default: all]
    #[arg(long = "fault", value_name = "NAME", value_parser = super::serve::fault)]
    faults: Vec<Fault>,
    /// Only this suite; may be repeated [default: all]
    #[arg(long = "suite", value_name = "NAME")]
    suites: Vec<String>,
    /// Trials side by side [default: twice the number of processors]
    #[arg(long, value_name = "N")]
    concurrency: Option<usize>,
    /// Write the matrix as JSON to this file
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl SelftestCommand {
    /// Carries the command out.
    #[must_use]
    pub fn run(self) -> ExitCode {
        let runtime = match tokio::runtime::Runtime::new() {
            Ok(runtime) => runtime,
            Err(error) => return super::complain(&error, ExitCode::Incomplete),
        };
        let bar = ProgressBar::new(match self.faults.len() {
            0 => Fault::ALL.len() as u64,
            some => some as u64,
        });
        if !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        let campaign = Campaign {
            faults: self.faults,
            suites: self.suites,
            concurrency: self.concurrency,
        };
        let matrix = runtime.block_on(campaign.run(|_| bar.inc(1)));
        bar.finish_and_clear();
        let matrix = match matrix {
            Ok(matrix) => matrix,
            Err(error) => return super::complain(&error, ExitCode::Incomplete),
        };
        if let Some(path) = &self.output {
            let text = serde_json::to_string_pretty(&matrix).unwrap_or_default() + "\n";
            if let Err(error) = std::fs::write(path, text) {
                let message = format!("cannot write {}: {error}", path.display());
                return super::complain(&message, ExitCode::Usage);
            }
        }
        print(&text(&matrix));
        match matrix.problems.is_empty() {
            true => ExitCode::Conformant,
            false => ExitCode::Failure,
        }
    }
}

/// The matrix for a terminal: a line for each fault, then what is wrong, then the sum.
fn text(matrix: &Matrix) -> String {
    let mut out = String::new();
    let names = |checks: &std::collections::BTreeMap<String, _>| {
        checks.keys().cloned().collect::<Vec<_>>().join(", ")
    };
    for row in &matrix.rows {
        let mut caught = match (row.caught_by.is_empty(), row.breaks.is_empty()) {
            (false, _) => names(&row.caught_by),
            (true, false) => "caught by nothing".to_owned(),
            (true, true) => "breaks nothing".to_owned(),
        };
        if !row.changes.is_empty() {
            let changed: Vec<&str> = row.changes.iter().map(String::as_str).collect();
            caught.push_str(&format!(", changes {}", changed.join(", ")));
        }
        if let Some(message) = &row.stopped {
            caught.push_str(&format!(" (stops the run: {message})"));
        }
        out.push_str(&format!("{:<32} {caught}", row.fault));
        if !row.also.is_empty() {
            out.push_str(&format!(" (and so {})", names(&row.also)));
        }
        out.push('\n');
    }
    out.push('\n');
    for problem in &matrix.problems {
        out.push_str(&format!("{problem}\n"));
    }
    let caught = matrix
        .rows
        .iter()
        .filter(|row| !row.caught_by.is_empty())
        .count();
    let breaking = matrix.rows.iter().filter(|row| !row.breaks.is_empty());
    out.push_str(&format!(
        "{caught} of {} faults caught; {} checks pass without a fault; {}\n",
        breaking.count(),
        matrix.passes.len(),
        crate::wording::count(matrix.problems.len(), "problem"),
    ));
    out
}

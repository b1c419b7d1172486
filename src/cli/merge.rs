//! `render --merge`: the parts of a run that was spread over several, put together to one report.

use std::path::PathBuf;

use thiserror::Error;

use super::ExitCode;
use super::gate::GateArguments;
use super::output::{self, Screen};
use crate::gate::{Gate, GateError};
use crate::report::{self, Report};
use crate::shard::{self, MergeError, ShardFile};

#[derive(Debug, Error)]
enum Failure {
    #[error(transparent)]
    Merge(#[from] MergeError),
    #[error(transparent)]
    Gate(#[from] GateError),
    #[error("{0}")]
    Argument(String),
}

/// Merges the parts in these folders into a report in the output folder; ends as the run would
/// have ended.
pub(super) fn run(
    folders: &[PathBuf],
    output: Option<&PathBuf>,
    gate: &GateArguments,
    screen: Screen,
) -> ExitCode {
    match merge(folders, output, gate) {
        Ok((report, files)) => {
            if !screen.quiet {
                output::print(&report::table(&report, &output::table_style(screen)));
                for file in &files {
                    eprintln!("wrote {}", file.display());
                }
            }
            ExitCode::from_code(report.exit_code)
        }
        Err(error) => {
            let code = match &error {
                Failure::Merge(MergeError::Write(_)) => ExitCode::Incomplete,
                _ => ExitCode::Usage,
            };
            super::complain(&error, code)
        }
    }
}

fn merge(
    folders: &[PathBuf],
    output: Option<&PathBuf>,
    gate: &GateArguments,
) -> Result<(Report, Vec<PathBuf>), Failure> {
    let gate = Gate::load(&gate.check().map_err(Failure::Argument)?)?;
    let parts: Result<Vec<_>, _> = folders
        .iter()
        .map(|folder| ShardFile::read(folder))
        .collect();
    let merged = shard::merge(parts?)?;
    let mut report = report::build(&merged);
    gate.apply(&mut report);
    let default = PathBuf::from("reports").join(&report.label);
    let folder = output.unwrap_or(&default);
    let files = report::write_all(&report, folder).map_err(MergeError::from)?;
    Ok((report, files))
}

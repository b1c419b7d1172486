//! `render --merge`: the parts of a run that was spread over several, put together to one report.

use std::path::PathBuf;

use thiserror::Error;

use super::ExitCode;
use super::output::{self, Screen};
use super::render::RenderArguments;
use crate::cli::output::say;
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
pub(super) fn run(arguments: &RenderArguments, screen: Screen) -> ExitCode {
    let language = arguments.language.language();
    match merge(arguments) {
        Ok((report, files)) => {
            if !screen.quiet {
                output::print(&report::table(
                    &report,
                    language,
                    &output::table_style(screen),
                ));
                for file in &files {
                    say!("wrote {}", file.display());
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

fn merge(arguments: &RenderArguments) -> Result<(Report, Vec<PathBuf>), Failure> {
    let gate = Gate::load(&arguments.gate.check().map_err(Failure::Argument)?)?;
    let parts: Result<Vec<_>, _> = arguments
        .reports
        .iter()
        .map(|folder| ShardFile::read(folder))
        .collect();
    let merged = shard::merge(parts?)?;
    let mut report = report::build(&merged);
    gate.apply(&mut report);
    let default = PathBuf::from("reports").join(&report.label);
    let folder = arguments.output.as_ref().unwrap_or(&default);
    let files = report::write_all(&report, folder, arguments.language.language())
        .map_err(MergeError::from)?;
    Ok((report, files))
}

//! `revalidate`: judge recorded exchanges again, offline, perhaps by a newer guide.

use std::path::PathBuf;

use clap::Args;

use super::language::LanguageArgument;
use super::output::Screen;
use super::{ExitCode, output};
use crate::cli::output::say;
use crate::result::ScenarioResult;
use crate::run::{Progress, RevalidateError, RevalidateOptions, RunError};

/// Judge the recorded exchanges of a run again, offline
#[derive(Debug, Args)]
pub struct RevalidateCommand {
    /// Folder of a run, or its `exchanges.ndjson`, also compressed with gzip
    recording: PathBuf,
    /// Another FHIR package; may be repeated
    #[arg(long = "package", value_name = "DIR|TGZ")]
    packages: Vec<PathBuf>,
    /// Write the report into this folder
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    #[command(flatten)]
    language: LanguageArgument,
}

struct Silent;

impl Progress for Silent {
    fn planned(&self, _: usize) {}
    fn played(&self, _: &ScenarioResult) {}
}

impl RevalidateCommand {
    /// Carries the command out.
    #[must_use]
    pub fn run(self, screen: Screen) -> ExitCode {
        let language = self.language.language();
        let options = RevalidateOptions {
            recording: self.recording,
            packages: self.packages,
        };
        let runtime = match tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
        {
            Ok(runtime) => runtime,
            Err(error) => return super::complain(&error, ExitCode::Incomplete),
        };
        let report = match runtime.block_on(crate::run::revalidate(&options, &Silent)) {
            Ok(revalidated) => revalidated.report,
            Err(error) => return super::complain(&error, exit_code(&error)),
        };
        if let Some(folder) = &self.output {
            let written = std::fs::create_dir_all(folder)
                .map_err(|error| error.to_string())
                .and_then(|()| {
                    crate::report::write_all(&report, folder, language)
                        .map_err(|error| error.to_string())
                });
            match written {
                Ok(files) => files
                    .iter()
                    .for_each(|file| say!("wrote {}", file.display())),
                Err(error) => return super::complain(&error, ExitCode::Usage),
            }
        }
        if let Some(reason) = &report.stopped_because {
            say!("error: {reason}");
        }
        if !screen.quiet {
            let table = crate::report::table(&report, language, &output::table_style(screen));
            output::print(&format!("{}\n", table.trim_end()));
        }
        ExitCode::from_code(report.exit_code)
    }
}

fn exit_code(error: &RevalidateError) -> ExitCode {
    match error {
        RevalidateError::Run(RunError::NothingSelected(_)) => ExitCode::TooLittleTested,
        RevalidateError::Run(RunError::Probe(_)) => ExitCode::Incomplete,
        _ => ExitCode::Usage,
    }
}

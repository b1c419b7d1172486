//! `guide check`: does a guide agree with itself?

use crate::cli::output::{print, say};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::ExitCode;
use crate::guide::check::{GuideReport, check};
use crate::interpretation::Interpretations;
use crate::package::PackageFiles;

/// Arguments of `guide check`.
#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// FHIR package to check instead of the guide in the program: a folder or a .tgz
    #[arg(long, value_name = "PATH")]
    package: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Grouped by decision, for people
    Text,
    /// The same for programs
    Json,
}

/// Carries `guide check` out: fails where a fault has no decision, or a decision no fault.
pub(super) fn run(arguments: &CheckArguments) -> ExitCode {
    let definitions = match super::definitions(arguments.package.as_ref()) {
        Ok(definitions) => definitions,
        Err(error) => {
            say!("error: {error}");
            return ExitCode::Usage;
        }
    };
    let Some(package) = definitions.packages().into_iter().next() else {
        return ExitCode::TooLittleTested;
    };
    let files = match arguments
        .package
        .as_ref()
        .map(|path| PackageFiles::collect(path))
    {
        None => PackageFiles::embedded_guide(),
        Some(Ok(files)) => files,
        Some(Err(error)) => {
            say!("error: {error}");
            return ExitCode::Usage;
        }
    };
    let faults = check(&definitions, &package.id, &files);
    let report = GuideReport::new(&package, faults, Interpretations::embedded());
    match arguments.format {
        Format::Text => print(&report.text()),
        Format::Json => match serde_json::to_string_pretty(&report) {
            Ok(json) => print(&format!("{json}\n")),
            Err(error) => {
                say!("error: {error}");
                return ExitCode::Incomplete;
            }
        },
    }
    if report.is_settled() {
        ExitCode::Conformant
    } else {
        ExitCode::Failure
    }
}

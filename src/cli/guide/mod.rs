//! `guide`: what can be done with an implementation guide by itself.

mod check;
mod pack;
mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ExitCode;
use crate::package::{Definitions, Package, PackageError};

/// Arguments of `guide`.
#[derive(Debug, Args)]
pub struct GuideArguments {
    #[command(subcommand)]
    command: GuideCommand,
}

#[derive(Debug, Subcommand)]
enum GuideCommand {
    /// Print a profile as a tree: what it asks of each element
    Show(show::ShowArguments),
    /// Find the guide's own faults, and what is decided about each
    Check(check::CheckArguments),
    /// Make the slim form of a FHIR package: its rules and data without prose
    Pack(pack::PackArguments),
}

/// Carries `guide` out.
pub fn run(arguments: &GuideArguments) -> ExitCode {
    match &arguments.command {
        GuideCommand::Show(arguments) => show::run(arguments),
        GuideCommand::Check(arguments) => check::run(arguments),
        GuideCommand::Pack(arguments) => pack::run(arguments),
    }
}

/// The definitions to work on: what is in the program, with a package in place of the guide or on
/// top of it.
fn definitions(package: Option<&PathBuf>) -> Result<Definitions, PackageError> {
    let embedded = Definitions::embedded();
    match package {
        Some(path) => Ok(embedded.with_package(Package::load(path)?)),
        None => Ok(embedded),
    }
}

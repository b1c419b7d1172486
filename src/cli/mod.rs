//! The command line: arguments in, exit code out. Printing happens here and nowhere else.

mod exit_code;
mod guide;
mod output;
mod render;
mod serve;

use clap::{Parser, Subcommand};

pub use exit_code::ExitCode;

/// Conformance tests for the FHIR R4 API of openIMIS.
#[derive(Debug, Parser)]
#[command(
    name = "openimis-conformance",
    version,
    about,
    arg_required_else_help = true
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Work on an implementation guide by itself
    Guide(guide::GuideArguments),
    /// Make another format from a report.json
    Render(render::RenderArguments),
    /// Start the built-in reference server on loopback
    Serve(serve::Serve),
}

/// Parses the process's arguments and carries the command out.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.command {
        Command::Guide(arguments) => guide::run(&arguments),
        Command::Render(arguments) => render::run(&arguments),
        Command::Serve(serve) => serve.run(),
    }
}

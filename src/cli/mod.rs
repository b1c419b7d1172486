//! The command line: arguments in, exit code out. Printing happens here and nowhere else.

mod compare;
mod exit_code;
mod guide;
mod language;
mod list;
mod output;
mod progress;
mod render;
mod reports;
mod revalidate;
mod run;
mod serve;
mod validate;

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
    /// Test a server and write a conformance report
    Run(Box<run::RunCommand>),
    /// List suites, scenarios, checks, requirements or the plan of a run
    List(list::ListCommand),
    /// Work on an implementation guide by itself
    Guide(guide::GuideArguments),
    /// Compare reports: what is new, what is fixed, what changed for other systems
    Compare(compare::CompareArguments),
    /// Judge the recorded exchanges of a run again, offline
    Revalidate(revalidate::RevalidateCommand),
    /// Make another format from a report.json
    Render(render::RenderArguments),
    /// Judge resources against R4 and profiles
    Validate(validate::ValidateArguments),
    /// Start the built-in reference server on loopback
    Serve(serve::Serve),
}

/// Parses the process's arguments and carries the command out.
#[must_use]
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        // The words of a panic may quote somebody's data; the place is enough to mend it.
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        eprintln!("error: this program failed at {place}: please report this fault of it");
    }));
    let arguments = Arguments::parse();
    match arguments.command {
        Command::Run(command) => command.run(),
        Command::List(command) => command.run(),
        Command::Guide(arguments) => guide::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Revalidate(command) => command.run(),
        Command::Render(arguments) => render::run(&arguments),
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Serve(serve) => serve.run(),
    }
}

/// Says on standard error what went wrong.
fn complain(error: &dyn std::fmt::Display, code: ExitCode) -> ExitCode {
    eprintln!("error: {error}");
    code
}

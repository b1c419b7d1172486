//! The command line: arguments in, exit code out. Printing happens here and nowhere else.

mod compare;
mod config;
mod doctor;
mod exit_code;
mod explain;
mod gate;
mod guide;
mod language;
mod list;
mod merge;
mod output;
mod progress;
mod render;
mod reports;
mod revalidate;
mod run;
mod selftest;
mod serve;
mod shell;
mod validate;

use crate::cli::output::say;
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
    #[command(flatten)]
    screen: output::Screen,
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
    /// Show that every check can fail: every fault against every check
    Selftest(selftest::SelftestCommand),
    /// Say whether a server can be tested, and what is in the way
    Doctor(doctor::DoctorCommand),
    /// Start the built-in reference server on loopback
    Serve(serve::Serve),
    /// Say what a check, requirement, rule, fault or finding means, and how to mend it
    Explain(explain::ExplainArguments),
    /// Look at the settings of a run
    Config(config::ConfigArguments),
    /// Print completions for a shell
    Completions(shell::Completions),
    /// Print the manual page
    Man,
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
        say!("error: this program failed at {place}: please report this fault of it");
    }));
    let arguments = Arguments::parse();
    let screen = arguments.screen;
    let code = match arguments.command {
        Command::Run(command) => command.run(screen),
        Command::List(command) => command.run(),
        Command::Guide(arguments) => guide::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments, screen),
        Command::Revalidate(command) => command.run(screen),
        Command::Render(arguments) => render::run(&arguments, screen),
        Command::Validate(arguments) => validate::run(&arguments, screen),
        Command::Selftest(command) => command.run(),
        Command::Doctor(command) => command.run(),
        Command::Serve(serve) => serve.run(),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Config(arguments) => config::run(&arguments),
        Command::Completions(command) => command.run(),
        Command::Man => shell::man(),
    };
    output::ended(code)
}

/// Says on standard error what went wrong.
fn complain(error: &dyn std::fmt::Display, code: ExitCode) -> ExitCode {
    say!("error: {error}");
    code
}

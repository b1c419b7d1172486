//! `render`: any format from a `report.json`, also one that an older version wrote.

use crate::cli::output::say;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use thiserror::Error;

use super::language::LanguageArgument;
use super::output::Screen;
use super::reports::OpenError;
use super::{ExitCode, output};
use crate::report::{self, Language, Report, TableStyle, WriteError};

/// Make another format from a `report.json`
#[derive(Debug, Args)]
pub struct RenderArguments {
    /// The report: `reports/<label>/report.json`, or the folder it lies in; with --merge the
    /// folders of the parts
    #[arg(required = true)]
    pub(super) reports: Vec<PathBuf>,
    /// Put the parts of a run together (`run --shard I/N`); --output is then the report's folder
    /// [default: reports/<label>]
    #[arg(long, conflicts_with_all = ["format", "finding"])]
    merge: bool,
    /// The format to make
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// One finding, by its id; for the format `ticket`
    #[arg(long, value_name = "ID")]
    finding: Option<String>,
    #[command(flatten)]
    pub(super) gate: super::gate::GateArguments,
    #[command(flatten)]
    pub(super) language: LanguageArgument,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

/// The formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The page for people: one file
    Html,
    /// JUnit XML
    Junit,
    /// The summary for a CI job
    Markdown,
    /// The summary for a terminal
    Table,
    /// The report itself, in this version's form
    Json,
    /// SARIF 2.1.0, for code-scanning pages
    Sarif,
    /// Common Test Report Format
    Ctrf,
    /// Annotations of a job on GitHub: a line for each finding that fails or warns
    Annotations,
    /// A line for each finding, for spreadsheets
    Csv,
    /// FHIR R4: a TestReport for each scenario
    TestReport,
    /// FHIR R4: an OperationOutcome for each resource at fault
    OperationOutcome,
    /// The text of a ticket for one finding (with `--finding`)
    Ticket,
}

/// Why nothing was rendered.
#[derive(Debug, Error)]
enum RenderError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(
        "the report has no finding {wanted}; expected one of its ids, such as {}",
        .known.as_deref().unwrap_or("... but it has no findings")
    )]
    UnknownFinding {
        wanted: String,
        known: Option<String>,
    },
    #[error("the format `ticket` is for one finding: name it with `--finding ID`")]
    NoFinding,
    #[error("`--finding` goes with the format `ticket` only")]
    FindingWithoutTicket,
    #[error("expected one report, found several; `--merge` puts the parts of one run together")]
    Several,
    #[error(
        "known failures, baseline, --fail-on and acceptance criteria go with `run` and `render --merge`: they decide a run"
    )]
    GateWithoutMerge,
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Renders, and prints or writes the result.
pub fn run(arguments: &RenderArguments, screen: Screen) -> ExitCode {
    if arguments.merge {
        return super::merge::run(arguments, screen);
    }
    match render(arguments, screen) {
        Ok(Some(text)) => {
            output::print(&text);
            ExitCode::Conformant
        }
        Ok(None) => ExitCode::Conformant,
        Err(error) => {
            say!("error: {error}");
            ExitCode::Usage
        }
    }
}

/// The text for standard output, unless it went to a file.
fn render(arguments: &RenderArguments, screen: Screen) -> Result<Option<String>, RenderError> {
    let one = arguments.format == Format::Ticket;
    match arguments.finding {
        None if one => return Err(RenderError::NoFinding),
        Some(_) if !one => return Err(RenderError::FindingWithoutTicket),
        _ => {}
    }
    let [path] = arguments.reports.as_slice() else {
        return Err(RenderError::Several);
    };
    if arguments.gate.is_given() {
        return Err(RenderError::GateWithoutMerge);
    }
    let report = super::reports::open(path)?;
    let language = arguments.language.language();
    let text = match arguments.format {
        Format::Html => report::html(&report, language),
        Format::Junit => report::junit(&report, language),
        Format::Markdown => report::markdown(&report, language),
        Format::Table => report::table(&report, language, &table_style(arguments, screen)),
        Format::Json => report::json(&report),
        Format::Sarif => report::sarif(&report, language),
        Format::Ctrf => report::ctrf(&report, language),
        Format::Annotations => report::annotations(&report),
        Format::Csv => report::csv(&report, language),
        Format::TestReport => report::test_reports(&report, language),
        Format::OperationOutcome => report::operation_outcomes(&report, language),
        Format::Ticket => {
            let finding = arguments.finding.as_deref().unwrap_or_default();
            ticket(&report, finding, language)?
        }
    };
    let Some(output) = &arguments.output else {
        return Ok(Some(text));
    };
    report::write(output, &text)?;
    Ok(None)
}

fn ticket(report: &Report, finding: &str, language: Language) -> Result<String, RenderError> {
    report::ticket(report, finding, language).ok_or_else(|| RenderError::UnknownFinding {
        wanted: finding.to_owned(),
        known: report.findings.first().map(|group| group.id.clone()),
    })
}

/// A file gets no colour.
fn table_style(arguments: &RenderArguments, screen: Screen) -> TableStyle {
    match arguments.output {
        Some(_) => TableStyle::default(),
        None => output::table_style(screen),
    }
}

//! `render`: any format from a `report.json`, also one that an older version wrote.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use thiserror::Error;

use super::output::Screen;
use super::{ExitCode, output};
use crate::report::{self, ReadError, Report, TableStyle, WriteError};

/// Make another format from a `report.json`
#[derive(Debug, Args)]
pub struct RenderArguments {
    /// The report: `reports/<label>/report.json`, or the folder it lies in; with --merge the
    /// folders of the parts
    #[arg(required = true)]
    reports: Vec<PathBuf>,
    /// Put the parts of a run together (`run --shard I/N`); --output is then the report's folder
    #[arg(long, conflicts_with_all = ["format", "finding"])]
    merge: bool,
    /// The format to make
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// One finding, by its id; for the format `ticket`
    #[arg(long, value_name = "ID")]
    finding: Option<String>,
    #[command(flatten)]
    gate: super::gate::GateArguments,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
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
    /// The text of a ticket for one finding (with `--finding`)
    Ticket,
}

/// Why nothing was rendered.
#[derive(Debug, Error)]
pub(super) enum RenderError {
    #[error("cannot read {path}: {source}; expected the `report.json` of a run, or its folder", path = .path.display())]
    Open {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path}: {source}", path = .path.display())]
    Read { path: PathBuf, source: ReadError },
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
        let output = arguments.output.as_ref();
        return super::merge::run(&arguments.reports, output, &arguments.gate, screen);
    }
    match render(arguments, screen) {
        Ok(Some(text)) => {
            output::print(&text);
            ExitCode::Conformant
        }
        Ok(None) => ExitCode::Conformant,
        Err(error) => {
            eprintln!("error: {error}");
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
    let report = open(path)?;
    let text = match arguments.format {
        Format::Html => report::html(&report),
        Format::Junit => report::junit(&report),
        Format::Markdown => report::markdown(&report),
        Format::Table => report::table(&report, &table_style(arguments, screen)),
        Format::Json => report::json(&report),
        Format::Sarif => report::sarif(&report),
        Format::Ctrf => report::ctrf(&report),
        Format::Annotations => report::annotations(&report),
        Format::Csv => report::csv(&report),
        Format::Ticket => ticket(&report, arguments.finding.as_deref().unwrap_or_default())?,
    };
    let Some(output) = &arguments.output else {
        return Ok(Some(text));
    };
    report::write(output, &text)?;
    Ok(None)
}

fn ticket(report: &Report, finding: &str) -> Result<String, RenderError> {
    report::ticket(report, finding).ok_or_else(|| RenderError::UnknownFinding {
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

/// Reads a report, by its file or its folder.
pub(super) fn open(path: &Path) -> Result<Report, RenderError> {
    let path = match path.is_dir() {
        true => path.join("report.json"),
        false => path.to_owned(),
    };
    let bytes = std::fs::read(&path).map_err(|source| RenderError::Open {
        path: path.clone(),
        source,
    })?;
    // A wrong byte would be inside a text; the JSON around it decides whether it is a report.
    let text = String::from_utf8_lossy(&bytes);
    report::read(&text).map_err(|source| RenderError::Read { path, source })
}

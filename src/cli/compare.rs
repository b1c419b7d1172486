//! `compare`: what changed from one report to the next.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use thiserror::Error;

use super::language::LanguageArgument;
use super::output::Screen;
use super::reports::{self, OpenError};
use super::{ExitCode, output};
use crate::compare::{self, Comparison, Relation};
use crate::report::{self, Report, WriteError};
use crate::result::TargetKind;

/// Compare reports: what is new, what is fixed, what changed for other systems
#[derive(Debug, Args)]
pub struct CompareArguments {
    /// Reports in order, the oldest first: `report.json`, its folder, or a folder of such folders
    #[arg(required = true, value_name = "REPORT")]
    reports: Vec<PathBuf>,
    /// What each report is to the one before [default: by their labels]
    #[arg(long, value_enum)]
    relation: Option<RelationArgument>,
    /// The format to make
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    language: LanguageArgument,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Also write the page of all reports side by side, such as reports/index.html
    #[arg(long, value_name = "FILE")]
    index: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RelationArgument {
    /// A later release, or a later run
    Release,
    /// An instance of the release, such as a country's
    Instance,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Table,
    /// For the summary of a CI job
    Markdown,
    /// A page for people: one file
    Html,
    /// For programs
    Json,
}

/// Why nothing was compared.
#[derive(Debug, Error)]
enum CompareError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(
        "expected at least two reports to compare, found {0}; name them in order, the oldest first"
    )]
    TooFew(usize),
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Compares each report with the one before it; exit code 1 where the last step has new failures.
pub fn run(arguments: &CompareArguments, screen: Screen) -> ExitCode {
    match compare(arguments, screen) {
        Ok(code) => code,
        Err(error) => super::complain(&error, ExitCode::Usage),
    }
}

fn compare(arguments: &CompareArguments, screen: Screen) -> Result<ExitCode, CompareError> {
    let (paths, reports) = open(&arguments.reports)?;
    let comparisons: Vec<Comparison> = reports
        .windows(2)
        .filter_map(|pair| match pair {
            [old, new] => Some(compare::compare(old, new, relation(arguments, old, new))),
            _ => None,
        })
        .collect();
    if let Some(index) = &arguments.index {
        write_index(arguments, index, &paths, &reports, &comparisons)?;
    }
    if reports.len() < 2 {
        // One report alone can still be listed.
        return match arguments.index {
            Some(_) if !reports.is_empty() => Ok(ExitCode::Conformant),
            _ => Err(CompareError::TooFew(reports.len())),
        };
    }
    let text = render(arguments, &comparisons, &reports, screen);
    match &arguments.output {
        Some(path) => report::write(path, &text)?,
        None => output::print(&text),
    }
    let regressed = comparisons
        .last()
        .is_some_and(|comparison| !comparison.failing.is_empty());
    Ok(match regressed {
        true => ExitCode::Failure,
        false => ExitCode::Conformant,
    })
}

/// The reports with their paths. Of a folder of them, those of the built-in server are left out
/// where others are there: that server is no release.
fn open(paths: &[PathBuf]) -> Result<(Vec<PathBuf>, Vec<Report>), CompareError> {
    let mut opened = Vec::new();
    for path in paths {
        let of_folder = reports::expand(path)
            .into_iter()
            .map(|path| reports::open(&path).map(|report| (path, report)))
            .collect::<Result<Vec<_>, _>>()?;
        let is_release = |report: &Report| report.target.kind == TargetKind::Remote;
        let has_releases = of_folder.iter().any(|(_, report)| is_release(report));
        let mut of_folder = of_folder;
        of_folder.retain(|(_, report)| !has_releases || is_release(report));
        opened.extend(of_folder);
    }
    Ok(opened.into_iter().unzip())
}

fn relation(arguments: &CompareArguments, old: &Report, new: &Report) -> Relation {
    match arguments.relation {
        Some(RelationArgument::Release) => Relation::Release,
        Some(RelationArgument::Instance) => Relation::Instance,
        None => compare::relation(old, new),
    }
}

fn render(
    arguments: &CompareArguments,
    comparisons: &[Comparison],
    reports: &[Report],
    screen: Screen,
) -> String {
    let language = arguments.language.language();
    match arguments.format {
        Format::Table => {
            let style = match arguments.output {
                Some(_) => report::TableStyle::default(),
                None => output::table_style(screen),
            };
            compare::table(comparisons, language, &style)
        }
        Format::Markdown => compare::markdown(comparisons, language),
        Format::Html => compare::html(comparisons, &compare::overview(reports, language), language),
        Format::Json => compare::json(comparisons),
    }
}

fn write_index(
    arguments: &CompareArguments,
    index: &Path,
    paths: &[PathBuf],
    reports: &[Report],
    comparisons: &[Comparison],
) -> Result<(), CompareError> {
    let language = arguments.language.language();
    let folders: Vec<String> = paths.iter().map(|path| beside(index, path)).collect();
    let overview = compare::overview(reports, language);
    let page = compare::index(&overview, &folders, comparisons, language);
    report::write(index, &page)?;
    Ok(())
}

/// Where a report's folder is, seen from a page; its name where it is not below the page's folder.
fn beside(page: &Path, report: &Path) -> String {
    let folder = match report.is_dir() {
        true => report,
        false => report.parent().unwrap_or(report),
    };
    let around = page.parent().unwrap_or(page);
    let below = folder.strip_prefix(around).unwrap_or(folder);
    let parts: Vec<String> = below
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    match parts.is_empty() {
        true => ".".to_owned(),
        false => parts.join("/"),
    }
}

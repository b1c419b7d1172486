//! `explain`: what a check, requirement, rule, fault or finding means, and what to do about it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ExitCode, output};
use crate::explain::{self, Explanation};
use crate::finding::all_of;

/// Say what a check, requirement, rule, fault or finding means, and how to mend it
#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// Id of a check, requirement, rule or fault; with --report of a finding
    id: String,
    /// A report or its folder: explain one of its findings
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// The form
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs: an object with the array `explanations`
    Json,
}

/// Carries the command out.
pub(super) fn run(arguments: &ExplainArguments) -> ExitCode {
    match find(arguments) {
        Ok(found) => {
            output::print(&show(&found, arguments.format));
            ExitCode::Conformant
        }
        Err(error) => super::complain(&error, ExitCode::Usage),
    }
}

fn find(arguments: &ExplainArguments) -> Result<Vec<Explanation>, String> {
    let id = arguments.id.trim();
    if let Some(path) = &arguments.report {
        let report = super::reports::open(path).map_err(|error| error.to_string())?;
        let found = explain::of_finding(&report, id);
        return found.map(|finding| vec![finding]).ok_or_else(|| {
            let first = report.findings.first();
            let such = first.map_or_else(
                || "but it has none".to_owned(),
                |group| format!("such as {}", group.id),
            );
            format!("expected the id of one finding of the report, {such}, found `{id}`")
        });
    }
    let found = explain::find(id);
    if !found.is_empty() {
        return Ok(found);
    }
    let group = explain::group(id);
    let hint = match explain::guess(id) {
        _ if !group.is_empty() => format!(", a group of {}", all_of(&group)),
        Some(near) => format!("; did you mean `{near}`?"),
        None if is_finding(id) => "; name the report of a finding with --report FILE".to_owned(),
        None => String::new(),
    };
    Err(format!(
        "expected the id of a check, requirement, rule or fault, found `{id}`{hint}; `list --checks`, `list --requirements` and `serve --list-faults` print them"
    ))
}

fn is_finding(id: &str) -> bool {
    id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn show(found: &[Explanation], format: Format) -> String {
    match format {
        Format::Text => {
            let texts: Vec<String> = found.iter().map(explain::text).collect();
            texts.join("\n")
        }
        Format::Json => {
            let value = serde_json::json!({ "explanations": found });
            // Plain data with string keys: this has no way to fail.
            serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
        }
    }
}

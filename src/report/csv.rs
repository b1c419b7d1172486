//! CSV (RFC 4180): a line for each finding, for spreadsheets.

use super::finding_group::FindingGroup;
use super::language::{Language, in_language};
use super::model::Report;
use super::view;

const COLUMNS: &[&str] = &[
    "id",
    "verdict",
    "level",
    "cause",
    "cause rule",
    "check",
    "requirements",
    "resource type",
    "interaction",
    "search parameter",
    "rule",
    "profile",
    "element",
    "constraint",
    "count",
    "message",
    "expected",
    "found",
    "hint",
    "first seen",
    "expression",
    "curl",
];

/// The findings as CSV, with a header.
#[must_use]
pub fn csv(report: &Report, language: Language) -> String {
    let report = &*in_language(report, language);
    let mut text = COLUMNS.join(",");
    text.push_str("\r\n");
    for group in &report.findings {
        let cells: Vec<String> = cells(group).iter().map(|cell| quote(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

fn cells(group: &FindingGroup) -> [String; COLUMNS.len()] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let first = group.occurrences.first();
    [
        group.id.clone(),
        view::grade(group).to_owned(),
        group.level.to_string(),
        group.cause.to_string(),
        group.cause_rule.to_string(),
        group.check.clone(),
        group.requirements.join(" "),
        text(&group.subject.resource_type),
        text(&group.subject.interaction),
        text(&group.subject.search_parameter),
        group.rule.clone(),
        text(&group.profile),
        text(&group.element),
        text(&group.constraint),
        group.count.to_string(),
        group.message.clone(),
        text(&group.expected),
        text(&group.actual),
        text(&group.hint),
        first.map(|first| first.step.clone()).unwrap_or_default(),
        first
            .map(|first| first.expression.clone())
            .unwrap_or_default(),
        text(&group.curl),
    ]
}

/// A cell. Spreadsheets take a text that starts with one of `=+-@` for a formula, and run it; an
/// apostrophe before it keeps it a text.
fn quote(cell: &str) -> String {
    let guard = match cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => "'",
        false => "",
    };
    match cell.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{guard}{}\"", cell.replace('"', "\"\"")),
        false => format!("{guard}{cell}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, csv, quote};
    use crate::report::{Language, sample};

    #[test]
    fn cells_are_quoted_and_formulas_are_text() {
        assert_eq!(quote("plain"), "plain");
        assert_eq!(quote("a,\"b\"\nc"), "\"a,\"\"b\"\"\nc\"");
        assert_eq!(quote("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
    }

    #[test]
    fn every_finding_has_a_line_with_all_columns() {
        let report = sample::report();
        let text = csv(&report, Language::English);
        let lines: Vec<&str> = text.split_terminator("\r\n").collect();
        assert_eq!(lines.len(), report.findings.len() + 1);
        for line in lines {
            let outside: String = line.split('"').step_by(2).collect();
            assert_eq!(outside.matches(',').count() + 1, COLUMNS.len(), "{line}");
        }
    }
}

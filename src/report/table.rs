//! The summary for a terminal: the verdict, suites, resource types, and the first findings.

use tabled::builder::Builder;
use tabled::settings::object::Cell;
use tabled::settings::{Alignment, Color, Style, object::Columns};

use super::finding_group::FindingGroup;
use super::gate::GateReport;
use super::language::{Language, in_language};
use super::model::{Report, VerdictCounts};
use super::text::{cut, one_line, wrap};
use super::view;
use crate::result::Verdict;

/// The findings that the summary shows; the report has them all.
const FINDINGS: usize = 10;
/// Lines of one finding's message.
const MESSAGE_LINES: usize = 3;
/// Reasons for which checks were skipped.
const REASONS: usize = 5;

/// How the summary is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableStyle {
    /// Whether verdicts are coloured; the words are there in any case.
    pub colour: bool,
    /// Columns of the terminal; 80 is the least that is used.
    pub width: usize,
}

impl Default for TableStyle {
    fn default() -> Self {
        Self {
            colour: false,
            width: 80,
        }
    }
}

/// The summary of a report.
#[must_use]
pub fn table(report: &Report, language: Language, style: &TableStyle) -> String {
    let report = &*in_language(report, language);
    let style = TableStyle {
        width: style.width.clamp(80, 120),
        ..*style
    };
    let mut blocks = vec![
        heading(report, language, &style),
        suites(report, language, &style),
    ];
    if let Some(gate) = &report.gate {
        blocks.push(self::gate(gate, language, &style));
    }
    if !report.totals.by_type.is_empty() {
        blocks.push(types(report, language, &style));
    }
    if !report.findings.is_empty() {
        blocks.push(findings(report, language, &style));
    }
    if !report.skipped.is_empty() {
        blocks.push(skipped(report, language, &style));
    }
    blocks.push(wrap(&sources(report, language), style.width).join("\n"));
    let mut text = blocks.join("\n\n");
    text.push('\n');
    text
}

fn heading(report: &Report, language: Language, style: &TableStyle) -> String {
    let verdict = language.text(view::outcome(report)).to_uppercase();
    let code = match report.exit_code {
        0 => "32",
        1 => "31",
        _ => "35",
    };
    let sentence = wrap(&one_line(&report.summary), style.width).join("\n");
    let mut lines = vec![paint(&verdict, code, style), sentence];
    for warning in &report.warnings {
        lines.extend(wrap(
            &one_line(&format!("{} {warning}", language.text("Mind:"))),
            style.width,
        ));
    }
    if let Some(load) = &report.run.clock.load {
        lines.extend(wrap(&view::load(load, language), style.width));
    }
    lines.join("\n")
}

/// What lets the run through, and what became of each entry.
fn gate(gate: &GateReport, language: Language, style: &TableStyle) -> String {
    let sentence = format!("{}: {}", language.text("gate"), one_line(&gate.summary));
    let mut lines = wrap(&sentence, style.width);
    for (state, about, who) in view::entries(gate) {
        let state = language.text(state.code());
        let line = format!("    {state}: {} ({})", one_line(about), one_line(who));
        lines.push(cut(&line, style.width));
    }
    lines.join("\n")
}

fn suites(report: &Report, language: Language, style: &TableStyle) -> String {
    let rows = report.suites.iter().map(|suite| {
        let green = language.text(if suite.green { "yes" } else { "no" });
        let name = cut(&one_line(&suite.id), 27);
        (format!("{name}\t{green}"), suite.checks)
    });
    let names = [language.text("suite"), language.text("green")];
    counts_table(&names.join("\t"), rows, language, style)
}

fn types(report: &Report, language: Language, style: &TableStyle) -> String {
    let rows = report
        .totals
        .by_type
        .iter()
        .map(|(name, &counts)| (cut(&one_line(name), 27), counts));
    counts_table(&language.text("resource type"), rows, language, style)
}

/// A table of names and counts; a tab in a name starts another column.
fn counts_table(
    name: &str,
    rows: impl Iterator<Item = (String, VerdictCounts)>,
    language: Language,
    style: &TableStyle,
) -> String {
    let mut builder = Builder::default();
    let names = name.split('\t').count();
    let header = ["pass", "warning", "fail", "error", "skip"].map(|name| language.text(name));
    builder.push_record(name.split('\t').chain(header.iter().map(AsRef::as_ref)));
    let mut coloured = Vec::new();
    for (index, (name, counts)) in rows.enumerate() {
        let numbers = [
            (counts.pass, Verdict::Pass),
            (counts.warning, Verdict::Warning),
            (counts.fail, Verdict::Fail),
            (counts.error, Verdict::Error),
            (counts.skip, Verdict::Skip),
        ];
        let texts = numbers.map(|(count, _)| match count {
            0 => "-".to_owned(),
            count => count.to_string(),
        });
        builder.push_record(name.split('\t').map(str::to_owned).chain(texts));
        for (column, (count, verdict)) in numbers.into_iter().enumerate() {
            if count > 0 && verdict != Verdict::Skip {
                coloured.push((Cell::new(index + 1, names + column), verdict));
            }
        }
    }
    let mut table = builder.build();
    table
        .with(Style::psql())
        .modify(Columns::new(names..), Alignment::right());
    if style.colour {
        for (cell, verdict) in coloured {
            table.modify(cell, colour(verdict));
        }
    }
    table.to_string()
}

fn findings(report: &Report, language: Language, style: &TableStyle) -> String {
    let causes: Vec<String> = view::by_cause(report)
        .iter()
        .filter(|(_, groups)| !groups.is_empty())
        .map(|(cause, groups)| format!("{} {}", language.text(cause.code()), groups.len()))
        .collect();
    let mut lines = vec![format!(
        "{} ({})",
        language.count(report.findings.len(), "finding", "findings"),
        causes.join(", ")
    )];
    // What only informs is in the report; a terminal shows what asks for something to be done.
    let asking = report
        .findings
        .iter()
        .filter(|group| group.verdict != Verdict::Pass);
    let shown = asking.take(FINDINGS);
    lines.extend(
        shown
            .clone()
            .flat_map(|group| finding(group, language, style)),
    );
    let left = report.findings.len() - shown.count();
    if left > 0 {
        let more = language.fill("and {count} more in the report", &[("count", &left)]);
        lines.push(format!("... {more}"));
    }
    lines.join("\n")
}

fn finding(group: &FindingGroup, language: Language, style: &TableStyle) -> Vec<String> {
    let grade = language.text(view::grade(group));
    let about = format!(
        "{} {} ({}, {}x)",
        group.id,
        one_line(&language.text(&view::about(&group.subject))),
        language.text(group.cause.code()),
        group.count
    );
    let about = match &group.known {
        Some(_) => format!("{about}, {}", language.text("known")),
        None => about,
    };
    let mut lines = vec![format!(
        "{} {}",
        paint(&grade, code(group.verdict), style),
        cut(&about, style.width - grade.chars().count() - 1)
    )];
    let mut message = wrap(&one_line(&group.message), style.width - 4);
    if message.len() > MESSAGE_LINES {
        message.truncate(MESSAGE_LINES);
        if let Some(last) = message.last_mut() {
            *last = format!("{}…", cut(last, style.width - 6));
        }
    }
    lines.extend(message.iter().map(|line| format!("    {line}")));
    lines
}

fn skipped(report: &Report, language: Language, style: &TableStyle) -> String {
    let mut lines = vec![language.text("not tested").into_owned()];
    for skipped in report.skipped.iter().take(REASONS) {
        let line = format!("{:>5}  {}", skipped.count, one_line(&skipped.reason));
        lines.push(cut(&line, style.width));
    }
    if report.skipped.len() > REASONS {
        let left = report.skipped.len() - REASONS;
        let more = language.fill("and {count} more in the report", &[("count", &left)]);
        lines.push(format!("   ... {more}"));
    }
    lines.join("\n")
}

fn sources(report: &Report, language: Language) -> String {
    let packages: Vec<String> = report
        .packages
        .iter()
        .map(|package| format!("{} {}", package.id, package.version))
        .collect();
    let resources = report.totals.resources as usize;
    let requests = language.count(report.totals.requests as usize, "request", "requests");
    let resources = language.count(resources, "resource validated", "resources validated");
    one_line(&language.fill(
        "{base}, mode {mode}, {requests}, {resources}, against {packages}",
        &[
            ("base", &report.target.base),
            ("mode", &report.target.mode),
            ("requests", &requests),
            ("resources", &resources),
            ("packages", &packages.join(", ")),
        ],
    ))
}

fn paint(text: &str, code: &str, style: &TableStyle) -> String {
    match style.colour {
        true => format!("\u{1b}[1;{code}m{text}\u{1b}[0m"),
        false => text.to_owned(),
    }
}

fn code(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail => "31",
        Verdict::Error => "35",
        Verdict::Warning => "33",
        Verdict::Pass => "32",
        Verdict::Skip => "36",
    }
}

fn colour(verdict: Verdict) -> Color {
    match verdict {
        Verdict::Fail => Color::FG_RED,
        Verdict::Error => Color::FG_MAGENTA,
        Verdict::Warning => Color::FG_YELLOW,
        Verdict::Pass => Color::FG_GREEN,
        Verdict::Skip => Color::FG_CYAN,
    }
}

#[cfg(test)]
mod tests {
    use super::{TableStyle, table};
    use crate::report::{Language, sample};

    #[test]
    fn the_summary_of_the_sample() {
        insta::assert_snapshot!(table(
            &sample::report(),
            Language::English,
            &TableStyle::default()
        ));
    }

    #[test]
    fn it_fits_eighty_columns_with_and_without_colour() {
        let mut report = sample::report();
        report.summary = "word ".repeat(60);
        report.findings[0].message = "x".repeat(1_000);
        report.skipped[0].reason = "y ".repeat(300);
        report.suites[0].id = "z".repeat(200);
        let plain = table(&report, Language::English, &TableStyle::default());
        for line in plain.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        let coloured = TableStyle {
            colour: true,
            width: 80,
        };
        let coloured = table(&report, Language::English, &coloured);
        assert!(coloured.contains("\u{1b}["));
        assert_eq!(without_colour(&coloured), plain);
    }

    #[test]
    fn a_server_cannot_write_to_the_terminal() {
        let mut report = sample::report();
        report.findings[0].message = "\u{1b}]0;title\u{7}".to_owned();
        assert!(!table(&report, Language::English, &TableStyle::default()).contains('\u{1b}'));
    }

    fn without_colour(text: &str) -> String {
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('\u{1b}') {
            plain.push_str(&rest[..at]);
            rest = &rest[at..];
            rest = &rest[rest.find('m').map_or(rest.len(), |end| end + 1)..];
        }
        plain + rest
    }
}

//! `summary.md`: for the summary page of a CI job. Such pages take little more than 64 KB, so the
//! most important comes first and what does not fit is counted.

mod gate;

use std::fmt::Write;

use super::finding_group::FindingGroup;
use super::language::{Language, in_language};
use super::model::{Report, VerdictCounts};
use super::promised;
use super::text::{cut, lines, one_line};
use super::view;
use crate::result::Level;

/// Bytes up to which findings are shown in full.
const DETAILED: usize = 40_000;
/// Bytes up to which findings are listed.
const LISTED: usize = 54_000;
/// Bytes up to which reasons are listed; the rest of the page is small.
const REASONS: usize = 60_000;
/// Characters of one quoted text.
const QUOTED: usize = 600;
/// Resource types of the matrix; R4 has 148, so more than these are not FHIR's.
const ROWS: usize = 150;

/// The summary as Markdown (GitHub's, as GitLab reads it too).
#[must_use]
pub fn markdown(report: &Report, language: Language) -> String {
    let report = in_language(report, language);
    let mut page = String::new();
    heading(&mut page, &report, language);
    if let Some(gate) = &report.gate {
        page.push_str(&gate::section(gate, language));
    }
    matrix(&mut page, &report, language);
    page.push_str(&super::markdown_flows::flows(&report, language));
    findings(&mut page, &report, language);
    suites(&mut page, &report, language);
    skipped(&mut page, &report, language);
    promises(&mut page, &report, language);
    dialect(&mut page, &report, language);
    page.push_str(&super::markdown_flows::must_support(&report, language));
    sources(&mut page, &report, language);
    page
}

/// Appends a line. Writing to memory has no way to fail.
macro_rules! line {
    ($page:expr) => { $page.push('\n') };
    ($page:expr, $($arguments:tt)*) => {{
        let _ = writeln!($page, $($arguments)*);
    }};
}

fn heading(page: &mut String, report: &Report, language: Language) {
    let name = text(&report.label);
    let outcome = language.text(view::outcome(report));
    let title = language.fill("Conformance of {name}", &[("name", &name)]);
    line!(page, "# {title}: {outcome}");
    line!(page);
    line!(page, "**{}**", text(&report.summary));
    line!(page);
    for warning in &report.warnings {
        line!(page, "> **{}** {}", language.text("Mind:"), text(warning));
        line!(page);
    }
    line!(page, "| | {} |", verdicts(language));
    line!(page, "|---|---:|---:|---:|---:|---:|");
    let checks = language.text("checks");
    line!(page, "| {checks} | {} |", counts(&report.totals.checks));
    line!(page);
    statements(page, report, language);
    if let Some(load) = &report.run.clock.load {
        line!(page, "{}", view::load(load, language));
        line!(page);
    }
}

/// How many statements of each level ended how.
fn statements(page: &mut String, report: &Report, language: Language) {
    line!(
        page,
        "| {} | {} |",
        language.text("statements"),
        verdicts(language)
    );
    line!(page, "|---|---:|---:|---:|---:|---:|");
    for level in Level::ALL {
        let of_level = report.requirements.iter().filter(|it| it.level == *level);
        let mut ended = VerdictCounts::default();
        of_level.for_each(|it| ended.add(it.verdict));
        line!(page, "| {} | {} |", level.code(), counts(&ended));
    }
    line!(page);
}

/// The verdicts as columns.
fn verdicts(language: Language) -> String {
    let verdicts = ["pass", "warning", "fail", "error", "skip"];
    verdicts.map(|verdict| language.text(verdict)).join(" | ")
}

fn counts(counts: &VerdictCounts) -> String {
    format!(
        "{} | {} | {} | {} | {}",
        counts.pass, counts.warning, counts.fail, counts.error, counts.skip
    )
}

fn matrix(page: &mut String, report: &Report, language: Language) {
    let matrix = view::matrix(report, language);
    if !matrix.server.is_empty() {
        let cells = matrix.server.iter();
        let cells: Vec<String> = cells
            .map(|(name, cell)| format!("{} {} {}", text(name), sign(&cell.verdict), cell.text))
            .collect();
        let whole = language.text("Whole server");
        line!(page, "{whole}: {}", cells.join("; "));
        line!(page);
    }
    if matrix.rows.is_empty() {
        return;
    }
    line!(
        page,
        "## {}",
        language.text("Resource types by interactions")
    );
    line!(page);
    let columns: Vec<String> = matrix.interactions.iter().map(|name| text(name)).collect();
    line!(page, "| | {} |", columns.join(" | "));
    line!(page, "|---|{}", "---|".repeat(columns.len()));
    for row in matrix.rows.iter().take(ROWS) {
        let cells: Vec<String> = row
            .cells
            .iter()
            .map(|cell| match cell {
                None => String::new(),
                Some(cell) => format!("{} {}", sign(&cell.verdict), cell.text),
            })
            .collect();
        line!(
            page,
            "| {} | {} |",
            text(&row.resource_type),
            cells.join(" | ")
        );
    }
    line!(page);
}

/// What is promised and what was seen, and how many statements were tested.
fn promises(page: &mut String, report: &Report, language: Language) {
    let (statements, tested) = promised::coverage(report);
    let count = |number: usize| number.to_string();
    let sentence = language.fill(
        "Requirements: {all} statements, {tested} tested, {not} not.",
        &[
            ("all", &count(statements)),
            ("tested", &count(tested)),
            ("not", &count(statements - tested)),
        ],
    );
    line!(page, "{sentence}");
    line!(page);
    let rows = promised::promised(report);
    if rows.is_empty() || page.len() > LISTED {
        return;
    }
    line!(page, "## {}", language.text("Promised and seen"));
    line!(page);
    let states = promised::STATES.map(|state| language.text(state));
    line!(page, "| | {} |", states.join(" | "));
    line!(page, "|---|{}", "---|".repeat(states.len()));
    for row in rows.iter().take(ROWS) {
        let cells: Vec<String> = row.cells.iter().map(|cell| text(cell)).collect();
        let name = text(&row.resource_type);
        line!(page, "| {name} | {} |", cells.join(" | "));
    }
    line!(page);
}

/// A sign beside the words, never instead of them.
fn sign(verdict: &str) -> &'static str {
    match verdict {
        "pass" => "✅",
        "warning" => "⚠️",
        "fail" => "❌",
        "error" => "💥",
        _ => "➖",
    }
}

fn findings(page: &mut String, report: &Report, language: Language) {
    line!(page, "## {}", language.text("Findings"));
    line!(page);
    if report.findings.is_empty() {
        line!(page, "{}", language.text("None."));
        line!(page);
        return;
    }
    let mut rest = report.findings.iter().peekable();
    while let Some(group) = rest.next_if(|_| page.len() < DETAILED) {
        detailed(page, group, language);
    }
    if rest.peek().is_some() {
        line!(page, "### {}", language.text("Further findings"));
        line!(page);
    }
    while let Some(group) = rest.next_if(|_| page.len() < LISTED) {
        line!(
            page,
            "- {}: {}",
            title(group, language),
            text(&cut(&group.message, 200))
        );
    }
    match rest.count() {
        0 => {}
        more => {
            let more = language.fill("and {count} more in `report.html`", &[("count", &more)]);
            line!(page, "- {more}");
        }
    }
    line!(page);
}

fn title(group: &FindingGroup, language: Language) -> String {
    let known = match &group.known {
        Some(_) => format!(" ({})", language.text("known")),
        None => String::new(),
    };
    format!(
        "{} {}{known} · {} · {} · {}×",
        sign(group.verdict.code()),
        language.text(view::grade(group)),
        text(&language.text(&view::about(&group.subject))),
        language.text(group.cause.code()),
        group.count
    )
}

fn detailed(page: &mut String, group: &FindingGroup, language: Language) {
    let name = |english| language.text(english);
    line!(page, "### {}", title(group, language));
    line!(page);
    line!(page, "{}", text(&cut(&group.message, QUOTED)));
    line!(page);
    item(page, &name("expected"), group.expected.as_deref());
    item(page, &name("found"), group.actual.as_deref());
    let requirements = group.requirements.join(", ");
    item(
        page,
        &format!("{} ({})", name("requirement"), group.level),
        Some(&requirements),
    );
    item(page, &name("rule"), Some(&rule(group)));
    if let Some(first) = group.occurrences.first() {
        let resource = first.resource.as_deref().unwrap_or_default();
        let place = format!("{} {resource} {}", first.step, first.expression);
        item(page, &name("where"), Some(place.trim_end()));
    }
    item(page, &name("hint"), group.hint.as_deref());
    item(page, &name("id"), Some(&group.id));
    line!(page);
    for block in [&group.curl, &group.excerpt].into_iter().flatten() {
        fenced(page, &cut(&lines(block), 3 * QUOTED));
    }
}

fn rule(group: &FindingGroup) -> String {
    let mut rule = group.rule.clone();
    let parts = [&group.constraint, &group.element, &group.profile];
    for part in parts.into_iter().flatten() {
        rule.push_str(" · ");
        rule.push_str(part);
    }
    rule
}

fn item(page: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        line!(page, "- {name}: {}", text(&cut(value, QUOTED)));
    }
}

fn suites(page: &mut String, report: &Report, language: Language) {
    line!(page, "## {}", language.text("Suites"));
    line!(page);
    line!(
        page,
        "| {} | {} | {} | {} |",
        language.text("suite"),
        language.text("green"),
        verdicts(language),
        language.text("why not")
    );
    line!(page, "|---|---|---:|---:|---:|---:|---:|---|");
    for suite in &report.suites {
        let green = language.text(if suite.green { "yes" } else { "no" });
        let why = text(&cut(&suite.not_green_because.join("; "), QUOTED));
        let name = text(&suite.id);
        line!(
            page,
            "| {name} | {green} | {} | {why} |",
            counts(&suite.checks)
        );
    }
    line!(page);
}

fn skipped(page: &mut String, report: &Report, language: Language) {
    if report.skipped.is_empty() {
        return;
    }
    line!(page, "## {}", language.text("Not tested"));
    line!(page);
    let mut rest = report.skipped.iter();
    while page.len() < REASONS {
        let Some(skipped) = rest.next() else { break };
        let types = cut(&skipped.resource_types.join(", "), 200);
        let reason = text(&cut(&skipped.reason, 300));
        let checks = language.count(skipped.count as usize, "check", "checks");
        match types.is_empty() {
            true => line!(page, "- {checks}: {reason}"),
            false => line!(page, "- {checks}: {reason} ({})", text(&types)),
        }
    }
    match rest.count() {
        0 => {}
        more => {
            let more = language.fill("and {count} more in `report.html`", &[("count", &more)]);
            line!(page, "- {more}");
        }
    }
    line!(page);
}

fn dialect(page: &mut String, report: &Report, language: Language) {
    let deviations = report.dialect.iter().filter(|fact| fact.expected.is_some());
    let mut first = true;
    for fact in deviations.take(20) {
        if std::mem::take(&mut first) {
            line!(
                page,
                "## {}",
                language.text("How the server speaks otherwise than R4")
            );
            line!(page);
        }
        let effect = fact.effect.as_deref().unwrap_or_default();
        let after = fact.checks_after.map(|count| {
            let went_on = language.text("checks that went on in spite of it:");
            format!("; {went_on} {count}")
        });
        line!(
            page,
            "- {}: {} (R4: {}) {}{}",
            text(&fact.name),
            text(&cut(&fact.value, 100)),
            text(&cut(fact.expected.as_deref().unwrap_or_default(), 100)),
            text(&cut(effect, 200)),
            after.unwrap_or_default()
        );
    }
    if !first {
        line!(page);
    }
}

fn sources(page: &mut String, report: &Report, language: Language) {
    let packages: Vec<String> = report
        .packages
        .iter()
        .take(20)
        .map(|package| {
            let digits = package.sha256.get(..12).unwrap_or(&package.sha256);
            format!("{} {} ({digits})", package.id, package.version)
        })
        .collect();
    let mode = language.fill("mode {mode}", &[("mode", &report.target.mode)]);
    let resources = report.totals.resources as usize;
    line!(
        page,
        "{} · {mode} · {} · {} · {} {}",
        text(&cut(&report.target.base, 300)),
        language.count(report.totals.requests as usize, "request", "requests"),
        language.count(resources, "resource validated", "resources validated"),
        text(&report.tool.name),
        text(&report.tool.version)
    );
    line!(page);
    let title = language.text("Packages");
    line!(page, "{title}: {}", text(&packages.join(", ")));
}

/// Text that stays text: no markup, no links, no HTML, one line. Code spans of our own messages
/// are kept, because a backtick pair only shows what is between them.
pub(crate) fn text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let balanced = text.matches('`').count().is_multiple_of(2) && !text.contains("``");
    let mut in_code = false;
    for c in one_line(text).chars() {
        match c {
            '`' if balanced => {
                in_code = !in_code;
                escaped.push(c);
            }
            // A pipe ends a table's cell even in code.
            '|' => escaped.push_str("\\|"),
            c if in_code => escaped.push(c),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '!' | '@' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A block of code whose fence is longer than any inside.
fn fenced(page: &mut String, block: &str) {
    let longest = block
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    line!(page, "{fence}text\n{block}\n{fence}");
    line!(page);
}

#[cfg(test)]
mod tests {
    use super::{fenced, markdown, text};
    use crate::report::{Language, sample};

    #[test]
    fn the_summary_of_the_sample() {
        insta::assert_snapshot!(markdown(&sample::report(), Language::English));
    }

    #[test]
    fn it_stays_under_64_kilobytes_and_counts_the_rest() {
        let mut report = sample::report();
        let finding = report.findings[0].clone();
        let skipped = report.skipped[0].clone();
        report.findings = vec![finding; 5_000];
        report.skipped = vec![skipped; 5_000];
        for suite in &mut report.suites {
            suite.not_green_because = vec!["reason".to_owned(); 1_000];
        }
        let page = markdown(&report, Language::English);
        assert!(page.len() < 64_000, "{}", page.len());
        assert!(page.contains("- and "), "the rest is counted");
        assert!(page.contains("Packages:"), "the end is there");
    }

    #[test]
    fn what_a_server_sends_stays_text() {
        assert_eq!(text("<img src=x>[a](b)"), "&lt;img src=x&gt;\\[a\\](b)");
        assert_eq!(text("a\n# b | `c`"), "a \\# b \\| `c`");
        assert_eq!(text("one ` and <b>"), "one \\` and &lt;b&gt;");
        let mut page = String::new();
        fenced(&mut page, "```\n# out\n````");
        assert!(page.starts_with("`````text\n"), "{page}");
    }
}

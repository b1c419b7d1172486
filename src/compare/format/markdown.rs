//! A comparison for the summary page of a CI job: under 64 KB, the most important first.

use std::fmt::Write;

use super::words;
use crate::compare::verdict;
use crate::compare::{Change, ChangedFinding, Comparison, Effect};
use crate::report::{Language, about, cut, markdown_text as text};
use crate::result::Verdict;

/// Bytes for one comparison, shared by its parts in order.
const MOST: usize = 56_000;

/// Comparisons as Markdown; the newest first, because what does not fit is left out at the end.
#[must_use]
pub fn markdown(comparisons: &[Comparison], language: Language) -> String {
    let mut page = String::new();
    for comparison in comparisons.iter().rev() {
        if page.len() > MOST {
            let _ = writeln!(page, "\n…");
            break;
        }
        one(&mut page, comparison, language);
    }
    page
}

fn one(page: &mut String, comparison: &Comparison, language: Language) {
    let verdict = verdict::words(comparison, language);
    let _ = writeln!(
        page,
        "# {} → {}: {verdict}\n\n**{}**\n",
        text(&comparison.old.label),
        text(&comparison.new.label),
        text(&language.sentence(&comparison.summary))
    );
    surface(page, comparison, Effect::Breaking, language);
    for &change in Change::ALL {
        findings(page, comparison, change, language);
    }
    checks(page, comparison, language);
    rules(page, comparison, language);
    for effect in [Effect::Changed, Effect::Additive, Effect::NoLongerSeen] {
        surface(page, comparison, effect, language);
    }
    latency(page, comparison, language);
}

/// A list under a heading; what does not fit is counted.
fn list(page: &mut String, heading: &str, lines: &[String], language: Language) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(page, "## {heading} ({})\n", lines.len());
    let mut written = 0;
    for line in lines {
        if page.len() > MOST {
            break;
        }
        let _ = writeln!(page, "- {line}");
        written += 1;
    }
    if written < lines.len() {
        let more = language.fill("and {count} more", &[("count", &(lines.len() - written))]);
        let _ = writeln!(page, "- {more}");
    }
    page.push('\n');
}

fn findings(page: &mut String, comparison: &Comparison, change: Change, language: Language) {
    let lines: Vec<String> = comparison
        .findings
        .iter()
        .filter(|finding| finding.change == change && finding.asks())
        .map(|finding| line(finding, language))
        .collect();
    list(page, &words::heading(change, language), &lines, language);
}

fn line(finding: &ChangedFinding, language: Language) -> String {
    let mut line = format!(
        "{} · {} · {} · {}× → {}× · {} `{}`",
        language.text(finding.verdict().map_or("", Verdict::code)),
        text(&language.text(&about(&finding.subject))),
        language.text(finding.cause.code()),
        finding.old_count,
        finding.new_count,
        text(&cut(&language.sentence(&finding.message), 300)),
        finding.id
    );
    if let Some(reason) = &finding.reason {
        line.push_str(&format!(
            " ({})",
            text(&cut(&language.sentence(reason), 200))
        ));
    }
    line
}

fn checks(page: &mut String, comparison: &Comparison, language: Language) {
    for change in [Change::NewlyUntested, Change::NewlyTested] {
        let lines: Vec<String> = comparison
            .checks
            .iter()
            .filter(|checks| checks.change == change)
            .map(|checks| {
                format!(
                    "{}× {}",
                    checks.count,
                    text(&cut(&language.sentence(&checks.reason), 200))
                )
            })
            .collect();
        let heading = match change {
            Change::NewlyTested => language.text("Checks that were not tested before"),
            _ => language.text("Checks that are no longer tested"),
        };
        list(page, &heading, &lines, language);
    }
}

fn rules(page: &mut String, comparison: &Comparison, language: Language) {
    let none = language.text("none").into_owned();
    let side = |side: &Option<String>| text(&cut(side.as_ref().unwrap_or(&none), 200));
    let lines: Vec<String> = comparison
        .rules
        .iter()
        .map(|rule| {
            format!(
                "{}: {} → {}",
                text(&rule.id),
                side(&rule.old),
                side(&rule.new)
            )
        })
        .collect();
    list(
        page,
        &language.text("Guide, requirements and dialect"),
        &lines,
        language,
    );
}

fn surface(page: &mut String, comparison: &Comparison, effect: Effect, language: Language) {
    let lines: Vec<String> = comparison
        .surface
        .iter()
        .filter(|change| change.effect == effect)
        .map(|change| text(&cut(&words::surface(change, language), 300)))
        .collect();
    let name = words::effect(effect, language);
    let heading = language.fill("Interface, {effect}", &[("effect", &name)]);
    list(page, &heading, &lines, language);
}

fn latency(page: &mut String, comparison: &Comparison, language: Language) {
    let lines: Vec<String> = comparison
        .latency
        .iter()
        .filter(|latency| latency.notable)
        .map(|latency| {
            let name = text(&latency.interaction);
            format!("{name}: {} → {} ms", latency.old_p95, latency.new_p95)
        })
        .collect();
    list(
        page,
        &language.text("Latency, 95th percentile"),
        &lines,
        language,
    );
}

//! A comparison for a terminal.

use super::words;
use crate::compare::verdict;
use crate::compare::{Change, ChangedFinding, Comparison, Effect};
use crate::report::{Language, TableStyle, about, cut, one_line, wrap};
use crate::result::Verdict;

/// Findings shown of one change, and changes of the surface; JSON has them all.
const SHOWN: usize = 12;
const REASONS: usize = 5;

/// Comparisons, one after the other.
#[must_use]
pub fn table(comparisons: &[Comparison], language: Language, style: &TableStyle) -> String {
    let blocks: Vec<String> = comparisons
        .iter()
        .map(|comparison| one(comparison, language, style))
        .collect();
    blocks.join("\n")
}

fn one(comparison: &Comparison, language: Language, style: &TableStyle) -> String {
    let width = style.width.clamp(80, 120);
    let mut lines = vec![paint(
        &verdict::words(comparison, language).to_uppercase(),
        colour(comparison),
        style,
    )];
    let summary = language.sentence(&comparison.summary);
    lines.extend(wrap(&one_line(&summary), width));
    for &change in Change::ALL {
        findings(&mut lines, comparison, change, language, width);
    }
    checks(&mut lines, comparison, language, width);
    rules(&mut lines, comparison, language, width);
    surface(&mut lines, comparison, language, width);
    latency(&mut lines, comparison, language, width);
    lines.push(String::new());
    lines.join("\n")
}

fn colour(comparison: &Comparison) -> &'static str {
    if comparison.failing.is_empty() {
        "32"
    } else {
        "31"
    }
}

fn paint(text: &str, code: &str, style: &TableStyle) -> String {
    match style.colour {
        true => format!("\u{1b}[1;{code}m{text}\u{1b}[0m"),
        false => text.to_owned(),
    }
}

fn findings(
    lines: &mut Vec<String>,
    comparison: &Comparison,
    change: Change,
    language: Language,
    width: usize,
) {
    let of_change = || {
        let findings = comparison.findings.iter();
        findings.filter(move |finding| finding.change == change && finding.asks())
    };
    let count = of_change().count();
    if count == 0 {
        return;
    }
    heading(lines, &words::heading(change, language), count);
    for finding in of_change().take(SHOWN) {
        lines.push(cut(&title(finding, language), width));
        let message = language.sentence(&finding.message);
        lines.push(format!("    {}", cut(&one_line(&message), width - 4)));
        if let Some(reason) = &finding.reason {
            let reason = language.sentence(reason);
            lines.push(format!("    ({})", cut(&one_line(&reason), width - 6)));
        }
    }
    more(lines, count, language);
}

fn title(finding: &ChangedFinding, language: Language) -> String {
    let grade = finding.verdict().map_or("", Verdict::code);
    let mut title = format!(
        "  {} {} {} ({}, {}x → {}x)",
        language.text(grade),
        finding.id,
        one_line(&language.text(&about(&finding.subject))),
        language.text(finding.cause.code()),
        finding.old_count,
        finding.new_count
    );
    if let Some(old) = finding.old_cause {
        let was = language.text(old.code());
        title.push_str(&format!(
            ", {}",
            language.fill("cause was {cause}", &[("cause", &was)])
        ));
    }
    if let Some(why) = finding.not_comparable {
        title.push_str(&format!(", {}", words::why(why, language)));
    }
    title
}

fn heading(lines: &mut Vec<String>, text: &str, count: usize) {
    lines.push(String::new());
    lines.push(format!("{text} ({count})"));
}

fn more(lines: &mut Vec<String>, count: usize, language: Language) {
    if count > SHOWN {
        let more = language.fill("and {count} more", &[("count", &(count - SHOWN))]);
        lines.push(format!("  … {more}"));
    }
}

fn checks(lines: &mut Vec<String>, comparison: &Comparison, language: Language, width: usize) {
    for change in [Change::NewlyUntested, Change::NewlyTested] {
        let of_change = || {
            let checks = comparison.checks.iter();
            checks.filter(move |checks| checks.change == change)
        };
        let count: u32 = of_change().map(|checks| checks.count).sum();
        if count == 0 {
            continue;
        }
        let title = match change {
            Change::NewlyTested => language.text("Checks that were not tested before"),
            _ => language.text("Checks that are no longer tested"),
        };
        heading(lines, &title, count as usize);
        for checks in of_change().take(REASONS) {
            let reason = one_line(&language.sentence(&checks.reason));
            lines.push(cut(&format!("{:>5}  {reason}", checks.count), width));
        }
    }
}

fn rules(lines: &mut Vec<String>, comparison: &Comparison, language: Language, width: usize) {
    if comparison.rules.is_empty() {
        return;
    }
    let title = language.text("Guide, requirements and dialect");
    heading(lines, &title, comparison.rules.len());
    for rule in comparison.rules.iter().take(SHOWN) {
        let none = language.text("none").into_owned();
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| none.clone());
        let line = format!("  {}: {} → {}", rule.id, side(&rule.old), side(&rule.new));
        lines.push(cut(&one_line(&line), width));
    }
    more(lines, comparison.rules.len(), language);
}

fn surface(lines: &mut Vec<String>, comparison: &Comparison, language: Language, width: usize) {
    if !comparison.surface_compared {
        lines.push(String::new());
        lines.push(language.text("The interface was not compared: a report of format 1.0 does not carry what was seen of it.").into_owned());
        return;
    }
    for &effect in Effect::ALL {
        let of_effect = || {
            let changes = comparison.surface.iter();
            changes.filter(move |change| change.effect == effect)
        };
        let count = of_effect().count();
        if count == 0 {
            continue;
        }
        let name = words::effect(effect, language);
        let title = language.fill("Interface, {effect}", &[("effect", &name)]);
        heading(lines, &title, count);
        for change in of_effect().take(SHOWN) {
            let line = one_line(&words::surface(change, language));
            lines.push(cut(&format!("  {line}"), width));
        }
        more(lines, count, language);
    }
}

fn latency(lines: &mut Vec<String>, comparison: &Comparison, language: Language, width: usize) {
    let notable: Vec<_> = comparison
        .latency
        .iter()
        .filter(|latency| latency.notable)
        .collect();
    if notable.is_empty() {
        return;
    }
    heading(
        lines,
        &language.text("Latency, 95th percentile"),
        notable.len(),
    );
    for latency in notable.iter().take(SHOWN) {
        let line = format!(
            "  {}: {} → {} ms",
            latency.interaction, latency.old_p95, latency.new_p95
        );
        lines.push(cut(&one_line(&line), width));
    }
    more(lines, notable.len(), language);
}

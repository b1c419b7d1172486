//! Two sections of `summary.md`: how far each use case got, and what of the must-support elements
//! was demonstrated.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::flow::{Flow, Standing};
use super::language::Language;
use super::model::Report;
use super::text::{cut, one_line};

/// Characters of one quoted text.
const QUOTED: usize = 200;

/// The use cases of the guide, one row each.
pub(super) fn flows(report: &Report, language: Language) -> String {
    let mut page = String::new();
    if report.flows.is_empty() {
        return page;
    }
    let t = |english| language.text(english);
    let _ = writeln!(
        page,
        "## {}\n\n| {} | | {} | {} | {} |\n|---|---|---|---|---|",
        t("Use cases"),
        t("use case"),
        t("how far"),
        t("blocked by"),
        t("still proven")
    );
    for flow in &report.flows {
        // Writing to memory has no way to fail.
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} |",
            text(&flow.title),
            sign(flow),
            text(&flow.summary),
            text(flow.blocked_by.as_deref().unwrap_or_default()),
            flow.still_proven().count()
        );
    }
    page.push('\n');
    page
}

fn sign(flow: &Flow) -> &'static str {
    let flaws = flow.steps.iter().any(|step| step.flaws > 0);
    let failed = |step: &super::flow::FlowStep| step.standing == Standing::Failed;
    if flow.blocked_by.is_none() {
        return if flow.is_whole() && !flaws {
            "✅"
        } else {
            "⚠️"
        };
    }
    let tried = flow.done() > 0 || flow.steps.iter().any(failed);
    if tried { "❌" } else { "➖" }
}

/// Must-support elements, counted by profile.
pub(super) fn must_support(report: &Report, language: Language) -> String {
    let mut page = String::new();
    let mut profiles: BTreeMap<&str, (usize, Vec<&str>)> = BTreeMap::new();
    for result in &report.must_support {
        let name = result.profile.rsplit('/').next().unwrap_or_default();
        let (shown, missing) = profiles.entry(name).or_default();
        match result.shown_by.is_empty() {
            true => missing.push(&result.element),
            false => *shown += 1,
        }
    }
    if profiles.is_empty() {
        return page;
    }
    let t = |english| language.text(english);
    let _ = writeln!(
        page,
        "## {}\n\n| {} | {} | {} |\n|---|---:|---|",
        t("Must-support elements"),
        t("Profile"),
        t("Shown by"),
        t("not demonstrated")
    );
    for (name, (shown, missing)) in profiles {
        let missing = text(&missing.join(", "));
        let _ = writeln!(page, "| {} | {shown} | {missing} |", text(name));
    }
    page.push('\n');
    page
}

/// A text in a cell of a table.
fn text(text: &str) -> String {
    let mut out = String::new();
    for character in cut(&one_line(text), QUOTED).chars() {
        if matches!(
            character,
            '|' | '<' | '>' | '*' | '_' | '[' | ']' | '`' | '\\'
        ) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

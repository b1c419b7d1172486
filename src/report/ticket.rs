//! The text of a ticket for one finding: what somebody who was not there needs to mend it.

use super::language::{Language, in_language};
use super::model::Report;
use super::text::{cut, lines, one_line};
use super::view;

/// Characters of a title.
const TITLE: usize = 120;

/// A ticket as Markdown, or `None` where the report has no finding of that id.
#[must_use]
pub fn ticket(report: &Report, finding: &str, language: Language) -> Option<String> {
    let report = &*in_language(report, language);
    let name = |english| language.text(english);
    let group = report.findings.iter().find(|group| group.id == finding)?;
    let title = cut(&one_line(&group.message).replace('`', ""), TITLE);
    let about = language.text(&view::about(&group.subject)).into_owned();
    let release = report.target.release.as_ref().map_or_else(
        || report.label.clone(),
        |release| format!("openIMIS {release}"),
    );
    let mut parts = vec![
        format!("# FHIR {about}: {title}"),
        language.fill(
            "Release: {release}, tested at {address} on {day}, mode {mode}.",
            &[
                ("release", &release),
                ("address", &one_line(&report.target.base)),
                ("day", &day(&report.run.clock.started)),
                ("mode", &report.target.mode),
            ],
        ),
    ];
    let mut steps = vec![format!("## {}", name("Steps to see it"))];
    match &group.curl {
        Some(curl) => {
            let login = name("Log in and put the token into `OPENIMIS_TOKEN`.");
            let send =
                name("Send this request (values are pseudonyms; use real ones where they matter):");
            steps.push(format!("1. {login}\n2. {send}"));
            steps.push(fenced(curl));
        }
        None => steps.push(name("No single request shows it.").into_owned()),
    }
    parts.push(steps.join("\n"));
    let message = one_line(&group.message);
    let expected = group
        .expected
        .as_deref()
        .map_or_else(|| message.clone(), one_line);
    parts.push(format!("## {}\n{expected}", name("Expected")));
    let found = group.actual.as_deref().map_or(message, one_line);
    parts.push(format!(
        "## {}\n{found} ({})",
        name("Found"),
        language.fill("{count}× in this run", &[("count", &group.count)])
    ));
    parts.push(rule(report, group, language));
    if let Some(excerpt) = &group.excerpt {
        parts.push(format!("## {}\n{}", name("Evidence"), fenced(excerpt)));
    }
    if let Some(hint) = &group.hint {
        parts.push(format!("## {}\n{}", name("Hint"), one_line(hint)));
    }
    parts.push(language.fill(
        "Finding {id} of {program} {version}; cause {cause} (rule `{rule}`).",
        &[
            ("id", &group.id),
            ("program", &report.tool.name),
            ("version", &report.tool.version),
            ("cause", &name(group.cause.code())),
            ("rule", &group.cause_rule),
        ],
    ));
    Some(format!("{}\n", parts.join("\n\n")))
}

fn rule(report: &Report, group: &super::FindingGroup, language: Language) -> String {
    let title = language.text("Rule");
    let mut lines = vec![format!("## {title}\n- {} ({})", group.rule, group.level)];
    for id in &group.requirements {
        let known = report.requirements.iter().find(|known| known.id == *id);
        let statement = known.and_then(|known| known.statement.as_deref());
        let source = known.and_then(|known| known.source.as_deref());
        lines.push(match (statement, source) {
            (Some(statement), Some(source)) => format!("- {id}: {statement} ({source})"),
            (Some(statement), None) => format!("- {id}: {statement}"),
            _ => format!("- {id}"),
        });
    }
    for (name, value) in [
        (language.text("constraint"), &group.constraint),
        (language.text("element"), &group.element),
        (language.text("profile"), &group.profile),
    ] {
        if let Some(value) = value {
            lines.push(format!("- {name} `{}`", one_line(value)));
        }
    }
    for occurrence in &group.occurrences {
        let resource = occurrence.resource.as_deref().unwrap_or_default();
        let place = format!("{resource} {}", occurrence.expression);
        if !place.trim().is_empty() {
            let seen = language.text("seen at");
            lines.push(format!("- {seen} {}", one_line(place.trim())));
        }
    }
    lines.join("\n")
}

fn day(time: &str) -> &str {
    time.get(..10).unwrap_or(time)
}

fn fenced(text: &str) -> String {
    let text = lines(text);
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    format!("{fence}\n{text}\n{fence}")
}

#[cfg(test)]
mod tests {
    use super::ticket;
    use crate::report::{Language, sample};

    #[test]
    fn a_ticket_says_all_that_is_needed() {
        let report = sample::report();
        let group = report
            .findings
            .iter()
            .find(|group| group.constraint.is_some())
            .expect("a constraint");
        insta::assert_snapshot!(ticket(&report, &group.id, Language::English).expect("a ticket"));
    }

    #[test]
    fn an_unknown_finding_has_no_ticket() {
        assert_eq!(
            ticket(&sample::report(), "000000000000", Language::English),
            None
        );
    }
}

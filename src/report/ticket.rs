//! The text of a ticket for one finding: what somebody who was not there needs to mend it.

use super::model::Report;
use super::text::{cut, lines, one_line};
use super::view;

/// Characters of a title.
const TITLE: usize = 120;

/// A ticket as Markdown, or `None` where the report has no finding of that id.
#[must_use]
pub fn ticket(report: &Report, finding: &str) -> Option<String> {
    let group = report.findings.iter().find(|group| group.id == finding)?;
    let title = cut(&one_line(&group.message).replace('`', ""), TITLE);
    let about = view::about(&group.subject);
    let release = report.target.release.as_ref().map_or_else(
        || report.label.clone(),
        |release| format!("openIMIS {release}"),
    );
    let mut parts = vec![
        format!("# FHIR {about}: {title}"),
        format!(
            "Release: {release}, tested at {} on {}, mode {}.",
            one_line(&report.target.base),
            day(&report.run.clock.started),
            report.target.mode
        ),
    ];
    let mut steps = vec!["## Steps to see it".to_owned()];
    match &group.curl {
        Some(curl) => {
            steps.push("1. Log in and put the token into `OPENIMIS_TOKEN`.".to_owned());
            steps.push(
                "2. Send this request (values are pseudonyms; use real ones where they matter):"
                    .to_owned(),
            );
            steps.push(fenced(curl));
        }
        None => steps.push("No single request shows it.".to_owned()),
    }
    parts.push(steps.join("\n"));
    let message = one_line(&group.message);
    let expected = group
        .expected
        .as_deref()
        .map_or_else(|| message.clone(), one_line);
    parts.push(format!("## Expected\n{expected}"));
    let found = group.actual.as_deref().map_or(message, one_line);
    parts.push(format!("## Found\n{found} ({}× in this run)", group.count));
    parts.push(rule(report, group));
    if let Some(excerpt) = &group.excerpt {
        parts.push(format!("## Evidence\n{}", fenced(excerpt)));
    }
    if let Some(hint) = &group.hint {
        parts.push(format!("## Hint\n{}", one_line(hint)));
    }
    parts.push(format!(
        "Finding {} of {} {}; cause {} (rule `{}`).",
        group.id, report.tool.name, report.tool.version, group.cause, group.cause_rule
    ));
    Some(format!("{}\n", parts.join("\n\n")))
}

fn rule(report: &Report, group: &super::FindingGroup) -> String {
    let mut lines = vec![format!("## Rule\n- {} ({})", group.rule, group.level)];
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
        ("constraint", &group.constraint),
        ("element", &group.element),
        ("profile", &group.profile),
    ] {
        if let Some(value) = value {
            lines.push(format!("- {name} `{}`", one_line(value)));
        }
    }
    for occurrence in &group.occurrences {
        let resource = occurrence.resource.as_deref().unwrap_or_default();
        let place = format!("{resource} {}", occurrence.expression);
        if !place.trim().is_empty() {
            lines.push(format!("- seen at {}", one_line(place.trim())));
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
    use crate::report::sample;

    #[test]
    fn a_ticket_says_all_that_is_needed() {
        let report = sample::report();
        let group = report
            .findings
            .iter()
            .find(|group| group.constraint.is_some())
            .expect("a constraint");
        insta::assert_snapshot!(ticket(&report, &group.id).expect("a ticket"));
    }

    #[test]
    fn an_unknown_finding_has_no_ticket() {
        assert_eq!(ticket(&sample::report(), "000000000000"), None);
    }
}

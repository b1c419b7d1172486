//! One finding of a report, explained with what is known of its check, requirements and rule.

use super::{Explanation, Kind, distinct, find, texts};
use crate::finding::{Cause, CauseRule};
use crate::report::{FindingGroup, Report};
use crate::requirement;

/// Explains the finding of that id; at least six characters of it will do where they are enough.
#[must_use]
pub fn of_finding(report: &Report, id: &str) -> Option<Explanation> {
    let id = id.to_ascii_lowercase();
    let mut fitting = report
        .findings
        .iter()
        .filter(|group| group.id == id || (id.len() >= 6 && group.id.starts_with(&id)));
    let group = fitting.next()?;
    fitting.next().is_none().then(|| explain(report, group))
}

fn explain(report: &Report, group: &FindingGroup) -> Explanation {
    let written: Vec<_> = group
        .requirements
        .iter()
        .filter_map(|id| texts().requirement(id))
        .collect();
    let rule = texts().rule(&group.rule);
    let sources = group.requirements.iter().filter_map(|id| {
        let requirement = requirement::get(id)?;
        Some(format!(
            "{id} ({}): {}; {}",
            requirement.level, requirement.statement, requirement.source
        ))
    });
    let why = written.iter().map(|it| it.why.clone());
    let mend = written.iter().map(|it| it.mend.clone());
    Explanation {
        kind: Kind::Finding,
        id: group.id.clone(),
        what: group.message.clone(),
        level: Some(group.level),
        seen: seen(report, group),
        why: distinct(why.chain(rule.map(|it| it.why.clone()))),
        source: sources.collect(),
        tested: find(&group.check)
            .into_iter()
            .filter(|it| it.kind == Kind::Check)
            .map(|it| format!("check `{}`: {}", it.id, it.what))
            .collect(),
        mend: distinct(
            group
                .hint
                .clone()
                .into_iter()
                .chain(rule.map(|it| it.mend.clone()))
                .chain(mend),
        ),
        reproduce: reproduce(report, group),
    }
}

fn seen(report: &Report, group: &FindingGroup) -> Vec<String> {
    let mut seen = vec![format!(
        "{} on {}, {} times; cause {}, {}",
        group.verdict,
        report.label,
        group.count,
        group.cause,
        decided(group)
    )];
    let texts = [("expected", &group.expected), ("found", &group.actual)];
    let texts = texts
        .into_iter()
        .filter_map(|(name, text)| Some((name, text.as_ref()?)));
    seen.extend(texts.map(|(name, text)| format!("{name} {text}")));
    let rule = [&group.constraint, &group.element, &group.profile];
    let rule: Vec<&str> = rule.into_iter().flatten().map(String::as_str).collect();
    seen.push(
        format!("rule {} {}", group.rule, rule.join(" "))
            .trim_end()
            .to_owned(),
    );
    seen.extend(group.occurrences.iter().map(|occurrence| {
        let resource = occurrence.resource.as_deref().unwrap_or_default();
        let place = format!(
            "in {} {resource} {}",
            occurrence.step, occurrence.expression
        );
        place.split_whitespace().collect::<Vec<_>>().join(" ")
    }));
    if let Some(known) = &group.known {
        seen.push(format!("known, owned by {}: {}", known.owner, known.reason));
    }
    seen
}

/// By which rule the cause was decided, in words.
fn decided(group: &FindingGroup) -> &'static str {
    match (group.cause_rule, group.cause) {
        (CauseRule::Default, Cause::Server) => "because nothing points elsewhere",
        (CauseRule::Default, _) => "as the check says",
        (CauseRule::Quarantine, _) => {
            "because the list of interpretations has this rule as a fault of the guide"
        }
        (CauseRule::ControlRights, _) => {
            "because a control request showed that the user lacks a right"
        }
        (CauseRule::ControlData, _) => "because a control request showed that there is no data",
        (CauseRule::ControlNetwork, _) => {
            "because a control request showed that the network failed"
        }
        (CauseRule::SeedListed, _) => "because a seed or overlay lists the value",
    }
}

fn reproduce(report: &Report, group: &FindingGroup) -> Vec<String> {
    let mut commands: Vec<String> = group.curl.clone().into_iter().collect();
    let subject = group.subject.resource_type.as_deref();
    let about = subject.map(|name| format!(" and type = {name}"));
    commands.push(format!(
        "openimis-conformance run --target {} --filter 'check = {}{}'",
        report.target.base,
        group.check,
        about.unwrap_or_default()
    ));
    commands.push(format!(
        "openimis-conformance render reports/{} --format ticket --finding {}",
        report.label, group.id
    ));
    commands
}

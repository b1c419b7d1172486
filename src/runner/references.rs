//! References: collected from what was found, a bounded sample per element followed.

use std::collections::BTreeMap;

use super::scenario::{Scenario, StepOutcome};
use super::step::subject;
use crate::check::exchange::{describe_status, no_server_error, response};
use crate::check::{Judgement, catalog};
use crate::finding::{Finding, Rule, Severity};
use crate::http::Exchange;
use crate::json::{Node, Value};
use crate::package::Definitions;
use crate::result::Subject;
use crate::suite::Step;

/// Distinct references kept per element path.
const KEPT_PER_PATH: usize = 20;
/// References followed per element path where the step does not say how many.
const DEFAULT_SAMPLE: usize = 2;

/// References seen, by element path without indices: each with the resource that had it first.
#[derive(Debug, Default)]
pub(super) struct Seen(BTreeMap<String, Vec<(String, String)>>);

impl Seen {
    /// Adds the literal references of a resource.
    pub(super) fn collect(&mut self, definitions: &Definitions, resource: &Node<'_>) {
        let Some(resource_type) = resource.str("resourceType") else {
            return;
        };
        if definitions.is_resource_type(resource_type) {
            let from = crate::check::validity::label(resource);
            self.walk(resource, &mut resource_type.to_owned(), &from);
        }
    }

    fn walk(&mut self, node: &Node<'_>, path: &mut String, from: &str) {
        match &node.value {
            Value::Array(entries) => entries
                .iter()
                .for_each(|entry| self.walk(entry, path, from)),
            Value::Object(members) => {
                for member in members {
                    if let (true, Some(reference)) =
                        (member.name == "reference", member.value.as_str())
                    {
                        self.add(path, reference, from);
                        continue;
                    }
                    let length = path.len();
                    path.push('.');
                    path.push_str(&member.name);
                    self.walk(&member.value, path, from);
                    path.truncate(length);
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, path: &str, reference: &str, from: &str) {
        if reference.starts_with('#') || reference.starts_with("urn:") {
            return;
        }
        let kept = self.0.entry(path.to_owned()).or_default();
        if kept.len() < KEPT_PER_PATH && !kept.iter().any(|(known, _)| known == reference) {
            kept.push((reference.to_owned(), from.to_owned()));
        }
    }
}

/// A reference taken apart.
struct Target {
    resource_type: String,
    id: String,
}

/// Follows references of what earlier steps found.
pub(super) async fn perform(scenario: &mut Scenario<'_>, step: &Step) -> StepOutcome {
    let subject = subject(step);
    let mut resolves = Judgement::new(&catalog::REFERENCE_RESOLVES, &subject);
    let mut target_type = Judgement::new(&catalog::REFERENCE_TYPE, &subject);
    // A server error is one of the type that was read, not of the type that refers to it.
    let mut server_errors: BTreeMap<String, Judgement> = BTreeMap::new();
    let sample = step.sample.unwrap_or(DEFAULT_SAMPLE);
    let seen = std::mem::take(&mut scenario.references);
    for (path, references) in &seen.0 {
        for (reference, from) in references.iter().take(sample) {
            let Some(target) = target(scenario, reference) else {
                continue;
            };
            let url = scenario
                .session
                .dialect
                .instance_address(&target.resource_type, &target.id);
            let exchange = scenario.get(&url).await;
            let server_error = server_errors
                .entry(target.resource_type.clone())
                .or_insert_with_key(|resource_type| {
                    let read = Subject {
                        resource_type: Some(resource_type.clone()),
                        ..subject.clone()
                    };
                    Judgement::new(&catalog::NO_SERVER_ERROR, &read)
                });
            no_server_error(server_error, &exchange);
            judge(
                &mut resolves,
                &mut target_type,
                &exchange,
                path,
                from,
                reference,
                &target,
            );
            scenario.keep_for(exchange, [&resolves, &target_type, &*server_error]);
        }
    }
    if server_errors.is_empty() {
        let none = Judgement::new(&catalog::NO_SERVER_ERROR, &subject);
        server_errors.insert(String::new(), none);
    }
    let mut judgements = vec![resolves, target_type];
    judgements.extend(server_errors.into_values());
    for judgement in &mut judgements {
        judgement.only_where("nothing that was found has a reference to follow");
    }
    judgements[1].unseen("no reference could be followed");
    StepOutcome {
        judgements,
        notes: Vec::new(),
    }
}

/// The type and id of a reference to this server; nothing for one that leads elsewhere.
fn target(scenario: &Scenario<'_>, reference: &str) -> Option<Target> {
    let base = scenario.session.client.base().as_str();
    let relative = match reference.strip_prefix(base) {
        Some(relative) => relative,
        None if reference.contains("://") => return None,
        None => reference,
    };
    let mut parts = relative.trim_end_matches('/').split('/');
    let target = Target {
        resource_type: parts.next()?.to_owned(),
        id: parts.next().filter(|id| !id.is_empty())?.to_owned(),
    };
    scenario
        .session
        .definitions
        .is_resource_type(&target.resource_type)
        .then_some(target)
}

fn judge(
    resolves: &mut Judgement,
    target_type: &mut Judgement,
    exchange: &Exchange,
    path: &str,
    from: &str,
    reference: &str,
    target: &Target,
) {
    let Some(answer) = response(resolves, exchange) else {
        return;
    };
    let report = |judgement: &mut Judgement, rule, expected: String, actual: String| {
        let message = format!("expected {expected}, found {actual}");
        let mut finding = Finding::new(Severity::Error, rule, format!("{path}.reference"), message);
        finding.element = Some(path.to_owned());
        finding.expected = Some(expected);
        finding.actual = Some(actual);
        judgement.find(&exchange.id, Some(from), finding);
    };
    if answer.status != 200 {
        let expected = format!("`{reference}` to be readable");
        report(
            resolves,
            Rule::ReferenceResolution,
            expected,
            describe_status(answer),
        );
        return;
    }
    target_type.saw_exchange();
    let found = crate::json::read(&answer.body)
        .ok()
        .and_then(|document| document.root.str("resourceType").map(str::to_owned));
    if found.as_deref() != Some(&target.resource_type) {
        let actual = found.map_or_else(|| "no resource".to_owned(), |found| format!("a {found}"));
        report(
            target_type,
            Rule::ReferenceTarget,
            format!("a {} at `{reference}`", target.resource_type),
            actual,
        );
    }
}

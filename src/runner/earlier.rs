//! What an interrupted run left, and how a resumed one goes on after it.
//!
//! A scenario that ended is taken as it is. Of one that was interrupted, steps that were judged
//! keep their result: those that read are asked again for what later steps use of them, those that
//! write are not sent again. A write of which no answer is known is looked for by its business
//! identifier before anything is sent.

use std::collections::BTreeMap;

use super::scenario::Scenario;
use super::{Played, PlayedStep};
use crate::http::Exchange;
use crate::journal::{Entry, Known};
use crate::json::Node;
use crate::suite::Step;

/// What an interrupted run left.
#[derive(Debug, Default)]
pub struct Earlier {
    /// Scenarios that came to their end, by id.
    pub ended: BTreeMap<String, Played>,
    /// Steps of the others, by scenario and step.
    pub steps: BTreeMap<(String, String), PlayedStep>,
    /// The first number of the run in the journal; `None` where the server is a new one that
    /// holds nothing of what was written.
    pub journal_from: Option<u64>,
}

/// Looks into the journal for what an interrupted run did in this step, and takes over what later
/// steps need of it. Gives why nothing is to be sent; `None` if the step is to be carried out.
pub(super) async fn settle(
    scenario: &mut Scenario<'_>,
    step: &Step,
    resource_type: &str,
) -> Option<String> {
    let entry = scenario.earlier_creation()?;
    let reason = match (entry.known(), &entry.creation.identifier) {
        (Known::Absent, _) => return None,
        (Known::Created, _) => {
            take_over(scenario, step, resource_type, &entry).await;
            "it was created before the run was interrupted, and its answer was not judged any more"
        }
        (Known::Unknown, None) => {
            "the run was interrupted while this was created, and without a business identifier \
             nobody can tell whether it is there"
        }
        (Known::Unknown, Some(identifier)) => {
            match look_for(scenario, step, resource_type, identifier).await {
                Looked::Absent => {
                    scenario.note_absent(entry.number);
                    return None;
                }
                Looked::Found(id) => {
                    scenario.note_found(entry.number, &id);
                    created(scenario, step, &id);
                    "the run was interrupted while this was created, and the server has it"
                }
                Looked::Unclear => {
                    "the run was interrupted while this was created, and the server does not tell \
                     whether it has it"
                }
            }
        }
    };
    Some(format!("{reason}: it is not sent a second time"))
}

async fn take_over(scenario: &mut Scenario<'_>, step: &Step, resource_type: &str, entry: &Entry) {
    scenario.values.extend(entry.captured.clone());
    let id = entry
        .effect
        .as_ref()
        .and_then(|effect| effect.id.as_deref());
    if let Some(id) = id {
        created(scenario, step, id);
    }
    let complete = |name: &String| scenario.values.contains_key(name);
    if let (Some(id), false) = (id, step.capture.keys().all(complete)) {
        let url = scenario.session.dialect.instance_address(resource_type, id);
        let exchange = scenario.get(&url).await;
        if let Some(document) = body(&exchange).and_then(|body| crate::json::read(body).ok()) {
            let _ = scenario.capture(&step.capture, &document.root);
        }
        scenario.keep(exchange, false);
    }
}

/// Keeps the id of what was created under the name that the step gives it.
fn created(scenario: &mut Scenario<'_>, step: &Step, id: &str) {
    if let Some(name) = &step.created {
        let values = &mut scenario.values;
        values.entry(name.clone()).or_insert_with(|| id.to_owned());
    }
}

/// What a search for a creation gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Looked {
    /// It is there, with this id.
    Found(String),
    /// The server has nothing with that identifier.
    Absent,
    /// The search failed, or its answer does not say.
    Unclear,
}

/// Searches by business identifier. The server's filter is not trusted: only a resource that has
/// the identifier counts, and only an empty answer says that there is none.
async fn look_for(
    scenario: &mut Scenario<'_>,
    step: &Step,
    resource_type: &str,
    identifier: &str,
) -> Looked {
    let value: String = url::form_urlencoded::byte_serialize(identifier.as_bytes()).collect();
    let url = format!(
        "{}?identifier={value}",
        scenario.session.dialect.type_address(resource_type)
    );
    let exchange = scenario.get(&url).await;
    let looked = match body(&exchange).and_then(|body| crate::json::read(body).ok()) {
        None => Looked::Unclear,
        Some(document) => match find(&document.root, resource_type, identifier) {
            Some((id, resource)) => {
                let _ = scenario.capture(&step.capture, resource);
                Looked::Found(id)
            }
            None if is_empty(&document.root) => Looked::Absent,
            None => Looked::Unclear,
        },
    };
    scenario.keep(exchange, false);
    looked
}

fn body(exchange: &Exchange) -> Option<&str> {
    exchange
        .response()
        .filter(|response| response.status == 200 && response.body_fault.is_none())
        .map(|response| response.body.as_str())
}

/// The resource of a Bundle that has that business identifier, and its id.
fn find<'n, 'd>(
    bundle: &'n Node<'d>,
    resource_type: &str,
    identifier: &str,
) -> Option<(String, &'n Node<'d>)> {
    let has = |resource: &Node<'_>| {
        resource.str("resourceType") == Some(resource_type)
            && resource.get("identifier").is_some_and(|identifiers| {
                let mut all = identifiers.entries().iter();
                all.any(|one| one.str("value") == Some(identifier))
            })
    };
    bundle
        .get("entry")?
        .entries()
        .iter()
        .filter_map(|entry| entry.get("resource"))
        .find(|resource| has(resource))
        .and_then(|resource| Some((resource.str("id")?.to_owned(), resource)))
}

/// Whether the answer is a Bundle that says that nothing was found.
fn is_empty(bundle: &Node<'_>) -> bool {
    bundle.str("resourceType") == Some("Bundle")
        && bundle
            .get("entry")
            .is_none_or(|entries| entries.entries().is_empty())
}

#[cfg(test)]
mod tests {
    use super::{find, is_empty};

    fn found(text: &str) -> (Option<String>, bool) {
        let document = crate::json::read(text).expect("JSON");
        let id = find(&document.root, "Patient", "A1").map(|(id, _)| id);
        (id, is_empty(&document.root))
    }

    #[test]
    fn only_the_identifier_itself_counts_and_only_nothing_is_nothing() {
        let one = r#"{"resourceType":"Bundle","entry":[
            {"resource":{"resourceType":"Patient","id":"6","identifier":[{"value":"A2"}]}},
            {"resource":{"resourceType":"Patient","id":"7","identifier":[{"value":"A1"}]}}]}"#;
        assert_eq!(found(one), (Some("7".to_owned()), false));
        let ignored = r#"{"resourceType":"Bundle","entry":[
            {"resource":{"resourceType":"Patient","id":"6","identifier":[{"value":"A2"}]}}]}"#;
        assert_eq!(found(ignored), (None, false));
        assert_eq!(found(r#"{"resourceType":"Bundle"}"#), (None, true));
        assert_eq!(
            found(r#"{"resourceType":"OperationOutcome"}"#),
            (None, false)
        );
    }
}

//! References and fullUrls: whether they lead where they say.

use super::Context;
use crate::check::catalog;
use crate::check::exchange::describe_status;
use crate::check::protocol::graph;
use crate::finding::Rule;
use crate::http::Exchange;
use crate::json::{Node, Value};

/// Entries whose fullUrl is followed, and references that are, of one type.
const SAMPLE: usize = 4;

/// A reference of a resource, with what it says of its target.
struct Said {
    path: String,
    reference: String,
    resource_type: Option<String>,
    identifier: Option<String>,
}

/// The `fullUrl` of entries.
pub(super) async fn full_urls(context: &mut Context<'_, '_>) {
    context.declare(&[&catalog::FULL_URL_READS]);
    context.checks.only_where(
        &[&catalog::FULL_URL_READS],
        "no entry has a fullUrl that is an address of the server",
    );
    let resource_type = context.resource_type.clone();
    // Where no read works at all, an address says nothing about itself.
    if let Err(reason) = context.known(&resource_type).await {
        return context.checks.skip(&reason);
    }
    let url = format!("{}?_count={SAMPLE}", context.type_address(&resource_type));
    let exchange = context.get(&url).await;
    let entries = exchange
        .response()
        .filter(|response| response.status == 200)
        .map(|response| entries(&response.body))
        .unwrap_or_default();
    for (full_url, id) in entries.into_iter().take(SAMPLE) {
        if !is_own(context, &full_url) {
            continue;
        }
        let read = context.get(&slashed(context, &full_url)).await;
        let found = super::writing::json(&read);
        let found = found.as_ref().and_then(|it| it["id"].as_str());
        context.checks.hold(
            &catalog::FULL_URL_READS,
            &read,
            Rule::Address,
            "the resource of the entry at its fullUrl",
            |response| {
                if response.status != 200 {
                    return Some(describe_status(response));
                }
                (found != Some(id.as_str())).then(|| "another resource".to_owned())
            },
        );
    }
}

fn entries(body: &str) -> Vec<(String, String)> {
    let Ok(document) = crate::json::read(body) else {
        return Vec::new();
    };
    let entries = document.root.get("entry").map_or(&[][..], Node::entries);
    entries
        .iter()
        .filter_map(|entry| {
            let full_url = entry.str("fullUrl")?;
            let id = entry.get("resource")?.str("id")?;
            Some((full_url.to_owned(), id.to_owned()))
        })
        .collect()
}

fn is_own(context: &Context<'_, '_>, url: &str) -> bool {
    let base = context.scenario.session.client.base().as_str();
    url.starts_with(base)
}

fn slashed(context: &Context<'_, '_>, url: &str) -> String {
    if context.scenario.session.dialect.trailing_slash && !url.ends_with('/') {
        format!("{url}/")
    } else {
        url.to_owned()
    }
}

/// What references say of their targets.
pub(super) async fn agree(context: &mut Context<'_, '_>) {
    context.declare(&[
        &catalog::REFERENCE_ID,
        &catalog::REFERENCE_TYPE_ELEMENT,
        &catalog::REFERENCE_IDENTIFIER,
    ]);
    graph::declare(&mut context.checks, &context.resource_type);
    context.checks.only_where(
        &[
            &catalog::REFERENCE_ID,
            &catalog::REFERENCE_TYPE_ELEMENT,
            &catalog::REFERENCE_IDENTIFIER,
        ],
        "no reference that could be followed says so much of its target",
    );
    let resource_type = context.resource_type.clone();
    let known = match context.known(&resource_type).await {
        Ok(known) => known,
        Err(reason) => {
            return context.checks.skip(&reason);
        }
    };
    let mut said = Vec::new();
    if let Ok(document) = crate::json::read(known.body()) {
        collect(&document.root, &mut resource_type.clone(), &mut said);
    }
    let source = super::writing::json(&known.read).unwrap_or_default();
    graph::one_currency(&mut context.checks, &known.read, &source);
    for said in said.into_iter().take(SAMPLE) {
        if let Some((exchange, target)) = follow(context, &said).await {
            graph::agree(&mut context.checks, &exchange, &source, &target);
        }
    }
}

/// The references of a resource, one for each element.
fn collect(node: &Node<'_>, path: &mut String, said: &mut Vec<Said>) {
    match &node.value {
        Value::Array(entries) => entries.iter().for_each(|entry| collect(entry, path, said)),
        Value::Object(members) => {
            if let Some(reference) = node.str("reference")
                && !reference.starts_with(['#', 'u'])
                && !said.iter().any(|known| known.path == *path)
            {
                said.push(Said {
                    path: path.clone(),
                    reference: reference.to_owned(),
                    resource_type: node.str("type").map(str::to_owned),
                    identifier: node
                        .get("identifier")
                        .and_then(|it| it.str("value"))
                        .map(str::to_owned),
                });
            }
            for member in members {
                let length = path.len();
                path.push('.');
                path.push_str(&member.name);
                collect(&member.value, path, said);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

/// Follows a reference, and holds what it says of its target to it; gives the target.
async fn follow(
    context: &mut Context<'_, '_>,
    said: &Said,
) -> Option<(Exchange, serde_json::Value)> {
    let base = context.scenario.session.client.base().to_string();
    let relative = said
        .reference
        .strip_prefix(&base)
        .unwrap_or(&said.reference);
    let (target_type, id) = relative.trim_end_matches('/').split_once('/')?;
    let known_type = context
        .scenario
        .session
        .definitions
        .is_resource_type(target_type);
    if !known_type || id.contains('/') {
        return None;
    }
    let url = context.instance(target_type, id);
    let exchange = context.get(&url).await;
    let target = super::writing::json(&exchange).filter(|_| exchange.status() == Some(200))?;
    let path = &said.path;
    if let Some(found) = target["id"].as_str() {
        context.checks.hold(
            &catalog::REFERENCE_ID,
            &exchange,
            Rule::ReferenceTarget,
            &format!("the id `{id}` that {path} names"),
            |_| (found != id).then(|| format!("the id `{found}`")),
        );
    }
    if let Some(said_type) = &said.resource_type {
        context.checks.hold(
            &catalog::REFERENCE_TYPE_ELEMENT,
            &exchange,
            Rule::ReferenceTarget,
            &format!("a {said_type}, as {path}.type says"),
            |_| {
                let found = target["resourceType"].as_str().unwrap_or("none");
                (found != said_type).then(|| format!("a {found}"))
            },
        );
    }
    if let Some(identifier) = &said.identifier {
        let has = target["identifier"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|it| it["value"] == identifier.as_str());
        context.checks.hold(
            &catalog::REFERENCE_IDENTIFIER,
            &exchange,
            Rule::ReferenceTarget,
            &format!("the identifier that {path} has"),
            |_| (!has).then(|| "a target without it".to_owned()),
        );
    }
    Some((exchange, target))
}

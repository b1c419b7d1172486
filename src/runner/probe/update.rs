//! Updates and deletes of what the probe itself created.

use serde_json::{Value, json};

use super::Context;
use super::writing::{json as body_of, sent};
use super::{UNKNOWN_ID, versions};
use crate::check::catalog;
use crate::check::exchange::describe_status;
use crate::check::protocol::is_success;
use crate::finding::Rule;
use crate::http::{Exchange, Method};

/// Elements that may be left out of an update, in the order in which one is looked for.
const OPTIONAL: [&str; 5] = ["telecom", "maritalStatus", "contact", "end", "photo"];

/// An update, and what it leaves behind.
pub(super) async fn update(context: &mut Context<'_, '_>) {
    let resource_type = context.resource_type.clone();
    let declared = &context.scenario.session.declared;
    let has_history = declared.promises(&resource_type, "history-instance");
    declare_update(context, has_history);
    let created = match context.body('p').await {
        Ok(body) => context.created(&body).await,
        Err(reason) => Err(reason),
    };
    let created = match created {
        Ok(created) => created,
        Err(reason) => return context.checks.skip(&reason),
    };
    let url = context.instance(&resource_type, &created.id);
    let before = context.get(&url).await;
    let Some(first) = body_of(&before).filter(|_| before.status() == Some(200)) else {
        return context
            .checks
            .skip("what was created could not be read, so that there is nothing to update");
    };
    let (changed, removed) = change(&first);
    let version = context.scenario.session.if_match(&first);
    let put = context.put(&created.id, &changed, version.as_deref()).await;
    if !put.status().is_some_and(is_success) {
        return judge_refused_update(context, &created.id, &first).await;
    }
    status_of_update(context, &put);
    let after = context.get(&url).await;
    judge_replaced(context, &put, &after, removed);
    judge_versions(context, &first, &after);
    // What is right was taken: now a refusal is about what is wrong.
    let version = body_of(&after).and_then(|it| context.scenario.session.if_match(&it));
    refusals(context, &created.id, &changed, version.as_deref()).await;
    unknown(context, &changed).await;
    contention(context, &created.id, &first, &changed).await;
    if has_history {
        let url = context.below(&resource_type, &created.id, "_history");
        let history = context.get(&url).await;
        versions::judge_order(&mut context.checks, &history);
        versions::ask_by_pages(context, &history).await;
    }
}

fn declare_update(context: &mut Context<'_, '_>, has_history: bool) {
    context.declare(&[
        &catalog::UPDATE_STATUS,
        &catalog::UPDATE_REPLACES,
        &catalog::UPDATE_VERSION,
        &catalog::UPDATE_STALE,
        &catalog::UPDATE_ID,
        &catalog::UPDATE_UNKNOWN,
        &catalog::UPDATE_CREATE,
        &catalog::UPDATE_REQUIRED,
        &catalog::HISTORY_ORDER,
        &catalog::HISTORY_COUNT,
        &catalog::HISTORY_PAGES,
    ]);
    let checks = &mut context.checks;
    checks.only_where(
        &[&catalog::UPDATE_VERSION, &catalog::UPDATE_STALE],
        "the resource has no versionId",
    );
    checks.bind_only_where(
        &[&catalog::UPDATE_CREATE],
        "the server does not say whether an update of this type may create",
    );
    checks.bind_only_where(
        &[&catalog::UPDATE_REQUIRED],
        "the server does not declare that updates of this type name their version",
    );
    let reason = match has_history {
        true => "the history tells one version at most: there is nothing to sort or to cut",
        false => versions::NO_HISTORY,
    };
    checks.only_where(&[&catalog::HISTORY_ORDER], reason);
    let parameters = [&catalog::HISTORY_COUNT, &catalog::HISTORY_PAGES];
    checks.bind_only_where(&parameters, reason);
}

/// Updates that name no version, where they have to, and one that is no longer the current one.
async fn contention(context: &mut Context<'_, '_>, id: &str, first: &Value, changed: &Value) {
    if context.scenario.session.if_match(first).is_some() {
        let exchange = context.put(id, changed, None).await;
        context.checks.hold(
            &catalog::UPDATE_REQUIRED,
            &exchange,
            Rule::Status,
            "status 400, or another from 400 to 499, for an update without If-Match",
            |response| (!matches!(response.status, 400..=499)).then(|| describe_status(response)),
        );
    }
    if let Some(version) = first["meta"]["versionId"].as_str() {
        let stale = format!("W/\"{version}\"");
        let exchange = context.put(id, changed, Some(&stale)).await;
        let expected = "status 412 for the If-Match of a version that is no longer the current one";
        context
            .checks
            .status(&catalog::UPDATE_STALE, &exchange, &[412], expected);
    }
}

fn status_of_update(context: &mut Context<'_, '_>, put: &Exchange) {
    let expected = "status 200 for the update of a resource that is there";
    context
        .checks
        .status(&catalog::UPDATE_STATUS, put, &[200], expected);
}

/// An update was refused. Whether for its content, one with the resource as it was read shows: a
/// server may have its reasons to refuse a change, and none to refuse what it said itself.
async fn judge_refused_update(context: &mut Context<'_, '_>, id: &str, first: &Value) {
    let version = context.scenario.session.if_match(first);
    let control = context.put(id, first, version.as_deref()).await;
    if control.status().is_some_and(is_success) {
        let reason = "the server refused the change, and takes an update that changes nothing";
        return context.checks.unseen(reason);
    }
    status_of_update(context, &control);
    context.checks.unseen("the update was not carried out");
}

/// The resource with another value, and without an element that may be left out.
fn change(first: &Value) -> (Value, Option<&'static str>) {
    let mut changed = first.clone();
    let removed = OPTIONAL.into_iter().find(|name| first.get(name).is_some());
    if let Some(members) = changed.as_object_mut() {
        if let Some(name) = removed {
            members.remove(name);
        }
        if members.contains_key("birthDate") {
            members.insert("birthDate".to_owned(), json!("1990-02-01"));
        } else if members.contains_key("reason") {
            members.insert("reason".to_owned(), json!("changed by an update"));
        }
    }
    (changed, removed)
}

/// Updates that must not be carried out.
async fn refusals(context: &mut Context<'_, '_>, id: &str, changed: &Value, version: Option<&str>) {
    let mut other_id = changed.clone();
    other_id["id"] = json!(UNKNOWN_ID);
    let mut no_id = changed.clone();
    if let Some(members) = no_id.as_object_mut() {
        members.remove("id");
    }
    for (body, words) in [(other_id, "with another id"), (no_id, "without an id")] {
        let exchange = context.put(id, &body, version).await;
        let expected = format!("status 400 for an update whose body comes {words}");
        context
            .checks
            .status(&catalog::UPDATE_ID, &exchange, &[400], &expected);
    }
}

/// An update of an id that nobody has. Where the server declares that it creates, the id is one of
/// this run's own.
async fn unknown(context: &mut Context<'_, '_>, changed: &Value) {
    let creates = context.stated().and_then(|it| it.update_create);
    let made = context.scenario.fill("{{new-uuid.unknown}}").ok();
    let id = made.filter(|_| creates == Some(true));
    let id = id.unwrap_or_else(|| UNKNOWN_ID.to_owned());
    let mut unknown = changed.clone();
    unknown["id"] = json!(id);
    if let Some(code) = context.scenario.code_of('q')
        && unknown["identifier"][0]["value"].is_string()
    {
        unknown["identifier"] = json!([unknown["identifier"][0].clone()]);
        unknown["identifier"][0]["value"] = json!(code);
    }
    let exchange = match context.put_new(&id, &unknown).await {
        Ok(exchange) => exchange,
        Err(reason) => return context.checks.unseen(&reason),
    };
    context.checks.hold(
        &catalog::UPDATE_UNKNOWN,
        &exchange,
        Rule::Status,
        "status 201, or one from 400 to 499, for the update of an id that nobody has",
        |response| {
            let fits = matches!(response.status, 201 | 400..=499);
            (!fits).then(|| describe_status(response))
        },
    );
    if exchange.status() == Some(201) {
        context.note(format!("an update created {id}"));
    }
    let Some(creates) = creates else { return };
    let expected = match creates {
        true => "status 201, as `updateCreate` is declared true",
        false => "nothing to be created, as `updateCreate` is declared false",
    };
    context.checks.hold(
        &catalog::UPDATE_CREATE,
        &exchange,
        Rule::Status,
        expected,
        |response| {
            let fits = match creates {
                true => response.status == 201,
                false => !is_success(response.status),
            };
            (!fits).then(|| describe_status(response))
        },
    );
}

fn judge_replaced(
    context: &mut Context<'_, '_>,
    put: &Exchange,
    after: &Exchange,
    removed: Option<&'static str>,
) {
    let (Some(sent), Some(found)) = (sent(put), body_of(after)) else {
        return;
    };
    context.checks.hold(
        &catalog::UPDATE_REPLACES,
        after,
        Rule::RoundTrip,
        "the resource as the update has it",
        |_| {
            if let Some(name) = removed
                && found.get(name).is_some()
            {
                return Some(format!("`{name}`, which the update left out"));
            }
            ["birthDate", "reason"]
                .into_iter()
                .find(|name| sent.get(name).is_some() && sent.get(name) != found.get(name))
                .map(|name| format!("another `{name}` than the update has"))
        },
    );
}

fn judge_versions(context: &mut Context<'_, '_>, first: &Value, after: &Exchange) {
    let (Some(old), Some(new)) = (
        first["meta"]["versionId"].as_str(),
        body_of(after).and_then(|it| it["meta"]["versionId"].as_str().map(str::to_owned)),
    ) else {
        return;
    };
    context.checks.hold(
        &catalog::UPDATE_VERSION,
        after,
        Rule::RoundTrip,
        "another versionId after an update",
        |_| (old == new).then(|| "the same one".to_owned()),
    );
}

/// A delete, and what is left.
pub(super) async fn delete(context: &mut Context<'_, '_>) {
    context.declare(&[
        &catalog::DELETE_STATUS,
        &catalog::DELETE_GONE,
        &catalog::DELETE_SEARCH,
        &catalog::DELETE_AGAIN,
        &catalog::HISTORY_DELETED,
        &catalog::VREAD_DELETED,
    ]);
    let resource_type = context.resource_type.clone();
    if !context.planned.required {
        let reason = "neither the guide nor the server declares a delete of this type";
        return context.checks.skip(reason);
    }
    let created = match context.body('e').await {
        Ok(body) => context.created(&body).await,
        Err(reason) => Err(reason),
    };
    let created = match created {
        Ok(created) => created,
        Err(reason) => return context.checks.skip(&reason),
    };
    let url = context.instance(&resource_type, &created.id);
    let spec = context.request(Method::Delete, &url);
    let first = context.send(spec).await;
    let carried_out = context.checks.status(
        &catalog::DELETE_STATUS,
        &first,
        &[200, 202, 204],
        "status 200, 202 or 204 for a delete",
    );
    if !carried_out {
        return context.checks.unseen("the delete was not carried out");
    }
    let read = context.get(&url).await;
    let is_gone = context.checks.status(
        &catalog::DELETE_GONE,
        &read,
        &[404, 410],
        "status 410, or 404, for what was deleted",
    );
    versions::of_deleted(context, &created.id, is_gone).await;
    let (search, found) = context.finds_id(&resource_type, &created.id).await;
    context.checks.hold(
        &catalog::DELETE_SEARCH,
        &search,
        Rule::SearchResult,
        "no match that was deleted",
        |_| found.then(|| "it is found".to_owned()),
    );
    let spec = context.request(Method::Delete, &url);
    let again = context.send(spec).await;
    context.checks.status(
        &catalog::DELETE_AGAIN,
        &again,
        &[200, 202, 204, 404, 410],
        "status 200, 204, 404 or 410 for what is deleted already",
    );
}

/// Batch and transaction, each with one read in it.
pub(super) async fn bundles(context: &mut Context<'_, '_>) {
    context.declare(&[&catalog::BATCH, &catalog::TRANSACTION]);
    if let Some(reason) = &context.planned.skip {
        return context.checks.skip(reason);
    }
    let types = context.readable_types();
    let types: Vec<&str> = types.iter().map(String::as_str).collect();
    let known = match context.known_of(&types).await {
        Ok(known) => known,
        Err(reason) => return context.checks.skip(&reason),
    };
    let address = format!("{}/{}", known.resource_type, known.id);
    for (check, kind) in [
        (&catalog::BATCH, "batch"),
        (&catalog::TRANSACTION, "transaction"),
    ] {
        let bundle = json!({
            "resourceType": "Bundle",
            "type": kind,
            "entry": [{ "request": { "method": "GET", "url": address } }],
        });
        let exchange = context.post("", &bundle.to_string()).await;
        let found = body_of(&exchange);
        let expected = format!(
            "a Bundle of type {kind}-response with an entry, or a refusal with a status from 400 \
             to 499 or 501"
        );
        context
            .checks
            .hold(check, &exchange, Rule::Status, &expected, |response| {
                if matches!(response.status, 400..=499 | 501) {
                    return None;
                }
                let answered = is_success(response.status)
                    && found.as_ref().is_some_and(|bundle| {
                        bundle["type"] == format!("{kind}-response")
                            && bundle["entry"].as_array().is_some_and(|it| it.len() == 1)
                    });
                (!answered).then(|| describe_status(response))
            });
    }
}

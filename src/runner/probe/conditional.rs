//! Writes on a condition: If-None-Exist, an update and a delete of what a search selects, and a patch.

use serde_json::json;

use super::Context;
use super::writing::{Carries, code_of, id_of, json, sent};
use crate::check::catalog;
use crate::check::exchange::describe_status;
use crate::check::protocol::is_success;
use crate::fhir::ConditionalDeleteStatus;
use crate::finding::Rule;
use crate::http::{Exchange, Method};

/// Conditional create, update and delete, and patch.
pub(super) async fn perform(context: &mut Context<'_, '_>) {
    context.declare(&[
        &catalog::CONDITIONAL_CREATE,
        &catalog::CONDITIONAL_CREATE_KEPT,
        &catalog::CONDITIONAL_CREATE_NEW,
        &catalog::CONDITIONAL_CREATE_SEVERAL,
        &catalog::CONDITIONAL_UPDATE,
        &catalog::CONDITIONAL_UPDATE_DECLARED,
        &catalog::CONDITIONAL_DELETE,
        &catalog::CONDITIONAL_DELETE_DECLARED,
        &catalog::PATCH,
    ]);
    context.checks.bind_only_where(
        &[
            &catalog::CONDITIONAL_CREATE_KEPT,
            &catalog::CONDITIONAL_CREATE_NEW,
            &catalog::CONDITIONAL_CREATE_SEVERAL,
            &catalog::CONDITIONAL_UPDATE_DECLARED,
            &catalog::CONDITIONAL_DELETE_DECLARED,
        ],
        "the server does not declare it for this type",
    );
    let promises = Promises::of(context);
    let bodies = (context.body('c').await, context.body('d').await);
    let (base, other) = match bodies {
        (Ok(base), Ok(other)) => (base, other),
        (Err(reason), _) | (_, Err(reason)) => return context.checks.skip(&reason),
    };
    let created = match context.created(&base).await {
        Ok(created) => created,
        Err(reason) => return context.checks.skip(&reason),
    };
    let condition = format!("identifier={}", code_of(&base));
    let headers = [("if-none-exist", condition.as_str())];
    match context.create_with(&other, &headers, Carries::Token).await {
        Err(reason) => return context.checks.skip(&reason),
        Ok(exchange) => {
            context.checks.hold(
                &catalog::CONDITIONAL_CREATE,
                &exchange,
                Rule::Status,
                "the resource that matches, or a refusal with a status from 400 to 499 or 501",
                |response| {
                    let fits = matches!(response.status, 200 | 204 | 304 | 400..=499 | 501);
                    (!fits).then(|| describe_status(response))
                },
            );
            if promises.create {
                let expected = "status 200 and nothing new, as one resource matches";
                let check = &catalog::CONDITIONAL_CREATE_KEPT;
                context.checks.status(check, &exchange, &[200], expected);
            }
        }
    }
    if promises.create {
        let first = (created.id.as_str(), code_of(&base));
        if let Some(second) = create_where_nothing_matches(context).await {
            create_where_several_match(context, [first, (&second.0, second.1)]).await;
        }
    }
    let resource_type = context.resource_type.clone();
    let instance = context.instance(&resource_type, &created.id);
    let mut changed = json(&context.get(&instance).await).unwrap_or(base);
    changed["birthDate"] = json!("1988-07-06");
    let url = format!("{}?{condition}", context.type_address(&resource_type));
    let text = changed.to_string();
    let exchange = context
        .write(Method::Put, &url, &text, &[], Carries::Token)
        .await;
    if promises.update {
        let expected = "status 200, as one resource matches";
        let check = &catalog::CONDITIONAL_UPDATE_DECLARED;
        context.checks.status(check, &exchange, &[200], expected);
    }
    carried_out(
        context,
        &catalog::CONDITIONAL_UPDATE,
        &exchange,
        &instance,
        "1988-07-06",
    )
    .await;
    let patch = json!([{ "op": "replace", "path": "/birthDate", "value": "1987-06-05" }]);
    let spec = context
        .request(Method::Patch, &instance)
        .body("application/json-patch+json", patch.to_string());
    let exchange = context.send(spec).await;
    carried_out(context, &catalog::PATCH, &exchange, &instance, "1987-06-05").await;
    delete(context, promises.delete).await;
}

/// What the server declares of conditions, for the type of the probe.
struct Promises {
    create: bool,
    update: bool,
    delete: bool,
}

impl Promises {
    fn of(context: &Context<'_, '_>) -> Self {
        let own = context.stated();
        Self {
            create: own.and_then(|it| it.conditional_create) == Some(true),
            update: own.and_then(|it| it.conditional_update) == Some(true),
            delete: own
                .and_then(|it| it.conditional_delete)
                .is_some_and(|it| it != ConditionalDeleteStatus::NotSupported),
        }
    }
}

/// Creates on a condition that nothing matches; the id and the code of what came of it.
async fn create_where_nothing_matches(context: &mut Context<'_, '_>) -> Option<(String, String)> {
    let body = context.body('g').await.ok()?;
    let condition = format!("identifier={}", code_of(&body));
    let headers = [("if-none-exist", condition.as_str())];
    let exchange = context.create_with(&body, &headers, Carries::Token).await;
    let exchange = exchange.ok()?;
    let expected = "status 201, as nothing matches";
    let check = &catalog::CONDITIONAL_CREATE_NEW;
    context.checks.status(check, &exchange, &[201], expected);
    let id = id_of(&exchange, &context.resource_type)?;
    Some((id, code_of(&body)))
}

/// Creates on a condition that two resources of the probe's own match. It is sent only where a
/// search by the same condition finds them both, and nothing else.
async fn create_where_several_match(context: &mut Context<'_, '_>, own: [(&str, String); 2]) {
    let check = &catalog::CONDITIONAL_CREATE_SEVERAL;
    let resource_type = context.resource_type.clone();
    let condition = format!("identifier={},{}", own[0].1, own[1].1);
    let url = format!("{}?{condition}", context.type_address(&resource_type));
    let found = selected(&context.get(&url).await);
    let finds_both = own.iter().all(|(id, _)| found.iter().any(|it| it == id));
    if !finds_both || found.len() != own.len() {
        let reason = "a search by two codes does not find the two resources that have them, and \
                      those alone";
        return context.checks.of(check).unseen(reason);
    }
    let Ok(body) = context.body('k').await else {
        return;
    };
    let headers = [("if-none-exist", condition.as_str())];
    let Ok(exchange) = context.create_with(&body, &headers, Carries::Token).await else {
        return;
    };
    let code = code_of(&sent(&exchange).unwrap_or(body));
    let (_, is_stored) = context.finds_code(&resource_type, &code).await;
    context.checks.hold(
        check,
        &exchange,
        Rule::Status,
        "status 412 and nothing stored, as two resources match",
        |response| match (response.status, is_stored) {
            (412, false) => None,
            (412, true) => Some("status 412 and the resource stored".to_owned()),
            _ => Some(describe_status(response)),
        },
    );
}

/// The ids of what a search found.
fn selected(search: &Exchange) -> Vec<String> {
    let bundle = json(search).unwrap_or_default();
    let entries = bundle["entry"].as_array().map_or(&[][..], Vec::as_slice);
    let ids = entries.iter().map(|it| it["resource"]["id"].as_str());
    ids.map(|id| id.unwrap_or_default().to_owned()).collect()
}

/// A conditional delete. It is sent only where a search by the same condition selects what the probe
/// created and nothing else: a server that ignores a condition would delete what is not ours.
async fn delete(context: &mut Context<'_, '_>, is_declared: bool) {
    let checks = [
        &catalog::CONDITIONAL_DELETE,
        &catalog::CONDITIONAL_DELETE_DECLARED,
    ];
    let created = match context.body('h').await {
        Ok(body) => context.created(&body).await.map(|it| (it, code_of(&body))),
        Err(reason) => Err(reason),
    };
    let (created, code) = match created {
        Ok(created) => created,
        Err(reason) => {
            return checks
                .iter()
                .for_each(|check| context.checks.of(check).unseen(&reason));
        }
    };
    let resource_type = context.resource_type.clone();
    let url = format!("{}?identifier={code}", context.type_address(&resource_type));
    let found = selected(&context.get(&url).await);
    let is_own = found == [created.id.as_str()];
    if !is_own {
        let reason = "a search by the condition does not find what was created, and that alone: \
                      nothing was sent, so that nothing else is deleted";
        return checks
            .iter()
            .for_each(|check| context.checks.of(check).unseen(reason));
    }
    let spec = context.request(Method::Delete, &url);
    let exchange = context.send(spec).await;
    let instance = context.instance(&resource_type, &created.id);
    let is_there = context.get(&instance).await.status() == Some(200);
    context.checks.hold(
        &catalog::CONDITIONAL_DELETE,
        &exchange,
        Rule::Status,
        "to be carried out, or refused with a status from 400 to 499 or 501",
        |response| match (response.status, is_there) {
            (200..=299, false) | (400..=499 | 501, true) => None,
            (200..=299, true) => Some(format!(
                "status {} and the resource as it was",
                response.status
            )),
            (400..=499 | 501, false) => {
                Some(format!("status {} and the resource gone", response.status))
            }
            _ => Some(describe_status(response)),
        },
    );
    if is_declared {
        let expected = "status 200, 202 or 204, as one resource matches";
        let check = &catalog::CONDITIONAL_DELETE_DECLARED;
        context
            .checks
            .status(check, &exchange, &[200, 202, 204], expected);
    }
}

/// What is answered with success was carried out; anything else is a refusal.
async fn carried_out(
    context: &mut Context<'_, '_>,
    check: &'static crate::check::Check,
    exchange: &Exchange,
    instance: &str,
    birth_date: &str,
) {
    let status = exchange.status().unwrap_or_default();
    if !is_success(status) {
        return context.checks.hold(
            check,
            exchange,
            Rule::Status,
            "to be carried out, or refused with a status from 400 to 499 or 501",
            |response| {
                let refused = matches!(response.status, 400..=499 | 501);
                (!refused).then(|| describe_status(response))
            },
        );
    }
    let read = context.get(instance).await;
    // A recording has another date of birth, and the same one in every place.
    let wanted = sent(exchange).and_then(|it| {
        let date = it.get("birthDate").or_else(|| it.get(0)?.get("value"))?;
        date.as_str().map(str::to_owned)
    });
    let wanted = wanted.unwrap_or_else(|| birth_date.to_owned());
    let found = json(&read).and_then(|it| it["birthDate"].as_str().map(str::to_owned));
    context.checks.hold(
        check,
        exchange,
        Rule::RoundTrip,
        "a success to be carried out",
        |response| {
            (found.as_deref() != Some(wanted.as_str()))
                .then(|| format!("status {} and the resource as it was", response.status))
        },
    );
}

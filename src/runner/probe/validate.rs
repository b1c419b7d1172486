//! The operation `$validate` (R4 Resource-validate), where the server declares it.

use serde_json::{Value, json};

use super::Context;
use super::writing::{Carries, json as body_of};
use crate::check::protocol::is_success;
use crate::check::{Check, catalog};
use crate::finding::Rule;
use crate::http::{Exchange, Method};
use crate::validator::Request;

/// A resource that is valid, and a copy of it that is not.
pub(super) async fn perform(context: &mut Context<'_, '_>) {
    let checks = [&catalog::VALIDATE_ACCEPTS, &catalog::VALIDATE_REFUSES];
    context.declare(&checks);
    if !is_offered(context) {
        let reason = "the server does not declare the operation $validate for this type";
        return context.checks.bind_only_where(&checks, reason);
    }
    let valid = match context.body('l').await {
        Ok(body) => body,
        Err(reason) => return context.checks.skip(&reason),
    };
    let mut wrong = valid.clone();
    wrong["gender"] = json!("of-no-code");
    if !is_valid(context, &valid) || is_valid(context, &wrong) {
        let reason = "what would be sent is not valid by the rules of R4 and of the guide";
        return context.checks.unseen(reason);
    }
    for (check, body) in checks.into_iter().zip([valid, wrong]) {
        let exchange = ask(context, &body).await;
        judge(context, check, &exchange);
    }
}

fn is_offered(context: &Context<'_, '_>) -> bool {
    let server = context.scenario.session.statement.as_ref();
    let server = server.and_then(|statement| statement.server());
    let of_all = server.map_or(&[][..], |it| &it.operations);
    let own = context.stated().map_or(&[][..], |it| &it.operations);
    let mut offered = of_all.iter().chain(own);
    offered.any(|it| it.name.trim_start_matches('$') == "validate")
}

/// Whether this program finds no error in it.
fn is_valid(context: &Context<'_, '_>, resource: &Value) -> bool {
    let text = resource.to_string();
    crate::json::read(&text).is_ok_and(|document| {
        let validator = &context.scenario.session.validator;
        let validation = validator.validate(&document, &Request::default());
        !validation.findings.iter().any(|it| it.is_error())
    })
}

async fn ask(context: &mut Context<'_, '_>, resource: &Value) -> Exchange {
    let address = context.type_address(&context.resource_type);
    let plain = address.trim_end_matches('/');
    let slash = &address[plain.len()..];
    let url = format!("{plain}/$validate{slash}");
    let text = resource.to_string();
    context
        .write(Method::Post, &url, &text, &[], Carries::Token)
        .await
}

/// An outcome of the validation says with an issue of the severity `error` or `fatal` that
/// something is wrong.
fn judge(context: &mut Context<'_, '_>, check: &'static Check, exchange: &Exchange) {
    let is_for_valid = check.id == catalog::VALIDATE_ACCEPTS.id;
    let expected = match is_for_valid {
        true => "an outcome without an error for a resource that is valid",
        false => "an outcome with an error for a gender that is none of R4",
    };
    let outcome = body_of(exchange).unwrap_or_default();
    context
        .checks
        .hold(check, exchange, Rule::Status, expected, |response| {
            let Some(issues) = outcome["issue"].as_array() else {
                return Some(format!("status {} and no outcome", response.status));
            };
            let is_error = |it: &&Value| it["severity"] == "error" || it["severity"] == "fatal";
            match (issues.iter().find(is_error), is_for_valid) {
                (Some(issue), true) => Some(words(issue)),
                (None, false) => Some("no error".to_owned()),
                (None, true) if !is_success(response.status) => {
                    Some(format!("status {}", response.status))
                }
                _ => None,
            }
        });
}

fn words(issue: &Value) -> String {
    let said = issue["diagnostics"].as_str();
    let said = said.or_else(|| issue["details"]["text"].as_str());
    said.map_or("an error".to_owned(), |said| format!("the error `{said}`"))
}

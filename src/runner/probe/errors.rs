//! Requests that must be refused: how the server says so, and whether it says the same everywhere.

use super::{Context, UNKNOWN_ID};
use crate::check::catalog;
use crate::check::protocol::refusal::{Answered, OF_EVERY_REFUSAL, Reason, judge, same_everywhere};
use crate::dialect::{FHIR_JSON, PLAIN_JSON};
use crate::http::{Exchange, Method};

/// No resource type of any version of FHIR.
const UNKNOWN_TYPE: &str = "Cassowary";

/// Reads that must fail, on every type.
pub(super) async fn reads(context: &mut Context<'_, '_>) {
    context.declare(&[
        &catalog::READ_UNKNOWN,
        &catalog::UNKNOWN_TYPE,
        &catalog::SAME_ANSWER,
    ]);
    context.declare(&OF_EVERY_REFUSAL);
    context
        .checks
        .only_where(&OF_EVERY_REFUSAL, "no request was refused");
    let mut answers = Vec::new();
    for resource_type in context.readable_types() {
        let url = context.instance(&resource_type, UNKNOWN_ID);
        let exchange = context.get(&url).await;
        if is_about_rights(&exchange) {
            context.note(format!("this account may not read {resource_type}"));
            continue;
        }
        judge(&mut context.checks, &exchange, Reason::UnknownId);
        answers.extend(Answered::of(&resource_type, &exchange));
    }
    same_everywhere(&mut context.checks, Reason::UnknownId, &answers);
    let addresses = [
        context.type_address(UNKNOWN_TYPE),
        context.instance(UNKNOWN_TYPE, UNKNOWN_ID),
    ];
    for url in addresses {
        let exchange = context.get(&url).await;
        judge(&mut context.checks, &exchange, Reason::UnknownType);
    }
    if !context.scenario.session.dialect.answers {
        let reason = "no type of the guide is answered with anything but 401 or 404: that another \
                      request is refused says nothing";
        context.checks.skip(reason);
    }
    context.checks.unseen("no read is declared");
}

/// Rights are asked before anything else: such a refusal says nothing about the cause.
fn is_about_rights(exchange: &Exchange) -> bool {
    matches!(exchange.status(), Some(401 | 403))
}

/// Bodies that must be refused, on every type that can be created. None of them can be stored.
pub(super) async fn bodies(context: &mut Context<'_, '_>) {
    context.declare(&[
        &catalog::BROKEN_JSON,
        &catalog::WRONG_TYPE,
        &catalog::EMPTY_BODY,
        &catalog::SAME_ANSWER,
        &catalog::BAD_INPUT,
    ]);
    context.declare(&OF_EVERY_REFUSAL);
    context
        .checks
        .only_where(&OF_EVERY_REFUSAL, "no request was refused");
    context.checks.only_where(
        &[&catalog::BAD_INPUT],
        "nothing was answered with a server error",
    );
    if let Some(reason) = &context.planned.skip {
        return context.checks.skip(reason);
    }
    let types = context.types_with("create");
    for (reason, body) in [
        (Reason::BrokenJson, "{\"resourceType\": \"#\", \"id\": "),
        (
            Reason::WrongType,
            "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"}}",
        ),
        (Reason::EmptyBody, ""),
    ] {
        let mut answers = Vec::new();
        for resource_type in &types {
            let body = body.replace('#', resource_type);
            let exchange = context.post(resource_type, &body).await;
            if is_about_rights(&exchange) {
                context.note(format!("this account may not create {resource_type}"));
                continue;
            }
            judge(&mut context.checks, &exchange, reason);
            answers.extend(Answered::of(resource_type, &exchange));
        }
        same_everywhere(&mut context.checks, reason, &answers);
    }
    context
        .checks
        .unseen("no create is declared, or this account may create nothing");
}

/// Methods that nobody offers: a delete, of an id that nobody has.
pub(super) async fn methods(context: &mut Context<'_, '_>) {
    context.declare(&[&catalog::METHOD_NOT_OFFERED, &catalog::ALLOW]);
    context.declare(&OF_EVERY_REFUSAL);
    context
        .checks
        .only_where(&OF_EVERY_REFUSAL, "no request was refused");
    context
        .checks
        .only_where(&[&catalog::ALLOW], "nothing was answered with 405");
    if let Some(reason) = &context.planned.skip {
        return context.checks.skip(reason);
    }
    let declared = &context.scenario.session.declared;
    let types: Vec<String> = context
        .readable_types()
        .into_iter()
        .filter(|resource_type| !declared.promises(resource_type, "delete"))
        .collect();
    for resource_type in &types {
        let url = context.instance(resource_type, UNKNOWN_ID);
        let spec = context.request(Method::Delete, &url);
        let exchange = context.send(spec).await;
        judge(&mut context.checks, &exchange, Reason::MethodNotOffered);
    }
    context.checks.unseen("every method is declared");
}

impl Context<'_, '_> {
    /// POSTs a body to a type, as plain JSON where the server refuses the media type of FHIR.
    /// Only for what cannot be stored: what can is journalled.
    pub(super) async fn post(&mut self, resource_type: &str, body: &str) -> Exchange {
        let url = self.type_address(resource_type);
        let media_type = self.body_type;
        let spec = self.request(Method::Post, &url).body(media_type, body);
        let exchange = self.send(spec).await;
        if exchange.status() == Some(415) && media_type == FHIR_JSON {
            self.body_type = PLAIN_JSON;
            let spec = self.request(Method::Post, &url).body(PLAIN_JSON, body);
            return self.send(spec).await;
        }
        exchange
    }
}

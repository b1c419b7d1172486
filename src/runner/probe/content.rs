//! Content negotiation: what is accepted, what is sent, and under which names.

use super::Context;
use super::known::Known;
use crate::check::catalog;
use crate::check::exchange::describe_status;
use crate::check::protocol::content;
use crate::dialect::FIRST_TYPES;
use crate::finding::Rule;
use crate::http::{Exchange, Method};

/// A media type that no FHIR server has.
const FOREIGN: &str = "application/vnd.example.unknown";
const REQUEST_ID: &str = "conformance-7f3a";

async fn known(context: &mut Context<'_, '_>) -> Option<Known> {
    let mut types: Vec<String> = FIRST_TYPES.iter().map(|&it| it.to_owned()).collect();
    types.extend(context.readable_types());
    let types: Vec<&str> = types.iter().map(String::as_str).collect();
    match context.known_of(&types).await {
        Ok(known) => Some(known),
        Err(reason) => {
            context.checks.skip(&reason);
            None
        }
    }
}

/// The Accept header.
pub(super) async fn accept(context: &mut Context<'_, '_>) {
    context.declare(&[
        &catalog::CHARSET,
        &catalog::UTF_8,
        &catalog::ACCEPT_ANY,
        &catalog::ACCEPT_WEIGHTS,
        &catalog::NOT_ACCEPTABLE,
        &catalog::FHIR_VERSION,
        &catalog::REQUEST_ID,
        &catalog::COMPRESSION,
        &catalog::COMPRESSION_NAMED,
    ]);
    context
        .checks
        .only_where(&[&catalog::CHARSET], "no charset is named");
    context.checks.only_where(
        &[&catalog::REQUEST_ID],
        "the server gives requests no id, which R4 allows",
    );
    let Some(known) = known(context).await else {
        return;
    };
    let spoken = context.scenario.session.dialect.accept;
    content::encoding(&mut context.checks, &known.read);
    let weights = format!("application/fhir+xml, {spoken};q=0.9");
    let version = format!("{spoken}; fhirVersion=4.0");
    for (check, value) in [
        (&catalog::ACCEPT_ANY, "*/*"),
        (&catalog::ACCEPT_WEIGHTS, weights.as_str()),
        (&catalog::FHIR_VERSION, version.as_str()),
    ] {
        let exchange = ask(context, &known, "", Some(value)).await;
        let asked = format!("`Accept: {value}`");
        content::given(&mut context.checks, check, &exchange, &asked, &known.id);
        content::encoding(&mut context.checks, &exchange);
        content::request_id(&mut context.checks, &exchange);
    }
    let exchange = ask(context, &known, "", Some(FOREIGN)).await;
    let asked = format!("`Accept: {FOREIGN}`");
    let check = &catalog::NOT_ACCEPTABLE;
    content::not_acceptable(&mut context.checks, check, &exchange, &asked, FOREIGN);
    let exchange = ask(context, &known, "", Some("application/fhir+xml")).await;
    let asked = "`Accept: application/fhir+xml`";
    content::not_acceptable(&mut context.checks, check, &exchange, asked, "xml");
    let url = context.instance(&known.resource_type, &known.id);
    for codings in ["gzip;q=1.0, identity;q=0.5", "identity"] {
        let spec = context.request(Method::Get, &url);
        let exchange = context.send(spec.header("accept-encoding", codings)).await;
        content::compression(&mut context.checks, &exchange, codings);
    }
}

/// `_format` and `_pretty`.
pub(super) async fn format(context: &mut Context<'_, '_>) {
    context.declare(&[
        &catalog::FORMAT_JSON,
        &catalog::FORMAT_XML,
        &catalog::PRETTY,
    ]);
    let Some(known) = known(context).await else {
        return;
    };
    let spoken = context.scenario.session.dialect.accept;
    for value in ["json", "application%2Ffhir%2Bjson"] {
        let query = format!("?_format={value}");
        let exchange = ask(context, &known, &query, Some("application/fhir+xml")).await;
        let asked = format!("`_format={value}` beside `Accept: application/fhir+xml`");
        let check = &catalog::FORMAT_JSON;
        content::given(&mut context.checks, check, &exchange, &asked, &known.id);
    }
    let exchange = ask(context, &known, "?_format=xml", Some(spoken)).await;
    let check = &catalog::FORMAT_XML;
    content::not_acceptable(
        &mut context.checks,
        check,
        &exchange,
        "`_format=xml`",
        "xml",
    );
    let exchange = ask(context, &known, "?_pretty=true", Some(spoken)).await;
    context.checks.hold(
        &catalog::PRETTY,
        &exchange,
        Rule::MediaType,
        "the same resource with `_pretty=true`",
        |response| {
            if response.status != 200 {
                return Some(describe_status(response));
            }
            let (pretty, plain) = (
                crate::json::read(&response.body),
                crate::json::read(known.body()),
            );
            let same = matches!((&pretty, &plain), (Ok(pretty), Ok(plain))
                if pretty.root.to_json() == plain.root.to_json());
            (!same).then(|| "another content".to_owned())
        },
    );
}

async fn ask(
    context: &mut Context<'_, '_>,
    known: &Known,
    query: &str,
    accept: Option<&str>,
) -> Exchange {
    let url = format!(
        "{}{query}",
        context.instance(&known.resource_type, &known.id)
    );
    let mut spec = context
        .bare(Method::Get, &url)
        .header("x-request-id", REQUEST_ID);
    if let Some(accept) = accept {
        spec = spec.header("accept", accept);
    }
    context.send(spec).await
}

/// The media type of what is sent. What is sent is empty of content, so that nothing is stored.
pub(super) async fn body_types(context: &mut Context<'_, '_>) {
    context.declare(&[&catalog::BODY_TYPE_REFUSED]);
    if let Some(reason) = &context.planned.skip {
        return context.checks.skip(reason);
    }
    let Some(resource_type) = context.type_to_create() else {
        return context.checks.skip("no create is declared");
    };
    let url = context.type_address(&resource_type);
    for media_type in ["text/plain", FOREIGN] {
        let spec = context.request(Method::Post, &url).body(
            media_type,
            format!("{{\"resourceType\":\"{resource_type}\"}}"),
        );
        let exchange = context.send(spec).await;
        if matches!(exchange.status(), Some(401 | 403)) {
            let reason = format!("this account may not create {resource_type}");
            return context.checks.skip(&reason);
        }
        context.checks.status(
            &catalog::BODY_TYPE_REFUSED,
            &exchange,
            &[415],
            &format!("status 415 for a body of `{media_type}`"),
        );
    }
}

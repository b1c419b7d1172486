//! Who is let in, what answers tell, and values meant to be executed.

use serde_json::json;

use super::writing::{Carries, code_of};
use super::{Context, UNKNOWN_ID};
use crate::check::catalog;
use crate::check::exchange::describe_status;
use crate::check::protocol::guard;
use crate::finding::Rule;
use crate::http::{Exchange, Method, RequestSpec, TokenUse, percent_encoded};

/// A JSON Web Token that ended in 2001, signed with nobody's key.
const EXPIRED: &str = "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VybmFtZSI6Im5vYm9keSIsImV4cCI6OTgwMDAwMDAwfQ.c2lnbmVkLWJ5LW5vYm9keS1hdC1hbGwtMDAwMDAwMDA";
const ORIGIN: &str = "https://elsewhere.example";

/// Whether the run has an account: without one nothing can be said of those who have none.
fn has_account(exchange: &Exchange) -> bool {
    exchange
        .request
        .headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("authorization"))
}

/// A search with the token is answered: then one without it must not be.
async fn control(context: &mut Context<'_, '_>, resource_type: &str) -> Result<Exchange, String> {
    let url = format!("{}?_count=1", context.type_address(resource_type));
    let exchange = context.get(&url).await;
    if !has_account(&exchange) {
        return Err("no account was given, so that nobody can be told apart".to_owned());
    }
    Ok(exchange)
}

/// No token, on every type: a search and a read.
pub(super) async fn without_token(context: &mut Context<'_, '_>) {
    context.declare(&[&catalog::UNAUTHENTICATED, &catalog::CHALLENGE]);
    let types = context.readable_types();
    let Some(first) = types.first() else {
        return context.checks.skip("no read is declared");
    };
    if let Err(reason) = control(context, first).await {
        return context.checks.skip(&reason);
    }
    for resource_type in &types {
        let addresses = [
            context.type_address(resource_type),
            context.instance(resource_type, UNKNOWN_ID),
        ];
        for url in addresses {
            let spec = context.request(Method::Get, &url).anonymous();
            let exchange = context.send(spec).await;
            // What is not there at all needs no guard.
            if exchange.status() != Some(404) {
                let check = &catalog::UNAUTHENTICATED;
                guard::refused(
                    &mut context.checks,
                    check,
                    &exchange,
                    "a request without a token",
                );
            }
        }
    }
}

/// Tokens that are none: garbage on every type, the rest on one.
pub(super) async fn bad_tokens(context: &mut Context<'_, '_>) {
    context.declare(&[&catalog::BAD_TOKEN, &catalog::CHALLENGE]);
    let types = context.readable_types();
    let mut answering = None;
    for resource_type in &types {
        match control(context, resource_type).await {
            Err(reason) => return context.checks.skip(&reason),
            Ok(exchange) if exchange.status() == Some(200) => {
                answering = Some(resource_type.clone());
                break;
            }
            Ok(_) => {}
        }
    }
    let Some(answering) = answering else {
        return context
            .checks
            .skip("no search is answered with the token, so that nothing tells it from another");
    };
    for resource_type in &types {
        let url = context.type_address(resource_type);
        let spec = anonymous_with(context, &url, "Bearer not-a-token");
        refused(context, spec, "a token that is garbage").await;
    }
    let url = context.type_address(&answering);
    for (value, words) in [
        (EXPIRED, "an expired token of another server"),
        ("Bearer ", "an empty token"),
    ] {
        let spec = anonymous_with(context, &url, value);
        refused(context, spec, words).await;
    }
    for (token_use, words) in [
        (TokenUse::Changed, "a token with a changed signature"),
        (
            TokenUse::Unsigned,
            "a token that says it needs no signature",
        ),
        (TokenUse::OtherScheme, "a token under the scheme Basic"),
    ] {
        let spec = context.request(Method::Get, &url).token_as(token_use);
        refused(context, spec, words).await;
    }
}

fn anonymous_with(context: &mut Context<'_, '_>, url: &str, authorization: &str) -> RequestSpec {
    context
        .request(Method::Get, url)
        .anonymous()
        .header("authorization", authorization)
}

async fn refused(context: &mut Context<'_, '_>, spec: RequestSpec, words: &str) {
    let exchange = context.send(spec).await;
    if exchange.status() != Some(404) {
        guard::refused(&mut context.checks, &catalog::BAD_TOKEN, &exchange, words);
    }
}

/// Writes without a token, on every type that can be written; one of them with a body that could
/// be stored.
pub(super) async fn writes_without_token(context: &mut Context<'_, '_>) {
    context.declare(&[
        &catalog::WRITE_UNAUTHENTICATED,
        &catalog::WRITE_WITHOUT_TRACE,
        &catalog::CHALLENGE,
    ]);
    let body = match context.body('n').await {
        Ok(body) => body,
        Err(reason) => return context.checks.skip(&reason),
    };
    let resource_type = context.resource_type.clone();
    if let Err(reason) = control(context, &resource_type).await {
        return context.checks.skip(&reason);
    }
    let exchange = match context.create_with(&body, &[], Carries::Nothing).await {
        Ok(exchange) => exchange,
        Err(reason) => return context.checks.skip(&reason),
    };
    let check = &catalog::WRITE_UNAUTHENTICATED;
    guard::refused(
        &mut context.checks,
        check,
        &exchange,
        "a create without a token",
    );
    let (search, found) = context.finds_code(&resource_type, &code_of(&body)).await;
    context.checks.hold(
        &catalog::WRITE_WITHOUT_TRACE,
        &search,
        Rule::Login,
        "nothing of what was sent without a token",
        |_| found.then(|| "it is there".to_owned()),
    );
    for (interaction, method) in [
        ("create", Method::Post),
        ("update", Method::Put),
        ("delete", Method::Delete),
    ] {
        for resource_type in context.types_with(interaction) {
            let url = match method {
                Method::Post => context.type_address(&resource_type),
                _ => context.instance(&resource_type, UNKNOWN_ID),
            };
            let empty = json!({ "resourceType": resource_type, "id": UNKNOWN_ID }).to_string();
            let exchange = context
                .write(method, &url, &empty, &[], Carries::Nothing)
                .await;
            if exchange.status() != Some(404) {
                let words = format!("{method} without a token");
                guard::refused(&mut context.checks, check, &exchange, &words);
            }
        }
    }
}

/// Headers and members of answers, on every type; CORS on one.
pub(super) async fn guarded(context: &mut Context<'_, '_>) {
    context.declare(&[
        &catalog::CACHE,
        &catalog::NO_SNIFF,
        &catalog::NO_VERSIONS,
        &catalog::HSTS,
        &catalog::CORS,
        &catalog::NO_SECRETS,
    ]);
    context
        .checks
        .only_where(&[&catalog::HSTS], "the server is asked over http");
    for resource_type in context.readable_types() {
        if let Ok(known) = context.known(&resource_type).await {
            guard::answer(&mut context.checks, &known.read);
            // A price list may be cached by whom it pleases.
            if crate::redaction::has_personal_data(&resource_type) {
                guard::not_for_caches(&mut context.checks, &known.read);
            }
        }
    }
    let types = context.readable_types();
    let types: Vec<&str> = types.iter().map(String::as_str).collect();
    if let Ok(known) = context.known_of(&types).await {
        let url = context.instance(&known.resource_type, &known.id);
        let spec = context.request(Method::Get, &url).header("origin", ORIGIN);
        let exchange = context.send(spec).await;
        guard::cors(&mut context.checks, &exchange, ORIGIN);
    }
    context.checks.unseen("no resource could be read");
}

/// Values meant to be executed. What none of them finds is told by a value that is only unknown.
pub(super) async fn injection(context: &mut Context<'_, '_>) {
    context.declare(&[&catalog::INJECTION, &catalog::INJECTION_HEADER]);
    let resource_type = if context
        .types_with("search-type")
        .iter()
        .any(|it| it == "Patient")
    {
        "Patient"
    } else {
        "Location"
    };
    let address = context.type_address(resource_type);
    let url = |value: &str| format!("{address}?identifier={}", percent_encoded(value));
    let control = context.get(&url("CT0000000000")).await;
    // A server that breaks down over every unknown code says that it found nothing all the same.
    let (is_answered, breaks_down) = match control.status() {
        Some(status) => (status == 200 || status >= 500, status >= 500),
        None => (false, false),
    };
    if !is_answered {
        return context
            .checks
            .skip("a search for a code that nobody has is refused");
    }
    let most = matches(&control);
    let expected = if breaks_down {
        "no match, as any other unknown value has none".to_owned()
    } else {
        format!("no more matches than any unknown value has ({most}), and no server error")
    };
    let some = context.get(&format!("{address}?_count=1")).await;
    let has_content = matches(&some) > 0;
    if !has_content {
        let reason = "the server has nothing that a value could find";
        context.checks.of(&catalog::INJECTION).unseen(reason);
    }
    for value in [
        "' OR '1'='1",
        "x'; SELECT pg_sleep(0)--",
        "\" OR \"\"=\"",
        "<script>alert(1)</script>",
        "../../../../etc/passwd",
        "${7*7}{{7*7}}",
        "x\r\nX-Injected: yes",
    ] {
        let exchange = context.get(&url(value)).await;
        let found = matches(&exchange);
        let errs = exchange.status().is_some_and(|status| status >= 500) && !breaks_down;
        if has_content || errs {
            context.checks.hold(
                &catalog::INJECTION,
                &exchange,
                Rule::SearchResult,
                &expected,
                |response| {
                    if errs {
                        return Some(describe_status(response));
                    }
                    (response.status == 200 && found > most).then(|| format!("{found}"))
                },
            );
        }
        context.checks.hold(
            &catalog::INJECTION_HEADER,
            &exchange,
            Rule::Header,
            "no header made by a value",
            |response| {
                response
                    .header("x-injected")
                    .map(|_| "the header `X-Injected`".to_owned())
            },
        );
    }
}

/// Levels of a body that is deeper than any resource.
const DEEP: usize = 1_500;

/// Bodies made to break who reads them. Each is a resource of another type than the address has, so
/// that none can be stored; how the server refuses that alone is the measure.
pub(super) async fn hostile_bodies(context: &mut Context<'_, '_>) {
    context.declare(&[&catalog::HOSTILE_BODY]);
    if let Some(reason) = &context.planned.skip {
        return context.checks.skip(reason);
    }
    let Some(resource_type) = context.type_to_create() else {
        return context.checks.skip("no create is declared");
    };
    let basic = |rest: &str| format!("{{\"resourceType\":\"Basic\",{rest}}}");
    let control = context
        .post(&resource_type, &basic("\"code\":{\"text\":\"x\"}"))
        .await;
    if !control
        .status()
        .is_some_and(|status| matches!(status, 400 | 404 | 405 | 409 | 415 | 422))
    {
        let reason = "a body of another type that is otherwise right is not refused with a status \
                      from 400 to 499, so that nothing tells what a hostile one would add";
        return context.checks.skip(reason);
    }
    let (open, close) = ("[{\"extension\":".repeat(DEEP), "}]".repeat(DEEP));
    let deep = format!("\"extension\":{open}[]{close}");
    for (body, words) in [
        (
            basic("\"code\":{\"text\":\"x\"},\"code\":{\"text\":\"y\"}"),
            "a property that stands there twice",
        ),
        (
            basic("\"code\":{\"text\":NaN}"),
            "a number that JSON does not have",
        ),
        (
            basic("\"code\":{\"text\":1e400}"),
            "a number that no computer holds",
        ),
        (basic(&deep), "a body of 1500 levels"),
        (
            format!("\u{feff}{}", basic("\"code\":{\"text\":\"x\"}")),
            "a mark of the byte order before the body",
        ),
        (
            basic("\"code\":{\"text\":\"\\u0000\\ud800\"}"),
            "text with half a character",
        ),
    ] {
        let exchange = context.post(&resource_type, &body).await;
        context.checks.hold(
            &catalog::HOSTILE_BODY,
            &exchange,
            Rule::Status,
            &format!("{words} to be refused with a status from 400 to 499"),
            |response| (!matches!(response.status, 400..=499)).then(|| describe_status(response)),
        );
    }
}

fn matches(exchange: &Exchange) -> usize {
    super::writing::json(exchange)
        .and_then(|bundle| Some(bundle["entry"].as_array()?.len()))
        .unwrap_or_default()
}

/// A login with an account that nobody has, and half of a login: two tries, never more.
pub(super) async fn wrong_password(context: &mut Context<'_, '_>) {
    context.declare(&[
        &catalog::WRONG_PASSWORD,
        &catalog::LOGIN_SILENT,
        &catalog::MALFORMED_LOGIN,
        &catalog::TOKEN_EXPIRY,
    ]);
    let session = context.scenario.session;
    let name = format!("ct{}", uuid::Uuid::new_v4().simple());
    for (body, check, status, words) in [
        (
            json!({ "username": name, "password": "wrong-password" }),
            &catalog::WRONG_PASSWORD,
            401,
            "status 401 for a user or password that is wrong",
        ),
        (
            json!({ "username": name }),
            &catalog::MALFORMED_LOGIN,
            400,
            "status 400 for a login without a password",
        ),
    ] {
        let id = context.scenario.next_id();
        let exchange = session.client.try_login(&id, &body).await;
        context.scenario.sent(&exchange);
        context.exchanges.push(exchange.clone());
        context
            .checks
            .hold(check, &exchange, Rule::Login, words, |response| {
                (response.status != status).then(|| format!("status {}", response.status))
            });
        if check.id == catalog::WRONG_PASSWORD.id {
            guard::silent(&mut context.checks, &exchange);
        }
    }
    expiry(context).await;
}

/// The login with the run's own account says until when its token is good.
async fn expiry(context: &mut Context<'_, '_>) {
    let session = context.scenario.session;
    let Some(login) = session.client.login().await else {
        let reason = "no account was given";
        return context.checks.of(&catalog::TOKEN_EXPIRY).unseen(reason);
    };
    let exchange = login.exchange;
    context.scenario.sent(&exchange);
    context.exchanges.push(exchange.clone());
    let body = super::writing::json(&exchange);
    let date = exchange
        .response()
        .and_then(|it| it.header("date"))
        .and_then(crate::check::protocol::headers::http_date);
    context.checks.hold(
        &catalog::TOKEN_EXPIRY,
        &exchange,
        Rule::Login,
        "an `exp` in the future",
        |_| {
            let Some(exp) = body.as_ref().and_then(|it| it["exp"].as_i64()) else {
                return Some("no `exp`".to_owned());
            };
            let now = date.unwrap_or_else(jiff::Timestamp::now).as_second();
            (exp <= now).then(|| "one that is over".to_owned())
        },
    );
}

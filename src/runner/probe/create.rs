//! Creates: who gives id and version, what `Prefer` changes, what must not be stored.

use serde_json::json;

use super::Context;
use super::writing::{Carries, code_of, id_of, json, sent};
use crate::check::exchange::describe_status;
use crate::check::protocol::{is_success, refusal};
use crate::check::{Check, catalog};
use crate::finding::Rule;
use crate::http::Exchange;

/// What a client might call its resource.
const CLIENT_ID: &str = "c11e0000-0000-4000-8000-00000000c0de";

/// Who gives a new resource its id, version and time.
pub(super) async fn identity(context: &mut Context<'_, '_>) {
    context.declare(&[
        &catalog::CREATE_ID,
        &catalog::CREATE_META,
        &catalog::LOCATION_READS,
        &catalog::CREATE_ETAG,
    ]);
    context.checks.only_where(
        &[&catalog::CREATE_META, &catalog::CREATE_ETAG],
        "what was created has no versionId or lastUpdated",
    );
    let plain = match context.body('i').await {
        Ok(body) => body,
        Err(reason) => return context.checks.skip(&reason),
    };
    let mut body = plain.clone();
    body["id"] = json!(CLIENT_ID);
    body["meta"]["versionId"] = json!("4711");
    body["meta"]["lastUpdated"] = json!("2001-02-03T04:05:06Z");
    let exchange = match context.create(&body).await {
        Ok(exchange) => exchange,
        Err(reason) => return context.checks.skip(&reason),
    };
    if !exchange.status().is_some_and(is_success) {
        return refused_for_its_id(context, &plain, &exchange).await;
    }
    let resource_type = context.resource_type.clone();
    let id = id_of(&exchange, &resource_type);
    context.checks.hold(
        &catalog::CREATE_ID,
        &exchange,
        Rule::RoundTrip,
        "an id that the server gave",
        |_| (id.as_deref() == Some(CLIENT_ID)).then(|| "the id that was sent".to_owned()),
    );
    if let Some(location) = exchange.response().and_then(|it| it.header("location")) {
        let location = location.to_owned();
        location_reads(context, &location, id.as_deref()).await;
    } else {
        let reason = "the create answered no Location";
        context.checks.of(&catalog::LOCATION_READS).unseen(reason);
    }
    if let Some(id) = id {
        stored_meta(context, &exchange, &id).await;
    }
}

/// A create with an id was refused. Whether for the id, a create without one shows.
async fn refused_for_its_id(
    context: &mut Context<'_, '_>,
    plain: &serde_json::Value,
    refused: &Exchange,
) {
    match context.created(plain).await {
        Ok(_) => context.checks.hold(
            &catalog::CREATE_ID,
            refused,
            Rule::Status,
            "an id that the client sent to be ignored, as a create without one is carried out",
            |response| Some(describe_status(response)),
        ),
        Err(reason) => context.checks.skip(&reason),
    }
    context
        .checks
        .unseen("a create with an id, versionId and lastUpdated was refused");
}

async fn location_reads(context: &mut Context<'_, '_>, location: &str, id: Option<&str>) {
    let url = if context.scenario.session.dialect.trailing_slash && !location.ends_with('/') {
        format!("{location}/")
    } else {
        location.to_owned()
    };
    let exchange = context.get(&url).await;
    context.checks.hold(
        &catalog::LOCATION_READS,
        &exchange,
        Rule::Header,
        "the new resource at the address of the Location header",
        |response| {
            if response.status != 200 {
                return Some(describe_status(response));
            }
            let found = json(&exchange);
            let found = found.as_ref().and_then(|it| it["id"].as_str());
            (found != id).then(|| format!("the id `{}`", found.unwrap_or("none")))
        },
    );
}

/// Version and time, as a read shows them.
async fn stored_meta(context: &mut Context<'_, '_>, created: &Exchange, id: &str) {
    let url = context.instance(&context.resource_type.clone(), id);
    let read = context.get(&url).await;
    let Some(meta) = json(&read).map(|it| it["meta"].clone()) else {
        return;
    };
    if meta.get("versionId").is_none() && meta.get("lastUpdated").is_none() {
        return;
    }
    for exchange in [created, &read] {
        let Some(meta) = json(exchange).map(|it| it["meta"].clone()) else {
            continue;
        };
        let updated = meta["lastUpdated"].as_str().unwrap_or_default();
        let kept = meta["versionId"] == "4711" || updated.starts_with("2001-");
        context.checks.hold(
            &catalog::CREATE_META,
            exchange,
            Rule::RoundTrip,
            "a versionId and a lastUpdated that the server gave",
            |_| kept.then(|| "those that were sent".to_owned()),
        );
    }
    if meta.get("versionId").is_some() {
        context.checks.hold(
            &catalog::CREATE_ETAG,
            created,
            Rule::Header,
            "an ETag header, as the new resource has a versionId",
            |response| {
                response
                    .header("etag")
                    .is_none()
                    .then(|| "no such header".to_owned())
            },
        );
    }
}

/// `Prefer: return`.
pub(super) async fn prefer(context: &mut Context<'_, '_>) {
    context.declare(&[
        &catalog::PREFER_MINIMAL,
        &catalog::PREFER_OUTCOME,
        &catalog::PREFER_REPRESENTATION,
    ]);
    for (letter, preference) in [
        ('m', "return=minimal"),
        ('o', "return=OperationOutcome"),
        ('n', "return=representation"),
    ] {
        let body = match context.body(letter).await {
            Ok(body) => body,
            Err(reason) => return context.checks.skip(&reason),
        };
        let headers = [("prefer", preference)];
        let exchange = match context.create_with(&body, &headers, Carries::Token).await {
            Ok(exchange) => exchange,
            Err(reason) => return context.checks.skip(&reason),
        };
        if !exchange.status().is_some_and(is_success) {
            let reason = "the create that prefers was not carried out";
            context.checks.unseen(reason);
            continue;
        }
        judge_preference(context, letter, &exchange);
    }
}

fn judge_preference(context: &mut Context<'_, '_>, letter: char, exchange: &Exchange) {
    let found = json(exchange);
    let found = found.as_ref().and_then(|it| it["resourceType"].as_str());
    let found = found.map_or("no resource".to_owned(), |it| format!("a {it}"));
    let resource_type = context.resource_type.clone();
    let (check, wanted, preference) = match letter {
        'm' => {
            return context.checks.hold(
                &catalog::PREFER_MINIMAL,
                exchange,
                Rule::Header,
                "no body, as `Prefer: return=minimal` asks",
                |response| (!response.body.trim().is_empty()).then(|| "a body".to_owned()),
            );
        }
        'o' => (
            &catalog::PREFER_OUTCOME,
            "OperationOutcome",
            "OperationOutcome",
        ),
        _ => (
            &catalog::PREFER_REPRESENTATION,
            resource_type.as_str(),
            "representation",
        ),
    };
    let article = if letter == 'o' { "an" } else { "a" };
    context.checks.hold(
        check,
        exchange,
        Rule::Header,
        &format!("{article} {wanted}, as `Prefer: return={preference}` asks"),
        |_| (found != format!("a {wanted}")).then_some(found),
    );
}

/// Content that must not be stored.
pub(super) async fn refused(context: &mut Context<'_, '_>) {
    context.declare(&[
        &catalog::CREATE_REFUSED,
        &catalog::UNKNOWN_ELEMENT_REFUSED,
        &catalog::EMPTY_VALUE_REFUSED,
        &catalog::REFUSED_NOT_STORED,
        &catalog::BAD_INPUT,
    ]);
    context.checks.only_where(
        &[&catalog::BAD_INPUT],
        "nothing was answered with a server error",
    );
    for (letter, wrong) in [
        ('r', Wrong::Gender),
        ('x', Wrong::LongCode),
        ('y', Wrong::NoCode),
        ('s', Wrong::UnknownElement),
        ('q', Wrong::EmptyText),
        ('t', Wrong::EmptyList),
        ('v', Wrong::EmptyObject),
        ('z', Wrong::Null),
    ] {
        let mut body = match context.body(letter).await {
            Ok(body) => body,
            Err(reason) => return context.checks.skip(&reason),
        };
        let code = wrong.spoil(&mut body);
        let exchange = match context.create(&body).await {
            Ok(exchange) => exchange,
            Err(reason) => return context.checks.skip(&reason),
        };
        judge_refused(context, &exchange, wrong);
        if let Some(code) = code
            && !exchange.status().is_some_and(is_success)
        {
            let resource_type = context.resource_type.clone();
            let (search, found) = context.finds_code(&resource_type, &code).await;
            context.checks.hold(
                &catalog::REFUSED_NOT_STORED,
                &search,
                Rule::RoundTrip,
                "nothing of what was refused",
                |_| found.then(|| "it is there".to_owned()),
            );
        }
    }
    context.checks.unseen("nothing was refused");
}

fn judge_refused(context: &mut Context<'_, '_>, exchange: &Exchange, wrong: Wrong) {
    let check = wrong.check();
    let words = wrong.words();
    let status = exchange.status().unwrap_or_default();
    if status >= 500 {
        refusal::bad_input(&mut context.checks, exchange, words);
    } else {
        context.checks.hold(
            check,
            exchange,
            Rule::Status,
            &format!("{words} to be refused with a status from 400 to 499"),
            |response| is_success(response.status).then(|| describe_status(response)),
        );
    }
    refusal::explanation(&mut context.checks, exchange, None);
}

/// How a body is spoilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Gender,
    LongCode,
    NoCode,
    UnknownElement,
    EmptyText,
    EmptyList,
    EmptyObject,
    Null,
}

impl Wrong {
    const fn check(self) -> &'static Check {
        match self {
            Self::Gender | Self::LongCode | Self::NoCode => &catalog::CREATE_REFUSED,
            Self::UnknownElement => &catalog::UNKNOWN_ELEMENT_REFUSED,
            Self::EmptyText | Self::EmptyList | Self::EmptyObject | Self::Null => {
                &catalog::EMPTY_VALUE_REFUSED
            }
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Gender => "a gender that R4 does not define",
            Self::LongCode => "an insuree code of more than twelve characters",
            Self::NoCode => "an insuree without a code",
            Self::UnknownElement => "an element that R4 does not define",
            Self::EmptyText => "an empty text",
            Self::EmptyList => "an empty array",
            Self::EmptyObject => "an empty object",
            Self::Null => "a null",
        }
    }

    /// Spoils a body; gives the code by which it could be found.
    fn spoil(self, body: &mut serde_json::Value) -> Option<String> {
        match self {
            Self::Gender => body["gender"] = json!("fine"),
            Self::LongCode => {
                body["identifier"][0]["value"] = json!(format!("{}XX", code_of(body)));
            }
            Self::NoCode => {
                if let Some(members) = body.as_object_mut() {
                    members.remove("identifier");
                }
                return None;
            }
            Self::UnknownElement => body["colour"] = json!("red"),
            // Elements that nobody needs: it is the emptiness that is refused.
            Self::EmptyText => body["language"] = json!(""),
            Self::EmptyList => body["contact"] = json!([]),
            Self::EmptyObject => body["managingOrganization"] = json!({}),
            Self::Null => body["language"] = json!(null),
        }
        Some(code_of(body))
    }
}

/// The same payload twice; the first time, the total of all has to grow.
pub(super) async fn twice(context: &mut Context<'_, '_>) {
    context.declare(&[&catalog::CREATE_TWICE, &catalog::PAGING_TOTAL_AFTER_CREATE]);
    context.checks.only_where(
        &[&catalog::PAGING_TOTAL_AFTER_CREATE],
        "the server gives no total, which R4 allows",
    );
    let body = match context.body('w').await {
        Ok(body) => body,
        Err(reason) => return context.checks.skip(&reason),
    };
    let before = total(&all(context).await);
    if let Err(reason) = context.created(&body).await {
        return context.checks.skip(&reason);
    }
    if let Some(before) = before {
        let answer = all(context).await;
        context.checks.hold(
            &catalog::PAGING_TOTAL_AFTER_CREATE,
            &answer,
            Rule::SearchResult,
            &format!("a total above {before}, as a resource was created since"),
            |_| {
                let after = total(&answer).filter(|after| *after <= before);
                after.map(|after| format!("the total {after}"))
            },
        );
    }
    match context.create(&body).await {
        Err(reason) => context.checks.skip(&reason),
        Ok(exchange) => {
            context.checks.hold(
                &catalog::CREATE_TWICE,
                &exchange,
                Rule::Status,
                "a code that is taken to be refused with a status from 400 to 499",
                |response| {
                    (!matches!(response.status, 400..=499)).then(|| describe_status(response))
                },
            );
            refusal::explanation(&mut context.checks, &exchange, None);
        }
    }
}

/// The first page of everything.
async fn all(context: &mut Context<'_, '_>) -> Exchange {
    let url = context.type_address(&context.resource_type.clone());
    context.get(&format!("{url}?_count=2")).await
}

fn total(answer: &Exchange) -> Option<u64> {
    json(answer)?["total"].as_u64()
}

/// Text that is hard to keep, sent and read back.
pub(super) async fn kept_text(
    context: &mut Context<'_, '_>,
    check: &'static crate::check::Check,
    letter: char,
    family: &str,
    given: &str,
) {
    context.declare(&[check]);
    let mut body = match context.body(letter).await {
        Ok(body) => body,
        Err(reason) => return context.checks.skip(&reason),
    };
    body["name"][0]["family"] = json!(family);
    body["name"][0]["given"] = json!([given]);
    let exchange = match context.create(&body).await {
        Ok(exchange) => exchange,
        Err(reason) => return context.checks.skip(&reason),
    };
    let resource_type = context.resource_type.clone();
    let status = exchange.status().unwrap_or_default();
    let Some(id) = id_of(&exchange, &resource_type).filter(|_| is_success(status)) else {
        return not_stored(context, check, &exchange);
    };
    let url = context.instance(&resource_type, &id);
    let read = context.get(&url).await;
    let (sent, found) = (sent(&exchange), json(&read));
    let names = |body: &Option<serde_json::Value>| {
        let name = body.as_ref().map(|it| it["name"][0].clone());
        name.map(|it| format!("{} {}", it["family"], it["given"][0]))
    };
    let (sent, found) = (names(&sent), names(&found));
    context.checks.hold(
        check,
        &read,
        Rule::RoundTrip,
        "the name as it was sent",
        |response| {
            if response.status != 200 {
                return Some(describe_status(response));
            }
            (sent != found).then(|| "another one".to_owned())
        },
    );
}

/// Text that was not stored, though the same body with a plain name is. What looks like an attack
/// may be refused.
fn not_stored(
    context: &mut Context<'_, '_>,
    check: &'static crate::check::Check,
    exchange: &Exchange,
) {
    let expected = "the text to be stored, or refused with a status from 400 to 499";
    context
        .checks
        .hold(check, exchange, Rule::Status, expected, |response| {
            (response.status >= 500).then(|| describe_status(response))
        });
}

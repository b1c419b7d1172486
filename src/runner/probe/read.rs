//! Reads: headers, HEAD, conditional reads, parts, impossible ids, business codes.

use super::Context;
use super::known::Known;
use crate::check::catalog;
use crate::check::exchange::describe_status;
use crate::check::protocol::{headers, refusal};
use crate::fhir::ConditionalReadStatus;
use crate::finding::Rule;
use crate::http::{Exchange, Method};
use crate::json::Node;

/// The known resource of the step's type; without one all checks are left out.
async fn known(context: &mut Context<'_, '_>) -> Option<Known> {
    let resource_type = context.resource_type.clone();
    match context.known(&resource_type).await {
        Ok(known) => Some(known),
        Err(reason) => {
            context.checks.skip(&reason);
            None
        }
    }
}

/// ETag and Last-Modified of a read.
pub(super) async fn headers(context: &mut Context<'_, '_>) {
    context.declare(&[
        &catalog::READ_ETAG,
        &catalog::READ_ETAG_VERSION,
        &catalog::READ_ETAG_WEAK,
        &catalog::READ_LAST_MODIFIED,
        &catalog::READ_LAST_UPDATED,
    ]);
    context.checks.only_where(
        &[
            &catalog::READ_ETAG,
            &catalog::READ_ETAG_VERSION,
            &catalog::READ_ETAG_WEAK,
        ],
        "the resource has no meta.versionId, or the read no ETag: there are no versions to compare",
    );
    context.checks.only_where(
        &[&catalog::READ_LAST_UPDATED],
        "the resource has no meta.lastUpdated, or the read no Last-Modified",
    );
    let Some(known) = known(context).await else {
        return;
    };
    if let Ok(document) = crate::json::read(known.body()) {
        headers::version(&mut context.checks, &known.read, &document.root);
    }
}

/// HEAD beside GET.
pub(super) async fn head(context: &mut Context<'_, '_>) {
    context.declare(&[&catalog::HEAD, &catalog::HEAD_HEADERS]);
    context
        .checks
        .only_where(&[&catalog::HEAD_HEADERS], "HEAD is not answered as GET is");
    let Some(known) = known(context).await else {
        return;
    };
    let url = context.instance(&known.resource_type, &known.id);
    let spec = context.request(Method::Head, &url);
    let head = context.send(spec).await;
    headers::head(&mut context.checks, &known.read, &head);
}

/// If-None-Match and If-Modified-Since.
pub(super) async fn conditional(context: &mut Context<'_, '_>) {
    context.declare(&[
        &catalog::CONDITIONAL_READ_STATUS,
        &catalog::NOT_MODIFIED,
        &catalog::MODIFIED,
    ]);
    context.checks.only_where(
        &[&catalog::CONDITIONAL_READ_STATUS, &catalog::MODIFIED],
        "a read has neither ETag nor Last-Modified: there is nothing to make a condition of",
    );
    context.checks.only_where(
        &[&catalog::NOT_MODIFIED],
        "the server does not declare conditional reads, and answers them in full",
    );
    let promise: Option<ConditionalReadStatus> = context
        .stated()
        .and_then(|resource| resource.conditional_read);
    let Some(known) = known(context).await else {
        return;
    };
    let url = context.instance(&known.resource_type, &known.id);
    let value = |name: &str| {
        known
            .read
            .response()
            .and_then(|response| response.header(name).map(str::to_owned))
    };
    if let Some(etag) = value("etag") {
        let same = ask(context, &url, "if-none-match", &etag).await;
        headers::not_modified(&mut context.checks, &same, "If-None-Match", promise);
        let other = ask(context, &url, "if-none-match", "W/\"no-such-version\"").await;
        headers::modified(&mut context.checks, &other, "If-None-Match");
    }
    if let Some(modified) = value("last-modified") {
        let same = ask(context, &url, "if-modified-since", &modified).await;
        headers::not_modified(&mut context.checks, &same, "If-Modified-Since", promise);
    }
}

async fn ask(context: &mut Context<'_, '_>, url: &str, header: &str, value: &str) -> Exchange {
    let spec = context.request(Method::Get, url).header(header, value);
    context.send(spec).await
}

/// `_summary` and `_elements` on a read.
pub(super) async fn subset(context: &mut Context<'_, '_>) {
    context.declare(&[
        &catalog::READ_SUBSET,
        &catalog::READ_SUBSETTED,
        &catalog::READ_MANDATORY,
    ]);
    context.checks.only_where(
        &[&catalog::READ_SUBSETTED, &catalog::READ_MANDATORY],
        "the server answers whole resources, which R4 allows",
    );
    let Some(known) = known(context).await else {
        return;
    };
    for parameter in ["_summary=true", "_elements=identifier"] {
        let url = format!(
            "{}?{parameter}",
            context.instance(&known.resource_type, &known.id)
        );
        let part = context.get(&url).await;
        context.checks.hold(
            &catalog::READ_SUBSET,
            &part,
            Rule::Status,
            &format!("status 200 for a read with `{parameter}`"),
            |response| (response.status != 200).then(|| describe_status(response)),
        );
        judge_part(context, &known, &part);
    }
}

fn judge_part(context: &mut Context<'_, '_>, known: &Known, part: &Exchange) {
    let Some(response) = part.response().filter(|it| it.status == 200) else {
        return;
    };
    let (Ok(whole), Ok(found)) = (
        crate::json::read(known.body()),
        crate::json::read(&response.body),
    ) else {
        return;
    };
    let is_part = whole
        .root
        .members()
        .iter()
        .any(|member| member.name != "meta" && found.root.get(&member.name).is_none());
    if !is_part {
        return;
    }
    context.checks.hold(
        &catalog::READ_SUBSETTED,
        part,
        Rule::SearchResult,
        "the tag SUBSETTED on a part of a resource",
        |_| (!is_subsetted(&found.root)).then(|| "no such tag".to_owned()),
    );
    context.checks.hold(
        &catalog::READ_MANDATORY,
        part,
        Rule::SearchResult,
        &format!("a {} with the id of the address", known.resource_type),
        |_| {
            let keeps = found.root.str("resourceType") == Some(known.resource_type.as_str())
                && found.root.str("id") == Some(known.id.as_str());
            (!keeps).then(|| "a part without them".to_owned())
        },
    );
}

fn is_subsetted(resource: &Node<'_>) -> bool {
    resource
        .get("meta")
        .and_then(|meta| meta.get("tag"))
        .is_some_and(|tags| {
            tags.entries()
                .iter()
                .any(|tag| tag.str("code") == Some("SUBSETTED"))
        })
}

/// An id that no resource can have.
pub(super) async fn malformed(context: &mut Context<'_, '_>) {
    context.declare(&[&catalog::READ_MALFORMED]);
    context.declare(&refusal::OF_EVERY_REFUSAL);
    if !context.planned.required {
        let declared = &context.scenario.session.declared;
        if !declared.promises(&context.resource_type, "read") {
            let reason = "neither the guide nor the server declares a read of this type";
            context.checks.skip(reason);
            return;
        }
    }
    let resource_type = context.resource_type.clone();
    let url = context.instance(&resource_type, "no_id~");
    let exchange = context.get(&url).await;
    refusal::judge(&mut context.checks, &exchange, refusal::Reason::MalformedId);
    // The control: where not even a search is answered, whatever is asked is refused.
    let known = context.known(&resource_type).await;
    if let (Err(reason), Some(false)) = (known, context.scenario.searched.get(&resource_type)) {
        context.checks.skip(&reason);
    }
    context
        .checks
        .only_where(&refusal::OF_EVERY_REFUSAL, "the read did not fail");
}

/// A business code in the place of the id.
pub(super) async fn by_code(context: &mut Context<'_, '_>) {
    context.declare(&[&catalog::READ_BY_CODE, &catalog::READ_BY_CODE_ID]);
    context.checks.only_where(
        &[&catalog::READ_BY_CODE, &catalog::READ_BY_CODE_ID],
        "the resource has no business code that could stand in an address, or the server does \
         not read by it",
    );
    let Some(known) = known(context).await else {
        return;
    };
    let Ok(document) = crate::json::read(known.body()) else {
        return;
    };
    let Some(code) = business_code(&document.root, &known.id) else {
        return;
    };
    let url = context.instance(&known.resource_type, &code);
    let exchange = context.get(&url).await;
    let Some(response) = exchange.response().filter(|it| it.status == 200) else {
        return;
    };
    let found = crate::json::read(&response.body).ok();
    let found = found.as_ref().map(|document| &document.root);
    let has_code = found.is_some_and(|found| {
        found.str("id") == Some(known.id.as_str())
            || codes(found).any(|found| found == code)
            || found.str("id") == Some(code.as_str())
    });
    context.checks.hold(
        &catalog::READ_BY_CODE,
        &exchange,
        Rule::Address,
        "the entity whose code stands in the address",
        |_| (!has_code).then(|| "another one".to_owned()),
    );
    let id = found.and_then(|found| found.str("id"));
    context.checks.hold(
        &catalog::READ_BY_CODE_ID,
        &exchange,
        Rule::Address,
        "the id that stands in the address",
        |_| (id != Some(code.as_str())).then(|| format!("the id `{}`", id.unwrap_or("none"))),
    );
    context.note("the server reads by business code too");
}

fn codes<'n>(resource: &'n Node<'_>) -> impl Iterator<Item = &'n str> {
    let identifiers = resource
        .get("identifier")
        .map_or(&[][..], Node::entries_or_self);
    identifiers.iter().filter_map(|it| it.str("value"))
}

/// A code of the resource that is no id of it, and can stand in an address.
fn business_code(resource: &Node<'_>, id: &str) -> Option<String> {
    let legal = |code: &&str| {
        (1..=64).contains(&code.len())
            && code
                .chars()
                .all(|it| it.is_ascii_alphanumeric() || "-.".contains(it))
    };
    codes(resource)
        .filter(legal)
        .find(|code| *code != id && uuid::Uuid::parse_str(code).is_err())
        .map(str::to_owned)
}

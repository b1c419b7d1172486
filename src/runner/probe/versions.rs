//! Versions and history of a resource: properly where they are declared, and one look where not.

use super::Context;
use crate::check::catalog;
use crate::check::exchange::describe_status;
use crate::check::protocol::{Checks, history, refusal};
use crate::finding::Rule;
use crate::http::Exchange;
use crate::json::Node;

/// The most versions that a history is walked over for.
const MOST_PAGES: usize = 10;
/// Why nothing is asked of a history.
pub(super) const NO_HISTORY: &str =
    "neither the guide nor the server declares the history of this type";

/// vread and history of the known resource of the step's type.
pub(super) async fn perform(context: &mut Context<'_, '_>) {
    let declared = &context.scenario.session.declared;
    let promised = |code: &str| declared.promises(&context.resource_type, code);
    let (vread, history) = (promised("vread"), promised("history-instance"));
    let resource_type = context.resource_type.clone();
    if vread {
        context.declare(&[&catalog::VREAD, &catalog::VREAD_UNKNOWN]);
    }
    if history {
        context.declare(&[&catalog::HISTORY, &catalog::HISTORY_ENTRIES]);
        let reason = "the history has no entry that says when it was made";
        let since = [&catalog::HISTORY_SINCE];
        context.checks.bind_only_where(&since, reason);
    }
    if !vread && !history {
        let versions = [&catalog::VREAD, &catalog::HISTORY, &catalog::HISTORY_SINCE];
        context.checks.only_where(
            &versions,
            "neither the guide nor the server declares versions of this type",
        );
        return;
    }
    let known = match context.known(&resource_type).await {
        Ok(known) => known,
        Err(reason) => {
            context.checks.skip(&reason);
            return;
        }
    };
    let version = crate::json::read(known.body())
        .ok()
        .and_then(|document| Some(document.root.get("meta")?.str("versionId")?.to_owned()));
    if vread {
        self::vread(context, &known.id, version.as_deref()).await;
    }
    if history {
        let url = context.below(&resource_type, &known.id, "_history");
        let exchange = context.get(&url).await;
        judge_history(context, &exchange);
        ask_since(context, &exchange).await;
        ask_by_pages(context, &exchange).await;
    }
}

/// Asks for what was made since the newest version, and since a moment after it: once all that is
/// older goes, once everything.
async fn ask_since(context: &mut Context<'_, '_>, whole: &Exchange) {
    let versions = history::told(whole).unwrap_or_default();
    let Some(newest) = versions.iter().filter_map(|it| it.at).max() else {
        return;
    };
    for later in [0, 2] {
        let Ok(since) = jiff::Timestamp::from_second(newest.as_second() + later) else {
            return;
        };
        let page = ask(context, whole, "_since", &since.to_string()).await;
        history::since(&mut context.checks, &page, &versions);
    }
}

/// Walks over a history of several versions, one to a page.
pub(super) async fn ask_by_pages(context: &mut Context<'_, '_>, whole: &Exchange) {
    let versions = history::told(whole).unwrap_or_default();
    if versions.len() < 2 {
        return;
    }
    let mut walk = vec![ask(context, whole, "_count", "1").await];
    history::count(&mut context.checks, &walk[0]);
    if history::next(whole).is_some() || versions.len() > MOST_PAGES {
        return;
    }
    while walk.len() <= versions.len()
        && let Some(next) = walk.last().and_then(history::next)
    {
        walk.push(context.get(&next).await);
    }
    history::pages(&mut context.checks, &versions, &walk);
}

/// The same history with a parameter.
async fn ask(context: &mut Context<'_, '_>, whole: &Exchange, name: &str, value: &str) -> Exchange {
    let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let url = format!("{}?{name}={value}", whole.request.url);
    context.get(&url).await
}

/// What the history says of a delete, and what a read of that version answers. A server may forget
/// what was deleted altogether (R4 3.1.0.7).
pub(super) async fn of_deleted(context: &mut Context<'_, '_>, id: &str, is_gone: bool) {
    let resource_type = context.resource_type.clone();
    let declared = &context.scenario.session.declared;
    let promised = |code: &str| declared.promises(&resource_type, code);
    let (vread, history) = (promised("vread"), promised("history-instance"));
    let reason = match (history, is_gone) {
        (false, _) => NO_HISTORY,
        (true, false) => "what was deleted is not gone",
        (true, true) => "the history does not tell of the delete, or versions cannot be read",
    };
    let checks = [&catalog::HISTORY_DELETED, &catalog::VREAD_DELETED];
    context.checks.bind_only_where(&checks, reason);
    if !history || !is_gone {
        return;
    }
    let url = context.below(&resource_type, id, "_history");
    let exchange = context.get(&url).await;
    let told = history::told(&exchange);
    if told.is_none() && exchange.status() == Some(200) {
        return;
    }
    let delete = told.into_iter().flatten().find(|it| it.is_delete);
    context.checks.hold(
        &catalog::HISTORY_DELETED,
        &exchange,
        Rule::Bundle,
        "a history that tells of the delete, or status 404 or 410",
        |response| match response.status {
            200 => delete.is_none().then(|| "no entry of a delete".to_owned()),
            404 | 410 => None,
            _ => Some(describe_status(response)),
        },
    );
    if let Some(version) = delete.and_then(|it| it.version).filter(|_| vread) {
        let url = context.below(&resource_type, id, &format!("_history/{version}"));
        let exchange = context.get(&url).await;
        context.checks.status(
            &catalog::VREAD_DELETED,
            &exchange,
            &[410],
            "status 410 for the version that is the delete",
        );
    }
}

async fn vread(context: &mut Context<'_, '_>, id: &str, version: Option<&str>) {
    let resource_type = context.resource_type.clone();
    match version {
        None => context
            .checks
            .of(&catalog::VREAD)
            .skip("the resource has no versionId to read by"),
        Some(version) => {
            let url = context.below(&resource_type, id, &format!("_history/{version}"));
            let exchange = context.get(&url).await;
            context.checks.hold(
                &catalog::VREAD,
                &exchange,
                Rule::Status,
                &format!("the version `{version}` with status 200"),
                |response| {
                    if response.status != 200 {
                        return Some(describe_status(response));
                    }
                    let found = crate::json::read(&response.body).ok().and_then(|document| {
                        Some(document.root.get("meta")?.str("versionId")?.to_owned())
                    });
                    (found.as_deref() != Some(version))
                        .then(|| format!("the version `{}`", found.unwrap_or_default()))
                },
            );
        }
    }
    let url = context.below(&resource_type, id, "_history/no-such-version");
    let exchange = context.get(&url).await;
    context.checks.status(
        &catalog::VREAD_UNKNOWN,
        &exchange,
        &[404],
        "status 404 for a version that is not there",
    );
    refusal::explanation(&mut context.checks, &exchange, None);
}

fn judge_history(context: &mut Context<'_, '_>, exchange: &Exchange) {
    context.checks.hold(
        &catalog::HISTORY,
        exchange,
        Rule::Status,
        "a Bundle of type history with status 200",
        |response| {
            if response.status != 200 {
                return Some(describe_status(response));
            }
            let document = crate::json::read(&response.body).ok();
            let found = document.as_ref().map(|it| &it.root);
            let is_history = found.is_some_and(|bundle| {
                bundle.str("resourceType") == Some("Bundle")
                    && bundle.str("type") == Some("history")
            });
            (!is_history).then(|| "something else".to_owned())
        },
    );
    let Some(document) = exchange
        .response()
        .filter(|response| response.status == 200)
        .and_then(|response| crate::json::read(&response.body).ok())
    else {
        return;
    };
    let entries = document.root.get("entry").map_or(&[][..], Node::entries);
    if entries.is_empty() {
        return;
    }
    context.checks.hold(
        &catalog::HISTORY_ENTRIES,
        exchange,
        Rule::Bundle,
        "a request in each entry, and the resource unless it was deleted",
        |_| entries.iter().find_map(incomplete),
    );
}

/// The newest version comes first; where there is only one, there is no order.
pub(super) fn judge_order(checks: &mut Checks, exchange: &Exchange) {
    let Some(document) = exchange
        .response()
        .filter(|response| response.status == 200)
        .and_then(|response| crate::json::read(&response.body).ok())
    else {
        return;
    };
    let entries = document.root.get("entry").map_or(&[][..], Node::entries);
    let times: Vec<jiff::Timestamp> = entries.iter().filter_map(updated).collect();
    if times.len() < 2 {
        return;
    }
    checks.hold(
        &catalog::HISTORY_ORDER,
        exchange,
        Rule::Bundle,
        "the newest version first",
        |_| {
            let sorted = times.windows(2).all(|pair| pair[0] >= pair[1]);
            (!sorted).then(|| "an older one before a newer one".to_owned())
        },
    );
}

fn incomplete(entry: &Node<'_>) -> Option<String> {
    let Some(method) = entry.get("request").and_then(|it| it.str("method")) else {
        return Some("an entry without `request.method`".to_owned());
    };
    let has = entry.get("resource").is_some();
    match (method, has) {
        ("DELETE", true) => Some("a deletion with a resource".to_owned()),
        ("DELETE", false) | (_, true) => None,
        (_, false) => Some(format!("a {method} without its resource")),
    }
}

fn updated(entry: &Node<'_>) -> Option<jiff::Timestamp> {
    let of_resource = || entry.get("resource")?.get("meta")?.str("lastUpdated");
    let of_response = || entry.get("response")?.str("lastModified");
    of_resource().or_else(of_response)?.parse().ok()
}

/// One look at what nobody declares: it works, or says that it is not offered.
pub(super) async fn undeclared(context: &mut Context<'_, '_>) {
    context.declare(&[&catalog::NOT_OFFERED]);
    context.declare(&refusal::OF_EVERY_REFUSAL);
    context
        .checks
        .only_where(&refusal::OF_EVERY_REFUSAL, "no request was refused");
    let declared = &context.scenario.session.declared;
    let types: Vec<String> = context
        .readable_types()
        .into_iter()
        .filter(|it| !declared.promises(it, "vread") && !declared.promises(it, "history-instance"))
        .collect();
    if types.is_empty() {
        let reason = "versions and histories of every type are declared";
        context.checks.only_where(&[&catalog::NOT_OFFERED], reason);
        return;
    }
    let types: Vec<&str> = types.iter().map(String::as_str).collect();
    let known = match context.known_of(&types).await {
        Ok(known) => known,
        Err(reason) => return context.checks.skip(&reason),
    };
    for rest in ["_history", "_history/1"] {
        let url = context.below(&known.resource_type, &known.id, rest);
        let exchange = context.get(&url).await;
        context.checks.status(
            &catalog::NOT_OFFERED,
            &exchange,
            &[200, 400, 404, 405, 410, 501],
            "an answer to what nobody declares, or status 404, 405 or 501",
        );
        refusal::explanation(&mut context.checks, &exchange, None);
        if exchange.status() == Some(200) {
            context.note(format!("`{rest}` works, though nobody declares it"));
        }
    }
}

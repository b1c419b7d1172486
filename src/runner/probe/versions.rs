//! Versions and history of a resource: properly where they are declared, and one look where not.

use super::Context;
use crate::check::catalog;
use crate::check::exchange::describe_status;
use crate::check::protocol::{Checks, refusal};
use crate::finding::Rule;
use crate::http::Exchange;
use crate::json::Node;

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
    }
    if !vread && !history {
        let versions = [&catalog::VREAD, &catalog::HISTORY];
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

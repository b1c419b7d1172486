//! What may be asked at an address: OPTIONS (RFC 9110 9.3.7), and what a browser asks before a page
//! of another origin may (Fetch, CORS preflight).

use super::Context;
use crate::check::catalog;
use crate::check::exchange::describe_status;
use crate::check::protocol::is_success;
use crate::finding::Rule;
use crate::http::Method;

const ORIGIN: &str = "https://elsewhere.example";

/// OPTIONS of a type that can be searched, with the token and as a browser sends it.
pub(super) async fn options(context: &mut Context<'_, '_>) {
    context.declare(&[
        &catalog::OPTIONS,
        &catalog::OPTIONS_ALLOW,
        &catalog::PREFLIGHT,
    ]);
    context
        .checks
        .only_where(&[&catalog::OPTIONS_ALLOW], "OPTIONS is not offered");
    context.checks.only_where(
        &[&catalog::PREFLIGHT],
        "the server lets no page of another origin ask, which R4 allows",
    );
    let types = context.types_with("search-type");
    let Some(resource_type) = types.first() else {
        return context.checks.skip("no search is declared");
    };
    let url = context.type_address(resource_type);
    let spec = context.request(Method::Options, &url);
    let exchange = context.send(spec).await;
    context.checks.hold(
        &catalog::OPTIONS,
        &exchange,
        Rule::Status,
        "a success, or status 401, 403, 404, 405 or 501",
        |response| {
            let fits = matches!(response.status, 200..=299 | 401 | 403 | 404 | 405 | 501);
            (!fits).then(|| describe_status(response))
        },
    );
    if exchange.status().is_some_and(is_success) {
        context.checks.hold(
            &catalog::OPTIONS_ALLOW,
            &exchange,
            Rule::Header,
            "an Allow header with the methods that are offered",
            |response| {
                let is_absent = response.header("allow").is_none();
                is_absent.then(|| "no such header".to_owned())
            },
        );
    }
    let spec = context
        .bare(Method::Options, &url)
        .anonymous()
        .header("origin", ORIGIN)
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "authorization");
    let exchange = context.send(spec).await;
    let lets_in = exchange
        .response()
        .is_some_and(|it| it.header("access-control-allow-origin").is_some());
    if lets_in {
        context.checks.hold(
            &catalog::PREFLIGHT,
            &exchange,
            Rule::Status,
            "a success, without a token, for the preflight of a page that the answer lets in",
            |response| (!is_success(response.status)).then(|| describe_status(response)),
        );
    }
}

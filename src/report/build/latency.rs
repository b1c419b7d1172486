//! How long each interaction took.

use std::collections::BTreeMap;

use crate::http::{Exchange, Method, Request};
use crate::report::model::Latency;

/// Percentiles by interaction and type, such as `search-type Patient`; only of exchanges that got
/// a response.
pub(super) fn by_interaction(exchanges: &[Exchange], base: &str) -> BTreeMap<String, Latency> {
    let mut times: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for exchange in exchanges {
        if exchange.response().is_some() {
            times
                .entry(interaction(&exchange.request, base))
                .or_default()
                .push(exchange.elapsed_ms);
        }
    }
    times
        .into_iter()
        .map(|(interaction, mut times)| {
            times.sort_unstable();
            (interaction, percentiles(&times))
        })
        .collect()
}

/// Percentiles by nearest rank of a sorted, non-empty list.
fn percentiles(times: &[u64]) -> Latency {
    let rank = |percent: usize| times[(times.len() * percent).div_ceil(100).max(1) - 1];
    Latency {
        count: times.len() as u32,
        p50: rank(50),
        p95: rank(95),
        max: rank(100),
    }
}

/// The interaction of a request (R4 3.1.0), with its type.
fn interaction(request: &Request, base: &str) -> String {
    let Some(path) = request.url.strip_prefix(base.trim_end_matches('/')) else {
        return "other".to_owned();
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let is_type = |name: &str| name.starts_with(|c: char| c.is_ascii_uppercase());
    match (request.method, parts.as_slice()) {
        (Method::Get, ["metadata"]) => "capabilities".to_owned(),
        (Method::Post, ["login"]) => "login".to_owned(),
        (method, [kind, rest @ ..]) if is_type(kind) => match of_type(method, rest) {
            Some(name) => format!("{name} {kind}"),
            None => "other".to_owned(),
        },
        _ => "other".to_owned(),
    }
}

fn of_type(method: Method, rest: &[&str]) -> Option<&'static str> {
    match (method, rest) {
        (Method::Get, []) | (Method::Post, ["_search"]) => Some("search-type"),
        (Method::Post, []) => Some("create"),
        (Method::Get, ["_history"]) => Some("history-type"),
        (Method::Get, [_]) => Some("read"),
        (Method::Get, [_, "_history"]) => Some("history-instance"),
        (Method::Get, [_, "_history", _]) => Some("vread"),
        (Method::Put, [] | [_]) => Some("update"),
        (Method::Patch, [] | [_]) => Some("patch"),
        (Method::Delete, [] | [_]) => Some("delete"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{interaction, percentiles};
    use crate::http::{Method, Request};

    #[test]
    fn requests_are_named_by_interaction_and_type() {
        let name = |method, url: &str| {
            let request = Request {
                method,
                url: url.to_owned(),
                headers: Vec::new(),
                body: None,
            };
            interaction(&request, "http://host/api/")
        };
        assert_eq!(
            name(Method::Get, "http://host/api/Patient/?_count=1"),
            "search-type Patient"
        );
        assert_eq!(
            name(Method::Get, "http://host/api/Patient/1/"),
            "read Patient"
        );
        assert_eq!(name(Method::Post, "http://host/api/Claim"), "create Claim");
        assert_eq!(name(Method::Post, "http://host/api/login/"), "login");
        assert_eq!(
            name(Method::Get, "http://host/api/metadata"),
            "capabilities"
        );
        assert_eq!(name(Method::Get, "http://elsewhere/Patient"), "other");
    }

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let times: Vec<u64> = (1..=100).collect();
        let latency = percentiles(&times);
        assert_eq!((latency.p50, latency.p95, latency.max), (50, 95, 100));
        let latency = percentiles(&[7]);
        assert_eq!((latency.p50, latency.p95, latency.max), (7, 7, 7));
    }
}

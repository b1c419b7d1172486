//! What a request asks for: resource type, interaction, parameters (R4 3.1.0).

use url::Url;

use super::name;
use crate::http::Method;

/// The name under which the server as a whole stands.
pub(super) const WHOLE_SERVER: &str = "-";

/// A request, as far as the surface is concerned.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) resource_type: String,
    pub(super) interaction: &'static str,
    /// Names only.
    pub(super) parameters: Vec<String>,
    /// Whether only parts of resources were asked for.
    pub(super) partial: bool,
}

/// What a request below the base asks for; `None` where it is no interaction of R4.
pub(super) fn asked(method: Method, url: &str, base: &str) -> Option<Asked> {
    let url = Url::parse(url).ok()?;
    let base = Url::parse(base).ok()?;
    let path = url.path().strip_prefix(base.path().trim_end_matches('/'))?;
    let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let parameters: Vec<String> = url
        .query_pairs()
        .map(|(name, _)| name.into_owned())
        .filter(|name| name::is_parameter(name))
        .collect();
    let (resource_type, interaction) = interaction(method, &segments)?;
    Some(Asked {
        resource_type: resource_type.to_owned(),
        interaction,
        partial: parameters
            .iter()
            .any(|name| matches!(name.as_str(), "_summary" | "_elements")),
        parameters,
    })
}

fn interaction<'s>(method: Method, segments: &[&'s str]) -> Option<(&'s str, &'static str)> {
    let (&first, rest) = segments.split_first()?;
    if first == "metadata" {
        return Some((WHOLE_SERVER, "capabilities"));
    }
    if !name::is_resource_type(first) {
        return None;
    }
    let interaction = match (method, rest) {
        (_, [operation] | [_, operation]) if operation.starts_with('$') => "operation",
        (Method::Get, []) | (Method::Post, ["_search"]) => "search-type",
        (Method::Post, []) => "create",
        (Method::Get, ["_history"]) => "history-type",
        (Method::Get, [_, "_history"]) => "history-instance",
        (Method::Get, [_, "_history", _]) => "vread",
        (Method::Get, [_]) => "read",
        (Method::Put, [_] | []) => "update",
        (Method::Patch, [_] | []) => "patch",
        (Method::Delete, [_] | []) => "delete",
        _ => return None,
    };
    Some((first, interaction))
}

#[cfg(test)]
mod tests {
    use super::{Method, asked};

    #[test]
    fn requests_are_told_by_method_and_address() {
        let base = "http://server/api/";
        let of = |method, path: &str| {
            asked(method, &format!("http://server/api/{path}"), base)
                .map(|asked| format!("{} {}", asked.resource_type, asked.interaction))
        };
        let told = |text: &str| Some(text.to_owned());
        assert_eq!(of(Method::Get, "Patient/"), told("Patient search-type"));
        assert_eq!(of(Method::Get, "Patient/1/"), told("Patient read"));
        assert_eq!(of(Method::Post, "Patient"), told("Patient create"));
        assert_eq!(
            of(Method::Post, "Patient/_search"),
            told("Patient search-type")
        );
        assert_eq!(
            of(Method::Get, "Patient/1/_history/2"),
            told("Patient vread")
        );
        assert_eq!(of(Method::Get, "metadata"), told("- capabilities"));
        assert_eq!(of(Method::Post, "login/"), None);
        assert_eq!(asked(Method::Get, "http://server/other", base), None);
    }

    #[test]
    fn parameters_are_names_without_values() {
        let asked = asked(
            Method::Get,
            "http://server/api/Patient/?family=Doe&_elements=id&0707070=1",
            "http://server/api",
        )
        .expect("a search");
        assert_eq!(asked.parameters, ["family", "_elements"]);
        assert!(asked.partial);
    }
}

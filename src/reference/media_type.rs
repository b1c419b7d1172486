//! Content negotiation (R4 3.1.0.1.9 and 3.1.0.1.10): JSON is what this server speaks.

use axum::http::StatusCode;

use super::message::Request;
use super::outcome::{IssueCode, Refusal};
use crate::fhir::codes;

codes! {
    /// The names under which JSON is asked for. A generic name is answered in kind (R4 3.1.0.1.9).
    MediaType {
        FhirJson = "application/fhir+json",
        Json = "application/json",
        TextJson = "text/json",
    }
}

impl MediaType {
    /// The `Content-Type` of a response in it.
    pub(super) fn content_type(self) -> String {
        format!("{self}; charset=utf-8")
    }
}

/// The media type the client wants: `_format` before `Accept`, `application/fhir+json` if it says
/// nothing.
///
/// # Errors
/// 406 if it wants none of ours.
pub(super) fn negotiate(request: &Request) -> Result<MediaType, Refusal> {
    let not_acceptable = |wanted: &str| {
        Refusal::new(
            StatusCode::NOT_ACCEPTABLE,
            IssueCode::NotSupported,
            format!("`{wanted}` is not offered: ask for `application/fhir+json`, FHIR version 4.0"),
        )
    };
    if let Some(format) = request.parameter("_format") {
        return by_format(format).ok_or_else(|| not_acceptable(format));
    }
    match request
        .header("accept")
        .filter(|accept| !accept.trim().is_empty())
    {
        Some(accept) => by_accept(accept).ok_or_else(|| not_acceptable(accept)),
        None => Ok(MediaType::FhirJson),
    }
}

/// A plus that was not percent-encoded arrives as a space; R4 3.1.0.1.12 warns of it.
fn by_format(format: &str) -> Option<MediaType> {
    let range = Range::read(format)?;
    match range.name.replace(' ', "+").as_str() {
        "json" => Some(MediaType::FhirJson),
        name => MediaType::from_code(name).filter(|_| range.version_is_ours),
    }
}

fn by_accept(accept: &str) -> Option<MediaType> {
    let mut ranges: Vec<Range> = accept.split(',').filter_map(Range::read).collect();
    ranges.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    ranges.iter().find_map(|range| {
        if range.weight <= 0.0 || !range.version_is_ours {
            return None;
        }
        match range.name.as_str() {
            "*/*" | "application/*" => Some(MediaType::FhirJson),
            "text/*" => Some(MediaType::TextJson),
            name => MediaType::from_code(name),
        }
    })
}

/// Holds the body of a request to a JSON media type in UTF-8.
///
/// # Errors
/// 415 for any other `Content-Type`, or none.
pub(super) fn check_content_type(request: &Request, offered: &[&str]) -> Result<(), Refusal> {
    let sent = request.header("content-type").unwrap_or_default();
    let range = Range::read(sent);
    let fits = range.is_some_and(|range| {
        offered.contains(&range.name.as_str()) && range.charset_is_utf_8 && range.version_is_ours
    });
    if fits {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        IssueCode::NotSupported,
        format!(
            "expected a body of `{}` in UTF-8, found `{sent}`",
            offered[0]
        ),
    ))
}

/// One media range with the parameters that matter here.
struct Range {
    name: String,
    weight: f32,
    charset_is_utf_8: bool,
    version_is_ours: bool,
}

impl Range {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let mut range = Self {
            name: parts.next().filter(|name| !name.is_empty())?.to_lowercase(),
            weight: 1.0,
            charset_is_utf_8: true,
            version_is_ours: true,
        };
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            let value = value.trim_matches('"').to_lowercase();
            match name.to_lowercase().as_str() {
                "q" => range.weight = value.parse().unwrap_or(1.0),
                "charset" => range.charset_is_utf_8 = matches!(value.as_str(), "utf-8" | "utf8"),
                "fhirversion" => range.version_is_ours = matches!(value.as_str(), "4.0" | "4.0.1"),
                _ => {}
            }
        }
        Some(range)
    }
}

#[cfg(test)]
mod tests {
    use super::{MediaType, by_accept, by_format};

    #[test]
    fn the_best_weight_wins_and_xml_alone_is_refused() {
        let both = "application/fhir+xml, application/json;q=0.5, application/fhir+json;q=0.9";
        assert_eq!(by_accept(both), Some(MediaType::FhirJson));
        assert_eq!(by_accept("application/fhir+xml"), None);
        assert_eq!(by_accept("*/*;q=0.1"), Some(MediaType::FhirJson));
        assert_eq!(by_accept("application/fhir+json; fhirVersion=3.0"), None);
    }

    #[test]
    fn the_format_parameter_has_its_short_names() {
        assert_eq!(by_format("json"), Some(MediaType::FhirJson));
        assert_eq!(
            by_format("application/fhir json"),
            Some(MediaType::FhirJson)
        );
        assert_eq!(by_format("xml"), None);
    }
}

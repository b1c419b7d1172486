//! MIME types by the grammar of RFC 6838 section 4.2 and RFC 2045 section 5.1.
//!
//! Deliberately not here: the registry of subtypes. It grows every week, and unregistered
//! subtypes are in use.

use super::{Answer, valid_if};

/// The registered top-level types.
const TOP_LEVEL: [&str; 11] = [
    "application",
    "audio",
    "example",
    "font",
    "haptics",
    "image",
    "message",
    "model",
    "multipart",
    "text",
    "video",
];

/// R4 `CapabilityStatement.format`, bound to the same value set, may hold these words for the
/// formats of FHIR itself.
const FORMATS: [&str; 3] = ["xml", "json", "ttl"];

pub(super) fn check(code: &str) -> Answer {
    valid_if(FORMATS.contains(&code) || is_mime_type(code), || {
        format!("`{code}` is no MIME type such as `application/pdf` or `text/plain; charset=utf-8`")
    })
}

fn is_mime_type(code: &str) -> bool {
    let (name, parameters) = match code.split_once(';') {
        Some((name, parameters)) => (name.trim_end(), Some(parameters)),
        None => (code, None),
    };
    let Some((top, subtype)) = name.split_once('/') else {
        return false;
    };
    let top = top.to_ascii_lowercase();
    TOP_LEVEL.contains(&top.as_str())
        && is_restricted_name(subtype)
        && parameters.is_none_or(|parameters| parameters.split(';').all(is_parameter))
}

fn is_restricted_name(name: &str) -> bool {
    let starts = name.starts_with(|first: char| first.is_ascii_alphanumeric());
    let rest = |other: char| other.is_ascii_alphanumeric() || "!#$&-^_.+".contains(other);
    starts && name.len() <= 127 && name.chars().all(rest)
}

/// A quoted value is taken as it is: a `;` inside one is not seen in practice.
fn is_parameter(text: &str) -> bool {
    let token = |text: &str| {
        let is_token =
            |other: char| other.is_ascii_graphic() && !"()<>@,;:\\\"/[]?=".contains(other);
        !text.is_empty() && text.chars().all(is_token)
    };
    let Some((name, value)) = text.trim().split_once('=') else {
        return false;
    };
    let quoted = value.len() >= 2 && value.starts_with('"') && value.ends_with('"');
    token(name) && (quoted || token(value))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::terminology::rules::Answer;

    #[test]
    fn types_follow_the_grammar() {
        for code in [
            "application/fhir+json",
            "image/png",
            "text/plain; charset=utf-8",
            "text/plain;charset=\"utf-8\"",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "Text/HTML",
            "json",
        ] {
            assert_eq!(check(code), Answer::Valid, "{code}");
        }
        for code in [
            "pdf",
            "application/",
            "/pdf",
            "picture/png",
            "image/p ng",
            "text/plain;",
            "",
            "JSON",
        ] {
            assert!(matches!(check(code), Answer::Invalid(_)), "{code}");
        }
    }
}

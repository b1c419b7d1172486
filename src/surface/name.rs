//! Which names may stand in a surface. What a server sends as a name may hold anything, a person's
//! data too: only what has the shape of a name of an interface is kept.

/// Longer names are none.
const LONGEST: usize = 200;
/// What stands for a system or an extension that is no URI.
const NO_URI: &str = "(not a URI)";
/// What stands for a part of a path that identifies something.
const ID: &str = "{id}";
/// So many digits in a row may be a number of a person.
const DIGITS: usize = 6;

/// Whether a text has the shape of a resource type.
pub(super) fn is_resource_type(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.len() <= 64
        && text.chars().all(|c| c.is_ascii_alphabetic())
}

/// Whether a text has the shape of an element's name.
pub(super) fn is_element(text: &str) -> bool {
    let name = text.strip_prefix('_').unwrap_or(text);
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.len() <= 64
        && !has_number(name)
        && name.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Whether a text has the shape of a search parameter, with its modifier or chain.
pub(super) fn is_parameter(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.len() <= 64
        && !has_number(text)
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'))
}

/// Whether a text has the shape of a code of `OperationOutcome.issue.code`.
pub(super) fn is_code(text: &str) -> bool {
    !text.is_empty() && text.len() <= 40 && text.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

/// The URI of a system or an extension without what could identify somebody; one below the
/// server's own base is written as such, because the base differs between servers.
pub(super) fn uri(text: &str, base: &str) -> String {
    if text.len() > LONGEST || text.contains(['@', ' ']) {
        return NO_URI.to_owned();
    }
    if let Some(rest) = text.strip_prefix("urn:") {
        let kept = !rest.starts_with("uuid:") && (rest.starts_with("oid:") || !has_number(rest));
        return if kept {
            text.to_owned()
        } else {
            NO_URI.to_owned()
        };
    }
    let text = text.split(['?', '#']).next().unwrap_or_default();
    let local = text.strip_prefix(base.trim_end_matches('/'));
    let (head, path) = match local {
        Some(path) if path.is_empty() || path.starts_with('/') => ("[base]", path),
        _ => match text.split_once("://") {
            Some(("http" | "https", rest)) => {
                let at = text.len() - rest.len() + rest.find('/').unwrap_or(rest.len());
                text.split_at(at)
            }
            _ => return NO_URI.to_owned(),
        },
    };
    let segments: Vec<&str> = path
        .split('/')
        .map(|segment| if identifies(segment) { ID } else { segment })
        .collect();
    format!("{head}{}", segments.join("/"))
}

fn identifies(segment: &str) -> bool {
    has_number(segment) || uuid::Uuid::try_parse(segment).is_ok()
}

fn has_number(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit())
        .any(|digits| digits.len() >= DIGITS)
}

#[cfg(test)]
mod tests {
    use super::{is_element, is_parameter, is_resource_type, uri};

    #[test]
    fn names_of_an_interface_are_kept() {
        assert!(is_resource_type("Patient") && is_element("birthDate") && is_element("_birthDate"));
        assert!(is_parameter("_id") && is_parameter("family:exact") && is_parameter("page-offset"));
    }

    #[test]
    fn what_may_be_about_a_person_is_not_a_name() {
        assert!(!is_element("07070701") && !is_element("Jane Doe") && !is_element("p070707"));
        assert!(!is_parameter("070707001") && !is_resource_type("Jane Doe"));
        let base = "http://server/api/";
        assert_eq!(
            uri("http://server/api/Patient/070707001", base),
            "[base]/Patient/{id}"
        );
        assert_eq!(
            uri("http://x.org/CodeSystem/a?name=Jane", base),
            "http://x.org/CodeSystem/a"
        );
        assert_eq!(
            uri("http://x.org/ae123b5c-7d0e-4c55-9c63-0a4b8f1de7aa", base),
            "http://x.org/{id}"
        );
        for other in [
            "Jane Doe",
            "jane@x.org",
            "Jane",
            "urn:uuid:ae123b5c-7d0e-4c55-9c63-0a4b8f1de7aa",
        ] {
            assert_eq!(uri(other, base), "(not a URI)");
        }
        assert_eq!(uri("urn:iso:std:iso:4217", base), "urn:iso:std:iso:4217");
        assert_eq!(uri("http://server/apix/a", base), "http://server/apix/a");
    }
}

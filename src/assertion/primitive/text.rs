//! The primitive types whose JSON value is a string, other than dates.

use super::Fault;
use crate::assertion::bundle::is_absolute;

const BASE64: Fault = Fault::Format("base64 as in RFC 4648: groups of four characters");
const CODE: Fault = Fault::Format("a code without leading, trailing or double white space");
const ID: Fault = Fault::Format("an id of 1 to 64 letters, digits, `-` and `.`");
const OID: Fault = Fault::Format("an OID as `urn:oid:1.2.3`");
const UUID: Fault = Fault::Format(
    "a UUID as `urn:uuid:` and 32 hexadecimal digits in lower case, grouped 8-4-4-4-12",
);
const URI: Fault = Fault::Format("a URI without white space");
const URN: Fault = Fault::Format("`urn:` before `oid:` or `uuid:`");
const CANONICAL: Fault =
    Fault::Format("an absolute URI, or `#` and the id of a contained resource");
const VERSION: Fault = Fault::Format("a version behind `|`");
const CONTROL: Fault = Fault::Format("no control characters other than tab, line feed and return");
const LONG: Fault = Fault::Format("a text of at most 1 MB (1048576 bytes)");
const LONGEST: usize = 1024 * 1024;
const PADDED: Fault = Fault::Advice("no white space at the start or the end");
const BLANK: Fault = Fault::Advice("a text that is more than white space");

pub(super) fn string_fault(text: &str) -> Option<Fault> {
    let bytes = text.as_bytes();
    if has_control(bytes) {
        return Some(CONTROL);
    }
    if bytes.len() > LONGEST {
        return Some(LONG);
    }
    let padded = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_whitespace);
    if !padded(bytes.first()) && !padded(bytes.last()) {
        return None;
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        Some(BLANK)
    } else {
        Some(PADDED)
    }
}

pub(super) fn markdown_fault(text: &str) -> Option<Fault> {
    if text.len() > LONGEST {
        return Some(LONG);
    }
    has_control(text.as_bytes()).then_some(CONTROL)
}

fn has_control(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .any(|byte| *byte < 32 && !matches!(byte, b'\t' | b'\n' | b'\r'))
}

pub(super) fn code_fault(text: &str) -> Option<Fault> {
    // `[^\s]+(\s[^\s]+)*`: single white space between words only.
    let mut space = true;
    for character in text.chars() {
        let is_space = character.is_whitespace();
        // "No white space other than single spaces in the contents" (R4 code).
        if is_space && (space || character != ' ') {
            return Some(CODE);
        }
        space = is_space;
    }
    space.then_some(CODE)
}

pub(super) fn id_fault(text: &str) -> Option<Fault> {
    let good = text.len() <= 64
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    (!good).then_some(ID)
}

pub(super) fn uri_fault(text: &str) -> Option<Fault> {
    if text.chars().any(char::is_whitespace) {
        return Some(URI);
    }
    if text.starts_with("oid:") || text.starts_with("uuid:") {
        return Some(URN);
    }
    // A uri may name its scheme `urn:uuid:` or `urn:oid:`; then the rest has that format.
    if text.starts_with("urn:oid:") {
        return oid_fault(text);
    }
    if let Some(uuid) = text.strip_prefix("urn:uuid:") {
        return uuid_body_fault(uuid, |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    }
    None
}

/// A canonical URL is absolute, or the fragment of a contained resource (R4 2.3.0.2).
pub(super) fn canonical_fault(text: &str) -> Option<Fault> {
    if !text.starts_with('#') && !is_absolute(text) {
        return Some(CANONICAL);
    }
    if text.ends_with('|') {
        return Some(VERSION);
    }
    uri_fault(text)
}

pub(super) fn oid_fault(text: &str) -> Option<Fault> {
    let Some(arcs) = text.strip_prefix("urn:oid:") else {
        return Some(OID);
    };
    let mut count = 0;
    for (index, arc) in arcs.split('.').enumerate() {
        let digits = !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit());
        let padded = arc.len() > 1 && arc.starts_with('0');
        let first = index > 0 || matches!(arc, "0" | "1" | "2");
        if !digits || padded || !first {
            return Some(OID);
        }
        count += 1;
    }
    (count < 2).then_some(OID)
}

pub(super) fn uuid_fault(text: &str) -> Option<Fault> {
    match text.strip_prefix("urn:uuid:") {
        Some(uuid) => uuid_body_fault(uuid, |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')),
        None => Some(UUID),
    }
}

fn uuid_body_fault(uuid: &str, is_digit: impl Fn(u8) -> bool) -> Option<Fault> {
    let good = uuid.len() == 36
        && uuid.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => is_digit(byte),
        });
    (!good).then_some(UUID)
}

pub(super) fn base64_fault(text: &str) -> Option<Fault> {
    let mut characters = 0usize;
    let mut padding = 0usize;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'/' if padding == 0 => {}
            b'=' if padding < 2 => padding += 1,
            byte if byte.is_ascii_whitespace() => continue,
            _ => return Some(BASE64),
        }
        characters += 1;
    }
    (!characters.is_multiple_of(4)).then_some(BASE64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(fault: fn(&str) -> Option<Fault>, good: &[&str], bad: &[&str]) {
        for text in good {
            assert_eq!(fault(text), None, "{text}");
        }
        for text in bad {
            assert!(fault(text).is_some(), "{text}");
        }
    }

    #[test]
    fn each_format_takes_its_own() {
        check(id_fault, &["a", "A-1.b"], &["a_b", "a b", &"a".repeat(65)]);
        check(
            code_fault,
            &["a", "a b"],
            &[" a", "a ", "a  b", "a\tb", "\t"],
        );
        check(
            oid_fault,
            &["urn:oid:1.2.840.0"],
            &[
                "1.2.3",
                "urn:oid:1",
                "urn:oid:3.1",
                "urn:oid:1.02",
                "urn:oid:1..2",
            ],
        );
        check(
            uuid_fault,
            &["urn:uuid:c757873d-ec9a-4326-a141-556f43239520"],
            &[
                "urn:uuid:C757873D-EC9A-4326-A141-556F43239520",
                "c757873d-ec9a-4326-a141-556f43239520",
                "urn:uuid:c757873d",
            ],
        );
        check(
            uri_fault,
            &[
                "http://example.org/a",
                "a",
                "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
            ],
            &[
                "http://example.org/a b",
                "urn:oid:x",
                "urn:uuid:1",
                "urn:uuid:C757873D-EC9A-4326-A141-556F43239520",
                "oid:1.2.3",
            ],
        );
        check(
            canonical_fault,
            &["http://example.org/a|1", "urn:oid:1.2", "#a"],
            &[
                "Library/a",
                "http://example.org/a|",
                "http://example.org/ a",
            ],
        );
        check(
            base64_fault,
            &["YQ==", "YWJj\nZGVm", "YWI="],
            &["YQ=", "%%%%", "Y===", "YQ==YQ=="],
        );
        check(string_fault, &["a b", "a\nb"], &[" a", "a ", "\u{1}", " "]);
        assert_eq!(string_fault(" a"), Some(PADDED));
        assert_eq!(string_fault("  "), Some(BLANK));
    }
}

//! `{{name}}` in scenario files: captures of earlier steps and values made for the run.
//!
//! Made values need no capture. Each follows from the seed of its scenario and its own name, so
//! that one name is one value in the whole scenario, and no other run has it:
//!
//! - `new-code`, `new-code.NAME`: a business code of twelve characters that starts with [`MARK`];
//! - `new-uuid`, `new-uuid.NAME`: a UUID that starts with [`UUID_MARK`];
//! - `today`, `today+30d`, `today-30d`: a date by the server's clock.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use thiserror::Error;

/// Every code that is made starts with this: whose it is can be seen on the server.
pub const MARK: &str = "CT";
/// Every UUID that is made starts with this.
pub const UUID_MARK: &str = "c7c7c7c7";
/// Characters of a code: the guide allows no more.
const CODE_LENGTH: usize = 12;
/// Digits and letters that are not taken for each other.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKLMNPQRTVWXYZ";

/// The name under which the seed of a scenario stands among the values.
pub const SEED: &str = "seed";
/// The name of the server's date.
pub const TODAY: &str = "today";

/// A name that nothing has filled in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("expected a value for `{{{{{0}}}}}`, found none: the step that captures it gave nothing")]
pub struct MissingCapture(pub String);

/// Replaces every `{{name}}` by its value.
///
/// # Errors
/// The first name without a value.
pub fn fill(text: &str, values: &BTreeMap<String, String>) -> Result<String, MissingCapture> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    for name in names(text) {
        // Each name was found behind an opening pair, in this order.
        let Some((before, after)) = rest.split_once("{{") else {
            break;
        };
        out.push_str(before);
        let value = match values.get(name) {
            Some(value) => value.clone(),
            None => made(name, values).ok_or_else(|| MissingCapture(name.to_owned()))?,
        };
        out.push_str(&value);
        rest = after.split_once("}}").map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    Ok(out)
}

/// The values of a run for one scenario: what is made of them is another in each.
#[must_use]
pub fn of_scenario(values: &BTreeMap<String, String>, scenario: &str) -> BTreeMap<String, String> {
    let mut values = values.clone();
    if let Some(seed) = values.get_mut(SEED) {
        seed.push_str(scenario);
    }
    values
}

/// The names in a text, in order, with repeats.
#[must_use]
pub fn names(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else {
            break;
        };
        names.push(name.trim());
        rest = after;
    }
    names
}

/// Whether a name is of a value that is made, not captured.
#[must_use]
pub fn is_made(name: &str) -> bool {
    let base = name.split(['.', '+', '-']).next().unwrap_or_default();
    match base {
        TODAY => name == TODAY || days(name).is_some(),
        "new" => ["new-code", "new-uuid"]
            .iter()
            .any(|kind| name == *kind || name.strip_prefix(kind).is_some_and(is_part)),
        _ => false,
    }
}

fn is_part(rest: &str) -> bool {
    rest.strip_prefix('.').is_some_and(|part| !part.is_empty())
}

fn made(name: &str, values: &BTreeMap<String, String>) -> Option<String> {
    if !is_made(name) {
        return None;
    }
    if name.starts_with(TODAY) {
        let today: Date = values.get(TODAY)?.parse().ok()?;
        let moved = today.checked_add(days(name)?.days()).ok()?;
        return Some(moved.to_string());
    }
    let seed = values.get(SEED)?;
    let digest = Sha256::digest(format!("{seed}\n{name}"));
    Some(match name.starts_with("new-code") {
        true => code(&digest),
        false => uuid(&digest),
    })
}

/// The days in `today+30d`.
fn days(name: &str) -> Option<i64> {
    let offset = name.strip_prefix(TODAY)?;
    if offset.is_empty() {
        return Some(0);
    }
    let count = offset.strip_suffix('d')?;
    count.starts_with(['+', '-']).then(|| count.parse().ok())?
}

fn code(digest: &[u8]) -> String {
    let rest = digest
        .iter()
        .take(CODE_LENGTH - MARK.len())
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    MARK.chars().chain(rest).collect()
}

fn uuid(digest: &[u8]) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    let random = uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .to_string();
    format!("{UUID_MARK}{}", &random[UUID_MARK.len()..])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{MARK, SEED, TODAY, fill, is_made, names};

    fn values(seed: &str) -> BTreeMap<String, String> {
        [("village", "42"), (SEED, seed), (TODAY, "2024-02-28")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }

    #[test]
    fn names_are_replaced_and_a_missing_one_is_named() {
        let values = values("a");
        assert_eq!(
            fill("Location/{{ village }}/x", &values).as_deref(),
            Ok("Location/42/x")
        );
        let error = fill("{{patient}}", &values).expect_err("no value");
        assert_eq!(
            error.to_string(),
            "expected a value for `{{patient}}`, found none: the step that captures it gave nothing"
        );
        assert_eq!(names("a {{ b }} {{c}} {{d"), ["b", "c"]);
        assert_eq!(fill("x {{d", &values).as_deref(), Ok("x {{d"));
    }

    #[test]
    fn a_made_code_fits_the_guide_and_is_no_other_scenarios() {
        let code = |name: &str, seed| fill(&format!("{{{{{name}}}}}"), &values(seed));
        let head = code("new-code.head", "a").expect("made");
        assert!(head.starts_with(MARK) && head.len() == 12, "{head}");
        assert_eq!(code("new-code.head", "a").as_ref(), Ok(&head));
        for (name, seed) in [
            ("new-code.child", "a"),
            ("new-code", "a"),
            ("new-code.head", "b"),
        ] {
            assert_ne!(code(name, seed).as_ref(), Ok(&head), "{name} {seed}");
        }
        let uuid = code("new-uuid.question", "a").expect("made");
        assert!(uuid.starts_with("c7c7c7c7-") && uuid::Uuid::parse_str(&uuid).is_ok());
    }

    #[test]
    fn dates_are_the_servers() {
        let date = |name: &str| fill(&format!("{{{{{name}}}}}"), &values("a"));
        assert_eq!(date("today").as_deref(), Ok("2024-02-28"));
        assert_eq!(date("today+1d").as_deref(), Ok("2024-02-29"));
        assert_eq!(date("today-59d").as_deref(), Ok("2023-12-31"));
        assert!(!is_made("today+1w") && !is_made("tomorrow") && !is_made("new-name"));
    }
}

//! Languages by the grammar of BCP 47 (RFC 5646 section 2.1), with the languages, scripts and
//! regions of the registry by table.
//!
//! Deliberately not here: registered variants and extensions; their form is checked.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::country::is_alpha_2;
use super::{Answer, valid_if};

static LANGUAGES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    include_str!("../tables/languages.txt")
        .split_whitespace()
        .collect()
});
static SCRIPTS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    include_str!("../tables/scripts.txt")
        .split_whitespace()
        .collect()
});

/// Tags from before the grammar (RFC 5646, `grandfathered`).
const GRANDFATHERED: [&str; 26] = [
    "en-gb-oed",
    "i-ami",
    "i-bnn",
    "i-default",
    "i-enochian",
    "i-hak",
    "i-klingon",
    "i-lux",
    "i-mingo",
    "i-navajo",
    "i-pwn",
    "i-tao",
    "i-tay",
    "i-tsu",
    "sgn-be-fr",
    "sgn-be-nl",
    "sgn-ch-de",
    "art-lojban",
    "cel-gaulish",
    "no-bok",
    "no-nyn",
    "zh-guoyu",
    "zh-hakka",
    "zh-min",
    "zh-min-nan",
    "zh-xiang",
];

/// Regions of the registry that are no country of ISO 3166-1 today.
const OTHER_REGIONS: [&str; 20] = [
    "AC", "AN", "BU", "CP", "CS", "DD", "DG", "EA", "EU", "EZ", "FX", "IC", "NT", "SU", "TA", "TP",
    "UN", "YD", "YU", "ZR",
];

pub(super) fn check(code: &str) -> Answer {
    // Subtags are compared without regard to case (RFC 5646 section 2.1.1).
    let lower = code.to_ascii_lowercase();
    let is_tag = GRANDFATHERED.contains(&lower.as_str()) || is_language_tag(&lower);
    valid_if(is_tag, || {
        format!("`{code}` is no language of BCP 47 such as `fr`, `en-GB` or `ne-NP`")
    })
}

fn is_language_tag(tag: &str) -> bool {
    let subtags: Vec<&str> = tag.split('-').collect();
    if subtags.iter().any(|subtag| !is_alphanumeric(subtag, 1..=8)) {
        return false;
    }
    match subtags.as_slice() {
        ["x", rest @ ..] => !rest.is_empty(),
        [language, rest @ ..] => is_language(language) && is_rest(rest),
        [] => false,
    }
}

fn is_language(subtag: &str) -> bool {
    // `qaa` to `qtz` are for private use.
    let is_private = subtag.len() == 3 && ("qaa"..="qtz").contains(&subtag);
    LANGUAGES.contains(subtag) || is_private
}

/// What may follow the language, in this order: up to three extended languages, a script, a
/// region, variants, extensions, private use.
fn is_rest(mut rest: &[&str]) -> bool {
    let mut extended = 0;
    while extended < 3 && rest.first().is_some_and(|subtag| is_alphabetic(subtag, 3)) {
        rest = &rest[1..];
        extended += 1;
    }
    if rest.first().is_some_and(|subtag| is_alphabetic(subtag, 4)) {
        if !is_script(rest[0]) {
            return false;
        }
        rest = &rest[1..];
    }
    if let Some(is_region) = rest.first().and_then(|subtag| region(subtag)) {
        if !is_region {
            return false;
        }
        rest = &rest[1..];
    }
    while rest.first().is_some_and(|subtag| is_variant(subtag)) {
        rest = &rest[1..];
    }
    is_extensions(rest)
}

/// Each extension is a single character and one or more subtags; `x` begins private use.
fn is_extensions(mut rest: &[&str]) -> bool {
    while let [singleton, following @ ..] = rest {
        if singleton.len() != 1 {
            return false;
        }
        if *singleton == "x" {
            return !following.is_empty();
        }
        let length = following
            .iter()
            .take_while(|subtag| subtag.len() >= 2)
            .count();
        if length == 0 {
            return false;
        }
        rest = &following[length..];
    }
    true
}

fn is_script(subtag: &str) -> bool {
    let mut title = subtag.to_owned();
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let is_private = ("Qaaa"..="Qabx").contains(&title.as_str());
    is_private || SCRIPTS.contains(title.as_str())
}

/// Whether a subtag in the place of a region is one; `None` if it has not the form of one.
fn region(subtag: &str) -> Option<bool> {
    if subtag.len() == 3 && subtag.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(true);
    }
    if !is_alphabetic(subtag, 2) {
        return None;
    }
    let upper = subtag.to_ascii_uppercase();
    let upper = upper.as_str();
    let is_private = matches!(upper, "AA" | "ZZ")
        || ("QM"..="QZ").contains(&upper)
        || ("XA"..="XZ").contains(&upper);
    Some(is_private || is_alpha_2(upper) || OTHER_REGIONS.contains(&upper))
}

fn is_variant(subtag: &str) -> bool {
    let starts_with_digit = subtag.starts_with(|first: char| first.is_ascii_digit());
    is_alphanumeric(subtag, 5..=8) || (starts_with_digit && subtag.len() == 4)
}

fn is_alphabetic(subtag: &str, length: usize) -> bool {
    subtag.len() == length && subtag.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_alphanumeric(subtag: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::terminology::rules::Answer;

    #[test]
    fn tags_follow_the_grammar_and_the_registry() {
        for code in [
            "en",
            "fr",
            "ne-NP",
            "en-us",
            "zh-Hant-TW",
            "zh-cmn-Hans-CN",
            "sl-rozaj-biske",
            "de-CH-1996",
            "es-419",
            "wuu",
            "mul",
            "x-village",
            "en-u-ca-buddhist",
            "i-klingon",
            "art-lojban",
            "qab",
        ] {
            assert_eq!(check(code), Answer::Valid, "{code}");
        }
        for code in [
            "", "xx", "english", "eng", "en_US", "en-", "en-XYZ1", "en-QA-QB", "en-Abcd",
            "en-BB-CC", "x", "en-u", "-en", "en-a-", "ü",
        ] {
            assert!(matches!(check(code), Answer::Invalid(_)), "{code}");
        }
    }
}

//! Text in search: folding, and the escapes of R4 3.1.1.4.2.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::reference::tree::Tree;

/// The text without case and accents, as strings are compared (R4 3.1.1.4.8).
pub(super) fn fold(text: &str) -> String {
    text.nfd()
        .filter(|character| !is_combining_mark(*character))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Splits at each separator that no backslash escapes; the parts keep their escapes.
pub(super) fn split_unescaped(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (place, character) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if character == '\\' {
            escaped = true;
        } else if character == separator {
            parts.push(&text[start..place]);
            start = place + character.len_utf8();
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Resolves the escapes `\,`, `\|`, `\$` and `\\`; any other backslash stays.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match characters.peek() {
            Some(&next) if character == '\\' && ",|$\\".contains(next) => {
                out.push(next);
                characters.next();
            }
            _ => out.push(character),
        }
    }
    out
}

/// The texts a string parameter looks at: a string itself, or the parts of a HumanName or an
/// Address.
pub(super) fn texts(element: &Tree) -> Vec<&str> {
    const PARTS: [&str; 12] = [
        "text",
        "family",
        "given",
        "prefix",
        "suffix",
        "line",
        "city",
        "district",
        "state",
        "postalCode",
        "country",
        "value",
    ];
    if let Some(text) = element.as_str() {
        return vec![text];
    }
    PARTS
        .iter()
        .filter_map(|part| element.get(part))
        .flat_map(Tree::entries_or_self)
        .filter_map(Tree::as_str)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{fold, split_unescaped, unescape};

    #[test]
    fn folding_drops_case_and_accents() {
        assert_eq!(fold("Sofía ÅSTRÖM"), "sofia astrom");
    }

    #[test]
    fn escaped_separators_do_not_split() {
        assert_eq!(split_unescaped(r"a\,b,c", ','), [r"a\,b", "c"]);
        assert_eq!(unescape(r"a\,b\\c\d"), r"a,b\c\d");
    }
}

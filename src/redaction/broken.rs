//! Text that is almost JSON: cut in the middle, or with a fault in it. No structure can be trusted,
//! so every string and long number goes, except where a property name says that it is technical.

use super::spelling::Spelled;
use super::text::Pseudonyms;

/// Properties whose strings are codes and canonical URLs.
const TECHNICAL: [&str; 9] = [
    "resourceType",
    "system",
    "code",
    "url",
    "use",
    "status",
    "type",
    "relation",
    "contentType",
];

/// Rewrites such a text; `address` rewrites what looks like an address.
pub(super) fn rewrite(
    text: &str,
    pseudonyms: &Pseudonyms,
    address: impl Fn(&str) -> String,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut name = String::new();
    while !rest.is_empty() {
        let Some(open) = rest.find('"') else {
            between(rest, pseudonyms, &mut out);
            break;
        };
        let (before, literal) = rest.split_at(open);
        between(before, pseudonyms, &mut out);
        let end = literal_end(literal);
        let inside = literal[1..end].strip_suffix('"').filter(|_| end > 1);
        let (inside, closed) = match inside {
            Some(inside) => (inside, true),
            None => (&literal[1..end], false),
        };
        rest = &literal[end..];
        out.push('"');
        if closed && rest.trim_start().starts_with(':') {
            name = inside.to_owned();
            out.push_str(inside);
        } else if inside.contains("://") || name == "reference" {
            out.push_str(&address(inside));
        } else if TECHNICAL.contains(&name.as_str()) {
            out.push_str(inside);
        } else {
            let spelled = Spelled::json(inside);
            out.push_str(&spelled.rewritten(&pseudonyms.text(&spelled.characters)));
        }
        if closed {
            out.push('"');
        }
    }
    out
}

/// Where a string literal ends, after its closing quote or with the text.
fn literal_end(literal: &str) -> usize {
    let mut escaped = false;
    for (at, character) in literal.char_indices().skip(1) {
        match character {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    literal.len()
}

/// Between strings only long numbers say something, and words that are no JSON.
fn between(text: &str, pseudonyms: &Pseudonyms, out: &mut String) {
    let mut rest = text;
    while !rest.is_empty() {
        let is_word = |c: char| c.is_alphanumeric();
        let start = rest.find(is_word).unwrap_or(rest.len());
        let (before, word) = rest.split_at(start);
        out.push_str(before);
        let end = word.find(|c: char| !is_word(c)).unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        let characters: Vec<char> = word.chars().collect();
        let is_number = characters.iter().all(char::is_ascii_digit);
        if is_number {
            out.extend(pseudonyms.number(&characters));
        } else if matches!(word, "true" | "false" | "null" | "NaN" | "Infinity") {
            out.push_str(word);
        } else {
            out.extend(pseudonyms.text(&characters));
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::super::Key;
    use super::super::cipher::Direction;
    use super::super::text::Pseudonyms;
    use super::rewrite;

    fn hidden(text: &str) -> String {
        let key = Key::new([5; 32], date(2026, 6, 15));
        rewrite(text, &Pseudonyms::new(&key, Direction::Hide), str::to_owned)
    }

    #[test]
    fn a_cut_resource_shows_nobody() {
        let shown = hidden(
            r#"{"resourceType":"Patient","n":NaN,"phone":55512345,"name":[{"family":"Lov\"ett","given":["Ad"#,
        );
        assert!(
            shown.starts_with(r#"{"resourceType":"Patient","n":NaN,"phone":"#),
            "{shown}"
        );
        assert!(
            !shown.contains("Lov") && !shown.contains("ett") && !shown.contains("\"Ad"),
            "{shown}"
        );
        assert!(
            !shown.contains("55512345") && shown.contains("\\\""),
            "{shown}"
        );
        assert!(hidden(r#"{"system":"http://x/y","code":"Code""#).ends_with(r#""code":"Code""#));
    }

    proptest! {
        #[test]
        fn the_length_stays(text in "(\"|\\\\|:|\\{|a|é|1|,| ){0,30}") {
            prop_assert_eq!(hidden(&text).chars().count(), text.chars().count());
        }
    }
}

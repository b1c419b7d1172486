//! The texts that servers write for people: error messages and web pages. Their words stay as far
//! as they are harmless; what is known, and what looks like somebody's number or address, goes.

use std::ops::Range;

use super::known::Known;
use super::rules::RULES;
use super::text::{Pseudonyms, Token, tokens};

/// A run of so many digits is a number of somebody or something, not an amount.
const LONG_NUMBER: usize = 5;

/// The parts of a message that are personal by their look: mail addresses, long numbers, codes in
/// quotes.
pub(super) fn suspicious(text: &[char]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (token, range) in tokens(text) {
        if token != Token::Word {
            continue;
        }
        let word = &text[range.clone()];
        let digits = word.iter().filter(|c| c.is_numeric()).count();
        let in_quotes = |c: Option<&char>| matches!(c, Some('`' | '\'' | '"'));
        let is_quoted = digits > 0
            && in_quotes(range.start.checked_sub(1).and_then(|at| text.get(at)))
            && word.len() > 2;
        if digits >= LONG_NUMBER || is_quoted {
            found.push(range);
        } else if text.get(range.end) == Some(&'@') {
            found.push(mail(text, &range));
        }
    }
    found
}

/// The whole of a mail address around its last word before `@`.
fn mail(text: &[char], before: &Range<usize>) -> Range<usize> {
    let is_part = |c: &char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
    let start = text[..before.start]
        .iter()
        .rev()
        .take_while(|c| is_part(c))
        .count();
    let end = text[before.end + 1..]
        .iter()
        .take_while(|c| is_part(c))
        .count();
    before.start - start..before.end + 1 + end
}

/// Rewrites an error message.
pub(super) fn hide(pseudonyms: &Pseudonyms, known: &Known, text: &[char]) -> Vec<char> {
    let mut out = known.hide(pseudonyms, text);
    for range in suspicious(text) {
        let replaced = pseudonyms.text(&text[range.clone()]);
        out[range].copy_from_slice(&replaced);
    }
    out
}

/// Rewrites a page or another text of which nothing is known: only harmless words and short
/// numbers stay.
pub(super) fn hide_page(pseudonyms: &Pseudonyms, text: &[char]) -> Vec<char> {
    let mut out = text.to_vec();
    for (token, range) in tokens(text) {
        let word: String = text[range.clone()]
            .iter()
            .flat_map(|c| c.to_lowercase())
            .collect();
        let is_short = word.len() < LONG_NUMBER && word.bytes().all(|byte| byte.is_ascii_digit());
        if token == Token::Word && (is_short || RULES.is_plain(&word)) {
            continue;
        }
        pseudonyms.token(token, range, &mut out);
    }
    out
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::Key;
    use super::super::cipher::Direction;
    use super::super::known::Known;
    use super::super::text::Pseudonyms;
    use super::{hide, hide_page};

    fn pseudonyms() -> Pseudonyms {
        Pseudonyms::new(&Key::new([5; 32], date(2026, 6, 15)), Direction::Hide)
    }

    fn message(text: &str) -> String {
        let text: Vec<char> = text.chars().collect();
        hide(&pseudonyms(), &Known::default(), &text)
            .into_iter()
            .collect()
    }

    #[test]
    fn numbers_codes_and_mail_go_and_the_message_stays() {
        let shown = message("Exists patient with following chfid `123456706`");
        assert!(
            shown.starts_with("Exists patient with following chfid `"),
            "{shown}"
        );
        assert!(!shown.contains("123456706"));
        let shown = message(
            "filter {'validity_to__isnull': True, 'chf_id': 'A-12'}; mail ada.l@x.org, id 3",
        );
        assert!(
            shown.contains("'validity_to__isnull': True") && shown.contains("id 3"),
            "{shown}"
        );
        assert!(
            !shown.contains("ada") && !shown.contains("x.org"),
            "{shown}"
        );
        let kept = "Invalid page. 'Insuree' object has no attribute 'code' (status 500)";
        assert_eq!(message(kept), kept);
    }

    #[test]
    fn of_a_page_only_harmless_words_stay() {
        let text: Vec<char> = "Server Error (500): Lovett Ada not found".chars().collect();
        let shown: String = hide_page(&pseudonyms(), &text).into_iter().collect();
        assert!(shown.starts_with("Server Error (500): ") && shown.ends_with(" not found"));
        assert!(
            !shown.contains("Lovett") && !shown.contains("Ada"),
            "{shown}"
        );
    }
}

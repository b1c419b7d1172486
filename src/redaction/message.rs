//! The texts that servers write for people: error messages and web pages. Their words stay as far
//! as they are known to be nobody's name; numbers, dates, codes and mail addresses go.

use std::ops::Range;

use super::known::Known;
use super::rules::RULES;
use super::text::{Pseudonyms, Token, tokens};
use super::vocabulary::{LONG_NUMBER, Vocabulary};

/// The parts of a message that are or may be personal: dates, mail addresses, long numbers, codes
/// in quotes or with hyphens, and words that are not those of messages.
pub(super) fn suspicious(vocabulary: &Vocabulary, text: &[char]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (token, range) in tokens(text) {
        match token {
            Token::Date => found.push(range),
            Token::Time | Token::Uuid => {}
            Token::Word if text.get(range.end) == Some(&'@') => found.push(mail(text, &range)),
            Token::Word => {
                let word = &text[range.clone()];
                let is_code = is_quoted_code(text, &range) || is_part_of_code(text, &range);
                if is_code || !vocabulary.has(word) {
                    found.push(range);
                }
            }
        }
    }
    found
}

/// `'AB12'`, with whatever quotes.
fn is_quoted_code(text: &[char], range: &Range<usize>) -> bool {
    let word = &text[range.clone()];
    let before = range.start.checked_sub(1).and_then(|at| text.get(at));
    word.len() > 2
        && word.iter().any(|c| c.is_numeric())
        && matches!(before, Some('`' | '\'' | '"'))
}

/// A number or a letter of a code such as `A-12`.
fn is_part_of_code(text: &[char], range: &Range<usize>) -> bool {
    let word = &text[range.clone()];
    if word.len() > 1 && !word.iter().all(|c| c.is_numeric()) {
        return false;
    }
    let is_part = |c: &&char| c.is_alphanumeric() || **c == '-';
    let before = text[..range.start].iter().rev().take_while(is_part);
    let after = text[range.end..].iter().take_while(is_part);
    let around: Vec<char> = before.chain(after).copied().collect();
    let letters = around
        .iter()
        .chain(word)
        .filter(|c| c.is_alphabetic())
        .count();
    let digits = around.iter().chain(word).filter(|c| c.is_numeric()).count();
    around.contains(&'-') && digits >= 2 && letters == 1
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
pub(super) fn hide(
    pseudonyms: &Pseudonyms,
    known: &Known,
    vocabulary: &Vocabulary,
    text: &[char],
) -> Vec<char> {
    let mut out = known.hide(pseudonyms, text);
    for range in suspicious(vocabulary, text) {
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
    use super::super::vocabulary::Vocabulary;
    use super::{hide, hide_page};
    use crate::package::Definitions;

    fn pseudonyms() -> Pseudonyms {
        Pseudonyms::new(&Key::new([5; 32], date(2026, 6, 15)), Direction::Hide)
    }

    fn message(text: &str) -> String {
        let text: Vec<char> = text.chars().collect();
        let vocabulary = Vocabulary::new(Definitions::embedded());
        hide(&pseudonyms(), &Known::default(), &vocabulary, &text)
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
    fn names_that_nobody_has_seen_before_go() {
        for (text, gone) in [
            ("Insuree Lovett, Ada already exists", "Lovett"),
            ("no family of OUSMANE found", "OUSMANE"),
            ("L'assuré ndèye est introuvable", "ndèye"),
            ("born 1971-11-23: not valid", "1971-11-23"),
            ("code A-12 or 12-B is not unique", "A-12"),
        ] {
            let shown = message(text);
            assert!(!shown.contains(gone), "{shown}");
            assert_eq!(shown.chars().count(), text.chars().count());
        }
        let kept = "L'assuré est introuvable, charset utf-8";
        assert_eq!(message(kept), kept);
    }

    #[test]
    fn what_tells_of_the_inside_of_a_server_is_still_seen() {
        for trace in crate::check::protocol::internals::TRACES {
            assert_eq!(message(trace), trace);
        }
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

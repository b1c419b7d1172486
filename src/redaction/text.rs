//! Text to pseudonym, token by token: words and dates change, everything else stays.
//!
//! Because the pseudonym of a token depends on nothing but the token and the key, equal words are
//! equal everywhere: in a name, in the display of a reference, in a URL, in an error text.

use std::collections::HashSet;
use std::ops::Range;

use jiff::civil::Date;

use super::Key;
use super::cipher::{Cipher, Direction};
use super::date;

/// What a part of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// A run of letters and digits.
    Word,
    /// `YYYY-MM` or `YYYY-MM-DD`.
    Date,
    /// The time of day after a date: it says nothing without the date, and stays.
    Time,
    /// A UUID: random by itself, and stays.
    Uuid,
}

/// Splits a text; what is between the tokens is left out.
pub(super) fn tokens(text: &[char]) -> Vec<(Token, Range<usize>)> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_alphanumeric() {
            at += 1;
            continue;
        }
        let rest = &text[at..];
        let (token, length) = if let Some(length) = uuid_length(rest) {
            (Token::Uuid, length)
        } else if let Some(length) = date::length(rest, false) {
            (Token::Date, length)
        } else {
            let end = rest.iter().position(|c| !c.is_alphanumeric());
            (Token::Word, end.unwrap_or(rest.len()))
        };
        tokens.push((token, at..at + length));
        at += length;
        if token == Token::Date
            && let Some(length) = time_length(&text[at..])
        {
            tokens.push((Token::Time, at..at + length));
            at += length;
        }
    }
    tokens
}

fn uuid_length(text: &[char]) -> Option<usize> {
    let uuid = text.get(..36)?;
    let fits = uuid
        .iter()
        .enumerate()
        .all(|(index, character)| match index {
            8 | 13 | 18 | 23 => *character == '-',
            _ => character.is_ascii_hexdigit(),
        });
    let ends = text.get(36).is_none_or(|next| !next.is_alphanumeric());
    (fits && ends).then_some(36)
}

/// `Thh:mm` with anything of a time and zone after it.
fn time_length(text: &[char]) -> Option<usize> {
    if text.first() != Some(&'T') || !text.get(1)?.is_ascii_digit() {
        return None;
    }
    let is_part = |c: &char| c.is_ascii_digit() || matches!(c, ':' | '.' | '+' | '-' | 'Z');
    let end = text[1..].iter().position(|c| !is_part(c));
    Some(end.map_or(text.len(), |end| end + 1))
}

/// Makes pseudonyms with one key.
#[derive(Clone)]
pub(super) struct Pseudonyms {
    cipher: Cipher,
    day: Date,
    /// Words that are nobody's and stay.
    kept: HashSet<Vec<char>>,
}

impl Pseudonyms {
    pub(super) fn new(key: &Key, direction: Direction) -> Self {
        Self {
            cipher: Cipher::new(key.bytes(), direction),
            day: key.day(),
            kept: HashSet::new(),
        }
    }

    /// Leaves the words of that text alone.
    pub(super) fn keep(&mut self, text: &str) {
        let text: Vec<char> = text.chars().collect();
        let words = tokens(&text)
            .into_iter()
            .filter(|(token, _)| *token == Token::Word)
            .map(|(_, range)| text[range].to_vec());
        self.kept.extend(words);
    }

    /// The pseudonym of a text, with as many characters.
    pub(super) fn text(&self, text: &[char]) -> Vec<char> {
        let mut out = text.to_vec();
        for (token, range) in tokens(text) {
            self.token(token, range, &mut out);
        }
        out
    }

    /// Replaces one token of a text.
    pub(super) fn token(&self, token: Token, range: Range<usize>, text: &mut [char]) {
        let replaced = match token {
            Token::Word if self.kept.contains(&text[range.clone()]) => return,
            Token::Word => self.cipher.word(&text[range.clone()]),
            Token::Date => date::pseudonym(&self.cipher, self.day, &text[range.clone()]),
            Token::Time | Token::Uuid => return,
        };
        text[range].copy_from_slice(&replaced);
    }

    /// The pseudonym of a FHIR date or dateTime, of which `YYYY` is one too.
    pub(super) fn date(&self, text: &[char]) -> Vec<char> {
        if date::length(text, true) == Some(4) && text.len() == 4 {
            return date::pseudonym(&self.cipher, self.day, text);
        }
        self.text(text)
    }

    /// The pseudonym of base64. The last group stays if it is padded, because only some of its
    /// values are allowed.
    pub(super) fn base64(&self, text: &[char]) -> Vec<char> {
        let kept = match text.last() {
            Some('=') => text.len().min(4),
            _ => 0,
        };
        let (body, tail) = text.split_at(text.len() - kept);
        let mut out = body.to_vec();
        let runs = body.split(|c| !c.is_ascii_alphanumeric());
        let mut at = 0;
        for run in runs {
            let end = at + run.len();
            out[at..end].copy_from_slice(&self.cipher.word(run));
            at = end + 1;
        }
        out.extend_from_slice(tail);
        out
    }

    /// The pseudonym of a number: the integer part, if it has at least five digits, becomes
    /// another of as many. Shorter numbers are amounts and counts.
    pub(super) fn number(&self, text: &[char]) -> Vec<char> {
        let start = usize::from(text.first() == Some(&'-'));
        let digits = text[start..]
            .iter()
            .take_while(|c| c.is_ascii_digit())
            .count();
        let mut out = text.to_vec();
        if digits < 5 || text[start] == '0' {
            return out;
        }
        let integer = start..start + digits;
        // A leading zero is not JSON; walking on past those keeps it a permutation.
        loop {
            let moved = self.cipher.word(&out[integer.clone()]);
            out[integer.clone()].copy_from_slice(&moved);
            if out[start] != '0' {
                return out;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::super::Key;
    use super::super::cipher::Direction;
    use super::{Pseudonyms, Token, tokens};

    fn pseudonyms() -> Pseudonyms {
        Pseudonyms::new(&Key::new([5; 32], date(2026, 6, 15)), Direction::Hide)
    }

    #[test]
    fn words_that_are_kept_stand_in_any_text() {
        let mut keeping = pseudonyms();
        keeping.keep("CT0123456789");
        let text: Vec<char> = "Patient/CT0123456789, CT0123456788".chars().collect();
        let shown: String = keeping.text(&text).into_iter().collect();
        assert!(shown.contains("/CT0123456789, "), "{shown}");
        assert!(!shown.contains("CT0123456788"), "{shown}");
    }

    fn hidden(text: &str) -> String {
        let text: Vec<char> = text.chars().collect();
        pseudonyms().text(&text).into_iter().collect()
    }

    #[test]
    fn a_text_is_split_into_what_changes_and_what_stays() {
        let text: Vec<char> =
            "Ada, 1988-03-04T10:00:00+05:30 aef885b3-9d20-5424-9e94-33b1c5679916/x"
                .chars()
                .collect();
        let kinds: Vec<Token> = tokens(&text).into_iter().map(|(token, _)| token).collect();
        use Token::{Date, Time, Uuid, Word};
        assert_eq!(kinds, [Word, Date, Time, Uuid, Word]);
    }

    #[test]
    fn equal_words_are_equal_everywhere() {
        let text = hidden("Lovett, Ada: Lovett/070707070");
        let words = text.split(|c: char| !c.is_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        assert_eq!(words[0], words[2]);
        assert_eq!(hidden("070707070"), words[3]);
        assert_eq!(text.len(), "Lovett, Ada: Lovett/070707070".len());
    }

    #[test]
    fn addresses_of_people_keep_their_form() {
        let mail = hidden("ada.lovett@example.org");
        assert!(
            mail.contains('@') && mail.contains('.') && !mail.contains("ada"),
            "{mail}"
        );
        let phone = hidden("+1 (000) 000-10");
        assert!(phone.starts_with('+') && phone.contains('('), "{phone}");
    }

    #[test]
    fn symbols_and_emoji_stay() {
        let text = hidden("👩‍👧 Ada ★ — 2×");
        assert!(text.starts_with("👩‍👧 ") && text.contains(" ★ — "), "{text}");
        assert!(!text.contains("Ada"));
    }

    #[test]
    fn base64_stays_base64() {
        let data: Vec<char> = "iVBORw0KGgoAAAANSUhEUg+/AB==".chars().collect();
        let moved: String = pseudonyms().base64(&data).into_iter().collect();
        assert_eq!(moved.len(), data.len());
        assert!(moved.ends_with("AB==") && &moved[22..24] == "+/", "{moved}");
        assert!(!moved.starts_with("iVBOR"));
    }

    #[test]
    fn long_numbers_move_and_short_ones_stay() {
        let hide = |text: &str| -> String {
            let text: Vec<char> = text.chars().collect();
            pseudonyms().number(&text).into_iter().collect()
        };
        assert_eq!(hide("1234"), "1234");
        assert_eq!(hide("0.123456"), "0.123456");
        for number in ["19880304", "-10000", "123456.50", "12345e3"] {
            let moved = hide(number);
            assert_ne!(moved, number);
            assert_eq!(moved.len(), number.len());
            assert!(
                serde_json::from_str::<serde_json::Value>(&moved).is_ok(),
                "{moved}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail_and_the_length_stays(text in "\\PC*") {
            let text: Vec<char> = text.chars().collect();
            let hide = pseudonyms();
            prop_assert_eq!(hide.text(&text).len(), text.len());
            prop_assert_eq!(hide.base64(&text).len(), text.len());
            prop_assert_eq!(hide.date(&text).len(), text.len());
            prop_assert_eq!(hide.number(&text).len(), text.len());
        }
    }
}

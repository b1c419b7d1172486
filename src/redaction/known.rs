//! What a run has seen of people, so that it is found again in texts that no element describes:
//! error messages, addresses, findings.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::rules::RULES;
use super::text::{Pseudonyms, Token, tokens};

/// A name of more words or characters than this is no name.
const MOST_WORDS: usize = 5;
const MOST_CHARACTERS: usize = 60;
/// More of a message is not quoted.
const LONGEST_MESSAGE: usize = 4096;
/// What stands between these in a message is somebody's whole text, if it is known.
const QUOTES: [(char, char); 6] = [
    ('`', '`'),
    ('\'', '\''),
    ('"', '"'),
    ('“', '”'),
    ('‘', '’'),
    ('«', '»'),
];

/// Everything personal that was seen.
#[derive(Default)]
pub(super) struct Known {
    /// Words of names, codes and addresses, in lower case.
    words: HashSet<String>,
    /// Names of two letters, exactly as written: in lower case they are words of every language.
    short: HashSet<String>,
    /// Whole texts and dates.
    values: BTreeSet<String>,
    /// Whole texts of several words, by their first word in lower case.
    phrases: HashMap<String, Vec<Vec<char>>>,
    /// Messages of servers with words that may be somebody's, by their first word.
    messages: HashMap<Vec<char>, BTreeSet<Message>>,
}

/// A message as it came and as it is written, from its first word on.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Message {
    text: Vec<char>,
    hidden: Vec<char>,
}

impl Known {
    /// Somebody's name, code or number was seen: each of its words is known.
    pub(super) fn learn(&mut self, text: &[char]) {
        self.learn_text(text, true);
    }

    /// Somebody's text was seen: known as a whole, and the codes in it.
    pub(super) fn learn_prose(&mut self, text: &[char]) {
        self.learn_text(text, false);
    }

    /// A message was seen, and what is written of it: wherever it is quoted, the same is written.
    pub(super) fn learn_message(&mut self, text: &[char], hidden: &[char]) {
        let Some((_, first)) = tokens(text).into_iter().next() else {
            return;
        };
        let part = first.start..text.len().min(first.start + LONGEST_MESSAGE);
        let message = Message {
            text: text[part.clone()].to_vec(),
            hidden: hidden[part].to_vec(),
        };
        let messages = self.messages.entry(text[first].to_vec()).or_default();
        messages.insert(message);
    }

    fn learn_text(&mut self, text: &[char], is_name: bool) {
        if text.len() < 2 || !self.values.insert(text.iter().collect()) {
            return;
        }
        let tokens = tokens(text);
        let words = tokens.iter().filter(|(token, _)| *token == Token::Word);
        let dates = tokens.iter().filter(|(token, _)| *token == Token::Date);
        let dates = dates.map(|(_, range)| text[range.clone()].iter().collect::<String>());
        self.values.extend(dates);
        let words: Vec<&[char]> = words.map(|(_, range)| &text[range.clone()]).collect();
        if words.len() > 1
            && let Some(first) = words.first()
        {
            let phrases = self.phrases.entry(lower(first)).or_default();
            phrases.push(text.to_vec());
        }
        // The words of a mail address are those of an organization too.
        if text.contains(&'@') {
            return;
        }
        let is_short = words.len() <= MOST_WORDS && text.len() <= MOST_CHARACTERS;
        // A single word is the whole text.
        let is_name = (is_name && is_short) || words.len() == 1;
        for word in words {
            self.learn_word(word, is_name);
        }
    }

    fn learn_word(&mut self, word: &[char], is_name: bool) {
        let digits = word.iter().filter(|c| c.is_numeric()).count();
        let in_lower_case = lower(word);
        let is_code = digits > 0 && word.len() >= 4;
        let is_name = is_name && digits == 0;
        if is_code || (is_name && word.len() >= 3 && !RULES.is_plain(&in_lower_case)) {
            self.words.insert(in_lower_case);
        } else if is_name && word.len() == 2 && word[0].is_uppercase() {
            self.short.insert(word.iter().collect());
        }
    }

    fn is_word(&self, word: &[char]) -> bool {
        self.words.contains(&lower(word)) || self.short.contains(&word.iter().collect::<String>())
    }

    /// Whether that is somebody's whole text, or the start of one that was cut.
    fn is_value(&self, text: &[char]) -> bool {
        let text: String = text.iter().collect();
        if self.values.contains(&text) {
            return true;
        }
        let cut = text.strip_suffix('…').or_else(|| text.strip_suffix("..."));
        cut.filter(|cut| cut.chars().count() >= 3)
            .is_some_and(|cut| {
                let next = self.values.range(cut.to_owned()..).next();
                next.is_some_and(|value| value.starts_with(cut))
            })
    }

    /// Replaces in a text what is known of people: quoted and whole texts, phrases, ids after the
    /// name of their type, words and dates.
    pub(super) fn hide(&self, pseudonyms: &Pseudonyms, text: &[char]) -> Vec<char> {
        if self.is_value(text) {
            return pseudonyms.text(text);
        }
        let mut out = text.to_vec();
        let mut done = vec![false; text.len()];
        let mut replace = |from: usize, to: usize, out: &mut Vec<char>| {
            if done[from..to].iter().all(|done| !done) {
                out[from..to].copy_from_slice(&pseudonyms.text(&text[from..to]));
                done[from..to].fill(true);
            }
        };
        for (from, to) in quoted(text) {
            if self.is_value(&text[from..to]) {
                replace(from, to, &mut out);
            }
        }
        let tokens = tokens(text);
        for (index, (token, range)) in tokens.iter().enumerate() {
            let word = &text[range.clone()];
            self.hide_messages(text, range, &mut out);
            match token {
                Token::Word => {
                    let here = &text[range.start..];
                    if let Some(length) = self.phrase_length(word, here) {
                        replace(range.start, range.start + length, &mut out);
                    }
                    if self.is_word(word) {
                        replace(range.start, range.end, &mut out);
                    }
                    if let Some((_, id)) = tokens.get(index + 1)
                        && is_person_before(word, &text[range.end..id.start])
                    {
                        replace(id.start, id_end(text, id.start), &mut out);
                    }
                }
                Token::Date if self.is_value(word) => replace(range.start, range.end, &mut out),
                Token::Date | Token::Time | Token::Uuid => {}
            }
        }
        out
    }

    /// Writes what is quoted of known messages that start with this word, up to where the quote
    /// ends.
    fn hide_messages(&self, text: &[char], first: &Range<usize>, out: &mut [char]) {
        for message in self
            .messages
            .get(&text[first.clone()])
            .into_iter()
            .flatten()
        {
            let here = text[first.start..].iter().zip(&message.text);
            let same = here.take_while(|(here, there)| here == there).count();
            for at in 0..same {
                if message.hidden[at] != message.text[at] {
                    out[first.start + at] = message.hidden[at];
                }
            }
        }
    }

    /// The length of a known phrase that starts here.
    fn phrase_length(&self, first: &[char], here: &[char]) -> Option<usize> {
        let candidates = self.phrases.get(&lower(first))?;
        let fits = |phrase: &&Vec<char>| {
            here.get(..phrase.len())
                .is_some_and(|part| lower(part) == lower(phrase))
        };
        candidates.iter().filter(fits).map(Vec::len).max()
    }
}

/// `Patient/` before an id.
fn is_person_before(word: &[char], between: &[char]) -> bool {
    between == ['/'] && RULES.is_person(&word.iter().collect::<String>())
}

fn id_end(text: &[char], start: usize) -> usize {
    let is_id = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
    let length = text[start..].iter().take_while(|c| is_id(c)).count();
    start + length
}

fn lower(word: &[char]) -> String {
    word.iter().flat_map(|c| c.to_lowercase()).collect()
}

/// The insides of quotes: for each opening quote the next closing one. An apostrophe inside a word
/// opens nothing.
fn quoted(text: &[char]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (open, close) in QUOTES {
        let mut at = 0;
        while let Some(start) = text[at..].iter().position(|&c| c == open).map(|p| p + at) {
            let from = start + 1;
            let inside_word = start > 0 && text[start - 1].is_alphanumeric();
            let end = text[from..]
                .iter()
                .position(|&c| c == close)
                .map(|p| p + from);
            match end {
                Some(end) if !inside_word => {
                    found.push((from, end));
                    // The closing quote may also open the next pair, if something is amiss.
                    at = if end > from { end } else { from };
                }
                Some(_) => at = from,
                None => break,
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::super::Key;
    use super::super::cipher::Direction;
    use super::super::text::Pseudonyms;
    use super::Known;

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    fn pseudonyms() -> Pseudonyms {
        Pseudonyms::new(&Key::new([5; 32], date(2026, 6, 15)), Direction::Hide)
    }

    fn hidden(seen: &[&str], text: &str) -> String {
        let mut known = Known::default();
        seen.iter().for_each(|seen| known.learn(&chars(seen)));
        known
            .hide(&pseudonyms(), &chars(text))
            .into_iter()
            .collect()
    }

    #[test]
    fn known_words_go_in_every_case_and_only_as_words() {
        let text = hidden(
            &["Lovett", "Ada"],
            "insuree LOVETT, ada: Adaptation of lovett's",
        );
        assert!(!text.to_lowercase().contains("lovett"), "{text}");
        assert!(
            text.contains("insuree ") && text.contains(": Adaptation of "),
            "{text}"
        );
        assert!(!text.contains(" ada:"), "{text}");
    }

    #[test]
    fn whole_texts_go_where_they_are_quoted_even_if_cut() {
        let note = "the patient was complaining of head pain";
        for (text, gone) in [
            (format!("found `{note}`"), "complaining"),
            (format!("found `{}…`", &note[..20]), "patient was"),
            (format!("says {note} here"), "complaining"),
            (note.to_owned(), "complaining"),
        ] {
            let shown = hidden(&[note], &text);
            assert!(!shown.contains(gone), "{shown}");
            assert_eq!(shown.chars().count(), text.chars().count());
        }
        assert_eq!(
            hidden(&[note], "the patient is unknown"),
            "the patient is unknown"
        );
        assert!(!hidden(&["Al"], "name 'Al' is not known, Al").contains("Al"));
    }

    #[test]
    fn messages_are_written_the_same_wherever_they_are_quoted() {
        let mut known = Known::default();
        let message = chars("insuree Lovett, Ada is there already");
        let mut hidden = message.clone();
        hidden[8..14].fill('x');
        hidden[16..19].fill('y');
        known.learn_message(&message, &hidden);
        let shown = |text: &str| -> String {
            let shown = known.hide(&pseudonyms(), &chars(text));
            shown.into_iter().collect()
        };
        assert_eq!(
            shown("found status 400 (insuree Lovett, A…)"),
            "found status 400 (insuree xxxxxx, y…)"
        );
        assert_eq!(shown("an insuree is there"), "an insuree is there");
    }

    #[test]
    fn ids_after_the_name_of_a_type_go_unseen() {
        let shown = hidden(&[], "GET Patient/070707070/ and Location/R1D1: Group/AB-1.");
        assert!(
            !shown.contains("070707070") && !shown.contains("AB-1"),
            "{shown}"
        );
        assert!(shown.contains("Location/R1D1"), "{shown}");
    }

    #[test]
    fn dates_that_are_known_go_and_others_stay() {
        let shown = hidden(
            &["1988-03-04"],
            "born 1988-03-04T00:00:00, policy of 2026-01-01",
        );
        assert!(
            !shown.contains("1988-03-04") && shown.contains("2026-01-01"),
            "{shown}"
        );
    }

    #[test]
    fn words_of_error_texts_stay_even_if_somebody_is_called_so() {
        assert_eq!(
            hidden(&["Field", "Or"], "unknown field or value"),
            "unknown field or value"
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail(seen in "\\PC{0,12}", text in "[ 'a`\"é“”‘’«»/.…A-Z0-9-]{0,40}") {
            let shown = hidden(&[&seen, "Patient"], &text);
            prop_assert_eq!(shown.chars().count(), text.chars().count());
        }
    }
}

//! Which words of a server's message stay readable: those of messages, and the names of FHIR.
//! Every other word may be somebody's name.

use std::collections::{BTreeSet, HashSet};
use std::sync::OnceLock;

use super::rules::RULES;
use crate::package::Definitions;

/// A run of so many digits is a number of somebody or something, not an amount.
pub(super) const LONG_NUMBER: usize = 5;
/// More digits than this among letters make a code of a word: `ClaimV2` is a word, `AB1234` is not.
const MOST_DIGITS: usize = 2;

/// The words, with those of the definitions read when first asked for.
pub(super) struct Vocabulary {
    definitions: Definitions,
    names: OnceLock<HashSet<String>>,
}

impl Vocabulary {
    pub(super) fn new(definitions: Definitions) -> Self {
        Self {
            definitions,
            names: OnceLock::new(),
        }
    }

    /// Whether a run of letters and digits says nothing of anybody: each of its parts is a word,
    /// as in `ResourceType`, or it is a short number.
    pub(super) fn has(&self, word: &[char]) -> bool {
        let digits = word.iter().filter(|c| c.is_numeric()).count();
        if digits == word.len() {
            return digits < LONG_NUMBER && word.iter().all(char::is_ascii_digit);
        }
        digits <= MOST_DIGITS && parts(word).iter().all(|part| self.has_part(part))
    }

    fn has_part(&self, part: &str) -> bool {
        let knows = |part: &str| {
            part.chars().count() == 1
                || RULES.is_plain(part)
                || RULES.is_message(part)
                || self.names().contains(part)
        };
        knows(part) || part.strip_suffix('s').is_some_and(knows)
    }

    /// The words in the names of resource types, and of the elements of those with a profile.
    fn names(&self) -> &HashSet<String> {
        self.names.get_or_init(|| {
            let definitions = &self.definitions;
            let mut types: BTreeSet<String> = definitions
                .profiles()
                .iter()
                .map(|profile| profile.type_name.clone())
                .collect();
            let mut names: HashSet<String> = HashSet::new();
            let mut add = |name: &str| {
                names.extend(parts(&name.chars().collect::<Vec<_>>()));
            };
            definitions.resource_types().into_iter().for_each(&mut add);
            let mut done = BTreeSet::new();
            while let Some(name) = types.pop_first() {
                let Some(definition) = definitions.type_definition(&name) else {
                    continue;
                };
                add(&name);
                for element in definition.snapshot.iter().flatten() {
                    element.path.split(['.', '[']).for_each(&mut add);
                    let codes = element.types.iter().map(|kind| kind.code.clone());
                    let is_datatype = |code: &String| !done.contains(code) && *code != name;
                    types.extend(codes.filter(is_datatype));
                }
                done.insert(name);
            }
            names
        })
    }
}

/// The parts of a word in lower case, without digits: `fhirModels` has two, `HFName2` too.
fn parts(word: &[char]) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut before: Option<char> = None;
    for (at, &letter) in word.iter().enumerate() {
        if letter.is_numeric() {
            before = None;
            continue;
        }
        let next_is_small = word.get(at + 1).is_some_and(|next| next.is_lowercase());
        let begins = match before {
            None => true,
            Some(before) if before.is_uppercase() => letter.is_uppercase() && next_is_small,
            Some(_) => letter.is_uppercase(),
        };
        if begins {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.extend(letter.to_lowercase());
        }
        before = Some(letter);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{Vocabulary, parts};
    use crate::package::Definitions;

    fn has(word: &str) -> bool {
        let vocabulary = Vocabulary::new(Definitions::embedded());
        vocabulary.has(&word.chars().collect::<Vec<_>>())
    }

    #[test]
    fn a_word_has_parts() {
        let of = |word: &str| parts(&word.chars().collect::<Vec<_>>());
        assert_eq!(of("referFromHF"), ["refer", "from", "hf"]);
        assert_eq!(of("HFName2"), ["hf", "name"]);
        assert_eq!(of("R4B"), ["r", "b"]);
        assert_eq!(of("ERROR"), ["error"]);
    }

    #[test]
    fn words_of_messages_and_names_of_fhir_stay_and_no_name_does() {
        for word in [
            "Traceback",
            "ResourceType",
            "servicedPeriod",
            "birthDate",
            "CoverageEligibilityRequestV2",
            "404",
            "obligatoire",
        ] {
            assert!(has(word), "{word}");
        }
        for word in [
            "Lovett", "lovett", "LOVETT", "Ousmane", "Ndèye", "AB1234", "12345", "Éa",
        ] {
            assert!(!has(word), "{word}");
        }
    }
}

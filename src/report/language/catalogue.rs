//! A catalogue: texts and patterns, each with its translation.

use std::collections::HashMap;

use super::pattern::{Pattern, bare};

/// Sentences within sentences are followed so far.
const DEEPEST: usize = 8;

/// The texts of a language.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    exact: HashMap<String, String>,
    /// The ones that say most come first.
    patterns: Vec<(Pattern, String)>,
}

impl Catalogue {
    /// Reads files of texts and translations. They are compiled in and tested; one that could not
    /// be read would leave its texts in English.
    pub(super) fn new(files: &[&str]) -> Self {
        let mut catalogue = Self::default();
        for file in files {
            let texts: HashMap<String, String> = serde_json::from_str(file).unwrap_or_default();
            for (english, text) in texts {
                if let Some(pattern) = Pattern::read(&english) {
                    catalogue.patterns.push((pattern, text.clone()));
                }
                catalogue.exact.insert(english, text);
            }
        }
        catalogue
            .patterns
            .sort_by(|(left, a), (right, b)| (right.weight(), a).cmp(&(left.weight(), b)));
        catalogue
    }

    /// The translation of a fixed text.
    pub(super) fn exact(&self, english: &str) -> Option<&str> {
        self.exact.get(english).map(String::as_str)
    }

    /// The translation of a sentence with its values; the sentence itself where it is unknown.
    pub(super) fn sentence(&self, english: &str) -> String {
        self.find(english, DEEPEST)
            .unwrap_or_else(|| english.to_owned())
    }

    fn find(&self, english: &str, depth: usize) -> Option<String> {
        if let Some(text) = self.exact(english) {
            return Some(text.to_owned());
        }
        let depth = depth.checked_sub(1)?;
        self.patterns.iter().find_map(|(pattern, text)| {
            let found = pattern.matches(english)?;
            let mut filled = String::with_capacity(text.len() * 2);
            let mut rest = text.as_str();
            while let Some((before, after)) = rest.split_once('{') {
                let (name, after) = after.split_once('}')?;
                filled.push_str(before);
                let name = bare(name);
                let (hole, value) = found.iter().find(|(hole, _)| hole.name == name)?;
                match hole.is_sentence.then(|| self.find(value, depth)).flatten() {
                    Some(value) => filled.push_str(&value),
                    None => filled.push_str(value),
                }
                rest = after;
            }
            filled.push_str(rest);
            Some(filled)
        })
    }

    /// Every text.
    #[cfg(test)]
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.exact
            .iter()
            .map(|(english, text)| (english.as_str(), text.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::Catalogue;

    #[test]
    fn sentences_are_filled_and_what_is_unknown_stays() {
        let catalogue = Catalogue::new(&[
            r#"{"{:lead}: expected {:a}, found {:b}": "{lead} : attendu {a}, constaté {b}", "status {code}": "statut {code}", "none": "aucun", "found {x}": "wrong"}"#,
        ]);
        assert_eq!(
            catalogue.sentence("`none`: expected status 200, found none"),
            "`none` : attendu statut 200, constaté aucun"
        );
        assert_eq!(catalogue.sentence("Something else"), "Something else");
    }
}

//! The languages of a report's readers.
//!
//! A report is made in English, and `report.json` stays so. What people read is put into their
//! language when it is rendered, so that an old report can be read in French too. The key of a
//! text is the text itself; a catalogue has its translation. Sentences with values in them are
//! patterns with holes. What a server sent, and FHIR's own names, stay as they are; so does a
//! text that the catalogue does not know.

mod catalogue;
mod pattern;
mod report;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Display;
use std::sync::LazyLock;

use self::catalogue::Catalogue;
pub use self::report::in_language;

crate::fhir::codes! {
    /// A language that a report can be read in.
    Language {
        /// English, in which reports are made.
        English = "en",
        /// French.
        French = "fr",
    }
}

static FRENCH: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new(&[
        include_str!("fr/labels.json"),
        include_str!("fr/sentences.json"),
        include_str!("fr/checks.json"),
        include_str!("fr/requirements.json"),
        include_str!("fr/findings.json"),
        include_str!("fr/titles.json"),
        include_str!("fr/protocol.json"),
        include_str!("fr/run.json"),
        include_str!("fr/mends.json"),
    ])
});

impl Language {
    fn catalogue(self) -> Option<&'static Catalogue> {
        match self {
            Self::English => None,
            Self::French => Some(&FRENCH),
        }
    }

    /// A fixed text.
    #[must_use]
    pub fn text<'t>(self, english: &'t str) -> Cow<'t, str> {
        match self
            .catalogue()
            .and_then(|catalogue| catalogue.exact(english))
        {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Borrowed(english),
        }
    }

    /// A fixed text with values in its holes: `fill("{count} of {all}", &[("count", &1), ...])`.
    #[must_use]
    pub fn fill(self, english: &str, values: &[(&str, &dyn Display)]) -> String {
        let mut text = self.text(english).into_owned();
        for (name, value) in values {
            text = text.replace(&format!("{{{name}}}"), &value.to_string());
        }
        text
    }

    /// `1 check`, `2 checks`.
    #[must_use]
    pub fn count(self, count: usize, one: &str, many: &str) -> String {
        let single = match self {
            Self::English => count == 1,
            Self::French => count < 2,
        };
        let noun = self.text(if single { one } else { many });
        format!("{count} {noun}")
    }

    /// A sentence that a run made, which may hold values.
    #[must_use]
    pub fn sentence(self, english: &str) -> String {
        match self.catalogue() {
            None => english.to_owned(),
            Some(catalogue) => catalogue.sentence(english),
        }
    }

    /// What it is called in itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::French => "français",
        }
    }
}

/// Sentences of one language, each put into it once.
#[derive(Debug)]
pub(super) struct Sentences {
    language: Language,
    known: HashMap<String, String>,
}

impl Sentences {
    pub(super) fn new(language: Language) -> Self {
        Self {
            language,
            known: HashMap::new(),
        }
    }

    pub(super) fn put(&mut self, text: &mut String) {
        if let Some(known) = self.known.get(text.as_str()) {
            text.clone_from(known);
            return;
        }
        let translated = self.language.sentence(text);
        let english = std::mem::replace(text, translated.clone());
        self.known.insert(english, translated);
    }

    pub(super) fn put_all<'t>(&mut self, texts: impl IntoIterator<Item = &'t mut String>) {
        texts.into_iter().for_each(|text| self.put(text));
    }
}

#[cfg(test)]
mod tests;

//! The reviewable list of what is personal, `fixtures/personal-data.json`, and how it is asked.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

/// The base of the guide's extension URLs, which the list leaves out.
const GUIDE: &str = "https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/";

/// Whether a place is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    Personal,
    Safe,
}

/// How an extension's content is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Like any element: by the list, else by the FHIR type.
    Elements,
    /// No text or date below is personal unless listed.
    Safe,
    /// Every text and date below is personal; the words of codes are not.
    Personal,
    /// Everything below is personal, also what stands beside a code of a system that nobody knows.
    Unknown,
}

impl Scope {
    /// Whether what is not listed is personal here.
    pub(super) fn is_personal(self) -> bool {
        matches!(self, Self::Personal | Self::Unknown)
    }
}

/// The list, made ready to be asked.
pub(super) struct Rules {
    people: HashSet<String>,
    elements: HashMap<String, Listed>,
    extensions: HashMap<String, Scope>,
    search: HashMap<String, Listed>,
    words: HashSet<String>,
    messages: HashSet<String>,
    headers: HashSet<String>,
}

/// The list that is built in. A list that cannot be read would let nothing through: everything is
/// personal then, and a test holds the list to its form.
pub(super) static RULES: LazyLock<Rules> = LazyLock::new(|| {
    Rules::parse(include_str!("../../fixtures/personal-data.json")).unwrap_or_default()
});

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "about")]
    _about: String,
    people: People,
    personal: Vec<Elements>,
    safe: Vec<Elements>,
    extensions: Extensions,
    search: Search,
    words: Words,
    headers: Names,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct People {
    #[serde(rename = "why")]
    _why: String,
    types: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Elements {
    #[serde(rename = "why")]
    _why: String,
    elements: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Extensions {
    safe: Urls,
    mixed: Urls,
    personal: Urls,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Urls {
    #[serde(rename = "why")]
    _why: String,
    urls: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Search {
    #[serde(rename = "why")]
    _why: String,
    safe: Vec<String>,
    personal: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Names {
    #[serde(rename = "why")]
    _why: String,
    safe: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Words {
    #[serde(rename = "why")]
    _why: String,
    list: Vec<String>,
    messages: Vec<String>,
}

impl Default for Rules {
    fn default() -> Self {
        Self::from(File::default())
    }
}

impl From<File> for Rules {
    fn from(file: File) -> Self {
        let mut elements = HashMap::new();
        for (listed, groups) in [(Listed::Safe, file.safe), (Listed::Personal, file.personal)] {
            let paths = groups.into_iter().flat_map(|group| group.elements);
            elements.extend(paths.map(|path| (path, listed)));
        }
        let listed = [
            (Listed::Safe, file.search.safe),
            (Listed::Personal, file.search.personal),
        ];
        let search = listed
            .into_iter()
            .flat_map(|(listed, names)| names.into_iter().map(move |name| (name, listed)))
            .collect();
        let mut extensions = HashMap::new();
        for (scope, group) in [
            (Scope::Safe, file.extensions.safe),
            (Scope::Elements, file.extensions.mixed),
            (Scope::Personal, file.extensions.personal),
        ] {
            let urls = group.urls.into_iter();
            extensions.extend(urls.map(|url| (format!("{GUIDE}{url}"), scope)));
        }
        Self {
            people: file.people.types.into_iter().collect(),
            elements,
            extensions,
            search,
            words: file.words.list.into_iter().collect(),
            messages: file.words.messages.into_iter().collect(),
            headers: file.headers.safe.into_iter().collect(),
        }
    }
}

impl Rules {
    fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str::<File>(text).map(Self::from)
    }

    /// Whether resources of that type stand for people.
    pub(super) fn is_person(&self, resource_type: &str) -> bool {
        self.people.contains(resource_type)
    }

    /// Whether resources of that type are about things, rules and places alone.
    pub(super) fn is_thing(&self, resource_type: &str) -> bool {
        self.listed(resource_type) == Some(Listed::Safe)
    }

    /// What the list says of exactly that path.
    pub(super) fn listed(&self, path: &str) -> Option<Listed> {
        self.elements.get(path).copied()
    }

    /// What an extension's content is; of one that is not listed everything is personal.
    pub(super) fn extension(&self, url: &str) -> Scope {
        // Servers join base and path with one slash too many.
        let url = url.replace("ig//", "ig/");
        self.extensions.get(&url).copied().unwrap_or(Scope::Unknown)
    }

    /// Whether a search parameter's values are about a person never, or always; where it is not
    /// listed that depends on what is searched.
    pub(super) fn search(&self, parameter: &str) -> Option<Listed> {
        self.search.get(parameter).copied()
    }

    /// Whether a word, in lower case, stays readable in the texts of servers, even if somebody is
    /// called so.
    pub(super) fn is_plain(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    /// Whether a word, in lower case, stays readable in messages of servers, unless somebody is
    /// known to be called so.
    pub(super) fn is_message(&self, word: &str) -> bool {
        self.messages.contains(word)
    }

    /// Whether a header, in lower case, says nothing of people.
    pub(super) fn is_safe_header(&self, name: &str) -> bool {
        self.headers.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::{Listed, RULES, Rules, Scope};
    use crate::package::Definitions;

    #[test]
    fn the_list_has_its_form() {
        let text = include_str!("../../fixtures/personal-data.json");
        let rules = Rules::parse(text).map_err(|error| error.to_string());
        let rules = rules.expect("the list can be read");
        assert!(rules.is_person("Patient") && !rules.is_person("Location"));
        assert_eq!(rules.listed("Patient.birthDate"), Some(Listed::Personal));
        let all = rules.words.iter().chain(&rules.messages);
        assert!(
            all.chain(&rules.headers)
                .all(|one| *one == one.to_lowercase())
        );
        assert!(rules.words.is_disjoint(&rules.messages));
    }

    #[test]
    fn every_extension_of_the_guide_is_listed_once() {
        let definitions = Definitions::embedded();
        let mut seen = 0;
        for extension in definitions.extensions() {
            assert!(
                RULES.extensions.contains_key(&extension.url),
                "{}",
                extension.url
            );
            seen += 1;
        }
        assert_eq!(
            seen,
            RULES.extensions.len(),
            "a listed extension does not exist"
        );
        assert_eq!(
            RULES.extension("https://example.org/extension"),
            Scope::Unknown
        );
    }

    #[test]
    fn every_path_starts_at_a_type_of_fhir() {
        let definitions = Definitions::embedded();
        for path in RULES.elements.keys().chain(&RULES.people) {
            let start = path.split('.').next().unwrap_or_default();
            assert!(definitions.type_definition(start).is_some(), "{path}");
        }
    }
}

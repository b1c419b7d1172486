//! Definitions of one kind by canonical URL; each is decoded at most once, when first asked for.

use std::sync::{Arc, OnceLock};

use super::definition::{Definition, Facts};
use super::pack::{Pack, Place};
use crate::fhir::Canonical;
use crate::json;

/// Where the text of a definition is.
#[derive(Debug)]
pub(super) enum Source {
    /// Inside the program.
    Text(&'static str),
    /// In a block of a pack.
    Pack(Arc<Pack>, Place),
    /// Nowhere any more: it was decoded when its package was loaded.
    Decoded,
}

#[derive(Debug)]
pub(super) struct Entry<T> {
    pub facts: Facts,
    source: Source,
    cell: OnceLock<Option<Arc<T>>>,
}

impl<T: Definition> Entry<T> {
    pub(super) fn lazy(facts: Facts, source: Source) -> Self {
        Self {
            facts,
            source,
            cell: OnceLock::new(),
        }
    }

    pub(super) fn decoded(facts: Facts, definition: T) -> Self {
        Self {
            facts,
            source: Source::Decoded,
            cell: OnceLock::from(Some(Arc::new(definition))),
        }
    }

    pub(super) fn get(&self) -> Option<Arc<T>> {
        self.cell.get_or_init(|| self.decode()).clone()
    }

    fn decode(&self) -> Option<Arc<T>> {
        let definition = match &self.source {
            Source::Text(text) => T::read(&json::read(text).ok()?.root),
            Source::Pack(pack, place) => pack.read(*place, T::read),
            Source::Decoded => None,
        };
        definition.map(Arc::new)
    }
}

#[derive(Debug)]
pub(super) struct Index<T> {
    /// In the order of their URLs, so that they are found by halving: a table would cost more to
    /// build than a short command ever looks up.
    pub entries: Vec<Entry<T>>,
}

impl<T: Definition> Index<T> {
    pub(super) fn new(mut entries: Vec<Entry<T>>) -> Self {
        entries.sort_by(|a, b| a.facts.url.cmp(&b.facts.url));
        Self { entries }
    }

    /// The entries of a URL: its versions.
    fn versions(&self, url: &str) -> &[Entry<T>] {
        let start = self
            .entries
            .partition_point(|entry| entry.facts.url.as_str() < url);
        let rest = &self.entries[start..];
        &rest[..rest.partition_point(|entry| entry.facts.url == url)]
    }

    /// The entry of a URL, whatever its version.
    pub(super) fn entry(&self, url: &str) -> Option<&Entry<T>> {
        self.versions(url).first()
    }

    /// The definition of a canonical URL; of several versions the highest, if none is asked for.
    ///
    /// Some code systems of core (the versions of `v2-0006`, `v2-0360`, `v2-0391`) have a `url`
    /// that contains `|`, so the text as a whole is tried first.
    pub(super) fn find(&self, canonical: &str) -> Option<Arc<T>> {
        if let Some(entry) = self.entry(canonical).filter(|_| canonical.contains('|')) {
            return entry.get();
        }
        let canonical = Canonical::parse(canonical);
        self.versions(canonical.url)
            .iter()
            .filter(|entry| version_matches(canonical.version, entry.facts.version.as_deref()))
            .max_by_key(|entry| version_order(entry.facts.version.as_deref()))
            .and_then(Entry::get)
    }
}

/// Whether a definition's version satisfies the one asked for: the same, or the same up to the
/// parts that were asked for (`4.0` finds `4.0.1`), since a reference may state major.minor only.
fn version_matches(asked: Option<&str>, found: Option<&str>) -> bool {
    match (asked, found) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(asked), Some(found)) => found
            .strip_prefix(asked)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
    }
}

/// Orders versions by their numeric parts, then by text.
fn version_order(version: Option<&str>) -> (Vec<u64>, String) {
    let version = version.unwrap_or_default();
    let numbers = version
        .split(['.', '-', '+'])
        .map_while(|part| part.parse().ok())
        .collect();
    (numbers, version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Entry, Index, version_matches};
    use crate::fhir::ValueSet;
    use crate::package::definition::Facts;

    fn value_sets(versions: &[&str]) -> Index<ValueSet> {
        let entries = versions.iter().map(|version| {
            let text = format!(
                r#"{{"resourceType":"ValueSet","url":"http://example.org/v","version":"{version}"}}"#
            );
            let document = crate::json::read(&text).expect("valid JSON");
            let facts = Facts::of(&document.root).expect("has a url");
            let definition = ValueSet::from_node(&document.root).expect("a value set");
            Entry::decoded(facts, definition)
        });
        Index::new(entries.collect())
    }

    #[test]
    fn without_a_version_the_highest_is_found_by_number() {
        let index = value_sets(&["1.9.0", "1.10.0", "1.2.0"]);
        let found = index.find("http://example.org/v");
        assert_eq!(found.expect("one").version.as_deref(), Some("1.10.0"));
    }

    #[test]
    fn a_version_that_is_not_there_finds_nothing() {
        let index = value_sets(&["1.9.0"]);
        assert!(index.find("http://example.org/v|2.0.0").is_none());
        assert!(index.find("http://example.org/v|1.9").is_some());
        assert!(!version_matches(Some("1.9"), Some("1.90")));
        assert!(!version_matches(Some("1"), None));
    }
}

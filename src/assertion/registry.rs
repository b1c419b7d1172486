//! The compiled schemas, by canonical URL, each compiled when first asked for. Schemas name each
//! other by [`SchemaRef`], so recursive types (Extension, Questionnaire.item) need no ownership
//! cycle, and a lookup on the hot path is one atomic load.

use std::collections::HashMap;
use std::sync::{OnceLock, PoisonError, RwLock};

use super::Schema;

/// The place of a schema in its [`Registry`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemaRef(u32);

/// Compiles the schema of a canonical URL; `None` where the URL is not known.
pub type Compile = Box<dyn Fn(&str, &Registry) -> Option<Schema> + Send + Sync>;

/// Every schema that was ever named.
pub struct Registry {
    compile: Compile,
    numbers: RwLock<Numbers>,
    // Blocks of doubling size: entries never move, so they can be lent out while others are added.
    blocks: [OnceLock<Box<[Slot]>>; BLOCKS],
}

/// The numbers by canonical URL and, for the types of R4, by name too: names are looked up for each
/// resource, and making their URLs each time would cost more than the look-up.
#[derive(Default)]
struct Numbers {
    by_url: HashMap<String, SchemaRef>,
    by_type: HashMap<String, SchemaRef>,
}

#[derive(Default)]
struct Slot {
    canonical: OnceLock<String>,
    schema: OnceLock<Option<Schema>>,
}

const ELEMENT: SchemaRef = SchemaRef(0);
const BLOCKS: usize = 20;
const FIRST_BLOCK: u32 = 64;

impl Registry {
    /// A registry that compiles with the given function.
    #[must_use]
    pub fn new(compile: Compile) -> Self {
        let registry = Self {
            compile,
            numbers: RwLock::default(),
            blocks: [const { OnceLock::new() }; BLOCKS],
        };
        // The first name gets the first number.
        let _ = registry.refer("Element");
        registry
    }

    /// The number of a canonical URL or, without a `:`, of a type name. Nothing is compiled yet.
    #[must_use]
    pub fn refer(&self, canonical: &str) -> SchemaRef {
        if let Some(known) = self.known(canonical) {
            return known;
        }
        let url = if is_url(canonical) {
            canonical.to_owned()
        } else {
            type_url(canonical)
        };
        let mut numbers = self.numbers.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = numbers.by_url.get(&url) {
            return *known;
        }
        // Past the last block every new name shares the last number: its schema is then that of
        // another URL, which cannot happen below 64 million distinct URLs.
        let number = SchemaRef(numbers.by_url.len() as u32);
        if let Some(slot) = self.slot(number) {
            let _ = slot.canonical.set(url.clone());
        }
        if let Some(name) = url.strip_prefix(TYPE_URL) {
            numbers.by_type.insert(name.to_owned(), number);
        }
        numbers.by_url.insert(url, number);
        number
    }

    /// The number of a canonical URL or type name that was named before.
    fn known(&self, canonical: &str) -> Option<SchemaRef> {
        let numbers = self.numbers.read().unwrap_or_else(PoisonError::into_inner);
        let names = if is_url(canonical) {
            &numbers.by_url
        } else {
            &numbers.by_type
        };
        names.get(canonical).copied()
    }

    /// The schema, compiled now if it was not yet; `None` where its URL is not known.
    #[must_use]
    pub fn get(&self, number: SchemaRef) -> Option<&Schema> {
        let slot = self.slot(number)?;
        slot.schema
            .get_or_init(|| (self.compile)(slot.canonical.get()?, self))
            .as_ref()
    }

    /// The schema of a canonical URL or type name.
    #[must_use]
    pub fn find(&self, canonical: &str) -> Option<&Schema> {
        self.get(self.refer(canonical))
    }

    /// As [`Self::find`], for URLs out of instances: what is not known takes no place here, so
    /// that hostile input cannot fill the registry. Fragments, of which there are endlessly many,
    /// only mean something in definitions.
    #[must_use]
    pub fn find_loose(&self, canonical: &str) -> Option<&Schema> {
        self.get(self.refer_loose(canonical)?)
    }

    /// The number of a canonical URL or type name out of an instance, if there is a definition.
    #[must_use]
    pub fn refer_loose(&self, canonical: &str) -> Option<SchemaRef> {
        if let Some(number) = self.known(canonical) {
            return self.get(number).map(|_| number);
        }
        if canonical.contains('#') {
            return None;
        }
        let url;
        let canonical = if is_url(canonical) {
            canonical
        } else {
            url = type_url(canonical);
            &url
        };
        (self.compile)(canonical, self)?;
        Some(self.refer(canonical))
    }

    /// The schema of Element: the `id` and `extension` of primitives.
    #[must_use]
    pub const fn element(&self) -> SchemaRef {
        ELEMENT
    }

    /// The canonical URL that a number stands for.
    #[must_use]
    pub fn canonical(&self, number: SchemaRef) -> &str {
        self.slot(number)
            .and_then(|slot| slot.canonical.get())
            .map_or("", String::as_str)
    }

    fn slot(&self, number: SchemaRef) -> Option<&Slot> {
        let block = (number.0 / FIRST_BLOCK + 1).ilog2();
        let start = FIRST_BLOCK * ((1 << block) - 1);
        let size = (FIRST_BLOCK as usize) << block;
        self.blocks
            .get(block as usize)?
            .get_or_init(|| (0..size).map(|_| Slot::default()).collect())
            .get((number.0 - start) as usize)
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let numbers = self.numbers.read().unwrap_or_else(PoisonError::into_inner);
        write!(formatter, "Registry of {} schemas", numbers.by_url.len())
    }
}

const TYPE_URL: &str = "http://hl7.org/fhir/StructureDefinition/";

/// The canonical URL of a type of R4.
#[must_use]
pub fn type_url(type_name: &str) -> String {
    format!("{TYPE_URL}{type_name}")
}

fn is_url(canonical: &str) -> bool {
    canonical.contains([':', '/'])
}

#[cfg(test)]
mod tests {
    use super::{Registry, type_url};
    use crate::assertion::{Rules, Schema};
    use crate::fhir::StructureKind;

    #[test]
    fn numbers_are_stable_and_type_names_are_urls() {
        let registry = Registry::new(Box::new(|_, _| None));
        let numbers: Vec<_> = (0..1000)
            .map(|index| registry.refer(&format!("http://example.org/{index}")))
            .collect();
        for (index, number) in numbers.iter().enumerate() {
            assert_eq!(
                registry.canonical(*number),
                format!("http://example.org/{index}")
            );
        }
        assert_eq!(
            registry.refer("Patient"),
            registry.refer(&type_url("Patient"))
        );
        assert!(registry.get(numbers[5]).is_none());
    }

    fn empty_schema() -> Schema {
        Schema {
            url: String::new(),
            versioned_url: String::new(),
            type_name: String::new(),
            kind: StructureKind::ComplexType,
            is_abstract: false,
            is_profile: false,
            lineage: Vec::new(),
            root: Rules::default(),
            parts: Vec::new(),
            faults: Vec::new(),
            primitive: None,
            extension: None,
        }
    }

    #[test]
    fn what_instances_name_takes_no_place_unless_it_is_known() {
        let registry = Registry::new(Box::new(|canonical, _| {
            canonical.contains("known").then(empty_schema)
        }));
        let before = format!("{registry:?}");
        for name in [
            "Nothing",
            "http://example.org/no",
            "http://example.org/known#1",
        ] {
            assert!(registry.find_loose(name).is_none(), "{name}");
        }
        assert_eq!(format!("{registry:?}"), before);
        assert!(registry.find_loose("http://example.org/known").is_some());
        assert_ne!(format!("{registry:?}"), before);
    }
}

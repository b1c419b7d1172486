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
    numbers: RwLock<HashMap<String, SchemaRef>>,
    // Blocks of doubling size: entries never move, so they can be lent out while others are added.
    blocks: [OnceLock<Box<[Slot]>>; BLOCKS],
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
        let canonical = if canonical.contains([':', '/']) {
            canonical.to_owned()
        } else {
            type_url(canonical)
        };
        let mut numbers = self.numbers.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = numbers.get(&canonical) {
            return *known;
        }
        // Past the last block every new name shares the last number: its schema is then that of
        // another URL, which cannot happen below 64 million distinct URLs.
        let number = SchemaRef(numbers.len() as u32);
        if let Some(slot) = self.slot(number) {
            let _ = slot.canonical.set(canonical.clone());
        }
        numbers.insert(canonical, number);
        number
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
    /// that hostile input cannot fill the registry.
    #[must_use]
    pub fn find_loose(&self, canonical: &str) -> Option<&Schema> {
        let url = if canonical.contains(':') {
            None
        } else {
            Some(type_url(canonical))
        };
        let url = url.as_deref().unwrap_or(canonical);
        let known = {
            let numbers = self.numbers.read().unwrap_or_else(PoisonError::into_inner);
            numbers.get(url).copied()
        };
        match known {
            Some(number) => self.get(number),
            None if (self.compile)(url, self).is_some() => self.find(url),
            None => None,
        }
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
        write!(formatter, "Registry of {} schemas", numbers.len())
    }
}

/// The canonical URL of a type of R4.
#[must_use]
pub fn type_url(type_name: &str) -> String {
    format!("http://hl7.org/fhir/StructureDefinition/{type_name}")
}

#[cfg(test)]
mod tests {
    use super::{Registry, type_url};

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
}

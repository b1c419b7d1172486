//! One package's definitions, indexed by kind.

use std::sync::{Arc, OnceLock};

use super::definition::Definition;
use super::index::{Entry, Index, Source};
use super::pack::Pack;
use super::{Example, PackageIdentity};
use crate::fhir::{
    CapabilityStatement, CodeSystem, Measure, Questionnaire, SearchParameter, StructureDefinition,
    ValueSet,
};

/// The package id of the base definitions.
pub(super) const CORE_ID: &str = "hl7.fhir.r4.core";

/// The definitions of one package.
#[derive(Debug)]
pub(super) struct Layer {
    /// The package id.
    pub id: String,
    /// The package version.
    pub version: String,
    /// Made when asked for: hashing the embedded definitions takes longer than a validation.
    pub hash: OnceLock<String>,
    pub hashing: Hashing,
    pub structure_definitions: Shelf<StructureDefinition>,
    pub value_sets: Shelf<ValueSet>,
    pub code_systems: Shelf<CodeSystem>,
    pub search_parameters: Shelf<SearchParameter>,
    pub capability_statements: Shelf<CapabilityStatement>,
    pub questionnaires: Shelf<Questionnaire>,
    pub measures: Shelf<Measure>,
    /// Read when asked for.
    pub examples: OnceLock<Vec<Arc<Example>>>,
}

/// What the hash of a layer is taken of.
#[derive(Debug)]
pub(super) enum Hashing {
    /// The bytes of a pack.
    Pack(Arc<Pack>),
    /// The embedded files.
    Files(&'static [(&'static str, &'static str)]),
    /// It was made when the package was loaded.
    Done,
}

impl Layer {
    pub(super) fn is_core(&self) -> bool {
        self.id == CORE_ID
    }

    pub(super) fn identity(&self) -> PackageIdentity {
        let sha256 = self.hash.get_or_init(|| match &self.hashing {
            Hashing::Pack(pack) => super::identity::hash_bytes(pack.bytes()),
            Hashing::Files(files) => super::identity::hash_files(
                files.iter().map(|(name, text)| (*name, text.as_bytes())),
            ),
            Hashing::Done => String::new(),
        });
        PackageIdentity {
            id: self.id.clone(),
            version: self.version.clone(),
            sha256: sha256.clone(),
        }
    }

    pub(super) fn examples(&self) -> &[Arc<Example>] {
        self.examples.get_or_init(|| match self.hashing {
            Hashing::Files(_) => super::embedded::examples(),
            _ => Vec::new(),
        })
    }

    /// The layer of a pack; nothing of it is decoded yet.
    pub(super) fn of_pack(pack: Arc<Pack>) -> Self {
        Self {
            id: pack.id().to_owned(),
            version: pack.version().to_owned(),
            hash: OnceLock::new(),
            hashing: Hashing::Pack(Arc::clone(&pack)),
            structure_definitions: Shelf::of_pack(&pack),
            value_sets: Shelf::of_pack(&pack),
            code_systems: Shelf::of_pack(&pack),
            search_parameters: Shelf::of_pack(&pack),
            capability_statements: Shelf::of_pack(&pack),
            questionnaires: Shelf::of_pack(&pack),
            measures: Shelf::of_pack(&pack),
            examples: OnceLock::from(Vec::new()),
        }
    }
}

/// The index of one kind, made when the kind is first asked for.
#[derive(Debug)]
pub(super) struct Shelf<T> {
    pack: Option<Arc<Pack>>,
    index: OnceLock<Index<T>>,
}

impl<T: Definition> Shelf<T> {
    fn of_pack(pack: &Arc<Pack>) -> Self {
        Self {
            pack: Some(Arc::clone(pack)),
            index: OnceLock::new(),
        }
    }

    pub(super) fn of_entries(entries: Vec<Entry<T>>) -> Self {
        Self {
            pack: None,
            index: OnceLock::from(Index::new(entries)),
        }
    }

    pub(super) fn index(&self) -> &Index<T> {
        self.index.get_or_init(|| {
            let Some(pack) = &self.pack else {
                return Index::new(Vec::new());
            };
            let entries = pack.index(T::RESOURCE_TYPE).into_iter();
            let entries = entries
                .map(|(facts, place)| Entry::lazy(facts, Source::Pack(Arc::clone(pack), place)));
            Index::new(entries.collect())
        })
    }
}

//! All definitions of a run, layer over layer.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::definition::{Definition, Facts};
use super::layer::{Layer, Shelf};
use super::load::Content;
use super::{Example, Package, PackageError, PackageFile, PackageFiles, PackageIdentity, embedded};
use super::{files, identity};
use crate::fhir::{
    Canonical, CapabilityStatement, CodeSystem, Derivation, Measure, Questionnaire,
    SearchParameter, StructureDefinition, StructureKind, ValueSet,
};

/// The prefix of the canonical URLs of R4's own types.
const TYPE_URL: &str = "http://hl7.org/fhir/StructureDefinition/";

/// The id of the layer of loose resources.
const LOOSE: &str = "loose";

/// A file of loose conformance resources: one resource, or a Bundle of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LooseFile {
    /// How messages name it.
    pub name: String,
    /// Its JSON.
    pub text: String,
}

/// Definitions by canonical URL. Cheap to clone; a definition is decoded when first asked for.
///
/// Layers lie over each other: of two definitions with the same URL that satisfy the version
/// asked for, the one of the upper layer is found.
#[derive(Debug, Clone)]
pub struct Definitions {
    /// Topmost first.
    layers: Arc<[Arc<Layer>]>,
}

impl Definitions {
    /// The openIMIS guide over R4 core.
    #[must_use]
    pub fn embedded() -> Self {
        let layers = [&embedded::GUIDE, &embedded::CORE];
        Self::of(layers.into_iter().filter_map(|layer| (**layer).clone()))
    }

    /// R4 core alone.
    #[must_use]
    pub fn core() -> Self {
        Self::of(embedded::CORE.iter().cloned())
    }

    fn of(layers: impl Iterator<Item = Arc<Layer>>) -> Self {
        Self {
            layers: layers.collect(),
        }
    }

    /// These with a package on top; a package of the same id is replaced by it.
    #[must_use]
    pub fn with_package(&self, package: Package) -> Self {
        let id = package.layer.id.clone();
        let others = self.layers.iter().filter(|layer| layer.id != id).cloned();
        let (core, others): (Vec<_>, Vec<_>) = others.partition(|layer| layer.is_core());
        // Core stays at the bottom, also when it is the one that was replaced.
        if package.layer.is_core() {
            return Self::of(others.into_iter().chain([package.layer]));
        }
        Self::of([package.layer].into_iter().chain(others).chain(core))
    }

    /// These with loose conformance resources on top.
    ///
    /// # Errors
    /// If a file is not JSON, a definition in it lacks its `url`, or none holds a definition.
    pub fn with_resources(&self, loose: &[LooseFile]) -> Result<Self, PackageError> {
        let mut content = Content::default();
        for file in loose {
            let before = content.count();
            let files = PackageFiles {
                path: file.name.clone().into(),
                files: Vec::new(),
            };
            let as_file = PackageFile {
                name: file.name.clone(),
                bytes: file.text.clone().into_bytes(),
            };
            files::check_bounds(&files.path, std::slice::from_ref(&as_file))?;
            let document = files.read(&as_file)?;
            let added = content.add(&document.root);
            added.map_err(|unusable| unusable.at(&files, &file.name))?;
            if content.count() == before {
                return Err(PackageError::Empty { path: files.path });
            }
        }
        let named = loose.iter();
        let hash = identity::hash_files(named.map(|file| (&*file.name, file.text.as_bytes())));
        let layer = content.into_layer(LOOSE.to_owned(), String::new(), hash);
        let layers = [Arc::new(layer)].into_iter();
        Ok(Self::of(layers.chain(self.layers.iter().cloned())))
    }

    /// The StructureDefinition of a canonical URL, with or without `|version`.
    #[must_use]
    pub fn structure_definition(&self, canonical: &str) -> Option<Arc<StructureDefinition>> {
        self.find(canonical, |layer| &layer.structure_definitions)
    }

    /// The definition of a type of R4 by its name (`Patient`, `HumanName`, `string`), or of a
    /// logical model by its URL.
    #[must_use]
    pub fn type_definition(&self, name: &str) -> Option<Arc<StructureDefinition>> {
        if name.contains(':') {
            return self.structure_definition(name);
        }
        self.structure_definition(&format!("{TYPE_URL}{name}"))
    }

    /// The ValueSet of a canonical URL.
    #[must_use]
    pub fn value_set(&self, canonical: &str) -> Option<Arc<ValueSet>> {
        self.find(canonical, |layer| &layer.value_sets)
    }

    /// The CodeSystem of a canonical URL.
    #[must_use]
    pub fn code_system(&self, canonical: &str) -> Option<Arc<CodeSystem>> {
        self.find(canonical, |layer| &layer.code_systems)
    }

    /// The CodeSystem that names this ValueSet as the set of all its codes (`valueSet`).
    #[must_use]
    pub fn code_system_of_value_set(&self, value_set: &str) -> Option<Arc<CodeSystem>> {
        let wanted = Canonical::parse(value_set).url;
        let layers = self.layers.iter();
        let mut entries = layers.flat_map(|layer| &layer.code_systems.index().entries);
        let entry = entries.find(|entry| Canonical::parse(&entry.facts.about).url == wanted);
        entry.filter(|_| !wanted.is_empty())?.get()
    }

    /// The Questionnaire of a canonical URL.
    #[must_use]
    pub fn questionnaire(&self, canonical: &str) -> Option<Arc<Questionnaire>> {
        self.find(canonical, |layer| &layer.questionnaires)
    }

    /// The Measure of a canonical URL.
    #[must_use]
    pub fn measure(&self, canonical: &str) -> Option<Arc<Measure>> {
        self.find(canonical, |layer| &layer.measures)
    }

    /// The SearchParameter of a canonical URL.
    #[must_use]
    pub fn search_parameter(&self, canonical: &str) -> Option<Arc<SearchParameter>> {
        self.find(canonical, |layer| &layer.search_parameters)
    }

    fn find<T: Definition>(
        &self,
        canonical: &str,
        shelf: impl Fn(&Layer) -> &Shelf<T>,
    ) -> Option<Arc<T>> {
        let mut layers = self.layers.iter();
        layers.find_map(|layer| shelf(layer).index().find(canonical))
    }

    /// The search parameters of a resource type, those of Resource and DomainResource included,
    /// by code.
    #[must_use]
    pub fn search_parameters(&self, resource_type: &str) -> Vec<Arc<SearchParameter>> {
        // Binary, Bundle and Parameters are resources and not domain resources (R4 2.27.3).
        let is_domain = !matches!(resource_type, "Binary" | "Bundle" | "Parameters");
        let searches = |base: &str| {
            base == resource_type || base == "Resource" || (base == "DomainResource" && is_domain)
        };
        let mut found: Vec<Arc<SearchParameter>> = Vec::new();
        for layer in self.layers.iter() {
            let entries = layer.search_parameters.index().entries.iter();
            let entries = entries.filter(|entry| entry.facts.about.split(' ').any(searches));
            for parameter in entries.filter_map(|entry| entry.get()) {
                if found.iter().all(|other| other.url != parameter.url) {
                    found.push(parameter);
                }
            }
        }
        found.sort_by(|a, b| (&a.code, &a.url).cmp(&(&b.code, &b.url)));
        found
    }

    /// The names of all resource types that can be instantiated, sorted.
    #[must_use]
    pub fn resource_types(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for layer in self.layers.iter() {
            let entries = layer.structure_definitions.index().entries.iter();
            let types = entries.filter(|entry| is_resource_type(&entry.facts));
            names.extend(types.map(|entry| entry.facts.about.as_str()));
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether a resource of that type can exist.
    #[must_use]
    pub fn is_resource_type(&self, name: &str) -> bool {
        let url = format!("{TYPE_URL}{name}");
        self.layers.iter().any(|layer| {
            let entry = layer.structure_definitions.index().entry(&url);
            entry.is_some_and(|entry| is_resource_type(&entry.facts))
        })
    }

    /// The profiles on a resource type that the guide and other packages add to core, by URL.
    #[must_use]
    pub fn profiles_of(&self, resource_type: &str) -> Vec<Arc<StructureDefinition>> {
        self.added(|facts| is_profile(facts) && facts.about == resource_type)
    }

    /// All profiles on resource types that the guide and other packages add to core, by URL.
    #[must_use]
    pub fn profiles(&self) -> Vec<Arc<StructureDefinition>> {
        self.added(is_profile)
    }

    /// All extension definitions that the guide and other packages add to core, by URL.
    #[must_use]
    pub fn extensions(&self) -> Vec<Arc<StructureDefinition>> {
        self.added(|facts| {
            facts.about == "Extension" && facts.derivation == Some(Derivation::Constraint)
        })
    }

    fn added(&self, wanted: impl Fn(&Facts) -> bool) -> Vec<Arc<StructureDefinition>> {
        let mut found: Vec<Arc<StructureDefinition>> = Vec::new();
        for layer in self.layers.iter().filter(|layer| !layer.is_core()) {
            let entries = layer.structure_definitions.index().entries.iter();
            for entry in entries.filter(|entry| wanted(&entry.facts)) {
                let hidden = found.iter().any(|other| other.url == entry.facts.url);
                if let (false, Some(definition)) = (hidden, entry.get()) {
                    found.push(definition);
                }
            }
        }
        found.sort_by(|a, b| a.url.cmp(&b.url));
        found
    }

    /// The canonical URL and package id of every StructureDefinition, core's last.
    pub fn structure_definitions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.layers.iter().flat_map(|layer| {
            let entries = layer.structure_definitions.index().entries.iter();
            entries.map(|entry| (entry.facts.url.as_str(), layer.id.as_str()))
        })
    }

    /// The canonical URL and package id of every ValueSet, core's last.
    pub fn value_sets(&self) -> impl Iterator<Item = (&str, &str)> {
        self.layers.iter().flat_map(|layer| {
            let entries = layer.value_sets.index().entries.iter();
            entries.map(|entry| (entry.facts.url.as_str(), layer.id.as_str()))
        })
    }

    /// The canonical URL and package id of every CodeSystem, core's last.
    pub fn code_systems(&self) -> impl Iterator<Item = (&str, &str)> {
        self.layers.iter().flat_map(|layer| {
            let entries = layer.code_systems.index().entries.iter();
            entries.map(|entry| (entry.facts.url.as_str(), layer.id.as_str()))
        })
    }

    /// The CapabilityStatements that the guide and other packages ask servers to keep.
    #[must_use]
    pub fn capability_statements(&self) -> Vec<Arc<CapabilityStatement>> {
        let layers = self.layers.iter().filter(|layer| !layer.is_core());
        let entries = layers.flat_map(|layer| &layer.capability_statements.index().entries);
        entries.filter_map(|entry| entry.get()).collect()
    }

    /// The examples of the guide and other packages, by file name.
    #[must_use]
    pub fn examples(&self) -> Vec<Arc<Example>> {
        let layers = self.layers.iter();
        layers
            .flat_map(|layer| layer.examples().iter().cloned())
            .collect()
    }

    /// What was used, topmost first: every report names these.
    #[must_use]
    pub fn packages(&self) -> Vec<PackageIdentity> {
        self.layers.iter().map(|layer| layer.identity()).collect()
    }

    /// The ids of packages that are neither in the program nor loose resources.
    #[must_use]
    pub fn given(&self) -> Vec<String> {
        let embedded = Self::embedded();
        let is_given =
            |id: &&str| *id != LOOSE && !embedded.layers.iter().any(|layer| layer.id == *id);
        let ids = self.layers.iter().map(|layer| layer.id.as_str());
        ids.filter(is_given).map(str::to_owned).collect()
    }
}

fn is_resource_type(facts: &Facts) -> bool {
    facts.kind == Some(StructureKind::Resource)
        && facts.derivation == Some(Derivation::Specialization)
        && !facts.is_abstract
}

fn is_profile(facts: &Facts) -> bool {
    facts.kind == Some(StructureKind::Resource) && facts.derivation == Some(Derivation::Constraint)
}

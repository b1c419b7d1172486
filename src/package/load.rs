//! A package given by the user: read whole when loaded, so that everything wrong with it is said
//! at once and not in the middle of a run.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::definition::{Definition, Facts};
use super::index::Entry;
use super::layer::{Hashing, Layer, Shelf};
use super::manifest::Manifest;
use super::{Example, PackageError, PackageFile, PackageFiles, PackageIdentity, identity};
use crate::fhir::{
    CapabilityStatement, CodeSystem, Measure, Questionnaire, SearchParameter, StructureDefinition,
    ValueSet,
};
use crate::json::Node;

/// A FHIR package, read.
#[derive(Debug, Clone)]
pub struct Package {
    pub(super) layer: Arc<Layer>,
}

impl Package {
    /// Reads a FHIR package: its folder, the folder that holds `package/`, or its `.tgz`.
    ///
    /// # Errors
    /// If it is unreadable, damaged, unsafe, not JSON, for another FHIR release, or not a package.
    pub fn load(path: &Path) -> Result<Self, PackageError> {
        let files = PackageFiles::collect(path)?;
        Self::from_files(&files)
    }

    /// Reads a package from files collected before.
    ///
    /// # Errors
    /// As [`Package::load`].
    pub fn from_files(files: &PackageFiles) -> Result<Self, PackageError> {
        let manifest = Manifest::find(files)?;
        let mut content = Content::default();
        let mut profiles = HashMap::new();
        for file in &files.files {
            let document = files.read(file)?;
            if file.is_example() {
                content.examples.push(example(file, &document.root));
            } else {
                note_example_profiles(&document.root, &mut profiles);
                content
                    .add(&document.root)
                    .map_err(|unusable| unusable.at(files, &file.name))?;
            }
        }
        for example in &mut content.examples {
            let reference = format!("{}/{}", example.resource_type, example.id);
            example.profile = profiles.get(&reference).cloned();
        }
        if content.count() == 0 {
            return Err(PackageError::Empty {
                path: files.path.clone(),
            });
        }
        let named = files.files.iter();
        let hash = identity::hash_files(named.map(|file| (file.name.as_str(), &*file.bytes)));
        Ok(Self {
            layer: Arc::new(content.into_layer(manifest.id, manifest.version, hash)),
        })
    }

    /// Id, version and hash.
    #[must_use]
    pub fn identity(&self) -> PackageIdentity {
        self.layer.identity()
    }
}

fn example(file: &PackageFile, node: &Node<'_>) -> Example {
    let text = |name: &str| node.str(name).unwrap_or_default().to_owned();
    let name = file.name.rsplit('/').next().unwrap_or_default();
    Example {
        resource_type: text("resourceType"),
        id: text("id"),
        file: name.to_owned(),
        text: String::from_utf8_lossy(&file.bytes).into_owned().into(),
        profile: None,
    }
}

/// Collects `definition.resource` of an ImplementationGuide: which example is of which profile.
pub(super) fn note_example_profiles(node: &Node<'_>, profiles: &mut HashMap<String, String>) {
    if node.str("resourceType") != Some("ImplementationGuide") {
        return;
    }
    let resources = node.get("definition").and_then(|node| node.get("resource"));
    for resource in resources.map(Node::entries).unwrap_or_default() {
        let reference = resource
            .get("reference")
            .and_then(|node| node.str("reference"));
        if let (Some(reference), Some(profile)) = (reference, resource.str("exampleCanonical")) {
            profiles.insert(reference.to_owned(), profile.to_owned());
        }
    }
}

/// Definitions read one by one.
#[derive(Default)]
pub(super) struct Content {
    structure_definitions: Vec<Entry<StructureDefinition>>,
    value_sets: Vec<Entry<ValueSet>>,
    code_systems: Vec<Entry<CodeSystem>>,
    search_parameters: Vec<Entry<SearchParameter>>,
    capability_statements: Vec<Entry<CapabilityStatement>>,
    questionnaires: Vec<Entry<Questionnaire>>,
    measures: Vec<Entry<Measure>>,
    pub examples: Vec<Example>,
}

/// A definition that lacks what it cannot do without.
pub(super) struct Unusable {
    resource_type: &'static str,
    needs: &'static str,
}

impl Unusable {
    pub(super) fn at(self, files: &PackageFiles, file: &str) -> PackageError {
        PackageError::Unusable {
            path: files.path.clone(),
            file: file.to_owned(),
            resource_type: self.resource_type.to_owned(),
            needs: self.needs,
        }
    }
}

impl Content {
    /// Adds a definition, or every definition of a Bundle; other resources are left alone.
    pub(super) fn add(&mut self, node: &Node<'_>) -> Result<(), Unusable> {
        match node.str("resourceType") {
            Some("StructureDefinition") => read_into(node, &mut self.structure_definitions),
            Some("ValueSet") => read_into(node, &mut self.value_sets),
            Some("CodeSystem") => read_into(node, &mut self.code_systems),
            Some("SearchParameter") => read_into(node, &mut self.search_parameters),
            Some("CapabilityStatement") => read_into(node, &mut self.capability_statements),
            Some("Questionnaire") => read_into(node, &mut self.questionnaires),
            Some("Measure") => read_into(node, &mut self.measures),
            Some("Bundle") => {
                let entries = node.get("entry").map(Node::entries).unwrap_or_default();
                let resources = entries.iter().filter_map(|entry| entry.get("resource"));
                resources.into_iter().try_for_each(|node| self.add(node))
            }
            _ => Ok(()),
        }
    }

    /// How many definitions there are.
    pub(super) fn count(&self) -> usize {
        self.structure_definitions.len()
            + self.value_sets.len()
            + self.code_systems.len()
            + self.search_parameters.len()
            + self.capability_statements.len()
            + self.questionnaires.len()
            + self.measures.len()
    }

    pub(super) fn into_layer(self, id: String, version: String, hash: String) -> Layer {
        Layer {
            id,
            version,
            hash: OnceLock::from(hash),
            hashing: Hashing::Done,
            structure_definitions: Shelf::of_entries(self.structure_definitions),
            value_sets: Shelf::of_entries(self.value_sets),
            code_systems: Shelf::of_entries(self.code_systems),
            search_parameters: Shelf::of_entries(self.search_parameters),
            capability_statements: Shelf::of_entries(self.capability_statements),
            questionnaires: Shelf::of_entries(self.questionnaires),
            measures: Shelf::of_entries(self.measures),
            examples: OnceLock::from(self.examples.into_iter().map(Arc::new).collect::<Vec<_>>()),
        }
    }
}

fn read_into<T: Definition>(node: &Node<'_>, entries: &mut Vec<Entry<T>>) -> Result<(), Unusable> {
    let unusable = || Unusable {
        resource_type: T::RESOURCE_TYPE,
        needs: T::NEEDS,
    };
    let facts = Facts::of(node).ok_or_else(unusable)?;
    let definition = T::read(node).ok_or_else(unusable)?;
    entries.push(Entry::decoded(facts, definition));
    Ok(())
}

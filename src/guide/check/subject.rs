//! What is checked: the definitions that a guide adds to R4 core.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Fault, FaultKind};
use crate::fhir::{
    CapabilityStatement, CodeSystem, ElementDefinition, StructureDefinition, ValueSet,
};
use crate::guide::ElementTree;
use crate::package::{Definitions, PackageFiles};
use crate::profile::snapshot::generate;
use crate::validator::Validator;

/// The definitions of a guide, and those they build on.
pub struct Guide<'g> {
    /// Everything, for looking things up.
    pub definitions: &'g Definitions,
    /// Profiles and extensions with their snapshots.
    pub profiles: Vec<Profile>,
    /// Value sets.
    pub value_sets: Vec<Arc<ValueSet>>,
    /// Code systems.
    pub code_systems: Vec<Arc<CodeSystem>>,
    /// CapabilityStatements.
    pub statements: Vec<Arc<CapabilityStatement>>,
    /// The files of the package.
    pub files: &'g PackageFiles,
    /// What resources are held against.
    pub validator: Validator,
}

/// A profile or extension with its snapshot.
pub struct Profile {
    /// The definition.
    pub definition: Arc<StructureDefinition>,
    /// Its snapshot.
    pub tree: ElementTree,
}

impl<'g> Guide<'g> {
    /// Collects what is to be checked: the definitions of one package. A profile without a
    /// snapshot is a fault.
    pub fn new(
        definitions: &'g Definitions,
        package: &str,
        files: &'g PackageFiles,
        faults: &mut Vec<Fault>,
    ) -> Self {
        let own: BTreeSet<&str> = definitions
            .structure_definitions()
            .filter(|(_, id)| *id == package)
            .map(|(url, _)| url)
            .collect();
        let all = definitions
            .profiles()
            .into_iter()
            .chain(definitions.extensions());
        let own_has = |url: &str| own.contains(url);
        let mut profiles = Vec::new();
        for definition in all.filter(|own| own_has(&own.url)) {
            let made = generate(&definition, definitions);
            match made.map(ElementTree::new) {
                Ok(Some(tree)) => profiles.push(Profile { definition, tree }),
                Ok(None) => {}
                Err(error) => {
                    let kind = FaultKind::SnapshotImpossible;
                    faults.push(Fault::new(kind, &definition.url, error.to_string()));
                }
            }
        }
        let value_sets = definitions.value_sets().filter(|(_, id)| *id == package);
        let code_systems = definitions.code_systems().filter(|(_, id)| *id == package);
        Self {
            value_sets: value_sets
                .filter_map(|(url, _)| definitions.value_set(url))
                .collect(),
            code_systems: code_systems
                .filter_map(|(url, _)| definitions.code_system(url))
                .collect(),
            statements: definitions.capability_statements(),
            profiles,
            files,
            validator: Validator::new(definitions.clone()),
            definitions,
        }
    }

    /// The profile of that canonical URL, if the guide has it.
    pub fn profile(&self, canonical: &str) -> Option<&Profile> {
        let url = canonical.split('|').next().unwrap_or(canonical);
        self.profiles.iter().find(|own| own.definition.url == url)
    }

    /// The same element as the type has it that defines it.
    pub fn plain(&self, element: &ElementDefinition) -> Option<ElementDefinition> {
        let path = element.base_path.as_deref()?;
        let type_name = path.split('.').next().unwrap_or(path);
        let definition = self.definitions.type_definition(type_name)?;
        let elements = definition.snapshot.as_ref()?;
        elements.iter().find(|own| own.path == path).cloned()
    }
}

//! What is promised: interactions, search parameters and includes of each resource type, by the
//! guide and by the server's own CapabilityStatement.
//!
//! The guide's statement is read as it is meant (`guide::requirements`); what only its prose says
//! stands in `fixtures/guide-overlay.yaml`, with the reason.

use std::collections::{BTreeMap, BTreeSet};

use super::overlay;
use crate::fhir::{CapabilityResource, CapabilityStatement, Expectation, SearchParameterType};
use crate::package::Definitions;

/// What is promised, by resource type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Declared {
    types: BTreeMap<String, DeclaredType>,
    by_a_server: bool,
    /// `format` of the guide, such as `json`.
    pub formats: BTreeSet<String>,
    /// `fhirVersion` of the guide.
    pub fhir_versions: BTreeSet<String>,
    /// Codes of `rest.security.service` of the guide, such as `OAuth`.
    pub security_services: BTreeSet<String>,
}

/// What is promised of one type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeclaredType {
    /// Interactions by code, such as `search-type`.
    pub interactions: BTreeMap<String, Promise>,
    /// Search parameters by name.
    pub parameters: BTreeMap<String, DeclaredParameter>,
    /// `searchInclude` of the server, such as `Claim:patient`.
    pub includes: BTreeSet<String>,
    /// `searchRevInclude` of the server.
    pub rev_includes: BTreeSet<String>,
    /// `supportedProfile` of the guide: ids of profiles.
    pub profiles: BTreeSet<String>,
    /// Search parameters that the guide names, and whose elements its profiles prohibit.
    pub prohibited: BTreeSet<String>,
}

/// Who promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Promise {
    /// The guide.
    pub by_guide: bool,
    /// The server's CapabilityStatement.
    pub by_server: bool,
    /// How strongly the guide asks, where it says so.
    pub expectation: Option<Expectation>,
}

/// A search parameter that is promised.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeclaredParameter {
    /// Who promises it.
    pub promise: Promise,
    /// Its type, where R4 or the statement says it.
    pub kind: Option<SearchParameterType>,
    /// What it searches, where R4 or a package defines it.
    pub expression: Option<String>,
}

/// Whose statement is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaker {
    Guide,
    Server,
}

impl Promise {
    fn note(&mut self, speaker: Speaker, expectation: Option<Expectation>) {
        match speaker {
            Speaker::Guide => {
                self.by_guide = true;
                self.expectation = self.expectation.or(expectation);
            }
            Speaker::Server => self.by_server = true,
        }
    }
}

impl Declared {
    /// What the guide's CapabilityStatement declares, as it is meant, and what its prose adds.
    #[must_use]
    pub fn by_guide(definitions: &Definitions) -> Self {
        let mut declared = Self::default();
        for statement in crate::guide::requirements::read(definitions) {
            declared.note(&statement, Speaker::Guide, definitions);
            declared.note_shell(&statement);
        }
        for (resource_type, name) in crate::guide::requirements::prohibited(definitions) {
            let own = declared.types.entry(resource_type).or_default();
            own.prohibited.insert(name);
        }
        for entry in overlay::declares() {
            let own = declared
                .types
                .entry(entry.resource_type.clone())
                .or_default();
            own.interactions
                .retain(|code, _| entry.interactions.contains(code));
            for code in &entry.interactions {
                own.interactions
                    .entry(code.clone())
                    .or_default()
                    .note(Speaker::Guide, None);
            }
        }
        for profile in definitions.profiles() {
            declared.types.entry(profile.type_name.clone()).or_default();
        }
        declared
            .types
            .retain(|resource_type, _| definitions.is_resource_type(resource_type));
        declared
    }

    /// Adds what the server's own CapabilityStatement declares.
    pub fn add(&mut self, statement: &CapabilityStatement, definitions: &Definitions) {
        self.by_a_server = true;
        self.note(statement, Speaker::Server, definitions);
    }

    /// What the guide says of a server as a whole.
    fn note_shell(&mut self, statement: &CapabilityStatement) {
        self.formats.extend(statement.format.iter().cloned());
        self.fhir_versions.extend(statement.fhir_version.clone());
        let security = statement.rest.iter().filter_map(|it| it.security.as_ref());
        let services = security.flat_map(|security| &security.services);
        let codes = services.filter_map(|(_, code)| code.clone());
        self.security_services.extend(codes);
    }

    fn note(
        &mut self,
        statement: &CapabilityStatement,
        speaker: Speaker,
        definitions: &Definitions,
    ) {
        for resource in statement.rest.iter().flat_map(|rest| &rest.resources) {
            let own = self.types.entry(resource.type_name.clone()).or_default();
            own.note(resource, speaker, definitions);
        }
    }

    /// Whether the server has a CapabilityStatement.
    #[must_use]
    pub fn by_a_server(&self) -> bool {
        self.by_a_server
    }

    /// Every type, in order.
    pub fn resource_types(&self) -> impl Iterator<Item = &str> {
        self.types.keys().map(String::as_str)
    }

    /// Every type with what is promised of it, in order.
    pub fn types(&self) -> impl Iterator<Item = (&str, &DeclaredType)> {
        self.types.iter().map(|(name, own)| (name.as_str(), own))
    }

    /// What is promised of a type.
    #[must_use]
    pub fn of(&self, resource_type: &str) -> Option<&DeclaredType> {
        self.types.get(resource_type)
    }

    /// Whether an interaction of a type is promised.
    #[must_use]
    pub fn promises(&self, resource_type: &str, interaction: &str) -> bool {
        self.of(resource_type)
            .is_some_and(|own| own.interactions.contains_key(interaction))
    }
}

impl DeclaredType {
    fn note(&mut self, resource: &CapabilityResource, speaker: Speaker, definitions: &Definitions) {
        for interaction in &resource.interactions {
            let code = interaction.code.to_string();
            let expectation = interaction.expectation.or(resource.expectation);
            let own = self.interactions.entry(code).or_default();
            own.note(speaker, expectation);
        }
        let defined = definitions.search_parameters(&resource.type_name);
        for parameter in &resource.search_params {
            let own = self.parameters.entry(parameter.name.clone()).or_default();
            let expectation = parameter.expectation.or(resource.expectation);
            own.promise.note(speaker, expectation);
            let meant = defined.iter().find(|meant| meant.code == parameter.name);
            own.kind = meant.map(|meant| meant.kind).or(parameter.kind);
            own.expression = meant.and_then(|meant| meant.expression.clone());
        }
        if speaker == Speaker::Guide {
            let profiles = resource.supported_profiles.iter();
            let ids = profiles.filter_map(|url| url.rsplit('/').next());
            self.profiles.extend(ids.map(str::to_owned));
        }
        if speaker == Speaker::Server {
            self.includes.extend(resource.search_include.clone());
            self.rev_includes
                .extend(resource.search_rev_include.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_guide() -> Declared {
        Declared::by_guide(&Definitions::embedded())
    }

    #[test]
    fn the_overlay_moves_delete_from_patient_to_subscription() {
        let declared = by_guide();
        assert!(declared.promises("Subscription", "delete"));
        assert!(!declared.promises("Patient", "delete"));
        assert!(declared.promises("Patient", "update"));
        assert!(!declared.promises("Communication", "search-type"));
        assert_eq!(declared.resource_types().count(), 20);
        assert_eq!(overlay::declares().len(), 2);
    }

    #[test]
    fn parameters_have_the_type_and_expression_of_r4_whatever_the_guide_refers_to() {
        let declared = by_guide();
        let own = declared
            .of("ActivityDefinition")
            .expect("a type of the guide");
        let identifier = &own.parameters["identifier"];
        assert_eq!(identifier.kind, Some(SearchParameterType::Token));
        let expression = identifier.expression.as_deref();
        assert_eq!(expression, Some("ActivityDefinition.identifier"));
        assert_eq!(
            own.parameters.keys().collect::<Vec<_>>(),
            ["_id", "_lastUpdated", "identifier"]
        );
    }

    #[test]
    fn a_parameter_for_what_the_profiles_prohibit_is_not_promised() {
        let declared = by_guide();
        let own = declared
            .of("CommunicationRequest")
            .expect("a type of the guide");
        assert!(!own.parameters.contains_key("identifier"));
        assert!(own.parameters.contains_key("_lastUpdated"));
    }
}

//! What the guide asks of a server: its CapabilityStatement as it is to be read.
//!
//! The statement has faults of its own (`guide check` finds them, the list of interpretations
//! decides on them): addresses of pages for profiles, a type under the name of another, search
//! parameters of other types. Here they are mended, so that whoever plans a run need not know.
//!
//! Deliberately not here: what a server says of itself; that is read as it stands.

use std::sync::Arc;

use super::capability::{is_prohibited, meant_profile};
use crate::fhir::{CapabilityResource, CapabilityStatement, StructureDefinition};
use crate::package::Definitions;

/// The statements of the guide and of other packages, mended.
#[must_use]
pub fn read(definitions: &Definitions) -> Vec<CapabilityStatement> {
    let statements = definitions.capability_statements();
    statements
        .iter()
        .map(|own| mended(own, definitions))
        .collect()
}

/// Search parameters that the statements name, of what every profile of the type prohibits, by
/// type: nothing can be found by them, so that they are not asked for.
#[must_use]
pub fn prohibited(definitions: &Definitions) -> Vec<(String, String)> {
    let mut prohibited = Vec::new();
    for statement in definitions.capability_statements() {
        for resource in statement.rest.iter().flat_map(|rest| &rest.resources) {
            let mut own = resource.clone();
            mend(&mut own, definitions);
            let kept = |name: &str| own.search_params.iter().any(|kept| kept.name == name);
            let names = resource.search_params.iter().map(|named| &named.name);
            let left_out = names.filter(|name| !kept(name));
            prohibited.extend(left_out.map(|name| (own.type_name.clone(), name.clone())));
        }
    }
    prohibited
}

fn mended(statement: &CapabilityStatement, definitions: &Definitions) -> CapabilityStatement {
    let mut statement = statement.clone();
    for resource in statement
        .rest
        .iter_mut()
        .flat_map(|rest| &mut rest.resources)
    {
        mend(resource, definitions);
    }
    statement
}

fn mend(resource: &mut CapabilityResource, definitions: &Definitions) {
    let profiles: Vec<Arc<StructureDefinition>> = resource
        .supported_profiles
        .iter()
        .filter_map(|own| meant_profile(definitions, own))
        .collect();
    // Profiles on one other type alone say which type was meant.
    if let [first, rest @ ..] = profiles.as_slice()
        && rest.iter().all(|own| own.type_name == first.type_name)
    {
        resource.type_name.clone_from(&first.type_name);
    }
    for canonical in &mut resource.supported_profiles {
        if let Some(meant) = meant_profile(definitions, canonical) {
            canonical.clone_from(&meant.url);
        }
    }
    let own = definitions.search_parameters(&resource.type_name);
    let type_name = resource.type_name.clone();
    resource.search_params.retain_mut(|parameter| {
        let Some(meant) = own.iter().find(|own| own.code == parameter.name) else {
            return true;
        };
        parameter.definition = Some(meant.url.clone());
        parameter.kind = Some(meant.kind);
        let expression = meant.expression.as_deref();
        !expression.is_some_and(|own| is_prohibited(definitions, &type_name, own))
    });
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::fhir::CapabilityResource;
    use crate::package::Definitions;

    fn resources() -> Vec<CapabilityResource> {
        let statements = read(&Definitions::embedded());
        let server = statements[0].server().expect("the guide speaks of servers");
        server.resources.clone()
    }

    #[test]
    fn profiles_by_page_are_profiles() {
        let definitions = Definitions::embedded();
        let mut count = 0;
        for resource in resources() {
            for canonical in &resource.supported_profiles {
                let profile = definitions.structure_definition(canonical);
                assert_eq!(profile.expect(canonical).type_name, resource.type_name);
                count += 1;
            }
        }
        assert_eq!(count, 23);
    }

    #[test]
    fn the_second_patient_is_the_subscription() {
        let types: Vec<String> = resources().into_iter().map(|own| own.type_name).collect();
        assert_eq!(types.iter().filter(|own| *own == "Patient").count(), 1);
        assert_eq!(types.last().map(String::as_str), Some("Subscription"));
    }

    #[test]
    fn search_parameters_are_those_of_the_type() {
        let definitions = Definitions::embedded();
        for resource in resources() {
            for parameter in &resource.search_params {
                let definition = parameter.definition.as_deref().unwrap_or_default();
                let found = definitions.search_parameter(definition).expect(definition);
                let mut base = found.base.iter();
                let fits = base.any(|own| *own == resource.type_name || own == "Resource");
                assert!(fits, "{}?{}", resource.type_name, parameter.name);
            }
        }
    }

    #[test]
    fn a_search_for_what_is_prohibited_is_not_asked_for() {
        let all = resources();
        let requests = all
            .iter()
            .find(|own| own.type_name == "CommunicationRequest");
        let parameters = &requests.expect("it is listed").search_params;
        let names: Vec<&str> = parameters.iter().map(|own| own.name.as_str()).collect();
        assert_eq!(names, ["_lastUpdated"]);
        let prohibited = super::prohibited(&Definitions::embedded());
        assert_eq!(
            prohibited,
            [("CommunicationRequest".to_owned(), "identifier".to_owned())]
        );
    }
}

//! CapabilityStatements: what they ask for has to exist (R4 5.2).

use std::collections::HashSet;

use super::{Fault, FaultKind, Guide};
use crate::fhir::{CapabilityResource, CapabilityStatement, SearchParameter};
use crate::guide::capability::{is_prohibited, meant_profile};

/// Finds what a CapabilityStatement says that the definitions contradict.
pub fn check(guide: &Guide<'_>, faults: &mut Vec<Fault>) {
    for statement in &guide.statements {
        let url = statement.url.as_deref().unwrap_or_default();
        let mut seen = HashSet::new();
        for resource in statement.rest.iter().flat_map(|rest| &rest.resources) {
            if !seen.insert(&resource.type_name) {
                let message = format!(
                    "expected `{}` to be described once, found it again (cpb-9)",
                    resource.type_name
                );
                let fault = Fault::new(FaultKind::CapabilityDuplicate, url, message);
                faults.push(fault.detail(&resource.type_name));
            }
            check_profiles(guide, url, resource, faults);
            check_parameters(guide, url, resource, faults);
        }
    }
    check_types(guide, faults);
}

fn check_profiles(
    guide: &Guide<'_>,
    url: &str,
    resource: &CapabilityResource,
    faults: &mut Vec<Fault>,
) {
    for canonical in resource.supported_profiles.iter().chain(&resource.profile) {
        if guide.definitions.structure_definition(canonical).is_none() {
            let message = format!(
                "expected the canonical URL of a profile that is known, found `{canonical}`"
            );
            let fault = Fault::new(FaultKind::CanonicalUnresolved, url, message);
            faults.push(fault.detail(canonical));
        }
        let meant = meant_profile(guide.definitions, canonical).map(|own| own.type_name.clone());
        if let Some(type_name) = meant.filter(|own| *own != resource.type_name) {
            let message = format!(
                "expected a profile on `{}`, found `{canonical}`, which is one on `{type_name}`",
                resource.type_name
            );
            let fault = Fault::new(FaultKind::CapabilityProfile, url, message);
            faults.push(fault.detail(canonical));
        }
    }
}

fn check_parameters(
    guide: &Guide<'_>,
    url: &str,
    resource: &CapabilityResource,
    faults: &mut Vec<Fault>,
) {
    for parameter in &resource.search_params {
        let place = format!("{}?{}", resource.type_name, parameter.name);
        let definition = parameter.definition.as_deref();
        let found = definition.and_then(|own| guide.definitions.search_parameter(own));
        let is_own = |own: &SearchParameter| {
            let mut base = own.base.iter();
            own.code == parameter.name
                && base.any(|base| {
                    *base == resource.type_name || matches!(&**base, "Resource" | "DomainResource")
                })
        };
        if let (Some(definition), false) = (definition, found.as_deref().is_some_and(is_own)) {
            let message = format!(
                "expected the definition of `{}` for `{}`, found `{definition}`",
                parameter.name, resource.type_name
            );
            let fault = Fault::new(FaultKind::SearchParameterForeign, url, message);
            faults.push(fault.detail(&place));
        }
        let real = guide.definitions.search_parameters(&resource.type_name);
        let real = real.into_iter().find(|own| own.code == parameter.name);
        let expression = real.as_ref().and_then(|own| own.expression.as_deref());
        if expression.is_some_and(|own| is_prohibited(guide.definitions, &resource.type_name, own))
        {
            let message = format!(
                "expected a parameter for an element that the profiles allow, found `{}` for `{}`, where they prohibit it",
                parameter.name, resource.type_name
            );
            let fault = Fault::new(FaultKind::SearchParameterUseless, url, message);
            faults.push(fault.detail(place));
        }
    }
}

/// Finds types that the guide has profiles on and no statement speaks of.
fn check_types(guide: &Guide<'_>, faults: &mut Vec<Fault>) {
    let [statement, ..] = guide.statements.as_slice() else {
        return;
    };
    let resources = |own: &CapabilityStatement| -> Vec<String> {
        let resources = own.rest.iter().flat_map(|rest| &rest.resources);
        resources.map(|own| own.type_name.clone()).collect()
    };
    let listed: HashSet<String> = guide
        .statements
        .iter()
        .flat_map(|own| resources(own))
        .collect();
    let url = statement.url.as_deref().unwrap_or_default();
    let mut missing: Vec<&str> = guide
        .profiles
        .iter()
        .map(|own| own.definition.type_name.as_str())
        .filter(|own| guide.definitions.is_resource_type(own) && !listed.contains(*own))
        .collect();
    missing.sort_unstable();
    missing.dedup();
    for type_name in missing {
        let message = format!(
            "expected an entry for `{type_name}`, on which the guide has a profile, found none"
        );
        let fault = Fault::new(FaultKind::TypeMissing, url, message);
        faults.push(fault.detail(type_name));
    }
}

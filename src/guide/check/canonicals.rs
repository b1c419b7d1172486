//! Canonical URLs in definitions: each has to lead somewhere.

use super::{Fault, FaultKind, Guide};
use crate::package::Definitions;

/// Finds URLs of profiles, extensions and value sets that lead to nothing.
pub fn check(guide: &Guide<'_>, faults: &mut Vec<Fault>) {
    let definitions = guide.definitions;
    for profile in &guide.profiles {
        let url = &profile.definition.url;
        for element in &profile.definition.differential {
            let profiles = element
                .types
                .iter()
                .flat_map(|own| own.profiles.iter().chain(&own.target_profiles));
            let unknown = profiles
                .filter(|own| definitions.structure_definition(own).is_none())
                .map(|own| (own, "StructureDefinition"));
            let value_sets = element
                .binding
                .iter()
                .filter_map(|own| own.value_set.as_ref());
            let unbound = value_sets
                .filter(|own| definitions.value_set(own).is_none())
                .map(|own| (own, "ValueSet"));
            for (found, wanted) in unknown.chain(unbound) {
                faults.push(fault(url, found, wanted).at(&element.id));
            }
        }
    }
    for value_set in &guide.value_sets {
        let sets = value_set.compose.iter();
        let sets = sets.flat_map(|own| own.include.iter().chain(&own.exclude));
        for set in sets {
            for found in &set.value_sets {
                if definitions.value_set(found).is_none() {
                    faults.push(fault(&value_set.url, found, "ValueSet"));
                }
            }
            let system = set.system.iter();
            for found in system.filter(|own| !is_known_system(definitions, own)) {
                faults.push(fault(&value_set.url, found, "CodeSystem"));
            }
        }
    }
}

fn fault(definition: &str, found: &str, wanted: &str) -> Fault {
    let message =
        format!("expected the canonical URL of a {wanted} that is known, found `{found}`");
    Fault::new(FaultKind::CanonicalUnresolved, definition, message).detail(found)
}

/// Code systems of other publishers need not be in a package.
fn is_known_system(definitions: &Definitions, system: &str) -> bool {
    let hosts = ["http://hl7.org/fhir/", "http://terminology.hl7.org/"];
    let of_hl7 = hosts.iter().any(|host| system.starts_with(host));
    let of_guide = definitions.profiles().iter().any(|own| {
        let base = own.url.split("/StructureDefinition/").next();
        base.is_some_and(|base| system.starts_with(base))
    });
    !(of_hl7 || of_guide) || definitions.code_system(system).is_some()
}

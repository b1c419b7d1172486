//! What it costs to open definitions: `cargo bench --bench definitions`. Each line is the first
//! time in a fresh process for that step, which is what a short command pays.

mod shared;

use std::time::Instant;

use openimis_conformance::package::Definitions;
use openimis_conformance::terminology::Terminology;
use shared::time::cpu_time;

fn main() {
    let start = Instant::now();
    let cpu = cpu_time();
    let step = |what: &str| {
        let elapsed = start.elapsed().as_secs_f64() * 1e3;
        let busy = cpu_time() - cpu;
        println!("{elapsed:>9.3} ms, {busy:>9.3} ms busy  {what}");
    };
    let definitions = Definitions::embedded();
    step("opened");
    let patient = definitions.type_definition("Patient");
    step("Patient decoded");
    let mut wanted = names(patient.as_deref());
    let mut seen = vec!["Patient".to_owned()];
    while let Some(name) = wanted.pop() {
        if !seen.contains(&name) {
            wanted.extend(names(definitions.type_definition(&name).as_deref()));
            seen.push(name);
        }
    }
    step(&format!(
        "all {} types inside a Patient decoded",
        seen.len()
    ));
    let nothing = definitions.value_set("http://example.org/none");
    assert!(nothing.is_none());
    step("index of value sets opened");
    let profiles = definitions.profiles_of("Patient").len();
    step(&format!("{profiles} profile of Patient decoded"));
    let genders = definitions.value_set("http://hl7.org/fhir/ValueSet/administrative-gender");
    let codes = definitions.code_system("http://hl7.org/fhir/administrative-gender");
    assert!(genders.is_some() && codes.is_some());
    step("first value set and code system decoded");
    let terminology = Terminology::new(definitions.clone());
    let members = terminology.members("http://hl7.org/fhir/ValueSet/all-types");
    assert!(members.membership(None, "Patient").is_yes());
    step("value set of all types compiled");
    let asked = (0..1_000_000).filter(|_| members.membership(None, "Patient").is_yes());
    step(&format!(
        "asked {} times whether it has a code",
        asked.count()
    ));
    let urls = definitions.structure_definitions();
    let all = urls.filter(|(url, _)| definitions.structure_definition(url).is_some());
    let count = all.count();
    step(&format!("all {count} structure definitions decoded"));
    let urls = definitions.value_sets();
    let count = urls
        .filter(|(url, _)| definitions.value_set(url).is_some())
        .count();
    step(&format!("all {count} value sets decoded"));
    let urls = definitions.code_systems();
    let count = urls
        .filter(|(url, _)| definitions.code_system(url).is_some())
        .count();
    step(&format!("all {count} code systems decoded"));
    let identities = definitions.packages();
    step(&format!("{} packages hashed", identities.len()));
}

/// The types of the elements of a definition.
fn names(definition: Option<&openimis_conformance::fhir::StructureDefinition>) -> Vec<String> {
    let elements = definition.and_then(|definition| definition.snapshot.as_ref());
    let types = elements
        .into_iter()
        .flatten()
        .flat_map(|element| &element.types);
    types
        .map(|element_type| element_type.code.clone())
        .collect()
}

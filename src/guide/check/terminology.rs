//! Codes: they have to exist, to be displayed as their system says, to be allowed where a pattern
//! demands them, and to be of use.

use std::collections::BTreeSet;

use super::decision::{Decision, Search};
use super::enumeration::{Code, codes, complete};
use super::path::{Step, parse, without_choice_marks};
use super::{Fault, FaultKind, Guide, Profile};
use crate::fhir::{
    BindingStrength, DiscriminatorType, ElementDefinition, SlicingRules, TypedValue,
};
use crate::json::Node;

/// Finds codes that value sets list and code systems do not have, and displays that differ.
pub fn value_sets(guide: &Guide<'_>, faults: &mut Vec<Fault>) {
    for value_set in &guide.value_sets {
        let sets = value_set.compose.iter();
        for set in sets.flat_map(|own| own.include.iter().chain(&own.exclude)) {
            let Some(system) = &set.system else { continue };
            for concept in &set.concepts {
                let display = concept.display.as_deref();
                check_code(
                    guide,
                    system,
                    &concept.code,
                    display,
                    faults,
                    &|kind, message| Fault::new(kind, &value_set.url, message),
                );
            }
        }
    }
}

/// Finds codes in patterns and fixed values that do not exist, are displayed otherwise, or that a
/// required binding forbids.
pub fn patterns(guide: &Guide<'_>, faults: &mut Vec<Fault>) {
    for profile in &guide.profiles {
        let url = &profile.definition.url;
        for element in profile.tree.elements() {
            for value in [&element.fixed, &element.pattern].into_iter().flatten() {
                for coding in codings(value) {
                    let (Some(system), Some(code)) = (coding.str("system"), coding.str("code"))
                    else {
                        continue;
                    };
                    let display = coding.str("display");
                    check_code(guide, system, code, display, faults, &|kind, message| {
                        Fault::new(kind, url, message).at(&element.id)
                    });
                }
                check_binding(guide, profile, element, value, faults);
            }
        }
    }
}

fn codings(value: &TypedValue) -> Vec<&Node<'static>> {
    match value.type_suffix.as_str() {
        "Coding" => vec![&value.value],
        "CodeableConcept" => {
            let codings = value.value.get("coding");
            codings
                .map(Node::entries_or_self)
                .unwrap_or_default()
                .iter()
                .collect()
        }
        _ => Vec::new(),
    }
}

fn check_code(
    guide: &Guide<'_>,
    system: &str,
    code: &str,
    display: Option<&str>,
    faults: &mut Vec<Fault>,
    fault: &dyn Fn(FaultKind, String) -> Fault,
) {
    let Some(found) = complete(guide.definitions, system) else {
        return;
    };
    let detail = format!("{}#{code}", system.rsplit('/').next().unwrap_or(system));
    let Some(concept) = found.concepts.iter().find(|own| own.code == code) else {
        let message = format!("expected a code of `{system}`, found `{code}`");
        faults.push(fault(FaultKind::CodeUnknown, message).detail(detail));
        return;
    };
    let names = concept.display.iter().chain(&concept.designations);
    let names: Vec<&str> = names.map(String::as_str).collect();
    let Some(display) = display.filter(|own| !names.is_empty() && !is_alike(own, &names)) else {
        return;
    };
    let message = format!(
        "expected the display `{}` for `{code}` of `{system}`, found `{display}`",
        names.join("` or `")
    );
    faults.push(fault(FaultKind::DisplayDiffers, message).detail(detail));
}

/// Displays are compared without regard to case and white space (R4 leaves open how).
fn is_alike(display: &str, names: &[&str]) -> bool {
    let plain = |text: &str| {
        text.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase()
    };
    names.iter().any(|name| plain(name) == plain(display))
}

fn check_binding(
    guide: &Guide<'_>,
    profile: &Profile,
    element: &ElementDefinition,
    value: &TypedValue,
    faults: &mut Vec<Fault>,
) {
    let binding = element.binding.as_ref();
    let binding = binding.filter(|own| own.strength == BindingStrength::Required);
    let value_set = binding.and_then(|own| own.value_set.as_deref());
    let Some(allowed) = value_set.and_then(|own| codes(guide.definitions, own)) else {
        return;
    };
    let is_allowed = |system: Option<&str>, code: &str| {
        allowed
            .iter()
            .any(|own| own.1 == code && system.is_none_or(|system| own.0 == system))
    };
    let fits = match value.value.as_str() {
        Some(code) => is_allowed(None, code),
        None => {
            let codings = codings(value);
            let mut codings = codings.iter();
            codings.len() == 0
                || codings.any(|own| {
                    own.str("code")
                        .is_none_or(|code| is_allowed(own.str("system"), code))
                })
        }
    };
    if !fits {
        let message = format!(
            "expected a value that the required value set `{}` has, found {}",
            value_set.unwrap_or_default(),
            value.value.to_json()
        );
        let kind = FaultKind::ValueOutsideBinding;
        faults.push(Fault::new(kind, &profile.definition.url, message).at(&element.id));
    }
}

/// Finds codes that a required binding allows and a closed slicing by that code has no slice for.
/// Only value sets that no other profile uses: one that several share may well have codes that some
/// of them leave out.
pub fn slices(guide: &Guide<'_>, faults: &mut Vec<Fault>) {
    for profile in &guide.profiles {
        for index in 0..profile.tree.elements().len() {
            check_slicing(guide, profile, index, faults);
        }
    }
}

fn check_slicing(guide: &Guide<'_>, profile: &Profile, index: usize, faults: &mut Vec<Fault>) {
    let tree = &profile.tree;
    let element = tree.element(index);
    let slicing = element.slicing.as_ref();
    let Some(slicing) = slicing.filter(|own| own.rules == SlicingRules::Closed) else {
        return;
    };
    let [discriminator] = slicing.discriminators.as_slice() else {
        return;
    };
    let steps = parse(&without_choice_marks(&discriminator.path)).ok();
    let Some(steps) = steps.filter(|_| discriminator.kind == DiscriminatorType::Value) else {
        return;
    };
    let search = Search {
        guide,
        kind: discriminator.kind,
    };
    let mut used: BTreeSet<String> = BTreeSet::new();
    for &slice in tree.slices(index) {
        match search.slice(profile, slice, &steps) {
            Some(Decision::Values(values)) => used.extend(values),
            _ => return,
        }
    }
    let Some(allowed) = bound_codes(guide, profile, index, &steps) else {
        return;
    };
    for (_, code) in allowed {
        if used.iter().any(|own| own.contains(&format!("\"{code}\""))) {
            continue;
        }
        let message = format!(
            "expected a slice for each code that the required binding allows, found none for `{code}`, and the slicing is closed"
        );
        let fault = Fault::new(
            FaultKind::CodeWithoutSlice,
            &profile.definition.url,
            message,
        );
        faults.push(fault.at(&element.id).detail(code));
    }
}

/// The codes that a required binding on the way of the discriminator allows.
fn bound_codes(
    guide: &Guide<'_>,
    profile: &Profile,
    index: usize,
    steps: &[Step],
) -> Option<BTreeSet<Code>> {
    let mut index = index;
    for step in steps {
        let Step::Child(name) = step else { return None };
        index = profile.tree.child(index, name)?;
        let binding = profile.tree.element(index).binding.as_ref();
        let required = binding.filter(|own| own.strength == BindingStrength::Required);
        if let Some(value_set) = required.and_then(|own| own.value_set.as_deref()) {
            let users = guide.profiles.iter().filter(|own| binds(own, value_set));
            return (users.count() == 1)
                .then(|| codes(guide.definitions, value_set))
                .flatten();
        }
    }
    None
}

/// Whether the profile itself binds an element to the value set.
fn binds(profile: &Profile, value_set: &str) -> bool {
    profile.definition.differential.iter().any(|own| {
        let binding = own.binding.as_ref();
        binding.and_then(|own| own.value_set.as_deref()) == Some(value_set)
    })
}

/// Finds code systems and codes of the guide that no value set of it takes.
pub fn code_systems(guide: &Guide<'_>, faults: &mut Vec<Fault>) {
    for code_system in &guide.code_systems {
        let sets = guide.value_sets.iter().flat_map(|own| own.compose.iter());
        let sets = sets.flat_map(|own| &own.include);
        let own: Vec<_> = sets
            .filter(|set| set.system.as_deref() == Some(&code_system.url))
            .collect();
        if own.is_empty() {
            let message =
                "expected a value set of the guide that includes the code system, found none";
            faults.push(Fault::new(
                FaultKind::CodeSystemUnused,
                &code_system.url,
                message,
            ));
            continue;
        }
        if own.iter().any(|set| set.concepts.is_empty()) {
            continue;
        }
        let listed: BTreeSet<&str> = own
            .iter()
            .flat_map(|set| set.concepts.iter().map(|own| own.code.as_str()))
            .collect();
        for concept in &code_system.concepts {
            if !listed.contains(concept.code.as_str()) {
                let message = format!(
                    "expected a value set of the guide that includes `{}`, as some do others of the code system, found none",
                    concept.code
                );
                let fault = Fault::new(FaultKind::CodeUnused, &code_system.url, message);
                faults.push(fault.detail(&concept.code));
            }
        }
    }
}

//! Profiles that demand what a constraint forbids.

use std::collections::BTreeSet;

use super::existence::Existence;
use super::path::{Step, parse, without_choice_marks};
use super::{Fault, FaultKind, Guide, Profile};
use crate::fhir::{Constraint, ConstraintSeverity, DiscriminatorType, Max};

/// How many elements a constraint may leave open; beyond that it is not tried.
const MAX_OPEN: usize = 10;

/// Finds elements and children that can never be there without breaking a constraint.
pub fn check(guide: &Guide<'_>, faults: &mut Vec<Fault>) {
    for profile in &guide.profiles {
        // The element at the root of an extension is judged where the extension is used.
        for index in 0..profile.tree.elements().len() {
            if is_reachable(profile, index) {
                check_element(guide, profile, index, faults);
            }
        }
    }
}

fn is_reachable(profile: &Profile, index: usize) -> bool {
    let mut next = Some(index);
    while let Some(index) = next {
        if index > 0 && profile.tree.element(index).max == Some(Max::Count(0)) {
            return false;
        }
        next = profile.tree.parent(index);
    }
    true
}

fn check_element(guide: &Guide<'_>, profile: &Profile, index: usize, faults: &mut Vec<Fault>) {
    // Without children nothing is demanded that the type does not demand.
    if profile.tree.children(index).is_empty() {
        return;
    }
    let element = profile.tree.element(index);
    let children = children(profile, index);
    for constraint in constraints(guide, profile, index) {
        let parsed = constraint.expression.as_deref().and_then(Existence::parse);
        let Some(existence) = parsed else { continue };
        let fault = |message: String| {
            let kind = FaultKind::InvariantUnsatisfiable;
            Fault::new(kind, &profile.definition.url, message).detail(&constraint.key)
        };
        let expression = constraint.expression.as_deref().unwrap_or_default();
        if !can_hold(&existence, &children, None) {
            let message = format!(
                "expected to be able to keep `{}` ({expression}), found that what the profile demands breaks it",
                constraint.key
            );
            faults.push(fault(message).at(&element.id));
            continue;
        }
        for child in &children {
            if child.is_open() && !can_hold(&existence, &children, Some(&child.name)) {
                let message = format!(
                    "expected to be able to keep `{}` ({expression}) with the element, found that what else the profile demands then breaks it",
                    constraint.key
                );
                faults.push(fault(message).at(&child.id));
            }
        }
    }
}

/// A child and what the profile says of its existence.
struct Child {
    name: String,
    id: String,
    /// Whether it has to be there (`Some(true)`), must not (`Some(false)`), or may.
    demanded: Option<bool>,
}

impl Child {
    fn is_open(&self) -> bool {
        self.demanded.is_none()
    }
}

fn children(profile: &Profile, index: usize) -> Vec<Child> {
    let tree = &profile.tree;
    let telling = telling_children(profile, index);
    let child = |&child: &usize| {
        let element = tree.element(child);
        let name = tree.name(child);
        let name = name.strip_suffix("[x]").unwrap_or(name).to_owned();
        let demanded = if element.max == Some(Max::Count(0)) {
            Some(false)
        } else if element.min.unwrap_or(0) > 0 || telling.contains(&name) {
            Some(true)
        } else {
            None
        };
        Child {
            id: element.id.clone(),
            name,
            demanded,
        }
    };
    tree.children(index).iter().map(child).collect()
}

/// The children without which something would not belong to the slice at all.
fn telling_children(profile: &Profile, slice: usize) -> BTreeSet<String> {
    let tree = &profile.tree;
    let element = tree.element(slice);
    let sliced = element.slice_name.as_ref().and_then(|_| {
        let mut all = 0..tree.elements().len();
        all.find(|&index| tree.slices(index).contains(&slice))
    });
    let slicing = sliced.and_then(|index| tree.element(index).slicing.as_ref());
    let discriminators = slicing.iter().flat_map(|own| &own.discriminators);
    discriminators
        .filter(|own| own.kind != DiscriminatorType::Exists)
        .filter_map(|own| parse(&without_choice_marks(&own.path)).ok())
        .filter_map(|steps| match steps.into_iter().next() {
            Some(Step::Child(name)) => Some(name),
            _ => None,
        })
        .collect()
}

/// The constraints on an element and on its type.
fn constraints(guide: &Guide<'_>, profile: &Profile, index: usize) -> Vec<Constraint> {
    let element = profile.tree.element(index);
    let mut constraints = element.constraints.clone();
    if let [only] = element.types.as_slice() {
        let definition = guide.definitions.type_definition(&only.code);
        let root = definition
            .iter()
            .flat_map(|own| own.snapshot.iter().flatten())
            .next();
        constraints.extend(
            root.into_iter()
                .flat_map(|own| own.constraints.iter().cloned()),
        );
    }
    constraints.retain(|own| own.severity == ConstraintSeverity::Error);
    let mut seen = BTreeSet::new();
    constraints.retain(|own| seen.insert(own.key.clone()));
    constraints
}

/// Whether any combination of children that the profile allows keeps the constraint, with one
/// child there for certain if asked for.
fn can_hold(existence: &Existence, children: &[Child], with: Option<&str>) -> bool {
    let names = existence.names();
    let demanded = |name: &str| {
        if with == Some(name) {
            return Some(true);
        }
        let child = children.iter().find(|own| own.name == name);
        child.map_or(Some(false), |own| own.demanded)
    };
    if with.is_some_and(|name| !names.contains(name)) {
        return true;
    }
    let open: Vec<&str> = names
        .iter()
        .copied()
        .filter(|own| demanded(own).is_none())
        .collect();
    if open.len() > MAX_OPEN {
        return true;
    }
    let fixed: BTreeSet<&str> = names
        .iter()
        .copied()
        .filter(|own| demanded(own) == Some(true))
        .collect();
    (0..1u32 << open.len()).any(|choice| {
        let chosen = open
            .iter()
            .enumerate()
            .filter(|(bit, _)| choice & (1 << bit) != 0);
        let existing = fixed.iter().copied().chain(chosen.map(|(_, name)| *name));
        existence.holds(&existing.collect())
    })
}

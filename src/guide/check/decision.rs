//! What a slice says at the end of a discriminator's path (R4 5.1.0.14, Discriminator).

use super::path::Step;
use super::{Guide, Profile};
use crate::fhir::{
    BindingStrength, DiscriminatorType, ElementDefinition, ElementType, Max, TypedValue,
};
use crate::guide::ElementTree;
use crate::json::Node;

/// How many definitions a path may lead through.
const MAX_JUMPS: usize = 4;

/// What decides whether something belongs to a slice; equal where two slices cannot be told apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// The values there may be, as JSON.
    Values(Vec<String>),
    /// A code of this value set.
    Bound(String),
    /// One of these types.
    Types(Vec<String>),
    /// One of these profiles.
    Profiles(Vec<String>),
    /// Whether there is anything.
    Exists(bool),
}

/// A discriminator's steps on their way through definitions.
pub struct Search<'s> {
    /// Where profiles of types are found.
    pub guide: &'s Guide<'s>,
    /// The kind of discriminator.
    pub kind: DiscriminatorType,
}

/// A value given by an element that was passed, and the steps from there.
type Passed<'v> = (&'v Node<'static>, Vec<Step>);

impl Search<'_> {
    /// What a slice says; `None` if nothing.
    pub fn slice(&self, profile: &Profile, slice: usize, steps: &[Step]) -> Option<Decision> {
        self.follow(&profile.tree, slice, steps, &[], 0)
    }

    fn follow(
        &self,
        tree: &ElementTree,
        index: usize,
        steps: &[Step],
        passed: &[Passed<'_>],
        jumps: usize,
    ) -> Option<Decision> {
        let element = tree.element(index);
        let Some((step, rest)) = steps.split_first() else {
            return self.at_end(tree, index, passed);
        };
        let mut passed = passed.to_vec();
        let values = [&element.fixed, &element.pattern];
        let values = values.into_iter().flatten();
        passed.extend(values.map(|own| (&own.value, steps.to_vec())));
        let next = match step {
            Step::Child(name) => tree.child(index, name),
            Step::Extension(url) => self.extension(tree, index, url),
            // A choice that is sliced by type says it in the slice.
            Step::OfType(code) => Some(of_type(tree, index, code)),
            Step::Resolve => return self.targets(element, rest, jumps),
        };
        // What is said of a choice is said of its only slice, or the other way round.
        let within = next.into_iter().flat_map(|own| {
            let slices = tree.slices(own).iter().copied();
            std::iter::once(own).chain(slices)
        });
        let found = within
            .filter_map(|own| self.follow(tree, own, rest, &passed, jumps))
            .next();
        found
            .or_else(|| derived(&passed))
            .or_else(|| self.in_types(element, steps, jumps))
    }

    fn extension(&self, tree: &ElementTree, index: usize, url: &str) -> Option<usize> {
        let extension = tree.child(index, "extension")?;
        let slices = tree.slices(extension).iter().copied();
        slices.into_iter().find(|&slice| {
            let types = &tree.element(slice).types;
            types
                .iter()
                .any(|own| own.profiles.iter().any(|profile| profile == url))
        })
    }

    /// Goes on in the profiles of the element's type, or in the type.
    fn in_types(
        &self,
        element: &ElementDefinition,
        steps: &[Step],
        jumps: usize,
    ) -> Option<Decision> {
        if jumps >= MAX_JUMPS {
            return None;
        }
        element.types.iter().find_map(|own| {
            let profiles = own.profiles.iter();
            let found = profiles
                .filter_map(|profile| self.in_definition(profile, steps, jumps))
                .next();
            found.or_else(|| self.in_type(own, steps, jumps))
        })
    }

    fn in_definition(&self, canonical: &str, steps: &[Step], jumps: usize) -> Option<Decision> {
        if let Some(profile) = self.guide.profile(canonical) {
            return self.follow(&profile.tree, 0, steps, &[], jumps + 1);
        }
        let definition = self.guide.definitions.structure_definition(canonical)?;
        let tree = ElementTree::new(definition.snapshot.clone()?)?;
        self.follow(&tree, 0, steps, &[], jumps + 1)
    }

    fn in_type(&self, own: &ElementType, steps: &[Step], jumps: usize) -> Option<Decision> {
        let definition = self.guide.definitions.type_definition(&own.code)?;
        let tree = ElementTree::new(definition.snapshot.clone()?)?;
        // The root of a type would look for itself again.
        match steps.first() {
            Some(Step::Child(name)) => tree.child(0, name).map(|_| ())?,
            _ => return None,
        }
        self.follow(&tree, 0, steps, &[], jumps + 1)
    }

    /// What a reference points to.
    fn targets(
        &self,
        element: &ElementDefinition,
        rest: &[Step],
        jumps: usize,
    ) -> Option<Decision> {
        let targets: Vec<&String> = element
            .types
            .iter()
            .flat_map(|own| &own.target_profiles)
            .collect();
        if !rest.is_empty() {
            if jumps >= MAX_JUMPS {
                return None;
            }
            let mut found = targets.iter();
            return found.find_map(|own| self.in_definition(own, rest, jumps));
        }
        let urls = || targets.iter().map(|own| (*own).clone());
        let types = || {
            let found = targets
                .iter()
                .filter_map(|own| self.guide.definitions.structure_definition(own));
            found.map(|own| own.type_name.clone())
        };
        match self.kind {
            DiscriminatorType::Type => some_of(types(), Decision::Types),
            DiscriminatorType::Exists => None,
            _ => some_of(urls(), Decision::Profiles),
        }
    }

    fn at_end(&self, tree: &ElementTree, index: usize, passed: &[Passed<'_>]) -> Option<Decision> {
        let element = tree.element(index);
        let types = element.types.iter();
        match self.kind {
            DiscriminatorType::Exists => exists(element),
            DiscriminatorType::Type => some_of(types.map(|own| own.code.clone()), Decision::Types),
            DiscriminatorType::Profile => {
                let profiles = types.flat_map(|own| own.profiles.iter().cloned());
                some_of(profiles, Decision::Profiles)
            }
            DiscriminatorType::Value | DiscriminatorType::Pattern => given(element)
                .map(|own| Decision::Values(vec![own.value.to_json()]))
                .or_else(|| derived(passed))
                .or_else(|| below(tree, index))
                .or_else(|| bound(element))
                .or_else(|| exists(element)),
        }
    }
}

fn some_of(
    found: impl Iterator<Item = String>,
    decision: impl Fn(Vec<String>) -> Decision,
) -> Option<Decision> {
    let mut found: Vec<String> = found.collect();
    found.sort();
    found.dedup();
    (!found.is_empty()).then(|| decision(found))
}

fn of_type(tree: &ElementTree, index: usize, code: &str) -> usize {
    let mut slices = tree.slices(index).iter().copied();
    let found = slices.find(|&slice| {
        let types = &tree.element(slice).types;
        matches!(types.as_slice(), [only] if only.code == code)
    });
    found.unwrap_or(index)
}

fn given(element: &ElementDefinition) -> Option<&TypedValue> {
    element.fixed.as_ref().or(element.pattern.as_ref())
}

fn bound(element: &ElementDefinition) -> Option<Decision> {
    let binding = element.binding.as_ref();
    let binding = binding.filter(|own| own.strength == BindingStrength::Required)?;
    binding.value_set.clone().map(Decision::Bound)
}

fn exists(element: &ElementDefinition) -> Option<Decision> {
    if element.max == Some(Max::Count(0)) {
        return Some(Decision::Exists(false));
    }
    (element.min.unwrap_or(0) > 0).then_some(Decision::Exists(true))
}

/// The values of the elements below one that has none itself, with their ids.
fn below(tree: &ElementTree, index: usize) -> Option<Decision> {
    let mut values = Vec::new();
    let mut open = tree.children(index).to_vec();
    while let Some(child) = open.pop() {
        match given(tree.element(child)) {
            Some(own) => values.push(format!("{} {}", tree.name(child), own.value.to_json())),
            None => open.extend(tree.children(child)),
        }
    }
    some_of(values.into_iter(), Decision::Values)
}

/// The value at the end, out of one given on the way: the nearest that has something there.
fn derived(passed: &[Passed<'_>]) -> Option<Decision> {
    passed.iter().rev().find_map(|(value, steps)| {
        let mut nodes: Vec<&Node<'static>> = vec![value];
        for step in steps {
            let Step::Child(name) = step else { return None };
            let inner = nodes.iter().filter_map(|node| node.get(name));
            nodes = inner.flat_map(Node::entries_or_self).collect();
        }
        some_of(nodes.into_iter().map(Node::to_json), Decision::Values)
    })
}

//! Discriminators to conditions: what a slice's own elements, their types and the profiles of
//! their types say at the end of the discriminator's path (R4 5.1.0.14.1).

use std::sync::Arc;

use super::common::{Compiler, type_name};
use super::tree::Tree;
use crate::assertion::{
    Aggregation, Bound, Condition, Given, Step, TargetType, Targets, Test, Versioning, choice_type,
    parse_path,
};
use crate::fhir::{
    BindingStrength, Canonical, Discriminator, DiscriminatorType, ElementDefinition, ElementType,
    Max, StructureDefinition,
};
use crate::json::Node;

/// How many definitions a path may lead through; real ones need two.
const MOST_JUMPS: u32 = 6;

/// The condition of one discriminator on one slice.
///
/// # Errors
/// Why it cannot be evaluated.
pub(super) fn condition(
    compiler: &Compiler<'_>,
    discriminator: &Discriminator,
    slice: &Tree<'_>,
) -> Result<Condition, String> {
    let steps = parse_path(&discriminator.path).or_else(|fault| {
        let repaired = repaired(&discriminator.path, slice).ok_or(fault)?;
        parse_path(&repaired)
    })?;
    let search = Search {
        compiler,
        kind: discriminator.kind,
    };
    let test = search
        .find(slice, &steps, &mut Vec::new(), 0)
        .ok_or_else(|| {
            format!(
                "nothing in slice `{}` that decides `{}` by {}",
                slice.element.slice_name.as_deref().unwrap_or_default(),
                discriminator.path,
                discriminator.kind
            )
        })?;
    Ok(Condition {
        kind: discriminator.kind,
        path: discriminator.path.clone(),
        steps,
        test,
    })
}

/// `extension[name]`, which is how FSH names a slice and no FHIRPath, means the extension of that
/// slice: the path with `extension('url')` in its place, where the slice tells the url.
fn repaired(path: &str, slice: &Tree<'_>) -> Option<String> {
    let (before, rest) = path.split_once("extension[")?;
    let (name, after) = rest.split_once(']')?;
    if !before.is_empty() {
        return None;
    }
    let is_named = |found: &&Tree<'_>| found.element.slice_name.as_deref() == Some(name);
    let found = slice.child("extension")?.slices.iter().find(is_named)?;
    let url = found.element.types.first()?.profiles.first()?;
    Some(format!("extension('{url}'){after}"))
}

/// All slices, those of a slice before it: what it says holds for them too.
fn innermost_first<'t, 'e>(slices: &'t [Tree<'e>], out: &mut Vec<&'t Tree<'e>>) {
    for slice in slices {
        innermost_first(&slice.slices, out);
        out.push(slice);
    }
}

struct Search<'c, 'd> {
    compiler: &'c Compiler<'d>,
    kind: DiscriminatorType,
}

/// A value given on the way, whether it is exact, and the steps from there to the end.
type OnTheWay = (Node<'static>, bool, Vec<Step>);

impl Search<'_, '_> {
    /// Follows the steps from an element; `behind` are the values given by the elements passed.
    fn find(
        &self,
        tree: &Tree<'_>,
        steps: &[Step],
        behind: &mut Vec<OnTheWay>,
        jumps: u32,
    ) -> Option<Test> {
        let element = tree.element;
        let Some((step, rest)) = steps.split_first() else {
            return self.at_end(tree, behind, jumps);
        };
        for (typed, exact) in [(&element.fixed, true), (&element.pattern, false)] {
            if let Some(typed) = typed {
                behind.push((typed.value.clone(), exact, steps.to_vec()));
            }
        }
        match step {
            Step::Child(name) => self.through_child(tree, name, rest, behind, jumps),
            Step::Extension(url) => self.through_extension(tree, url, rest, behind, jumps),
            Step::Resolve => self.through_reference(element, rest, jumps),
            Step::OfType(code) => {
                let of_type = |slice: &&Tree<'_>| matches!(slice.element.types.as_slice(), [only] if only.code == *code);
                let next = tree.slices.iter().find(of_type).unwrap_or(tree);
                self.find(next, rest, behind, jumps)
            }
        }
    }

    fn through_child(
        &self,
        tree: &Tree<'_>,
        name: &str,
        rest: &[Step],
        behind: &mut Vec<OnTheWay>,
        jumps: u32,
    ) -> Option<Test> {
        if let Some(child) = tree.child(name) {
            let found = self.find(child, rest, &mut behind.clone(), jumps);
            // The child may be sliced itself; then one of its slices may decide.
            let found = found.or_else(|| {
                child
                    .slices
                    .iter()
                    .find_map(|slice| self.find(slice, rest, &mut behind.clone(), jumps))
            });
            if found.is_some() {
                return found;
            }
        }
        // `value` may stand in the profile as `valueCodeableConcept`, and the other way round.
        let is_choice_of = |long: &str, short: &str| {
            long.strip_prefix(short)
                .is_some_and(|suffix| choice_type(suffix).is_some())
        };
        let choices = tree
            .children
            .iter()
            .filter(|child| is_choice_of(child.name(), name) || is_choice_of(name, child.name()));
        let forms = choices.flat_map(|child| child.slices.iter().chain([child]));
        for form in forms {
            if let Some(found) = self.find(form, rest, &mut behind.clone(), jumps) {
                return Some(found);
            }
        }
        let steps: Vec<Step> = std::iter::once(Step::Child(name.to_owned()))
            .chain(rest.iter().cloned())
            .collect();
        self.in_types(tree.element, &steps, jumps)
            .or_else(|| derive(behind))
    }

    /// Goes on in the definition of the element's type: its profile, or the type itself.
    fn in_types(&self, element: &ElementDefinition, steps: &[Step], jumps: u32) -> Option<Test> {
        element.types.iter().find_map(|element_type| {
            let code = type_name(element, &element_type.code);
            element_type
                .profiles
                .iter()
                .map(String::as_str)
                .chain([code])
                .find_map(|canonical| self.in_definition(canonical, steps, jumps))
        })
    }

    fn in_definition(&self, canonical: &str, steps: &[Step], jumps: u32) -> Option<Test> {
        if jumps >= MOST_JUMPS {
            return None;
        }
        let definition = self.definition(canonical)?;
        let elements = super::elements(self.compiler.definitions, &definition).ok()?;
        let tree = Tree::new(&elements)?;
        let start = match Canonical::parse(canonical).fragment {
            Some(id) => tree.with_id(id)?,
            None => &tree,
        };
        self.find(start, steps, &mut Vec::new(), jumps + 1)
    }

    fn definition(&self, canonical: &str) -> Option<Arc<StructureDefinition>> {
        let definitions = self.compiler.definitions;
        if canonical.contains(':') {
            super::definition(definitions, canonical)
        } else {
            definitions.type_definition(canonical)
        }
    }

    fn through_extension(
        &self,
        tree: &Tree<'_>,
        url: &str,
        rest: &[Step],
        behind: &mut Vec<OnTheWay>,
        jumps: u32,
    ) -> Option<Test> {
        let is_url = |slice: &&Tree<'_>| {
            slice.element.types.iter().any(|element_type| {
                element_type
                    .profiles
                    .iter()
                    .any(|profile| profile.split('|').next() == Some(url))
            }) || slice.child("url").is_some_and(|child| {
                child
                    .element
                    .fixed
                    .as_ref()
                    .is_some_and(|fixed| fixed.value.as_str() == Some(url))
            })
        };
        let mut slices = Vec::new();
        if let Some(extension) = tree.child("extension") {
            innermost_first(&extension.slices, &mut slices);
        }
        slices
            .into_iter()
            .filter(is_url)
            .find_map(|slice| self.find(slice, rest, &mut Vec::new(), jumps))
            .or_else(|| self.in_definition(url, rest, jumps))
            .or_else(|| derive(behind))
    }

    /// The targets of a reference: their types decide, or something in their profiles.
    fn through_reference(
        &self,
        element: &ElementDefinition,
        rest: &[Step],
        jumps: u32,
    ) -> Option<Test> {
        let profiles: Vec<&String> = element
            .types
            .iter()
            .flat_map(|element_type| &element_type.target_profiles)
            .collect();
        if !rest.is_empty() {
            return profiles
                .iter()
                .find_map(|profile| self.in_definition(profile, rest, jumps));
        }
        if profiles.is_empty() {
            return None;
        }
        match self.kind {
            DiscriminatorType::Type => Some(Test::Types(
                profiles
                    .iter()
                    .map(|profile| type_of(self.compiler, profile))
                    .collect(),
            )),
            DiscriminatorType::Exists => None,
            _ => Some(Test::Conforms(
                profiles
                    .iter()
                    .map(|profile| self.compiler.registry.refer(profile))
                    .collect(),
            )),
        }
    }

    fn at_end(&self, tree: &Tree<'_>, behind: &[OnTheWay], jumps: u32) -> Option<Test> {
        let element = tree.element;
        match self.kind {
            DiscriminatorType::Exists => exists(element),
            DiscriminatorType::Type => {
                let names: Vec<String> = element
                    .types
                    .iter()
                    .map(|own| type_name(element, &own.code).to_owned())
                    .collect();
                (!names.is_empty()).then_some(Test::Types(names))
            }
            DiscriminatorType::Profile => {
                let profiles: Vec<_> = element
                    .types
                    .iter()
                    .flat_map(|own| &own.profiles)
                    .map(|profile| self.compiler.registry.refer(profile))
                    .collect();
                (!profiles.is_empty()).then_some(Test::Conforms(profiles))
            }
            DiscriminatorType::Value | DiscriminatorType::Pattern => {
                self.value_at_end(tree, behind, jumps)
            }
        }
    }

    fn value_at_end(&self, tree: &Tree<'_>, behind: &[OnTheWay], jumps: u32) -> Option<Test> {
        let element = tree.element;
        if let Some(given) = own_value(element) {
            return Some(Test::Values(vec![(Vec::new(), given)]));
        }
        if let Some(found) = derive(behind) {
            return Some(found);
        }
        let mut below = Vec::new();
        values_below(tree, &mut Vec::new(), &mut below);
        if !below.is_empty() {
            return Some(Test::Values(below));
        }
        if let Some(binding) = &element.binding
            && binding.strength == BindingStrength::Required
            && let Some(bound) = Bound::new(binding)
        {
            return Some(Test::Bound(bound));
        }
        let in_profiles = element
            .types
            .iter()
            .flat_map(|own| &own.profiles)
            .find_map(|profile| self.in_definition(profile, &[], jumps));
        in_profiles.or_else(|| exists(element))
    }
}

fn exists(element: &ElementDefinition) -> Option<Test> {
    match (element.min, element.max) {
        (_, Some(Max::Count(0))) => Some(Test::Exists(false)),
        (Some(min), _) if min > 0 => Some(Test::Exists(true)),
        _ => None,
    }
}

fn own_value(element: &ElementDefinition) -> Option<Given> {
    element
        .fixed
        .as_ref()
        .map(Given::fixed)
        .or_else(|| element.pattern.as_ref().map(Given::pattern))
}

/// The values given below an element that has none itself.
fn values_below(tree: &Tree<'_>, steps: &mut Vec<Step>, out: &mut Vec<(Vec<Step>, Given)>) {
    for child in &tree.children {
        steps.push(Step::Child(child.name().to_owned()));
        match own_value(child.element) {
            Some(given) => out.push((steps.clone(), given)),
            None => values_below(child, steps, out),
        }
        steps.pop();
    }
}

/// The value at the end of the path, out of a value given by an element on the way: the nearest
/// one that has something there.
fn derive(behind: &[OnTheWay]) -> Option<Test> {
    behind.iter().rev().find_map(|(value, exact, steps)| {
        let mut leaves = Vec::new();
        collect(value, steps, &mut leaves);
        let values: Vec<_> = leaves
            .into_iter()
            .map(|leaf| {
                let given = Given {
                    value: leaf.clone(),
                    type_suffix: String::new(),
                    exact: *exact,
                };
                (Vec::new(), given)
            })
            .collect();
        (!values.is_empty()).then_some(Test::Values(values))
    })
}

/// What the steps lead to inside of a given value.
fn collect<'n>(value: &'n Node<'static>, steps: &[Step], out: &mut Vec<&'n Node<'static>>) {
    if value.is_array() {
        for entry in value.entries() {
            collect(entry, steps, out);
        }
        return;
    }
    let Some((step, rest)) = steps.split_first() else {
        out.push(value);
        return;
    };
    match step {
        Step::Child(name) => {
            let is_named = |property: &str| {
                property
                    .strip_prefix(name.as_str())
                    .is_some_and(|suffix| suffix.is_empty() || choice_type(suffix).is_some())
            };
            for member in value.members().iter().filter(|m| is_named(&m.name)) {
                collect(&member.value, rest, out);
            }
        }
        Step::Extension(url) => {
            let extensions = value.get("extension").map(Node::entries);
            for extension in extensions.unwrap_or_default() {
                if extension.str("url") == Some(url) {
                    collect(extension, rest, out);
                }
            }
        }
        Step::OfType(_) => collect(value, rest, out),
        Step::Resolve => {}
    }
}

/// What a Reference may point to, taken from `type.targetProfile`.
pub(super) fn target_types(compiler: &Compiler<'_>, element_type: &ElementType) -> Targets {
    let mut types: Vec<TargetType> = Vec::new();
    for profile in &element_type.target_profiles {
        let name = type_of(compiler, profile);
        let index = types
            .iter()
            .position(|target| target.name == name)
            .unwrap_or_else(|| {
                types.push(TargetType {
                    name,
                    profiles: Vec::new(),
                    is_bare: false,
                });
                types.len() - 1
            });
        if is_profile(compiler, profile) {
            types[index].profiles.push(compiler.registry.refer(profile));
        } else {
            types[index].is_bare = true;
        }
    }
    Targets {
        types,
        aggregation: element_type
            .aggregation
            .iter()
            .filter_map(|code| Aggregation::from_code(code))
            .collect(),
        versioning: element_type
            .versioning
            .as_deref()
            .and_then(Versioning::from_code),
        check_types: true,
    }
}

fn is_profile(compiler: &Compiler<'_>, canonical: &str) -> bool {
    match canonical.strip_prefix("http://hl7.org/fhir/StructureDefinition/") {
        Some(name) if is_type(compiler, name) => false,
        _ => compiler
            .definitions
            .structure_definition(canonical)
            .is_none_or(|definition| super::is_profile(compiler.definitions, &definition)),
    }
}

fn is_type(compiler: &Compiler<'_>, name: &str) -> bool {
    matches!(name, "Resource" | "DomainResource") || compiler.definitions.is_resource_type(name)
}

/// The type that a target profile constrains; any type where the profile is not known.
fn type_of(compiler: &Compiler<'_>, canonical: &str) -> String {
    match canonical.strip_prefix("http://hl7.org/fhir/StructureDefinition/") {
        Some(name) if is_type(compiler, name) => name.to_owned(),
        _ => compiler
            .definitions
            .structure_definition(canonical)
            .map_or_else(|| "Resource".to_owned(), |found| found.type_name.clone()),
    }
}

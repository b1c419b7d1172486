//! A profile to its sparse schema: its snapshot less what the type it constrains says already.

use super::base::common_checks;
use super::base_element::BaseElement;
use super::common::{Compiler, choice_property, element_name, type_name};
use super::discriminator::{self, target_types};
use super::tree::Tree;
use crate::assertion::{
    AllowedTypes, Assertion, Bound, Cardinality, Conforms, Member, MemberType, Rules, Schema,
    Slice, Slicing, choice_type,
};
use crate::fhir::{ElementDefinition, ElementType, Max, SlicingRules};

/// Compiles a profile.
///
/// With a fragment it is the element of that id that is meant: its rules become the root.
pub(super) fn compile(
    compiler: &Compiler<'_>,
    elements: &[ElementDefinition],
    fragment: Option<&str>,
) -> Schema {
    let mut schema = compiler.schema(true);
    let type_code = compiler.definition.type_name.as_str();
    let (Some(tree), Some(base)) = (
        Tree::new(elements),
        BaseElement::root(compiler.definitions, type_code),
    ) else {
        schema.faults.push(format!(
            "expected elements and a known type, found none for type `{type_code}`"
        ));
        return schema;
    };
    let mut build = Build {
        compiler,
        faults: Vec::new(),
    };
    match fragment {
        None => schema.root = build.rules(&tree, &base, false),
        Some(id) => match build.find(&tree, &base, id) {
            Some((tree, base)) => {
                schema.root = build.rules(tree, &base, false);
                // The node is whatever stands at the element that names this one.
                "Element".clone_into(&mut schema.type_name);
            }
            None => build.faults.push(format!(
                "expected an element `{id}` in the profile, found none"
            )),
        },
    }
    schema.faults = build.faults;
    schema
}

struct Build<'c, 'd> {
    compiler: &'c Compiler<'d>,
    faults: Vec<String>,
}

impl Build<'_, '_> {
    /// What applies to each node of an element.
    fn rules(&mut self, tree: &Tree<'_>, base: &BaseElement, by_url: bool) -> Rules {
        let element = tree.element;
        let mut checks = Vec::new();
        let definitions = self.compiler.definitions;
        let own = element
            .constraints
            .iter()
            .filter(|constraint| !base.states(definitions, constraint));
        self.compiler
            .constraints(own, base.node_path(), &mut self.faults, &mut checks);
        value_checks(element, base.element(), &mut checks);
        for element_type in &element.types {
            checks.extend(self.type_check(element_type, base, by_url));
        }
        Rules {
            id: element.id.clone(),
            path: element.path.clone(),
            checks,
            structure: None,
            members: tree
                .children
                .iter()
                .filter_map(|child| self.member(tree, child, base))
                .collect(),
        }
    }

    /// The element of an id, and what it constrains.
    fn find<'t, 'e>(
        &self,
        tree: &'t Tree<'e>,
        base: &BaseElement,
        id: &str,
    ) -> Option<(&'t Tree<'e>, BaseElement)> {
        if tree.element.id == id {
            return Some((tree, base.clone()));
        }
        let in_children = tree.children.iter().find_map(|child| {
            let definitions = self.compiler.definitions;
            let base = base.child(definitions, child.name(), &tree.element.types)?;
            self.find(child, &base, id)
        });
        in_children.or_else(|| {
            tree.slices
                .iter()
                .find_map(|slice| self.find(slice, base, id))
        })
    }

    fn member(&mut self, parent: &Tree<'_>, tree: &Tree<'_>, base: &BaseElement) -> Option<Member> {
        let element = tree.element;
        let definitions = self.compiler.definitions;
        let Some(base) = base.child(definitions, tree.name(), &parent.element.types) else {
            self.faults.push(format!(
                "expected an element of the base type, found `{}`",
                element.id
            ));
            return None;
        };
        let (base_name, is_choice) = element_name(&base.element().path);
        let types = member_types(tree, base.element(), base_name, is_choice);
        let mut list = Vec::new();
        cardinality(element, &base, &mut list);
        if is_choice {
            allowed_types(element, base.element(), &mut list);
        }
        if let Some(slicing) = self.slicing(tree, &base) {
            list.push(Assertion::Slicing(slicing));
        }
        let each = self.rules(tree, &base, false);
        let is_empty = list.is_empty() && each.checks.is_empty() && each.members.is_empty();
        (!is_empty).then(|| Member {
            name: base_name.to_owned(),
            is_choice,
            types,
            list,
            each,
        })
    }

    fn slicing(&mut self, tree: &Tree<'_>, base: &BaseElement) -> Option<Slicing> {
        if tree.slices.is_empty() {
            return None;
        }
        let slicing = tree.element.slicing.as_ref();
        let by_type = crate::fhir::Slicing {
            discriminators: vec![crate::fhir::Discriminator {
                kind: crate::fhir::DiscriminatorType::Type,
                path: "$this".to_owned(),
            }],
            ordered: false,
            rules: SlicingRules::Open,
        };
        let by_url = crate::fhir::Slicing {
            discriminators: vec![crate::fhir::Discriminator {
                kind: crate::fhir::DiscriminatorType::Value,
                path: "url".to_owned(),
            }],
            ..by_type.clone()
        };
        // Where a differential leaves the slicing to be understood: choices are sliced by type,
        // extensions by url (R4 5.1.0.14).
        let slicing = match slicing {
            Some(slicing) => slicing,
            None if element_name(&base.element().path).1 => &by_type,
            None if matches!(tree.name(), "extension" | "modifierExtension") => &by_url,
            None => {
                self.faults.push(format!(
                    "expected `slicing` on `{}`, found slices alone",
                    tree.element.id
                ));
                return None;
            }
        };
        let mut fault = None;
        let slices = tree
            .slices
            .iter()
            .map(|slice| self.slice(slice, slicing, base, &mut fault))
            .collect();
        Some(Slicing {
            rules: slicing.rules,
            ordered: slicing.ordered,
            id: tree.element.id.clone(),
            slices,
            fault,
        })
    }

    fn slice(
        &mut self,
        tree: &Tree<'_>,
        slicing: &crate::fhir::Slicing,
        base: &BaseElement,
        fault: &mut Option<String>,
    ) -> Slice {
        let name = tree.element.slice_name.clone().unwrap_or_default();
        let mut conditions = Vec::new();
        let mut missing = None;
        for discriminator in &slicing.discriminators {
            match discriminator::condition(self.compiler, discriminator, tree) {
                Ok(condition) => conditions.push(condition),
                // Of several discriminators not every slice has to use every one.
                Err(message) => missing = Some(message),
            }
        }
        if conditions.is_empty()
            && name != "@default"
            && let Some(message) = missing
        {
            fault.get_or_insert(message);
        }
        let by_url = slicing
            .discriminators
            .iter()
            .any(|discriminator| discriminator.path == "url");
        Slice {
            name,
            id: tree.element.id.clone(),
            min: tree.element.min.unwrap_or(0),
            max: tree.element.max.unwrap_or(Max::Unbounded),
            conditions,
            each: self.rules(tree, base, by_url),
            slicing: self.reslicing(tree, slicing, base).map(Box::new),
        }
    }

    /// Slices of a slice; they have the outer discriminators where they state none.
    fn reslicing(
        &mut self,
        tree: &Tree<'_>,
        outer: &crate::fhir::Slicing,
        base: &BaseElement,
    ) -> Option<Slicing> {
        if tree.slices.is_empty() || tree.element.slicing.is_some() {
            return self.slicing(tree, base);
        }
        let mut fault = None;
        let slices = tree
            .slices
            .iter()
            .map(|slice| self.slice(slice, outer, base, &mut fault))
            .collect();
        Some(Slicing {
            rules: SlicingRules::Open,
            ordered: false,
            id: tree.element.id.clone(),
            slices,
            fault,
        })
    }

    /// `type.profile` and `type.targetProfile`, where they say more than the base.
    fn type_check(
        &self,
        element_type: &ElementType,
        base: &BaseElement,
        by_url: bool,
    ) -> Option<Assertion> {
        let base_type = base
            .element()
            .types
            .iter()
            .find(|other| other.code == element_type.code);
        if element_type.code == "Reference" {
            let same = base_type.is_some_and(|base_type| {
                base_type.target_profiles == element_type.target_profiles
                    && base_type.aggregation == element_type.aggregation
                    && base_type.versioning == element_type.versioning
            });
            let mut targets = target_types(self.compiler, element_type);
            if let Some(base_type) = base_type {
                let base = target_types(self.compiler, base_type);
                let names = |types: &crate::assertion::Targets| {
                    let mut names: Vec<_> = types.types.iter().map(|t| t.name.clone()).collect();
                    names.sort();
                    names.dedup();
                    names
                };
                targets.check_types = names(&base) != names(&targets);
            }
            return (!same).then_some(Assertion::Targets(targets));
        }
        // An extension is judged by its own definition wherever it stands.
        let is_known_extension = by_url && element_type.code == "Extension";
        let same = base_type.is_some_and(|base| base.profiles == element_type.profiles);
        if element_type.profiles.is_empty() || same || is_known_extension {
            return None;
        }
        Some(Assertion::Conforms(Conforms {
            type_name: element_type.code.clone(),
            profiles: element_type
                .profiles
                .iter()
                .map(|profile| self.compiler.registry.refer(profile))
                .collect(),
        }))
    }
}

/// Values, bounds and bindings that differ from the base's.
fn value_checks(
    element: &ElementDefinition,
    base: &ElementDefinition,
    checks: &mut Vec<Assertion>,
) {
    let beyond = ElementDefinition {
        fixed: element
            .fixed
            .clone()
            .filter(|v| base.fixed.as_ref() != Some(v)),
        pattern: element
            .pattern
            .clone()
            .filter(|v| base.pattern.as_ref() != Some(v)),
        min_value: element
            .min_value
            .clone()
            .filter(|v| base.min_value.as_ref() != Some(v)),
        max_value: element
            .max_value
            .clone()
            .filter(|v| base.max_value.as_ref() != Some(v)),
        max_length: element
            .max_length
            .filter(|longest| base.max_length != Some(*longest)),
        ..ElementDefinition::default()
    };
    common_checks(&beyond, checks);
    let same_binding = match (&element.binding, &base.binding) {
        (Some(own), Some(base)) => {
            own.strength == base.strength
                && own.max_value_set == base.max_value_set
                && unversioned(own.value_set.as_deref()) == unversioned(base.value_set.as_deref())
        }
        (None, _) => true,
        (Some(_), None) => false,
    };
    if !same_binding && let Some(bound) = element.binding.as_ref().and_then(Bound::new) {
        checks.push(Assertion::Binding(bound));
    }
}

fn unversioned(canonical: Option<&str>) -> Option<&str> {
    canonical.map(|canonical| canonical.split('|').next().unwrap_or(canonical))
}

/// `min` and `max` where they are tighter than the base's.
fn cardinality(element: &ElementDefinition, base: &BaseElement, list: &mut Vec<Assertion>) {
    let min = element.min.filter(|min| *min > base.min()).unwrap_or(0);
    let max = element
        .max
        .filter(|max| *max < base.max())
        .unwrap_or(Max::Unbounded);
    if min > 0 || max != Max::Unbounded {
        list.push(Assertion::Cardinality(Cardinality { min, max }));
    }
}

fn allowed_types(element: &ElementDefinition, base: &ElementDefinition, list: &mut Vec<Assertion>) {
    // A prohibited element has no use for its types.
    if element.types.is_empty() || element.max == Some(Max::Count(0)) {
        return;
    }
    let (_, by_type) = element_name(&element.path);
    let narrower = base
        .types
        .iter()
        .any(|base| !element.types.iter().any(|own| own.code == base.code));
    if narrower && by_type {
        list.push(Assertion::AllowedTypes(AllowedTypes {
            names: element
                .types
                .iter()
                .map(|own| type_name(element, &own.code).to_owned())
                .collect(),
        }));
    }
}

/// The JSON properties of an element: all types of the base, so that one which the profile takes
/// away is seen; or the one that a path such as `valueQuantity` names.
fn member_types(
    tree: &Tree<'_>,
    base: &ElementDefinition,
    base_name: &str,
    is_choice: bool,
) -> Vec<MemberType> {
    let named = tree.name().strip_prefix(base_name).and_then(choice_type);
    base.types
        .iter()
        .map(|base_type| type_name(base, &base_type.code))
        .filter(|code| named.is_none_or(|named| named == *code))
        .map(|code| MemberType {
            property: if is_choice {
                choice_property(base_name, code)
            } else {
                base_name.to_owned()
            },
            type_name: code.to_owned(),
        })
        .chain(
            // A contentReference has no type of its own.
            base.types.is_empty().then(|| MemberType {
                property: base_name.to_owned(),
                type_name: "BackboneElement".to_owned(),
            }),
        )
        .collect()
}

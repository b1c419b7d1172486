//! A type of R4 to its complete schema.

use super::common::{Compiler, choice_property, element_name, type_name};
use super::discriminator::target_types;
use crate::assertion::{
    Assertion, Bound, Child, ChildKind, ChildType, Conforms, Given, NameTable, Native, Primitive,
    RangeBound, Rules, Schema, Structure,
};
use crate::fhir::{ElementDefinition, ElementType, Max, StructureKind};

/// Compiles a type.
pub(super) fn compile(compiler: &Compiler<'_>) -> Schema {
    let mut schema = compiler.schema(false);
    let elements = compiler.definition.snapshot.as_deref().unwrap_or_default();
    let Some(root) = elements.first() else {
        schema
            .faults
            .push("expected a snapshot in the definition of a type, found none".to_owned());
        return schema;
    };
    let mut build = Build {
        compiler,
        elements,
        part_paths: part_paths(elements),
        faults: Vec::new(),
    };
    schema.root = build.rules(root);
    schema.parts = build
        .part_paths
        .clone()
        .iter()
        .filter_map(|path| elements.iter().find(|element| element.path == *path))
        .map(|element| build.rules(element))
        .collect();
    schema.faults = build.faults;
    if let Some(native) = Native::of_type(&schema.type_name) {
        schema.root.checks.push(Assertion::Native(native));
    }
    schema
}

struct Build<'c, 'd> {
    compiler: &'c Compiler<'d>,
    elements: &'c [ElementDefinition],
    part_paths: Vec<&'c str>,
    faults: Vec<String>,
}

/// Paths of the elements that have children of their own here: backbone elements.
fn part_paths(elements: &[ElementDefinition]) -> Vec<&str> {
    let mut out: Vec<&str> = Vec::new();
    for element in elements.iter().skip(1) {
        if let Some((parent, _)) = element.path.rsplit_once('.')
            && parent.contains('.')
            && !out.contains(&parent)
        {
            out.push(parent);
        }
    }
    out
}

impl<'c> Build<'c, '_> {
    /// What applies to a node of the type, or of a backbone element.
    fn rules(&mut self, element: &'c ElementDefinition) -> Rules {
        let mut checks = Vec::new();
        self.compiler.constraints(
            element.constraints.iter(),
            Some(&element.path),
            &mut self.faults,
            &mut checks,
        );
        Rules {
            id: element.id.clone(),
            path: element.path.clone(),
            checks,
            structure: Some(self.structure(element)),
            members: Vec::new(),
        }
    }

    fn structure(&mut self, parent: &ElementDefinition) -> Structure {
        let elements: Vec<_> = self
            .elements
            .iter()
            .filter(|element| {
                element
                    .path
                    .rsplit_once('.')
                    .is_some_and(|(path, _)| path == parent.path)
                    && element.slice_name.is_none()
            })
            .collect();
        let children: Vec<Child> = elements
            .into_iter()
            .map(|element| self.child(element))
            .collect();
        let names = children.iter().enumerate().flat_map(|(index, child)| {
            child
                .types
                .iter()
                .enumerate()
                .map(move |(type_index, child_type)| {
                    (
                        child_type.property.clone(),
                        (index as u16, type_index as u16),
                    )
                })
        });
        Structure {
            table: NameTable::new(names),
            required: children
                .iter()
                .enumerate()
                .filter(|(_, child)| child.min > 0)
                .map(|(index, _)| index as u16)
                .collect(),
            is_resource: !parent.path.contains('.')
                && self.compiler.definition.kind == StructureKind::Resource,
            children,
        }
    }

    fn child(&mut self, element: &ElementDefinition) -> Child {
        let (name, is_choice) = element_name(&element.path);
        let types = self.child_types(element, name, is_choice);
        let is_part = |child_type: &ChildType| matches!(child_type.kind, ChildKind::Part(_));
        let mut checks = Vec::new();
        // What is said of an element holds wherever its content is used again.
        let defined = element.content_reference.as_deref();
        let defined = defined.and_then(|reference| reference.rsplit('#').next());
        // The constraints of a backbone element are in its own rules; those of an element that uses
        // its content again are added to them.
        if defined.is_some() || !types.iter().any(is_part) {
            let own = element
                .constraints
                .iter()
                .filter(|constraint| !matches!(constraint.key.as_str(), "ele-1" | "ext-1"));
            let path = defined.or(single(&types));
            self.compiler
                .constraints(own, path, &mut self.faults, &mut checks);
        }
        self.value_checks(element, &mut checks);
        Child {
            name: name.to_owned(),
            id: element.id.clone(),
            path: defined.unwrap_or(&element.path).to_owned(),
            min: element.min.unwrap_or(0),
            max: element.max.unwrap_or(Max::Unbounded),
            is_array: is_array(element),
            is_choice,
            types,
            checks,
        }
    }

    fn child_types(
        &self,
        element: &ElementDefinition,
        name: &str,
        is_choice: bool,
    ) -> Vec<ChildType> {
        let part = |path: &str| {
            self.part_paths
                .iter()
                .position(|other| *other == path)
                .map(|index| ChildKind::Part(index as u16))
        };
        let referenced = element
            .content_reference
            .as_deref()
            .and_then(|reference| reference.rsplit('#').next());
        if let Some(kind) = part(referenced.unwrap_or(&element.path)) {
            let code = element.types.first().map_or("BackboneElement", |t| &t.code);
            return vec![ChildType {
                property: name.to_owned(),
                type_name: code.to_owned(),
                kind,
            }];
        }
        element
            .types
            .iter()
            .map(|element_type| {
                let code = type_name(element, &element_type.code);
                ChildType {
                    property: if is_choice {
                        choice_property(name, code)
                    } else {
                        name.to_owned()
                    },
                    type_name: code.to_owned(),
                    kind: self.kind(code),
                }
            })
            .collect()
    }

    fn kind(&self, code: &str) -> ChildKind {
        if let Some(primitive) = Primitive::from_code(code) {
            return ChildKind::Primitive(primitive);
        }
        if matches!(code, "Resource" | "DomainResource")
            || self.compiler.definitions.is_resource_type(code)
        {
            return ChildKind::Resource;
        }
        ChildKind::Type(self.compiler.registry.refer(code))
    }

    fn value_checks(&self, element: &ElementDefinition, checks: &mut Vec<Assertion>) {
        common_checks(element, checks);
        for element_type in &element.types {
            checks.extend(self.type_checks(element_type));
        }
        match element.path.rsplit('.').next() {
            Some("extension") => checks.push(Assertion::Extension),
            Some("modifierExtension") => checks.push(Assertion::ModifierExtension),
            _ => {}
        }
    }

    fn type_checks(&self, element_type: &ElementType) -> Option<Assertion> {
        if element_type.code == "Reference" {
            let targets = target_types(self.compiler, element_type);
            return (!targets.types.is_empty()).then_some(Assertion::Targets(targets));
        }
        if element_type.profiles.is_empty() {
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

/// The type of an element that has one only.
fn single(types: &[ChildType]) -> Option<&str> {
    match types {
        [only] => Some(&only.type_name),
        _ => None,
    }
}

/// Whether JSON writes an array: by the base definition's `max`, whatever this one says.
fn is_array(element: &ElementDefinition) -> bool {
    match element.base_max.or(element.max) {
        Some(Max::Count(count)) => count > 1,
        Some(Max::Unbounded) => true,
        None => false,
    }
}

/// Checks on a value that do not depend on its type.
pub(super) fn common_checks(element: &ElementDefinition, checks: &mut Vec<Assertion>) {
    if let Some(fixed) = &element.fixed {
        checks.push(Assertion::Given(Given::fixed(fixed)));
    }
    if let Some(pattern) = &element.pattern {
        checks.push(Assertion::Given(Given::pattern(pattern)));
    }
    if let Some(bound) = &element.min_value {
        checks.push(Assertion::Range(RangeBound::new(bound, true)));
    }
    if let Some(bound) = &element.max_value {
        checks.push(Assertion::Range(RangeBound::new(bound, false)));
    }
    if let Some(longest) = element.max_length {
        checks.push(Assertion::MaxLength(longest));
    }
    if let Some(binding) = element.binding.as_ref().and_then(Bound::new) {
        checks.push(Assertion::Binding(binding));
    }
}

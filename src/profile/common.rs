//! What both kinds of compilation share: constraints, types, and facts about the definition.

use crate::assertion::{Assertion, Invariant, Native, Primitive, Registry, Schema};
use crate::fhir::{Constraint, ElementDefinition, StructureDefinition};
use crate::package::Definitions;

/// One definition on its way to a schema.
pub(super) struct Compiler<'c> {
    pub definitions: &'c Definitions,
    pub registry: &'c Registry,
    pub definition: &'c StructureDefinition,
}

impl Compiler<'_> {
    /// A schema with what the head of the definition says.
    pub fn schema(&self, is_profile: bool) -> Schema {
        let definition = self.definition;
        Schema {
            url: definition.url.clone(),
            versioned_url: definition.versioned_url(),
            type_name: definition.type_name.clone(),
            kind: definition.kind,
            is_abstract: definition.is_abstract,
            is_profile,
            lineage: self.lineage(),
            root: crate::assertion::Rules::default(),
            parts: Vec::new(),
            faults: Vec::new(),
            primitive: Primitive::from_code(&definition.type_name),
            extension: super::extension::usage(self),
        }
    }

    /// The types that the definition's type specialises, nearest first.
    fn lineage(&self) -> Vec<String> {
        const MOST: usize = 16;
        let mut out: Vec<String> = Vec::new();
        let mut base = self.definition.base_definition.clone();
        while let Some(url) = base.take() {
            let Some(definition) = self.definitions.structure_definition(&url) else {
                break;
            };
            if out.len() < MOST && !out.contains(&definition.type_name) {
                out.push(definition.type_name.clone());
                base = definition.base_definition.clone();
            }
        }
        out.retain(|name| *name != self.definition.type_name);
        out
    }

    /// Constraints to assertions; those with a native form take it, once per node. The path is
    /// the type of the node, or that of a backbone element.
    pub fn constraints<'e>(
        &self,
        constraints: impl Iterator<Item = &'e Constraint>,
        path: Option<&str>,
        faults: &mut Vec<String>,
        out: &mut Vec<Assertion>,
    ) {
        for constraint in constraints {
            match native(constraint) {
                Judged::Native(native) => {
                    let known = out
                        .iter()
                        .any(|check| matches!(check, Assertion::Native(other) if *other == native));
                    if !known {
                        out.push(Assertion::Native(native));
                    }
                }
                Judged::Elsewhere => {}
                Judged::Expression => match Invariant::compile(constraint, path) {
                    Ok(invariant) => out.extend(invariant.map(Assertion::Invariant)),
                    Err(fault) => faults.push(fault),
                },
            }
        }
    }
}

enum Judged {
    Native(Native),
    /// The structure itself judges it.
    Elsewhere,
    Expression,
}

/// The constraints of R4 that have a native form: by key and expression, so that a profile that
/// reuses a key for something else is taken at its word.
fn native(constraint: &Constraint) -> Judged {
    let Some(expression) = constraint.expression.as_deref() else {
        return Judged::Elsewhere;
    };
    match (constraint.key.as_str(), expression) {
        ("ele-1", text) if text.starts_with("hasValue() or (children().count() > id.count())") => {
            Judged::Native(Native::ElementContent)
        }
        ("ext-1", "extension.exists() != value.exists()") => {
            Judged::Native(Native::ExtensionContent)
        }
        ("ref-1", text) if text.starts_with("reference.startsWith('#').not()") => {
            Judged::Native(Native::ContainedReference)
        }
        ("dom-2", "contained.contained.empty()") | ("dom-5", "contained.meta.security.empty()") => {
            Judged::Native(Native::Contained)
        }
        ("dom-4", text) if text.starts_with("contained.meta.versionId.empty()") => {
            Judged::Native(Native::Contained)
        }
        ("dom-3", text) if text.starts_with("contained.where(") => {
            Judged::Native(Native::Contained)
        }
        ("txt-1" | "txt-2", "htmlChecks()") => Judged::Native(Native::Narrative),
        _ => Judged::Expression,
    }
}

/// The type names of an element, with the faults of R4's own definitions mended: `Resource.id` is
/// an `id`, though its definition says `string`.
pub(super) fn type_name<'e>(element: &ElementDefinition, code: &'e str) -> &'e str {
    const SYSTEM: &str = "http://hl7.org/fhirpath/System.";
    if element.base_path.as_deref() == Some("Resource.id") || element.path == "Resource.id" {
        return "id";
    }
    match code.strip_prefix(SYSTEM) {
        Some("String") => "string",
        Some("Boolean") => "boolean",
        Some("Integer") => "integer",
        Some("Decimal") => "decimal",
        Some("Date") => "date",
        Some("DateTime") => "dateTime",
        Some("Time") => "time",
        _ => code.rsplit('/').next().unwrap_or(code),
    }
}

/// The last segment of a path, without `[x]`, and whether it had one.
pub(super) fn element_name(path: &str) -> (&str, bool) {
    let last = path.rsplit('.').next().unwrap_or(path);
    match last.strip_suffix("[x]") {
        Some(name) => (name, true),
        None => (last, false),
    }
}

/// The property name of a choice.
pub(super) fn choice_property(name: &str, type_name: &str) -> String {
    let mut out = name.to_owned();
    let mut characters = type_name.chars();
    if let Some(first) = characters.next() {
        out.extend(first.to_uppercase());
        out.push_str(characters.as_str());
    }
    out
}

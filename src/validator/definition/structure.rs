//! StructureDefinition (R4 5.3): its head agrees with its base, its differential fits the base.

use super::{elements, extension, fault, text, warn};
use crate::assertion::{At, Sink};
use crate::fhir::{Derivation, StructureDefinition, StructureKind};
use crate::finding::{Rule, Severity, Words, quoted};
use crate::json::Node;
use crate::profile::snapshot::{self, SnapshotError};
use crate::validator::Validator;

/// A definition with more elements than this is not read as one: those of R4 have some hundred, and
/// each takes as much memory as twenty values.
const MOST_ELEMENTS: usize = 10_000;

/// Judges a StructureDefinition.
pub(super) fn check(validator: &Validator, node: &Node<'_>, at: &At<'_>, sink: &mut Sink) {
    let elements = ["differential", "snapshot"].map(|name| {
        let elements = node.get(name).and_then(|own| own.get("element"));
        elements.map_or(0, |elements| elements.entries().len())
    });
    let count: usize = elements.iter().sum();
    if count > MOST_ELEMENTS {
        at.report(sink, Rule::Limit, Severity::Warning, || {
            Words::new(
                at.subject(),
                format!("at most {MOST_ELEMENTS} elements in a definition"),
                count,
            )
            .hint("whether its elements fit its base was not judged")
        });
        return;
    }
    let Some(definition) = StructureDefinition::from_node(node) else {
        return;
    };
    check_type(&definition, at, sink);
    check_derivation(&definition, at, sink);
    check_base(validator, &definition, at, sink);
    extension::check(validator, &definition, at, sink);
    // Without a base that is known nothing can be said of what is laid over it.
    let laid = match definition.derivation {
        Some(Derivation::Constraint) if !definition.differential.is_empty() => {
            snapshot::generate(&definition, validator.definitions())
        }
        _ => Ok(definition.snapshot.clone().unwrap_or_default()),
    };
    match &laid {
        Ok(laid) => elements::check(validator, &definition, laid, at, sink),
        Err(error) => {
            elements::check(validator, &definition, &[], at, sink);
            report(error, at, sink);
        }
    }
}

/// R4 StructureDefinition.type: "absolute URLs are only allowed in logical models".
fn check_type(definition: &StructureDefinition, at: &At<'_>, sink: &mut Sink) {
    if definition.kind == StructureKind::Logical || !definition.type_name.contains(':') {
        return;
    }
    fault(at, sink, || {
        Words::new(
            format!("`type` of {}", at.subject()),
            "the name of a type, since `kind` is not `logical`",
            quoted(&definition.type_name),
        )
    });
}

/// R4 StructureDefinition.derivation: "if this is a constraint or specialization" of a base.
fn check_derivation(definition: &StructureDefinition, at: &At<'_>, sink: &mut Sink) {
    if definition.base_definition.is_some() && text(at, "derivation").is_none() {
        fault(at, sink, || {
            Words::new(
                at.subject(),
                "`derivation`, since there is a `baseDefinition`",
                "none",
            )
        });
    }
}

/// A constraint keeps the type and kind of its base (R4 StructureDefinition.type, .kind).
fn check_base(
    validator: &Validator,
    definition: &StructureDefinition,
    at: &At<'_>,
    sink: &mut Sink,
) {
    let Some(url) = definition.base_definition.as_deref() else {
        return;
    };
    let Some(base) = validator.definitions().structure_definition(url) else {
        warn(at, sink, || {
            Words::new(
                format!("`baseDefinition` of {}", at.subject()),
                "a definition that is known",
                quoted(url),
            )
            .hint("load the package that defines it with --package or --definitions")
        });
        return;
    };
    if definition.derivation != Some(Derivation::Constraint) {
        if base.type_name == definition.type_name && base.url != definition.url {
            fault(at, sink, || {
                Words::new(
                    format!("`type` of {}", at.subject()),
                    "a new type, since the `derivation` is not `constraint`",
                    format!("{}, the type of the base", quoted(&definition.type_name)),
                )
            });
        }
        return;
    }
    if base.type_name != definition.type_name {
        fault(at, sink, || {
            Words::new(
                format!("`type` of {}", at.subject()),
                format!(
                    "{}, the type that the base defines",
                    quoted(&base.type_name)
                ),
                quoted(&definition.type_name),
            )
        });
    }
    if base.kind != definition.kind && base.kind != StructureKind::Logical {
        fault(at, sink, || {
            Words::new(
                format!("`kind` of {}", at.subject()),
                format!("{}, the kind of the base", quoted(base.kind.code())),
                quoted(definition.kind.code()),
            )
        });
    }
}

/// Why the differential cannot be laid over the base, unless a definition is missing only here.
fn report(error: &SnapshotError, at: &At<'_>, sink: &mut Sink) {
    if matches!(
        error,
        SnapshotError::UnknownBase { .. }
            | SnapshotError::UnknownType { .. }
            | SnapshotError::NoBase { .. }
            | SnapshotError::TooLarge { .. }
    ) {
        return;
    }
    fault(at, sink, || {
        Words::new(
            format!("`differential` of {}", at.subject()),
            "elements that fit the base",
            error,
        )
    });
}

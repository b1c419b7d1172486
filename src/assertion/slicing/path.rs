//! Discriminator paths: the restricted FHIRPath of R4 5.1.0.14.1. Child names, `$this`,
//! `extension('url')`, `resolve()` and `ofType(Type)`; a `[x]` after a name is tolerated.

use crate::assertion::place::{Item, Place};
use crate::assertion::primitive::Primitive;
use crate::assertion::reference;
use crate::assertion::rules::sibling_of;
use crate::assertion::walk::Walk;

/// One step of a discriminator path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The children of that name, of any chosen type.
    Child(String),
    /// The extensions of that url.
    Extension(String),
    /// The resource that a reference points to.
    Resolve,
    /// Only values of that type.
    OfType(String),
}

/// Takes a path apart.
///
/// # Errors
/// What is not a step, in words.
pub fn parse(path: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    for part in split(path.trim()) {
        let part = part.trim();
        match part.split_once('(') {
            None if part == "$this" => {}
            None => {
                let name = part.strip_suffix("[x]").unwrap_or(part);
                let is_name =
                    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                if !is_name {
                    return Err(format!(
                        "expected a discriminator path of element names, found `{part}` in `{path}`"
                    ));
                }
                steps.push(Step::Child(name.to_owned()));
            }
            Some((function, argument)) => steps.push(function_step(function, argument, path)?),
        }
    }
    Ok(steps)
}

fn function_step(function: &str, argument: &str, path: &str) -> Result<Step, String> {
    let argument = argument.strip_suffix(')').unwrap_or(argument).trim();
    let unquoted = argument
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    match (function.trim(), argument, unquoted) {
        ("resolve", "", _) => Ok(Step::Resolve),
        ("extension", _, Some(url)) => Ok(Step::Extension(url.to_owned())),
        ("ofType", name, None) if !name.is_empty() => {
            Ok(Step::OfType(name.trim_start_matches("FHIR.").to_owned()))
        }
        _ => Err(format!(
            "expected `extension('url')`, `resolve()` or `ofType(Type)`, found `{function}({argument})` in `{path}`"
        )),
    }
}

/// Splits at dots outside of quotes and parentheses.
fn split(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, byte) in path.bytes().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            b'.' if !quoted => {
                parts.push(&path[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&path[start..]);
    parts
}

/// What a path leads to, and its type where it is known.
#[derive(Debug, Clone, Copy)]
pub struct Target<'w> {
    /// The node.
    pub item: Item<'w>,
    /// Its type.
    pub type_of: TypeOf<'w>,
}

/// The type of a [`Target`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeOf<'w> {
    /// A type name, from the definition, a choice's suffix or `resourceType`.
    Named(&'w str),
    /// Not known here.
    Unknown,
}

/// Everything that the steps lead to from a place.
#[must_use]
pub fn select<'w>(walk: &Walk<'w>, place: &Place<'w>, steps: &[Step]) -> Vec<Target<'w>> {
    let start = Target {
        item: place.item,
        type_of: match place.item.node.and_then(|node| node.str("resourceType")) {
            Some(name) => TypeOf::Named(name),
            None => TypeOf::Named(place.type_name),
        },
    };
    let mut targets = vec![start];
    for step in steps {
        let mut next = Vec::new();
        for target in &targets {
            advance(walk, target, step, &mut next);
        }
        targets = next;
    }
    targets
}

fn advance<'w>(walk: &Walk<'w>, target: &Target<'w>, step: &Step, out: &mut Vec<Target<'w>>) {
    match step {
        Step::Child(name) => children(target.item, name, out),
        Step::Extension(url) => {
            let mut extensions = Vec::new();
            children(target.item, "extension", &mut extensions);
            out.extend(
                extensions
                    .into_iter()
                    .filter(|extension| {
                        extension.item.get("url").and_then(|node| node.as_str())
                            == Some(url.as_str())
                    })
                    .map(|extension| Target {
                        type_of: TypeOf::Named("Extension"),
                        ..extension
                    }),
            );
        }
        Step::Resolve => {
            if let Some(node) = reference::resolve_item(walk, target.item) {
                out.push(Target {
                    item: Item::of(node),
                    type_of: node
                        .str("resourceType")
                        .map_or(TypeOf::Unknown, TypeOf::Named),
                });
            }
        }
        Step::OfType(name) => {
            if target.type_of == TypeOf::Named(name.as_str()) || target.type_of == TypeOf::Unknown {
                out.push(*target);
            }
        }
    }
}

/// The children of a name, be it a choice or not.
fn children<'w>(item: Item<'w>, name: &str, out: &mut Vec<Target<'w>>) {
    let Some(object) = item.object() else { return };
    for member in object.members() {
        let (property, only_sibling) = match member.name.strip_prefix('_') {
            Some(property) if object.get(property).is_none() => (property, true),
            Some(_) => continue,
            None => (&*member.name, false),
        };
        let Some(suffix) = property.strip_prefix(name) else {
            continue;
        };
        let type_of = match suffix {
            "" => TypeOf::Unknown,
            suffix => match choice_type(suffix) {
                Some(type_name) => TypeOf::Named(type_name),
                None => continue,
            },
        };
        let (node, sibling) = if only_sibling {
            (None, Some(&member.value))
        } else {
            (Some(&member.value), sibling_of(object, property))
        };
        let items = Item { node, sibling }.occurrences();
        out.extend(items.map(|(_, item)| {
            let resource_type = item.node.and_then(|node| node.str("resourceType"));
            Target {
                item,
                type_of: resource_type.map_or(type_of, TypeOf::Named),
            }
        }));
    }
}

/// The type that a choice element's suffix stands for, such as `dateTime` for `DateTime`.
#[must_use]
pub fn choice_type(suffix: &str) -> Option<&'static str> {
    // The types of open choices (R4 2.24.0.9); primitives start in lower case.
    const COMPLEX: &[&str] = &[
        "Address",
        "Age",
        "Annotation",
        "Attachment",
        "CodeableConcept",
        "Coding",
        "ContactDetail",
        "ContactPoint",
        "Contributor",
        "Count",
        "DataRequirement",
        "Distance",
        "Dosage",
        "Duration",
        "Expression",
        "HumanName",
        "Identifier",
        "Meta",
        "Money",
        "ParameterDefinition",
        "Period",
        "Quantity",
        "Range",
        "Ratio",
        "Reference",
        "RelatedArtifact",
        "SampledData",
        "Signature",
        "Timing",
        "TriggerDefinition",
        "UsageContext",
    ];
    if let Some(found) = COMPLEX.iter().find(|name| **name == suffix) {
        return Some(found);
    }
    let rest = suffix.strip_prefix(|c: char| c.is_ascii_uppercase())?;
    Primitive::ALL
        .iter()
        .map(|primitive| primitive.code())
        .find(|code| code.get(1..) == Some(rest) && code[..1].eq_ignore_ascii_case(&suffix[..1]))
}

#[cfg(test)]
mod tests {
    use super::{Step, choice_type, parse};

    #[test]
    fn paths_are_taken_apart() {
        let child = |name: &str| Step::Child(name.to_owned());
        assert_eq!(parse("$this"), Ok(vec![]));
        assert_eq!(
            parse("type.coding.code"),
            Ok(vec![child("type"), child("coding"), child("code")])
        );
        assert_eq!(parse("allowed[x]"), Ok(vec![child("allowed")]));
        assert_eq!(
            parse("extension('http://example.org/a.b').value.ofType(Coding)"),
            Ok(vec![
                Step::Extension("http://example.org/a.b".to_owned()),
                child("value"),
                Step::OfType("Coding".to_owned())
            ])
        );
        assert_eq!(
            parse("entry.resolve().code"),
            Ok(vec![child("entry"), Step::Resolve, child("code")])
        );
        assert!(parse("extension[type].value").is_err());
        assert!(parse("where(a=b)").is_err());
        assert!(parse("").is_err());
    }

    #[test]
    fn suffixes_stand_for_types() {
        assert_eq!(choice_type("DateTime"), Some("dateTime"));
        assert_eq!(choice_type("Base64Binary"), Some("base64Binary"));
        assert_eq!(choice_type("Quantity"), Some("Quantity"));
        assert_eq!(choice_type("dateTime"), None);
        assert_eq!(choice_type("Set"), None);
        assert_eq!(choice_type("é"), None);
    }
}

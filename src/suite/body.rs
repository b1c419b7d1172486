//! Bodies shaped after the guide's examples: an example, the changes made to it, and a list of
//! those changes for the report.

use std::collections::{BTreeMap, HashMap};

use thiserror::Error;

use super::Body;
use super::template::{MissingCapture, fill};
use crate::fhirpath::{Context, Element, Expression, LocalEnvironment, Model};
use crate::json::{Member, Node, Value};
use crate::package::Definitions;

/// A body to send.
#[derive(Debug, PartialEq)]
pub struct FilledBody {
    /// The resource as JSON.
    pub text: String,
    /// Each change made to the example, in words.
    pub changes: Vec<String>,
}

/// Why there is no body.
#[derive(Debug, Error)]
pub enum BodyError {
    /// The packages have no such example.
    #[error("expected an example `{example}` in the guide, found none; it has {known}")]
    UnknownExample {
        /// What was asked for.
        example: String,
        /// The examples of that type.
        known: String,
    },
    /// The example is not JSON.
    #[error("expected the example `{example}` to be JSON: {error}")]
    Unreadable {
        /// The example.
        example: String,
        /// What is wrong.
        error: crate::json::ReadError,
    },
    /// An expression selects nothing to change, or cannot be evaluated.
    #[error("expected `{fhirpath}` to select an element of `{example}`: {reason}")]
    Selects {
        /// The expression.
        fhirpath: String,
        /// The example.
        example: String,
        /// Why not.
        reason: String,
    },
    /// A capture is missing.
    #[error(transparent)]
    Missing(#[from] MissingCapture),
}

enum Change {
    Set(Node<'static>),
    Remove,
}

/// Fills in a body.
///
/// # Errors
/// No such example, an expression that selects nothing, or a capture that is missing.
pub fn fill_body(
    definitions: &Definitions,
    model: &dyn Model,
    body: &Body,
    values: &BTreeMap<String, String>,
) -> Result<FilledBody, BodyError> {
    let example = find_example(definitions, &body.example)?;
    let document = crate::json::read(&example).map_err(|error| BodyError::Unreadable {
        example: body.example.clone(),
        error,
    })?;
    let mut edits: HashMap<u32, Change> = HashMap::new();
    let mut changes = Vec::new();
    for (fhirpath, template) in &body.set {
        let value = filled_value(template, values)?;
        let node = select(model, &document.root, fhirpath, &body.example)?
            .into_iter()
            .next()
            .ok_or_else(|| selects(fhirpath, body, "it selects nothing"))?;
        // The template and not what it became: a capture may be somebody's.
        changes.push(format!("{fhirpath}: {} becomes {template}", node.to_json()));
        edits.insert(node.offset, Change::Set(value));
    }
    for fhirpath in &body.remove {
        for node in select(model, &document.root, fhirpath, &body.example)? {
            changes.push(format!("{fhirpath}: left out"));
            edits.insert(node.offset, Change::Remove);
        }
    }
    let edited = edit(&document.root, &edits).unwrap_or_else(|| document.root.clone());
    Ok(FilledBody {
        text: edited.to_json(),
        changes,
    })
}

fn find_example(definitions: &Definitions, name: &str) -> Result<String, BodyError> {
    let (resource_type, id) = name.split_once('/').unwrap_or((name, ""));
    let examples = definitions.examples();
    examples
        .iter()
        .find(|example| example.resource_type == resource_type && example.id == id)
        .map(|example| example.text.to_string())
        .ok_or_else(|| BodyError::UnknownExample {
            example: name.to_owned(),
            known: known_examples(&examples, resource_type),
        })
}

fn known_examples(
    examples: &[std::sync::Arc<crate::package::Example>],
    resource_type: &str,
) -> String {
    let known: Vec<String> = examples
        .iter()
        .filter(|example| example.resource_type == resource_type)
        .map(|example| format!("`{resource_type}/{}`", example.id))
        .collect();
    if known.is_empty() {
        "none of that type".to_owned()
    } else {
        known.join(", ")
    }
}

fn filled_value(
    value: &serde_json::Value,
    values: &BTreeMap<String, String>,
) -> Result<Node<'static>, MissingCapture> {
    let value = match value {
        serde_json::Value::String(text) => Value::String(fill(text, values)?.into()),
        serde_json::Value::Bool(value) => Value::Boolean(*value),
        other => Value::Number(other.to_string().into()),
    };
    Ok(Node { value, offset: 0 })
}

fn select<'n, 'a>(
    model: &dyn Model,
    root: &'n Node<'a>,
    fhirpath: &str,
    example: &str,
) -> Result<Vec<&'n Node<'n>>, BodyError>
where
    'a: 'n,
{
    let failed = |reason: String| BodyError::Selects {
        fhirpath: fhirpath.to_owned(),
        example: example.to_owned(),
        reason,
    };
    let expression = Expression::parse(fhirpath).map_err(|error| failed(error.to_string()))?;
    let environment = LocalEnvironment::new(model);
    let context = Context::new(model, &environment, Element::resource(root, model));
    let items = expression
        .evaluate(&context)
        .map_err(|error| failed(error.to_string()))?;
    Ok(items
        .iter()
        .filter_map(|item| item.element().and_then(|element| element.node()))
        .collect())
}

fn selects(fhirpath: &str, body: &Body, reason: &str) -> BodyError {
    BodyError::Selects {
        fhirpath: fhirpath.to_owned(),
        example: body.example.clone(),
        reason: reason.to_owned(),
    }
}

/// The tree with its edits; `None` where the node itself is removed. Offsets tell nodes apart.
fn edit<'a>(node: &Node<'a>, edits: &HashMap<u32, Change>) -> Option<Node<'a>> {
    match edits.get(&node.offset) {
        Some(Change::Remove) => return None,
        Some(Change::Set(value)) => return Some(value.clone()),
        None => {}
    }
    let value = match &node.value {
        Value::Array(entries) => {
            let kept: Vec<_> = entries
                .iter()
                .filter_map(|entry| edit(entry, edits))
                .collect();
            if kept.is_empty() && !entries.is_empty() {
                return None;
            }
            Value::Array(kept)
        }
        Value::Object(members) => {
            let kept: Vec<_> = members
                .iter()
                .filter_map(|member| {
                    Some(Member {
                        name: member.name.clone(),
                        name_offset: member.name_offset,
                        value: edit(&member.value, edits)?,
                    })
                })
                .collect();
            if kept.is_empty() && !members.is_empty() {
                return None;
            }
            Value::Object(kept)
        }
        other => other.clone(),
    };
    Some(Node {
        value,
        offset: node.offset,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::fhirpath::DefinitionsModel;

    fn body(set: &[(&str, &str)], remove: &[&str]) -> Body {
        Body {
            example: "Patient/jane-doe".to_owned(),
            set: set
                .iter()
                .map(|(path, value)| ((*path).to_owned(), (*value).into()))
                .collect(),
            remove: remove.iter().map(|path| (*path).to_owned()).collect(),
        }
    }

    fn filled(body: &Body) -> Result<FilledBody, BodyError> {
        let definitions = Definitions::embedded();
        let model = DefinitionsModel::new(definitions.clone());
        let values = BTreeMap::from([("code".to_owned(), "CT12345".to_owned())]);
        fill_body(&definitions, &model, body, &values)
    }

    #[test]
    fn an_example_is_changed_where_asked_and_the_changes_are_listed() {
        let wanted = body(
            &[("Patient.identifier[0].value", "{{code}}")],
            &["Patient.id", "Patient.maritalStatus"],
        );
        let filled = filled(&wanted).expect("a body");
        let document = crate::json::read(&filled.text).expect("JSON");
        assert_eq!(
            document
                .root
                .get("identifier")
                .and_then(|list| list.entries()[0].str("value")),
            Some("CT12345")
        );
        assert!(document.root.get("id").is_none());
        assert!(document.root.get("maritalStatus").is_none());
        assert_eq!(
            filled.changes,
            [
                "Patient.identifier[0].value: \"123456788\" becomes \"{{code}}\"",
                "Patient.id: left out",
                "Patient.maritalStatus: left out",
            ]
        );
    }

    #[test]
    fn an_expression_that_selects_nothing_is_refused() {
        let error = filled(&body(&[("Patient.photo.title", "x")], &[])).expect_err("no photo");
        assert_eq!(
            error.to_string(),
            "expected `Patient.photo.title` to select an element of `Patient/jane-doe`: it selects nothing"
        );
    }

    #[test]
    fn an_unknown_example_names_the_known_ones() {
        let mut wanted = body(&[], &[]);
        wanted.example = "Patient/nobody".to_owned();
        let error = filled(&wanted).expect_err("no such example").to_string();
        assert!(
            error.contains("`Patient/jane-doe`, `Patient/john-doe`"),
            "{error}"
        );
    }
}

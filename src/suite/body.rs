//! Bodies: an example of the guide, a fixture or an earlier answer, the changes made to it, and a
//! list of those changes for the report.

use std::collections::BTreeMap;

use thiserror::Error;

use super::form::Form;
use super::template::MissingCapture;
use super::{Body, Changes};
use crate::fhirpath::Model;
use crate::package::Definitions;

mod edit;

use edit::Scope;

/// A body to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilledBody {
    /// The resource as JSON.
    pub text: String,
    /// Whether it is an example or a fixture, and nothing that a server answered.
    pub is_ours: bool,
    /// What it was shaped after, in words.
    pub shaped_after: String,
    /// Each change made to it, in words.
    pub changes: Vec<String>,
}

/// A body in a form other than the guide's.
#[derive(Debug, Clone)]
pub struct Reshaped {
    /// The body.
    pub body: FilledBody,
    /// What is other in it.
    pub forms: Vec<&'static Form>,
}

impl Reshaped {
    /// What is other in it, in words that complete "taken with".
    #[must_use]
    pub fn says(&self) -> String {
        let says: Vec<_> = self.forms.iter().map(|form| form.says.as_str()).collect();
        says.join(" and ")
    }

    /// What the guide has in its place.
    #[must_use]
    pub fn instead_of(&self) -> String {
        let all = self.forms.iter();
        let all: Vec<_> = all.map(|form| form.instead_of.as_str()).collect();
        all.join(" and ")
    }
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
    /// The step whose answer it is has none.
    #[error("expected the resource that `{0}` answered, found none")]
    NoAnswer(String),
    /// The text is not JSON.
    #[error("expected {source_name} to be JSON: {error}")]
    Unreadable {
        /// The example, fixture or step.
        source_name: String,
        /// What is wrong.
        error: crate::json::ReadError,
    },
    /// An expression selects nothing to change, or cannot be evaluated.
    #[error("expected `{fhirpath}` to select an element of the body: {reason}")]
    Selects {
        /// The expression.
        fhirpath: String,
        /// Why not.
        reason: String,
    },
    /// A capture is missing.
    #[error(transparent)]
    Missing(#[from] MissingCapture),
}

/// What bodies are filled from.
pub struct Filling<'f> {
    /// The packages with the guide's examples.
    pub definitions: &'f Definitions,
    /// Types for FHIRPath.
    pub model: &'f dyn Model,
    /// Captures, and what values are made from.
    pub values: &'f BTreeMap<String, String>,
    /// Resources that earlier steps answered, by step.
    pub answers: &'f BTreeMap<String, String>,
}

impl Filling<'_> {
    /// Fills in a body.
    ///
    /// # Errors
    /// No such example, an expression that selects nothing, or a capture that is missing.
    pub fn fill(&self, body: &Body) -> Result<FilledBody, BodyError> {
        let (shaped_after, text) = self.source(body)?;
        let filled = FilledBody {
            text,
            is_ours: body.answer_of.is_none(),
            shaped_after,
            changes: Vec::new(),
        };
        self.vary(filled, &body.changes)
    }

    /// The same body with changes.
    ///
    /// # Errors
    /// As [`Self::fill`].
    pub fn vary(&self, body: FilledBody, changes: &Changes) -> Result<FilledBody, BodyError> {
        self.edited(body, changes, Scope::First)
    }

    /// The same body in the form that servers are known to take, and the forms that changed
    /// something of it; `None` where none did.
    ///
    /// # Errors
    /// An expression that cannot be evaluated.
    pub fn reshape(
        &self,
        body: &FilledBody,
        forms: impl Iterator<Item = &'static Form>,
    ) -> Result<Option<Reshaped>, BodyError> {
        let mut reshaped = Reshaped {
            body: body.clone(),
            forms: Vec::new(),
        };
        for form in forms {
            let other = self.edited(reshaped.body.clone(), &form.changes, Scope::Every)?;
            if !is_same(&other.text, &reshaped.body.text) {
                reshaped = Reshaped {
                    body: other,
                    forms: [reshaped.forms, vec![form]].concat(),
                };
            }
        }
        Ok(Some(reshaped).filter(|it| !it.forms.is_empty()))
    }

    fn edited(
        &self,
        body: FilledBody,
        changes: &Changes,
        scope: Scope,
    ) -> Result<FilledBody, BodyError> {
        let mut editor = edit::Editor {
            model: self.model,
            values: self.values,
            source_name: &body.shaped_after,
            is_ours: body.is_ours,
            text: body.text,
            changes: Vec::new(),
        };
        editor.apply(changes, scope)?;
        let edit::Editor { text, changes, .. } = editor;
        Ok(FilledBody {
            text,
            is_ours: body.is_ours,
            shaped_after: body.shaped_after,
            changes,
        })
    }

    fn source(&self, body: &Body) -> Result<(String, String), BodyError> {
        if let Some(step) = &body.answer_of {
            let text = self
                .answers
                .get(step)
                .ok_or_else(|| BodyError::NoAnswer(step.clone()))?;
            return Ok((format!("the answer of {step}"), text.clone()));
        }
        if let (Some(name), Some(text)) = (&body.fixture, &body.fixture_text) {
            return Ok((format!("the fixture {name}"), text.clone()));
        }
        let name = body.example.as_deref().unwrap_or_default();
        let text = find_example(self.definitions, name)?;
        Ok((format!("the guide's example {name}"), text))
    }
}

/// Whether two texts are the same JSON, however it is laid out.
fn is_same(text: &str, other: &str) -> bool {
    let compact = |text| crate::json::read(text).map(|document| document.root.to_json());
    compact(text).ok() == compact(other).ok()
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::fhirpath::DefinitionsModel;

    fn body(source: Value) -> Body {
        let mut body = json!({ "example": "Patient/jane-doe" });
        let members = source.as_object().expect("an object").clone();
        body.as_object_mut().expect("an object").extend(members);
        serde_json::from_value(body).expect("a body")
    }

    fn filled(body: &Body) -> Result<FilledBody, BodyError> {
        let definitions = Definitions::embedded();
        let model = DefinitionsModel::new(definitions.clone());
        let values = BTreeMap::from([
            ("code".to_owned(), "CT12345".to_owned()),
            ("amount".to_owned(), "20.00".to_owned()),
        ]);
        let answers = [(
            "read".to_owned(),
            r#"{"resourceType":"Patient","id":"7","multipleBirthInteger":2}"#.to_owned(),
        )]
        .into();
        Filling {
            definitions: &definitions,
            model: &model,
            values: &values,
            answers: &answers,
        }
        .fill(body)
    }

    #[test]
    fn an_example_is_changed_where_asked_and_the_changes_are_listed() {
        let wanted = body(json!({
            "set": { "Patient.identifier[0].value": "{{code}}" },
            "remove": ["Patient.id", "Patient.maritalStatus"],
        }));
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
    fn members_and_entries_are_added_and_may_hold_captures() {
        let wanted = body(json!({ "add": {
            "Patient": { "telecom": [{ "system": "phone", "value": "{{code}}" }] },
            "Patient.name": { "given": ["Second"] },
            "Patient.address": { "country": "XX" },
        } }));
        let text = filled(&wanted).expect("a body").text;
        assert!(
            text.contains(r#""telecom":[{"system":"phone","value":"CT12345"}]"#),
            "{text}"
        );
        assert!(text.contains(r#""given":["Jane","Second"]"#), "{text}");
        assert!(text.contains(r#""country":"XX""#), "{text}");
    }

    #[test]
    fn what_stands_for_a_number_stays_one_with_its_digits() {
        let mut wanted = body(json!({ "set": { "Patient.multipleBirth": "{{amount}}" } }));
        wanted.example = None;
        wanted.answer_of = Some("read".to_owned());
        let text = filled(&wanted).expect("a body").text;
        assert!(text.contains(r#""multipleBirthInteger":20.00"#), "{text}");
    }

    #[test]
    fn an_expression_that_selects_nothing_is_refused() {
        let wanted = body(json!({ "set": { "Patient.photo.title": "x" } }));
        let error = filled(&wanted).expect_err("no photo");
        assert_eq!(
            error.to_string(),
            "expected `Patient.photo.title` to select an element of the body: it selects nothing"
        );
    }

    #[test]
    fn an_unknown_example_names_the_known_ones() {
        let mut wanted = body(json!({}));
        wanted.example = Some("Patient/nobody".to_owned());
        let error = filled(&wanted).expect_err("no such example").to_string();
        assert!(
            error.contains("`Patient/jane-doe`, `Patient/john-doe`"),
            "{error}"
        );
    }
}

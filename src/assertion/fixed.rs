//! `fixed[x]` and `pattern[x]` (R4 2.30): the whole value, or a part of it, is given.

use super::sink::Sink;
use super::value;
use super::walk::At;
use crate::fhir::TypedValue;
use crate::finding::{Rule, Severity, Words};
use crate::json::Node;

/// A value that is given by the profile.
#[derive(Debug)]
pub struct Given {
    /// The value.
    pub value: Node<'static>,
    /// Its type, such as `CodeableConcept`, as the suffix of the property that states it.
    pub type_suffix: String,
    /// Whether nothing else may be there: `fixed[x]`.
    pub exact: bool,
}

impl Given {
    /// From `fixed[x]`.
    #[must_use]
    pub fn fixed(value: &TypedValue) -> Self {
        Self {
            value: value.value.clone(),
            type_suffix: value.type_suffix.clone(),
            exact: true,
        }
    }

    /// From `pattern[x]`.
    #[must_use]
    pub fn pattern(value: &TypedValue) -> Self {
        Self {
            exact: false,
            ..Self::fixed(value)
        }
    }

    /// Whether a value is the given one, or contains it.
    #[must_use]
    pub fn matches(&self, found: &Node<'_>) -> bool {
        if self.exact {
            value::equals(&self.value, found)
        } else {
            value::contains(&self.value, found)
        }
    }

    /// Judges a node.
    pub fn check(&self, at: &At<'_>, sink: &mut Sink) {
        let rule = if self.exact {
            Rule::Fixed
        } else {
            Rule::Pattern
        };
        let Some(node) = at.place.item.node else {
            at.report(sink, rule, Severity::Error, || {
                Words::new(at.subject(), self.value.to_json(), "no value")
            });
            return;
        };
        if self.matches(node) {
            return;
        }
        at.report(sink, rule, Severity::Error, || {
            let word = if self.exact {
                "exactly"
            } else {
                "a value with"
            };
            match value::difference(&self.value, node, self.exact) {
                Some(difference) if !difference.path.is_empty() => Words::new(
                    at.subject(),
                    format!("{word} `{}` {}", difference.path, difference.expected),
                    difference.found,
                ),
                _ => Words::new(
                    at.subject(),
                    format!("{word} {}", self.value.to_json()),
                    node.to_json(),
                ),
            }
            .hint(format!("the profile asks for {}", self.value.to_json()))
        });
    }
}

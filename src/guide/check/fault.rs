//! One fault of a guide, and where it is.

use serde::Serialize;

use crate::interpretation::FaultKind;

/// One fault of a guide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fault {
    /// What kind of fault it is.
    pub kind: FaultKind,
    /// Canonical URL of the definition, or the file name of an example.
    pub definition: String,
    /// Id of the ElementDefinition, or the place in an instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
    /// What tells it from others at the same place: a code, a constraint key, an expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What was expected, then what was found; lower case, no final stop.
    pub message: String,
}

impl Fault {
    /// A fault of a definition as a whole; the rest is filled in by its maker.
    #[must_use]
    pub fn new(kind: FaultKind, definition: &str, message: impl Into<String>) -> Self {
        Self {
            kind,
            definition: definition.to_owned(),
            element: None,
            detail: None,
            message: message.into(),
        }
    }

    /// The same at an element.
    #[must_use]
    pub fn at(mut self, element: &str) -> Self {
        self.element = Some(element.to_owned());
        self
    }

    /// The same with what tells it from others.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

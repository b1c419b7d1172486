//! What can go wrong with an expression: it is none ([`SyntaxError`]), or it has no value on the
//! data at hand ([`EvaluationError`]). Both say where in the expression.

use std::fmt;

use thiserror::Error;

/// The text is no FHIRPath expression.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("character {}: {message}", position + 1)]
pub struct SyntaxError {
    /// Byte offset into the expression.
    pub offset: usize,
    /// The same place, counted in characters from 0.
    pub position: usize,
    /// What was expected and what was found.
    pub message: String,
}

impl SyntaxError {
    pub(super) fn new(text: &str, offset: usize, message: impl Into<String>) -> Self {
        Self {
            offset,
            position: text
                .char_indices()
                .take_while(|(at, _)| *at < offset)
                .count(),
            message: message.into(),
        }
    }
}

/// The kinds of [`EvaluationError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EvaluationErrorKind {
    /// An operator or function met a value of a type it is not defined for.
    Type,
    /// More items than the operator or function takes.
    Cardinality,
    /// An argument has the right type and an impossible value, such as a malformed regular
    /// expression.
    Argument,
    /// A type name that neither FHIR nor System has.
    UnknownType,
    /// An element name that the type does not have; only in strict evaluation.
    UnknownElement,
    /// A `%name` that nobody defined.
    UnknownVariable,
    /// A profile that `conformsTo()` cannot find.
    UnknownProfile,
    /// A function this evaluator does not offer.
    Unsupported,
    /// The expression needs more steps than [`super::Limits`] grants.
    Limit,
}

/// The expression has no value on this data.
#[derive(Clone, PartialEq, Eq)]
pub struct EvaluationError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: EvaluationErrorKind,
    offset: usize,
    message: String,
}

impl EvaluationError {
    pub(super) fn new(kind: EvaluationErrorKind, offset: u32, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            offset: offset as usize,
            message: message.into(),
        }))
    }

    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> EvaluationErrorKind {
        self.0.kind
    }

    /// Byte offset into the expression of the operator or function that failed.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// What was expected and what was found.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Display for EvaluationError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "offset {}: {}", self.0.offset, self.0.message)
    }
}

impl fmt::Debug for EvaluationError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "EvaluationError({:?}, {self})", self.0.kind)
    }
}

impl std::error::Error for EvaluationError {}

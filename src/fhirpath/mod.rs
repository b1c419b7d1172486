//! FHIRPath: expressions over resources, parsed once and evaluated over the borrowed JSON tree.
//!
//! The language is FHIRPath 2.0 with what FHIR R4 adds (R4 2.9.1), and those functions of the
//! 3.0 ballot that guides already use. Types come through [`Model`], everything outside the
//! resource through [`Environment`].
//!
//! Interpretations, where the specification leaves room:
//! - A constraint that gives nothing is broken, unless it cannot be told ([`Expression::holds`]).
//! - `as` and `ofType` take primitives by their exact type (a `code` is no `string` there), other
//!   types with what specialises them; `is` always counts specialisations.
//! - `as` on many items keeps those of the type, since dom-3 of R4 relies on it
//!   ([`Strictness::R4`]); by the letter it is an error ([`Strictness::Normative`]).
//! - A primitive whose text is malformed has no value: comparisons with it give nothing, and the
//!   fault is reported where types are checked. String functions see its text.
//! - An integer has 64 bits; what does not fit gives nothing.
//!
//! Deliberately not here: what a violated constraint means, and terminology.

mod ast;
mod check;
mod context;
mod definitions_model;
mod distinct;
mod element;
mod environment;
mod equality;
mod error;
mod eval;
mod expression;
mod functions;
#[cfg(test)]
mod generate;
mod item;
mod lexer;
mod model;
mod number;
mod operators;
mod parser;
mod quantity;
mod temporal;
#[cfg(test)]
mod testing;
pub mod ucum;
mod value;
mod variables;
pub mod xhtml;

pub use check::{SemanticFault, SemanticFaultKind};
pub use context::{Context, Limits, Strictness, Variables};
pub use definitions_model::{DefinitionsModel, TypeDefinitions};
pub use element::Element;
pub use environment::{Environment, LocalEnvironment, NoEnvironment};
pub use error::{EvaluationError, EvaluationErrorKind, SyntaxError};
pub use expression::Expression;
pub use item::{Collection, Item, Namespace, TypeInfo};
pub use model::{Model, NoModel, Property, TypeId, TypeKind};
pub use quantity::{Quantity, QuantityUnit};
pub use temporal::{CalendarUnit, Date, DateTime, Time};
pub use value::{SystemType, Text, Value};

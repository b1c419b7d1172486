//! The lossless JSON reader: text in, a tree of borrowed nodes with positions out.
//!
//! FHIR needs more of JSON than a map of values: decimals keep their precision (R4 2.24.0.1,
//! "the precision of the decimal value has significance"), duplicate property names are an error
//! that a map would hide, and a finding points at a line and a column. Typed models and
//! `serde_json::Value` lose all three, so instances stay in this tree.
//!
//! Deliberately not here: anything about FHIR (types, `_name` siblings, resources).

mod escape;
mod node;
mod position;
mod reader;

pub use node::{Member, Node, Value};
pub use position::{LineIndex, Position};
pub use reader::{
    Document, Fault, FaultKind, MAX_DEPTH, MAX_MEMBERS, MAX_VALUES, ReadError, read, read_bytes,
};

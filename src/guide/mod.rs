//! An implementation guide by itself: its profiles made readable, and its own faults found.
//!
//! Deliberately not here: packages (how definitions are found) and instances.

mod capability;
pub mod check;
mod element_tree;
pub mod find;
pub mod requirements;
pub mod show;

pub use element_tree::ElementTree;

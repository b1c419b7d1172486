//! Conformance tests for the FHIR R4 API of openIMIS.
//!
//! A run in one paragraph: arguments become options; packages become [`package::Definitions`],
//! and each StructureDefinition is compiled once into a tree of assertions; scenario files become
//! a suite and, with the definitions and what the server says of itself, a plan; the plan is
//! replayed against the server, which gives an [`http::Exchange`] per request; exchanges are
//! judged by expectations and profiles, which gives findings and verdicts; verdicts become a
//! [`report::Report`], from which every format is rendered.

// Both panic where the reader went away; `cli::output` does not.
#![cfg_attr(not(test), warn(clippy::print_stdout, clippy::print_stderr))]

pub mod assertion;
pub mod check;
pub mod cli;
pub mod compare;
pub mod dialect;
pub mod doctor;
pub mod explain;
pub mod fhir;
pub mod fhirpath;
pub mod filter;
pub mod finding;
pub mod gate;
pub mod guide;
pub mod http;
pub mod interpretation;
pub mod journal;
pub mod json;
pub mod must_support;
pub mod options;
pub mod overlay;
pub mod package;
pub mod profile;
pub mod promises;
pub mod recording;
pub mod redaction;
pub mod reference;
pub mod report;
pub mod requirement;
pub mod result;
pub mod run;
pub mod runner;
pub mod selftest;
pub mod settings;
pub mod shard;
pub mod suite;
pub mod surface;
pub mod terminology;
pub mod toml;
pub mod unfinished;
pub mod validator;
pub mod wording;
pub mod yaml;

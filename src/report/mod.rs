//! The record of a run, and the formats made from it.
//!
//! [`build`] turns a [`crate::result::RunResult`] into a [`Report`]; `report.json` is that record,
//! and every other format is rendered from it and can be again later. Nothing here judges a
//! server or talks to one, and nothing here prints: writers return text, [`write_all`] writes it.

mod build;
mod csv;
mod ctrf;
mod files;
mod finding_group;
mod html;
mod json;
mod junit;
mod markdown;
mod model;
#[cfg(test)]
mod sample;
mod sarif;
mod table;
mod text;
mod ticket;
mod view;

pub use build::build;
pub use csv::csv;
pub use ctrf::ctrf;
pub(crate) use files::readable_by_all;
pub use files::{WriteError, write, write_all};
pub use finding_group::{FindingGroup, Occurrence};
pub use html::html;
pub use json::{ReadError, SCHEMA, json, read, schema_errors};
pub use junit::junit;
pub use markdown::markdown;
pub use model::{
    FORMAT_VERSION, Latency, Report, ReportedCheck, ReportedDialect, ReportedScenario,
    ReportedStep, RequirementCoverage, RunBlock, Skipped, SuiteReport, Tool, Totals, VerdictCounts,
};
pub use sarif::sarif;
pub use table::{TableStyle, table};
pub use ticket::ticket;

//! The record of a run, and the formats made from it.
//!
//! [`build`] turns a [`crate::result::RunResult`] into a [`Report`]; `report.json` is that record,
//! and every other format is rendered from it and can be again later. Nothing here judges a
//! server or talks to one, and nothing here prints: writers return text, [`write_all`] writes it.

mod build;
mod finding_group;
mod model;

pub use build::build;
pub use finding_group::{FindingGroup, Occurrence};
pub use model::{
    FORMAT_VERSION, Latency, Report, ReportedCheck, ReportedDialect, ReportedScenario,
    ReportedStep, RequirementCoverage, RunBlock, Skipped, SuiteReport, Tool, Totals, VerdictCounts,
};

//! The record of a run, and the formats made from it.
//!
//! [`build`] turns a [`crate::result::RunResult`] into a [`Report`]; `report.json` is that record,
//! and every other format is rendered from it and can be again later. Nothing here judges a
//! server or talks to one, and nothing here prints: writers return text, [`write_all`] writes it.

mod annotations;
mod build;
mod csv;
mod ctrf;
mod fhir;
mod files;
mod finding_group;
mod flow;
mod gate;
mod html;
mod json;
mod junit;
mod language;
mod markdown;
mod markdown_flows;
mod model;
mod promised;
#[cfg(test)]
pub(crate) mod sample;
mod sarif;
mod table;
mod text;
mod ticket;
mod view;

pub use annotations::annotations;
pub use build::{build, excuse};
pub use csv::csv;
pub use ctrf::ctrf;
pub use fhir::{operation_outcomes, test_reports};
pub(crate) use files::readable_by_all;
pub use files::{WriteError, write, write_all};
pub use finding_group::{FindingGroup, Occurrence};
pub use flow::{Flow, FlowStep, Standing};
pub use gate::{
    AcceptanceReport, BaselineReport, EntryState, GateReport, Known, KnownFailureReport,
    WaiverReport,
};
pub use html::html;
pub(crate) use html::{Page as HtmlPage, render_page};
pub use json::{ReadError, SCHEMA, json, read, schema_errors};
pub use junit::junit;
pub use language::{Language, in_language};
pub use markdown::markdown;
pub(crate) use markdown::text as markdown_text;
pub use model::{
    FORMAT_VERSION, Latency, Report, ReportedCheck, ReportedDialect, ReportedScenario,
    ReportedStep, RequirementCoverage, RunBlock, Skipped, SuiteReport, Tool, Totals, VerdictCounts,
};
pub use sarif::sarif;
pub use table::{TableStyle, table};
pub(crate) use text::{cut, one_line, wrap};
pub use ticket::ticket;
pub(crate) use view::{Cell, Matrix, about, matrix, outcome_of};

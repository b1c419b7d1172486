//! The record of a run, and the formats made from it.
//!
//! `report.json` is the record; every other format is rendered from it and can be again later.

mod model;

pub use model::{
    DialectFact, FORMAT_VERSION, FindingGroup, Latency, Occurrence, PackageUse, Report,
    ReportedCheck, ReportedScenario, ReportedStep, RunBlock, Skipped, SuiteReport, TargetKind,
    TargetReport, Tool, Totals, VerdictCounts,
};

//! The arguments of a gate, shared by `run` and `render --merge`.

use std::path::PathBuf;

use clap::Args;

use crate::gate::{FailOn, GateOptions};

/// Set for each argument: a heading for all would go on to those that follow.
const HEADING: &str = "What fails the run";

/// What lets a run through.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct GateArguments {
    /// Failures that are accepted for now, with reason, owner and expiry; shown as known
    #[arg(long, help_heading = HEADING, value_name = "FILE")]
    pub(super) known_failures: Option<PathBuf>,
    /// An earlier report or its folder; only what fails since then fails the run
    #[arg(long, help_heading = HEADING, value_name = "REPORT")]
    pub(super) baseline: Option<PathBuf>,
    /// Which findings fail the run: LEVEL[:CAUSE], comma-separated, such as
    /// SHOULD:server,any:guide; or `never` [default: SHALL:server]
    #[arg(long, help_heading = HEADING, value_name = "KINDS")]
    pub(super) fail_on: Option<String>,
    /// What a release is accepted by: blocking levels and causes, waivers, excuses
    #[arg(long, help_heading = HEADING, value_name = "FILE")]
    pub(super) acceptance: Option<PathBuf>,
}

impl GateArguments {
    /// Whether any of them was given.
    pub(super) fn is_given(&self) -> bool {
        self.known_failures.is_some()
            || self.baseline.is_some()
            || self.fail_on.is_some()
            || self.acceptance.is_some()
    }

    /// The same, checked.
    pub(super) fn check(&self) -> Result<GateOptions, String> {
        let fail_on = self.fail_on.as_deref().map(str::parse::<FailOn>);
        Ok(GateOptions {
            known_failures: self.known_failures.clone(),
            baseline: self.baseline.clone(),
            acceptance: self.acceptance.clone(),
            fail_on: fail_on
                .transpose()
                .map_err(|message| format!("--fail-on: {message}"))?,
        })
    }
}

//! `list`: suites and scenarios, checks, requirements, and the plan of a run.

use std::path::PathBuf;

use clap::Args;
use tabled::builder::Builder;
use tabled::settings::{Style, Width, peaker::PriorityMax};

use super::ExitCode;
use crate::check::catalog;
use crate::http::Mode;
use crate::options::RunArguments;
use crate::package::Definitions;
use crate::requirement::guide;
use crate::run::RunError;
use crate::runner::preview::preview;
use crate::suite::Declared;
use crate::suite::load::{self, LoadError};

/// Characters of a line; longer cells are wrapped.
const WIDTH: usize = 140;

/// List suites, scenarios, checks, requirements or the plan of a run
#[derive(Debug, Args)]
pub struct ListCommand {
    /// Checks, with the requirements they show
    #[arg(long, group = "what")]
    checks: bool,
    /// Requirements, with level and source
    #[arg(long, group = "what")]
    requirements: bool,
    /// Requests that a run would send, step by step, after those of the probe
    #[arg(long, group = "what")]
    plan: bool,
    /// With --plan: what may be sent [default: write]
    #[arg(long, value_enum, requires = "plan")]
    mode: Option<super::run::ModeArgument>,
    /// With --plan: only what fits, as in `run`
    #[arg(long, value_name = "EXPR", requires = "plan")]
    filter: Option<String>,
    /// With --plan: resources that a reading step looks at
    #[arg(long, value_name = "N", requires = "plan")]
    sample: Option<usize>,
    /// With --plan: a part of the scenarios
    #[arg(long, value_name = "I/N", requires = "plan")]
    shard: Option<String>,
    /// With --plan: FHIR base of the server whose plan is shown; it is only probed
    #[arg(long, value_name = "URL", requires = "plan")]
    target: Option<String>,
    /// With --target: file with user and password, readable by its owner only
    #[arg(long, value_name = "FILE", requires = "target")]
    credentials: Option<PathBuf>,
    /// Suite by name, or a scenario file; may be repeated [default: all]
    #[arg(long = "suite", value_name = "NAME|FILE")]
    suites: Vec<String>,
}

impl ListCommand {
    /// Carries the command out.
    #[must_use]
    pub fn run(&self) -> ExitCode {
        let rows = if self.checks {
            Ok(checks())
        } else if self.requirements {
            Ok(requirements())
        } else if self.plan {
            return match plan(self.arguments()) {
                Ok(rows) if rows.len() == 1 => super::complain(
                    &"expected something to run, found nothing: no step of the plan fits",
                    ExitCode::TooLittleTested,
                ),
                Ok(rows) => {
                    super::output::print(&table(rows));
                    ExitCode::Conformant
                }
                Err((error, code)) => super::complain(&error, code),
            };
        } else {
            suites(&self.suites)
        };
        match rows {
            Ok(rows) => {
                super::output::print(&table(rows));
                ExitCode::Conformant
            }
            Err(error) => super::complain(&error, ExitCode::Usage),
        }
    }
}

impl ListCommand {
    /// The arguments of the run whose plan is shown. Nothing is written, so nothing is confirmed.
    fn arguments(&self) -> RunArguments {
        let host = self
            .target
            .as_deref()
            .and_then(|target| url::Url::parse(target).ok()?.host_str().map(str::to_owned));
        RunArguments {
            target: self.target.clone(),
            credentials: self.credentials.clone(),
            suites: self.suites.clone(),
            mode: Some(self.mode.map_or(Mode::Write, Mode::from)),
            filter: self.filter.clone(),
            sample: self.sample,
            shard: self.shard.clone(),
            confirm_write: host,
            ..RunArguments::default()
        }
    }
}

type Rows = Vec<Vec<String>>;

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.iter().map(|&cell| cell.to_owned()).collect()
}

fn suites(selected: &[String]) -> Result<Rows, LoadError> {
    let mut rows = vec![row(["suite", "scenario", "title"])];
    for suite in load::select(selected)? {
        for scenario in &suite.scenarios {
            rows.push(row([&suite.id, &scenario.id, &scenario.title]));
        }
    }
    Ok(rows)
}

fn checks() -> Rows {
    let mut rows = vec![row(["check", "level", "requirements", "what it looks at"])];
    for check in catalog::all() {
        rows.push(row([
            check.id,
            check.level().code(),
            &check.requirements.join(" "),
            check.title,
        ]));
    }
    rows
}

fn requirements() -> Rows {
    let mut rows = vec![row(["requirement", "level", "source", "statement"])];
    let declared = Declared::by_guide(&Definitions::embedded());
    let of_guide = guide::requirements(&declared);
    for requirement in crate::requirement::all().iter().chain(&of_guide) {
        rows.push(row([
            &requirement.id,
            requirement.level.code(),
            &requirement.source,
            &requirement.statement,
        ]));
    }
    rows
}

/// What a run would send: on the server that is given, or on one that declares no more than the
/// guide; in write mode unless asked otherwise, so that the whole plan is shown.
fn plan(arguments: RunArguments) -> Result<Rows, (RunError, ExitCode)> {
    let options = arguments
        .check()
        .map_err(|error| (RunError::Options(error), ExitCode::Usage))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| (RunError::Embedded(error), ExitCode::Incomplete))?;
    let looked = runtime
        .block_on(crate::run::look::look(&options))
        .map_err(|error| {
            let code = super::run::exit_code(&error);
            (error, code)
        })?;
    let mut rows = vec![row(["scenario", "step", "request", "body", "promised"])];
    for scenario in &looked.plan.scenarios {
        for planned in &scenario.steps {
            let promised = match (&planned.skip, planned.required) {
                (Some(reason), _) => reason,
                (None, true) => "yes",
                (None, false) => "no: probed",
            };
            for (step, preview) in preview(&looked.dialect, &planned.step) {
                rows.push(row([
                    &scenario.id,
                    &step,
                    &preview.request,
                    &preview.body,
                    promised,
                ]));
            }
        }
    }
    Ok(rows)
}

fn table(rows: Rows) -> String {
    let mut builder = Builder::default();
    for row in rows {
        builder.push_record(row);
    }
    let mut table = builder.build();
    table.with(Style::blank()).with(
        Width::wrap(WIDTH)
            .priority(PriorityMax::left())
            .keep_words(true),
    );
    format!("{table}\n")
}

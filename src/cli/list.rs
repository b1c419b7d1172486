//! `list`: suites and scenarios, checks, requirements, and the plan of a run.

use clap::Args;
use tabled::builder::Builder;
use tabled::settings::{Style, Width, peaker::PriorityMax};

use super::ExitCode;
use crate::check::catalog;
use crate::http::Mode;
use crate::options::RunArguments;
use crate::package::Definitions;
use crate::suite::load::{self, LoadError};
use crate::suite::plan::{Declared, Plan, PlannedStep};
use crate::suite::requests;

/// Characters of a line; longer cells are wrapped.
const WIDTH: usize = 100;

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
            return self.print_plan();
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
    for requirement in crate::requirement::all() {
        rows.push(row([
            &requirement.id,
            requirement.level.code(),
            &requirement.source,
            &requirement.statement,
        ]));
    }
    rows
}

impl ListCommand {
    fn print_plan(&self) -> ExitCode {
        match self.plan_rows() {
            Ok(rows) if rows.len() == 1 => super::complain(
                &"expected something to run, found nothing: no step of the plan fits",
                ExitCode::NothingTested,
            ),
            Ok(rows) => {
                super::output::print(&table(rows));
                ExitCode::Conformant
            }
            Err(error) => super::complain(&*error, ExitCode::Usage),
        }
    }

    /// What a run would send to a server that declares no more than the guide.
    fn plan_rows(&self) -> Result<Rows, Box<dyn std::error::Error>> {
        let options = RunArguments {
            filter: self.filter.clone(),
            sample: self.sample,
            shard: self.shard.clone(),
            suites: self.suites.clone(),
            mode: self.mode.map(Mode::from),
            ..RunArguments::default()
        }
        .check()?;
        let definitions = Definitions::embedded();
        let suites = load::select(&options.suites)?;
        let declared = Declared::by_guide(&definitions);
        let mut plan = Plan::new(&suites, &declared, options.mode == Mode::Write);
        options.selection.check(&plan, &definitions)?;
        options.selection.apply(&mut plan);
        let mut rows = vec![row(["scenario", "step", "request", "promised"])];
        for scenario in &plan.scenarios {
            for planned in &scenario.steps {
                rows.extend(planned_rows(&scenario.id, planned));
            }
        }
        Ok(rows)
    }
}

fn planned_rows(scenario: &str, planned: &PlannedStep) -> Rows {
    let step = &planned.step;
    if let Some(reason) = &planned.skip {
        let nothing = format!("nothing: {reason}");
        return vec![row([scenario, &step.id, &nothing, "-"])];
    }
    let promised = if planned.required {
        "yes"
    } else {
        "no: probed"
    };
    let requests = requests::of(step).into_iter();
    requests
        .map(|request| row([scenario, &step.id, &request, promised]))
        .collect()
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

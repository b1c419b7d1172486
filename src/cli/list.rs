//! `list`: suites and scenarios, checks, requirements, and the plan of a run.

use clap::Args;
use tabled::builder::Builder;
use tabled::settings::{Style, Width, peaker::PriorityMax};

use super::ExitCode;
use crate::check::catalog;
use crate::package::Definitions;
use crate::suite::load::{self, LoadError};
use crate::suite::plan::{Declared, Plan};

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
    /// Steps that a run would carry out, in order
    #[arg(long, group = "what")]
    plan: bool,
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
            plan(&self.suites)
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

/// What a run in write mode would do on a server that declares no more than the guide.
fn plan(selected: &[String]) -> Result<Rows, LoadError> {
    let suites = load::select(selected)?;
    let plan = Plan::new(&suites, &Declared::by_guide(&Definitions::embedded()), true);
    let mut rows = vec![row(["scenario", "step", "interaction", "promised"])];
    for scenario in &plan.scenarios {
        for step in &scenario.steps {
            let interaction = step.step.interaction();
            let what = match &step.step.resource_type {
                Some(resource_type) => format!("{interaction} {resource_type}"),
                None => interaction.to_owned(),
            };
            let promised = if step.required { "yes" } else { "no: probed" };
            rows.push(row([&scenario.id, &step.step.id, &what, promised]));
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

//! A server looked at without testing it: how it speaks, and what it declares beside the guide.

use super::{RunError, client, prepare};
use crate::dialect::{Dialect, FHIR_JSON, probe};
use crate::http::Mode;
use crate::options::RunOptions;
use crate::runner::Stop;
use crate::suite::Declared;
use crate::suite::plan::Plan;

/// The plan of a run, and how its requests would be sent.
#[derive(Debug)]
pub struct Looked {
    /// What would run.
    pub plan: Plan,
    /// How the server speaks; as R4 has it where no server is given.
    pub dialect: Dialect,
}

/// Lays out the plan of a run. A target is only probed, whatever the mode.
///
/// # Errors
/// Bad input, or a server that cannot be reached.
pub async fn look(options: &RunOptions) -> Result<Looked, RunError> {
    let prepared = prepare(options)?;
    let mut declared = Declared::by_guide(&prepared.definitions);
    let mut dialect = Dialect {
        trailing_slash: false,
        accept: FHIR_JSON,
        answers: true,
    };
    if let Some(target) = &options.target {
        let reading = RunOptions {
            mode: Mode::Read,
            ..options.clone()
        };
        let client = client(&reading, &prepared, target.clone(), None, &Stop::default())?;
        let types: Vec<&str> = declared.resource_types().collect();
        let probe = probe(&client, &types).await?;
        if let Some(statement) = &probe.statement {
            declared.add(statement, &prepared.definitions);
        }
        dialect = probe.dialect;
    }
    let mut plan = Plan::new(&prepared.suites, &declared, options.mode == Mode::Write);
    options.selection.check(&plan, &prepared.definitions)?;
    options.selection.apply(&mut plan);
    Ok(Looked { plan, dialect })
}

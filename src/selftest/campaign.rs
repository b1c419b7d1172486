//! Every fault against every check: the server without faults first, then one fault after the
//! other, as many side by side as there are processors.

use std::sync::Arc;

use futures::StreamExt;

use super::matrix::{Stopped, Told, TriedFault, judge};
use super::{Bench, Matrix, Trial, TrialError, Tried, kills};
use crate::reference::Fault;
use crate::suite::load::{self, LoadError};
use crate::yaml::FileError;

/// The suite that asks whether what is sent over TLS stays there.
const SECURITY: &str = "security";

/// What to try.
#[derive(Debug, Clone, Default)]
pub struct Campaign {
    /// The faults; all if empty.
    pub faults: Vec<Fault>,
    /// Suites by name; all if empty.
    pub suites: Vec<String>,
    /// Trials side by side; as many as there are processors if `None`.
    pub concurrency: Option<usize>,
}

/// Why there is no matrix.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// What faults break is not readable.
    #[error(transparent)]
    Kills(#[from] FileError),
    /// A mistake in a suite that ships.
    #[error(transparent)]
    Suite(#[from] LoadError),
    /// The server without faults could not be tested.
    #[error("the server without faults could not be tested: {0}")]
    Clean(#[source] TrialError),
}

impl Campaign {
    /// Carries it out; `progress` is told of each fault that was tried.
    ///
    /// # Errors
    /// The shipped data is damaged, or the server without faults cannot be tested.
    pub async fn run(&self, progress: impl Fn(Fault)) -> Result<Matrix, CampaignError> {
        let known = kills::shipped()?;
        let bench = Arc::new(Bench::default());
        let suites = match self.suites.is_empty() {
            // The built-in server locks no accounts: wrong logins are tried too.
            true => load::shipped()?.into_iter().map(|suite| suite.id).collect(),
            false => self.suites.clone(),
        };
        let clean = clean(&bench, &suites).await.map_err(CampaignError::Clean)?;
        let faults = match self.faults.is_empty() {
            true => Fault::ALL.to_vec(),
            false => self.faults.clone(),
        };
        // A trial waits as often as it computes: for answers that do not come, for calls of listeners.
        let side_by_side = self.concurrency.unwrap_or_else(|| {
            2 * std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
        });
        let trials = faults.into_iter().map(|fault| {
            let (bench, trial) = (Arc::clone(&bench), trial(&suites, Some(fault)));
            // A task of its own, so that trials run on all processors.
            let task = tokio::spawn(async move { bench.run(&trial).await });
            async move {
                let outcome = match task.await {
                    Ok(Ok(tried)) => Ok(Told::by(&tried)),
                    Ok(Err(error)) => Err(Stopped::by(&error)),
                    Err(error) => Err(Stopped {
                        message: format!("the trial broke off: {error}"),
                        check: None,
                    }),
                };
                TriedFault { fault, outcome }
            }
        });
        let tried: Vec<TriedFault> = futures::stream::iter(trials)
            .buffered(side_by_side)
            .inspect(|tried| progress(tried.fault))
            .collect()
            .await;
        let every_fault = self.faults.is_empty() && self.suites.is_empty();
        Ok(judge(&clean, tried, &known, every_fault))
    }
}

/// The server without faults: all suites, and over TLS the one that asks about it.
async fn clean(bench: &Bench, suites: &[String]) -> Result<Tried, TrialError> {
    let mut clean = bench.run(&trial(suites, None)).await?;
    if suites.iter().any(|suite| suite == SECURITY) {
        let secure = Trial::of_right_behaviour(&[SECURITY]).over_tls();
        clean.scenarios.extend(bench.run(&secure).await?.scenarios);
    }
    Ok(clean)
}

fn trial(suites: &[String], fault: Option<Fault>) -> Trial {
    let trial = Trial {
        faults: fault.into_iter().collect(),
        suites: suites.to_vec(),
        ..Trial::of_right_behaviour(&[])
    };
    match fault {
        Some(Fault::NoTransportSecurity) => trial.over_tls(),
        _ => trial,
    }
}

//! Every fault against every check: the server without faults first, then one fault after the
//! other, as many side by side as there are processors.

use std::sync::Arc;

use futures::StreamExt;

use super::matrix::{TriedFault, blamed, judge};
use super::{Bench, Matrix, Trial, TrialError, kills};
use crate::reference::Fault;
use crate::yaml::FileError;

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
        let clean = bench
            .run(&self.trial(None))
            .await
            .map_err(CampaignError::Clean)?;
        let faults = match self.faults.is_empty() {
            true => Fault::ALL.to_vec(),
            false => self.faults.clone(),
        };
        let side_by_side = self.concurrency.unwrap_or_else(|| {
            std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
        });
        let trials = faults.into_iter().map(|fault| {
            let (bench, trial) = (Arc::clone(&bench), self.trial(Some(fault)));
            // A task of its own, so that trials run on all processors.
            let task = tokio::spawn(async move { bench.run(&trial).await });
            async move {
                let outcome = match task.await {
                    Ok(Ok(tried)) => Ok(blamed(&tried)),
                    Ok(Err(error)) => Err(error.to_string()),
                    Err(error) => Err(format!("the trial broke off: {error}")),
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

    fn trial(&self, fault: Option<Fault>) -> Trial {
        Trial {
            faults: fault.into_iter().collect(),
            suites: self.suites.clone(),
            ..Trial::of_right_behaviour(&[])
        }
    }
}

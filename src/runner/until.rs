//! Asking again until an answer is final, for a bounded time.

use std::time::Duration;

use super::scenario::Scenario;
use crate::check::expectation::is_true;
use crate::check::{Judgement, catalog};
use crate::http::Exchange;
use crate::result::Subject;
use crate::suite::Until;

/// The pause after the first answer; each further one is twice as long, up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(1);

/// Reads until the answer is final, or time is up; gives the last answer and the check.
pub(super) async fn settled(
    scenario: &mut Scenario<'_>,
    url: &str,
    until: &Until,
    subject: &Subject,
) -> (Exchange, Judgement) {
    let mut judgement =
        Judgement::new(&catalog::BECOMES_FINAL, subject).of_requirement(&until.requirement);
    let fhirpath = match scenario.fill(&until.fhirpath) {
        Ok(fhirpath) => fhirpath,
        Err(missing) => {
            judgement.skip(missing.to_string());
            return (scenario.get(url).await, judgement);
        }
    };
    let limit = Duration::from_secs(until.within);
    let (mut waited, mut pause) = (Duration::ZERO, FIRST);
    loop {
        let exchange = scenario.get(url).await;
        match is_final(scenario, &exchange, &fhirpath) {
            Ok(None) => {
                judgement.skip("the read gave no resource");
                return (exchange, judgement);
            }
            Ok(Some(true)) => {
                judgement.saw_resource();
                return (exchange, judgement);
            }
            Ok(Some(false)) if waited + pause <= limit => {
                // How often is a matter of time, and no two runs need agree on it.
                scenario.forget(&exchange.id);
                // What a recording answers next is in it already.
                if !scenario.session.client.is_playback() {
                    tokio::time::sleep(pause).await;
                }
                waited += pause;
                pause = (pause * 2).min(LONGEST);
            }
            Ok(Some(false)) => {
                // How long it may take the guide does not say: a person or a scheduled task decides.
                judgement.skip(format!(
                    "not yet after {} seconds; the guide names no time for it",
                    until.within
                ));
                return (exchange, judgement);
            }
            Err(message) => {
                judgement.error(message);
                return (exchange, judgement);
            }
        }
    }
}

/// Whether the answer is final; nothing where there is none.
fn is_final(
    scenario: &Scenario<'_>,
    exchange: &Exchange,
    fhirpath: &str,
) -> Result<Option<bool>, String> {
    let response = exchange
        .response()
        .filter(|response| response.status == 200);
    let Some(document) = response.and_then(|it| crate::json::read(&it.body).ok()) else {
        return Ok(None);
    };
    is_true(scenario.model(), fhirpath, &document.root).map(Some)
}

//! Interactions that are declared, asked for once each where that changes nothing: old versions,
//! histories, and the delete of what is not there. What came of it stands in the table of what is
//! promised.

use super::Asking;
use crate::http::{Method, Mode, RequestSpec};
use crate::runner::scenario::{Scenario, StepOutcome};
use crate::suite::Step;

/// A well-formed id that no server has.
const UNKNOWN_ID: &str = "5d1f0c9a-7be4-4d1e-9f53-0a6f2c8be711";

pub(super) async fn perform(scenario: &mut Scenario<'_>, step: &Step) -> StepOutcome {
    let resource_type = step.resource_type.clone().unwrap_or_default();
    let session = scenario.session;
    let promised = |interaction: &str| session.declared.promises(&resource_type, interaction);
    let first = scenario.samples.last().and_then(|sample| {
        let resource = sample.resources.first()?;
        let version = resource.get("meta").and_then(|meta| meta.str("versionId"));
        Some((
            resource.str("id")?.to_owned(),
            version.unwrap_or("1").to_owned(),
        ))
    });
    let mut asking = Asking::new(scenario);
    let instance = |id: &str| session.dialect.instance_address(&resource_type, id);
    let below = |id: &str, rest: &str| {
        let address = instance(id);
        let slash = if address.ends_with('/') { "/" } else { "" };
        format!("{}/{rest}{slash}", address.trim_end_matches('/'))
    };
    if let Some((id, version)) = &first {
        if promised("history-instance") {
            asking.get(&below(id, "_history")).await;
        }
        if promised("vread") {
            asking.get(&below(id, &format!("_history/{version}"))).await;
        }
    }
    if promised("history-type") {
        asking.get(&instance("_history")).await;
    }
    if promised("delete") && session.client.mode() == Mode::Write {
        let id = asking.scenario.next_id();
        let spec = RequestSpec::new(id, Method::Delete, instance(UNKNOWN_ID))
            .header("accept", session.dialect.accept);
        asking.send(spec).await;
    }
    asking.finish(Vec::new())
}

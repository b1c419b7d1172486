//! Probing steps: groups of requests that hold a server to the rules of HTTP and of R4's RESTful
//! API. Each file sends what its suite asks and hands the answers to [`crate::check::protocol`].

mod capabilities;
mod conditional;
mod content;
mod create;
mod errors;
mod known;
mod read;
mod references;
mod requests;
mod rights;
mod robustness;
mod security;
mod update;
mod validate;
mod versions;
mod writing;

pub(super) use known::Known;
pub use requests::requests;
pub(super) use writing::Taken;

use super::scenario::{Scenario, StepOutcome};
use crate::check::catalog;
use crate::check::protocol::Checks;
use crate::fhir::CapabilityResource;
use crate::http::{Exchange, Method, RequestSpec};
use crate::result::Subject;
use crate::suite::plan::PlannedStep;
use crate::suite::probe::Probe;

/// An id that no server has: well-formed, and random once.
const UNKNOWN_ID: &str = "0b9d6c0e-4f0e-4f62-8e0b-7d1c52a9f3aa";

/// Carries a probing step out.
pub(super) async fn perform(scenario: &mut Scenario<'_>, planned: &PlannedStep) -> StepOutcome {
    let Some(probe) = planned.step.probe else {
        return StepOutcome::default();
    };
    let mut context = Context::new(scenario, planned, probe);
    match probe {
        Probe::ReadHeaders => read::headers(&mut context).await,
        Probe::ReadHead => read::head(&mut context).await,
        Probe::ReadConditional => read::conditional(&mut context).await,
        Probe::ReadSubset => read::subset(&mut context).await,
        Probe::ReadMalformed => read::malformed(&mut context).await,
        Probe::ReadByCode => read::by_code(&mut context).await,
        Probe::ReadVersions => versions::perform(&mut context).await,
        Probe::VersionsUndeclared => versions::undeclared(&mut context).await,
        Probe::RefusedReads => errors::reads(&mut context).await,
        Probe::RefusedBodies => errors::bodies(&mut context).await,
        Probe::RefusedMethods => errors::methods(&mut context).await,
        Probe::Accept => content::accept(&mut context).await,
        Probe::Format => content::format(&mut context).await,
        Probe::BodyTypes => content::body_types(&mut context).await,
        Probe::TextSurvives => {
            // Accents, combining marks, Lao, Amharic, Arabic with Hebrew, characters beyond the
            // first plane.
            let family = "Nguyễn-Ångström ລາວ";
            let given = "አማርኛ مريم שלום 𠮷 💧 e\u{301}";
            create::kept_text(&mut context, &catalog::TEXT_SURVIVES, 'u', family, given).await;
        }
        Probe::InjectionStored => {
            let family = "O'Brien\"; DROP TABLE \"tblInsuree\"; --";
            let given = "<script>alert(1)</script> &amp; ${7*7}";
            create::kept_text(&mut context, &catalog::INJECTION_STORED, 'j', family, given).await;
        }
        Probe::CreateIdentity => create::identity(&mut context).await,
        Probe::CreatePrefer => create::prefer(&mut context).await,
        Probe::CreateRefused => create::refused(&mut context).await,
        Probe::CreateTwice => create::twice(&mut context).await,
        Probe::ConditionalWrites => conditional::perform(&mut context).await,
        Probe::Update => update::update(&mut context).await,
        Probe::Delete => update::delete(&mut context).await,
        Probe::Validate => validate::perform(&mut context).await,
        Probe::Bundles => update::bundles(&mut context).await,
        Probe::FullUrls => references::full_urls(&mut context).await,
        Probe::ReferencesAgree => references::agree(&mut context).await,
        Probe::WithoutToken => security::without_token(&mut context).await,
        Probe::BadTokens => security::bad_tokens(&mut context).await,
        Probe::WritesWithoutToken => security::writes_without_token(&mut context).await,
        Probe::Guarded => security::guarded(&mut context).await,
        Probe::Injection => security::injection(&mut context).await,
        Probe::WrongPassword => security::wrong_password(&mut context).await,
        Probe::OtherAccounts => rights::reads(&mut context).await,
        Probe::OtherAccountsWrite => rights::writes(&mut context).await,
        Probe::Options => capabilities::options(&mut context).await,
        Probe::HostileBodies => security::hostile_bodies(&mut context).await,
        Probe::RandomRequests => robustness::random(&mut context).await,
    }
    context.finish()
}

/// A probing step under way.
struct Context<'c, 's> {
    scenario: &'c mut Scenario<'s>,
    planned: &'c PlannedStep,
    resource_type: String,
    checks: Checks,
    notes: Vec<String>,
    exchanges: Vec<Exchange>,
    /// The media type of bodies: that of FHIR until the server refuses it.
    body_type: &'static str,
}

impl<'c, 's> Context<'c, 's> {
    fn new(scenario: &'c mut Scenario<'s>, planned: &'c PlannedStep, probe: Probe) -> Self {
        // Rules of HTTP hold for all types alike: what breaks one on every type is one finding.
        let subject = Subject {
            resource_type: None,
            interaction: Some(probe.interaction().to_owned()),
            search_parameter: None,
        };
        Self {
            resource_type: planned.step.resource_type.clone().unwrap_or_default(),
            checks: Checks::new(&subject, &[]),
            scenario,
            planned,
            notes: Vec::new(),
            exchanges: Vec::new(),
            body_type: crate::dialect::FHIR_JSON,
        }
    }

    /// Declares the checks of the probe.
    fn declare(&mut self, checks: &[&'static crate::check::Check]) {
        for check in checks {
            self.checks.of(check);
        }
    }

    fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// What the server's CapabilityStatement says of the type of the probe.
    fn stated(&self) -> Option<&CapabilityResource> {
        self.scenario.session.stated(&self.resource_type)
    }

    /// Address of an instance, in the dialect.
    fn instance(&self, resource_type: &str, id: &str) -> String {
        self.scenario
            .session
            .dialect
            .instance_address(resource_type, id)
    }

    /// Address of a type, in the dialect.
    fn type_address(&self, resource_type: &str) -> String {
        self.scenario.session.dialect.type_address(resource_type)
    }

    /// Below an instance, such as its history, in the dialect.
    fn below(&self, resource_type: &str, id: &str, rest: &str) -> String {
        let instance = self.instance(resource_type, id);
        let slash = if self.scenario.session.dialect.trailing_slash {
            "/"
        } else {
            ""
        };
        format!("{}/{rest}{slash}", instance.trim_end_matches('/'))
    }

    /// A request in the dialect, to be sent with [`Self::send`].
    fn request(&mut self, method: Method, url: &str) -> RequestSpec {
        let accept = self.scenario.session.dialect.accept;
        RequestSpec::new(self.scenario.next_id(), method, url).header("accept", accept)
    }

    /// A request without the Accept header of the dialect.
    fn bare(&mut self, method: Method, url: &str) -> RequestSpec {
        RequestSpec::new(self.scenario.next_id(), method, url)
    }

    /// Sends, and keeps the exchange until it is known whether a finding cites it.
    async fn send(&mut self, spec: RequestSpec) -> Exchange {
        let exchange = self.scenario.send(spec).await;
        self.exchanges.push(exchange.clone());
        exchange
    }

    async fn get(&mut self, url: &str) -> Exchange {
        let spec = self.request(Method::Get, url);
        self.send(spec).await
    }

    fn finish(self) -> StepOutcome {
        for exchange in self.exchanges {
            let cited = self.checks.cites(&exchange.id);
            self.scenario.keep(exchange, cited);
        }
        StepOutcome {
            judgements: self.checks.finish(),
            notes: self.notes,
        }
    }
}

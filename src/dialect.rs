//! How a server speaks: probed once, reported once, and followed by everything after.
//!
//! A server that refuses `application/fhir+json` or wants a trailing slash breaks a rule; that is
//! one finding. Every later request is sent the way the server understands, so that all the rest
//! is still tested.

use std::collections::BTreeSet;

use crate::check::exchange::describe_status;
use crate::check::{Check, Judgement, catalog};
use crate::fhir::CapabilityStatement;
use crate::finding::Rule;
use crate::http::{
    Client, Exchange, LoginOutcome, Outcome, RequestSpec, Response, percent_encoded,
};
use crate::result::{CheckResult, DialectFact, ScenarioResult, StepResult, Subject};

/// The media type of FHIR in JSON (R4 3.1.0.1.9).
pub const FHIR_JSON: &str = "application/fhir+json";
/// The media type of any JSON, which some servers insist on.
pub const PLAIN_JSON: &str = "application/json";

/// The suite and scenario of the probe.
pub const SUITE: &str = "dialect";
/// What the ids of its exchanges start with.
pub const PLACE: &str = "dialect/";

/// The types that a probe asks for first: every openIMIS has them.
pub const FIRST_TYPES: [&str; 4] = ["Location", "Organization", "Patient", "Practitioner"];

/// How a server speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    /// Whether addresses end in a slash.
    pub trailing_slash: bool,
    /// What requests accept.
    pub accept: &'static str,
    /// Whether any type is answered with anything but 401 and 404; without that a refusal of
    /// something else says nothing about it.
    pub answers: bool,
}

/// What the probe learned.
#[derive(Debug)]
pub struct Probe {
    /// How the server speaks.
    pub dialect: Dialect,
    /// What it says of itself.
    pub statement: Option<CapabilityStatement>,
    /// Today by its clock, which need not be ours.
    pub server_date: Option<jiff::civil::Date>,
    /// What the report says of it.
    pub facts: Vec<DialectFact>,
    /// The checks that were made on the way.
    pub scenario: ScenarioResult,
    /// The exchanges that findings cite.
    pub exchanges: Vec<Exchange>,
}

/// Why the server cannot be tested at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// No connection, or no HTTP.
    #[error("{0}")]
    Unreachable(String),
    /// The login was refused or did not work.
    #[error("{0}")]
    Login(String),
    /// Every address is unknown to the server.
    #[error(
        "the address {base} answers nothing but 404: is it the FHIR base, such as https://imis.example.org/api/api_fhir_r4/?"
    )]
    Nothing {
        /// The address.
        base: String,
    },
    /// Something answers, and it is not FHIR.
    #[error(
        "expected a FHIR server at {base}, found {found}; neither `metadata` nor a type of the guide answers JSON with a `resourceType`: is the address the FHIR base, such as https://imis.example.org/api/api_fhir_r4/?"
    )]
    NotFhir {
        /// The address.
        base: String,
        /// What answers there.
        found: String,
    },
}

impl Probe {
    /// Today by the server's clock, or by ours where it does not tell.
    #[must_use]
    pub fn today(&self) -> jiff::civil::Date {
        self.server_date.unwrap_or_else(|| {
            jiff::Timestamp::now()
                .to_zoned(jiff::tz::TimeZone::UTC)
                .date()
        })
    }
}

impl Dialect {
    /// The address of a type, relative to the base.
    #[must_use]
    pub fn type_address(&self, resource_type: &str) -> String {
        format!("{resource_type}{}", self.slash())
    }

    /// The address of a resource, relative to the base.
    #[must_use]
    pub fn instance_address(&self, resource_type: &str, id: &str) -> String {
        format!("{resource_type}/{}{}", percent_encoded(id), self.slash())
    }

    fn slash(&self) -> &'static str {
        if self.trailing_slash { "/" } else { "" }
    }
}

/// Probes a server. `types` are those of the guide.
///
/// # Errors
/// The server cannot be reached, refuses the login, or is no FHIR server.
pub async fn probe(client: &Client, types: &[&str]) -> Result<Probe, ProbeError> {
    Prober {
        client,
        granted: false,
        sent: 0,
        exchanges: Vec::new(),
        checks: Vec::new(),
        facts: Vec::new(),
    }
    .run(types)
    .await
}

/// A type that answers.
struct Spoken {
    resource_type: String,
    /// Whether its address needs a slash.
    trailing_slash: bool,
    /// Whether the answer is anything but 401 and 404.
    answers: bool,
}

struct Prober<'c> {
    client: &'c Client,
    /// Whether the server gave a token.
    granted: bool,
    sent: usize,
    exchanges: Vec<Exchange>,
    checks: Vec<CheckResult>,
    facts: Vec<DialectFact>,
}

impl Prober<'_> {
    async fn run(mut self, types: &[&str]) -> Result<Probe, ProbeError> {
        let first = self.send("metadata", Some(FHIR_JSON), false).await;
        if let Outcome::Failure(failure) = &first.outcome {
            return Err(ProbeError::Unreachable(failure.message.clone()));
        }
        self.log_in().await?;
        let statement = self.statement(first).await;
        let spoken = self.address(types, statement.is_some()).await?;
        let resource_type = spoken.resource_type.clone();
        let dialect = self.media_type(spoken).await;
        self.unauthenticated(&dialect, &resource_type).await;
        Ok(self.finish(dialect, statement))
    }

    async fn send(&mut self, url: &str, accept: Option<&str>, anonymous: bool) -> Exchange {
        self.sent += 1;
        let mut spec =
            RequestSpec::get(format!("dialect/probe#{}", self.sent), url).without_redirects();
        if let Some(accept) = accept {
            spec = spec.header("accept", accept);
        }
        if anonymous {
            spec = spec.anonymous();
        }
        let exchange = self.client.send(spec).await;
        self.exchanges.push(exchange.clone());
        exchange
    }

    fn conclude(&mut self, judgement: Judgement) {
        self.checks.push(judgement.finish());
    }

    fn fact(
        &mut self,
        name: &str,
        value: &str,
        check: &Check,
        expected: Option<&str>,
        effect: Option<&str>,
    ) {
        self.facts.push(DialectFact {
            name: name.to_owned(),
            value: value.to_owned(),
            expected: expected.map(str::to_owned),
            effect: effect.map(str::to_owned),
            check: expected.is_some().then(|| check.id.to_owned()),
        });
    }

    async fn log_in(&mut self) -> Result<(), ProbeError> {
        let mut judgement = Judgement::new(&catalog::LOGIN, &Subject::default());
        match self.client.login().await {
            None if self.client.is_logged_in() => {
                judgement.skip("the login is given with every request: there is none to make");
            }
            None => judgement.skip("no account was given: set OPENIMIS_USER and OPENIMIS_PASSWORD, or --credentials FILE"),
            Some(login) => {
                judgement.saw_exchange();
                match login.outcome {
                    LoginOutcome::Granted => {
                        self.granted = true;
                        self.exchanges.push(login.exchange);
                    }
                    LoginOutcome::Refused(message) | LoginOutcome::Failed(message) => {
                        return Err(ProbeError::Login(message));
                    }
                }
            }
        }
        self.conclude(judgement);
        Ok(())
    }

    /// The CapabilityStatement, asked for again with the token, a slash or another media type.
    async fn statement(&mut self, first: Exchange) -> Option<CapabilityStatement> {
        if let Some(statement) = read_statement(&first) {
            return Some(statement);
        }
        for (url, accept) in [
            ("metadata", FHIR_JSON),
            ("metadata/", FHIR_JSON),
            ("metadata", PLAIN_JSON),
            ("metadata/", PLAIN_JSON),
        ] {
            let exchange = self.send(url, Some(accept), false).await;
            if let Some(statement) = read_statement(&exchange) {
                return Some(statement);
            }
        }
        self.fact(
            "capability-statement",
            "none",
            &catalog::CAPABILITIES,
            Some("a CapabilityStatement at [base]/metadata"),
            Some("the plan comes from the guide and from probing; what the server itself promises is unknown"),
        );
        None
    }

    /// A type that answers, and whether addresses need a slash.
    async fn address(&mut self, types: &[&str], has_statement: bool) -> Result<Spoken, ProbeError> {
        let mut judgement = Judgement::new(&catalog::ADDRESS, &Subject::default());
        let ordered = FIRST_TYPES
            .iter()
            .filter(|first| types.contains(first))
            .chain(types.iter().filter(|name| !FIRST_TYPES.contains(name)));
        let mut found = "nothing that can be read".to_owned();
        let mut statuses = BTreeSet::new();
        let mut refused = None;
        for &resource_type in ordered {
            let plain = self.send(resource_type, None, false).await;
            let (trailing_slash, answer) = if is_fhir(&plain) || plain.status() == Some(401) {
                (false, plain.clone())
            } else {
                let slashed = self.send(&format!("{resource_type}/"), None, false).await;
                (is_fhir(&slashed), slashed)
            };
            let is_closed = matches!(answer.status(), Some(401 | 404));
            if is_fhir(&answer) {
                let spoken = Spoken {
                    resource_type: resource_type.to_owned(),
                    trailing_slash,
                    answers: !is_closed,
                };
                if !is_closed {
                    self.report_address(judgement, &plain, trailing_slash);
                    return Ok(spoken);
                }
                refused.get_or_insert((spoken, plain.clone()));
            }
            statuses.insert(answer.status());
            if let Some(response) = answer.response().or_else(|| plain.response()) {
                found = describe_answer(response);
            }
        }
        let base = || self.client.base().to_string();
        // Types of the guide that the server does not know are not found by anybody.
        let is_closed = statuses.iter().all(|it| matches!(it, Some(401 | 404)));
        if is_closed && statuses.contains(&Some(401)) {
            return Err(ProbeError::Login(self.shut_out()));
        }
        if statuses == BTreeSet::from([Some(404)]) && !has_statement && refused.is_some() {
            return Err(ProbeError::Nothing { base: base() });
        }
        if let Some((spoken, plain)) = refused {
            self.report_address(judgement, &plain, spoken.trailing_slash);
            return Ok(spoken);
        }
        if has_statement {
            judgement.skip("no type of the guide answers");
            self.conclude(judgement);
            return Ok(Spoken {
                resource_type: FIRST_TYPES[0].to_owned(),
                trailing_slash: false,
                answers: statuses.iter().any(|it| !matches!(it, Some(401 | 404))),
            });
        }
        Err(ProbeError::NotFhir {
            base: base(),
            found,
        })
    }

    /// What is amiss where every type is answered with 401: nothing can be said of the rest then.
    fn shut_out(&self) -> String {
        let found = "every type of the guide that the server knows is answered with status 401";
        if self.granted {
            return format!(
                "the server gives a token at its login and refuses it: {found}; look at its clock, \
                 at how long its tokens live, and whether its API takes tokens of this login"
            );
        }
        if self.client.is_logged_in() {
            return format!(
                "the token, or the user and the password, that go with each request are refused: \
                 {found}; check them, and whether the token has expired"
            );
        }
        format!(
            "no account was given and the server wants one: {found}; set OPENIMIS_USER and \
             OPENIMIS_PASSWORD, or give --credentials FILE"
        )
    }

    fn report_address(&mut self, mut judgement: Judgement, plain: &Exchange, slash: bool) {
        judgement.saw_exchange();
        match slash {
            true => self.report_slash(judgement, plain),
            false => self.conclude(judgement),
        }
    }

    fn report_slash(&mut self, mut judgement: Judgement, plain: &Exchange) {
        let actual = plain.response().map_or_else(
            || "no answer".to_owned(),
            |response| match response.header("location") {
                Some(location) => format!("status {} to `{location}`", response.status),
                None => describe_status(response),
            },
        );
        judgement.broken_by(
            &plain.id,
            Rule::Address,
            "http.url",
            "an answer at `[base]/[type]`",
            &actual,
        );
        judgement.hint("a POST that is redirected is lost: serve the addresses of R4 as they are, without a trailing slash");
        self.conclude(judgement);
        self.fact(
            "trailing-slash",
            "needed",
            &catalog::ADDRESS,
            Some("`[base]/[type]` and `[base]/[type]/[id]`"),
            Some("every address of this run ends in a slash; nothing is left out"),
        );
    }

    /// What requests must accept, and what answers are sent as.
    async fn media_type(&mut self, spoken: Spoken) -> Dialect {
        let mut dialect = Dialect {
            trailing_slash: spoken.trailing_slash,
            accept: FHIR_JSON,
            answers: spoken.answers,
        };
        let address = dialect.type_address(&spoken.resource_type);
        let mut accept = Judgement::new(&catalog::ACCEPT, &Subject::default());
        let mut exchange = self.send(&address, Some(FHIR_JSON), false).await;
        accept.saw_exchange();
        if !is_answer(&exchange) {
            let plain = self.send(&address, Some(PLAIN_JSON), false).await;
            if is_answer(&plain) {
                let actual = exchange
                    .response()
                    .map_or_else(|| "no answer".to_owned(), describe_status);
                accept.broken_by(
                    &exchange.id,
                    Rule::MediaType,
                    "http.accept",
                    "an answer to `Accept: application/fhir+json`",
                    &actual,
                );
                accept.hint("let the server's content negotiation offer application/fhir+json beside application/json");
                dialect.accept = PLAIN_JSON;
                exchange = plain;
            }
        }
        self.conclude(accept);
        self.fact(
            "accept",
            dialect.accept,
            &catalog::ACCEPT,
            (dialect.accept != FHIR_JSON).then_some(FHIR_JSON),
            (dialect.accept != FHIR_JSON).then_some(
                "every request of this run accepts application/json; nothing is left out",
            ),
        );
        self.answer_media_type(&exchange);
        dialect
    }

    fn answer_media_type(&mut self, exchange: &Exchange) {
        let mut judgement = Judgement::new(&catalog::MEDIA_TYPE, &Subject::default());
        if let Some(response) = exchange.response() {
            judgement.saw_exchange();
            let found = response.media_type().unwrap_or_else(|| "none".to_owned());
            if found == FHIR_JSON {
                self.fact(
                    "answer-media-type",
                    &found,
                    &catalog::MEDIA_TYPE,
                    None,
                    None,
                );
            } else {
                judgement.broken_by(
                    &exchange.id,
                    Rule::MediaType,
                    "http.content-type",
                    FHIR_JSON,
                    &format!("`{found}`"),
                );
                judgement.hint("send resources with `Content-Type: application/fhir+json`");
                self.fact(
                    "answer-media-type",
                    &found,
                    &catalog::MEDIA_TYPE,
                    Some(FHIR_JSON),
                    Some("answers are read as JSON all the same; nothing is left out"),
                );
            }
        }
        self.conclude(judgement);
    }

    async fn unauthenticated(&mut self, dialect: &Dialect, resource_type: &str) {
        let mut judgement = Judgement::new(&catalog::UNAUTHENTICATED, &Subject::default());
        let exchange = self
            .send(
                &dialect.type_address(resource_type),
                Some(dialect.accept),
                true,
            )
            .await;
        crate::check::exchange::status(&mut judgement, &exchange, 401);
        judgement.hint("refuse requests without a token: insurees' data is personal");
        self.conclude(judgement);
    }

    fn finish(self, dialect: Dialect, statement: Option<CapabilityStatement>) -> Probe {
        let cited: Vec<&str> = self
            .checks
            .iter()
            .flat_map(|check| &check.findings)
            .filter_map(|observed| observed.exchange.as_deref())
            .collect();
        let exchanges = self
            .exchanges
            .iter()
            .map(|exchange| exchange.id.clone())
            .collect();
        let kept = self
            .exchanges
            .iter()
            .filter(|exchange| cited.contains(&exchange.id.as_str()))
            .cloned()
            .collect();
        let step = StepResult {
            stood_in: None,
            form: None,
            shown: Vec::new(),
            id: "probe".to_owned(),
            title: "Find out how the server speaks".to_owned(),
            exchanges,
            checks: self.checks,
            preparation: Vec::new(),
            notes: Vec::new(),
        };
        Probe {
            server_date: self.exchanges.iter().rev().find_map(server_date),
            dialect,
            statement,
            facts: self.facts,
            scenario: ScenarioResult {
                suite: SUITE.to_owned(),
                id: SUITE.to_owned(),
                workflow: false,
                title: "Login, addresses and media types".to_owned(),
                steps: vec![step],
            },
            exchanges: kept,
        }
    }
}

/// The day of the `Date` header (RFC 9110 6.6.1), which is in UTC.
fn server_date(exchange: &Exchange) -> Option<jiff::civil::Date> {
    let date = exchange.response()?.header("date")?;
    let parsed = jiff::fmt::rfc2822::parse(date).ok()?;
    Some(parsed.with_time_zone(jiff::tz::TimeZone::UTC).date())
}

fn read_statement(exchange: &Exchange) -> Option<CapabilityStatement> {
    let response = exchange
        .response()
        .filter(|response| response.status == 200)?;
    let document = crate::json::read(&response.body).ok()?;
    CapabilityStatement::from_node(&document.root)
}

/// Whether an answer is FHIR, be it a refusal.
fn is_fhir(exchange: &Exchange) -> bool {
    exchange.response().is_some_and(|response| {
        crate::json::read(&response.body)
            .is_ok_and(|document| document.root.str("resourceType").is_some())
    })
}

/// Whether an answer is FHIR and no refusal of the media type.
fn is_answer(exchange: &Exchange) -> bool {
    is_fhir(exchange) && !matches!(exchange.status(), Some(406 | 415))
}

fn describe_answer(response: &Response) -> String {
    let media_type = response
        .media_type()
        .unwrap_or_else(|| "no media type".to_owned());
    format!("status {} with {media_type}", response.status)
}

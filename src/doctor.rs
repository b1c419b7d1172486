//! Whether a server can be tested at all: address, TLS, clock, login, dialect, rights and data, each
//! with what to do about it. A handful of requests, all of them reads.

use serde::Serialize;

use crate::dialect::{Probe, ProbeError, probe};
use crate::fhir::codes;
use crate::http::{Client, Exchange, FailureKind, LoginOutcome, Outcome, RequestSpec, Standing};

/// Clocks that differ by less than this do no harm.
const HARMLESS_SKEW: i64 = 120;

/// What to do where no FHIR answers.
const BASE: &str = "give the FHIR base, such as https://imis.example.org/api/api_fhir_r4/";

codes! {
    /// What is asked.
    Question {
        /// Whether something answers there.
        Address = "address",
        /// Whether what is sent can be read on the way.
        Tls = "tls",
        /// Whether both clocks agree.
        Clock = "clock",
        /// Whether the account is let in.
        Login = "login",
        /// Whether FHIR answers, and how it speaks.
        Fhir = "fhir",
        /// What the server says of itself.
        Metadata = "metadata",
        /// What the account may read.
        Rights = "rights",
        /// What there is to read.
        Data = "data",
        /// What fails although it is asked for rightly.
        Failures = "failures",
    }
}

codes! {
    /// How an answer is to be taken.
    State {
        /// Nothing to do.
        Good = "good",
        /// It can be tested, with less to see.
        Attention = "attention",
        /// It cannot be tested.
        Bad = "bad",
    }
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// What was asked.
    pub question: Question,
    /// How it is to be taken.
    pub state: State,
    /// What was found.
    pub found: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

/// All answers about a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// The FHIR base.
    pub base: String,
    /// Whether the server can be tested.
    pub testable: bool,
    /// The answers, in the order of the questions.
    pub answers: Vec<Answer>,
}

/// Asks a server everything. `types` are those of the guide that can be searched.
pub async fn examine(client: &Client, types: &[&str]) -> Diagnosis {
    let mut answers = Vec::new();
    examine_into(client, types, &mut answers).await;
    Diagnosis {
        base: client.base().to_string(),
        testable: answers
            .iter()
            .all(|answer: &Answer| answer.state != State::Bad),
        answers,
    }
}

async fn examine_into(client: &Client, types: &[&str], answers: &mut Vec<Answer>) {
    let first = RequestSpec::get("doctor/metadata#1", "metadata").anonymous();
    let first = client.send(first).await;
    if let Outcome::Failure(failure) = &first.outcome {
        let question = match failure.failure {
            FailureKind::Tls => Question::Tls,
            _ => Question::Address,
        };
        return answers.push(bad(question, &failure.message, None));
    }
    answers.push(good(Question::Address, "the server answers"));
    answers.push(tls(client));
    answers.push(clock(&first));
    match probe(client, types).await {
        Err(ProbeError::Unreachable(message)) => {
            answers.push(bad(Question::Address, &message, None));
        }
        Err(ProbeError::Login(message)) => {
            answers.push(bad(Question::Login, &message, None));
        }
        Err(error @ ProbeError::Nothing { .. }) => {
            answers.push(bad(Question::Fhir, &error.to_string(), Some(BASE)));
        }
        Err(ProbeError::NotFhir { found, .. }) => {
            answers.push(login(client));
            let found = format!("no FHIR: neither `metadata` nor a type of the guide, but {found}");
            answers.push(bad(Question::Fhir, &found, Some(BASE)));
        }
        Ok(probe) => {
            answers.push(login(client));
            answers.push(dialect(&probe));
            answers.push(metadata(&probe));
            answers.extend(content(client, &probe, types).await);
        }
    }
}

fn good(question: Question, found: &str) -> Answer {
    answer(question, State::Good, found, None)
}

fn attention(question: Question, found: &str, advice: &str) -> Answer {
    answer(question, State::Attention, found, Some(advice))
}

fn bad(question: Question, found: &str, advice: Option<&str>) -> Answer {
    answer(question, State::Bad, found, advice)
}

fn answer(question: Question, state: State, found: &str, advice: Option<&str>) -> Answer {
    Answer {
        question,
        state,
        found: found.to_owned(),
        advice: advice.map(str::to_owned),
    }
}

fn tls(client: &Client) -> Answer {
    let base = client.base();
    let is_here = match base.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match base.scheme() {
        "https" => good(Question::Tls, "https, with a certificate that is trusted"),
        _ if is_here => good(Question::Tls, "http, which stays on this machine"),
        _ => attention(
            Question::Tls,
            "http: the password and patients' data can be read on the way",
            "use https, or test from the server's own network",
        ),
    }
}

fn clock(exchange: &Exchange) -> Answer {
    let date = exchange
        .response()
        .and_then(|response| response.header("date"))
        .and_then(crate::check::protocol::headers::http_date);
    let Some(date) = date else {
        return attention(
            Question::Clock,
            "the server does not say what time it has",
            "compare its clock by hand if tokens or dates look wrong",
        );
    };
    let skew = date.as_second() - jiff::Timestamp::now().as_second();
    if skew.abs() <= HARMLESS_SKEW {
        return good(Question::Clock, "both clocks agree");
    }
    let direction = if skew > 0 { "ahead" } else { "behind" };
    attention(
        Question::Clock,
        &format!("the server's clock is {} {direction}", duration(skew.abs())),
        "set both clocks by NTP: tokens and searches by date depend on them",
    )
}

fn duration(seconds: i64) -> String {
    match seconds {
        0..=7_199 => format!("{} minutes", seconds / 60),
        7_200..=172_799 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn login(client: &Client) -> Answer {
    if client.is_logged_in() {
        return good(Question::Login, "the account is let in");
    }
    attention(
        Question::Login,
        "no account was given",
        "set OPENIMIS_USER and OPENIMIS_PASSWORD, or give --credentials FILE",
    )
}

fn dialect(probe: &Probe) -> Answer {
    let deviations: Vec<String> = probe
        .facts
        .iter()
        .filter(|fact| fact.expected.is_some() && fact.name != "capability-statement")
        .map(|fact| format!("{} {}", fact.name, fact.value))
        .collect();
    if deviations.is_empty() {
        return good(Question::Fhir, "FHIR answers, as R4 has it");
    }
    attention(
        Question::Fhir,
        &format!("FHIR answers, with its own ways: {}", deviations.join(", ")),
        "nothing: each is one finding, and the run speaks as the server does",
    )
}

fn metadata(probe: &Probe) -> Answer {
    match &probe.statement {
        Some(statement) => {
            let version = statement.fhir_version.as_deref().unwrap_or("none");
            good(
                Question::Metadata,
                &format!("a CapabilityStatement, of FHIR {version}"),
            )
        }
        None => attention(
            Question::Metadata,
            "no CapabilityStatement",
            "nothing: the plan comes from the guide and from probing",
        ),
    }
}

/// What a search of one type gave.
enum Searched {
    Found,
    Empty,
    Refused(u16),
    Absent(u16),
    Failed(String),
}

async fn search(
    client: &Client,
    probe: &Probe,
    account: Option<Standing>,
    number: usize,
    resource_type: &str,
) -> Searched {
    let url = format!("{}?_count=1", probe.dialect.type_address(resource_type));
    let step = account.map_or("types", Standing::code);
    let spec = RequestSpec::get(format!("doctor/{step}#{number}"), url)
        .header("accept", probe.dialect.accept)
        .sent_by(account);
    let exchange = client.send(spec).await;
    match &exchange.outcome {
        Outcome::Failure(failure) => Searched::Failed(failure.failure.to_string()),
        Outcome::Response(response) => match response.status {
            200 => {
                let has_entry = crate::json::read(&response.body).is_ok_and(|document| {
                    document
                        .root
                        .get("entry")
                        .is_some_and(|entries| !entries.entries().is_empty())
                });
                if has_entry {
                    Searched::Found
                } else {
                    Searched::Empty
                }
            }
            status @ (401 | 403) => Searched::Refused(status),
            status @ (404 | 405 | 501) => Searched::Absent(status),
            status => Searched::Failed(format!("status {status}")),
        },
    }
}

async fn content(client: &Client, probe: &Probe, types: &[&str]) -> Vec<Answer> {
    let (mut found, mut empty) = (Vec::new(), Vec::new());
    let (mut refused, mut other) = (Vec::new(), Vec::new());
    for (index, &resource_type) in types.iter().enumerate() {
        match search(client, probe, None, index + 1, resource_type).await {
            Searched::Found => found.push(resource_type.to_owned()),
            Searched::Empty => empty.push(resource_type.to_owned()),
            Searched::Refused(status) => refused.push(format!("{resource_type} ({status})")),
            Searched::Absent(status) => other.push(format!("{resource_type} (status {status})")),
            Searched::Failed(what) => other.push(format!("{resource_type} ({what})")),
        }
    }
    let mut answers = vec![rights(&found, &empty, &refused)];
    for account in client.accounts() {
        answers.push(rights_of(client, probe, account, types).await);
    }
    answers.push(data(&found, &empty));
    if !other.is_empty() {
        answers.push(attention(
            Question::Failures,
            &format!(
                "types of the guide that cannot be searched: {}",
                other.join(", ")
            ),
            "each is a finding of a run; look into the server's log",
        ));
    }
    answers
}

fn rights(found: &[String], empty: &[String], refused: &[String]) -> Answer {
    let may = found.len() + empty.len();
    if may == 0 && refused.is_empty() {
        return bad(
            Question::Rights,
            "no type of the guide can be searched",
            Some(BASE),
        );
    }
    if refused.is_empty() {
        return good(
            Question::Rights,
            &format!("the account may search {} of the guide", types(may)),
        );
    }
    let list = refused.join(", ");
    let advice = "give the account a role with the rights to read these, or another account";
    if may == 0 {
        let found = format!("the account may search nothing: {list}");
        return bad(Question::Rights, &found, Some(advice));
    }
    let found = format!("the account may search {}, but not {list}", types(may));
    attention(Question::Rights, &found, advice)
}

/// What a further account may search.
async fn rights_of(client: &Client, probe: &Probe, account: Standing, types: &[&str]) -> Answer {
    let login = client.login_as(account).await.map(|login| login.outcome);
    if let Some(LoginOutcome::Refused(reason) | LoginOutcome::Failed(reason)) = login {
        return attention(
            Question::Rights,
            &format!("the account `{account}` is not let in: {reason}"),
            "check its user and password; what it is for is left out of a run",
        );
    }
    let (mut may, mut refused) = (0, Vec::new());
    for (index, &resource_type) in types.iter().enumerate() {
        match search(client, probe, Some(account), index + 1, resource_type).await {
            Searched::Found | Searched::Empty => may += 1,
            Searched::Refused(_) => refused.push(resource_type),
            Searched::Absent(_) | Searched::Failed(_) => {}
        }
    }
    let found = match refused.is_empty() {
        _ if may == 0 && account == Standing::NoRights => {
            format!("the account `{account}` may search nothing, as it should")
        }
        _ if may == 0 => format!("the account `{account}` may search nothing"),
        true => format!("the account `{account}` may search {}", self::types(may)),
        false => format!(
            "the account `{account}` may search {}, but not {}",
            self::types(may),
            refused.join(", ")
        ),
    };
    good(Question::Rights, &found)
}

fn data(found: &[String], empty: &[String]) -> Answer {
    if empty.is_empty() && !found.is_empty() {
        return good(
            Question::Data,
            &format!("there are resources of {}", types(found.len())),
        );
    }
    let advice = "load demonstration data: what is not there cannot be tested, and is skipped";
    if found.is_empty() && empty.is_empty() {
        let advice = "mend what is above first";
        return attention(Question::Data, "unknown: no type could be searched", advice);
    }
    if found.is_empty() {
        return attention(Question::Data, "there is no resource at all", advice);
    }
    let text = format!(
        "there are resources of {}, and none of {}",
        types(found.len()),
        empty.join(", ")
    );
    attention(Question::Data, &text, advice)
}

fn types(count: usize) -> String {
    crate::wording::count(count, "type")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn an_account_that_may_search_nothing_cannot_test() {
        let nothing = rights(&[], &[], &names(&["Patient (403)"]));
        assert_eq!(nothing.state, State::Bad);
        let nowhere = rights(&[], &[], &[]);
        assert_eq!(nowhere.state, State::Bad);
        assert!(
            nowhere
                .advice
                .is_some_and(|advice| advice.contains("FHIR base"))
        );
        assert!(data(&[], &[]).found.starts_with("unknown"));
        let some = rights(&names(&["Location"]), &[], &names(&["Patient (403)"]));
        assert_eq!(some.state, State::Attention);
        assert_eq!(
            some.found,
            "the account may search 1 type, but not Patient (403)"
        );
    }

    #[test]
    fn what_is_not_there_is_named() {
        let some = data(&names(&["Location"]), &names(&["Claim"]));
        assert_eq!(
            some.found,
            "there are resources of 1 type, and none of Claim"
        );
        assert_eq!(data(&names(&["Location"]), &[]).state, State::Good);
        assert_eq!(data(&[], &names(&["Claim"])).state, State::Attention);
    }

    #[test]
    fn a_difference_of_clocks_is_told_in_fitting_units() {
        assert_eq!(duration(300), "5 minutes");
        assert_eq!(duration(7_200), "2 hours");
        assert_eq!(duration(14_000_000), "162 days");
    }
}

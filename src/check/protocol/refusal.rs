//! Answers to requests that must be refused: the status, and an OperationOutcome that helps.

use super::Checks;
use super::internals::trace_in;
use crate::check::Check;
use crate::check::catalog;
use crate::check::exchange::{describe_status, error_body};
use crate::finding::Rule;
use crate::http::{Exchange, Response};

/// Why a request must be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Nobody has the id.
    UnknownId,
    /// No resource can have the id.
    MalformedId,
    /// The type is none of R4.
    UnknownType,
    /// The body is no JSON.
    BrokenJson,
    /// The body is a resource of another type.
    WrongType,
    /// There is no body.
    EmptyBody,
    /// Nobody offers the method.
    MethodNotOffered,
}

impl Reason {
    /// The check that holds the status.
    #[must_use]
    pub const fn check(self) -> &'static Check {
        match self {
            Self::UnknownId => &catalog::READ_UNKNOWN,
            Self::MalformedId => &catalog::READ_MALFORMED,
            Self::UnknownType => &catalog::UNKNOWN_TYPE,
            Self::BrokenJson => &catalog::BROKEN_JSON,
            Self::WrongType => &catalog::WRONG_TYPE,
            Self::EmptyBody => &catalog::EMPTY_BODY,
            Self::MethodNotOffered => &catalog::METHOD_NOT_OFFERED,
        }
    }

    /// The reason in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::UnknownId => "an id that nobody has",
            Self::MalformedId => "an id that no resource can have",
            Self::UnknownType => "a type that R4 does not know",
            Self::BrokenJson => "a body that is no JSON",
            Self::WrongType => "a body of another resource type",
            Self::EmptyBody => "no body",
            Self::MethodNotOffered => "a method that is not offered",
        }
    }

    /// Whether the content is at fault, and not the address.
    const fn is_about_content(self) -> bool {
        matches!(self, Self::BrokenJson | Self::WrongType | Self::EmptyBody)
    }

    /// The statuses that fit. R4 leaves 400 and 422 to the server (3.1.0.8).
    const fn statuses(self) -> &'static [u16] {
        match self {
            Self::UnknownId | Self::UnknownType => &[404],
            Self::MalformedId => &[400, 404],
            Self::BrokenJson => &[400],
            Self::WrongType | Self::EmptyBody => &[400, 422],
            // 403 where rights are asked before the method.
            Self::MethodNotOffered => &[403, 404, 405, 501],
        }
    }

    /// The `issue.code`s that fit, their parents in R4's hierarchy among them.
    const fn issue_codes(self) -> &'static [&'static str] {
        match self {
            Self::UnknownId => &["not-found", "deleted", "processing"],
            Self::MalformedId => &["not-found", "invalid", "value", "structure", "processing"],
            Self::UnknownType => &["not-found", "not-supported", "processing"],
            Self::BrokenJson => &["invalid", "structure", "value", "processing"],
            Self::WrongType => &[
                "invalid",
                "structure",
                "value",
                "required",
                "not-supported",
                "processing",
            ],
            Self::EmptyBody => &["invalid", "structure", "required", "value", "processing"],
            Self::MethodNotOffered => &["not-supported", "processing", "forbidden", "security"],
        }
    }
}

/// The checks that every refusal is held to, whatever its reason.
pub const OF_EVERY_REFUSAL: [&Check; 6] = [
    &catalog::ERROR_BODY,
    &catalog::OUTCOME_SEVERITY,
    &catalog::OUTCOME_CODE,
    &catalog::OUTCOME_EXPLAINS,
    &catalog::ERROR_MEDIA_TYPE,
    &catalog::NO_INTERNALS,
];

/// Whether a check is about how a server refuses, whatever was asked: what breaks it in every
/// interaction is one finding.
#[must_use]
pub fn is_of_every_refusal(check: &Check) -> bool {
    let others = [&catalog::CHALLENGE, &catalog::ALLOW, &catalog::BAD_INPUT];
    OF_EVERY_REFUSAL
        .iter()
        .chain(&others)
        .any(|general| general.id == check.id)
}

/// Judges an answer to a request that must be refused.
pub fn judge(checks: &mut Checks, exchange: &Exchange, reason: Reason) {
    // R4 lets a server answer 5xx to content that it does not take: that is robustness.
    let fails = exchange
        .status()
        .is_some_and(|status| status >= 500 && status != 501);
    if reason.is_about_content() && fails {
        bad_input(checks, exchange, reason.words());
    } else {
        let expected = expected(reason.statuses(), reason.words());
        checks.status(reason.check(), exchange, reason.statuses(), &expected);
    }
    if exchange.status() == Some(405) {
        checks.hold(
            &catalog::ALLOW,
            exchange,
            Rule::Header,
            "an Allow header with status 405",
            |response| {
                response
                    .header("allow")
                    .is_none()
                    .then(|| "no such header".to_owned())
            },
        );
    }
    explanation(checks, exchange, Some(reason));
}

/// Judges how a failure is explained, whatever it is.
pub fn explanation(checks: &mut Checks, exchange: &Exchange, reason: Option<Reason>) {
    let Some(response) = exchange.response().filter(|it| it.status >= 400) else {
        return;
    };
    error_body(checks.of(&catalog::ERROR_BODY), exchange);
    checks.hold(
        &catalog::NO_INTERNALS,
        exchange,
        Rule::ErrorBody,
        "an explanation for the client",
        |response| {
            trace_in(&response.body).map(|found| format!("the inside of the server ({found})"))
        },
    );
    let Ok(document) = crate::json::read(&response.body) else {
        return;
    };
    if document.root.str("resourceType") != Some("OperationOutcome") {
        return;
    }
    let Some(issues) = document.root.get("issue").map(|issue| issue.entries()) else {
        return;
    };
    media_type(checks, exchange);
    let texts = |name: &str| -> Vec<String> {
        issues
            .iter()
            .filter_map(|issue| issue.str(name).map(str::to_owned))
            .collect()
    };
    let severities = texts("severity");
    checks.hold(
        &catalog::OUTCOME_SEVERITY,
        exchange,
        Rule::ErrorBody,
        "an issue of the severity `error` or `fatal`",
        |_| {
            let fails = severities
                .iter()
                .any(|it| matches!(it.as_str(), "error" | "fatal"));
            (!fails).then(|| bare(&severities))
        },
    );
    let codes = texts("code");
    if let Some(reason) = reason {
        let expected = format!(
            "an issue code for {}, such as `{}`",
            reason.words(),
            reason.issue_codes()[0]
        );
        checks.hold(
            &catalog::OUTCOME_CODE,
            exchange,
            Rule::ErrorBody,
            &expected,
            |_| {
                let fits = codes
                    .iter()
                    .any(|code| reason.issue_codes().contains(&code.as_str()));
                (!fits).then(|| bare(&codes))
            },
        );
    }
    checks.hold(
        &catalog::OUTCOME_EXPLAINS,
        exchange,
        Rule::ErrorBody,
        "details or diagnostics that say what is wrong",
        |_| {
            let says = issues.iter().any(|issue| {
                let details = issue.get("details");
                let told = |text: Option<&str>| text.is_some_and(|text| !text.trim().is_empty());
                told(issue.str("diagnostics"))
                    || told(details.and_then(|details| details.str("text")))
                    || details.is_some_and(|details| details.get("coding").is_some())
            });
            (!says).then(|| "neither".to_owned())
        },
    );
}

/// An OperationOutcome is sent as JSON; that some servers call it plain JSON is a finding of the
/// dialect already.
fn media_type(checks: &mut Checks, exchange: &Exchange) {
    checks.hold(
        &catalog::ERROR_MEDIA_TYPE,
        exchange,
        Rule::MediaType,
        "an OperationOutcome sent as application/fhir+json",
        |response| {
            let found = response.media_type().unwrap_or_else(|| "none".to_owned());
            let is_json = matches!(found.as_str(), "application/fhir+json" | "application/json");
            (!is_json).then(|| format!("`{found}`"))
        },
    );
}

fn expected(statuses: &[u16], words: &str) -> String {
    let statuses: Vec<String> = statuses.iter().map(u16::to_string).collect();
    let list = match statuses.as_slice() {
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
        [] => String::new(),
    };
    format!("status {list} for {words}")
}

/// How one type answered.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The type.
    pub resource_type: String,
    /// The exchange.
    pub exchange: String,
    /// What came, in words.
    pub found: String,
}

impl Answered {
    /// The answer of a type, as it is compared: its status and what the body is.
    #[must_use]
    pub fn of(resource_type: &str, exchange: &Exchange) -> Option<Self> {
        let response = exchange.response()?;
        Some(Self {
            resource_type: resource_type.to_owned(),
            exchange: exchange.id.clone(),
            found: format!("status {} with {}", response.status, kind(response)),
        })
    }
}

fn kind(response: &Response) -> String {
    match crate::json::read(&response.body) {
        Err(_) if response.body.trim().is_empty() => "an empty body".to_owned(),
        Err(_) => "a body that is no JSON".to_owned(),
        Ok(document) => document
            .root
            .str("resourceType")
            .map_or_else(|| "JSON".to_owned(), |name| format!("a {name}")),
    }
}

/// The same cause gets the same answer on every type: the answer of most types is the measure.
pub fn same_everywhere(checks: &mut Checks, reason: Reason, answers: &[Answered]) {
    if answers.len() < 2 {
        return;
    }
    let judgement = checks.of(&catalog::SAME_ANSWER);
    judgement.saw_exchange();
    let count = |found: &str| answers.iter().filter(|it| it.found == found).count();
    let Some(most) = answers.iter().max_by_key(|it| count(&it.found)) else {
        return;
    };
    let others: Vec<&Answered> = answers.iter().filter(|it| it.found != most.found).collect();
    if let Some(first) = others.first() {
        let types: Vec<String> = others
            .iter()
            .map(|it| format!("{} for {}", it.found, it.resource_type))
            .collect();
        judgement.broken_by(
            &first.exchange,
            Rule::ErrorBody,
            "http",
            &format!(
                "the answer to {} to be the same on every type, {}",
                reason.words(),
                most.found
            ),
            &types.join("; "),
        );
    }
}

/// Bad input is refused below 500 (501 says that something is not offered).
pub fn bad_input(checks: &mut Checks, exchange: &Exchange, input: &str) {
    let expected = format!("a status below 500 for {input}");
    checks.hold(
        &catalog::BAD_INPUT,
        exchange,
        Rule::Status,
        &expected,
        |response| {
            (response.status >= 500 && response.status != 501).then(|| describe_status(response))
        },
    );
}
/// Codes as they are read, not as they are kept.
fn bare(codes: &[String]) -> String {
    match codes.is_empty() {
        true => "none".to_owned(),
        false => format!("`{}`", codes.join("`, `")),
    }
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn codes_are_shown_as_they_are_read() {
        assert_eq!(bare(&["exception".to_owned()]), "`exception`");
        assert_eq!(bare(&[]), "none");
    }
}

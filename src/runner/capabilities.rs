//! The step that reads the CapabilityStatement.

use super::scenario::{Scenario, StepOutcome};
use super::step::subject;
use crate::check::exchange::{describe_status, status};
use crate::check::{Judgement, catalog};
use crate::finding::Rule;
use crate::http::{Exchange, RequestSpec};
use crate::json::{Document, Node};
use crate::result::Subject;
use crate::suite::Step;
use crate::suite::declared::{DeclaredType, Promise};
use crate::validator::Request;

/// Carries the step out.
pub(super) async fn perform(scenario: &mut Scenario<'_>, step: &Step) -> StepOutcome {
    let subject = subject(step);
    let url = if scenario.session.dialect.trailing_slash {
        "metadata/"
    } else {
        "metadata"
    };
    let exchange = scenario.get(url).await;
    let mut judgements = judge(scenario, &exchange, &subject);
    let spec = RequestSpec::get(scenario.next_id(), url)
        .header("accept", scenario.session.dialect.accept)
        .anonymous();
    let anonymous = scenario.send(spec).await;
    judgements.push(open(&exchange, &anonymous, &subject));
    for exchange in [exchange, anonymous] {
        scenario.keep_for(exchange, &judgements);
    }
    StepOutcome {
        judgements,
        notes: Vec::new(),
    }
}

fn judge(scenario: &Scenario<'_>, exchange: &Exchange, subject: &Subject) -> Vec<Judgement> {
    let mut present = Judgement::new(&catalog::CAPABILITIES, subject);
    let mut of_statement = [
        &catalog::CAPABILITIES_VERSION,
        &catalog::CAPABILITIES_VALID,
        &catalog::CAPABILITIES_KIND,
        &catalog::CAPABILITIES_FORMAT,
        &catalog::CAPABILITIES_ETAG,
    ]
    .map(|check| Judgement::new(check, subject));
    let mut of_types = Vec::new();
    if status(&mut present, exchange, 200) {
        let response = exchange.response();
        let body = response.map_or("", |response| response.body.as_str());
        match crate::json::read(body) {
            Ok(document) if document.root.str("resourceType") == Some("CapabilityStatement") => {
                let [version, valid, kind, format, etag] = &mut of_statement;
                judge_version(version, &exchange.id, &document);
                judge_validity(valid, scenario, &exchange.id, &document);
                judge_kind(kind, &exchange.id, &document.root);
                judge_format(format, &exchange.id, &document.root);
                judge_etag(etag, exchange);
                of_types = judge_types(scenario, &exchange.id, &document.root);
            }
            _ => present.broken_by(
                &exchange.id,
                Rule::ResourceType,
                "http.body",
                "a CapabilityStatement",
                "something else",
            ),
        }
    }
    present.hint("a client learns what it may ask from [base]/metadata; serve one");
    for judgement in &mut of_statement {
        judgement.unseen("there is no CapabilityStatement");
    }
    if of_types.is_empty() {
        for check in [
            &catalog::CAPABILITIES_GUIDE_INTERACTIONS,
            &catalog::CAPABILITIES_GUIDE_PARAMETERS,
            &catalog::CAPABILITIES_PROFILES,
        ] {
            let mut judgement = Judgement::new(check, subject);
            judgement.skip("there is no CapabilityStatement");
            of_types.push(judgement);
        }
    }
    let mut judgements = vec![present];
    judgements.extend(of_statement);
    judgements.extend(of_types);
    judgements
}

fn judge_version(version: &mut Judgement, exchange: &str, document: &Document<'_>) {
    version.saw_resource();
    let found = document.root.str("fhirVersion").unwrap_or("none");
    if !found.starts_with("4.0") {
        version.broken_by(
            exchange,
            Rule::Fixed,
            "CapabilityStatement.fhirVersion",
            "4.0.0 or 4.0.1",
            &format!("`{found}`"),
        );
    }
}

fn judge_validity(
    valid: &mut Judgement,
    scenario: &Scenario<'_>,
    exchange: &str,
    document: &Document<'_>,
) {
    valid.saw_resource();
    let request = Request {
        guide: false,
        ..Request::default()
    };
    let validation = scenario.session.validator.validate(document, &request);
    for finding in validation.findings {
        valid.find(exchange, Some("CapabilityStatement"), finding);
    }
}

fn judge_kind(judgement: &mut Judgement, exchange: &str, root: &Node<'_>) {
    judgement.saw_resource();
    let kind = root.str("kind").unwrap_or("none");
    let modes: Vec<&str> = entries(root, "rest")
        .iter()
        .filter_map(|rest| rest.str("mode"))
        .collect();
    if kind != "instance" || !modes.contains(&"server") {
        judgement.broken_by(
            exchange,
            Rule::Capability,
            "CapabilityStatement.kind",
            "kind `instance` and a rest of mode `server`",
            &format!("kind `{kind}`, rest of mode `{}`", modes.join("`, `")),
        );
    }
}

fn judge_format(judgement: &mut Judgement, exchange: &str, root: &Node<'_>) {
    judgement.saw_resource();
    let formats: Vec<&str> = entries(root, "format")
        .iter()
        .filter_map(Node::as_str)
        .collect();
    if !formats.iter().any(|format| format.contains("json")) {
        judgement.broken_by(
            exchange,
            Rule::Capability,
            "CapabilityStatement.format",
            "`json` or `application/fhir+json`, in which it came",
            &format!("`{}`", formats.join("`, `")),
        );
    }
}

fn judge_etag(judgement: &mut Judgement, exchange: &Exchange) {
    judgement.saw_exchange();
    let etag = exchange
        .response()
        .and_then(|response| response.header("etag"));
    if etag.is_none() {
        judgement.broken_by(
            &exchange.id,
            Rule::Header,
            "http.etag",
            "an `ETag`, so that clients need not read it again",
            "none",
        );
    }
}

/// Holds the statement to what the guide asks for, a type at a time.
fn judge_types(scenario: &Scenario<'_>, exchange: &str, root: &Node<'_>) -> Vec<Judgement> {
    let mut judgements = Vec::new();
    for (resource_type, own) in scenario.session.declared.types() {
        let subject = Subject {
            resource_type: Some(resource_type.to_owned()),
            ..Subject::default()
        };
        let rows = [
            (&catalog::CAPABILITIES_GUIDE_INTERACTIONS, interactions(own)),
            (&catalog::CAPABILITIES_GUIDE_PARAMETERS, parameters(own)),
            (
                &catalog::CAPABILITIES_PROFILES,
                profiles(scenario, root, resource_type),
            ),
        ];
        for (check, rows) in rows {
            let mut judgement = Judgement::new(check, &subject);
            let asked = rows.len();
            let missing: Vec<String> = rows
                .into_iter()
                .filter(|(_, is_declared)| !is_declared)
                .map(|(name, _)| format!("`{name}`"))
                .collect();
            if asked > 0 {
                judgement.saw_resource();
            }
            if !missing.is_empty() {
                judgement.broken_by(
                    exchange,
                    Rule::Capability,
                    &format!("CapabilityStatement.rest.resource.where(type = '{resource_type}')"),
                    &format!("{} declared, as the guide asks", missing.join(", ")),
                    "otherwise",
                );
            }
            judgement.only_where("the guide asks for none of this type");
            judgements.push(judgement);
        }
    }
    judgements
}

fn asked(name: &str, promise: Promise) -> Option<(String, bool)> {
    promise
        .by_guide
        .then(|| (name.to_owned(), promise.by_server))
}

fn interactions(own: &DeclaredType) -> Vec<(String, bool)> {
    let rows = own.interactions.iter();
    rows.filter_map(|(name, promise)| asked(name, *promise))
        .collect()
}

fn parameters(own: &DeclaredType) -> Vec<(String, bool)> {
    let rows = own.parameters.iter();
    rows.filter_map(|(name, parameter)| asked(name, parameter.promise))
        .collect()
}

/// The guide's profiles of a type that is declared, and whether the statement names them.
fn profiles(scenario: &Scenario<'_>, root: &Node<'_>, resource_type: &str) -> Vec<(String, bool)> {
    let own: Vec<&Node<'_>> = entries(root, "rest")
        .iter()
        .flat_map(|rest| entries(rest, "resource"))
        .filter(|resource| resource.str("type") == Some(resource_type))
        .collect();
    if own.is_empty() {
        return Vec::new();
    }
    let named: Vec<&str> = own
        .iter()
        .flat_map(|resource| {
            let supported = entries(resource, "supportedProfile").iter();
            let profile = resource.get("profile").into_iter();
            supported.chain(profile).filter_map(Node::as_str)
        })
        .map(|canonical| canonical.split('|').next().unwrap_or(canonical))
        .collect();
    let profiles = scenario.session.definitions.profiles_of(resource_type);
    profiles
        .iter()
        .map(|profile| (profile.name.clone(), named.contains(&profile.url.as_str())))
        .collect()
}

fn entries<'n, 'a>(node: &'n Node<'a>, name: &str) -> &'n [Node<'a>] {
    node.get(name).map(Node::entries).unwrap_or_default()
}

/// What can be read with an account can be read without one.
fn open(with_account: &Exchange, without: &Exchange, subject: &Subject) -> Judgement {
    let mut judgement = Judgement::new(&catalog::CAPABILITIES_OPEN, subject);
    if with_account.status() != Some(200) {
        judgement.skip("there is no CapabilityStatement");
        return judgement;
    }
    let Some(response) = crate::check::exchange::response(&mut judgement, without) else {
        return judgement;
    };
    if response.status != 200 {
        judgement.broken_by(
            &without.id,
            Rule::Status,
            "http.status",
            "status 200 without an account",
            &describe_status(response),
        );
    }
    judgement
}

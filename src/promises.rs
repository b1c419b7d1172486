//! What a server offers, held against what is promised: each interaction and search parameter of
//! each type, declared or not, and whether it works.
//!
//! Interactions are read from the exchanges of a run: one that succeeded once is offered. Search
//! parameters are read from the checks that try them, since an answer alone does not tell.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::check::{Check, Judgement, catalog};
use crate::fhir::codes;
use crate::finding::Rule;
use crate::http::{Exchange, Method};
use crate::result::{CheckResult, ScenarioResult, StepResult, Subject, Verdict};
use crate::suite::Declared;
use crate::suite::declared::Promise;

codes! {
    /// What a row is about.
    PromiseKind {
        /// A RESTful interaction.
        Interaction = "interaction",
        /// A search parameter.
        Parameter = "parameter",
    }
}

codes! {
    /// What became of something that was tried.
    Observed {
        Works = "works",
        Broken = "broken",
        Absent = "absent",
        Unknown = "unknown",
    }
}

/// One interaction or search parameter of one type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PromiseRow {
    /// The type.
    pub resource_type: String,
    /// Interaction or parameter.
    pub kind: PromiseKind,
    /// Its name.
    pub name: String,
    /// Whether the guide asks for it.
    pub by_guide: bool,
    /// Whether the server's CapabilityStatement declares it; nothing where it has none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by_server: Option<bool>,
    /// What became of it.
    pub observed: Observed,
    /// The exchange that shows it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub exchange: Option<String>,
}

/// Rows of several parts of one run: of each, what was seen in the part that looked. `place` says
/// where in the plan an exchange stands: of two that show the same, the first is named, as in a
/// run that was not split.
pub fn merge(rows: &mut Vec<PromiseRow>, more: Vec<PromiseRow>, place: impl Fn(&str) -> usize) {
    let shown_at = |row: &PromiseRow| row.exchange.as_deref().map_or(usize::MAX, &place);
    let telling = |row: &PromiseRow| match row.observed {
        Observed::Broken => 3,
        Observed::Works => 2,
        Observed::Absent => 1,
        Observed::Unknown => 0,
    };
    for row in more {
        let same = |known: &&mut PromiseRow| {
            (&known.resource_type, known.kind, &known.name)
                == (&row.resource_type, row.kind, &row.name)
        };
        match rows.iter_mut().find(same) {
            Some(known) if telling(known) < telling(&row) => *known = row,
            Some(known) if known.observed == row.observed && shown_at(&row) < shown_at(known) => {
                known.exchange = row.exchange;
            }
            Some(_) => {}
            None => rows.push(row),
        }
    }
    in_order(rows);
}

/// By type, interactions before parameters, by name.
fn in_order(rows: &mut [PromiseRow]) {
    rows.sort_by(|one, other| {
        let key = |row: &PromiseRow| (row.resource_type.clone(), row.kind.code(), row.name.clone());
        key(one).cmp(&key(other))
    });
}

impl PromiseRow {
    /// Whether anybody promises it.
    #[must_use]
    pub fn is_declared(&self) -> bool {
        self.by_guide || self.by_server == Some(true)
    }

    /// The row in words, such as `declared and broken`.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match (self.is_declared(), self.observed) {
            (_, Observed::Unknown) => "unknown",
            (true, Observed::Works) => "declared and works",
            (true, Observed::Broken | Observed::Absent) => "declared and broken",
            (false, Observed::Works) => "undeclared and works",
            (false, Observed::Broken | Observed::Absent) => "absent",
        }
    }
}

type Key = (String, PromiseKind, String);
type Seen = (Observed, Option<String>);

/// The suite of the checks that are made of the table.
pub const SUITE: &str = "capabilities";
/// The scenario that holds a server to its own word.
pub const SCENARIO: &str = "declared";

/// The table of a run: everything that is declared, and what was found beside it.
#[must_use]
pub fn table(
    declared: &Declared,
    scenarios: &[ScenarioResult],
    exchanges: &[Exchange],
    base: &url::Url,
) -> Vec<PromiseRow> {
    let mut seen: BTreeMap<Key, Seen> = by_parameter(scenarios);
    for (resource_type, interaction, statuses) in by_interaction(exchanges, base) {
        let key = (
            resource_type,
            PromiseKind::Interaction,
            interaction.to_owned(),
        );
        seen.insert(key, of_statuses(interaction, &statuses));
    }
    let mut promises: BTreeMap<Key, Promise> = BTreeMap::new();
    for (resource_type, own) in declared.types() {
        for (code, promise) in &own.interactions {
            let key = (
                resource_type.to_owned(),
                PromiseKind::Interaction,
                code.clone(),
            );
            promises.insert(key, *promise);
        }
        for (name, parameter) in &own.parameters {
            let key = (
                resource_type.to_owned(),
                PromiseKind::Parameter,
                name.clone(),
            );
            promises.insert(key, parameter.promise);
        }
    }
    for key in seen.keys() {
        if declared.of(&key.0).is_some() {
            promises.entry(key.clone()).or_default();
        }
    }
    let row = |(key, promise): (Key, Promise)| {
        let (observed, exchange) = seen.remove(&key).unwrap_or((Observed::Unknown, None));
        PromiseRow {
            resource_type: key.0,
            kind: key.1,
            name: key.2,
            by_guide: promise.by_guide,
            by_server: declared.by_a_server().then_some(promise.by_server),
            observed,
            exchange,
        }
    };
    promises.into_iter().map(row).collect()
}

/// What the checks of searches by a parameter say together.
fn by_parameter(scenarios: &[ScenarioResult]) -> BTreeMap<Key, Seen> {
    let mut seen: BTreeMap<Key, Seen> = BTreeMap::new();
    let steps = scenarios.iter().flat_map(|scenario| &scenario.steps);
    for check in steps.flat_map(|step| &step.checks) {
        let (Some(resource_type), Some(name)) = (
            &check.subject.resource_type,
            &check.subject.search_parameter,
        ) else {
            continue;
        };
        let Some(observed) = of_check(check) else {
            continue;
        };
        let first = check.findings.first();
        let exchange = first.and_then(|own| own.exchange.clone());
        let key = (resource_type.clone(), PromiseKind::Parameter, name.clone());
        let own = seen.entry(key).or_insert((Observed::Unknown, None));
        if rank(observed) > rank(own.0) {
            *own = (observed, exchange);
        }
    }
    seen
}

/// What a check says of its parameter.
fn of_check(check: &CheckResult) -> Option<Observed> {
    let by_value = [
        &catalog::SEARCH_FINDS,
        &catalog::SEARCH_ONLY,
        &catalog::SEARCH_MISS,
    ];
    let verdict = check.settled();
    if by_value.iter().any(|own| own.id == check.check) {
        return Some(match verdict {
            Verdict::Fail | Verdict::Warning => Observed::Broken,
            Verdict::Pass if check.check == catalog::SEARCH_FINDS.id => Observed::Works,
            _ => Observed::Unknown,
        });
    }
    (check.check == catalog::SEARCH_OFFERED.id).then_some(match verdict {
        Verdict::Pass => Observed::Works,
        _ => Observed::Absent,
    })
}

/// One that is broken somewhere does not work; one that is offered somewhere is not absent.
fn rank(observed: Observed) -> u8 {
    match observed {
        Observed::Unknown => 0,
        Observed::Absent => 1,
        Observed::Works => 2,
        Observed::Broken => 3,
    }
}

type Statuses = Vec<(u16, String)>;

fn by_interaction(
    exchanges: &[Exchange],
    base: &url::Url,
) -> Vec<(String, &'static str, Statuses)> {
    let mut statuses: BTreeMap<(String, &'static str), Statuses> = BTreeMap::new();
    for exchange in exchanges {
        let Some(status) = exchange.status() else {
            continue;
        };
        let named = interaction(exchange.request.method, &exchange.request.url, base);
        if let Some((resource_type, interaction)) = named {
            statuses
                .entry((resource_type, interaction))
                .or_default()
                .push((status, exchange.id.clone()));
        }
    }
    statuses
        .into_iter()
        .map(|((resource_type, interaction), statuses)| (resource_type, interaction, statuses))
        .collect()
}

/// The type and the interaction of a request (R4 3.1.0).
fn interaction(method: Method, url: &str, base: &url::Url) -> Option<(String, &'static str)> {
    let address = base.join(url).ok()?;
    let below = address.path().strip_prefix(base.path())?;
    let parts: Vec<&str> = below.split('/').filter(|part| !part.is_empty()).collect();
    let (resource_type, rest) = parts.split_first()?;
    if !resource_type.starts_with(|first: char| first.is_ascii_uppercase()) {
        return None;
    }
    let name = match (method, rest) {
        (Method::Get, []) | (Method::Post, ["_search"]) => "search-type",
        (Method::Post, []) => "create",
        (Method::Get, ["_history"]) => "history-type",
        (Method::Get, [_]) => "read",
        (Method::Put, [_]) => "update",
        (Method::Patch, [_]) => "patch",
        (Method::Delete, [_]) => "delete",
        (Method::Get, [_, "_history"]) => "history-instance",
        (Method::Get, [_, "_history", _]) => "vread",
        _ => return None,
    };
    Some(((*resource_type).to_owned(), name))
}

/// What all answers to one interaction say together. A run asks for what cannot be, too, so that a
/// refusal says little: only that a method is not offered, or an address not known.
fn of_statuses(interaction: &str, statuses: &Statuses) -> Seen {
    let first = |wanted: fn(u16) -> bool| {
        let mut fitting = statuses.iter().filter(move |(status, _)| wanted(*status));
        fitting.next().map(|(_, exchange)| exchange.clone())
    };
    if let Some(exchange) = first(|status| (200..400).contains(&status)) {
        return (Observed::Works, Some(exchange));
    }
    if let Some(exchange) = first(|status| matches!(status, 405 | 501)) {
        return (Observed::Absent, Some(exchange));
    }
    let of_type = matches!(interaction, "search-type" | "create");
    if let (true, Some(exchange)) = (of_type, first(|status| status == 404)) {
        return (Observed::Absent, Some(exchange));
    }
    // To delete what is not there is to be offered the method.
    if let ("delete", Some(exchange)) = (interaction, first(|status| matches!(status, 404 | 410))) {
        return (Observed::Works, Some(exchange));
    }
    if let ("search-type", Some(exchange)) =
        (interaction, first(|status| !matches!(status, 401 | 403)))
    {
        return (Observed::Broken, Some(exchange));
    }
    (Observed::Unknown, None)
}

/// Holds the server to its own CapabilityStatement: what it declares is offered and works.
#[must_use]
pub fn judge(rows: &[PromiseRow]) -> ScenarioResult {
    let mut types: Vec<&str> = rows.iter().map(|row| row.resource_type.as_str()).collect();
    types.dedup();
    let mut checks = Vec::new();
    for resource_type in types {
        for (kind, check) in [
            (
                PromiseKind::Interaction,
                &catalog::CAPABILITIES_INTERACTIONS,
            ),
            (PromiseKind::Parameter, &catalog::CAPABILITIES_PARAMETERS),
        ] {
            let own = rows
                .iter()
                .filter(|row| row.resource_type == resource_type && row.kind == kind);
            checks.push(judge_type(check, resource_type, own).finish());
        }
    }
    ScenarioResult {
        suite: SUITE.to_owned(),
        id: SCENARIO.to_owned(),
        title: "What the server declares is so".to_owned(),
        workflow: false,
        steps: vec![StepResult {
            id: "seen".to_owned(),
            title: "Hold what was seen against the CapabilityStatement".to_owned(),
            exchanges: Vec::new(),
            checks,
            preparation: Vec::new(),
            notes: Vec::new(),
            shown: Vec::new(),
            stood_in: None,
            form: None,
        }],
    }
}

fn judge_type<'r>(
    check: &'static Check,
    resource_type: &str,
    rows: impl Iterator<Item = &'r PromiseRow>,
) -> Judgement {
    let subject = Subject {
        resource_type: Some(resource_type.to_owned()),
        ..Subject::default()
    };
    let mut judgement = Judgement::new(check, &subject);
    let mut broken: Vec<&PromiseRow> = Vec::new();
    for row in rows.filter(|row| row.by_server == Some(true)) {
        match row.observed {
            Observed::Unknown => {}
            Observed::Works => judgement.saw_exchange(),
            Observed::Broken | Observed::Absent => {
                judgement.saw_exchange();
                broken.push(row);
            }
        }
    }
    if let Some(first) = broken.first() {
        let names: Vec<String> = broken.iter().map(|row| format!("`{}`", row.name)).collect();
        judgement.broken_by(
            first.exchange.as_deref().unwrap_or_default(),
            Rule::Capability,
            &format!("CapabilityStatement.rest.resource.where(type = '{resource_type}')"),
            "what is declared to be offered and to work",
            &format!("otherwise for {}", names.join(", ")),
        );
        judgement.hint("declare what is offered, and nothing else");
    }
    judgement.only_where("the server declares nothing of this that was tried");
    judgement
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> url::Url {
        url::Url::parse("http://h/api/api_fhir_r4/").expect("an address")
    }

    #[test]
    fn interactions_are_read_from_method_and_address() {
        let name = |method, rest: &str| {
            let url = format!("http://h/api/api_fhir_r4/{rest}");
            interaction(method, &url, &base()).map(|(_, name)| name)
        };
        assert_eq!(name(Method::Get, "Patient/?_id=1"), Some("search-type"));
        assert_eq!(name(Method::Post, "Patient/_search/"), Some("search-type"));
        assert_eq!(name(Method::Get, "Patient/1/"), Some("read"));
        assert_eq!(name(Method::Get, "Patient/1/_history/2"), Some("vread"));
        assert_eq!(name(Method::Delete, "Patient/1"), Some("delete"));
        assert_eq!(name(Method::Get, "metadata"), None);
    }

    #[test]
    fn one_success_is_an_offer_and_a_refusal_says_little() {
        let of = |interaction, statuses: &[u16]| {
            let statuses = statuses.iter().map(|&status| (status, String::new()));
            of_statuses(interaction, &statuses.collect()).0
        };
        assert_eq!(of("read", &[404, 200]), Observed::Works);
        assert_eq!(of("read", &[404]), Observed::Unknown);
        assert_eq!(of("create", &[404]), Observed::Absent);
        assert_eq!(of("delete", &[405]), Observed::Absent);
        assert_eq!(of("delete", &[404]), Observed::Works);
        assert_eq!(of("search-type", &[500]), Observed::Broken);
        assert_eq!(of("search-type", &[403]), Observed::Unknown);
    }

    fn row(by_guide: bool, by_server: Option<bool>, observed: Observed) -> PromiseRow {
        PromiseRow {
            resource_type: "Patient".to_owned(),
            kind: PromiseKind::Parameter,
            name: "name".to_owned(),
            by_guide,
            by_server,
            observed,
            exchange: None,
        }
    }

    #[test]
    fn a_row_has_one_of_five_states() {
        let state = |by_guide, by_server, observed| row(by_guide, by_server, observed).state();
        assert_eq!(state(true, None, Observed::Works), "declared and works");
        assert_eq!(
            state(false, Some(true), Observed::Absent),
            "declared and broken"
        );
        assert_eq!(
            state(false, Some(false), Observed::Works),
            "undeclared and works"
        );
        assert_eq!(state(false, None, Observed::Absent), "absent");
        assert_eq!(state(true, Some(true), Observed::Unknown), "unknown");
    }

    #[test]
    fn only_the_servers_own_word_is_held_against_it() {
        let verdicts = |row: PromiseRow| -> Vec<String> {
            let scenario = judge(&[row]);
            let checks = &scenario.steps[0].checks;
            checks
                .iter()
                .map(|check| check.settled().to_string())
                .collect()
        };
        assert_eq!(
            verdicts(row(true, Some(false), Observed::Broken)),
            ["skip", "skip"]
        );
        assert_eq!(
            verdicts(row(false, Some(true), Observed::Broken)),
            ["skip", "fail"]
        );
        assert_eq!(
            verdicts(row(false, Some(true), Observed::Works)),
            ["skip", "pass"]
        );
    }
}

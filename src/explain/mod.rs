//! `explain`: what a check, requirement, rule or fault means, why it matters, where it is said,
//! how it is tested, how to mend it and how to see it again.
//!
//! Why and how to mend are written by hand (`fixtures/explanations/`, a file for each area); the
//! rest is taken from where it is said already: requirements, the catalogue of checks, the faults.

mod of_finding;
mod text;
mod texts;

use std::sync::LazyLock;

use serde::Serialize;

use crate::check::{Check, catalog, expectation};
use crate::fhir::codes;
use crate::finding::Rule;
use crate::package::Definitions;
use crate::reference::Fault;
use crate::requirement::{self, Requirement};
use crate::result::Level;
use crate::suite::Declared;
use crate::wording::nearest;

pub use of_finding::of_finding;
pub use text::text;
use texts::{Texts, texts};

codes! {
    /// What is explained.
    Kind {
        /// A check.
        Check = "check",
        /// A requirement.
        Requirement = "requirement",
        /// A rule of a resource or of an exchange.
        Rule = "rule",
        /// A fault of the built-in server.
        Fault = "fault",
        /// A finding of a report.
        Finding = "finding",
    }
}

/// What there is to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// What it is.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// What it says.
    pub what: String,
    /// How binding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// What was seen, for a finding.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<String>,
    /// Why it matters to who builds on the API.
    pub why: Vec<String>,
    /// Where it is said.
    pub source: Vec<String>,
    /// How it is tested.
    pub tested: Vec<String>,
    /// How to mend it.
    pub mend: Vec<String>,
    /// How to see it again: commands.
    pub reproduce: Vec<String>,
}

/// Everything that has that id: a rule and a fault may share one. Case does not matter.
#[must_use]
pub fn find(id: &str) -> Vec<Explanation> {
    let same = |known: &str| known.eq_ignore_ascii_case(id);
    let mut found = Vec::new();
    found.extend(checks().filter(|check| same(check.id)).map(of_check));
    let requirements = requirement::all().iter().chain(of_guide());
    found.extend(requirements.filter(|it| same(&it.id)).map(of_requirement));
    let rules = Rule::ALL.iter().filter(|rule| same(rule.code()));
    found.extend(rules.map(|rule| of_rule(*rule)));
    let faults = Fault::ALL.iter().filter(|fault| same(fault.code()));
    found.extend(faults.map(|fault| of_fault(*fault)));
    found
}

/// How to mend what breaks one of these requirements: what is written about the first of them.
#[must_use]
pub fn mend(requirements: &[String]) -> Option<&'static str> {
    let mut written = requirements.iter().filter_map(|id| {
        let is_of_guide = of_guide().iter().any(|it| it.id == *id);
        (!is_of_guide).then(|| texts().requirement(id)).flatten()
    });
    written.next().map(|entry| entry.mend.as_str())
}

/// The requirements of a group, such as those of `READ-1`; none where it is no group.
#[must_use]
pub fn group(id: &str) -> Vec<String> {
    let start = format!("{id}.");
    let all = requirement::all().iter().map(|it| &it.id);
    all.filter(|it| it.starts_with(&start)).cloned().collect()
}

/// The known id nearest to one that is not, if any is near.
#[must_use]
pub fn guess(id: &str) -> Option<String> {
    let ids = checks().map(|check| check.id.to_owned());
    let ids: Vec<String> = ids
        .chain(
            requirement::all()
                .iter()
                .chain(of_guide())
                .map(|it| it.id.clone()),
        )
        .chain(Rule::ALL.iter().map(|rule| rule.code().to_owned()))
        .chain(Fault::ALL.iter().map(|fault| fault.code().to_owned()))
        .collect();
    nearest(id, ids.iter().map(String::as_str)).map(str::to_owned)
}

/// What the guide's CapabilityStatement asks for.
fn of_guide() -> &'static [Requirement] {
    static OF_GUIDE: LazyLock<Vec<Requirement>> = LazyLock::new(|| {
        let declared = Declared::by_guide(&Definitions::embedded());
        requirement::guide::requirements(&declared)
    });
    &OF_GUIDE
}

fn checks() -> impl Iterator<Item = &'static Check> {
    let all = catalog::all().iter().copied();
    all.chain([&expectation::EXPECTATION])
}

fn of_check(check: &Check) -> Explanation {
    let requirements: Vec<&Requirement> = check
        .requirements
        .iter()
        .filter_map(|id| requirement::get(id))
        .collect();
    let texts = texts();
    let written: Vec<&texts::Entry> = requirements
        .iter()
        .filter_map(|it| texts.requirement(&it.id))
        .collect();
    Explanation {
        kind: Kind::Check,
        id: check.id.to_owned(),
        what: check.title.to_owned(),
        level: Some(check.level()),
        seen: Vec::new(),
        why: distinct(written.iter().map(|it| it.why.clone())),
        source: distinct(requirements.iter().map(|it| it.source.clone())),
        tested: requirements
            .iter()
            .map(|it| format!("{} ({}): {}", it.id, it.level, it.statement))
            .collect(),
        mend: distinct(written.iter().map(|it| it.mend.clone())),
        reproduce: again(
            &format!("check = {}", check.id),
            &breakers(texts, check.requirements),
        ),
    }
}

fn of_requirement(requirement: &Requirement) -> Explanation {
    let texts = texts();
    let is_of_guide = requirement.source == requirement::guide::SOURCE;
    let entry = match is_of_guide {
        // What declares it is what offers it.
        true => texts.requirement("CAP-3"),
        false => texts.requirement(&requirement.id),
    };
    let covered = checks().filter(|it| it.requirements.contains(&requirement.id.as_str()));
    let mut tested: Vec<String> = covered
        .map(|check| format!("check `{}`: {}", check.id, check.title))
        .collect();
    if let Some(reason) = &requirement.untested {
        tested.push(format!("not tested: {reason}"));
    } else if is_of_guide {
        tested.push(
            "by the checks of that interaction, parameter or type; a report counts them".to_owned(),
        );
    } else if tested.is_empty() {
        tested.push("by expectations of scenario files that name it".to_owned());
    }
    Explanation {
        kind: Kind::Requirement,
        id: requirement.id.clone(),
        what: requirement.statement.clone(),
        level: Some(requirement.level),
        seen: Vec::new(),
        why: entry.map(|it| it.why.clone()).into_iter().collect(),
        source: vec![requirement.source.clone()],
        tested,
        mend: entry.map(|it| it.mend.clone()).into_iter().collect(),
        reproduce: match is_of_guide {
            true => vec!["openimis-conformance run".to_owned()],
            false => again(
                &format!("requirement = {}", requirement.id),
                &breakers(texts, &[&requirement.id]),
            ),
        },
    }
}

fn of_rule(rule: Rule) -> Explanation {
    let entry = texts().rule(rule.code());
    let of_exchange = entry.is_some_and(|it| it.exchange);
    let (tested, reproduce) = if of_exchange {
        (
            "by the checks that look at requests and answers; a finding names its rule",
            "openimis-conformance run".to_owned(),
        )
    } else {
        (
            "by the checks `valid-r4` and `valid-guide` on every resource that comes, and by `validate`",
            "openimis-conformance validate resource.json".to_owned(),
        )
    };
    Explanation {
        kind: Kind::Rule,
        id: rule.code().to_owned(),
        what: entry.and_then(|it| it.what.clone()).unwrap_or_default(),
        level: None,
        seen: Vec::new(),
        why: entry.map(|it| it.why.clone()).into_iter().collect(),
        source: entry.and_then(|it| it.source.clone()).into_iter().collect(),
        tested: vec![tested.to_owned()],
        mend: entry.map(|it| it.mend.clone()).into_iter().collect(),
        reproduce: vec![reproduce],
    }
}

fn of_fault(fault: Fault) -> Explanation {
    let entry = texts().fault(fault.code());
    let broken: Vec<&Requirement> = entry
        .iter()
        .flat_map(|it| &it.breaks)
        .filter_map(|id| requirement::get(id))
        .collect();
    let mut tested: Vec<String> = Vec::new();
    for requirement in &broken {
        tested.push(format!(
            "it breaks {}: {}",
            requirement.id, requirement.statement
        ));
        let covering = checks().filter(|it| it.requirements.contains(&requirement.id.as_str()));
        tested.extend(covering.map(|it| format!("check `{}`: {}", it.id, it.title)));
    }
    if tested.is_empty() {
        tested.push("by the tests of the built-in server".to_owned());
    }
    Explanation {
        kind: Kind::Fault,
        id: fault.code().to_owned(),
        what: fault.description().to_owned(),
        level: broken.iter().map(|it| it.level).min(),
        seen: Vec::new(),
        why: entry.map(|it| it.why.clone()).into_iter().collect(),
        source: match broken.is_empty() {
            true => vec!["ours: a way in which a server can go wrong".to_owned()],
            false => distinct(broken.iter().map(|it| it.source.clone())),
        },
        tested,
        mend: entry.map(|it| it.mend.clone()).into_iter().collect(),
        reproduce: served(fault.code()),
    }
}

/// Codes of the faults that break one of these requirements.
fn breakers(texts: &Texts, requirements: &[&str]) -> Vec<String> {
    texts.breakers(requirements)
}

/// A run that is narrowed, and a server that does it wrong.
fn again(filter: &str, faults: &[String]) -> Vec<String> {
    let mut commands = vec![format!("openimis-conformance run --filter '{filter}'")];
    if let Some(fault) = faults.first() {
        commands.extend(served(fault));
    }
    commands
}

fn served(fault: &str) -> Vec<String> {
    vec![
        format!("openimis-conformance serve --fault {fault}"),
        "openimis-conformance run --mode write --target ADDRESS   # the address that `serve` prints"
            .to_owned(),
    ]
}

fn distinct(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts {
        if !found.contains(&text) {
            found.push(text);
        }
    }
    found
}

#[cfg(test)]
mod tests;

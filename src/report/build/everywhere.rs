//! What a server gets wrong in a search parameter of every type, or in the media type of bodies, is
//! one deviation, and one finding that names the types.
//!
//! A type on which it was tried with another outcome shows that it is a matter of types: then each
//! keeps a finding of its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::catalog;
use crate::finding::{Cause, Finding};
use crate::result::{CheckResult, RunResult, Subject, Verdict};

/// Fewer types than this are no pattern.
const TYPES: usize = 3;

/// What is wrong with a parameter: the check, the interaction, the parameter and the rule.
type Deviation = (String, Option<String>, String, &'static str);

/// The deviations that show on every type, with these types.
#[derive(Debug, Default)]
pub(super) struct Everywhere(BTreeMap<Deviation, BTreeSet<String>>);

impl Everywhere {
    pub(super) fn of(run: &RunResult) -> Self {
        let mut broken: BTreeMap<Deviation, BTreeSet<String>> = BTreeMap::new();
        let mut tried: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for check in super::checks(run) {
            let Some(resource_type) = &check.subject.resource_type else {
                continue;
            };
            for observed in &check.findings {
                if let Some(deviation) = deviation(check, &observed.finding) {
                    let types = broken.entry(deviation).or_default();
                    types.insert(resource_type.clone());
                }
            }
            let was_tried = !matches!(check.settled(), Verdict::Skip | Verdict::Error);
            if let (true, Some(parameter)) = (was_tried, parameter(check)) {
                let types = tried.entry((family(check), parameter)).or_default();
                types.insert(resource_type.clone());
            }
        }
        broken.retain(|(check, _, parameter, _), types| {
            let tried = tried.get(&(check.clone(), parameter.clone()));
            types.len() >= TYPES && tried.is_some_and(|tried| tried == types)
        });
        Self(broken)
    }

    /// The types that a finding stands for, where it is one of every type.
    pub(super) fn types(
        &self,
        check: &CheckResult,
        finding: &Finding,
    ) -> Option<&BTreeSet<String>> {
        check.subject.resource_type.as_ref()?;
        self.0.get(&deviation(check, finding)?)
    }

    /// What a finding is about, where it is one of every type: no type of its own.
    pub(super) fn subject(&self, check: &CheckResult, finding: &Finding) -> Option<Subject> {
        self.types(check, finding)?;
        Some(Subject {
            resource_type: None,
            ..check.subject.clone()
        })
    }

    /// The message, with the types.
    pub(super) fn message(&self, check: &CheckResult, finding: &Finding) -> String {
        match self.types(check, finding) {
            None => finding.message.clone(),
            Some(types) => {
                let types = types.iter().map(String::as_str).collect::<Vec<_>>();
                let types = types.join(", ");
                format!(
                    "on every type that was tried ({types}): {}",
                    finding.message
                )
            }
        }
    }
}

fn deviation(check: &CheckResult, finding: &Finding) -> Option<Deviation> {
    let parameter = parameter(check)?;
    (finding.cause == Cause::Server).then(|| {
        let interaction = check.subject.interaction.clone();
        (family(check), interaction, parameter, finding.rule.code())
    })
}

/// The parameter that a check is about; none for the media type of a body, which is a matter of the
/// server all the same.
fn parameter(check: &CheckResult) -> Option<String> {
    match check.check == catalog::CONTENT_TYPE.id {
        true => Some(String::new()),
        false => check.subject.search_parameter.clone(),
    }
}

/// A parameter that is ignored shows by what it lets through where there are several resources, and
/// by the near miss where there is one.
pub(super) fn family(check: &CheckResult) -> String {
    match check.check == catalog::SEARCH_MISS.id {
        true => catalog::SEARCH_ONLY.id.to_owned(),
        false => check.check.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::build;
    use crate::check::{Check, Judgement, catalog};
    use crate::finding::Rule;
    use crate::report::{FindingGroup, sample};
    use crate::result::{CheckResult, Subject};

    fn check(check: &'static Check, resource_type: &str, is_broken: bool) -> CheckResult {
        let mut judgement = Judgement::new(
            check,
            &Subject {
                resource_type: Some(resource_type.to_owned()),
                interaction: Some("search-type".to_owned()),
                search_parameter: Some("_id".to_owned()),
            },
        );
        judgement.saw_exchange();
        if is_broken {
            let place = "Bundle.entry";
            judgement.broken_by("a/b#1", Rule::SearchResult, place, "one", "three");
        }
        judgement.finish()
    }

    fn found(more: Option<CheckResult>) -> Vec<FindingGroup> {
        let of_several = ["Claim", "Group", "Patient"];
        let mut checks: Vec<CheckResult> = of_several
            .iter()
            .map(|kind| check(&catalog::SEARCH_ONLY, kind, true))
            .collect();
        // There is one Invoice: only the near miss tells.
        checks.push(check(&catalog::SEARCH_ONLY, "Invoice", false));
        checks.push(check(&catalog::SEARCH_MISS, "Invoice", true));
        checks.extend(more);
        let mut run = sample::run();
        run.scenarios[0].steps[0].checks = checks;
        let mut found = build(&run).findings;
        found.retain(|group| ["search-only", "search-miss"].contains(&group.check.as_str()));
        found
    }

    #[test]
    fn what_is_ignored_on_every_type_is_one_finding_that_names_them() {
        let found = found(None);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].subject.resource_type, None);
        assert_eq!(
            found[0].message,
            "on every type that was tried (Claim, Group, Invoice, Patient): expected one, found \
             three"
        );
        assert_eq!(found[0].count, 4);
        assert_eq!(found[0].requirements, ["SRCH-2.miss", "SRCH-2.only"]);
    }

    #[test]
    fn where_one_type_keeps_it_each_of_the_others_has_its_own() {
        let works = check(&catalog::SEARCH_MISS, "Location", false);
        let found = found(Some(works));
        assert_eq!(found.len(), 4);
        assert!(found.iter().all(|it| it.subject.resource_type.is_some()));
    }
}

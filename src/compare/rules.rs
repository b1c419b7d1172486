//! Requirements, packages and manners of speaking that are not the same in both reports.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{ChangedRule, RuleKind};
use crate::report::Report;

/// What changed; packages first.
pub(super) fn changed(old: &Report, new: &Report) -> Vec<ChangedRule> {
    let mut rules = differences(RuleKind::Package, &packages(old), &packages(new));
    let in_both = requirements(old, new);
    rules.extend(in_both);
    rules.extend(differences(RuleKind::Dialect, &dialect(old), &dialect(new)));
    rules
}

fn packages(report: &Report) -> BTreeMap<&str, String> {
    let packages = report.packages.iter();
    packages
        .map(|package| {
            let digits = package.sha256.get(..12).unwrap_or(&package.sha256);
            (
                package.id.as_str(),
                format!("{} ({digits})", package.version),
            )
        })
        .collect()
}

fn dialect(report: &Report) -> BTreeMap<&str, String> {
    let facts = report.dialect.iter();
    facts
        .map(|fact| (fact.name.as_str(), fact.value.clone()))
        .collect()
}

fn differences(
    kind: RuleKind,
    old: &BTreeMap<&str, String>,
    new: &BTreeMap<&str, String>,
) -> Vec<ChangedRule> {
    let ids: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    ids.into_iter()
        .filter(|id| old.get(id) != new.get(id))
        .map(|id| ChangedRule {
            kind,
            id: id.to_owned(),
            old: old.get(id).cloned(),
            new: new.get(id).cloned(),
        })
        .collect()
}

/// Requirements that both have and that do not say the same; one that only one report has was not
/// in the plan of the other, which is no change of the requirement.
fn requirements(old: &Report, new: &Report) -> Vec<ChangedRule> {
    let by_id = |report: &Report| -> BTreeMap<String, String> {
        let requirements = report.requirements.iter();
        requirements
            .map(|requirement| {
                let statement = requirement.statement.as_deref().unwrap_or_default();
                (
                    requirement.id.clone(),
                    format!("{}: {statement}", requirement.level),
                )
            })
            .collect()
    };
    let (old, new) = (by_id(old), by_id(new));
    old.into_iter()
        .filter_map(|(id, old)| {
            let new = new.get(&id)?;
            (*new != old).then(|| ChangedRule {
                kind: RuleKind::Requirement,
                id,
                old: Some(old),
                new: Some(new.clone()),
            })
        })
        .collect()
}

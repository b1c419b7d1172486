//! Parameters that shape the result of a search rather than select (R4 3.1.1.5), and what the
//! answer says of itself. Parts of resources are judged in `subset`.

use std::collections::BTreeSet;

use super::answer::{Answer, Found};
use super::parameter::Parameter;
use super::sample::Sample;
use super::value::Value;
use crate::check::Judgement;
use crate::check::validity::label;
use crate::fhirpath::Model;
use crate::finding::Rule;

/// What became of a parameter that R4 leaves to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The answer shows it.
    Used,
    /// The answer is as without it.
    Ignored,
    /// The search was refused, or there is nothing to tell by.
    Unknown,
}

/// Holds a page to the size that was asked for.
pub fn count(judgement: &mut Judgement, answer: &Answer, sample: &Sample, asked: usize) {
    let expected = format!("a searchset of at most {asked} for `_count={asked}`");
    let Some(found) = answer.expect_found(judgement, &expected) else {
        return;
    };
    if found.matches.len() > asked {
        let expected = format!("at most {asked} of {}", sample.resource_type);
        judgement.broken_by(
            &answer.exchange,
            Rule::SearchResult,
            "Bundle.entry",
            &expected,
            &found.describe(),
        );
        judgement.hint("cut the page to `_count`, also where paging is not supported");
    }
}

/// Holds `_count=0` or `_summary=count` to a total without matches.
pub fn only_total(judgement: &mut Judgement, answer: &Answer, sample: &Sample) {
    let Some(found) = answer.expect_found(judgement, "a searchset without matches") else {
        return;
    };
    let count = sample.count();
    let wrong = match (found.matches.len(), found.total, count) {
        (0, Some(total), Some(count)) => total != count,
        (0, Some(_), None) => false,
        _ => true,
    };
    if wrong {
        let expected = match count {
            Some(count) => format!("no match, total {count}"),
            None => "no match and a total".to_owned(),
        };
        judgement.broken_by(
            &answer.exchange,
            Rule::SearchResult,
            "Bundle.total",
            &expected,
            &found.describe(),
        );
    }
}

/// Holds a total that was asked to be accurate to the number of matches, where it is known.
pub fn accurate_total(judgement: &mut Judgement, answer: &Answer, sample: &Sample) {
    let Some(found) = answer.expect_found(judgement, "a searchset for `_total=accurate`") else {
        return;
    };
    let known = sample.whole.then_some(sample.resources.len() as u64);
    match (found.total, known) {
        (Some(total), Some(count)) if total != count => {
            judgement.broken_by(
                &answer.exchange,
                Rule::SearchResult,
                "Bundle.total",
                &format!("a total of {count}, the number of matches"),
                &total.to_string(),
            );
        }
        _ => {}
    }
}

/// Holds two searches, sorted up and down by a parameter, to their order. `None` where the values
/// do not differ, so that any order would do.
pub fn sorted(
    judgement: &mut Judgement,
    parameter: &Parameter,
    model: &dyn Model,
    up: &Answer,
    down: &Answer,
) -> Option<Effect> {
    let name = &parameter.name;
    let first = up.expect_found(judgement, &format!("a searchset for `_sort={name}`"))?;
    let second = down.expect_found(judgement, &format!("a searchset for `_sort=-{name}`"))?;
    let distinct: BTreeSet<String> = first
        .matches
        .iter()
        .chain(&second.matches)
        .filter_map(|resource| parameter.values(model, resource).ok())
        .map(|values| format!("{values:?}"))
        .collect();
    if distinct.len() < 2 {
        return None;
    }
    let said = |found: &Found| found.ids().len();
    if said(first) > 1 && first.ids() == second.ids() {
        return Some(Effect::Ignored);
    }
    for (answer, found, descending) in [(up, first, false), (down, second, true)] {
        if let Some((before, after)) = out_of_order(parameter, model, found, descending) {
            let sign = if descending { "-" } else { "" };
            judgement.broken_by(
                &answer.exchange,
                Rule::SearchResult,
                "Bundle.entry",
                &format!("matches in the order of `_sort={sign}{name}`"),
                &format!("{after} after {before}"),
            );
        }
    }
    Some(Effect::Used)
}

/// The first two neighbours that stand the wrong way round; only times have one order everywhere,
/// and those of people are pseudonyms in a recording, which have none.
fn out_of_order(
    parameter: &Parameter,
    model: &dyn Model,
    found: &Found,
    descending: bool,
) -> Option<(String, String)> {
    if parameter.name != "_lastUpdated" {
        return None;
    }
    let mut before: Option<(jiff::Timestamp, String)> = None;
    for resource in &found.matches {
        let values = parameter.values(model, resource).ok()?;
        let moments = values.iter().filter_map(|value| match value {
            Value::Date(moment, _) => Some(*moment),
            _ => None,
        });
        let key = match descending {
            true => moments.map(|moment| moment.end).max(),
            false => moments.map(|moment| moment.start).min(),
        };
        let Some(key) = key else { continue };
        if let Some((earlier, name)) = &before {
            let wrong = if descending {
                key > *earlier
            } else {
                key < *earlier
            };
            if wrong {
                return Some((name.clone(), label(resource)));
            }
        }
        before = Some((key, label(resource)));
    }
    None
}

/// Holds that a searchset has a self link.
pub fn self_link(judgement: &mut Judgement, answer: &Answer) {
    let Some(found) = answer.found() else { return };
    judgement.saw_exchange();
    if found.self_link.is_none() {
        judgement.broken_by(
            &answer.exchange,
            Rule::SearchResult,
            "Bundle.link",
            "a self link with the parameters that were used",
            "none",
        );
    }
}

/// Holds that a parameter that selected stands in the self link.
pub fn self_names(judgement: &mut Judgement, answer: &Answer, name: &str) {
    let Some(found) = answer.found() else { return };
    if found.self_link.is_none() {
        return;
    }
    judgement.saw_exchange();
    if !found.claims(name) {
        judgement.broken_by(
            &answer.exchange,
            Rule::SearchResult,
            "Bundle.link.where(relation = 'self').url",
            &format!("`{name}`, which was used, in the self link"),
            "a self link without it",
        );
    }
}

/// Holds that a parameter that changed nothing does not stand in the self link.
pub fn self_is_honest(judgement: &mut Judgement, answer: &Answer, name: &str) {
    let Some(found) = answer.found() else { return };
    if found.self_link.is_none() {
        return;
    }
    judgement.saw_exchange();
    if found.claims(name) {
        judgement.broken_by(
            &answer.exchange,
            Rule::SearchResult,
            "Bundle.link.where(relation = 'self').url",
            "only parameters that were used in the self link",
            &format!("`{name}`, which changed nothing: {}", found.describe()),
        );
        judgement.hint("clients see from the self link which parameters were used: leave out those that were not");
    }
}

/// Holds that each entry says whether it is a match or came along.
pub fn modes(judgement: &mut Judgement, answer: &Answer) {
    let Some(found) = answer.found() else { return };
    if found.matches.is_empty() {
        return;
    }
    judgement.saw_exchange();
    if found.without_mode > 0 {
        judgement.broken_by(
            &answer.exchange,
            Rule::SearchResult,
            "Bundle.entry.search.mode",
            "`match`, `include` or `outcome` for each entry",
            &format!("none for {} of them", found.without_mode),
        );
    }
}

/// Holds resources that came along to their rules: not matches, not counted, each once.
pub fn included(
    judgements: (&mut Judgement, &mut Judgement, &mut Judgement),
    answer: &Answer,
    sample: &Sample,
    brought: &str,
) -> Effect {
    let (mode, total, once) = judgements;
    let Some(found) = answer.found() else {
        return Effect::Unknown;
    };
    let strangers = found
        .matches
        .iter()
        .filter(|own| own.str("resourceType") != Some(&sample.resource_type))
        .count();
    if found.included.is_empty() && strangers == 0 {
        return Effect::Ignored;
    }
    for judgement in [&mut *mode, &mut *total, &mut *once] {
        judgement.saw_exchange();
    }
    let place = "Bundle.entry.search.mode";
    if strangers > 0 {
        let actual = format!("{strangers} without it");
        let expected = "`include` for what comes along";
        mode.broken_by(
            &answer.exchange,
            Rule::SearchResult,
            place,
            expected,
            &actual,
        );
    }
    let count = found.matches.len() as u64;
    if let (Some(given), None) = (found.total, &found.next)
        && given > count
    {
        let expected = format!("a total of {count}, the matches alone");
        let place = "Bundle.total";
        total.broken_by(
            &answer.exchange,
            Rule::SearchResult,
            place,
            &expected,
            &given.to_string(),
        );
    }
    let mut seen = BTreeSet::new();
    for resource in found.matches.iter().chain(&found.included) {
        let label = label(resource);
        if !seen.insert(label.clone()) {
            let expected = format!("each resource once with `{brought}`");
            let actual = format!("{label} again");
            once.broken_by(
                &answer.exchange,
                Rule::SearchResult,
                "Bundle.entry",
                &expected,
                &actual,
            );
        }
    }
    Effect::Used
}

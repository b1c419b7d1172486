//! Pages: the same search in pages of several sizes, with a criterion, beyond its end, and while a
//! row is added.

use std::collections::BTreeSet;

use super::{Asking, of_server, without_sample};
use crate::check::exchange::no_server_error;
use crate::check::search::paging::{self, Walk};
use crate::check::search::{Answer, Sample};
use crate::check::{Check, Judgement, catalog};
use crate::runner::scenario::{Scenario, StepOutcome};
use crate::suite::plan::PlannedStep;

/// Sizes of pages that are asked for; none is the server's own.
const SIZES: [Option<usize>; 5] = [None, Some(1), Some(2), Some(7), Some(1000)];
/// Pages of one walk at most: enough for a sample of a large collection.
const PAGES: usize = 25;
/// The capture of the row that was added between two pages.
const ADDED: &str = "added";

const CHECKS: [&Check; 11] = [
    &catalog::PAGING_SIZE,
    &catalog::PAGING_COMPLETE,
    &catalog::PAGING_NO_REPEAT,
    &catalog::PAGING_TERMINATES,
    &catalog::PAGING_NEXT,
    &catalog::PAGING_TOTAL,
    &catalog::PAGING_LINKS,
    &catalog::PAGING_ORDER,
    &catalog::PAGING_CRITERIA,
    &catalog::PAGING_COUNT_KEPT,
    &catalog::PAGING_BEYOND,
];

/// Walks a few types in pages of several sizes.
pub(super) async fn sizes(scenario: &mut Scenario<'_>) -> StepOutcome {
    let samples = scenario.samples.clone();
    if samples.is_empty() {
        return without_sample(&CHECKS);
    }
    let pages = PAGES.min(scenario.session.limits.pages);
    let mut asking = Asking::new(scenario);
    let mut judgements: Vec<Judgement> = CHECKS
        .iter()
        .map(|check| {
            of_server(
                check,
                if check.id == "paging-size" {
                    "_count"
                } else {
                    ""
                },
            )
        })
        .collect();
    for sample in &samples {
        let mut walks = Vec::new();
        for size in SIZES {
            walks.push(walk(&mut asking, sample, &[], size, pages).await);
        }
        if let [
            size,
            complete,
            repeat,
            terminates,
            next,
            total,
            links,
            order,
            criteria,
            kept,
            beyond,
        ] = judgements.as_mut_slice()
        {
            for walk in &walks {
                paging::size(size, walk);
                paging::no_repeat(repeat, walk);
                paging::terminates(terminates, walk);
                paging::next(next, walk);
                paging::total(total, walk);
                paging::links(links, walk);
                paging::count_kept(kept, walk);
            }
            paging::complete(complete, &walks);
            paging::order(order, &walks);
            with_criterion(&mut asking, criteria, sample, pages).await;
            beyond_the_end(&mut asking, beyond, &walks).await;
        }
    }
    for judgement in &mut judgements {
        judgement.only_where("no search of the types looked at has a second page");
    }
    asking.finish(judgements)
}

async fn walk(
    asking: &mut Asking<'_, '_>,
    sample: &Sample,
    query: &[(&str, &str)],
    size: Option<usize>,
    pages: usize,
) -> Walk {
    let count = size.map(|size| size.to_string());
    let mut query = query.to_vec();
    if let Some(count) = &count {
        query.push(("_count", count));
    }
    let mut first = asking.search(&sample.resource_type, &query).await;
    first.keep_ids();
    let mut answers = vec![first];
    let mut seen = BTreeSet::new();
    let mut repeated_link = None;
    let more = loop {
        let last = &answers[answers.len() - 1];
        let Some(next) = last.found().and_then(|found| found.next.clone()) else {
            break false;
        };
        if !seen.insert(next.clone()) {
            repeated_link = Some(next);
            break true;
        }
        if answers.len() >= pages {
            break true;
        }
        let mut answer = asking.get(&next).await;
        answer.keep_ids();
        answers.push(answer);
    };
    Walk {
        resource_type: sample.resource_type.clone(),
        size,
        answers,
        more,
        repeated_link,
    }
}

/// Three ids as one criterion, in pages of one: the pages hold these three.
async fn with_criterion(
    asking: &mut Asking<'_, '_>,
    judgement: &mut Judgement,
    sample: &Sample,
    pages: usize,
) {
    let ids: Vec<&str> = (0..3).filter_map(|index| sample.id(index)).collect();
    if ids.len() < 2 {
        return;
    }
    let value = ids.join(",");
    let walk = walk(asking, sample, &[("_id", &value)], Some(1), pages).await;
    let Some(first) = walk.answers.first().and_then(Answer::found) else {
        judgement.skip("the search by `_id` gives no searchset");
        return;
    };
    let chosen = |found: &crate::check::search::Found| {
        found.matches.len() <= 1 && found.ids().iter().all(|id| ids.contains(id))
    };
    if !chosen(first) || first.total.is_some_and(|total| total as usize != ids.len()) {
        judgement.skip("`_id` or `_count` is ignored, so that there is no criterion to keep");
        return;
    }
    paging::criteria(judgement, &walk, &ids);
}

/// A page after the last, by a link of the server whose number is raised, or which is mangled.
async fn beyond_the_end(asking: &mut Asking<'_, '_>, judgement: &mut Judgement, walks: &[Walk]) {
    let next = walks
        .iter()
        .flat_map(|walk| &walk.answers)
        .find_map(|answer| answer.found()?.next.clone());
    let Some(address) = next.as_deref().and_then(paging::beyond) else {
        return;
    };
    asking.get(&address).await;
    if let Some(exchange) = asking.exchanges.last() {
        no_server_error(judgement, exchange);
    }
}

/// The first page, before a row is added.
pub(super) async fn begin(scenario: &mut Scenario<'_>, planned: &PlannedStep) -> StepOutcome {
    let resource_type = planned.step.resource_type.clone().unwrap_or_default();
    let mut asking = Asking::new(scenario);
    let first = asking.search(&resource_type, &[("_count", "2")]).await;
    let outcome = asking.finish(Vec::new());
    // Asked again after an interruption, the page may hold what was added already.
    scenario.begun = (!scenario.is_again()).then_some(first);
    outcome
}

/// The pages after the first, when a row has been added, and the total then.
pub(super) async fn resume(scenario: &mut Scenario<'_>, planned: &PlannedStep) -> StepOutcome {
    let resource_type = planned.step.resource_type.clone().unwrap_or_default();
    let mut judgements = [
        of_server(&catalog::PAGING_WHILE_ADDING, ""),
        of_server(&catalog::PAGING_TOTAL_AFTER_CREATE, ""),
    ];
    let begun = scenario.begun.take();
    let added = scenario.values.contains_key(ADDED);
    let Some(begun) = begun.filter(|begun| added && begun.found().is_some()) else {
        for judgement in &mut judgements {
            judgement.skip("no row could be added between two pages");
        }
        return StepOutcome {
            judgements: judgements.into(),
            notes: Vec::new(),
        };
    };
    let before = begun.found().and_then(|found| found.total);
    let pages = PAGES.min(scenario.session.limits.pages);
    let mut asking = Asking::new(scenario);
    let (answers, more) = asking.walk(begun, pages, |_| false).await;
    let walk = Walk {
        resource_type: resource_type.clone(),
        size: Some(2),
        answers,
        more,
        repeated_link: None,
    };
    let after = asking.search(&resource_type, &[("_count", "2")]).await;
    if walk.answers.len() > 1 {
        paging::no_repeat(&mut judgements[0], &walk);
    }
    paging::grown(&mut judgements[1], before, &after);
    judgements[0].only_where("all matches stand on one page");
    judgements[1].only_where("the server gives no total, which R4 allows");
    asking.finish(judgements.into())
}

//! The negative set over HTTP: a server that has nothing but mutants, and a run that has to name
//! each of them.

use std::collections::{BTreeMap, BTreeSet};

use openimis_conformance::check::catalog::{VALID_GUIDE, VALID_R4};
use openimis_conformance::result::Observed;
use openimis_conformance::selftest::{Bench, Trial, Tried};

use crate::base::Base;
use crate::differential::read_guide;
use crate::expectation::Mutant;
use crate::{misplaced, mutants};

/// The most mutants of a type that one server has: fewer than a run walks through.
const AT_ONCE: usize = 400;

/// The mutants of each type, each with an id of its own, under which it is served.
fn by_type() -> BTreeMap<String, BTreeMap<String, Mutant>> {
    let guide = read_guide();
    let mut all = mutants(&guide, &Base::new());
    all.extend(misplaced(&guide));
    assert!(all.len() > 4000, "{}", all.len());
    let mut out: BTreeMap<String, BTreeMap<String, Mutant>> = BTreeMap::new();
    for (number, mut mutant) in all.into_iter().enumerate() {
        let resource_type = mutant.resource["resourceType"].as_str().unwrap_or_default();
        let resource_type = resource_type.to_owned();
        let id = format!("mutant-{number:04}");
        mutant.resource["id"] = id.clone().into();
        let label = format!("{resource_type}/{id}");
        out.entry(resource_type).or_default().insert(label, mutant);
    }
    out
}

/// As ids of scenarios name types: `-claim-response`.
fn kebab(resource_type: &str) -> String {
    let mut out = String::new();
    for letter in resource_type.chars() {
        if letter.is_ascii_uppercase() {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

fn findings(tried: &Tried) -> impl Iterator<Item = &Observed> {
    tried
        .checks()
        .filter(|check| [VALID_R4.id, VALID_GUIDE.id].contains(&check.check.as_str()))
        .flat_map(|check| &check.findings)
}

/// Those of the mutants that a run names, with what was expected of each.
fn named(bench: &Bench, resource_type: &str, served: &[(&String, &Mutant)]) -> BTreeSet<String> {
    let rows = served.iter().map(|(_, own)| own.resource.to_string());
    let scenario = format!("discover{}", kebab(resource_type));
    let trial = Trial::of_right_behaviour(&["discover"])
        .only(&[&scenario])
        .with_rows(rows.collect());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let tried = runtime.block_on(bench.run(&trial)).expect("a run");
    let mut found: BTreeMap<&str, Vec<&Observed>> = BTreeMap::new();
    for observed in findings(&tried) {
        let label = observed.resource.as_deref().unwrap_or_default();
        found.entry(label).or_default().push(observed);
    }
    served
        .iter()
        .filter(|(label, mutant)| {
            let mut of_it = found.get(label.as_str()).into_iter().flatten();
            of_it.any(|own| mutant.expected.iter().any(|it| it.is_met_by(&own.finding)))
        })
        .map(|(label, _)| (*label).clone())
        .collect()
}

/// A finding that many resources share is shown of five of them and counted of the others: those
/// that were not named are served again without those that were, until each has been.
fn missed(bench: &Bench, resource_type: &str, mut left: BTreeMap<String, Mutant>) -> Vec<String> {
    loop {
        let all: Vec<(&String, &Mutant)> = left.iter().collect();
        let named: BTreeSet<String> = all
            .chunks(AT_ONCE)
            .flat_map(|served| named(bench, resource_type, served))
            .collect();
        if named.is_empty() {
            let shown = left.iter().map(|(label, mutant)| {
                format!(
                    "{label}: {} {}, expected {:?}",
                    mutant.constraint.profile, mutant.what, mutant.expected
                )
            });
            return shown.collect();
        }
        left.retain(|label, _| !named.contains(label));
    }
}

#[test]
fn every_mutant_that_a_server_answers_with_is_named_by_a_run() {
    let bench = Bench::default();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let queue = std::sync::Mutex::new(by_type());
    let missed: Vec<String> = std::thread::scope(|scope| {
        let work = || {
            let mut missed_here = Vec::new();
            loop {
                let next = queue.lock().expect("nobody failed").pop_first();
                let Some((resource_type, left)) = next else {
                    return missed_here;
                };
                missed_here.extend(missed(&bench, &resource_type, left));
            }
        };
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let done = workers.into_iter().map(|worker| worker.join());
        done.flat_map(|missed| missed.expect("a worker ended"))
            .collect()
    });
    assert!(
        missed.is_empty(),
        "{} missed:\n{}",
        missed.len(),
        missed.join("\n")
    );
}

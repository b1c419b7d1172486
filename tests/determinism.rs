//! The same server is judged the same, however often, in whatever order and how many at a time.

use std::collections::BTreeMap;

use openimis_conformance::http::Mode;
use openimis_conformance::reference::{Options, Server};
use openimis_conformance::result::{CheckResult, Verdict};
use openimis_conformance::selftest::{Bench, Trial, Tried};

/// Suites of every kind: that read, search, page, write, and play use cases.
const SUITES: [&str; 6] = ["read", "search", "paging", "write", "enrolment", "claiming"];

/// What each check of each step came to: its verdict, its reason if it was left out, and the
/// messages of its findings.
type Verdicts = BTreeMap<(String, String, String, usize), (String, Verdict, Vec<String>)>;

fn verdicts(tried: &Tried) -> Verdicts {
    let mut out = Verdicts::new();
    for scenario in &tried.scenarios {
        for step in &scenario.steps {
            for (number, check) in step.checks.iter().enumerate() {
                let place = (
                    scenario.suite.clone(),
                    scenario.id.clone(),
                    step.id.clone(),
                    number,
                );
                out.insert(place, (check.check.clone(), check.settled(), rules(check)));
            }
        }
    }
    out
}

/// What identifies the findings of a check; texts hold codes that each run makes anew.
fn rules(check: &CheckResult) -> Vec<String> {
    let findings = check.findings.iter().map(|observed| &observed.finding);
    findings
        .map(|own| format!("{} {:?} {:?}", own.rule, own.element, own.constraint))
        .collect()
}

fn differences(one: &Verdicts, other: &Verdicts) -> Vec<String> {
    let mut places: Vec<_> = one.keys().chain(other.keys()).collect();
    places.sort();
    places.dedup();
    places
        .into_iter()
        .filter(|place| one.get(*place) != other.get(*place))
        .take(10)
        .map(|place| {
            format!(
                "{place:?}: {:?}, then {:?}",
                one.get(place),
                other.get(place)
            )
        })
        .collect()
}

#[tokio::test]
async fn ten_fresh_servers_are_judged_alike_in_any_order_and_one_four_or_sixteen_at_a_time() {
    let bench = Bench::default();
    let mut first: Option<Verdicts> = None;
    for run in 0..10_usize {
        let trial = Trial {
            concurrency: Some([1, 4, 16][run % 3]),
            order: (run > 2).then_some(run as u64),
            ..Trial::of_right_behaviour(&SUITES)
        };
        let found = verdicts(&bench.run(&trial).await.expect("a run"));
        let first = first.get_or_insert_with(|| found.clone());
        assert!(first.len() > 1000, "{}", first.len());
        let differences = differences(first, &found);
        assert!(
            differences.is_empty(),
            "run {run}, {:?} at a time:\n{}",
            trial.concurrency,
            differences.join("\n")
        );
    }
}

#[tokio::test]
async fn one_server_is_judged_alike_ten_times_when_it_is_only_read() {
    let bench = Bench::default();
    let server = Server::start(Options::default()).await.expect("a server");
    let trial = Trial {
        mode: Mode::Read,
        ..Trial::of_right_behaviour(&["read", "references", "paging"])
    };
    let mut first: Option<Verdicts> = None;
    for _ in 0..10 {
        let tried = bench.run_against(&server, &trial).await.expect("a run");
        let found = verdicts(&tried);
        let first = first.get_or_insert_with(|| found.clone());
        assert!(first.len() > 300, "{}", first.len());
        let differences = differences(first, &found);
        assert!(differences.is_empty(), "{}", differences.join("\n"));
    }
    server.shutdown().await;
}

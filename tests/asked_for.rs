//! What a run is asked for, what it sends and what its report says of the rest: the plan, the filter,
//! the suites and the mode.

mod program;

use std::collections::BTreeSet;

use openimis_conformance::result::Verdict;
use serde_json::Value;

use crate::program::{program, report, stderr, stdout};

/// A method with the pattern of an address, as `list --plan` prints it.
fn pattern(method: &str, url: &str, base: &str) -> String {
    let rest = url.strip_prefix(base).unwrap_or(url).trim_matches('/');
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut address: Vec<&str> = Vec::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        address.push(match address.last() {
            None if segment.starts_with(char::is_uppercase) => "[type]",
            Some(&"_history") => "[version]",
            Some(_) if !segment.starts_with(['_', '$']) => "[id]",
            _ => segment,
        });
    }
    let names = query.split('&').filter(|pair| !pair.is_empty());
    let names = names.map(
        |pair| match pair.split_once('=').map_or(pair, |(name, _)| name) {
            name if name.starts_with('_') => name,
            _ => "[parameter]",
        },
    );
    let names: BTreeSet<&str> = names.collect();
    let names: Vec<&str> = names.into_iter().collect();
    let address = match address.is_empty() {
        true => "[base]".to_owned(),
        false => address.join("/"),
    };
    match names.is_empty() {
        true => format!("{method} {address}"),
        false => format!("{method} {address}?{}", names.join("&")),
    }
}

#[test]
fn the_plan_prints_of_each_probe_what_is_sent() {
    use openimis_conformance::package::Definitions;
    use openimis_conformance::runner::preview::requests;
    use openimis_conformance::suite::load::shipped;
    use openimis_conformance::suite::probe::Probe;
    use openimis_conformance::suite::{Declared, plan::Plan};
    let folder = tempfile::tempdir().expect("a folder");
    let run = |more: &[&str]| {
        let arguments = [&["run", "--mode", "write", "--quiet"], more].concat();
        let output = program(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    };
    run(&["--output", "all"]);
    run(&["--output", "login", "--suite", "login"]);
    let declared = Declared::by_guide(&Definitions::embedded());
    let plan = Plan::new(&shipped().expect("suites"), &declared, true);
    let steps = plan.scenarios.iter().flat_map(|scenario| {
        let steps = scenario.steps.iter();
        steps
            .filter_map(move |it| Some((format!("{}/{}", scenario.id, it.step.id), it.step.probe?)))
    });
    let probes: Vec<(String, Probe)> = steps.collect();
    let mut sent: Vec<(Probe, BTreeSet<String>)> = Vec::new();
    for run in ["all", "login"] {
        let path = folder.path().join(run).join("exchanges.ndjson");
        let text = std::fs::read_to_string(path).expect("a recording");
        let mut lines = text.lines().map(|line| {
            let value: Value = serde_json::from_str(line).expect("JSON");
            value
        });
        let header = lines.next().expect("a header");
        let base = header["run"]["base"].as_str().expect("a base").to_owned();
        for exchange in lines {
            let id = exchange["id"].as_str().unwrap_or_default();
            let place = id.split('#').next().unwrap_or_default();
            let Some((_, probe)) = probes.iter().find(|(known, _)| known == place) else {
                continue;
            };
            let request = &exchange["request"];
            let text = |name: &str| request[name].as_str().unwrap_or_default();
            // The next page is where the server says.
            if text("url").contains("before=") {
                continue;
            }
            let mut line = pattern(text("method"), text("url"), &base);
            if *probe == Probe::RandomRequests {
                line = format!("{} [anything]", text("method"));
            }
            match sent.iter_mut().find(|(known, _)| known == probe) {
                Some((_, lines)) => lines.extend([line]),
                None => sent.push((*probe, BTreeSet::from([line]))),
            }
        }
    }
    assert!(sent.len() > 30, "{} probes", sent.len());
    for (probe, sent) in sent {
        let mut printed: BTreeSet<String> =
            requests(probe).iter().map(|it| (*it).to_owned()).collect();
        if probe == Probe::ReadVersions {
            // What is read on the built-in server has one version, and nothing to be cut.
            assert!(printed.remove("GET [type]/[id]/_history?_count"));
        }
        assert_eq!(printed, sent, "src/runner/probe/requests.rs, {probe:?}");
    }
}

#[test]
fn a_filter_by_type_plans_sends_and_reports_the_same_scenarios() {
    let folder = tempfile::tempdir().expect("a folder");
    let filter = "type = Claim and suite = read, references, security, discover";
    let more = ["--filter", filter];
    let plan = program(
        folder.path(),
        &[&["list", "--plan", "--mode", "write"][..], &more].concat(),
    );
    let text = stdout(&plan);
    let first = |line: &str| line.split_whitespace().next().map(str::to_owned);
    // A row that is too long goes on below its own column.
    let rows = text.lines().skip(1).filter(|line| !line.starts_with("  "));
    let planned: BTreeSet<String> = rows.filter_map(first).collect();
    let run = ["run", "--mode", "write", "--output", "r", "--quiet"];
    let output = program(folder.path(), &[&run[..], &more].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let suites = report(&folder.path().join("r")).suites;
    let reported = suites.iter().flat_map(|suite| &suite.scenarios);
    let reported: BTreeSet<String> = reported.map(|scenario| scenario.id.clone()).collect();
    let text = std::fs::read_to_string(folder.path().join("r/exchanges.ndjson")).expect("read");
    let sent = text.lines().skip(1).filter_map(|line| {
        let exchange: Value = serde_json::from_str(line).ok()?;
        let (scenario, _) = exchange["id"].as_str()?.split_once('/')?;
        (scenario != "dialect").then(|| scenario.to_owned())
    });
    let sent: BTreeSet<String> = sent.collect();
    assert!(planned.contains("read-claim"), "{planned:?}");
    assert_eq!(reported, planned);
    assert_eq!(sent, planned);
}

#[test]
fn what_the_read_mode_leaves_out_is_no_gap_of_a_filtered_run_either() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = [
        "run", "--mode", "read", "--suite", "claiming", "--output", "r",
    ];
    // What is read of what was created cannot be read; what is searched for is found.
    let filter = ["--filter", "interaction = read, search-type"];
    for more in [&filter[..], &[]] {
        let output = program(folder.path(), &[&run[..], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    let nothing_else = ["--filter", "interaction = read"];
    let output = program(folder.path(), &[&run[..], &nothing_else].concat());
    assert_eq!(output.status.code(), Some(4), "nothing at all was tested");
}

#[test]
fn a_report_says_of_every_requirement_that_was_not_tested_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let because = |more: &[&str], id: &str| {
        let arguments = [&["run", "--quiet", "--output", "r"], more].concat();
        let _ = program(folder.path(), &arguments);
        let report = report(&folder.path().join("r"));
        let untested = report.requirements.iter();
        let mut untested = untested.filter(|it| it.verdict == Verdict::Skip);
        let silent = "the run did not come to it".to_owned();
        let unsaid = untested.clone();
        let unsaid: Vec<_> = unsaid
            .filter(|it| it.not_tested_because.contains(&silent))
            .collect();
        assert!(unsaid.is_empty(), "{unsaid:#?}");
        let own = untested.find(|it| it.id == id).expect("it was not tested");
        own.not_tested_because.join("; ")
    };
    let login = "suite `login` runs only where it is asked for by name";
    assert_eq!(because(&[], "SEC-5.expiry"), login);
    let other = "the run was asked for other suites than `discover`";
    assert_eq!(because(&["--suite", "read"], "CAP-1.etag"), other);
    let filtered = because(&["--filter", "check = read-status"], "READ-1.id");
    assert_eq!(filtered, "the filter of the run leaves it out");
}

#[test]
fn the_suite_that_every_run_begins_with_can_be_asked_for_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = program(
        folder.path(),
        &["run", "--suite", "dialect", "--output", "r"],
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let suites = report(&folder.path().join("r")).suites;
    let suites: Vec<&str> = suites.iter().map(|suite| suite.id.as_str()).collect();
    assert_eq!(suites, ["dialect"]);
}

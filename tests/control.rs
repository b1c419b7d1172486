//! What is run and what fails a run, as a user says it: filters, shards, known failures,
//! acceptance criteria, settings.

mod program;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Stdio};

use openimis_conformance::reference::{Options, PASSWORD, Server, USER};
use openimis_conformance::report::Report;
use openimis_conformance::result::Verdict;
use serde_json::Value;

use crate::program::{command, program, report, stderr, stdout};

/// What was found and what was tested. Each part has a server of its own, whose data is what that
/// part made, so counts and ids of resources differ.
fn facts(report: &Report) -> Vec<String> {
    let findings = report.findings.iter();
    let findings = findings.map(|it| format!("{} {} {}", it.id, it.verdict, it.cause));
    let requirements = report.requirements.iter();
    let requirements = requirements.map(|it| format!("{} {}", it.id, it.verdict));
    let promises = report.promises.iter();
    let promises = promises.map(|it| format!("{} {} {}", it.resource_type, it.name, it.observed));
    let suites = report.suites.iter();
    let suites = suites.map(|it| format!("{} {} {}", it.id, it.verdict, it.green));
    findings
        .chain(requirements)
        .chain(promises)
        .chain(suites)
        .collect()
}

/// Every verdict, in order.
fn verdicts(report: &Report) -> Vec<(String, String, Verdict)> {
    let scenarios = report.suites.iter().flat_map(|suite| &suite.scenarios);
    let steps = scenarios.flat_map(|it| it.steps.iter().map(move |step| (&it.id, step)));
    steps
        .flat_map(|(scenario, step)| {
            let place = format!("{scenario}/{}", step.id);
            let checks = step.checks.iter();
            checks.map(move |check| (place.clone(), check.check.clone(), check.verdict))
        })
        .collect()
}

#[test]
fn three_shards_as_processes_merge_to_the_verdicts_of_one_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let shard = |index: usize| -> Child {
        let (part, output) = (format!("{index}/3"), format!("part-{index}"));
        command(
            folder.path(),
            &["run", "--quiet", "--shard", &part, "--output", &output],
        )
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs")
    };
    let whole = command(folder.path(), &["run", "--quiet", "--output", "whole"])
        .spawn()
        .expect("the program runs");
    let processes = [shard(1), shard(2), shard(3), whole];
    for process in processes {
        let output = process.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    let output = program(
        folder.path(),
        &[
            "render", "--merge", "part-3", "part-1", "part-2", "--output", "merged",
        ],
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let (merged, whole) = (
        report(&folder.path().join("merged")),
        report(&folder.path().join("whole")),
    );
    assert_eq!(verdicts(&merged), verdicts(&whole));
    assert_eq!(facts(&merged), facts(&whole));
    for file in ["report.html", "junit.xml", "summary.md"] {
        assert!(folder.path().join("merged").join(file).is_file(), "{file}");
    }

    let missing = program(folder.path(), &["render", "--merge", "part-1", "part-2"]);
    assert_eq!(missing.status.code(), Some(2), "{}", stderr(&missing));
    assert!(
        stderr(&missing).contains("missing: 3/3"),
        "{}",
        stderr(&missing)
    );
    let no_part = program(folder.path(), &["render", "--merge", "whole"]);
    assert_eq!(no_part.status.code(), Some(2), "{}", stderr(&no_part));
    assert!(
        stderr(&no_part).contains("--shard I/N"),
        "{}",
        stderr(&no_part)
    );
}

/// A report without what says when it was made, and without how many resources were seen of each
/// type: each part probes the server for itself, and counts what that shows.
fn without_times_and_counts(folder: &Path) -> Value {
    let mut report = serde_json::to_value(report(folder)).expect("JSON");
    let members = report.as_object_mut().expect("an object");
    members.remove("run").expect("the block of times");
    fn uncounted(value: &mut Value) {
        match value {
            Value::Array(entries) => entries.iter_mut().for_each(uncounted),
            Value::Object(members) => {
                members.remove("resources");
                members.values_mut().for_each(uncounted);
            }
            _ => {}
        }
    }
    uncounted(members.get_mut("surface").expect("the surface"));
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn shards_that_read_one_server_merge_to_the_very_report_of_one_run() {
    let server = Server::start(Options::default()).await.expect("a server");
    let base = server.base_url().to_owned();
    let compared = tokio::task::spawn_blocking(move || {
        let folder = tempfile::tempdir().expect("a folder");
        // Pseudonyms of another key are others.
        let run = [
            "run",
            "--quiet",
            "--target",
            &base,
            "--include-personal-data",
            "--output",
        ];
        let start = |output: &str, more: &[&str]| -> Child {
            command(folder.path(), &[&run[..], &[output], more].concat())
                .env("OPENIMIS_USER", USER)
                .env("OPENIMIS_PASSWORD", PASSWORD)
                .stderr(Stdio::piped())
                .spawn()
                .expect("the program runs")
        };
        let processes = [
            start("part-1", &["--shard", "1/3"]),
            start("part-2", &["--shard", "2/3"]),
            start("part-3", &["--shard", "3/3"]),
            start("whole", &[]),
        ];
        for process in processes {
            let output = process.wait_with_output().expect("it ends");
            assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        }
        let merge = [
            "render", "--merge", "part-2", "part-3", "part-1", "--output", "merged",
        ];
        let output = program(folder.path(), &merge);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        ["merged", "whole"].map(|part| without_times_and_counts(&folder.path().join(part)))
    });
    let [merged, whole] = compared.await.expect("no failure");
    server.shutdown().await;
    let lines = |value: &Value| -> Vec<String> {
        let text = serde_json::to_string_pretty(value).expect("text");
        text.lines().map(str::to_owned).collect()
    };
    let (merged, whole) = (lines(&merged), lines(&whole));
    let pairs = merged
        .iter()
        .zip(&whole)
        .filter(|(one, other)| one != other);
    let differences: Vec<_> = pairs.take(10).collect();
    assert!(
        differences.is_empty() && merged.len() == whole.len(),
        "{differences:#?}"
    );
}

#[test]
fn a_filter_leaves_what_fits_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let filter = "suite = discover and type = Claim, Patient and requirement = READ-*";
    let output = program(folder.path(), &["run", "--filter", filter, "--output", "r"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = report(&folder.path().join("r"));
    let suites: Vec<&str> = report
        .suites
        .iter()
        .map(|suite| suite.id.as_str())
        .collect();
    assert_eq!(suites, ["discover"]);
    assert!(report.totals.checks.pass > 0);
    let types: Vec<&String> = report.totals.by_type.keys().collect();
    assert_eq!(types, ["Claim", "Patient"]);
    let steps = report.suites.iter().flat_map(|suite| &suite.scenarios);
    let checks = steps.flat_map(|scenario| &scenario.steps);
    let checks = checks.flat_map(|step| &step.checks);
    let judged: Vec<_> = checks.filter(|it| it.verdict != Verdict::Skip).collect();
    let mut held: BTreeSet<&str> = BTreeSet::new();
    for check in judged {
        // A check may hold the guide's word on the same thing too.
        let fits = check.requirements.iter().any(|id| id.starts_with("READ-"));
        assert!(fits, "{}: {:?}", check.check, check.requirements);
        held.extend(check.requirements.iter().map(String::as_str));
    }
    let requirements = report.requirements.iter();
    let tested = requirements.filter(|it| it.verdict != Verdict::Skip);
    let tested: BTreeSet<&str> = tested.map(|it| it.id.as_str()).collect();
    assert!(!tested.is_empty());
    assert_eq!(tested, held);
    let again = program(folder.path(), &["revalidate", "r"]);
    assert_eq!(
        again.status.code(),
        Some(0),
        "a recording knows its filter: {}",
        stderr(&again)
    );
}

#[test]
fn a_selection_that_leaves_nothing_ends_with_4_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let filter = "suite = discover and interaction = create";
    let output = program(folder.path(), &["run", "--filter", filter]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let expected = format!(
        "expected something to run, found nothing: no check of the plan fits the filter `{filter}`"
    );
    assert!(stderr(&output).contains(&expected), "{}", stderr(&output));
    let report = report(&folder.path().join("reports/embedded"));
    assert!(!report.complete && report.totals.checks.total() == 0);
}

#[test]
fn slips_in_what_selects_and_gates_are_usage_errors() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    std::fs::write(
        here.join("k.toml"),
        "[[known-failure]]\ncheck = \"raed-status\"\nreason = \"why not\"\nowner = \"QA\"\n",
    )
    .expect("written");
    std::fs::write(
        here.join("a.toml"),
        "title = \"UAT\"\n[blocks]\nlevel = [\"SHALL\"]\ncauses = []\n",
    )
    .expect("written");
    std::fs::write(here.join("c.toml"), "timeuot = 5\n").expect("written");
    let cases: &[(&[&str], &str)] = &[
        (
            &["run", "--filter", "type = Pateint"],
            "column 8: expected a known type, found `Pateint`; did you mean `Patient`?",
        ),
        (
            &["run", "--filter", "tpye = Patient"],
            "did you mean `type`?",
        ),
        (
            &["run", "--filter", "type = Patient and"],
            "column 19: expected a key",
        ),
        (&["run", "--shard", "4/3"], "--shard: expected a part"),
        (&["run", "--fail-on", "SHUOLD"], "did you mean `SHOULD`?"),
        (
            &["run", "--known-failures", "k.toml"],
            "k.toml:2:1: expected `check` to be a check of this program, found `raed-status`; did you mean `read-status`?",
        ),
        (
            &["run", "--acceptance", "a.toml"],
            "a.toml:3:1: expected one of the keys",
        ),
        (
            &["run", "--acceptance", "missing.toml"],
            "cannot read missing.toml",
        ),
        (&["run", "--baseline", "k.toml"], "k.toml: not JSON"),
        (
            &["run", "--config", "c.toml"],
            "c.toml:1:1: expected one of the keys",
        ),
        (
            &["run", "--max-rate", "0"],
            "--max-rate: expected a number above 0",
        ),
        (
            &["run", "--sample", "0"],
            "expected --sample to be at least 1",
        ),
        (&["render", "a", "b"], "--merge"),
    ];
    for (arguments, expected) in cases {
        let output = program(here, arguments);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert!(
            stderr(&output).contains(expected),
            "{arguments:?}: {}",
            stderr(&output)
        );
    }
    assert!(!here.join("reports").exists(), "nothing was run");
}

#[test]
fn the_gate_decides_the_exit_code_of_a_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/gate");
    let known = examples.join("known-failures.toml");
    let known = known.to_str().expect("a path");
    let filter = ["--filter", "suite = dialect or type = ActivityDefinition"];
    let run = |more: &[&str]| {
        let arguments = [&["run", "--output", "r"], &filter[..], more].concat();
        program(here, &arguments)
    };
    let output = run(&["--known-failures", known]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("known failures") || stdout(&output).contains("known"),
        "{}",
        stdout(&output)
    );
    let output = run(&["--fail-on", "any:guide"]);
    assert_eq!(
        output.status.code(),
        Some(1),
        "the guide's faults, when asked for: {}",
        stdout(&output)
    );
    let output = run(&["--fail-on", "any:guide", "--baseline", "r"]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "and not when they are old: {}",
        stdout(&output)
    );
    std::fs::write(here.join("a.toml"), "title = \"UAT\"\n[blocks]\nlevels = [\"SHALL\"]\ncauses = [\"server\"]\n[required]\nsuites = [\"enrolment\"]\n").expect("written");
    let output = run(&["--acceptance", "a.toml"]);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(
        stdout(&output).starts_with("NOT ACCEPTED\n"),
        "{}",
        stdout(&output)
    );
    let words: Vec<String> = stdout(&output)
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let text = words.join(" ");
    assert!(
        text.contains("the suite `enrolment` was not tested"),
        "{text}"
    );
}

#[test]
fn settings_come_from_flags_environment_file_and_defaults_in_this_order() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(
        folder.path().join("conformance.toml"),
        "max-rate = 5\ntimeout = 7\n",
    )
    .expect("written");
    let output = command(folder.path(), &["config", "show"])
        .env("OPENIMIS_CONFORMANCE_TIMEOUT", "9")
        .env("OPENIMIS_PASSWORD", "marked-password-2")
        .env("OPENIMIS_USER", "marked-user-2")
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(!stdout(&output).contains("marked-"), "{}", stdout(&output));
    insta::assert_snapshot!(stdout(&output));
}

#[test]
fn the_plan_is_printed_as_requests() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = |more: &[&str]| program(folder.path(), &[&["list", "--plan"], more].concat());
    let filter = "type = Patient or tag = smoke";
    let output = plan(&["--filter", filter, "--sample", "2", "--mode", "read"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    for expected in [
        "GET metadata",
        "GET Patient/[id], at most",
        "the run is in read mode",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let nothing = plan(&["--filter", "suite = discover and interaction = create"]);
    assert_eq!(nothing.status.code(), Some(4), "{}", stderr(&nothing));
    let slip = plan(&["--filter", "type = Pateint"]);
    assert_eq!(slip.status.code(), Some(2), "{}", stderr(&slip));
}

/// Width and colour of a terminal are none of the snapshot's business.
fn help(arguments: &[&str]) -> String {
    let output = command(Path::new("."), arguments)
        .env("COLUMNS", "100")
        .output();
    stdout(&output.expect("the program runs"))
}

#[test]
fn help_of_each_command() {
    for name in ["run", "render", "list", "explain", "config", "completions"] {
        insta::assert_snapshot!(format!("help_{name}"), help(&[name, "--help"]));
    }
    insta::assert_snapshot!("help", help(&["--help"]));
}

#[test]
fn completions_and_manual_page_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let text = help(&["completions", shell]);
        assert!(text.contains("known-failures"), "{shell}");
    }
    let page = help(&["man"]);
    assert!(
        page.starts_with(".ie") || page.contains(".TH openimis-conformance"),
        "{page}"
    );
    for command in ["RUN", "EXPLAIN", "VALIDATE"] {
        assert!(
            page.contains(&format!(".SH \"COMMAND {command}\"")),
            "{command}"
        );
    }
}

#[test]
fn explain_tells_of_checks_and_of_findings_and_guesses() {
    let folder = tempfile::tempdir().expect("a folder");
    let explain = |more: &[&str]| program(folder.path(), &[&["explain"], more].concat());
    let output = explain(&["read-status"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("how to mend it"),
        "{}",
        stdout(&output)
    );
    let json = explain(&["READ-1.status", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(value["explanations"][0]["level"], "SHALL");
    let output = explain(&["raed-status"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("did you mean `read-status`?"),
        "{}",
        stderr(&output)
    );

    let report = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reports/1.0/report.json");
    let report = report.to_str().expect("a path");
    let output = explain(&["d973b5d04cd3", "--report", report]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("curl "), "{}", stdout(&output));
    let output = explain(&["000000000000", "--report", report]);
    assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
    let output = explain(&["d973b5d04cd3"]);
    assert!(
        stderr(&output).contains("--report FILE"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn quiet_prints_nothing_and_no_colour_is_only_for_terminals() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = program(
        folder.path(),
        &["run", "--quiet", "--filter", "tag = smoke", "--no-color"],
    );
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        (stdout(&output), stderr(&output)),
        (String::new(), String::new())
    );
    let output = program(folder.path(), &["render", "reports/embedded"]);
    assert!(
        !stdout(&output).contains('\u{1b}'),
        "no terminal, no colour"
    );
}

/// A check that the table does not know would be left out of a filtered run.
#[test]
fn a_step_makes_no_check_but_those_that_a_filter_knows_of() {
    use openimis_conformance::package::Definitions;
    use openimis_conformance::reference::Fault;
    use openimis_conformance::run::possible_checks;
    use openimis_conformance::selftest::{Bench, Trial};
    use openimis_conformance::suite::load::shipped;
    use openimis_conformance::suite::{Declared, plan::Plan};
    let declared = Declared::by_guide(&Definitions::embedded());
    let plan = Plan::new(&shipped().expect("suites"), &declared, true);
    let bench = Bench::default();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut unknown = std::collections::BTreeSet::new();
    let mut seen = 0;
    for fault in [None, Some(Fault::HtmlErrors), Some(Fault::RefusalFails)] {
        let mut trial = Trial::of_right_behaviour(&[]);
        trial.faults.extend(fault);
        let tried = runtime.block_on(bench.run(&trial)).expect("it runs");
        for scenario in &tried.scenarios {
            let Some(planned) = plan.scenarios.iter().find(|it| it.id == scenario.id) else {
                continue;
            };
            for (step, planned) in scenario.steps.iter().zip(&planned.steps) {
                let possible = possible_checks(&planned.step);
                for check in &step.checks {
                    seen += 1;
                    if !possible.contains(&check.check.as_str()) {
                        unknown.insert(format!("{}/{}: {}", scenario.id, step.id, check.check));
                    }
                }
            }
        }
    }
    assert!(seen > 10_000, "{seen} checks");
    assert!(
        unknown.is_empty(),
        "missing in src/run/possible.rs: {unknown:#?}"
    );
}

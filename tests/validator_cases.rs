//! The official validator cases, where a folder of them is given by `OPENIMIS_VALIDATOR_CASES`:
//! do we judge as the reference validator does? Differences are listed with their reason in
//! `validator_cases.known.toml`; any change in either direction fails.
//!
//! `OPENIMIS_VALIDATOR_CASE=ID` prints what we find in one case.

use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use openimis_conformance::finding::Finding;
use openimis_conformance::json;
use openimis_conformance::package::{Definitions, LooseFile};
use openimis_conformance::validator::{Request, Validator};
use serde::Deserialize;

/// The modules whose verdicts we mean to share.
const MODULES: [&str; 12] = [
    "general",
    "default",
    "profile",
    "extensions",
    "references",
    "bundle",
    "xhtml",
    "fmt",
    "invariants",
    "versions",
    "security",
    "sd",
];

/// An unoptimised build is slow; no case may take longer than this even so.
const LONGEST: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    module: String,
    file: String,
    supporting: Vec<String>,
    profile: Option<String>,
    valid: bool,
    errors_need_server: bool,
    issues: Vec<Issue>,
}

#[derive(Deserialize)]
struct Issue {
    severity: String,
    expression: Option<String>,
    needs_server: bool,
}

/// Why we differ from the reference.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[serde(rename_all = "kebab-case")]
enum Reason {
    /// An R4 rule that we lack.
    MissingRule,
    /// The reference tool's own policy; no R4 rule decides.
    ToolPolicy,
    /// It judged by another package or version of R4.
    OtherPackage,
    /// An artefact of the conversion from XML.
    Conversion,
}

#[derive(Deserialize)]
struct Known {
    #[serde(default)]
    difference: Vec<KnownDifference>,
}

#[derive(Deserialize)]
struct KnownDifference {
    id: String,
    tag: Reason,
    reason: String,
}

struct Outcome<'c> {
    case: &'c Case,
    valid: bool,
    /// Whether an error of the reference is among ours; none where that cannot be asked.
    shares_error: Option<bool>,
    took: Duration,
}

#[test]
fn official_cases_are_judged_as_the_reference_judges_them() {
    let Some(folder) = std::env::var_os("OPENIMIS_VALIDATOR_CASES").map(PathBuf::from) else {
        println!("not run: OPENIMIS_VALIDATOR_CASES does not name a folder");
        return;
    };
    if !folder.join("cases.json").is_file() {
        println!("not run: there is no cases.json in {}", folder.display());
        return;
    }
    let text = std::fs::read_to_string(folder.join("cases.json")).expect("cases.json is readable");
    let cases: Cases = serde_json::from_str(&text).expect("cases.json has the documented shape");
    assert!(
        cases.cases.len() >= 250,
        "too few cases: {}",
        cases.cases.len()
    );
    if let Ok(id) = std::env::var("OPENIMIS_VALIDATOR_CASE") {
        show(&cases, &folder, &id);
        return;
    }
    let outcomes = judge_all(&cases.cases, &folder);
    print_table(&outcomes);
    compare_with_known(&outcomes);
}

fn judge_all<'c>(cases: &'c [Case], folder: &Path) -> Vec<Outcome<'c>> {
    cases
        .iter()
        .filter(|case| !case.errors_need_server)
        .map(|case| {
            let start = Instant::now();
            let findings = panic::catch_unwind(AssertUnwindSafe(|| findings(case, folder)))
                .unwrap_or_else(|_| panic!("{} made the validator panic", case.id));
            let took = start.elapsed();
            assert!(took < LONGEST, "{} took {took:?}", case.id);
            Outcome {
                case,
                valid: !findings.iter().any(Finding::is_error),
                shares_error: shares_error(case, &findings),
                took,
            }
        })
        .collect()
}

fn findings(case: &Case, folder: &Path) -> Vec<Finding> {
    let read = |name: &str| std::fs::read(folder.join("files").join(name)).expect("a case's file");
    let loose: Vec<LooseFile> = case
        .supporting
        .iter()
        .map(|name| LooseFile {
            name: name.clone(),
            text: String::from_utf8_lossy(&read(name)).into_owned(),
        })
        // Instances among the supporting files define nothing.
        .filter(|file| {
            Definitions::core()
                .with_resources(std::slice::from_ref(file))
                .is_ok()
        })
        .collect();
    let definitions = match loose.as_slice() {
        [] => Definitions::core(),
        loose => Definitions::core()
            .with_resources(loose)
            .expect("each of them was taken"),
    };
    let validator = Validator::new(definitions);
    let request = Request {
        profiles: case.profile.iter().cloned().collect(),
        guide: false,
        ..Request::default()
    };
    let bytes = read(&case.file);
    match json::read_bytes(&bytes) {
        Ok(document) => validator.validate(&document, &request).findings,
        Err(error) => vec![openimis_conformance::validator::unreadable(&error)],
    }
}

/// Whether an error of the reference, judged offline, is at the element of one of ours.
fn shares_error(case: &Case, findings: &[Finding]) -> Option<bool> {
    let theirs: Vec<String> = case
        .issues
        .iter()
        .filter(|issue| matches!(issue.severity.as_str(), "error" | "fatal"))
        .filter(|issue| !issue.needs_server)
        .map(|issue| element(issue.expression.as_deref().unwrap_or_default()))
        .collect();
    let mut ours = findings
        .iter()
        .filter(|finding| finding.is_error())
        .map(|finding| element(&finding.expression))
        .peekable();
    if theirs.is_empty() || ours.peek().is_none() {
        return None;
    }
    // Where an element is missing, one names it and the other its parent.
    let near = |ours: &str, theirs: &str| {
        let parent = |path: &str| path.rsplit_once('.').map(|(parent, _)| parent.to_owned());
        ours == theirs
            || parent(ours).as_deref() == Some(theirs)
            || parent(theirs).as_deref() == Some(ours)
            || theirs.is_empty()
    };
    Some(ours.any(|ours| theirs.iter().any(|theirs| near(&ours, theirs))))
}

/// An expression without comments, `ofType(...)`, filters and indices.
fn element(expression: &str) -> String {
    let mut out = String::new();
    let mut rest = expression.trim_start_matches("/f:");
    while let Some(first) = rest.chars().next() {
        if let Some((_, after)) = rest
            .strip_prefix("/*")
            .and_then(|rest| rest.split_once("*/"))
        {
            rest = after;
        } else if let Some((_, after)) = rest
            .strip_prefix(".ofType(")
            .and_then(|rest| rest.split_once(')'))
        {
            rest = after;
        } else if let Some((_, after)) =
            rest.strip_prefix('[').and_then(|rest| rest.split_once(']'))
        {
            rest = after;
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out.trim_end_matches('.').to_owned()
}

fn print_table(outcomes: &[Outcome<'_>]) {
    #[derive(Default)]
    struct Row {
        cases: u32,
        agree: u32,
        false_alarms: u32,
        missed: u32,
        asked: u32,
        shared: u32,
    }
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    for outcome in outcomes {
        let in_scope = MODULES.contains(&outcome.case.module.as_str());
        for name in [outcome.case.module.as_str()]
            .into_iter()
            .chain(in_scope.then_some("~ the twelve modules"))
        {
            let row = rows.entry(name).or_default();
            row.cases += 1;
            row.agree += u32::from(outcome.valid == outcome.case.valid);
            row.false_alarms += u32::from(!outcome.valid && outcome.case.valid);
            row.missed += u32::from(outcome.valid && !outcome.case.valid);
            if !outcome.valid && !outcome.case.valid {
                row.asked += u32::from(outcome.shares_error.is_some());
                row.shared += u32::from(outcome.shares_error == Some(true));
            }
        }
    }
    println!("module                  cases  agree  false alarms  missed  same error");
    for (name, row) in &rows {
        println!(
            "{name:<22} {:>6} {:>6} {:>13} {:>7} {:>6}/{}",
            row.cases, row.agree, row.false_alarms, row.missed, row.shared, row.asked
        );
    }
    let slowest = outcomes.iter().max_by_key(|outcome| outcome.took);
    if let Some(slowest) = slowest {
        println!("slowest: {} in {:?}", slowest.case.id, slowest.took);
    }
}

fn compare_with_known(outcomes: &[Outcome<'_>]) {
    let text = include_str!("validator_cases.known.toml");
    let known: Known = toml::from_str(text).expect("the list of known differences is TOML");
    let mut by_tag: BTreeMap<Reason, u32> = BTreeMap::new();
    let mut faults = Vec::new();
    for outcome in outcomes {
        let case = outcome.case;
        let listed = known.difference.iter().find(|entry| entry.id == case.id);
        let differs = outcome.valid != case.valid;
        let what = if case.valid { "false alarm" } else { "missed" };
        match listed {
            Some(entry) if differs => {
                assert!(!entry.reason.is_empty(), "{} has no reason", entry.id);
                *by_tag.entry(entry.tag).or_default() += 1;
            }
            Some(entry) => faults.push(format!("agrees now, take it off the list: {}", entry.id)),
            None if differs => faults.push(format!("{what}: {} ({})", case.id, case.module)),
            None => {}
        }
        if outcome.shares_error == Some(false) {
            println!("invalid for another reason: {} ({})", case.id, case.module);
        }
    }
    println!("known differences by reason: {by_tag:?}");
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

fn show(cases: &Cases, folder: &Path, id: &str) {
    let case = cases
        .cases
        .iter()
        .find(|case| case.id == id)
        .expect("a case of that id");
    for finding in findings(case, folder) {
        println!(
            "{} [{}] {} | {} | {:?} {:?}",
            finding.severity,
            finding.rule,
            finding.expression,
            finding.message,
            finding.constraint,
            finding.profile
        );
    }
}

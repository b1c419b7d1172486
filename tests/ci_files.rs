//! The files for CI and Kubernetes are what they say: they keep the form of their system, call this
//! program by commands that it has, and name as many parts as they run.

use std::path::{Path, PathBuf};

use clap::Parser;
use openimis_conformance::cli::Arguments;
use openimis_conformance::yaml::Schema;
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The file as a value, held to the schema of its kind.
fn held(path: &str, kind: &str) -> Value {
    document(path, &text(path), kind)
}

fn document(path: &str, text: &str, kind: &str) -> Value {
    let schema = self::text(&format!("fixtures/ci/{kind}.schema.json"));
    let schema = Schema::new(&schema).expect("a schema");
    let read = schema.read(&PathBuf::from(path), text);
    read.unwrap_or_else(|error| panic!("{error}"))
}

const WORKFLOWS: &[&str] = &[
    ".github/workflows/ci.yml",
    ".github/workflows/release.yml",
    "docs/ci/github.yml",
    "docs/ci/github-matrix.yml",
];
const ACTION: &str = ".github/actions/conformance/action.yml";
const GITLAB: &str = "docs/ci/gitlab.yml";
const KUBERNETES: &str = "docs/ci/kubernetes.yaml";

#[test]
fn the_files_keep_the_form_of_their_system() {
    for path in WORKFLOWS {
        held(path, "github-workflow");
    }
    held(ACTION, "github-action");
    held(GITLAB, "gitlab");
    for part in text(KUBERNETES).split("\n---\n") {
        document(KUBERNETES, part, "kubernetes-job");
    }
}

#[test]
fn jobs_wait_for_jobs_that_are_there() {
    for path in WORKFLOWS {
        let workflow = held(path, "github-workflow");
        let jobs = workflow["jobs"].as_object().expect("jobs");
        for (name, job) in jobs {
            if let Some(needed) = job.get("needs").and_then(Value::as_str) {
                assert!(jobs.contains_key(needed), "{path}: {name} needs {needed}");
            }
        }
    }
    let gitlab = held(GITLAB, "gitlab");
    for (name, job) in gitlab.as_object().expect("jobs") {
        if let Some(base) = job.get("extends").and_then(Value::as_str) {
            assert!(
                gitlab.get(base).is_some(),
                "{GITLAB}: {name} extends {base}"
            );
        }
    }
}

/// The commands by which a file calls the program, with variables filled in.
fn commands(text: &str) -> Vec<String> {
    let mut commands = Vec::new();
    for line in text.lines() {
        let line = line.trim().trim_start_matches("- ");
        let starts = ["openimis-conformance ", "\"$binary\" "];
        let Some(start) = starts.iter().find(|start| line.starts_with(**start)) else {
            continue;
        };
        let call = &line[start.len()..];
        let end = [" ||", " >", " |", " &&"]
            .iter()
            .filter_map(|end| call.find(end))
            .min();
        commands.push(filled(&call[..end.unwrap_or(call.len())]));
    }
    commands
}

fn filled(call: &str) -> String {
    let mut call = call.to_owned();
    for (name, value) in [
        ("${{ matrix.shard }}", "1"),
        ("$((JOB_COMPLETION_INDEX + 1))", "1"),
        ("$JOB_COMPLETION_INDEX", "0"),
        ("$CI_NODE_INDEX", "1"),
        ("$CI_NODE_TOTAL", "3"),
        ("$CONFIRM_WRITE", "imis.example.org"),
        ("$OUTPUT", "report"),
        ("$shell", "bash"),
    ] {
        call = call.replace(name, value);
    }
    assert!(
        !call.contains('$'),
        "a variable that this test does not know: {call}"
    );
    call.replace('"', "")
}

#[test]
fn the_program_has_the_commands_by_which_it_is_called() {
    let mut seen = 0;
    for path in WORKFLOWS.iter().chain(&[ACTION, GITLAB, KUBERNETES]) {
        for command in commands(&text(path)) {
            let words = std::iter::once("openimis-conformance").chain(command.split_whitespace());
            if let Err(error) = Arguments::try_parse_from(words) {
                panic!("{path}: {command}\n{error}");
            }
            seen += 1;
        }
    }
    assert!(seen >= 12, "{seen} commands");
}

#[test]
fn the_variables_are_settings() {
    let settings = text("fixtures/config/conformance.schema.json");
    let settings: Value = serde_json::from_str(&settings).expect("JSON");
    let settings = settings["properties"].as_object().expect("settings");
    let names: Vec<String> = settings
        .keys()
        .map(|name| name.replace('-', "_").to_uppercase())
        .collect();
    for path in WORKFLOWS.iter().chain(&[ACTION, GITLAB, KUBERNETES]) {
        let text = text(path);
        for (at, prefix) in text.match_indices("OPENIMIS_CONFORMANCE_") {
            let rest = &text[at + prefix.len()..];
            let end = rest.find(|c: char| !(c.is_ascii_uppercase() || c == '_'));
            let name = &rest[..end.unwrap_or(rest.len())];
            assert!(
                names.iter().any(|known| known == name),
                "{path}: {prefix}{name}"
            );
        }
    }
}

#[test]
fn as_many_parts_are_merged_as_are_run() {
    let matrix = held("docs/ci/github-matrix.yml", "github-workflow");
    let shards = &matrix["jobs"]["part"]["strategy"]["matrix"]["shard"];
    let shards = shards.as_array().expect("a matrix").len();
    let calls = commands(&text("docs/ci/github-matrix.yml"));
    assert!(
        calls
            .iter()
            .any(|call| call.contains(&format!("--shard 1/{shards}")))
    );
    let merged = |calls: &[String]| {
        let merge = calls.iter().find(|call| call.starts_with("render --merge"));
        let words = merge.expect("a merge").split_whitespace().skip(2);
        words.take_while(|word| !word.starts_with("--")).count()
    };
    assert_eq!(merged(&calls), shards);

    let parts = text(KUBERNETES);
    let parts = parts.split("\n---\n").next().expect("the parts");
    let job = document(KUBERNETES, parts, "kubernetes-job");
    let completions = job["spec"]["completions"].as_u64().expect("completions") as usize;
    assert_eq!(job["spec"]["completionMode"], "Indexed");
    let calls = commands(&text(KUBERNETES));
    assert!(
        calls
            .iter()
            .any(|call| call.contains(&format!("--shard 1/{completions}")))
    );
    assert_eq!(merged(&calls), completions);

    let gitlab = held(GITLAB, "gitlab");
    let parallel = gitlab[".openimis-conformance-part"]["parallel"].as_u64();
    assert_eq!(
        parallel.map(|it| it as usize),
        Some(merged(&commands(&text(GITLAB))))
    );
}

#[test]
fn the_action_installs_what_a_release_makes() {
    let release = held(".github/workflows/release.yml", "github-workflow");
    let builds = release["jobs"]["build"]["strategy"]["matrix"]["include"].as_array();
    let action = text(ACTION);
    for build in builds.expect("builds") {
        let target = build["target"].as_str().expect("a target");
        assert!(action.contains(target), "the action knows {target}");
    }
    assert!(
        action.contains("SHA256SUMS"),
        "what is installed is checked"
    );
}

//! `validate` as a user runs it: what is printed and with which code it ends.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const GOOD: &str = r#"{"resourceType":"Basic","code":{"text":"x"}}"#;
const BAD: &str = r#"{"resourceType":"Basic","code":{"txt":"x"}}"#;

fn validate(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_openimis-conformance"))
        .arg("validate")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

fn validate_input(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_openimis-conformance"))
        .arg("validate")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    // The program answers while it reads, so reading and writing go side by side.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("no panic").expect("it reads");
    output
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

#[test]
fn the_exit_code_is_the_judgement() {
    let folder = folder(&[("good.json", GOOD.as_bytes()), ("bad.json", BAD.as_bytes())]);
    let file = |name: &str| folder.path().join(name);
    assert_eq!(code(&validate(&[text(&file("good.json"))])), 0);
    assert_eq!(code(&validate(&[text(&file("bad.json"))])), 1);
    assert_eq!(code(&validate(&[text(folder.path())])), 1);
}

#[test]
fn json_has_every_key_for_every_finding() {
    let output = validate_input(&["--format", "json", "-"], BAD);
    let answer = json(&output);
    let resource = &answer["resources"][0];
    assert_eq!(resource["source"], "-");
    assert_eq!(resource["resourceType"], "Basic");
    assert_eq!(resource["id"], serde_json::Value::Null);
    assert_eq!(resource["verdict"], "fail");
    let finding = resource["findings"]
        .as_array()
        .and_then(|findings| findings.iter().find(|f| f["rule"] == "unknown-element"))
        .expect("the finding");
    let mut keys: Vec<_> = finding.as_object().expect("an object").keys().collect();
    keys.sort();
    assert_eq!(
        keys,
        [
            "cause",
            "code",
            "column",
            "constraint",
            "element",
            "expression",
            "hint",
            "line",
            "message",
            "profile",
            "rule",
            "severity"
        ]
    );
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["code"], "structure");
    assert_eq!(finding["expression"], "Basic.code.txt");
    assert_eq!(finding["hint"], "did you mean `text`?");
    assert_eq!(
        (&finding["line"], &finding["column"]),
        (&1.into(), &33.into())
    );
}

#[test]
fn text_says_what_where_and_how_to_mend_it() {
    let output = validate_input(&["-"], BAD);
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_file_that_is_no_json_is_a_finding_and_the_others_are_judged() {
    let folder = folder(&[
        ("a.json", b"{\"resourceType\": "),
        (
            "b.json",
            b"{\"resourceType\":\"Basic\",\"code\":{\"text\":\"\xff\"}}",
        ),
        ("c.json", GOOD.as_bytes()),
    ]);
    let output = validate(&["--format", "json", text(folder.path())]);
    assert_eq!(code(&output), 1);
    let answer = json(&output);
    let resources = answer["resources"].as_array().expect("a list");
    let verdicts: Vec<_> = resources.iter().map(|r| r["verdict"].clone()).collect();
    assert_eq!(verdicts, ["fail", "fail", "pass"]);
    for broken in &resources[..2] {
        assert_eq!(broken["findings"][0]["severity"], "fatal");
        assert_eq!(broken["findings"][0]["rule"], "json-syntax");
    }
    assert_eq!(
        resources[1]["findings"][0]["message"],
        "the text is not JSON: expected UTF-8 text, found a byte that is not UTF-8"
    );
}

#[test]
fn each_line_of_ndjson_is_a_resource_with_its_line() {
    let lines = format!("{GOOD}\n\n{BAD}\n");
    let folder = folder(&[("all.ndjson", lines.as_bytes())]);
    for output in [
        validate(&["--format", "json", text(&folder.path().join("all.ndjson"))]),
        validate_input(&["--format", "json", "-"], &lines),
    ] {
        let answer = json(&output);
        let resources = answer["resources"].as_array().expect("a list");
        assert_eq!(resources.len(), 2);
        let source = resources[1]["source"].as_str().expect("a source");
        assert!(source.ends_with(":3"), "{source}");
        assert_eq!(resources[1]["findings"][0]["line"], 3);
        assert_eq!(code(&output), 1);
    }
}

#[test]
fn many_resources_come_out_in_their_order() {
    let lines: String = (0..3000)
        .map(|n| {
            format!("{{\"resourceType\":\"Basic\",\"id\":\"n{n}\",\"code\":{{\"text\":\"x\"}}}}\n")
        })
        .collect();
    let output = validate_input(&["--format", "json", "-"], &lines);
    let answer = json(&output);
    let resources = answer["resources"].as_array().expect("a list");
    assert_eq!(resources.len(), 3000);
    assert!(
        resources
            .iter()
            .enumerate()
            .all(|(n, resource)| resource["id"] == format!("n{n}"))
    );
}

#[test]
fn wrong_arguments_end_with_2_and_say_how_to_mend_them() {
    let folder = folder(&[("good.json", GOOD.as_bytes()), ("no.txt", b"x")]);
    let good = folder.path().join("good.json");
    let missing = folder.path().join("missing.json");
    let output = validate(&[text(&good), text(&missing)]);
    assert_eq!(code(&output), 2);
    assert!(
        errors(&output).contains("missing.json"),
        "{}",
        errors(&output)
    );
    assert!(output.stdout.is_empty());

    let output = validate(&[text(&good), "--profile", "http://example.org/none"]);
    assert_eq!(code(&output), 2);
    assert!(errors(&output).contains("--package or --definitions"));

    let output = validate(&[
        text(&good),
        "--definitions",
        text(&folder.path().join("no.txt")),
    ]);
    assert_eq!(code(&output), 2);
    assert!(errors(&output).contains("no.txt"), "{}", errors(&output));

    let output = validate(&[
        text(&good),
        "--package",
        text(&folder.path().join("no.txt")),
    ]);
    assert_eq!(code(&output), 2);
}

#[test]
fn nothing_to_judge_ends_with_4() {
    let folder = folder(&[("readme.txt", b"nothing")]);
    let output = validate(&["--format", "json", text(folder.path())]);
    assert_eq!(code(&output), 4);
    assert_eq!(json(&output), serde_json::json!({"resources": []}));
    assert!(errors(&output).contains("found none"));
    assert_eq!(code(&validate_input(&["-"], "")), 4);
}

#[test]
fn loose_definitions_and_profiles_are_applied() {
    let profile = serde_json::json!({"resourceType": "StructureDefinition",
        "url": "http://example.org/basic", "name": "B", "status": "draft", "kind": "resource",
        "abstract": false, "type": "Basic", "derivation": "constraint",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Basic",
        "differential": {"element": [{"id": "Basic.author", "path": "Basic.author", "min": 1}]}});
    let folder = folder(&[
        ("good.json", GOOD.as_bytes()),
        ("definitions/profile.json", profile.to_string().as_bytes()),
    ]);
    let output = validate(&[
        "--format",
        "json",
        "--definitions",
        text(&folder.path().join("definitions/profile.json")),
        "--profile",
        "http://example.org/basic",
        text(&folder.path().join("good.json")),
    ]);
    assert_eq!(code(&output), 1);
    let answer = json(&output);
    let finding = answer["resources"][0]["findings"]
        .as_array()
        .and_then(|findings| findings.iter().find(|f| f["severity"] == "error"))
        .expect("an error");
    assert_eq!(finding["rule"], "cardinality");
    assert_eq!(finding["expression"], "Basic.author");
    assert_eq!(finding["element"], "Basic.author");
    assert_eq!(finding["profile"], "http://example.org/basic");
}

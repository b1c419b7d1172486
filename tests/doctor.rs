//! `doctor` as a user runs it: against the built-in server, a dead port and a site that is no FHIR.

mod program;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output};

use openimis_conformance::reference::{Options, PASSWORD, Server, USER};

use crate::program::stdout;

fn doctor(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_openimis-conformance"))
        .arg("doctor")
        .args(arguments)
        .env_remove("OPENIMIS_USER")
        .env_remove("OPENIMIS_PASSWORD")
        .output()
        .expect("the program runs")
}

#[test]
fn the_built_in_server_can_be_tested() {
    let output = doctor(&[]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    for line in [
        "address   ok    the server answers",
        "tls       ok    http, which stays on this machine",
        "clock     ok    both clocks agree",
        "login     ok    the account is let in",
        "fhir      ok    FHIR answers, as R4 has it",
        "metadata  ok    a CapabilityStatement, of FHIR 4.0.1",
        "can be tested",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(text.lines().count() <= 14, "{text}");
}

#[test]
fn json_says_the_same() {
    let output = doctor(&["--format", "json"]);
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(found["testable"], true);
    let mut questions: Vec<&str> = found["answers"]
        .as_array()
        .expect("answers")
        .iter()
        .filter_map(|answer| answer["question"].as_str())
        .collect();
    assert_eq!(questions.iter().filter(|it| **it == "rights").count(), 5);
    questions.dedup();
    assert_eq!(
        questions,
        [
            "address", "tls", "clock", "login", "fhir", "metadata", "rights", "data"
        ]
    );
}

#[test]
fn a_dead_port_cannot_be_tested() {
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port")
        .port();
    let output = doctor(&["--target", &format!("http://127.0.0.1:{port}/api/")]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("address   BAD"), "{text}");
    assert!(text.contains("refused"), "{text}");
    assert!(text.ends_with("cannot be tested\n"), "{text}");
}

#[test]
fn a_site_that_is_no_fhir_cannot_be_tested() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let _ = stream.read(&mut [0; 4096]);
            let page = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 15\r\nconnection: close\r\n\r\n<html>hi</html>";
            let _ = stream.write_all(page);
        }
    });
    let output = doctor(&["--target", &format!("http://{address}/")]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("fhir      BAD   no FHIR"), "{text}");
    assert!(text.contains("give the FHIR base"), "{text}");
}

/// What `doctor` says of a reference server at that path, with its account or without.
fn of_reference(path: &str, has_account: bool) -> (Option<i32>, String) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = runtime.block_on(Server::start(Options::default()));
    let server = server.expect("a server");
    let base = url::Url::parse(server.base_url()).expect("an address");
    let target = base.join(path).expect("an address").to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_openimis-conformance"));
    command.args(["doctor", "--target", &target]);
    for (variable, value) in [("OPENIMIS_USER", USER), ("OPENIMIS_PASSWORD", PASSWORD)] {
        match has_account {
            true => command.env(variable, value),
            false => command.env_remove(variable),
        };
    }
    let output = command.output().expect("the program runs");
    (output.status.code(), stdout(&output))
}

#[test]
fn without_the_account_that_a_server_wants_nothing_is_said_of_rights_and_data() {
    let (code, text) = of_reference("", false);
    assert_eq!(code, Some(3), "{text}");
    assert!(
        text.contains("login     BAD   no account was given"),
        "{text}"
    );
    for question in ["rights", "data"] {
        assert!(!text.contains(question), "{text}");
    }
}

#[test]
fn a_base_that_does_not_exist_cannot_be_tested() {
    let (code, text) = of_reference("/nothing/", false);
    assert_eq!(code, Some(3), "{text}");
    assert!(
        text.contains("nothing but 404: is it the FHIR base"),
        "{text}"
    );
}

#[test]
fn an_account_that_may_do_nothing_may_search_nothing() {
    let text = stdout(&doctor(&[]));
    let words = "the account `no-rights` may search nothing, as it should";
    assert!(text.contains(words), "{text}");
}

#[test]
fn an_address_that_is_none_is_a_usage_error() {
    assert_eq!(doctor(&["--target", "imis"]).status.code(), Some(2));
}

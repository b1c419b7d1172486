//! The main job as a user runs it: the whole program against the built-in server, and against
//! everything that is no openIMIS.

mod program;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use openimis_conformance::reference::{Options, Server};
use openimis_conformance::report::Report;
use openimis_conformance::result::Verdict;

use crate::program::{command, program, report, stderr};

/// The partial report of a run that could not begin.
fn partial(folder: &Path) -> Report {
    let folders = std::fs::read_dir(folder.join("reports")).expect("reports");
    let folders: Vec<_> = folders
        .map(|entry| entry.expect("an entry").path())
        .collect();
    let [folder] = folders.as_slice() else {
        panic!("expected one report, found {folders:?}");
    };
    for file in ["report.html", "junit.xml", "summary.md"] {
        assert!(folder.join(file).is_file(), "{file}");
    }
    let text = std::fs::read_to_string(folder.join("report.json")).expect("a report");
    let value = serde_json::from_str(&text).expect("JSON");
    let errors = openimis_conformance::report::schema_errors(&value);
    assert_eq!(errors, Vec::<String>::new());
    let report = openimis_conformance::report::read(&text).expect("a readable report");
    assert!(!report.complete && report.exit_code == 3);
    assert!(report.suites.iter().all(|suite| !suite.green));
    report
}

/// A server that answers every connection with the same bytes.
fn server(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer);
        }
    });
    format!("http://{address}/api/")
}

#[test]
fn the_main_job_passes_on_the_built_in_server_and_writes_every_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = program(folder.path(), &["run"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for file in [
        "report.json",
        "report.html",
        "junit.xml",
        "summary.md",
        "exchanges.ndjson",
        "journal.ndjson",
    ] {
        let path = folder.path().join("reports/embedded").join(file);
        assert!(path.metadata().is_ok_and(|file| file.len() > 0), "{file}");
    }
    let report = report(&folder.path().join("reports/embedded"));
    assert!(report.complete);
    assert!(
        report.totals.checks.pass > 100,
        "{:?}",
        report.totals.checks
    );
    assert_eq!(
        report.totals.checks.fail + report.totals.checks.error,
        0,
        "{:?}",
        report.totals.checks
    );
    for finding in report
        .findings
        .iter()
        .filter(|finding| finding.verdict != Verdict::Pass)
    {
        assert_eq!(finding.cause.code(), "guide", "{finding:#?}");
    }
    let of_guide = report.requirements.iter();
    let of_guide: Vec<_> = of_guide.filter(|it| it.id.starts_with("GUIDE")).collect();
    assert_eq!(of_guide.len(), 107);
    let untested = of_guide.iter().filter(|it| it.verdict == Verdict::Skip);
    let untested: Vec<_> = untested
        .map(|it| (it.id.as_str(), it.not_tested_because.join(", ")))
        .collect();
    let ids: Vec<&str> = untested.iter().map(|(id, _)| *id).collect();
    assert_eq!(
        ids,
        [
            "GUIDE-CommunicationRequest.search.identifier",
            "GUIDE.security.OAuth"
        ],
        "{untested:?}"
    );
    let named = |(_, reason): &(&str, String)| reason.contains("guide's");
    assert!(untested.iter().all(named), "{untested:?}");
}

#[test]
fn a_server_that_lets_nobody_in_is_not_blamed() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = runtime.block_on(Server::start(Options::default()));
    let server = server.expect("a server");
    let folder = tempfile::tempdir().expect("a folder");
    let overlay = folder.path().join("overlay.yaml");
    let text = "overlay: a\ntitle: A\nlogin: { kind: token }\n";
    std::fs::write(&overlay, text).expect("written");
    let overlay = overlay.to_str().expect("text");
    for (more, words) in [
        (&[][..], "no account was given and the server wants one"),
        (&["--overlay", overlay][..], "whether the token has expired"),
    ] {
        let _ = std::fs::remove_dir_all(folder.path().join("reports"));
        let arguments = [&["run", "--target", server.base_url()], more].concat();
        let mut command = command(folder.path(), &arguments);
        let output = command
            .env("OPENIMIS_TOKEN", "no-token-of-this-server")
            .output();
        let output = output.expect("the program runs");
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        let report = partial(folder.path());
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
        let reason = report.stopped_because.expect("a reason");
        assert!(reason.contains(words), "{reason}");
        assert!(report.findings.is_empty(), "{:#?}", report.findings);
    }
}

#[test]
fn a_server_that_lets_nobody_in_need_not_know_every_type() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap_or_default();
            let request = String::from_utf8_lossy(&request[..length]).into_owned();
            let status = match request.contains("/Patient") {
                true => "401 Unauthorized",
                false => "404 Not Found",
            };
            let head = "content-type: application/json\r\ncontent-length: 2\r\nconnection: close";
            let _ = write!(stream, "HTTP/1.1 {status}\r\n{head}\r\n\r\n{{}}");
        }
    });
    let folder = tempfile::tempdir().expect("a folder");
    let target = format!("http://{address}/api/");
    let output = program(folder.path(), &["run", "--target", &target]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let words = "no account was given and the server wants one";
    assert!(stderr(&output).contains(words), "{}", stderr(&output));
}

#[test]
fn a_base_that_does_not_exist_is_one_message_and_no_finding() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = runtime.block_on(Server::start(Options::default()));
    let server = server.expect("a server");
    let base = url::Url::parse(server.base_url()).expect("an address");
    let target = base.join("/nothing/").expect("an address").to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let output = program(folder.path(), &["run", "--target", &target]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let words = "answers nothing but 404: is it the FHIR base";
    assert!(stderr(&output).contains(words), "{}", stderr(&output));
    assert!(partial(folder.path()).findings.is_empty());
}

#[test]
fn read_mode_sends_no_write_and_skips_what_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = program(folder.path(), &["run", "--mode", "read"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let recorded = std::fs::read_to_string(folder.path().join("reports/embedded/exchanges.ndjson"))
        .expect("a recording");
    let mut posts = 0;
    for line in recorded.lines() {
        let exchange: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        if exchange.get("recording").is_some() {
            continue; // The line that the recording starts with is about itself.
        }
        let method = exchange["request"]["method"].as_str().expect("a method");
        let url = exchange["request"]["url"].as_str().expect("an address");
        if !matches!(method, "GET" | "HEAD" | "OPTIONS") {
            assert!(url.ends_with("/login/"), "{method} {url}");
            posts += 1;
        }
    }
    assert!(posts >= 1, "the login is recorded");
    let report = report(&folder.path().join("reports/embedded"));
    let skipped = report
        .skipped
        .iter()
        .any(|skipped| skipped.reason.contains("read mode"));
    assert!(skipped, "{:?}", report.skipped);
}

#[test]
fn nobody_listening_is_said_in_words_with_exit_code_3() {
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port")
        .port();
    let folder = tempfile::tempdir().expect("a folder");
    let output = program(
        folder.path(),
        &["run", "--target", &format!("http://127.0.0.1:{port}/api/")],
    );
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("refused"), "{}", stderr(&output));
    let because = partial(folder.path()).stopped_because.unwrap_or_default();
    assert!(because.contains("refused"), "{because}");
}

#[test]
fn an_html_site_is_no_fhir_server() {
    let target = server(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 15\r\nconnection: close\r\n\r\n<html>hi</html>");
    let folder = tempfile::tempdir().expect("a folder");
    let output = program(folder.path(), &["run", "--target", &target]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("expected a FHIR server"),
        "{}",
        stderr(&output)
    );
    assert!(stderr(&output).contains("text/html"), "{}", stderr(&output));
    let because = partial(folder.path()).stopped_because.unwrap_or_default();
    assert!(because.contains("expected a FHIR server"), "{because}");
}

#[test]
fn json_without_a_resource_type_is_no_fhir_server() {
    let target = server(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\nconnection: close\r\n\r\n{\"ok\":true}");
    let folder = tempfile::tempdir().expect("a folder");
    let output = program(folder.path(), &["run", "--target", &target]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("expected a FHIR server"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_port_without_tls_is_named_as_such() {
    let target = server(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
        .replace("http://", "https://");
    let folder = tempfile::tempdir().expect("a folder");
    let output = program(folder.path(), &["run", "--target", &target]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(
        stderr(&output).to_lowercase().contains("tls"),
        "{}",
        stderr(&output)
    );
    let because = partial(folder.path()).stopped_because.unwrap_or_default();
    assert!(because.to_lowercase().contains("tls"), "{because}");
}

#[test]
fn a_refused_login_stops_the_run_without_showing_the_password() {
    let refusal = b"HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: 23\r\nconnection: close\r\n\r\n\"INCORRECT_CREDENTIALS\"";
    let target = server(refusal);
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_openimis-conformance"))
        .args(["run", "--target", &target])
        .current_dir(folder.path())
        .env("OPENIMIS_USER", "tester")
        .env("OPENIMIS_PASSWORD", "marked-password-1")
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("login"), "{}", stderr(&output));
    assert!(
        !stderr(&output).contains("marked-password-1"),
        "{}",
        stderr(&output)
    );
    let report = partial(folder.path());
    assert!(
        report.summary.contains("stopped because"),
        "{}",
        report.summary
    );
    assert!(!report.summary.contains("marked-password-1"));
    let because = report.stopped_because.unwrap_or_default();
    assert!(because.contains("login"), "{because}");
}

#[test]
fn wrong_arguments_and_files_are_usage_errors() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    std::fs::write(here.join("bad.yaml"), "suite: a\ntitle: A\nscenarios:\n  - id: b\n    title: B\n    steps:\n      - id: c\n        title: C\n        do: serach\n").expect("written");
    std::fs::write(here.join("binary.yaml"), [0xff, 0xfe, 0x00]).expect("written");
    std::fs::write(here.join("package.tgz"), b"not a package").expect("written");
    let cases: &[(&[&str], &str)] = &[
        (&["run", "--suite", "enrolmint"], "did you mean `enrolment`"),
        (&["run", "--suite", "missing.yaml"], "missing.yaml"),
        (
            &["run", "--suite", "bad.yaml"],
            "bad.yaml:9:9: expected `do` to be one of",
        ),
        (&["run", "--suite", "binary.yaml"], "binary.yaml"),
        (&["run", "--package", "package.tgz"], "package.tgz"),
        (
            &["run", "--target", "ftp://example.org/"],
            "neither http nor https",
        ),
        (
            &[
                "run",
                "--target",
                "http://imis.example.org/",
                "--mode",
                "write",
            ],
            "--confirm-write imis.example.org",
        ),
        (&["run", "--release", "../x"], "--release"),
        (&["run", "--concurrency", "0"], "--concurrency"),
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
        assert!(
            !stderr(&output).contains("panicked"),
            "{arguments:?}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_found_before_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("file"), "").expect("written");
    let output = program(folder.path(), &["run", "--output", "file/report"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("--output"), "{}", stderr(&output));
}

#[test]
fn two_runs_give_the_same_verdicts() {
    let verdicts = || {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(
            program(folder.path(), &["run", "--quiet"]).status.code(),
            Some(0)
        );
        let mut report =
            serde_json::to_value(report(&folder.path().join("reports/embedded"))).expect("JSON");
        report["run"] = serde_json::Value::Null;
        let totals = report["totals"].clone();
        let findings: Vec<_> = report["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .map(|finding| finding["id"].clone())
            .collect();
        (totals, findings)
    };
    assert_eq!(verdicts(), verdicts());
}

#[test]
fn a_reader_that_goes_away_ends_the_words_and_not_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    for arguments in [
        vec!["run", "--suite", "discover"],
        vec!["guide", "check"],
        vec!["run", "--target", "http://127.0.0.1:1/"],
        vec!["validate", "nowhere.json"],
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_openimis-conformance"))
            .args(&arguments)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        drop((child.stdout.take(), child.stderr.take()));
        let status = child.wait().expect("an end");
        let code = status.code();
        assert!(
            matches!(code, Some(0..=4)),
            "{arguments:?} ended with {status}"
        );
    }
    assert_eq!(report(&folder.path().join("reports/embedded")).exit_code, 0);
}

#[test]
fn a_suite_of_which_too_little_was_tested_is_not_green_in_any_form() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = program(
        folder.path(),
        &["run", "--suite", "search", "--sample", "1"],
    );
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.starts_with("TOO LITTLE TESTED"), "{printed}");
    let report = report(&folder.path().join("reports/embedded"));
    assert_eq!(report.totals.checks.fail, 0);
    let suite = report.suites.iter().find(|suite| suite.id == "search");
    let suite = suite.expect("the suite");
    assert!(!suite.green, "{:?}", suite.not_green_because);
    let reports = folder.path().join("reports/embedded");
    for file in ["report.html", "junit.xml", "summary.md"] {
        let text = std::fs::read_to_string(reports.join(file)).expect("a file");
        let said = suite.not_green_because.iter();
        for because in said {
            assert!(text.contains(because), "{file} does not say: {because}");
        }
    }
}

//! Secrets and people in everything that the program writes, as a user runs it.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openimis_conformance::reference::{Options, PASSWORD, Server, USER};

fn program(folder: &Path, arguments: &[&str], password: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_openimis-conformance"))
        .args(arguments)
        .current_dir(folder)
        .env("OPENIMIS_USER", USER)
        .env("OPENIMIS_PASSWORD", password)
        .env("OPENIMIS_TOKEN", "marked-standing-token-7316")
        .env("RUST_LOG", "trace")
        .env("RUST_BACKTRACE", "full")
        .stdin(Stdio::null())
        .output()
        .expect("the program runs")
}

/// A text as it is and in the encodings in which it could slip through.
fn encodings(secret: &str) -> Vec<String> {
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let mut all = vec![
        secret.to_owned(),
        form.replace('+', "%20"),
        STANDARD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        STANDARD.encode(format!("{USER}:{secret}")),
    ];
    // Inside of a longer base64 text it begins at another bit.
    for before in ["a", "ab"] {
        let text = STANDARD.encode(format!("{before}{secret}"));
        all.push(text.chars().skip(4).take(secret.len()).collect());
    }
    all
}

/// Everything below a folder, by name.
fn files(folder: &Path, into: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, into);
        } else {
            let bytes = std::fs::read(&path).expect("a file");
            let text = String::from_utf8_lossy(&bytes).into_owned();
            into.push((path.display().to_string(), text));
        }
    }
}

fn shown(name: &str, output: &Output, into: &mut Vec<(String, String)>) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    into.push((format!("standard output of {name}"), text(&output.stdout)));
    into.push((format!("standard error of {name}"), text(&output.stderr)));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_anything_that_is_written() {
    let server = Server::start(Options::default()).await.expect("a server");
    let base = server.base_url().to_owned();
    let written = tokio::task::spawn_blocking(move || {
        let folder = tempfile::tempdir().expect("a folder");
        let here = folder.path();
        let wrong = "marked wrong&password-4711";
        let mut all = Vec::new();
        let run = [
            "run",
            "--target",
            &base,
            "--mode",
            "write",
            "--suite",
            "enrolment",
        ];
        let cases: [(&str, Vec<&str>, &str); 7] = [
            ("a run", run.to_vec(), PASSWORD),
            ("a refused login", run.to_vec(), wrong),
            (
                "nobody there",
                vec!["run", "--target", "http://127.0.0.1:9/"],
                wrong,
            ),
            (
                "a wrong option",
                vec!["run", "--target", &base, "--concurrency", "0"],
                wrong,
            ),
            ("a missing suite", vec!["run", "--suite", "x.yaml"], wrong),
            ("a list", vec!["list"], wrong),
            ("nothing to resume", vec!["run", "--resume", "."], wrong),
        ];
        for (name, arguments, password) in cases {
            let output = program(here, &arguments, password);
            shown(name, &output, &mut all);
        }
        files(here, &mut all);
        all
    })
    .await
    .expect("no failure");
    server.shutdown().await;
    assert!(
        written
            .iter()
            .any(|(name, _)| name.ends_with("exchanges.ndjson"))
    );
    let mut searched = 0;
    for secret in [
        PASSWORD,
        "marked wrong&password-4711",
        "marked-standing-token-7316",
    ] {
        for mark in encodings(secret) {
            for (name, text) in &written {
                assert!(!text.contains(&mark), "`{mark}` is in {name}");
                searched += 1;
            }
        }
    }
    assert!(searched > 300, "{searched}");
    for (name, text) in &written {
        for (at, _) in text.match_indices("Bearer ") {
            let after = &text[at + 7..(at + 10).min(text.len())];
            let is_word = after.starts_with("***")
                || after.starts_with("$OP")
                || !after.starts_with(|c: char| c.is_ascii_alphanumeric());
            assert!(is_word, "a token follows `Bearer` in {name}: {after}");
        }
    }
}

#[test]
fn including_personal_data_warns_and_the_warning_stays_in_the_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["run", "--include-personal-data", "--suite", "enrolment"];
    let output = program(folder.path(), &arguments, "unused");
    let mut all = Vec::new();
    shown("the run", &output, &mut all);
    assert!(all[1].1.contains("personal data stays"), "{}", all[1].1);
    assert!(all[0].1.contains("holds personal data"), "{}", all[0].1);
    for file in ["report.json", "report.html", "summary.md"] {
        let path = folder.path().join("reports/embedded").join(file);
        let text = std::fs::read_to_string(path).expect(file);
        assert!(text.contains("holds personal data"), "{file}");
    }
}

#[cfg(unix)]
#[test]
fn a_kept_key_is_private_and_outside_of_the_report() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let run = |key: &str| {
        let arguments = ["run", "--suite", "enrolment", "--keep-key", key];
        program(folder.path(), &arguments, "unused").status.code()
    };
    assert_eq!(run("reports/embedded/key"), Some(2), "inside of the report");
    assert_eq!(run("key"), Some(0));
    let mode = folder
        .path()
        .join("key")
        .metadata()
        .expect("there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(run("key"), Some(2), "a key is never overwritten");
}

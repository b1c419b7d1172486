//! Runs that are cut off: whatever ends them, what they learned is there, and they can go on.

mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use openimis_conformance::journal;
use openimis_conformance::recording;
use openimis_conformance::reference::{Fault, Options, PASSWORD, Server, USER};
use openimis_conformance::report::Report;

use crate::program::{report, stderr};

/// The program with the account of the reference server.
fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_openimis-conformance"));
    command
        .args(arguments)
        .env("OPENIMIS_USER", USER)
        .env("OPENIMIS_PASSWORD", PASSWORD)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

fn start(base: &str, folder: &Path, rate: &str) -> Child {
    let folder = folder.to_str().expect("text");
    let arguments = [
        "run", "--target", base, "--mode", "write", "--output", folder,
    ];
    program(
        &[
            &arguments[..],
            &["--suite", "enrolment", "--max-rate", rate],
        ]
        .concat(),
    )
    .spawn()
    .expect("the program runs")
}

fn resume(folder: &Path) -> Output {
    program(&["run", "--resume", folder.to_str().expect("text")])
        .output()
        .expect("the program runs")
}

/// What a run that was cut off left: a report that says so, and a recording.
fn assert_partial(folder: &Path) -> Report {
    let report = report(folder);
    assert!(!report.complete && report.exit_code == 3);
    assert!(
        report.suites.iter().all(|suite| !suite.green),
        "an incomplete run is not green"
    );
    assert!(
        report.summary.contains("stopped because"),
        "{}",
        report.summary
    );
    for file in ["report.html", "summary.md", "junit.xml"] {
        assert!(
            folder
                .join(file)
                .metadata()
                .is_ok_and(|file| file.len() > 0),
            "{file}"
        );
    }
    recording::read(&folder.join(recording::FILE_NAME)).expect("a readable recording");
    report
}

/// Every format says that the run did not come to its end.
fn assert_all_say_so(folder: &Path) {
    for (file, words) in [
        ("report.html", "stopped because"),
        ("summary.md", "stopped because"),
        ("junit.xml", "the run comes to its end"),
    ] {
        let text = std::fs::read_to_string(folder.join(file)).expect(file);
        assert!(text.contains(words), "{file}");
    }
}

/// No step has written more than once, as far as the server may know.
fn assert_nothing_twice(folder: &Path) {
    let entries = journal::read(&folder.join(journal::FILE_NAME)).expect("a journal");
    assert!(!entries.is_empty());
    let mut steps: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.may_exist()) {
        *steps.entry(&entry.creation.step).or_default() += 1;
    }
    let twice: Vec<_> = steps.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

fn wait_for(path: &Path) {
    let start = Instant::now();
    while !path.exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "{path:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A number below `bound` that no two runs of this test share.
fn random(bound: u64) -> u64 {
    RandomState::new().hash_one(Instant::now()) % bound
}

/// A reference server of its own for each run; `act` runs beside it.
fn beside_server<T: Send + 'static>(act: impl FnOnce(String) -> T + Send + 'static) -> T {
    beside(Options::default(), act)
}

fn beside<T: Send + 'static>(
    options: Options,
    act: impl FnOnce(String) -> T + Send + 'static,
) -> T {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let server = Server::start(options).await.expect("a server");
        let base = server.base_url().to_owned();
        let done = tokio::task::spawn_blocking(move || act(base)).await;
        server.shutdown().await;
        done.expect("no failure")
    })
}

fn killed_and_resumed(base: &str, moment: Duration) {
    let root = tempfile::tempdir().expect("a folder");
    let folder: PathBuf = root.path().join("report");
    let mut child = start(base, &folder, "30");
    wait_for(&folder.join("report.json"));
    std::thread::sleep(moment);
    child.kill().expect("killed");
    let ended = child.wait().expect("ended");
    let partial = report(&folder);
    if ended.code().is_some() {
        assert!(
            partial.complete,
            "it was faster than the kill after {moment:?}"
        );
        return;
    }
    let partial = assert_partial(&folder);
    assert!(
        partial.summary.contains("it was killed"),
        "{moment:?}: {}",
        partial.summary
    );
    let output = resume(&folder);
    // What the kill made uncertain may be too little of a suite; nothing fails for it.
    assert!(
        matches!(output.status.code(), Some(0 | 4)),
        "{moment:?}: {}",
        stderr(&output)
    );
    let whole = report(&folder);
    assert!(whole.complete);
    assert!(whole.totals.checks.pass > 30, "{:?}", whole.totals.checks);
    assert_nothing_twice(&folder);
    assert!(!folder.join("results.ndjson").exists());
}

#[test]
fn twenty_runs_killed_at_random_moments_can_be_read_and_go_on() {
    let waves = (0..4).map(|_| {
        std::thread::spawn(|| {
            for _ in 0..5 {
                let moment = Duration::from_millis(random(1_000));
                beside_server(move |base| killed_and_resumed(&base, moment));
            }
        })
    });
    for wave in waves.collect::<Vec<_>>() {
        wave.join().expect("every kill is survived");
    }
}

/// Interrupts a run some moments after it began, and after it has judged something if `judged`.
#[cfg(unix)]
fn interrupted(base: &str, folder: &Path, judged: bool) -> Output {
    let child = start(base, folder, "5");
    wait_for(&folder.join("exchanges.ndjson"));
    std::thread::sleep(Duration::from_millis(900));
    let start = Instant::now();
    let results = || std::fs::read_to_string(folder.join("results.ndjson")).unwrap_or_default();
    while judged && !results().contains("\n{\"step\":") {
        assert!(start.elapsed() < Duration::from_secs(60), "{}", results());
        std::thread::sleep(Duration::from_millis(50));
    }
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.expect("kill runs").success());
    child.wait_with_output().expect("ended")
}

/// Every file of a folder and what stands in it.
#[cfg(unix)]
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .map(|path| (path.clone(), std::fs::read(path).expect("a file")))
        .collect()
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_is_not_lost_to_another_nor_mixed_with_one_without_a_login() {
    beside_server(|base| {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("report");
        let output = interrupted(&base, &folder, true);
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        let left = contents(&folder);
        let text = folder.to_str().expect("text");
        let again = ["run", "--target", &base, "--output", text];
        let anonymous = ["run", "--resume", text];
        for (arguments, has_account, words) in [
            (&again[..], true, "--resume"),
            (&anonymous[..], false, "expected an account"),
        ] {
            let mut command = program(arguments);
            if !has_account {
                command.env_remove("OPENIMIS_USER");
                command.env_remove("OPENIMIS_PASSWORD");
            }
            let output = command.output().expect("the program runs");
            let said = stderr(&output);
            assert_eq!(output.status.code(), Some(2), "{said}");
            assert!(said.contains(words), "{said}");
            assert!(contents(&folder) == left, "{arguments:?} left it alone");
        }
    });
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_a_run_with_what_it_has() {
    beside_server(|base| {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("report");
        let output = interrupted(&base, &folder, false);
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        assert!(stderr(&output).contains("stopping"), "{}", stderr(&output));
        let partial = assert_partial(&folder);
        assert_all_say_so(&folder);
        assert!(
            partial.summary.contains("interrupted"),
            "{}",
            partial.summary
        );
        let output = resume(&folder);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_nothing_twice(&folder);
    });
}

#[test]
fn what_cannot_be_resumed_says_why() {
    let root = tempfile::tempdir().expect("a folder");
    let output = resume(root.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("expected an interrupted run"),
        "{}",
        stderr(&output)
    );
    std::fs::write(root.path().join("results.ndjson"), "{}\n").expect("written");
    let output = resume(root.path());
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("results.ndjson"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_server_that_is_not_there_leaves_a_report_that_says_so() {
    let root = tempfile::tempdir().expect("a folder");
    let folder = root.path().join("report");
    let mut child = start("http://127.0.0.1:9/api/", &folder, "20");
    assert_eq!(child.wait().expect("ended").code(), Some(3));
    let partial = assert_partial(&folder);
    assert!(partial.summary.contains("refused"), "{}", partial.summary);
}

/// A file may grow to 1,000 KiB here, which stands for a disk that fills up during the run.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_stops_the_run_with_a_report() {
    let root = tempfile::tempdir().expect("a folder");
    let folder = root.path().join("report");
    let program = env!("CARGO_BIN_EXE_openimis-conformance");
    let script = format!(
        "trap '' XFSZ; ulimit -f 1000; exec {program} run --output {}",
        folder.display()
    );
    let output = Command::new("bash")
        .args(["-c", &script])
        .output()
        .expect("bash runs");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let partial = assert_partial(&folder);
    assert!(
        partial.summary.contains("free some space"),
        "{}",
        partial.summary
    );
}

/// Creates resources of types that can be deleted and of types that cannot.
fn write(base: &str, folder: &Path) {
    let folder = folder.to_str().expect("text");
    let output = program(&[
        "run",
        "--target",
        base,
        "--mode",
        "write",
        "--output",
        folder,
        "--suite",
        "write",
        "--suite",
        "enrolment",
    ])
    .output()
    .expect("the program runs");
    // A fault of the server fails the run, which is not what is looked at.
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{}",
        stderr(&output)
    );
}

#[test]
fn what_is_no_journal_is_no_journal_of_which_nothing_is_left() {
    beside_server(|base| {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join("journal.ndjson");
        let broken = ["{\"a\":", "{\"a\":1}\n", "<html></html>"];
        for text in broken {
            std::fs::write(&path, text).expect("written");
            let mut command = program(&["run", "--target", &base, "--mode", "write"]);
            let output = command.arg("--clean-up").arg(&path).output();
            let output = output.expect("the program runs");
            assert_eq!(output.status.code(), Some(2), "{text}: {}", stderr(&output));
            assert!(stderr(&output).contains("journal"), "{}", stderr(&output));
        }
    });
}

/// What `run --clean-up` prints, and what it says beside it.
fn clean_up(base: &str, folder: &Path) -> (Vec<String>, String) {
    let journal = folder.join(journal::FILE_NAME);
    let output = program(&["run", "--target", base, "--mode", "write", "--clean-up"])
        .arg(journal)
        .stdout(Stdio::piped())
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    (
        printed.lines().map(str::to_owned).collect(),
        stderr(&output),
    )
}

/// `Type/id` of what is or may be there still by the journal.
fn remaining(folder: &Path) -> Vec<String> {
    let entries = journal::read(&folder.join(journal::FILE_NAME)).expect("a journal");
    let name = |entry: &journal::Entry| {
        let id = entry.effect.as_ref().and_then(|effect| effect.id.clone());
        format!(
            "{}/{}",
            entry.creation.resource_type,
            id.unwrap_or_default()
        )
    };
    let may_exist = entries.iter().filter(|entry| entry.may_exist());
    may_exist.map(name).collect()
}

/// The status of a read with the account of the reference server.
fn status(base: &str, resource: &str) -> u16 {
    tokio::runtime::Handle::current().block_on(async {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().tls_certs_only([]).no_proxy();
        let client = client.build().expect("a client");
        let account = serde_json::json!({"username": USER, "password": PASSWORD});
        let login = client.post(format!("{base}login/")).json(&account);
        let granted = login.send().await.expect("an answer");
        let granted: serde_json::Value = granted.json().await.expect("JSON");
        let token = granted["token"].as_str().expect("a token").to_owned();
        let read = client.get(format!("{base}{resource}")).bearer_auth(token);
        read.send().await.expect("an answer").status().as_u16()
    })
}

#[test]
fn what_a_run_created_is_removed_or_listed_and_the_next_run_does_not_collide() {
    beside_server(|base| {
        let root = tempfile::tempdir().expect("a folder");
        let (first, second) = (root.path().join("first"), root.path().join("second"));
        write(&base, &first);
        let created = remaining(&first);
        let is_subscription = |it: &&String| it.starts_with("Subscription/");
        let deletable: Vec<&String> = created.iter().filter(is_subscription).collect();
        assert!(deletable.len() > 1 && created.len() > deletable.len() + 5);
        assert_eq!(status(&base, deletable[0]), 200);
        let (lines, said) = clean_up(&base, &first);
        assert_eq!(lines.len(), created.len());
        for resource in &created {
            let fate = match deletable.contains(&resource) {
                true => "removed",
                false => "left",
            };
            let says = |line: &&String| line.starts_with(fate) && line.contains(resource.as_str());
            assert_eq!(
                lines.iter().filter(says).count(),
                1,
                "{resource}: {lines:#?}"
            );
        }
        let left = created.len() - deletable.len();
        let words = format!("{left} of {} are there still", created.len());
        assert!(said.contains(&words), "{said}");
        for resource in deletable {
            assert!(matches!(status(&base, resource), 404 | 410), "{resource}");
        }
        let (again, _) = clean_up(&base, &first);
        assert!(
            again.iter().all(|line| line.starts_with("left")),
            "{again:#?}"
        );
        assert_eq!(again.len(), left);
        write(&base, &second);
        let codes = |folder: &Path| -> BTreeSet<String> {
            let entries = journal::read(&folder.join(journal::FILE_NAME)).expect("a journal");
            let codes = entries.into_iter().map(|entry| entry.creation.identifier);
            codes.flatten().collect()
        };
        let (first, second) = (codes(&first), codes(&second));
        assert!(
            first.len() > 3 && first.is_disjoint(&second),
            "{first:?} {second:?}"
        );
    });
}

#[test]
fn what_a_server_does_not_delete_is_listed_as_left() {
    let options = Options {
        faults: [Fault::DeleteFails].into_iter().collect(),
        ..Options::default()
    };
    beside(options, |base| {
        let root = tempfile::tempdir().expect("a folder");
        write(&base, root.path());
        let created = remaining(root.path());
        let (lines, _) = clean_up(&base, root.path());
        let refused = |line: &&String| {
            line.starts_with("left      Subscription/")
                && line.ends_with("its delete was answered with 500")
        };
        assert!(lines.iter().filter(refused).count() > 1, "{lines:#?}");
        assert!(
            lines.iter().all(|line| line.starts_with("left")),
            "{lines:#?}"
        );
        // Nothing is forgotten: it can be tried again.
        assert_eq!(remaining(root.path()), created);
    });
}

//! Secrets and people in everything that the program writes, as a user runs it.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openimis_conformance::reference::{Options, PASSWORD, Server, USER};

/// What `render` makes of a report, but for the ticket of one finding.
const FORMATS: [&str; 11] = [
    "html",
    "junit",
    "markdown",
    "table",
    "json",
    "sarif",
    "ctrf",
    "annotations",
    "csv",
    "test-report",
    "operation-outcome",
];

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
        form,
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
        let folder = std::fs::read_dir(here.join("reports")).expect("reports");
        for report in folder.flatten().map(|entry| entry.path()) {
            for format in FORMATS {
                let report = report.to_str().expect("text");
                let output = program(here, &["render", report, "--format", format], PASSWORD);
                assert!(output.status.success(), "{format}");
                shown(format, &output, &mut all);
            }
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

/// A terminal of our own, on which the program asks for the account.
#[cfg(unix)]
mod terminal {
    use std::fs::{File, OpenOptions};
    use std::io::{Read, Write};
    use std::os::unix::process::CommandExt;
    use std::path::Path;
    use std::process::{Child, Command};
    use std::time::{Duration, Instant};

    use openimis_conformance::reference::{Options, PASSWORD, Server, USER};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    /// Where the helper below finds its terminal, and whom it tests.
    const TERMINAL: &str = "CONFORMANCE_TEST_TERMINAL";
    const TARGET: &str = "CONFORMANCE_TEST_TARGET";

    /// Not a test by itself: the process that becomes the program on that terminal. A session has
    /// a terminal once its leader opens one, and `/dev/tty` is that one.
    #[test]
    fn helper_that_becomes_the_program_on_a_terminal() {
        let Some(terminal) = std::env::var_os(TERMINAL) else {
            return;
        };
        rustix::process::setsid().expect("a session");
        let open = || {
            let mut options = OpenOptions::new();
            let opened = options.read(true).write(true).open(&terminal);
            opened.expect("the terminal")
        };
        let error = Command::new(env!("CARGO_BIN_EXE_openimis-conformance"))
            .args(["run", "--ask-password", "--suite", "discover", "--target"])
            .arg(std::env::var_os(TARGET).expect("a target"))
            .env_remove("OPENIMIS_USER")
            .env_remove("OPENIMIS_PASSWORD")
            .stdin(open())
            .stdout(open())
            .stderr(open())
            .exec();
        panic!("{error}");
    }

    /// Waits until the terminal shows that text.
    fn wait_for(terminal: &mut File, shown: &mut String, words: &str) {
        let start = Instant::now();
        let mut bytes = [0; 4096];
        while !shown.contains(words) {
            assert!(start.elapsed() < Duration::from_secs(60), "{shown}");
            // The other side is closed when the program has ended.
            let Ok(length @ 1..) = terminal.read(&mut bytes) else {
                panic!("it ended, expected `{words}`: {shown}");
            };
            *shown += &String::from_utf8_lossy(&bytes[..length]);
        }
    }

    /// Waits until the terminal does not show what is typed: the program asks first, and turns that
    /// off then.
    fn wait_for_silence(terminal: &str) {
        let start = Instant::now();
        loop {
            let opened = File::open(terminal).expect("the terminal");
            let mut stty = Command::new("stty");
            let settings = stty.arg("-a").stdin(opened).output().expect("stty runs");
            let settings = String::from_utf8_lossy(&settings.stdout).into_owned();
            if settings.split_whitespace().any(|word| word == "-echo") {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "{settings}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn rest(terminal: &mut File, child: &mut Child, shown: &mut String) -> Option<i32> {
        let mut bytes = [0; 4096];
        while let Ok(length @ 1..) = terminal.read(&mut bytes) {
            *shown += &String::from_utf8_lossy(&bytes[..length]);
        }
        child.wait().expect("ended").code()
    }

    /// What a terminal shows of a run that asks for the account, and its exit code.
    fn asked(target: &str, folder: &Path, password: &str) -> (String, Option<i32>) {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
        let controller = openpt(flags).expect("a terminal");
        grantpt(&controller).expect("granted");
        unlockpt(&controller).expect("unlocked");
        let name = ptsname(&controller, Vec::new()).expect("a name");
        let name = name.to_str().expect("text");
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args([
                "--exact",
                "terminal::helper_that_becomes_the_program_on_a_terminal",
            ])
            .arg("--nocapture")
            .env(TERMINAL, name)
            .env(TARGET, target)
            .current_dir(folder)
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("the helper runs");
        let mut terminal = File::from(controller);
        let mut shown = String::new();
        wait_for(&mut terminal, &mut shown, "user: ");
        writeln!(terminal, "{USER}").expect("typed");
        wait_for(&mut terminal, &mut shown, "password: ");
        wait_for_silence(name);
        writeln!(terminal, "{password}").expect("typed");
        let code = rest(&mut terminal, &mut child, &mut shown);
        (shown, code)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_password_is_asked_for_on_the_terminal_and_not_shown() {
        let server = Server::start(Options::default()).await.expect("a server");
        let base = server.base_url().to_owned();
        let asking = tokio::task::spawn_blocking(move || {
            let folder = tempfile::tempdir().expect("a folder");
            let right = asked(&base, folder.path(), PASSWORD);
            let wrong = asked(&base, folder.path(), "marked-wrong-4712");
            (right, wrong)
        });
        let ((right, code), (wrong, refused)) = asking.await.expect("no failure");
        server.shutdown().await;
        assert_eq!(code, Some(0), "{right}");
        assert!(right.contains(USER), "what is no secret is shown: {right}");
        assert!(!right.contains(PASSWORD), "{right}");
        assert_eq!(refused, Some(3), "{wrong}");
        assert!(wrong.contains("refused the login"), "{wrong}");
        assert!(!wrong.contains("marked-wrong-4712"), "{wrong}");
    }
}

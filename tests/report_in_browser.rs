//! The page in a real browser, where one is given by `CHROMIUM` (a path): markup in every field
//! of a report stays text. Without the variable the test passes without having looked; where the
//! variable is set and the browser does not run, it fails.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Each of these would change the page's title, or leave an element behind, if it were not inert.
const ATTACK: &str = "\"'><script>document.title='BROKEN'</script><img src=x onerror=\"document.title='BROKEN'\"><svg onload=\"document.title='BROKEN'\"></title></style><h1 id=intruder>";

#[test]
fn markup_of_a_server_stays_inert_in_a_browser() {
    let Some(chromium) = std::env::var_os("CHROMIUM") else {
        eprintln!("not run: CHROMIUM is not set");
        return;
    };
    let source = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/reports/1.1/report.json"
    );
    let text = std::fs::read_to_string(source).expect("the fixture");
    let poisoned = poison(serde_json::from_str(&text).expect("JSON"), "");
    let folder = tempfile::tempdir().expect("folder");
    let json = folder.path().join("report.json");
    std::fs::write(&json, poisoned.to_string()).expect("written");
    let look = |name: &str, arguments: &[&OsStr]| {
        let page = folder.path().join(name);
        let status = Command::new(env!("CARGO_BIN_EXE_openimis-conformance"))
            .args(arguments)
            .args([
                OsStr::new("--format"),
                OsStr::new("html"),
                OsStr::new("--output"),
            ])
            .arg(&page)
            .status()
            .expect("the program runs");
        assert!(status.success());
        let dom = dom(&chromium, &page);
        assert_inert(&dom);
        dom
    };
    let (render, compare) = (OsStr::new("render"), OsStr::new("compare"));
    let english = look("en.html", &[render, json.as_os_str()]);
    assert!(
        english.contains("11 findings</output>"),
        "the page's own script ran"
    );
    for place in ["what", "since", "whose", "again", "acceptance"] {
        assert!(english.contains(&format!("id=\"{place}\"")), "{place}");
    }
    let french = [OsStr::new("--language"), OsStr::new("fr")];
    let french = look("fr.html", &[render, json.as_os_str(), french[0], french[1]]);
    assert!(french.contains("11 constats</output>"), "in French too");
    let changes = look(
        "changes.html",
        &[compare, json.as_os_str(), source.as_ref()],
    );
    assert!(changes.contains("id=\"releases\""));
}

/// What the browser made of a page.
fn dom(chromium: &OsStr, page: &Path) -> String {
    let output = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .arg("--virtual-time-budget=2000")
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("the browser runs");
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        dom.contains("</main>"),
        "the browser showed the page: {dom}"
    );
    dom
}

fn assert_inert(dom: &str) {
    assert!(!dom.contains("<title>BROKEN"), "a script of the server ran");
    assert!(
        !dom.contains("<h1 id=\"intruder\""),
        "markup of the server became an element"
    );
    assert!(
        !dom.contains("<img"),
        "an image of the server was asked for"
    );
}

fn poison(value: Value, name: &str) -> Value {
    const CLOSED: &[&str] = &[
        "formatVersion",
        "verdict",
        "level",
        "severity",
        "code",
        "cause",
        "causeRule",
        "kind",
        "mode",
        "id",
        "findings",
        "kinds",
    ];
    match value {
        Value::String(text) if !CLOSED.contains(&name) => Value::String(format!("{text}{ATTACK}")),
        Value::Array(entries) => entries
            .into_iter()
            .map(|entry| poison(entry, name))
            .collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(key, member)| {
                let member = poison(member, &key);
                (key, member)
            })
            .collect(),
        other => other,
    }
}

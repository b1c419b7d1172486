//! A run against a server whose every element, address, header and error is marked: no mark is in
//! anything that the program writes, prints or makes of it later.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use openimis_conformance::package::Definitions;
use openimis_conformance::suite::Declared;
use serde_json::{Value, json};

use crate::everywhere::{PERSON, filler};

const SUITE: &str = "suite: marked
title: Everything that is there
scenarios:
  - id: marked
    title: Search and read
    for-each: resource-type
    steps:
      - { id: search, title: Search, do: search }
      - { id: unknown, title: Read what nobody has, do: read-unknown }
";

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

struct Marked {
    base: String,
    resources: BTreeMap<String, Value>,
    /// The query of the self link, by type.
    queries: BTreeMap<String, String>,
    /// Names that nobody has seen before: each is used once.
    unseen: AtomicUsize,
}

impl Marked {
    /// Somebody whom no earlier answer has shown, in letters alone, as names are.
    fn somebody(&self) -> String {
        let mut number = self.unseen.fetch_add(1, Ordering::Relaxed);
        let mut name = PERSON.to_owned();
        while number > 0 {
            name.push(char::from(
                b'a' + u8::try_from(number % 26).expect("a letter"),
            ));
            number /= 26;
        }
        name
    }

    /// A refusal in one of the forms that servers have for it.
    fn refusal(&self, resource: Option<&Value>) -> Response {
        let (one, other) = (self.somebody(), self.somebody());
        let known = resource.map_or(Value::Null, |it| it["name"][0]["family"].clone());
        let text = format!("Traceback: nobody like {known} was found, {one} exists");
        let french = format!("L'assuré {} est introuvable", other.to_uppercase());
        let (media_type, body) = match self.unseen.load(Ordering::Relaxed) / 2 % 6 {
            0 => {
                let issue = json!({"severity": "error", "code": "not-found", "diagnostics": text, "details": {"text": french}});
                let outcome = json!({"resourceType": "OperationOutcome", "issue": [issue]});
                ("application/fhir+json", outcome.to_string())
            }
            1 => {
                let issue = json!({"severity": "error", "code": "not-found", "diagnostics": french.to_lowercase()});
                let outcome = json!({"resourceType": "OperationOutcome", "issue": [issue]});
                ("application/fhir+json", outcome.to_string())
            }
            2 => (
                "application/json",
                json!({"detail": text, "errors": [french]}).to_string(),
            ),
            3 => (
                "text/html",
                format!("<html><title>{one}</title><p title=\"{other}\">{text}</p></html>"),
            ),
            4 => ("text/plain", format!("{text}\n{french}")),
            _ => {
                let broken = json!({"resourceType": "OperationOutcome", "text": {"div": text}, "name": other});
                let broken = broken.to_string();
                (
                    "application/fhir+json",
                    broken[..broken.len() - 4].to_owned(),
                )
            }
        };
        let headers = [
            ("content-type", media_type.to_owned()),
            ("x-note", format!("asked for by {other}")),
            ("warning", format!("199 - \"{one} is not known\"")),
        ];
        (StatusCode::NOT_FOUND, headers, body).into_response()
    }
}

async fn answer(State(marked): State<Arc<Marked>>, uri: Uri) -> Response {
    let json = |status, value: Value| {
        let media_type = [("content-type", "application/fhir+json")];
        (status, media_type, value.to_string()).into_response()
    };
    let path: Vec<&str> = uri
        .path()
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    let resource = path.get(1).and_then(|name| marked.resources.get(*name));
    match (path.len(), resource) {
        (2, Some(resource)) => {
            let url = format!("{}{}/marked-1", marked.base, path[1]);
            let query = &marked.queries[path[1]];
            let bundle = json!({"resourceType": "Bundle", "type": "searchset", "total": 1,
                "link": [{"relation": "self", "url": format!("{}{}?{query}", marked.base, path[1])}],
                "entry": [{"fullUrl": url, "search": {"mode": "match"}, "resource": resource}]});
            json(StatusCode::OK, bundle)
        }
        (3, Some(resource)) if resource["id"] == path[2] => json(StatusCode::OK, resource.clone()),
        _ => marked.refusal(resource),
    }
}

/// Marked values of every search parameter of a type that may be about somebody.
fn marked_query(definitions: &Definitions, name: &str, number: &mut usize) -> String {
    let list: Value =
        serde_json::from_str(include_str!("../../fixtures/personal-data.json")).expect("the list");
    let has = |list: &Value, word: &str| {
        let mut words = list.as_array().expect("a list").iter();
        words.any(|one| one == word)
    };
    let is_person = has(&list["people"]["types"], name);
    // Places, rules and things by their own words lead to nobody; what others say of them may.
    let is_thing = has(&list["safe"][0]["elements"], name);
    let search = &list["search"];
    let mut names: Vec<String> = Vec::new();
    for parameter in definitions.search_parameters(name) {
        let code = parameter.code.as_str();
        let is_personal = has(&search["personal"], code)
            || (!is_thing && !has(&search["safe"], code) && (code != "_id" || is_person));
        if is_personal {
            names.push(code.to_owned());
            names.push(format!("{code}:exact"));
        }
    }
    names.push("subject:Patient.name".to_owned());
    names.push("_has:Patient:general-practitioner:family".to_owned());
    let pair = |name: String| {
        *number += 1;
        let mark = format!("{PERSON}{number}");
        match *number % 4 {
            0 => format!("{name}={mark}"),
            1 => format!("{name}=https://example.org/codes%7C{mark}"),
            2 => format!("{name}=Patient/{mark}"),
            _ => format!("{name}=other,{mark}"),
        }
    };
    let pairs: Vec<String> = names.into_iter().map(pair).collect();
    pairs.join("&")
}

fn marked(base: &str) -> Marked {
    let definitions = Definitions::embedded();
    let declared = Declared::by_guide(&definitions);
    let mut filled = filler();
    let (mut resources, mut queries, mut number) = (BTreeMap::new(), BTreeMap::new(), 0);
    for name in declared.resource_types() {
        let mut resource = filled.resource(name);
        resource["id"] = json!("marked-1");
        let mut extensions = filled.unknown_texts();
        if name == "Patient" {
            let all = extensions.as_array_mut().expect("a list");
            all.extend(filled.extensions().as_array().expect("a list").clone());
        }
        resource["extension"] = extensions;
        resources.insert(name.to_owned(), resource);
        let query = marked_query(&definitions, name, &mut number);
        queries.insert(name.to_owned(), query);
    }
    assert!(resources.len() >= 15, "{}", resources.len());
    let count = |text: &str| text.matches(PERSON).count();
    let marks: usize = resources.values().map(|one| count(&one.to_string())).sum();
    assert!(marks > 1_500, "{marks}");
    let asked: usize = queries.values().map(|query| count(query)).sum();
    assert!(asked > 300, "{asked}");
    Marked {
        base: base.to_owned(),
        resources,
        queries,
        unseen: AtomicUsize::new(1),
    }
}

fn program(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_openimis-conformance"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("OPENIMIS_USER")
        .env_remove("OPENIMIS_PASSWORD")
        // It has no log; what a library might write of itself goes where it can be seen.
        .env("RUST_LOG", "trace")
        .env("RUST_BACKTRACE", "full")
        .stdin(Stdio::null())
        .output()
        .expect("the program runs")
}

/// Everything below a folder, and what was printed, by name.
#[derive(Default)]
struct Written(Vec<(String, String)>);

impl Written {
    fn shown(&mut self, name: &str, output: &Output) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        self.0
            .push((format!("standard output of {name}"), text(&output.stdout)));
        self.0
            .push((format!("standard error of {name}"), text(&output.stderr)));
    }

    fn files(&mut self, folder: &Path) {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                self.files(&path);
                continue;
            }
            let bytes = std::fs::read(&path).expect("a file");
            let text = String::from_utf8_lossy(&bytes).into_owned();
            self.0.push((path.display().to_string(), text));
        }
    }

    /// What is around each mark, a few of them.
    fn marks(&self) -> Vec<String> {
        let mark = PERSON.to_lowercase();
        let around = |(name, text): &(String, String)| {
            let lower = text.to_lowercase();
            let at = lower.find(&mark)?;
            let bytes = &lower.as_bytes()[at.saturating_sub(300)..(at + 60).min(lower.len())];
            Some(format!("{name}: {}", String::from_utf8_lossy(bytes)))
        };
        self.0.iter().filter_map(around).take(5).collect()
    }
}

/// Runs, and makes everything of the report that can be made of it.
fn everything(here: &Path, base: &str) -> Written {
    std::fs::write(here.join("suite.yaml"), SUITE).expect("written");
    let mut written = Written::default();
    let mut run = vec!["run", "--target", base, "--output", "report"];
    for suite in ["suite.yaml", "read", "search", "errors", "content"] {
        run.extend(["--suite", suite]);
    }
    written.shown("the run", &program(here, &run));
    let text = std::fs::read_to_string(here.join("report/report.json")).expect("a report");
    let report: Value = serde_json::from_str(&text).expect("JSON");
    assert!(
        report["totals"]["resources"].as_u64() > Some(10),
        "{}",
        report["totals"]
    );
    let failed = report["totals"]["checks"]["fail"].as_u64();
    assert!(failed > Some(10), "the marks break rules: {failed:?}");
    for format in FORMATS {
        for language in ["en", "fr"] {
            let arguments = [
                "render",
                "report",
                "--format",
                format,
                "--language",
                language,
            ];
            let output = program(here, &arguments);
            assert!(output.status.success(), "{format}: {output:?}");
            written.shown(format, &output);
        }
    }
    for finding in report["findings"].as_array().expect("findings") {
        let id = finding["id"].as_str().expect("an id");
        let arguments = ["render", "report", "--format", "ticket", "--finding", id];
        written.shown(id, &program(here, &arguments));
        if written.0.len() > 150 {
            break;
        }
    }
    written.shown("compare", &program(here, &["compare", "report", "report"]));
    let again = ["revalidate", "report", "--output", "again"];
    written.shown("revalidate", &program(here, &again));
    written.shown("doctor", &program(here, &["doctor", "--target", base]));
    written.files(here);
    written
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_in_anything_that_is_written_printed_or_made_of_it() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let base = format!("http://{}/fhir/", listener.local_addr().expect("bound"));
    let server = Arc::new(marked(&base));
    let router = Router::new()
        .fallback(answer)
        .with_state(Arc::clone(&server));
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path().to_owned();
    let written = tokio::task::spawn_blocking(move || everything(&here, &base)).await;
    let written = written.expect("no failure");
    serving.abort();
    assert_eq!(written.marks(), Vec::<String>::new());
    assert!(written.0.len() > 60, "{} texts", written.0.len());
    let unseen = server.unseen.load(Ordering::Relaxed);
    assert!(unseen > 100, "{unseen} names that nobody had seen");
    let names: BTreeSet<&str> = written.0.iter().map(|(name, _)| name.as_str()).collect();
    for file in ["exchanges.ndjson", "report.html", "junit.xml", "summary.md"] {
        assert!(names.iter().any(|name| name.ends_with(file)), "{file}");
    }
    eprintln!("{} texts searched, {unseen} unseen names", written.0.len());
}

//! A run against a server whose every element is marked: no mark is in anything that it writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use openimis_conformance::options::RunArguments;
use openimis_conformance::package::Definitions;
use openimis_conformance::result::ScenarioResult;
use openimis_conformance::run::{Progress, run};
use openimis_conformance::runner::Stop;
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

struct Silent;

impl Progress for Silent {
    fn planned(&self, _: usize) {}
    fn played(&self, _: &ScenarioResult) {}
}

struct Marked {
    base: String,
    resources: BTreeMap<String, Value>,
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
            // Who a search asks for is personal where the type is about people.
            let query = match path[1] {
                "Patient" => format!("?name={PERSON}9"),
                _ => String::new(),
            };
            let bundle = json!({"resourceType": "Bundle", "type": "searchset", "total": 1,
                "link": [{"relation": "self", "url": format!("{}{}{query}", marked.base, path[1])}],
                "entry": [{"fullUrl": url, "search": {"mode": "match"}, "resource": resource}]});
            json(StatusCode::OK, bundle)
        }
        (3, Some(resource)) if resource["id"] == path[2] => json(StatusCode::OK, resource.clone()),
        _ => {
            // Somebody whom an earlier answer has shown.
            let somebody = match resource {
                Some(patient) if path[1] == "Patient" => patient["name"][0]["family"].to_string(),
                _ => String::new(),
            };
            let text = format!("Traceback: nobody like {somebody} was found");
            let outcome = json!({"resourceType": "OperationOutcome", "issue": [
                {"severity": "error", "code": "not-found", "diagnostics": text, "details": {"text": text}}]});
            json(StatusCode::NOT_FOUND, outcome)
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_in_anything_that_a_run_writes() {
    let definitions = Definitions::embedded();
    let declared = Declared::by_guide(&definitions);
    let mut filled = filler();
    let mut resources = BTreeMap::new();
    for name in declared.resource_types() {
        let mut resource = filled.resource(name);
        resource["id"] = json!("marked-1");
        if name == "Patient" {
            resource["extension"] = filled.extensions();
        }
        resources.insert(name.to_owned(), resource);
    }
    assert!(resources.len() >= 15, "{}", resources.len());
    let marks: usize = resources
        .values()
        .map(|one| one.to_string().matches(PERSON).count())
        .sum();
    assert!(marks > 1_500, "{marks}");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let base = format!("http://{}/fhir/", listener.local_addr().expect("bound"));
    let marked = Arc::new(Marked {
        base: base.clone(),
        resources,
    });
    let router = Router::new().fallback(answer).with_state(marked);
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let folder = tempfile::tempdir().expect("a folder");
    let suite = folder.path().join("suite.yaml");
    std::fs::write(&suite, SUITE).expect("written");
    let options = RunArguments {
        target: Some(base),
        output: Some(folder.path().join("report")),
        suites: vec![suite.display().to_string()],
        ..RunArguments::default()
    };
    let options = options.check().expect("they fit");
    let finished = run(&options, &Silent, &Stop::default())
        .await
        .expect("a report");
    serving.abort();
    assert!(
        finished.report.totals.resources > 10,
        "{:?}",
        finished.report.totals
    );
    assert!(
        finished.report.totals.checks.fail > 10,
        "the marks break rules"
    );
    let mut searched = 0;
    for entry in std::fs::read_dir(&options.output)
        .expect("a folder")
        .flatten()
    {
        let bytes = std::fs::read(entry.path()).expect("a file");
        let text = String::from_utf8_lossy(&bytes);
        let found = text.to_lowercase().find(&PERSON.to_lowercase());
        let around = found.map(|at| {
            String::from_utf8_lossy(&bytes[at.saturating_sub(200)..(at + 60).min(bytes.len())])
                .into_owned()
        });
        assert_eq!(around, None, "{:?}", entry.path());
        searched += 1;
    }
    assert!(searched >= 5, "{searched} files");
    let language = openimis_conformance::report::Language::English;
    let findings = openimis_conformance::report::sarif(&finished.report, language);
    assert!(!findings.contains(PERSON));
}

//! Damaged and invented input for every parser, and for the way of an answer: nothing fails on it,
//! whatever it is.
//!
//! Each runs for half a second; `OPENIMIS_GENERATED_SECONDS=1200 cargo test --release --test generated -- --nocapture`
//! runs each for longer and says how often. What failed is printed as it was.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use openimis_conformance::fhirpath::{Expression, xhtml};
use openimis_conformance::filter::Filter;
use openimis_conformance::gate::{Gate, GateOptions};
use openimis_conformance::http::{Credentials, Exchange, Method, Outcome, Request, Response};
use openimis_conformance::options::RunArguments;
use openimis_conformance::package::{Definitions, LooseFile, Package};
use openimis_conformance::redaction::{Key, Redactor};
use openimis_conformance::result::Subject;
use openimis_conformance::settings::Settings;
use openimis_conformance::shard::ShardFile;
use openimis_conformance::validator::Validator;
use openimis_conformance::{check, journal, json, overlay, recording, report, suite};

/// Numbers that are different each time, and the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).unwrap_or(0)
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

const PIECES: [&str; 34] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "null",
    "NaN",
    "1e999",
    "-0",
    "1.00",
    "\\u0000",
    "\\ud800",
    "\u{feff}",
    "ä",
    "\u{10ffff}",
    "\0",
    "\r\n",
    "--",
    "<div>",
    "&#0;",
    "&amp;",
    "..",
    "%00",
    "{{x}}",
    "'",
    "`",
    "(",
    ").where(",
    " and ",
    "@2020-02-30",
    "9999999999999999999999",
    "\t",
];

/// One of the seeds with some damage.
fn damaged(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = dice.of(seeds).clone();
    for _ in 0..=dice.below(6) {
        let at = dice.below(bytes.len() + 1);
        let to = (at + dice.below(40)).min(bytes.len());
        match dice.below(6) {
            0 => drop(bytes.drain(at..to)),
            1 => bytes.truncate(at),
            2 => bytes
                .splice(at..at, dice.of(&PIECES).bytes())
                .for_each(drop),
            3 => {
                let copy = bytes[at..to].to_vec();
                let times = 1 + dice.below(30);
                bytes.splice(at..at, copy.repeat(times)).for_each(drop);
            }
            4 if at < bytes.len() => bytes[at] = dice.below(256) as u8,
            _ => {
                let other = dice.of(seeds);
                let from = dice.below(other.len());
                let piece = other[from..(from + 60).min(other.len())].to_vec();
                bytes.splice(at..to, piece).for_each(drop);
            }
        }
    }
    bytes
}

/// Runs `act` on damaged seeds until the time is over.
fn survives(name: &str, seeds: &[Vec<u8>], act: impl Fn(&[u8])) {
    let seconds = std::env::var("OPENIMIS_GENERATED_SECONDS").ok();
    let seconds = seconds.and_then(|text| text.parse().ok()).unwrap_or(0.5);
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let mut dice = Dice(now.map_or(1, |time| time.as_nanos() as u64) | 1);
    let mut count: u64 = 0;
    let mut slowest = Duration::ZERO;
    while Instant::now() < end {
        let input = damaged(seeds, &mut dice);
        let start = Instant::now();
        let survived = catch_unwind(AssertUnwindSafe(|| act(&input)));
        let text = String::from_utf8_lossy(&input).into_owned();
        assert!(survived.is_ok(), "{name} failed on {text:?}");
        slowest = slowest.max(start.elapsed());
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{name} took too long on {text:?}"
        );
        count += 1;
    }
    println!("{name}: {count} inputs, the slowest took {slowest:?}");
    assert!(count > 0);
}

fn texts(all: &[&str]) -> Vec<Vec<u8>> {
    all.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn examples() -> Vec<Vec<u8>> {
    let definitions = Definitions::embedded();
    let all = definitions.examples();
    all.iter()
        .map(|example| example.text.as_bytes().to_vec())
        .collect()
}

fn as_text(act: impl Fn(&str)) -> impl Fn(&[u8]) {
    move |bytes| act(&String::from_utf8_lossy(bytes))
}

#[test]
fn json_survives() {
    survives("json", &examples(), |bytes| {
        let _ = json::read_bytes(bytes);
    });
}

#[test]
fn fhirpath_survives() {
    let seeds = texts(&[
        "Patient.name.where(use = 'official').given.first()",
        "identifier.all(type.coding.code in ('a' | 'b')) and birthDate <= today()",
        "iif(value.ofType(Quantity) > 4.5 'mg', @2020-01-01T10:00:00.000+02:00, %resource.id)",
        "repeat(item).select($this.length() + 1).aggregate($total + $this, 0)",
    ]);
    let path = |text: &str| {
        if let Ok(expression) = Expression::parse(text) {
            assert_eq!(expression.text(), text);
        }
    };
    survives("fhirpath", &seeds, as_text(path));
}

#[test]
fn narratives_survive() {
    let seeds = texts(&[
        "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p class='a'>x &lt; y<br/></p><!-- c --></div>",
    ]);
    survives("xhtml", &seeds, as_text(|text| drop(xhtml::check(text))));
}

#[test]
fn scenario_files_and_overlays_survive() {
    let read = |path: &str| std::fs::read(path).expect(path);
    let scenarios = vec![
        read("fixtures/scenarios/discover.yaml"),
        read("fixtures/scenarios/enrolment.yaml"),
    ];
    let parse = |text: &str| drop(suite::load::parse(Path::new("x.yaml"), text));
    survives("scenarios", &scenarios, as_text(parse));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("overlay.yaml");
    let overlays = vec![read("fixtures/overlays/example-country/overlay.yaml")];
    survives("overlays", &overlays, |bytes| {
        std::fs::write(&path, bytes).expect("written");
        let _ = overlay::Overlay::load(&path);
    });
}

#[test]
fn recordings_journals_and_reports_survive() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    let read = |path: &str| std::fs::read(path).expect(path);
    let packed = read("reports/26.04/exchanges.ndjson.gz");
    let mut recorded = Vec::new();
    let unpacked = flate2::read::GzDecoder::new(packed.as_slice()).take(60_000);
    std::io::copy(&mut { unpacked }, &mut recorded).expect("a recording");
    survives("recordings", &[recorded], |bytes| {
        std::fs::write(&path, bytes).expect("written");
        let _ = recording::read(&path);
    });
    survives(
        "journals",
        &[read("fixtures/journal/journal.ndjson")],
        |bytes| {
            std::fs::write(&path, bytes).expect("written");
            let _ = journal::read(&path);
        },
    );
    survives(
        "reports",
        &[read("fixtures/reports/1.0/report.json")],
        as_text(|text| {
            if let Ok(report) = report::read(text) {
                assert!(!report::json(&report).is_empty());
            }
        }),
    );
    survives(
        "results",
        &texts(&["{\"results\":\"1.0\",\"id\":\"x\"}\n{\"ended\":{\"scenario\":\"a\"}}\n"]),
        |bytes| {
            std::fs::write(folder.path().join("results.ndjson"), bytes).expect("written");
            let _ = openimis_conformance::run::read_results(folder.path());
        },
    );
}

#[test]
fn what_people_write_for_a_run_survives() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    let read = |path: &str| std::fs::read(path).expect(path);
    let write = |bytes: &[u8]| std::fs::write(&path, bytes).expect("written");
    survives(
        "settings",
        &texts(&["target = \"http://127.0.0.1:1/\"\nsuite = [\"read\"]\ntimeout = 5\n"]),
        |bytes| {
            write(bytes);
            let _ = Settings::resolve(RunArguments::default(), &BTreeMap::new(), Some(&path));
        },
    );
    let known = read("fixtures/gate/known-failures.toml");
    survives("known failures", &[known], |bytes| {
        write(bytes);
        let options = GateOptions {
            known_failures: Some(path.clone()),
            ..GateOptions::default()
        };
        let _ = Gate::load(&options);
    });
    survives(
        "acceptance",
        &[read("fixtures/gate/acceptance.toml")],
        |bytes| {
            write(bytes);
            let options = GateOptions {
                acceptance: Some(path.clone()),
                ..GateOptions::default()
            };
            let _ = Gate::load(&options);
        },
    );
    survives(
        "filters",
        &texts(&["suite = read, search and not (type = Patient or level = MAY)"]),
        as_text(|text| drop(Filter::parse(text))),
    );
    write(b"");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let owner = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&path, owner).expect("set");
    }
    survives(
        "credentials",
        &texts(&["user\npass word\nno-rights=x\n"]),
        |bytes| {
            write(bytes);
            let _ = Credentials::from_file(&path);
        },
    );
    survives(
        "shards",
        &texts(&["{\"shard\":\"1.0\",\"index\":1,\"of\":2,\"plan\":[],\"result\":{}}"]),
        |bytes| {
            std::fs::write(folder.path().join("shard.json"), bytes).expect("written");
            let _ = ShardFile::read(folder.path());
        },
    );
}

#[test]
fn packages_and_definitions_survive() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("package.tgz");
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(
        Vec::new(),
        flate2::Compression::fast(),
    ));
    for (name, text) in [
        (
            "package/package.json",
            r#"{"name":"x.y","version":"1.0.0","fhirVersions":["4.0.1"]}"#,
        ),
        (
            "package/StructureDefinition-x.json",
            r#"{"resourceType":"StructureDefinition","url":"http://x/y","name":"Y","kind":"resource","type":"Patient","derivation":"constraint","differential":{"element":[{"id":"Patient","path":"Patient"}]}}"#,
        ),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        archive
            .append_data(&mut header, name, text.as_bytes())
            .expect("to memory");
    }
    let seed = archive
        .into_inner()
        .and_then(flate2::write::GzEncoder::finish)
        .expect("to memory");
    survives("archives", &[seed], |bytes| {
        std::fs::write(&path, bytes).expect("written");
        let _ = Package::load(&path);
    });
    let definition =
        std::fs::read("fixtures/overlays/example-country/openimis-patient.json").expect("there");
    survives(
        "definitions",
        &[definition],
        as_text(|text| {
            let file = LooseFile {
                name: "x.json".to_owned(),
                text: text.to_owned(),
            };
            if let Ok(definitions) = Definitions::embedded().with_resources(&[file]) {
                let document = json::read(r#"{"resourceType":"Patient","id":"a"}"#).expect("JSON");
                let _ = Validator::new(definitions).validate(&document, &Default::default());
            }
        }),
    );
}

fn answered(body: String) -> Exchange {
    Exchange {
        id: "t/s#1".to_owned(),
        request: Request {
            method: Method::Get,
            url: "http://h/fhir/Patient/?name=x".to_owned(),
            headers: Vec::new(),
            body: None,
        },
        redirects: Vec::new(),
        outcome: Outcome::Response(Response {
            status: 200,
            version: "HTTP/1.1".to_owned(),
            headers: vec![(
                "content-type".to_owned(),
                "application/fhir+json".to_owned(),
            )],
            body,
            body_fault: None,
        }),
        elapsed_ms: 1,
    }
}

/// What a search goes through: redaction, paging, validation.
#[test]
fn the_way_of_an_answer_survives() {
    let definitions = Definitions::embedded();
    let validator = Validator::new(definitions.clone());
    let key = Key::new([5; 32], jiff::civil::date(2026, 6, 15));
    let bundles: Vec<Vec<u8>> = examples()
        .iter()
        .filter(|text| text.len() < 8_000)
        .map(|text| {
            let resource = String::from_utf8_lossy(text);
            format!(r#"{{"resourceType":"Bundle","type":"searchset","total":1,"link":[{{"relation":"self","url":"http://h/fhir/Patient/"}}],"entry":[{{"fullUrl":"http://h/fhir/Patient/1","resource":{resource},"search":{{"mode":"match"}}}}]}}"#).into_bytes()
        })
        .collect();
    survives("answers", &bundles, |bytes| {
        let exchange = answered(String::from_utf8_lossy(bytes).into_owned());
        let redactor = Redactor::new(&key, definitions.clone());
        let _ = redactor.redact_exchange(&exchange);
        let subject = Subject::default();
        let mut judge = check::page::SearchJudge::new(&validator, "Patient", &subject, true);
        let _ = judge.page(&exchange, |_, _| ());
        judge.end(Ok(()));
        let (judgements, _) = judge.finish();
        for judgement in judgements {
            for observed in judgement.finish().findings {
                let _ = redactor.redact_text(&observed.finding.message);
            }
        }
    });
}

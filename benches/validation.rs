//! How fast resources are judged: `cargo bench --bench validation`.
//!
//! Inputs are stated with each line: the six openIMIS Patients of the reference server's data, one
//! after the other, and searchset Bundles of them.
//!
//! `cargo bench --bench validation -- once structure|full COUNT` judges COUNT Patients and ends:
//! for profilers that count instructions.

mod shared;

use std::fmt::Write as _;
use std::hint::black_box;

use openimis_conformance::json;
use openimis_conformance::package::Definitions;
use openimis_conformance::validator::{Depth, Request, Validator};
use shared::patients;
use shared::time::{least, line};

fn main() {
    let patients = patients();
    let validator = Validator::new(Definitions::embedded());
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().position(|argument| argument == "once") {
        Some(at) => once(&validator, &patients, &arguments[at + 1..]),
        None => all(&validator, &patients),
    }
}

fn once(validator: &Validator, patients: &[String], arguments: &[String]) {
    let depth = match arguments.first().map(String::as_str) {
        Some("structure") => Depth::Structure,
        _ => Depth::Full,
    };
    let count = arguments.get(1).and_then(|count| count.parse().ok());
    for index in 0..count.unwrap_or(6000) {
        judge(validator, &patients[index % patients.len()], depth);
    }
}

fn all(validator: &Validator, patients: &[String]) {
    let size: usize = patients.iter().map(String::len).sum();
    let count = patients.len();
    println!("{count} Patients of {} bytes on average", size / count);
    let read = least(|| {
        for patient in patients {
            black_box(json::read(patient).expect("JSON"));
        }
    });
    line("JSON read", read, count);
    for (what, depth) in [
        ("structure only", Depth::Structure),
        ("everything on", Depth::Full),
    ] {
        let time = least(|| {
            for patient in patients {
                judge(validator, patient, depth);
            }
        });
        line(what, time, count);
    }
    for entries in [28, 280, 2_800] {
        let bundle = bundle(patients, entries);
        let time = least(|| judge(validator, &bundle, Depth::Full));
        let what = format!("Bundle of {entries} Patients, {} kB", bundle.len() / 1000);
        line(&what, time, entries);
    }
}

fn judge(validator: &Validator, text: &str, depth: Depth) {
    let document = json::read(text).expect("JSON");
    let request = Request {
        depth,
        ..Request::default()
    };
    black_box(validator.validate(&document, &request));
}

/// A searchset of Patients with ids of their own.
fn bundle(patients: &[String], entries: usize) -> String {
    let mut out = format!(
        "{{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":{entries},\"entry\":["
    );
    for index in 0..entries {
        let patient = &patients[index % patients.len()];
        let document = json::read(patient).expect("JSON");
        let id = document.root.str("id").expect("an id");
        let own = format!("00000000-0000-4000-8000-{index:012}");
        let separator = if index == 0 { "" } else { "," };
        let _ = write!(
            out,
            "{separator}{{\"fullUrl\":\"http://example.org/Patient/{own}\",\"resource\":{},\"search\":{{\"mode\":\"match\"}}}}",
            patient.replace(id, &own)
        );
    }
    out.push_str("]}");
    out
}

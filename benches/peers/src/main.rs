//! How fast other validators judge the same Patients in the same run:
//! `cargo run --release --manifest-path benches/peers/Cargo.toml -- SCHEMA`, where SCHEMA is the
//! official JSON schema of R4 (see the README here for where it comes from).
//!
//! Each line goes from the text to the verdict, so everyone's way of reading JSON counts. None of
//! the others knows the openIMIS guide; what each of them does is said with its name.

#[path = "../../shared/mod.rs"]
mod shared;

use std::hint::black_box;

use openimis_conformance::json;
use openimis_conformance::package::Definitions;
use openimis_conformance::validator::{Depth, Request, Validator};
use serde_json::Value;
use shared::patients;
use shared::time::{least, line};

fn main() {
    let patients = patients();
    let measure = |what: &str, judge: &mut dyn FnMut(&str)| {
        let time = least(|| {
            for patient in &patients {
                judge(patient);
            }
        });
        line(what, time, patients.len());
    };
    ours(&measure);
    #[cfg(feature = "octofhir")]
    octofhir(&measure);
    #[cfg(feature = "rh")]
    rh(&measure);
    #[cfg(feature = "jsonschema")]
    match std::env::args().nth(1) {
        Some(path) => json_schema(&measure, &path),
        None => println!("jsonschema: not run, no schema given"),
    }
}

type Measure<'m> = &'m dyn Fn(&str, &mut dyn FnMut(&str));

fn value(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn ours(measure: Measure<'_>) {
    let validator = Validator::new(Definitions::embedded());
    for (what, depth, guide) in [
        ("openimis-conformance, structure", Depth::Structure, false),
        (
            "openimis-conformance, R4 with bindings, constraints",
            Depth::Full,
            false,
        ),
        (
            "openimis-conformance, the guide's profile too",
            Depth::Full,
            true,
        ),
    ] {
        let request = Request {
            depth,
            guide,
            claims: guide,
            ..Request::default()
        };
        measure(what, &mut |text| {
            let document = json::read(text).expect("JSON");
            black_box(validator.validate(&document, &request));
        });
    }
}

#[cfg(feature = "octofhir")]
fn octofhir(measure: Measure<'_>) {
    use octofhir_fhirschema::{FhirValidator, FhirVersion, get_schemas};
    let schemas = get_schemas(FhirVersion::R4).clone();
    let validator = FhirValidator::from_schemas(schemas, None);
    measure("octofhir-fhirschema, structure", &mut |text| {
        let resource = value(text);
        black_box(now(
            validator.validate(&resource, vec!["Patient".to_owned()])
        ));
    });
}

#[cfg(feature = "rh")]
fn rh(measure: Measure<'_>) {
    use rh_validator::{FhirValidator, FhirVersion};
    let validator = match FhirValidator::new(FhirVersion::R4, None) {
        Ok(validator) => validator,
        Err(error) => return println!("rh-validator: not run: {error}"),
    };
    measure("rh-validator, structure and constraints", &mut |text| {
        let _ = black_box(validator.validate_with_profile(
            &value(text),
            "http://hl7.org/fhir/StructureDefinition/Patient",
        ));
    });
}

#[cfg(feature = "jsonschema")]
fn json_schema(measure: Measure<'_>, path: &str) {
    let schema = std::fs::read_to_string(path).expect("a readable schema");
    let mut schema = value(&schema);
    // The schema as published tells 148 resource types apart by trying each: a validator that
    // knows the type asks for it, so this one may too.
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    measure("jsonschema, official schema of all types", &mut |text| {
        black_box(validator.is_valid(&value(text)));
    });
    let object = schema.as_object_mut().expect("an object");
    object.remove("oneOf");
    object.remove("discriminator");
    object.insert("$ref".to_owned(), Value::from("#/definitions/Patient"));
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    measure("jsonschema, official schema of Patient", &mut |text| {
        black_box(validator.is_valid(&value(text)));
    });
}

/// The result of a future that has nothing to wait for.
#[cfg(feature = "octofhir")]
fn now<T>(future: impl Future<Output = T>) -> T {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut context) {
            return result;
        }
    }
}

//! As the package around this one, for helios-fhir-validator:
//! `cargo run --release --manifest-path benches/peers/helios/Cargo.toml`.

#[path = "../../../shared/time.rs"]
mod time;

use std::fs;
use std::hint::black_box;
use std::path::Path;

use helios_fhir_validator::{ValidationOptions, Validator, packs::core_registry};
use serde_json::Value;

fn value(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// The same six Patients, without white space.
fn patients() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../fixtures/reference");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the reference server's data")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().contains("Patient-"))
        .collect();
    paths.sort();
    let texts = paths
        .iter()
        .map(|path| fs::read_to_string(path).expect("a readable file"));
    texts.map(|text| value(&text).to_string()).collect()
}

fn main() {
    let patients = patients();
    let validator = Validator::new(core_registry(helios_fhir::FhirVersion::R4));
    let options = ValidationOptions {
        use_meta_profiles: false,
        ..ValidationOptions::default()
    };
    let time = time::least(|| {
        for patient in &patients {
            black_box(validator.validate_sync(&value(patient), &options));
        }
    });
    time::line("helios-fhir-validator, structure", time, patients.len());
}

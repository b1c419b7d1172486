//! What the benches share: the stated input, and how time is taken.

#![allow(dead_code)]

pub mod time;

use std::fs;
use std::path::Path;

use openimis_conformance::json;

/// The six openIMIS Patients of the reference server's data, without the white space of their
/// files.
pub fn patients() -> Vec<String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let project = here.ancestors().find(|path| path.join("fixtures").exists());
    let folder = project.expect("the project").join("fixtures/reference");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the reference server's data")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().contains("Patient-"))
        .collect();
    paths.sort();
    let texts = paths
        .iter()
        .map(|path| fs::read_to_string(path).expect("a readable file"));
    texts
        .map(|text| json::read(&text).expect("JSON").root.to_json())
        .collect()
}

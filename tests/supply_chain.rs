//! What comes into the program: every dependency has its reason, and the list of what is inside is
//! made from the lock file.

use std::collections::BTreeSet;
use std::process::Command;

fn read(path: &str) -> String {
    std::fs::read_to_string(path).expect(path)
}

fn dependencies() -> BTreeSet<String> {
    let manifest: toml::Table = read("Cargo.toml").parse().expect("TOML");
    let targets = manifest["target"].as_table().expect("targets").values();
    let tables = targets.filter_map(|target| target.as_table());
    std::iter::once(&manifest)
        .chain(tables)
        .flat_map(|table| {
            let sections = ["dependencies", "dev-dependencies"];
            sections.map(|section| table.get(section).and_then(toml::Value::as_table))
        })
        .flatten()
        .flat_map(|section| section.keys().cloned())
        .collect()
}

/// The crates in the first column of the table in CONTRIBUTING.
fn with_reasons() -> BTreeSet<String> {
    let text = read("CONTRIBUTING.md");
    let table = text.split("| Crate | For |").nth(1).expect("the table");
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    rows.flat_map(|row| {
        let column = row.split('|').nth(1).unwrap_or_default();
        let names = column.replace("(tests)", "");
        let names: Vec<String> = names
            .split(',')
            .map(|name| name.trim().to_owned())
            .collect();
        names
    })
    .collect()
}

#[test]
fn every_dependency_has_a_reason_and_every_reason_a_dependency() {
    let (used, told) = (dependencies(), with_reasons());
    let without: Vec<_> = used.difference(&told).collect();
    assert!(without.is_empty(), "no reason in CONTRIBUTING: {without:?}");
    let gone: Vec<_> = told.difference(&used).collect();
    assert!(gone.is_empty(), "not in Cargo.toml any more: {gone:?}");
}

#[test]
fn everything_comes_from_the_one_registry() {
    let lock: toml::Table = read("Cargo.lock").parse().expect("TOML");
    let registry = "registry+https://github.com/rust-lang/crates.io-index";
    for package in lock["package"].as_array().expect("packages") {
        let Some(source) = package.get("source") else {
            assert_eq!(package["name"].as_str(), Some("openimis-conformance"));
            continue;
        };
        assert_eq!(source.as_str(), Some(registry), "{:?}", package["name"]);
        assert!(package.get("checksum").is_some(), "{:?}", package["name"]);
    }
}

#[test]
fn the_bill_of_materials_names_what_is_inside() {
    let output = Command::new("bash")
        .args(["fixtures/supply-chain/sbom", "--offline"])
        .output()
        .expect("bash runs");
    if !output.status.success() {
        // Without python3 or a full registry cache the list cannot be made here.
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(words.contains("cannot make the list"), "{words}");
        return;
    }
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(list["bomFormat"], "CycloneDX");
    let component = &list["metadata"]["component"];
    assert_eq!(component["name"], "openimis-conformance");
    let lock: toml::Table = read("Cargo.lock").parse().expect("TOML");
    let locked: BTreeSet<(String, String)> = lock["package"]
        .as_array()
        .expect("packages")
        .iter()
        .map(|package| {
            let text = |name: &str| package[name].as_str().expect("text").to_owned();
            (text("name"), text("version"))
        })
        .collect();
    let components = list["components"].as_array().expect("components");
    assert!(components.len() > 100, "{}", components.len());
    for component in components {
        let text = |name: &str| component[name].as_str().expect("text").to_owned();
        assert!(
            locked.contains(&(text("name"), text("version"))),
            "{component}"
        );
        assert!(text("purl").starts_with("pkg:cargo/"), "{component}");
        assert!(component["licenses"][0].is_object(), "{component}");
    }
    // What only tests use is not inside.
    assert!(
        components
            .iter()
            .all(|component| component["name"] != "insta")
    );
}

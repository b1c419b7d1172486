//! Generated input for the JSON reader, the parser and the evaluator of FHIRPath, the snapshot
//! generator and the whole validator.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use openimis_conformance::fhir::StructureDefinition;
use openimis_conformance::fhirpath::{
    Context, DefinitionsModel, Element, Expression, Limits, LocalEnvironment, Strictness,
};
use openimis_conformance::json;
use openimis_conformance::package::{Definitions, LooseFile};
use openimis_conformance::profile::snapshot;
use openimis_conformance::validator::Validator;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use serde_json::Value;

use crate::generate::{any_expression, any_resource};
use crate::mutation::{changed, changed_text, edits, text_edits};
use crate::{VALIDATOR, judge};

/// Tries so many inputs or, where `OPENIMIS_GENERATED_SECONDS` is set, as many as there is time
/// for.
pub fn run<S: Strategy>(
    what: &str,
    cases: u32,
    strategy: &S,
    check: impl Fn(S::Value) -> TestCaseResult,
) {
    let seconds = std::env::var("OPENIMIS_GENERATED_SECONDS").ok();
    let seconds = seconds.and_then(|seconds| seconds.parse().ok());
    let end = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut tried = 0u64;
    loop {
        let mut runner = TestRunner::new(Config {
            cases,
            failure_persistence: None,
            ..Config::default()
        });
        if let Err(failure) = runner.run(strategy, &check) {
            panic!("{what}, after {tried} inputs that went well: {failure}");
        }
        tried += u64::from(cases);
        match end {
            Some(end) if Instant::now() < end => {}
            Some(_) => {
                eprintln!("{what}: {tried} inputs");
                return;
            }
            None => return,
        }
    }
}

/// The examples of the guide.
static EXAMPLES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let examples = Definitions::embedded().examples();
    let texts = examples.iter().map(|example| example.text.to_string());
    texts.collect()
});

/// The definitions of the guide, as it publishes them: differentials.
static PROFILES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/openimis.fhir.r4");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the guide")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().contains("StructureDefinition-"))
        .collect();
    paths.sort();
    let texts = paths
        .iter()
        .map(|path| std::fs::read_to_string(path).expect("a file of the guide"));
    texts
        .map(|text| serde_json::from_str(&text).expect("JSON"))
        .collect()
});

fn example() -> impl Strategy<Value = &'static String> {
    (0..EXAMPLES.len()).prop_map(|index| &EXAMPLES[index])
}

#[test]
fn generated_text_is_read_or_refused() {
    let strategy = (example(), text_edits());
    run("JSON reader", 1500, &strategy, |(text, edits)| {
        let bytes = changed_text(text, &edits);
        if let Ok(document) = json::read_bytes(&bytes) {
            let written = document.root.to_json();
            let again = json::read(&written);
            prop_assert!(again.is_ok(), "{}", written);
            prop_assert_eq!(again.expect("read").root.to_json(), written);
            prop_assert!(
                serde_json::from_slice::<serde::de::IgnoredAny>(document.text.as_bytes()).is_ok()
            );
        }
        Ok(())
    });
}

#[test]
fn generated_expressions_are_parsed_or_refused() {
    let tokens = prop::sample::select(
        "name use . ( ) [ ] { } 'a' '\\u00e9' 1 .5 @2020 @T10 4'mg' 2days and or xor implies is as \
         in contains div mod | & + - * / = != ~ !~ < <= >= where( exists() ofType( %a %`b` `c` \
         $this $index , // /* */ iif( matches( é \u{0}"
            .split(' ')
            .collect::<Vec<_>>(),
    );
    let soup = prop::collection::vec(tokens, 0..40).prop_map(|tokens| tokens.concat());
    let mended = (any_expression(), text_edits()).prop_map(|(text, edits)| {
        String::from_utf8_lossy(&changed_text(&text, &edits)).into_owned()
    });
    let strategy = prop_oneof![soup, mended];
    run("FHIRPath parser", 3000, &strategy, |text| {
        if let Err(error) = Expression::parse(&text) {
            prop_assert!(error.to_string().contains("expected"), "{}", error);
        }
        Ok(())
    });
}

#[test]
fn generated_expressions_end_on_any_resource() {
    let model = DefinitionsModel::new(Definitions::embedded());
    let odd = any_resource();
    let real = (example(), edits(4)).prop_map(|(text, edits)| {
        let tree = serde_json::from_str(text).expect("JSON");
        changed(tree, &edits).to_string()
    });
    let resource = prop_oneof![odd, real];
    let strict = prop::sample::select(vec![
        Strictness::R4,
        Strictness::Normative,
        Strictness::Strict,
    ]);
    let strategy = (any_expression(), resource, strict);
    run(
        "FHIRPath evaluator",
        400,
        &strategy,
        |(text, resource, strict)| {
            let Ok(document) = json::read(&resource) else {
                return Ok(());
            };
            let root = Element::resource(&document.root, &model);
            let environment = LocalEnvironment::new(&model);
            let context = Context::new(&model, &environment, root)
                .with_strictness(strict)
                .with_limits(Limits { steps: 20_000 });
            let expression = Expression::parse(&text).expect("an expression");
            let _ = expression.check(&model, &[root.type_id()]);
            let _ = expression.evaluate_boolean(&context);
            if let Ok(items) = expression.evaluate(&context) {
                for item in &items {
                    let _ = (item.to_text(), item.type_name(&model));
                }
            }
            Ok(())
        },
    );
}

#[test]
fn generated_definitions_give_a_snapshot_and_a_profile_or_a_reason() {
    let profile = (0..PROFILES.len()).prop_map(|index| &PROFILES[index]);
    let strategy = (profile, edits(5), example());
    run(
        "snapshot generator",
        40,
        &strategy,
        |(profile, edits, example)| {
            let text = changed(profile.clone(), &edits).to_string();
            let Ok(document) = json::read(&text) else {
                return Ok(());
            };
            if let Some(definition) = StructureDefinition::from_node(&document.root) {
                match snapshot::generate(&definition, &Definitions::embedded()) {
                    Ok(elements) => prop_assert!(elements.len() <= 20_000),
                    Err(error) => {
                        prop_assert!(error.to_string().contains("expected"), "{}", error);
                    }
                }
            }
            let loose = LooseFile {
                name: "changed.json".to_owned(),
                text,
            };
            if let Ok(definitions) = Definitions::embedded().with_resources(&[loose]) {
                let url = profile["url"].as_str().unwrap_or_default();
                let validator = Validator::new(definitions);
                let _ = validator.knows_profile(url);
                let _ = judge(&validator, example.as_bytes());
            }
            Ok(())
        },
    );
}

#[test]
fn generated_resources_are_judged_alike_each_time() {
    let strategy = (example(), edits(8));
    run("validator", 150, &strategy, |(text, edits)| {
        let tree = serde_json::from_str(text).expect("JSON");
        let text = changed(tree, &edits).to_string();
        let first = judge(&VALIDATOR, text.as_bytes());
        prop_assert_eq!(&first, &judge(&VALIDATOR, text.as_bytes()));
        for finding in &first.findings {
            let column = finding.column.unwrap_or(1) as usize;
            prop_assert!(column <= text.chars().count() + 1, "{}", finding.message);
        }
        Ok(())
    });
}

//! Input that nobody means well with: whatever it is, the engine ends soon, within bounds, and
//! says what is wrong.
//!
//! Generated input is tried for about a second by each test. `OPENIMIS_GENERATED_SECONDS=600 cargo
//! test --release --test hostile generated -- --nocapture` tries longer and prints how many inputs
//! there were. An input that once went wrong is kept in `fixtures/hostile/` and tried each time.

#[path = "hostile/agreement.rs"]
mod agreement;
#[path = "hostile/bounds.rs"]
mod bounds;
#[path = "hostile/corpus.rs"]
mod corpus;
#[path = "hostile/generated.rs"]
mod generated;
// The expressions that the evaluator's own tests are made with.
#[path = "../src/fhirpath/generate.rs"]
mod generate;
#[path = "hostile/mutation.rs"]
mod mutation;
#[path = "hostile/profiles.rs"]
mod profiles;

use std::sync::LazyLock;

use openimis_conformance::finding::{Finding, Rule};
use openimis_conformance::json;
use openimis_conformance::package::{Definitions, LooseFile};
use openimis_conformance::validator::{Request, Validation, Validator, unreadable};

/// The validator that all tests share: compiled once.
static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| Validator::new(Definitions::embedded()));

/// The judgement on a text, as `validate` makes it.
fn judge(validator: &Validator, bytes: &[u8]) -> Validation {
    judge_by(validator, bytes, &Request::default())
}

fn judge_by(validator: &Validator, bytes: &[u8], request: &Request<'_>) -> Validation {
    match json::read_bytes(bytes) {
        Ok(document) => validator.validate(&document, request),
        Err(error) => Validation {
            resource_type: None,
            id: None,
            profiles: Vec::new(),
            findings: vec![unreadable(&error)],
        },
    }
}

/// A validator that knows some more definitions.
fn with_definitions(texts: &[String]) -> Validator {
    let loose: Vec<LooseFile> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| LooseFile {
            name: format!("{index}.json"),
            text: text.clone(),
        })
        .collect();
    let definitions = Definitions::embedded().with_resources(&loose);
    Validator::new(definitions.expect("usable definitions"))
}

fn has(findings: &[Finding], rule: Rule, words: &str) -> bool {
    findings
        .iter()
        .any(|finding| finding.rule == rule && finding.message.contains(words))
}

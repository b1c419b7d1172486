//! Runs a folder of FHIRPath cases, given by the environment variable `OPENIMIS_FHIRPATH_CASES`,
//! and scores them. What differs is listed with its reason in `fhirpath_cases.known.toml`; the
//! list is exact, so a change in either direction fails.
//!
//! The folder holds `tests.json` (a list of cases: `id`, `expression`, `outputs`, and optionally
//! `inputfile`, `invalid`, `context`, `predicate`) and the resources under `inputs/`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use openimis_conformance::fhirpath::{
    Collection, Context, DefinitionsModel, Element, Environment, EvaluationError, Expression, Item,
    LocalEnvironment, Model, Strictness, TypeId,
};
use openimis_conformance::interpretation::Interpretations;
use openimis_conformance::json;
use openimis_conformance::package::Definitions;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Case {
    id: String,
    expression: String,
    #[serde(default)]
    outputs: Vec<Output>,
    inputfile: Option<String>,
    invalid: Option<String>,
    context: Option<String>,
    #[serde(default)]
    predicate: bool,
    mode: Option<String>,
    #[serde(rename = "contextType")]
    context_type: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Output {
    #[serde(rename = "type")]
    type_name: Option<String>,
    value: Option<String>,
}

/// The names of known differences with the readings that they come from.
#[derive(Debug, Default)]
struct Known(BTreeMap<String, String>);

impl Known {
    /// Reads `id = "reading"` lines.
    fn read() -> Self {
        let text = include_str!("fhirpath_cases.known.toml");
        let entry = |line: &str| {
            let (id, reading) = line.split_once(" = ")?;
            Some((id.trim().to_owned(), reading.trim_matches('"').to_owned()))
        };
        Self(
            text.lines()
                .filter(|line| !line.starts_with('#'))
                .filter_map(entry)
                .collect(),
        )
    }
}

/// An environment for the cases: every resource conforms to the definition of its own type.
struct CaseEnvironment<'m> {
    model: &'m dyn Model,
}

impl<'a> Environment<'a> for CaseEnvironment<'_> {
    fn resolve(&self, reference: &str, root: Element<'a>) -> Option<Element<'a>> {
        LocalEnvironment::new(self.model).resolve(reference, root)
    }

    fn member_of(&self, _value_set: &str, _item: &Item<'a>) -> Option<bool> {
        None
    }

    fn conforms_to(&self, profile: &str, element: Element<'a>) -> Option<bool> {
        let name = profile.strip_prefix("http://hl7.org/fhir/StructureDefinition/")?;
        let ancestor = self.model.type_named(name)?;
        Some(self.model.is_a(element.type_id(), ancestor))
    }
}

/// What an expression gave: nothing to compare with, or its items.
enum Answer {
    Items(Vec<(String, String)>),
    Refused(String),
}

fn text_of(item: &Item<'_>) -> String {
    item.to_text().unwrap_or_default()
}

fn run(case: &Case, folder: &Path, model: &dyn Model) -> Answer {
    let text = match &case.inputfile {
        Some(file) => std::fs::read_to_string(folder.join("inputs").join(file)).expect("an input"),
        None => "{}".to_owned(),
    };
    let document = json::read(&text).expect("JSON");
    let environment = CaseEnvironment { model };
    let root = Element::resource(&document.root, model);
    let strictness = match case.mode.as_deref() {
        Some("strict") => Strictness::Strict,
        _ => Strictness::Normative,
    };
    let context = Context::new(model, &environment, root).with_strictness(strictness);
    let expression = match Expression::parse(&case.expression) {
        Ok(expression) => expression,
        Err(error) => return Answer::Refused(error.to_string()),
    };
    if let Some(fault) = fault(case, &expression, model, root) {
        return Answer::Refused(fault);
    }
    let result: Result<Collection<'_>, EvaluationError> = match &case.context {
        Some(path) => Expression::parse(path)
            .expect("a context")
            .evaluate(&context)
            .and_then(|found| {
                let focus = found[0].element().expect("an element");
                expression.evaluate(&context.with_focus(focus))
            }),
        None => expression.evaluate(&context),
    };
    match result {
        Err(error) => Answer::Refused(error.to_string()),
        Ok(items) if case.predicate => Answer::Items(vec![(
            "boolean".to_owned(),
            (!items.is_empty()).to_string(),
        )]),
        Ok(items) => Answer::Items(
            items
                .iter()
                .map(|item| (item.type_name(model), text_of(item)))
                .collect(),
        ),
    }
}

/// What the static check says of the expression, where the case asks for it: by strict mode, or by
/// naming the types of its context.
fn fault(
    case: &Case,
    expression: &Expression,
    model: &dyn Model,
    root: Element<'_>,
) -> Option<String> {
    let is_strict = case.mode.as_deref() == Some("strict");
    let types: Vec<TypeId> = match &case.context_type {
        Some(names) => names
            .split('|')
            .map(|name| model.type_named(name).expect(name))
            .collect(),
        None if is_strict => vec![root.type_id()],
        None => return None,
    };
    let faults = expression.check(model, &types);
    faults.into_iter().next().map(|fault| fault.message)
}

/// What is wrong with the answer, if anything.
fn judge(case: &Case, answer: Answer) -> Option<String> {
    match (case.invalid.is_some(), answer) {
        (true, Answer::Refused(_)) => None,
        (true, Answer::Items(items)) => Some(format!("expected an error, found {items:?}")),
        (false, Answer::Refused(error)) => {
            Some(format!("expected a value, found the error {error}"))
        }
        (false, Answer::Items(items)) => {
            let wanted: Vec<_> = case.outputs.iter().collect();
            let agrees = wanted.len() == items.len()
                && wanted
                    .iter()
                    .zip(&items)
                    .all(|(wanted, found)| same(wanted, found));
            (!agrees).then(|| format!("expected {wanted:?}, found {items:?}"))
        }
    }
}

fn same(wanted: &Output, (type_name, text): &(String, String)) -> bool {
    let plain = type_name.strip_prefix("System.").unwrap_or(type_name);
    let type_agrees = wanted
        .type_name
        .as_deref()
        .is_none_or(|wanted| wanted.eq_ignore_ascii_case(plain));
    let value = wanted.value.as_deref();
    let value_agrees = value.is_none_or(|value| {
        let value = value.strip_prefix('@').unwrap_or(value);
        value.strip_prefix('T').unwrap_or(value) == text
    });
    type_agrees && value_agrees
}

#[test]
fn differences_are_readings_that_are_shown() {
    let readings = &Interpretations::embedded().readings;
    for (case, id) in Known::read().0 {
        let reading = readings.iter().find(|reading| reading.id == id);
        let reading = reading.unwrap_or_else(|| panic!("{case}: expected a reading, found `{id}`"));
        assert!(!reading.fhirpath.is_empty(), "{id} shows no expression");
    }
    let model = DefinitionsModel::new(Definitions::core());
    let document = json::read("{}").expect("JSON");
    let environment = CaseEnvironment { model: &model };
    let root = Element::resource(&document.root, &model);
    let context = Context::new(&model, &environment, root).with_strictness(Strictness::Normative);
    let shown = readings.iter().flat_map(|reading| &reading.fhirpath);
    for shown in shown {
        let expression = Expression::parse(&shown.expression).expect("FHIRPath");
        let items = expression.evaluate(&context).expect("items");
        let texts: Vec<String> = items.iter().map(text_of).collect();
        assert_eq!(texts.join(", "), shown.gives, "{}", shown.expression);
    }
}

#[test]
fn cases_of_a_folder() {
    let Ok(folder) = std::env::var("OPENIMIS_FHIRPATH_CASES") else {
        println!("not run: OPENIMIS_FHIRPATH_CASES names no folder");
        return;
    };
    let folder = Path::new(&folder);
    let text = std::fs::read_to_string(folder.join("tests.json")).expect("tests.json");
    let cases: Vec<Case> = serde_json::from_str(&text).expect("a list of cases");
    assert!(
        cases.len() >= 100,
        "expected a suite, found {} cases",
        cases.len()
    );
    let model = DefinitionsModel::new(Definitions::embedded());
    let known = Known::read();
    let mut wrong = BTreeMap::new();
    let mut score = [(0, 0), (0, 0)];
    for case in &cases {
        let semantic = usize::from(case.invalid.as_deref() == Some("semantic"));
        score[semantic].1 += 1;
        match judge(case, run(case, folder, &model)) {
            None => score[semantic].0 += 1,
            Some(difference) => {
                wrong.insert(
                    case.id.clone(),
                    format!("{} -- {difference}", case.expression),
                );
            }
        }
    }
    println!("{} of {} cases agree", score[0].0, score[0].1);
    println!(
        "{} of {} cases that need static typing agree",
        score[1].0, score[1].1
    );
    for (id, difference) in &wrong {
        let reading = known.0.get(id).map_or("NOT KNOWN", String::as_str);
        println!("  {id}: {difference}\n    {reading}");
    }
    let found: BTreeSet<_> = wrong.keys().collect();
    let listed: BTreeSet<_> = known.0.keys().collect();
    assert_eq!(found, listed, "the known differences have changed");
}

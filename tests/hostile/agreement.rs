//! The constraints that are judged natively give the answers that their FHIRPath gives.
//!
//! Left out on purpose: a contained resource whose only reference to its container is a `uri`.
//! The expression of `dom-3` names canonical twice where it means uri, so it calls that a fault.
//! And one without an id: nothing can refer to it (R4 2.3), which the expression lets pass.

use std::collections::BTreeSet;

use openimis_conformance::fhirpath::{
    Context, DefinitionsModel, Element, Expression, Item, LocalEnvironment,
};
use openimis_conformance::json;
use openimis_conformance::package::Definitions;
use openimis_conformance::validator::Request;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::generated::run;
use crate::{VALIDATOR, judge_by};

/// The expression of a constraint of R4.
fn expression(type_name: &str, key: &str) -> Expression {
    let definition = Definitions::core().type_definition(type_name);
    let elements = definition
        .expect("a type")
        .snapshot
        .clone()
        .expect("a snapshot");
    let constraint = elements[0]
        .constraints
        .iter()
        .find(|constraint| constraint.key == key);
    let text = constraint.expect("a constraint").expression.clone();
    Expression::parse(&text.expect("an expression")).expect("FHIRPath")
}

/// An object of some of these members.
fn some_of(members: &[(&str, Value)]) -> impl Strategy<Value = Value> + use<> {
    let members: Vec<(String, Value)> = members
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    let count = members.len();
    prop::sample::subsequence(members, 0..=count)
        .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>()))
}

fn extensions() -> impl Strategy<Value = Value> {
    let own = some_of(&[
        ("url", json!("http://example.org/a")),
        ("id", json!("a")),
        ("valueString", json!("a")),
        ("_valueString", json!({"id": "b"})),
        ("valueCoding", json!({"code": "a"})),
    ]);
    own.prop_recursive(3, 12, 3, |inner| {
        let nested = prop::collection::vec(inner, 1..3);
        let url = Just(json!({"url": "http://example.org/b"}));
        (nested, url, any::<bool>()).prop_map(|(nested, mut outer, has_value)| {
            outer["extension"] = Value::Array(nested);
            if has_value {
                outer["valueBoolean"] = json!(true);
            }
            outer
        })
    })
}

fn contained() -> impl Strategy<Value = Value> {
    let meta = some_of(&[
        ("versionId", json!("1")),
        ("lastUpdated", json!("2020-01-01T00:00:00Z")),
        ("security", json!([{"code": "a"}])),
        ("source", json!("#c")),
    ]);
    let own = some_of(&[
        ("contained", json!([{"resourceType": "Patient", "id": "z"}])),
        ("managingOrganization", json!({"reference": "#"})),
        ("language", json!("en")),
    ]);
    let id = prop::sample::select(vec!["a", "b", "c"]);
    (own, meta, id).prop_map(|(mut own, meta, id)| {
        own["resourceType"] = json!("Patient");
        own["meta"] = meta;
        own["id"] = json!(id);
        own
    })
}

fn patient() -> impl Strategy<Value = Value> {
    let name = some_of(&[
        ("id", json!("a")),
        ("family", json!("a")),
        ("_family", json!({"id": "b"})),
        ("period", json!({"id": "c"})),
        (
            "extension",
            json!([{"url": "http://example.org/a", "valueString": "a"}]),
        ),
    ]);
    let root = some_of(&[
        ("birthDate", json!("2020")),
        ("_birthDate", json!({"id": "a"})),
        ("_gender", json!({"id": "a"})),
        ("generalPractitioner", json!([{"reference": "#a"}])),
        ("implicitRules", json!("#b")),
    ]);
    let extensions = prop::collection::vec(extensions(), 1..3);
    let contained = prop::collection::vec(contained(), 1..3);
    let names = prop::collection::vec(name, 1..3);
    (root, names, extensions, contained).prop_map(|(mut root, names, extensions, contained)| {
        root["resourceType"] = json!("Patient");
        root["name"] = Value::Array(names);
        root["extension"] = Value::Array(extensions);
        root["contained"] = Value::Array(contained);
        root
    })
}

#[test]
fn generated_resources_break_native_constraints_where_their_expressions_say() {
    let model = DefinitionsModel::new(Definitions::core());
    let element = expression("Element", "ele-1");
    let extension = expression("Extension", "ext-1");
    let contained = ["dom-2", "dom-3", "dom-4", "dom-5"];
    let contained = contained.map(|key| (key, expression("DomainResource", key)));
    let descendants = Expression::parse("descendants()").expect("FHIRPath");
    let request = Request {
        guide: false,
        ..Request::default()
    };
    run("native constraints", 60, &patient(), |patient| {
        let text = patient.to_string();
        let document = json::read(&text).expect("JSON");
        let root = Element::resource(&document.root, &model);
        let environment = LocalEnvironment::new(&model);
        let context = Context::new(&model, &environment, root);
        let breaks = |expression: &Expression, focus| {
            expression.holds(&context.with_focus(focus)) == Ok(Some(false))
        };
        let mut expected: BTreeSet<(String, u32)> = BTreeSet::new();
        for item in &descendants.evaluate(&context).expect("items") {
            let Item::Element(own) = item else { continue };
            let offset = own.node().or(own.sibling()).map_or(0, |node| node.offset);
            let type_name = item.type_name(&model);
            let is_resource = own
                .node()
                .is_some_and(|node| node.get("resourceType").is_some());
            if !is_resource && breaks(&element, *own) {
                expected.insert(("ele-1".to_owned(), offset));
            }
            if type_name.ends_with("Extension") && breaks(&extension, *own) {
                expected.insert(("ext-1".to_owned(), offset));
            }
        }
        let validation = judge_by(&VALIDATOR, text.as_bytes(), &request);
        let found = validation.findings.iter().filter_map(|finding| {
            let key = finding.constraint.clone()?;
            // The text is one line of plain characters.
            Some((key, finding.column? - 1))
        });
        let found: BTreeSet<(String, u32)> = found.collect();
        let of_elements = found
            .iter()
            .filter(|(key, _)| key == "ele-1" || key == "ext-1");
        prop_assert_eq!(
            of_elements.cloned().collect::<BTreeSet<_>>(),
            expected,
            "{}",
            text
        );
        for (key, expression) in &contained {
            // Not what the contained resources say of those that they contain.
            let native = validation.findings.iter().any(|finding| {
                let of_root = finding.expression.matches("contained").count() == 1;
                of_root && finding.constraint.as_deref() == Some(key)
            });
            prop_assert_eq!(native, breaks(expression, root), "{} of {}", key, text);
        }
        Ok(())
    });
}

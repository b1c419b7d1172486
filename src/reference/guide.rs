//! Short forms for what the guide's resources are made of: its URLs, codings, references, amounts.

use std::str::FromStr as _;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::resource_type::ResourceType;
use super::store::Store;
use super::tree::{Tree, at, number, object, string};

/// The guide's canonical base.
const BASE: &str = "https://openimis.github.io/openimis_fhir_r4_ig";

/// The canonical of an extension or a profile of the guide.
pub(super) fn definition(name: &str) -> String {
    format!("{BASE}/StructureDefinition/{name}")
}

/// The URL of a code system of the guide.
pub(super) fn system(name: &str) -> String {
    format!("{BASE}/CodeSystem/{name}")
}

/// `meta` that claims the guide's profile.
pub(super) fn meta(profile: &str) -> Value {
    json!({ "profile": [definition(profile)] })
}

/// A CodeableConcept of one code of the guide, with its display.
pub(super) fn concept(store: &Store, name: &str, code: &str) -> Value {
    let display = store
        .resource(ResourceType::CodeSystem, name)
        .map(|system| at(system, "concept"))
        .unwrap_or_default()
        .into_iter()
        .find(|concept| concept.str("code") == Some(code))
        .and_then(|concept| concept.str("display").map(str::to_owned));
    match display {
        Some(display) => {
            json!({ "coding": [{ "system": system(name), "code": code, "display": display }] })
        }
        None => json!({ "coding": [{ "system": system(name), "code": code }] }),
    }
}

/// Whether a code system of the guide has the code.
pub(super) fn has_code(store: &Store, name: &str, code: &str) -> bool {
    store
        .resource(ResourceType::CodeSystem, name)
        .is_some_and(|system| {
            at(system, "concept.code")
                .iter()
                .any(|known| known.as_str() == Some(code))
        })
}

/// An identifier of type `UUID` or `Code`.
pub(super) fn identifier(kind: &str, value: &str) -> Value {
    json!({
        "type": { "coding": [{ "system": system("openimis-identifiers"), "code": kind }] },
        "value": value,
    })
}

/// The extension of the guide of that name, on an element.
pub(super) fn extension<'t>(element: &'t Tree, name: &str) -> Option<&'t Tree> {
    let url = definition(name);
    at(element, "extension")
        .into_iter()
        .find(|extension| extension.str("url") == Some(&url))
}

/// The first coding's code of a CodeableConcept.
pub(super) fn code<'t>(element: &'t Tree, path: &str) -> Option<&'t str> {
    at(element, path)
        .into_iter()
        .flat_map(|concept| at(concept, "coding"))
        .find_map(|coding| coding.str("code"))
}

/// The exact number that a path leads to.
pub(super) fn decimal(element: &Tree, path: &str) -> Option<Decimal> {
    at(element, path)
        .into_iter()
        .find_map(Tree::primitive_text)
        .and_then(|text| {
            Decimal::from_str(text)
                .or_else(|_| Decimal::from_scientific(text))
                .ok()
        })
}

/// A Money of the amount, in the currency of another.
pub(super) fn money(amount: Decimal, currency: Option<&str>) -> Tree {
    let value = ("value", number(amount.to_string()));
    match currency {
        Some(currency) => object([value, ("currency", string(currency))]),
        None => object([value]),
    }
}

/// Quantity times unit price of a claim's item.
pub(super) fn line_amount(item: &Tree) -> Option<Decimal> {
    decimal(item, "quantity.value")?.checked_mul(decimal(item, "unitPrice.value")?)
}

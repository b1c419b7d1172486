//! What a search parameter sees of an element, by the parameter's type (R4 3.1.1.4).

use std::str::FromStr as _;

use rust_decimal::Decimal;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::moment::Moment;
use crate::fhir::SearchParameterType;
use crate::json::Node;

/// One value of a resource, as a parameter sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A code, identifier, contact or boolean.
    Token(Token),
    /// `Reference.reference`, or a canonical.
    Reference(String),
    /// A text, or a part of a name or an address.
    Text(String),
    /// A time, and how it was written where it is one date.
    Date(Moment, Option<String>),
    /// A URI.
    Uri(String),
    /// A number, or the value of an amount.
    Number(Decimal),
}

/// A token as a resource has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its system.
    pub system: System,
    /// Its code, or the value of an identifier.
    pub code: String,
}

/// The system of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum System {
    /// It has this one.
    Is(String),
    /// It could have one and has none.
    None,
    /// It follows from the element, as that of a `code`; or there is none, as for a boolean.
    Implied,
}

/// The values of one element.
#[must_use]
pub fn values(kind: SearchParameterType, type_name: &str, node: &Node<'_>) -> Vec<Value> {
    match kind {
        SearchParameterType::Token => tokens(type_name, node)
            .into_iter()
            .map(Value::Token)
            .collect(),
        SearchParameterType::Reference => node
            .str("reference")
            .or_else(|| node.as_str())
            .map(|text| Value::Reference(text.to_owned()))
            .into_iter()
            .collect(),
        SearchParameterType::String => texts(node).into_iter().map(Value::Text).collect(),
        SearchParameterType::Date => Moment::of(node)
            .map(|moment| Value::Date(moment, node.as_str().map(str::to_owned)))
            .into_iter()
            .collect(),
        SearchParameterType::Uri => node
            .as_str()
            .map(|text| Value::Uri(text.to_owned()))
            .into_iter()
            .collect(),
        SearchParameterType::Number | SearchParameterType::Quantity => node
            .get("value")
            .unwrap_or(node)
            .primitive_text()
            .and_then(|text| Decimal::from_str(text).ok())
            .map(Value::Number)
            .into_iter()
            .collect(),
        SearchParameterType::Composite | SearchParameterType::Special => Vec::new(),
    }
}

fn tokens(type_name: &str, node: &Node<'_>) -> Vec<Token> {
    let own = |member: &str| node.str(member).map(str::to_owned);
    let token = |system: System, code: Option<String>| {
        code.map(|code| Token { system, code })
            .into_iter()
            .collect::<Vec<_>>()
    };
    let system = || own("system").map_or(System::None, System::Is);
    match type_name {
        "CodeableConcept" => node
            .get("coding")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .flat_map(|coding| tokens("Coding", coding))
            .collect(),
        "Coding" => token(system(), own("code")),
        "Identifier" => token(system(), own("value")),
        // The use of a contact plays the part of its system (R4 3.1.1.4.10); few servers do so.
        "ContactPoint" => token(System::Implied, own("value")),
        _ => token(System::Implied, node.primitive_text().map(str::to_owned)),
    }
}

/// A text itself, or the parts of a HumanName or an Address.
fn texts(node: &Node<'_>) -> Vec<String> {
    const PARTS: [&str; 11] = [
        "text",
        "family",
        "given",
        "prefix",
        "suffix",
        "line",
        "city",
        "district",
        "state",
        "postalCode",
        "country",
    ];
    if let Some(text) = node.as_str() {
        return vec![text.to_owned()];
    }
    PARTS
        .iter()
        .filter_map(|part| node.get(part))
        .flat_map(Node::entries_or_self)
        .filter_map(Node::as_str)
        .map(str::to_owned)
        .collect()
}

/// A text without case and accents: how strings are compared (R4 3.1.1.4.8).
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfd()
        .filter(|character| !is_combining_mark(*character))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The last two parts of a literal reference, `Type/id`; the whole where it has not two.
#[must_use]
pub fn relative(reference: &str) -> &str {
    let plain = reference.split("/_history/").next().unwrap_or(reference);
    let mut slashes = plain.rmatch_indices('/').map(|(at, _)| at);
    match (slashes.next(), slashes.next()) {
        (Some(_), Some(start)) => &plain[start + 1..],
        _ => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: SearchParameterType, type_name: &str, text: &str) -> Vec<Value> {
        values(
            kind,
            type_name,
            &crate::json::read(text).expect("JSON").root,
        )
    }

    #[test]
    fn tokens_have_the_system_of_their_element() {
        let kind = SearchParameterType::Token;
        let token = |system, code: &str| {
            Value::Token(Token {
                system,
                code: code.to_owned(),
            })
        };
        assert_eq!(
            of(
                kind,
                "CodeableConcept",
                r#"{"coding":[{"system":"s","code":"a"},{"code":"b"}]}"#
            ),
            [token(System::Is("s".into()), "a"), token(System::None, "b")]
        );
        assert_eq!(
            of(kind, "Identifier", r#"{"value":"1"}"#),
            [token(System::None, "1")]
        );
        assert_eq!(
            of(kind, "boolean", "true"),
            [token(System::Implied, "true")]
        );
    }

    #[test]
    fn names_are_searched_by_their_parts_without_case_and_accents() {
        let found = of(
            SearchParameterType::String,
            "HumanName",
            r#"{"family":"Åström","given":["Sofía"],"use":"official"}"#,
        );
        assert_eq!(
            found,
            [Value::Text("Åström".into()), Value::Text("Sofía".into())]
        );
        assert_eq!(fold("Åström"), "astrom");
    }

    #[test]
    fn a_reference_is_compared_by_type_and_id() {
        assert_eq!(relative("http://h/api/Patient/1/_history/2"), "Patient/1");
        assert_eq!(relative("Patient/1"), "Patient/1");
        assert_eq!(relative("urn:uuid:1"), "urn:uuid:1");
    }
}

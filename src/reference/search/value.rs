//! The values of a criterion: read once by the parameter's type, then held against elements.

use std::str::FromStr as _;

use rust_decimal::Decimal;

use super::date::{Interval, Prefix};
use super::parameter::{Kind, Parameter};
use super::query::Modifier;
use super::text::{fold, split_unescaped, texts, unescape};
use crate::reference::tree::Tree;

/// One alternative of a criterion.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Token(Token),
    OfType([String; 3]),
    Text(String),
    Date(Prefix, Interval),
    Reference(Reference),
    Quantity(Prefix, Quantity),
    Uri(String),
    Missing(bool),
}

/// `code`, `system|code`, `|code` or `system|` (R4 3.1.1.4.10).
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// None: any. Some of an empty text: none.
    system: Option<String>,
    code: Option<String>,
}

/// A reference sought: by id, by type and id, or by an absolute address.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    /// `Type/id`, or the id alone, or the address as given.
    text: String,
    /// The type the modifier names.
    of_type: Option<String>,
}

/// An amount sought, with the half unit of its last digit (R4 3.1.1.4.6).
#[derive(Debug, Clone)]
pub(super) struct Quantity {
    value: Decimal,
    margin: Decimal,
    unit: Option<String>,
}

impl Value {
    /// Reads a value of a parameter; `None` if it is none of that type.
    pub(super) fn read(
        parameter: &Parameter,
        modifier: Option<&Modifier>,
        text: &str,
        base: &str,
    ) -> Option<Self> {
        match modifier {
            Some(Modifier::Missing) => return text.parse().ok().map(Self::Missing),
            Some(Modifier::Identifier) => return Token::read(text).map(Self::Token),
            Some(Modifier::Text) => return Some(Self::Text(fold(&unescape(text)))),
            Some(Modifier::OfType) => {
                let parts = split_unescaped(text, '|').into_iter().map(unescape);
                return <[String; 3]>::try_from(parts.collect::<Vec<_>>())
                    .ok()
                    .map(Self::OfType);
            }
            _ => {}
        }
        match parameter.kind {
            Kind::Token => Token::read(text).map(Self::Token),
            Kind::Date => {
                let (prefix, rest) = Prefix::split(text);
                Some(Self::Date(prefix, Interval::read(rest)?))
            }
            Kind::Reference => Some(Self::Reference(Reference::read(text, modifier, base))),
            Kind::Quantity => {
                Quantity::read(text).map(|(prefix, sought)| Self::Quantity(prefix, sought))
            }
            Kind::Uri => Some(Self::Uri(unescape(text))),
            _ if modifier == Some(&Modifier::Exact) => Some(Self::Text(unescape(text))),
            _ => Some(Self::Text(fold(&unescape(text)))),
        }
    }

    /// Whether one of the elements has the value.
    pub(super) fn matches(
        &self,
        parameter: &Parameter,
        modifier: Option<&Modifier>,
        elements: &[&Tree],
    ) -> bool {
        if let Self::Missing(missing) = self {
            return elements.is_empty() == *missing;
        }
        elements.iter().any(|element| match self {
            Self::Token(token) if modifier == Some(&Modifier::Identifier) => element
                .get("identifier")
                .is_some_and(|identifier| token.matches(parameter, identifier)),
            Self::Token(token) => token.matches(parameter, element),
            Self::OfType(parts) => is_of_type(element, parts),
            Self::Text(sought) if modifier == Some(&Modifier::Text) => concept_texts(element)
                .iter()
                .any(|text| fold(text).starts_with(sought)),
            Self::Text(sought) => texts(element)
                .iter()
                .any(|text| text_matches(modifier, text, sought)),
            Self::Date(prefix, sought) => {
                Interval::of(element).is_some_and(|interval| interval.satisfies(*prefix, *sought))
            }
            Self::Reference(sought) => element
                .str("reference")
                .is_some_and(|reference| sought.matches(parameter, reference)),
            Self::Quantity(prefix, sought) => sought.matches(*prefix, element),
            Self::Uri(sought) => element.as_str() == Some(sought),
            Self::Missing(_) => false,
        })
    }
}

fn text_matches(modifier: Option<&Modifier>, text: &str, sought: &str) -> bool {
    match modifier {
        Some(Modifier::Exact) => text == sought,
        Some(Modifier::Contains) => fold(text).contains(sought),
        _ => fold(text).starts_with(sought),
    }
}

impl Token {
    fn read(text: &str) -> Option<Self> {
        let parts: Vec<String> = split_unescaped(text, '|')
            .into_iter()
            .map(unescape)
            .collect();
        match <[String; 2]>::try_from(parts) {
            Ok([system, code]) => Some(Self {
                system: Some(system),
                code: Some(code).filter(|code| !code.is_empty()),
            }),
            Err(parts) => match <[String; 1]>::try_from(parts) {
                Ok([code]) => Some(Self {
                    system: None,
                    code: Some(code),
                }),
                Err(_) => None,
            },
        }
    }

    fn matches(&self, parameter: &Parameter, element: &Tree) -> bool {
        if let Some(system) = parameter.telecom
            && element.str("system") != Some(system)
        {
            return false;
        }
        match element.get("coding") {
            Some(codings) => codings
                .entries_or_self()
                .iter()
                .any(|coding| self.fits(coding.str("system"), coding.str("code"))),
            None if is_telecom(parameter) => self.fits(None, element.str("value")),
            None if element.is_object() => {
                let code = element.str("code").or_else(|| element.str("value"));
                self.fits(element.str("system"), code)
            }
            None => self.fits(parameter.system, element.primitive_text()),
        }
    }

    fn fits(&self, system: Option<&str>, code: Option<&str>) -> bool {
        let system_fits = match self.system.as_deref() {
            None => true,
            Some("") => system.is_none(),
            Some(sought) => system == Some(sought),
        };
        let code_fits = match self.code.as_deref() {
            None => true,
            Some(sought) => code == Some(sought),
        };
        system_fits && code_fits
    }
}

fn is_telecom(parameter: &Parameter) -> bool {
    parameter.telecom.is_some() || parameter.code == "telecom"
}

/// `:of-type` (R4 3.1.1.4.10): system and code of `Identifier.type`, and the value.
fn is_of_type(identifier: &Tree, [system, code, value]: &[String; 3]) -> bool {
    let type_fits = identifier
        .get("type")
        .and_then(|concept| concept.get("coding"))
        .map(Tree::entries_or_self)
        .unwrap_or_default()
        .iter()
        .any(|coding| coding.str("system") == Some(system) && coding.str("code") == Some(code));
    type_fits && identifier.str("value") == Some(value)
}

fn concept_texts(element: &Tree) -> Vec<&str> {
    let codings = element
        .get("coding")
        .map(Tree::entries_or_self)
        .unwrap_or_default();
    let displays = codings.iter().filter_map(|coding| coding.str("display"));
    let own = ["text", "display"]
        .into_iter()
        .filter_map(|name| element.str(name));
    let of_type = element.get("type").and_then(|concept| concept.str("text"));
    displays.chain(own).chain(of_type).collect()
}

impl Reference {
    fn read(text: &str, modifier: Option<&Modifier>, base: &str) -> Self {
        let of_type = match modifier {
            Some(Modifier::Type(resource_type)) => Some(resource_type.code().to_owned()),
            _ => None,
        };
        let text = unescape(text);
        let text = text.strip_prefix(base).unwrap_or(&text).to_owned();
        Self { text, of_type }
    }

    fn matches(&self, parameter: &Parameter, reference: &str) -> bool {
        let Some((resource_type, id)) = reference.rsplit_once('/') else {
            return reference == self.text;
        };
        let type_fits = match &self.of_type {
            Some(sought) => resource_type == sought,
            None => parameter
                .targets
                .iter()
                .any(|target| target.code() == resource_type),
        };
        type_fits && (self.text == reference || self.text == id)
    }
}

impl Quantity {
    fn read(text: &str) -> Option<(Prefix, Self)> {
        let (prefix, rest) = Prefix::split(text);
        let parts: Vec<String> = split_unescaped(rest, '|')
            .into_iter()
            .map(unescape)
            .collect();
        let value = Decimal::from_str(parts.first()?)
            .or_else(|_| Decimal::from_scientific(&parts[0]))
            .ok()?;
        let unit = match parts.len() {
            1 => None,
            3 => Some(parts[2].clone()).filter(|unit| !unit.is_empty()),
            _ => return None,
        };
        let margin = Decimal::new(5, (value.scale() + 1).min(28));
        Some((
            prefix,
            Self {
                value,
                margin,
                unit,
            },
        ))
    }

    fn matches(&self, prefix: Prefix, element: &Tree) -> bool {
        let value = element
            .get("value")
            .and_then(Tree::primitive_text)
            .and_then(|text| Decimal::from_str(text).ok());
        let Some(value) = value else { return false };
        let unit = element.str("currency").or_else(|| element.str("code"));
        if self.unit.is_some() && unit != self.unit.as_deref() {
            return false;
        }
        let gap = value.checked_sub(self.value).unwrap_or(Decimal::MAX);
        let within = gap >= -self.margin && gap < self.margin;
        match prefix {
            Prefix::Equal => within,
            Prefix::NotEqual => !within,
            Prefix::Greater | Prefix::StartsAfter => value > self.value,
            Prefix::Less | Prefix::EndsBefore => value < self.value,
            Prefix::GreaterOrEqual => value >= self.value,
            Prefix::LessOrEqual => value <= self.value,
            Prefix::Approximately => {
                let tenth = self.value.abs() / Decimal::TEN;
                gap.abs() <= tenth.max(self.margin)
            }
        }
    }
}

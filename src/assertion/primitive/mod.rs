//! The formats of FHIR's primitive types (R4 2.24.0.1), as hand-written scans: no pattern is
//! compiled and nothing is allocated while a value is good.
//!
//! Deliberately not here: bindings, `maxLength` and everything else that a profile adds.

mod date;
mod number;
mod text;

use crate::fhir::codes;
use crate::json::{Node, Value};

codes! {
    /// The primitive types of R4.
    Primitive {
        Base64Binary = "base64Binary",
        Boolean = "boolean",
        Canonical = "canonical",
        Code = "code",
        Date = "date",
        DateTime = "dateTime",
        Decimal = "decimal",
        Id = "id",
        Instant = "instant",
        Integer = "integer",
        Markdown = "markdown",
        Oid = "oid",
        PositiveInt = "positiveInt",
        String = "string",
        Time = "time",
        UnsignedInt = "unsignedInt",
        Uri = "uri",
        Url = "url",
        Uuid = "uuid",
        Xhtml = "xhtml",
    }
}

/// What is wrong with the value of a primitive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Another kind of JSON value belongs there.
    Kind(&'static str),
    /// The string is empty.
    Empty,
    /// The value does not have the type's format; what was expected, and how to mend it.
    Format(&'static str),
    /// Legal, but against a SHOULD of the type; what was expected.
    Advice(&'static str),
}

impl Primitive {
    /// Looks for a fault in the value of a primitive of this type.
    #[must_use]
    pub fn fault(self, node: &Node<'_>) -> Option<Fault> {
        match self {
            Self::Boolean => match node.value {
                Value::Boolean(_) => None,
                _ => Some(Fault::Kind("`true` or `false` without quotes")),
            },
            Self::Integer | Self::UnsignedInt | Self::PositiveInt | Self::Decimal => {
                match &node.value {
                    Value::Number(digits) => self.number_fault(digits),
                    _ => Some(Fault::Kind("a number without quotes")),
                }
            }
            _ => match &node.value {
                Value::String(text) if text.is_empty() => Some(Fault::Empty),
                Value::String(text) => self.text_fault(text),
                _ => Some(Fault::Kind("a string")),
            },
        }
    }

    fn number_fault(self, digits: &str) -> Option<Fault> {
        match self {
            Self::Integer => number::integer_fault(digits),
            Self::UnsignedInt => number::unsigned_fault(digits),
            Self::PositiveInt => number::positive_fault(digits),
            _ => number::decimal_fault(digits),
        }
    }

    fn text_fault(self, text: &str) -> Option<Fault> {
        match self {
            Self::Date => date::date_fault(text),
            Self::DateTime => date::date_time_fault(text),
            Self::Instant => date::instant_fault(text),
            Self::Time => date::time_fault(text),
            Self::Base64Binary => text::base64_fault(text),
            Self::Code => text::code_fault(text),
            Self::Id => text::id_fault(text),
            Self::Oid => text::oid_fault(text),
            Self::Uuid => text::uuid_fault(text),
            Self::Canonical => text::canonical_fault(text),
            Self::Uri | Self::Url => text::uri_fault(text),
            Self::String => text::string_fault(text),
            _ => text::markdown_fault(text),
        }
    }

    /// Whether the JSON value of this type is a string.
    #[must_use]
    pub const fn is_text(self) -> bool {
        !matches!(
            self,
            Self::Boolean | Self::Integer | Self::UnsignedInt | Self::PositiveInt | Self::Decimal
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Primitive};

    fn fault(kind: Primitive, json: &str) -> Option<Fault> {
        kind.fault(&crate::json::read(json).expect("valid JSON").root)
    }

    #[test]
    fn the_json_kind_is_looked_at_first() {
        assert!(matches!(
            fault(Primitive::Boolean, "\"true\""),
            Some(Fault::Kind(_))
        ));
        assert!(matches!(
            fault(Primitive::Decimal, "\"1.0\""),
            Some(Fault::Kind(_))
        ));
        assert!(matches!(
            fault(Primitive::String, "1"),
            Some(Fault::Kind(_))
        ));
        assert_eq!(fault(Primitive::String, "\"\""), Some(Fault::Empty));
        assert_eq!(fault(Primitive::Boolean, "true"), None);
    }

    #[test]
    fn every_primitive_type_has_a_format() {
        for kind in Primitive::ALL {
            let bad = if kind.is_text() { "1" } else { "\"x\"" };
            assert!(fault(*kind, bad).is_some(), "{kind}");
        }
    }
}

//! `minValue[x]` and `maxValue[x]` (R4 2.30) of numbers, dates, times and Quantity.
//!
//! A value whose precision leaves the answer open is let pass: `2024` is neither before nor after
//! `2024-06-01`.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::sink::Sink;
use super::walk::At;
use crate::fhir::TypedValue;
use crate::fhirpath::ucum::Unit;
use crate::finding::{Rule, Severity, Words};
use crate::json::Node;

/// A bound of an ordered type.
#[derive(Debug)]
pub struct Bound {
    /// The bound.
    pub value: Node<'static>,
    /// Whether it is the least allowed value, or else the greatest.
    pub is_minimum: bool,
}

impl Bound {
    /// From `minValue[x]` or `maxValue[x]`.
    #[must_use]
    pub fn new(value: &TypedValue, is_minimum: bool) -> Self {
        Self {
            value: value.value.clone(),
            is_minimum,
        }
    }

    /// Judges a node.
    pub fn check(&self, at: &At<'_>, sink: &mut Sink) {
        let Some(node) = at.place.item.node else {
            return;
        };
        let outside = if self.is_minimum {
            Ordering::Less
        } else {
            Ordering::Greater
        };
        if compare(node, &self.value) != Some(outside) {
            return;
        }
        at.report(sink, Rule::ValueRange, Severity::Error, || {
            let word = if self.is_minimum { "least" } else { "most" };
            Words::new(
                at.subject(),
                format!("at {word} {}", self.value.to_json()),
                node.to_json(),
            )
        });
    }
}

/// How two values of an ordered type relate; `None` where that cannot be said.
pub(super) fn compare(left: &Node<'_>, right: &Node<'_>) -> Option<Ordering> {
    if left.is_object() && right.is_object() {
        return compare_quantities(left, right);
    }
    let (left_text, right_text) = (left.primitive_text()?, right.primitive_text()?);
    if left.as_str().is_none() {
        return compare_numbers(left_text, right_text);
    }
    compare_times(left_text, right_text)
}

/// In one unit by value; in two of UCUM by conversion.
fn compare_quantities(left: &Node<'_>, right: &Node<'_>) -> Option<Ordering> {
    let unit = |node: &Node<'_>| {
        node.str("code")
            .or_else(|| node.str("unit"))
            .map(str::to_owned)
    };
    let (left_value, right_value) = (left.get("value")?, right.get("value")?);
    let (left_unit, right_unit) = (unit(left), unit(right));
    if left_unit == right_unit {
        return compare(left_value, right_value);
    }
    let left_unit = Unit::parse(&left_unit?).ok()?;
    let right_unit = Unit::parse(&right_unit?).ok()?;
    let number = |node: &Node<'_>| node.primitive_text()?.parse::<Decimal>().ok();
    left_unit.compare(number(left_value)?, &right_unit, number(right_value)?)
}

fn compare_numbers(left: &str, right: &str) -> Option<Ordering> {
    let read = |text: &str| {
        text.parse::<Decimal>()
            .or_else(|_| Decimal::from_scientific(text))
            .ok()
    };
    match (read(left), read(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        // Beyond 28 digits the order of magnitude decides.
        _ => left
            .parse::<f64>()
            .ok()?
            .partial_cmp(&right.parse::<f64>().ok()?),
    }
}

fn compare_times(left: &str, right: &str) -> Option<Ordering> {
    if let (Ok(left), Ok(right)) = (
        left.parse::<jiff::Timestamp>(),
        right.parse::<jiff::Timestamp>(),
    ) {
        return Some(left.cmp(&right));
    }
    // To the precision that both have; equal that far means that it cannot be said, unless both
    // are of one precision.
    let shared = left.len().min(right.len());
    let (left_head, right_head) = (left.get(..shared)?, right.get(..shared)?);
    match left_head.cmp(right_head) {
        Ordering::Equal if left.len() != right.len() => None,
        order => Some(order),
    }
}

#[cfg(test)]
mod tests {
    use super::compare;
    use std::cmp::Ordering::{Equal, Greater, Less};

    fn order(left: &str, right: &str) -> Option<std::cmp::Ordering> {
        let left = crate::json::read(left).expect("valid JSON");
        let right = crate::json::read(right).expect("valid JSON");
        compare(&left.root, &right.root)
    }

    #[test]
    fn values_are_compared_by_their_type() {
        assert_eq!(order("9", "10"), Some(Less));
        assert_eq!(order("1.0", "1.00"), Some(Equal));
        assert_eq!(order("1e3", "999"), Some(Greater));
        assert_eq!(order("\"2024-05\"", "\"2024-06-01\""), Some(Less));
        assert_eq!(order("\"2024\"", "\"2024-06-01\""), None);
        assert_eq!(
            order("\"2024-01-01T01:00:00+02:00\"", "\"2024-01-01T00:00:00Z\""),
            Some(Less)
        );
        assert_eq!(
            order(r#"{"value":5,"code":"mg"}"#, r#"{"value":4,"code":"mg"}"#),
            Some(Greater)
        );
        assert_eq!(
            order(r#"{"value":5,"code":"mg"}"#, r#"{"value":4,"code":"g"}"#),
            Some(Less)
        );
        assert_eq!(
            order(r#"{"value":5,"code":"mg"}"#, r#"{"value":4,"code":"cm"}"#),
            None
        );
    }
}

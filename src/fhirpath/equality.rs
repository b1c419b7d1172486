//! `=` and `~` (FHIRPath 6.1), and the order of values (6.2).

use std::cmp::Ordering;

use super::element::Element;
use super::item::Item;
use super::model::{Model, TypeId, TypeKind};
use super::number;
use super::quantity::Quantity;
use super::temporal::{Date, DateTime};
use super::value::Value;
use crate::json::{self, Node};

/// Whether two collections are equal; nothing if either is empty, or if it cannot be told because
/// dates are of different precision or units of different kinds.
pub(super) fn equal(left: &[Item<'_>], right: &[Item<'_>], model: &dyn Model) -> Option<bool> {
    if left.is_empty() || right.is_empty() {
        return None;
    }
    if left.len() != right.len() {
        return Some(false);
    }
    let mut all_known = true;
    for (left, right) in left.iter().zip(right) {
        match items_equal(left, right, model) {
            Some(false) => return Some(false),
            Some(true) => {}
            None => all_known = false,
        }
    }
    all_known.then_some(true)
}

/// Whether two items are equal.
pub(super) fn items_equal(left: &Item<'_>, right: &Item<'_>, model: &dyn Model) -> Option<bool> {
    match (left.value(), right.value()) {
        (Some(left), Some(right)) => values_equal(&left, &right),
        (None, None) => match (left, right) {
            (Item::Element(left), Item::Element(right)) => {
                Some(left.is_same_place(right) || elements_equal(left, right, model, false))
            }
            (Item::Type(left), Item::Type(right)) => Some(left == right),
            _ => Some(false),
        },
        _ => Some(false),
    }
}

/// Whether two values are equal; values of types that do not convert are not.
pub(super) fn values_equal(left: &Value<'_>, right: &Value<'_>) -> Option<bool> {
    match (left, right) {
        (Value::Boolean(left), Value::Boolean(right)) => Some(left == right),
        (Value::String(left), Value::String(right)) => Some(**left == **right),
        (Value::Integer(left), Value::Integer(right)) => Some(left == right),
        _ => match compare(left, right) {
            Order::Known(order) => Some(order.is_eq()),
            Order::Unknown => None,
            Order::DifferentTypes => Some(false),
        },
    }
}

/// How two values stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Less, equal or greater.
    Known(Ordering),
    /// Precision, offset or unit leave it open.
    Unknown,
    /// No order is defined between values of these types.
    DifferentTypes,
}

impl From<Option<Ordering>> for Order {
    fn from(order: Option<Ordering>) -> Self {
        order.map_or(Self::Unknown, Self::Known)
    }
}

/// The order of two values, after the implicit conversions (FHIRPath 5.5.1): integer to decimal
/// to quantity, and date to dateTime.
pub(super) fn compare(left: &Value<'_>, right: &Value<'_>) -> Order {
    use Value as V;
    match (left, right) {
        (V::String(left), V::String(right)) => Order::Known((**left).cmp(right)),
        (V::Integer(left), V::Integer(right)) => Order::Known(left.cmp(right)),
        (V::Date(left), V::Date(right)) => left.compare(*right).into(),
        (V::DateTime(left), V::DateTime(right)) => left.compare(*right).into(),
        (V::Date(left), V::DateTime(right)) => DateTime::from(*left).compare(*right).into(),
        (V::DateTime(left), V::Date(right)) => left.compare(DateTime::from(*right)).into(),
        (V::Time(left), V::Time(right)) => left.compare(*right).into(),
        (V::Quantity(left), V::Quantity(right)) => left.compare(right).into(),
        (V::Quantity(left), right) => match right.as_decimal() {
            Some(right) => left.compare(&Quantity::of_number(right)).into(),
            None => Order::DifferentTypes,
        },
        (left, V::Quantity(right)) => match left.as_decimal() {
            Some(left) => Quantity::of_number(left).compare(right).into(),
            None => Order::DifferentTypes,
        },
        (left, right) => match (left.as_decimal(), right.as_decimal()) {
            (Some(left), Some(right)) => Order::Known(left.cmp(&right)),
            _ => Order::DifferentTypes,
        },
    }
}

/// Whether two collections are equivalent: the same items in any order; two empty ones are.
pub(super) fn equivalent(left: &[Item<'_>], right: &[Item<'_>], model: &dyn Model) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut taken = vec![false; right.len()];
    left.iter().all(|item| {
        let found = right
            .iter()
            .enumerate()
            .position(|(index, other)| !taken[index] && items_equivalent(item, other, model));
        if let Some(index) = found {
            taken[index] = true;
        }
        found.is_some()
    })
}

fn items_equivalent(left: &Item<'_>, right: &Item<'_>, model: &dyn Model) -> bool {
    match (left.value(), right.value()) {
        (Some(left), Some(right)) => values_equivalent(&left, &right),
        (None, None) => match (left, right) {
            (Item::Element(left), Item::Element(right)) => {
                left.is_same_place(right) || elements_equal(left, right, model, true)
            }
            (Item::Type(left), Item::Type(right)) => left == right,
            _ => false,
        },
        _ => false,
    }
}

fn values_equivalent(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) => strings_equivalent(left, right),
        (Value::Quantity(left), Value::Quantity(right)) => left.equivalent(right),
        (Value::Quantity(left), right) => right
            .as_decimal()
            .is_some_and(|right| left.equivalent(&Quantity::of_number(right))),
        (left, Value::Quantity(right)) => left
            .as_decimal()
            .is_some_and(|left| Quantity::of_number(left).equivalent(right)),
        _ => match (left.as_decimal(), right.as_decimal()) {
            (Some(left), Some(right)) => number::equivalent(left, right),
            _ => values_equal(left, right) == Some(true),
        },
    }
}

/// Ignoring case and the kind and amount of white space (FHIRPath 6.1.2).
fn strings_equivalent(left: &str, right: &str) -> bool {
    let normal = |text: &str| {
        text.split_whitespace()
            .map(str::to_lowercase)
            .collect::<Vec<_>>()
            .join(" ")
    };
    left == right || normal(left) == normal(right)
}

/// Deep comparison of elements without a value of their own: the same children, each equal.
fn elements_equal(
    left: &Element<'_>,
    right: &Element<'_>,
    model: &dyn Model,
    by_equivalence: bool,
) -> bool {
    let deep = Deep {
        model,
        by_equivalence,
    };
    let both = |left: Option<&Node<'_>>, right: Option<&Node<'_>>, type_id| match (left, right) {
        (Some(left), Some(right)) => deep.nodes(left, right, type_id),
        (None, None) => true,
        _ => false,
    };
    both(left.node(), right.node(), left.type_id())
        && both(left.sibling(), right.sibling(), TypeId::UNKNOWN)
}

struct Deep<'m> {
    model: &'m dyn Model,
    by_equivalence: bool,
}

impl Deep<'_> {
    /// The depth is that of the JSON tree, which its reader bounds.
    fn nodes(&self, left: &Node<'_>, right: &Node<'_>, type_id: TypeId) -> bool {
        match (&left.value, &right.value) {
            (json::Value::Object(mine), json::Value::Object(theirs)) => {
                mine.len() == theirs.len()
                    && mine.iter().all(|member| {
                        let type_id = self
                            .model
                            .property(type_id, &member.name)
                            .map_or(TypeId::UNKNOWN, |property| property.type_id);
                        right
                            .get(&member.name)
                            .is_some_and(|other| self.nodes(&member.value, other, type_id))
                    })
            }
            (json::Value::Array(mine), json::Value::Array(theirs)) => {
                mine.len() == theirs.len() && self.entries(mine, theirs, type_id)
            }
            (json::Value::Number(mine), json::Value::Number(theirs)) if mine != theirs => {
                match (number::parse_json(mine), number::parse_json(theirs)) {
                    (Some(mine), Some(theirs)) if self.by_equivalence => {
                        number::equivalent(mine, theirs)
                    }
                    (Some(mine), Some(theirs)) => mine == theirs,
                    _ => false,
                }
            }
            (json::Value::String(mine), json::Value::String(theirs)) if mine != theirs => {
                self.texts(mine, theirs, type_id)
            }
            (mine, theirs) => mine == theirs,
        }
    }

    fn entries(&self, mine: &[Node<'_>], theirs: &[Node<'_>], type_id: TypeId) -> bool {
        if !self.by_equivalence {
            return mine
                .iter()
                .zip(theirs)
                .all(|(mine, theirs)| self.nodes(mine, theirs, type_id));
        }
        mine.iter().all(|entry| {
            let count = |entries: &[Node<'_>]| {
                entries
                    .iter()
                    .filter(|other| self.nodes(entry, other, type_id))
                    .count()
            };
            count(mine) == count(theirs)
        })
    }

    fn texts(&self, mine: &str, theirs: &str, type_id: TypeId) -> bool {
        let same = |order: Option<Ordering>| order == Some(Ordering::Equal);
        match type_id.kind() {
            TypeKind::Date | TypeKind::DateTime => {
                let read = |text: &str| {
                    Date::parse(text)
                        .map(DateTime::from)
                        .or_else(|| DateTime::parse(text))
                };
                match (read(mine), read(theirs)) {
                    (Some(mine), Some(theirs)) => same(mine.compare(theirs)),
                    _ => false,
                }
            }
            TypeKind::String if self.by_equivalence => strings_equivalent(mine, theirs),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fhirpath::testing::{PATIENT, evaluate, gives};

    #[test]
    fn equality_is_of_values_in_order() {
        gives(&[
            ("1 = 1.0", "true"),
            ("1 = 1 '1'", "true"),
            ("'1' = 1", "false"),
            ("name.use = 'official' | 'usual'", "true"),
            ("name.use = 'usual' | 'official'", "false"),
            ("name.use != 'official'", "true"),
            ("{} = 1", ""),
            ("{} != {}", ""),
            ("name.first() = name.first()", "true"),
            ("name.first() = name.last()", "false"),
            ("name.first() = 'Doe'", "false"),
            ("birthDate = @1970-03-30", "true"),
            ("birthDate = @1970-03", ""),
            ("birthDate = '1970-03-30'", "false"),
            ("gender = 'male'", "false"),
            ("active = true", "true"),
            ("extension.value.ofType(Quantity) = 0.0045 'g'", "true"),
            ("4 'g' = 4 'mL'", ""),
            ("1 in (1 | 2)", "true"),
            ("(1 | 2) contains 3", "false"),
            ("{} in (1 | 2)", ""),
            ("1 in {}", "false"),
        ]);
    }

    #[test]
    fn equivalence_ignores_order_case_space_and_precision() {
        gives(&[
            ("'Ab  c' ~ 'aB c'", "true"),
            ("name.use ~ 'USUAL' | 'official'", "true"),
            ("1.67 ~ 1.7", "true"),
            ("1.5 ~ 1.52", "true"),
            ("1.5 ~ 1.57", "false"),
            ("{} ~ {}", "true"),
            ("{} ~ 1", "false"),
            ("4 'g' ~ 4040 'mg'", "true"),
            ("4 'g' ~ 4 'mL'", "false"),
            ("@2020 ~ @2020-01", "false"),
            ("1 !~ 2", "true"),
            ("name.first() ~ name.last()", "false"),
        ]);
    }

    #[test]
    fn elements_are_equal_by_what_they_hold() {
        let compare = |operator: &str, left: &str, right: &str| {
            let resource =
                format!(r#"{{"resourceType": "Observation", "component": [{left}, {right}]}}"#);
            evaluate(&resource, &format!("component[0] {operator} component[1]"))
                .map(|items| items.join(", "))
        };
        let range = |low: &str, text: &str| {
            format!(
                r#"{{"valueRange": {{"low": {{"value": {low}}}}}, "code": {{"text": "{text}"}}}}"#
            )
        };
        assert_eq!(
            compare("=", &range("1.0", "a"), &range("1.00", "a")).as_deref(),
            Ok("true")
        );
        assert_eq!(
            compare("=", &range("1.0", "a"), &range("1.01", "a")).as_deref(),
            Ok("false")
        );
        assert_eq!(
            compare("=", &range("1.0", "a"), &range("1.0", "A")).as_deref(),
            Ok("false")
        );
        assert_eq!(
            compare("~", &range("1.0", "a"), &range("1.00", "A")).as_deref(),
            Ok("true")
        );
        let swapped = r#"{"code": {"text": "a"}, "valueRange": {"low": {"value": 1}}}"#;
        assert_eq!(
            compare("=", &range("1", "a"), swapped).as_deref(),
            Ok("true")
        );
        let at = |moment: &str| format!(r#"{{"valuePeriod": {{"start": "{moment}"}}}}"#);
        let (here, there) = (at("2020-01-01T10:00:00Z"), at("2020-01-01T11:00:00+01:00"));
        assert_eq!(compare("=", &here, &there).as_deref(), Ok("true"));
        assert_eq!(
            evaluate(PATIENT, "contained.first() = $this"),
            Ok(vec!["false".to_owned()])
        );
    }
}

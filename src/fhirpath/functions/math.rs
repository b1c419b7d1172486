//! Mathematics (FHIRPath 5.7) and the aggregates of the 3.0 ballot.

use std::sync::Arc;

use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use rust_decimal::{Decimal, RoundingStrategy};

use super::{Math, Site};
use crate::fhirpath::equality::{self, Order};
use crate::fhirpath::error::EvaluationErrorKind as Kind;
use crate::fhirpath::eval::Outcome;
use crate::fhirpath::item::{Collection, Item};
use crate::fhirpath::number;
use crate::fhirpath::quantity::Quantity;
use crate::fhirpath::value::Value;

/// More decimal places than a decimal can hold are refused.
const MOST_PLACES: i64 = 28;

pub(super) fn call<'a>(site: &Site<'_, '_, 'a>, function: Math) -> Outcome<Collection<'a>> {
    match function {
        Math::Sum | Math::Min | Math::Max | Math::Avg => aggregate(site, function),
        Math::Log | Math::Power => of_two(site, function),
        Math::Round => round(site),
        _ => of_one(site, function),
    }
}

/// The input as an integer, decimal or quantity.
fn number_input<'a>(site: &Site<'_, '_, 'a>) -> Outcome<Option<Value<'a>>> {
    let Some(item) = site.single_input()? else {
        return Ok(None);
    };
    as_number(site, &item)
}

fn as_number<'a>(site: &Site<'_, '_, 'a>, item: &Item<'a>) -> Outcome<Option<Value<'a>>> {
    match item.value() {
        Some(value @ (Value::Integer(_) | Value::Decimal(_) | Value::Quantity(_))) => {
            Ok(Some(value))
        }
        None if item.element().is_some_and(|element| element.is_primitive()) => Ok(None),
        _ => Err(site.type_error("a number as the input", item)),
    }
}

fn of_one<'a>(site: &Site<'_, '_, 'a>, function: Math) -> Outcome<Collection<'a>> {
    let Some(value) = number_input(site)? else {
        return Ok(Collection::new());
    };
    if let (Math::Abs, Value::Quantity(quantity)) = (function, &value) {
        return Ok(Collection::of(Value::Quantity(Arc::new(Quantity {
            value: quantity.value.abs(),
            unit: quantity.unit.clone(),
        }))));
    }
    let Some(decimal) = value.as_decimal() else {
        return Err(site.type_error("a number without unit as the input", &Item::Value(value)));
    };
    let result = match (function, &value) {
        (Math::Abs, Value::Integer(value)) => value.checked_abs().map(Value::Integer),
        (Math::Abs, _) => Some(Value::Decimal(decimal.abs())),
        (Math::Ceiling, _) => decimal.ceil().to_i64().map(Value::Integer),
        (Math::Floor, _) => decimal.floor().to_i64().map(Value::Integer),
        (Math::Truncate, _) => decimal.trunc().to_i64().map(Value::Integer),
        (Math::Exp, _) => real(decimal, f64::exp),
        (Math::Ln, _) => real(decimal, f64::ln),
        _ => real(decimal, f64::sqrt),
    };
    Ok(result.into())
}

fn of_two<'a>(site: &Site<'_, '_, 'a>, function: Math) -> Outcome<Collection<'a>> {
    let value = number_input(site)?;
    let argument = match site.argument_item(0)? {
        Some(item) => as_number(site, &item)?,
        None => None,
    };
    let (Some(value), Some(argument)) = (value, argument) else {
        return Ok(Collection::new());
    };
    let (Some(base), Some(other)) = (value.as_decimal(), argument.as_decimal()) else {
        return Err(site.fail(
            Kind::Type,
            format!("expected numbers without unit for `{}()`", site.name()),
        ));
    };
    let result = match (function, &value, &argument) {
        (Math::Log, ..) => real(base, |value| {
            value.ln() / other.to_f64().unwrap_or(f64::NAN).ln()
        }),
        (_, Value::Integer(base), Value::Integer(exponent)) if *exponent >= 0 => {
            u32::try_from(*exponent)
                .ok()
                .and_then(|exponent| base.checked_pow(exponent))
                .map(Value::Integer)
        }
        (_, _, Value::Integer(exponent)) => exact_power(base, *exponent)
            .map(Value::Decimal)
            .or_else(|| power(base, other)),
        _ => power(base, other),
    };
    Ok(result.into())
}

/// By repeated squaring, as long as the digits fit.
fn exact_power(base: Decimal, exponent: i64) -> Option<Decimal> {
    if !(-64..=64).contains(&exponent) {
        return None;
    }
    let product = (0..exponent.unsigned_abs())
        .try_fold(Decimal::ONE, |product, _| product.checked_mul(base))?;
    if exponent < 0 {
        number::quotient(Decimal::ONE, product)
    } else {
        Some(product)
    }
}

fn power<'a>(base: Decimal, exponent: Decimal) -> Option<Value<'a>> {
    real(base, |value| {
        value.powf(exponent.to_f64().unwrap_or(f64::NAN))
    })
}

/// Transcendental functions are calculated in floating point; what is no number gives nothing.
fn real<'a>(value: Decimal, function: impl Fn(f64) -> f64) -> Option<Value<'a>> {
    let result = function(value.to_f64()?);
    if !result.is_finite() {
        return None;
    }
    Decimal::from_f64(result).map(Value::Decimal)
}

fn round<'a>(site: &Site<'_, '_, 'a>) -> Outcome<Collection<'a>> {
    let places = site.argument_integer(0)?.unwrap_or(0);
    let Some(value) = number_input(site)? else {
        return Ok(Collection::new());
    };
    let Some(places) = u32::try_from(places)
        .ok()
        .filter(|places| i64::from(*places) <= MOST_PLACES)
    else {
        return Err(site.fail(
            Kind::Argument,
            format!("expected 0 to {MOST_PLACES} decimal places for `round()`, found {places}"),
        ));
    };
    let rounded = |value: Decimal| {
        value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
    };
    Ok(Collection::of(match value {
        Value::Quantity(quantity) => Value::Quantity(Arc::new(Quantity {
            value: rounded(quantity.value),
            unit: quantity.unit.clone(),
        })),
        Value::Integer(value) => Value::Integer(value),
        other => Value::Decimal(rounded(other.as_decimal().unwrap_or_default())),
    }))
}

fn aggregate<'a>(site: &Site<'_, '_, 'a>, function: Math) -> Outcome<Collection<'a>> {
    let input = site.input()?;
    let mut values = Vec::with_capacity(input.len());
    for item in &input {
        match item.value() {
            Some(value) => values.push(value),
            None => return Err(site.type_error("values as the input", item)),
        }
    }
    match function {
        Math::Min => extreme(site, values, std::cmp::Ordering::Less),
        Math::Max => extreme(site, values, std::cmp::Ordering::Greater),
        _ => {
            let count = Decimal::from(values.len() as u64);
            let Some(total) = sum(site, values)? else {
                return Ok(Collection::new());
            };
            let result = match (function, total) {
                (Math::Avg, Value::Quantity(total)) => {
                    number::quotient(total.value, count).map(|value| {
                        Value::Quantity(Arc::new(Quantity {
                            value,
                            unit: total.unit.clone(),
                        }))
                    })
                }
                (Math::Avg, total) => total
                    .as_decimal()
                    .and_then(|total| number::quotient(total, count))
                    .map(Value::Decimal),
                (_, total) => Some(total),
            };
            Ok(result.into())
        }
    }
}

fn sum<'a>(site: &Site<'_, '_, 'a>, values: Vec<Value<'a>>) -> Outcome<Option<Value<'a>>> {
    let mut total: Option<Value<'a>> = None;
    for value in values {
        let next = match (&total, &value) {
            (None, Value::Integer(_) | Value::Decimal(_) | Value::Quantity(_)) => Some(value),
            (Some(Value::Integer(sum)), Value::Integer(value)) => {
                sum.checked_add(*value).map(Value::Integer)
            }
            (Some(Value::Quantity(sum)), Value::Quantity(value)) => {
                sum.add(value).map(|sum| Value::Quantity(Arc::new(sum)))
            }
            (Some(sum), value) if sum.as_decimal().is_some() && value.as_decimal().is_some() => sum
                .as_decimal()
                .zip(value.as_decimal())
                .and_then(|(sum, value)| sum.checked_add(value))
                .map(Value::Decimal),
            _ => return Err(site.type_error("numbers as the input", &Item::Value(value))),
        };
        if next.is_none() {
            return Ok(None);
        }
        total = next;
    }
    Ok(total)
}

/// The least or the greatest; nothing where two values cannot be told apart.
fn extreme<'a>(
    site: &Site<'_, '_, 'a>,
    values: Vec<Value<'a>>,
    wanted: std::cmp::Ordering,
) -> Outcome<Collection<'a>> {
    let mut values = values.into_iter();
    let Some(mut best) = values.next() else {
        return Ok(Collection::new());
    };
    for value in values {
        match equality::compare(&value, &best) {
            Order::Known(order) if order == wanted => best = value,
            Order::Known(_) => {}
            Order::Unknown => return Ok(Collection::new()),
            Order::DifferentTypes => {
                return Err(site.type_error("values of one type as the input", &Item::Value(value)));
            }
        }
    }
    Ok(Collection::of(best))
}

#[cfg(test)]
mod tests {
    use crate::fhirpath::EvaluationErrorKind as Kind;
    use crate::fhirpath::testing::{fails, gives};

    #[test]
    fn numbers_are_exact_where_they_can_be() {
        gives(&[
            ("(-5).abs() | (-5.5).abs()", "5, 5.5"),
            ("1.1.ceiling() | (-1.1).ceiling()", "2, -1"),
            ("1.9.floor() | (-1.1).floor()", "1, -2"),
            ("(-1.9).truncate()", "-1"),
            ("2.5.round() | (-2.5).round()", "3, -3"),
            ("3.14159.round(2)", "3.14"),
            ("extension.value.ofType(Quantity).round(0)", "5 'mg'"),
            ("2.power(10)", "1024"),
            ("2.power(-1)", "0.5"),
            ("1.1.power(2)", "1.21"),
            ("9.sqrt()", "3"),
            ("(-1).sqrt()", ""),
            ("0.ln()", ""),
            ("8.log(2)", "3"),
            ("1.exp().round(5)", "2.71828"),
            ("2.power(100)", ""),
            ("{}.abs()", ""),
            ("gender.abs()", ""),
        ]);
        fails(
            Kind::Type,
            &["'a'.abs()", "name.first().floor()", "(1 'mg').sqrt()"],
        );
        fails(Kind::Argument, &["1.5.round(-1)", "1.5.round(99)"]);
        fails(Kind::Cardinality, &["(1 | 2).abs()"]);
    }

    #[test]
    fn aggregates_take_numbers_of_one_kind() {
        gives(&[
            ("(1 | 2 | 3).sum()", "6"),
            ("(1 | 2.5).sum()", "3.5"),
            ("(1 'g' | 500 'mg').sum()", "1500 'mg'"),
            ("(1 | 2).avg()", "1.5"),
            ("(3 | 1 | 2).min()", "1"),
            ("('b' | 'a').max()", "b"),
            ("{}.sum()", ""),
            ("(@2020 | @2020-01).min()", ""),
        ]);
        fails(Kind::Type, &["('a' | 'b').sum()", "(1 | 'a').max()"]);
    }
}

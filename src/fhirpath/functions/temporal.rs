//! The clock (FHIRPath 5.9.2), the reach of partial values, and the parts of dates and times of
//! the 3.0 ballot.

use std::sync::Arc;

use rust_decimal::{Decimal, RoundingStrategy};

use super::{Site, Temporal};
use crate::fhirpath::error::EvaluationErrorKind as Kind;
use crate::fhirpath::eval::Outcome;
use crate::fhirpath::item::{Collection, Item};
use crate::fhirpath::number;
use crate::fhirpath::quantity::Quantity;
use crate::fhirpath::temporal::{Boundary, DateTime, Time};
use crate::fhirpath::value::Value;

/// The most decimal places of a boundary: what a decimal can hold.
const MOST_PLACES: i64 = 28;

/// The decimal places of a boundary unless others are asked for.
const DEFAULT_PLACES: i64 = 8;

pub(super) fn call<'a>(site: &Site<'_, '_, 'a>, function: Temporal) -> Outcome<Collection<'a>> {
    match function {
        Temporal::Now => Ok(Collection::of(Value::DateTime(now(site)?))),
        Temporal::Today => Ok(Collection::of(Value::Date(now(site)?.date))),
        Temporal::TimeOfDay => Ok(now(site)?.time.map(Value::Time).into()),
        Temporal::LowBoundary => boundary(site, Boundary::Low),
        Temporal::HighBoundary => boundary(site, Boundary::High),
        Temporal::Precision => precision(site),
        _ => part(site, function),
    }
}

/// The same moment during one evaluation.
fn now(site: &Site<'_, '_, '_>) -> Outcome<DateTime> {
    if let Some(now) = site.evaluator.now.get() {
        return Ok(now);
    }
    let text = format!("{:.3}", jiff::Timestamp::now());
    let now = DateTime::parse(&text).ok_or_else(|| {
        site.fail(
            Kind::Argument,
            format!("expected a clock between the years 1 and 9999, found {text}"),
        )
    })?;
    site.evaluator.now.set(Some(now));
    Ok(now)
}

fn boundary<'a>(site: &Site<'_, '_, 'a>, end: Boundary) -> Outcome<Collection<'a>> {
    let item = site.single_input()?;
    let precision = site.argument_integer(0)?;
    let Some(item) = item else {
        return Ok(Collection::new());
    };
    let digits = |default: u8| match precision {
        None => Some(default),
        Some(precision) => u8::try_from(precision).ok(),
    };
    let Some(value) = item.value() else {
        return match item {
            Item::Element(element) if element.is_primitive() => Ok(Collection::new()),
            _ => Err(site.type_error("a number, quantity, date or time as the input", &item)),
        };
    };
    let places = precision.unwrap_or(DEFAULT_PLACES);
    let result = match &value {
        Value::Integer(_) | Value::Decimal(_) => {
            let written = match &item {
                Item::Element(element) => element.text().and_then(number::json_places),
                _ => None,
            };
            value
                .as_decimal()
                .and_then(|value| decimal_boundary(value, written, end, places))
                .map(Value::Decimal)
        }
        Value::Quantity(quantity) => {
            decimal_boundary(quantity.value, None, end, places).map(|value| {
                Value::Quantity(Arc::new(Quantity {
                    value,
                    unit: quantity.unit.clone(),
                }))
            })
        }
        Value::Date(date) => match digits(8) {
            Some(digits) if digits > 8 => DateTime::from(*date)
                .boundary(end, digits)
                .map(Value::DateTime),
            digits => digits
                .and_then(|digits| date.boundary(end, digits))
                .map(Value::Date),
        },
        Value::DateTime(moment) => digits(17)
            .and_then(|digits| moment.boundary(end, digits))
            .map(Value::DateTime),
        Value::Time(time) => digits(9)
            .and_then(|digits| time.boundary(end, digits))
            .map(Value::Time),
        Value::Boolean(_) | Value::String(_) => {
            return Err(site.type_error("a number, quantity, date or time as the input", &item));
        }
    };
    Ok(result.into())
}

/// The least or the greatest number that rounds to this one: half a unit of its last digit away,
/// cut outwards to that many places.
fn decimal_boundary(
    value: Decimal,
    written_places: Option<i32>,
    end: Boundary,
    places: i64,
) -> Option<Decimal> {
    let places = u32::try_from(places)
        .ok()
        .filter(|places| i64::from(*places) <= MOST_PLACES)?;
    let last = written_places.unwrap_or(i32::try_from(value.scale()).ok()?);
    let half = if last >= 0 {
        Decimal::try_from_i128_with_scale(5, u32::try_from(last).ok()? + 1).ok()?
    } else {
        Decimal::from(5).checked_mul(number::ten_to(u32::try_from(-last - 1).ok()?)?)?
    };
    let (moved, strategy) = match end {
        Boundary::Low => (
            value.checked_sub(half)?,
            RoundingStrategy::ToNegativeInfinity,
        ),
        Boundary::High => (
            value.checked_add(half)?,
            RoundingStrategy::ToPositiveInfinity,
        ),
    };
    let mut result = moved.round_dp_with_strategy(places, strategy);
    result.rescale(places);
    (result.scale() == places).then_some(result)
}

/// `precision()`: digits of a number, or of a date or time.
fn precision<'a>(site: &Site<'_, '_, 'a>) -> Outcome<Collection<'a>> {
    let Some(value) = site.value_input()? else {
        return Ok(Collection::new());
    };
    let digits = match &value {
        Value::Integer(_) => 0,
        Value::Decimal(value) => i64::from(value.scale()),
        Value::Date(date) => i64::from(date.precision()),
        Value::DateTime(moment) => i64::from(moment.precision()),
        Value::Time(time) => i64::from(time.precision()),
        _ => {
            let found = Item::Value(value);
            return Err(site.type_error("a number, date or time as the input", &found));
        }
    };
    Ok(Collection::of(Value::Integer(digits)))
}

/// `yearOf()` and the like; a part that the value does not have gives nothing.
fn part<'a>(site: &Site<'_, '_, 'a>, function: Temporal) -> Outcome<Collection<'a>> {
    let Some(value) = site.value_input()? else {
        return Ok(Collection::new());
    };
    let (date, time, offset) = match &value {
        Value::Date(date) => (Some(*date), None, None),
        Value::DateTime(moment) => (Some(moment.date), moment.time, moment.offset),
        Value::Time(time) => (None, Some(*time), None),
        _ => {
            let found = Item::Value(value);
            return Err(site.type_error("a date or time as the input", &found));
        }
    };
    let integer = |part: Option<i64>| part.map(Value::Integer);
    let of_date = |part: Option<u8>| integer(part.map(i64::from));
    let millis = |time: Time| {
        time.fraction
            .map(|fraction| i64::from(fraction.nanos / 1_000_000))
    };
    let result = match function {
        Temporal::YearOf => integer(date.map(|date| i64::from(date.year))),
        Temporal::MonthOf => of_date(date.and_then(|date| date.month)),
        Temporal::DayOf => of_date(date.and_then(|date| date.day)),
        Temporal::HourOf => of_date(time.map(|time| time.hour)),
        Temporal::MinuteOf => of_date(time.and_then(|time| time.minute)),
        Temporal::SecondOf => of_date(time.and_then(|time| time.second)),
        Temporal::MillisecondOf => integer(time.and_then(millis)),
        Temporal::TimezoneOffsetOf => offset
            .and_then(|offset| number::quotient(Decimal::from(offset), Decimal::from(60)))
            .map(Value::Decimal),
        Temporal::DateOf => date.map(Value::Date),
        _ => time.map(Value::Time),
    };
    Ok(result.into())
}

#[cfg(test)]
mod tests {
    use crate::fhirpath::EvaluationErrorKind as Kind;
    use crate::fhirpath::testing::{fails, gives};

    #[test]
    fn the_clock_stands_still_during_an_evaluation() {
        gives(&[
            ("now() = now()", "true"),
            ("today() = now().toDate()", "true"),
            ("timeOfDay() = now().timeOf()", "true"),
            (
                "now() is DateTime and today() is Date and timeOfDay() is Time",
                "true",
            ),
        ]);
    }

    #[test]
    fn boundaries_depend_on_what_was_written() {
        gives(&[
            (
                "identifier.period.start.lowBoundary()",
                "2020-01-01T00:00:00.000+14:00",
            ),
            (
                "identifier.period.end.highBoundary()",
                "2020-03-01T23:59:59.999-12:00",
            ),
            ("birthDate.lowBoundary(6)", "1970-03"),
            ("@2020-02.highBoundary()", "2020-02-29"),
            ("@2020.lowBoundary(17)", "2020-01-01T00:00:00.000+14:00"),
            (
                "extension.value.ofType(Quantity).lowBoundary(3)",
                "4.495 'mg'",
            ),
            ("1.lowBoundary(0) | 1.highBoundary(0)", "0, 2"),
            ("1.5.highBoundary(29)", ""),
            ("@2020.lowBoundary(5)", ""),
            ("gender.lowBoundary()", ""),
        ]);
        fails(
            Kind::Type,
            &["'a'.lowBoundary()", "name.first().highBoundary()"],
        );
    }

    #[test]
    fn parts_and_precision() {
        gives(&[
            (
                "birthDate.yearOf() | birthDate.monthOf() | birthDate.dayOf()",
                "1970, 3, 30",
            ),
            ("birthDate.hourOf()", ""),
            ("@T10:30:05.120.millisecondOf()", "120"),
            ("@2020-01-01T10:00:00+05:30.timezoneOffsetOf()", "5.5"),
            ("@2020-01-01T10:00:00Z.dateOf()", "2020-01-01"),
            ("birthDate.precision()", "8"),
            ("1.50.precision()", "2"),
        ]);
        fails(Kind::Type, &["'a'.yearOf()", "true.precision()"]);
    }
}

//! Conversion (FHIRPath 5.5): `iif`, and for each System type `toX` and `convertsToX`.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::{Conversion, Site};
use crate::fhirpath::eval::{Outcome, Scope};
use crate::fhirpath::item::{Collection, Item};
use crate::fhirpath::number;
use crate::fhirpath::quantity::{Quantity, QuantityUnit};
use crate::fhirpath::temporal::{Date, DateTime, Time};
use crate::fhirpath::ucum::Unit;
use crate::fhirpath::value::Value;

/// What a conversion makes.
#[derive(Debug, Clone, Copy)]
enum Target {
    Boolean,
    Integer,
    Long,
    Decimal,
    Date,
    DateTime,
    Time,
    Quantity,
    String,
}

pub(super) fn call<'a>(site: &Site<'_, '_, 'a>, function: Conversion) -> Outcome<Collection<'a>> {
    use Conversion as C;
    let (target, asks) = match function {
        C::Iif => return iif(site),
        C::ToBoolean => (Target::Boolean, false),
        C::ConvertsToBoolean => (Target::Boolean, true),
        C::ToInteger => (Target::Integer, false),
        C::ConvertsToInteger => (Target::Integer, true),
        C::ToLong => (Target::Long, false),
        C::ConvertsToLong => (Target::Long, true),
        C::ToDecimal => (Target::Decimal, false),
        C::ConvertsToDecimal => (Target::Decimal, true),
        C::ToDate => (Target::Date, false),
        C::ConvertsToDate => (Target::Date, true),
        C::ToDateTime => (Target::DateTime, false),
        C::ConvertsToDateTime => (Target::DateTime, true),
        C::ToTime => (Target::Time, false),
        C::ConvertsToTime => (Target::Time, true),
        C::ToQuantity => (Target::Quantity, false),
        C::ConvertsToQuantity => (Target::Quantity, true),
        C::ToStringValue => (Target::String, false),
        C::ConvertsToString => (Target::String, true),
    };
    let Some(item) = site.single_input()? else {
        return Ok(Collection::new());
    };
    let mut converted = convert(&item, target);
    if let (Some(Value::Quantity(quantity)), Some(unit)) = (&converted, site.argument_text(0)?) {
        converted = to_unit(quantity, &unit);
    }
    if asks {
        return Ok(Collection::of(Value::Boolean(converted.is_some())));
    }
    Ok(converted.into())
}

/// `iif(criterion, then, else)`: only the branch taken is evaluated, on the input as `$this`.
fn iif<'a>(site: &Site<'_, '_, 'a>) -> Outcome<Collection<'a>> {
    let input = match &site.call.input {
        Some(_) => site.single_input()?,
        None => site.scope.this.cloned(),
    };
    let scope = match &site.call.input {
        Some(_) => Scope {
            this: input.as_ref(),
            index: input.as_ref().map(|_| 0),
            ..site.scope
        },
        None => site.scope,
    };
    let Some(criterion) = site.argument(0) else {
        return Ok(Collection::new());
    };
    let found = site.evaluator.scoped(criterion, scope)?;
    let item = site
        .evaluator
        .at_most_one(&found, site.offset, "the criterion of `iif()`")?;
    let held = match item.map(|item| (item, item.value())) {
        None => false,
        Some((_, Some(Value::Boolean(value)))) => value,
        Some((item, _)) => return Err(site.type_error("a boolean as the criterion", item)),
    };
    match site.argument(if held { 1 } else { 2 }) {
        Some(branch) => site.evaluator.scoped(branch, scope),
        None => Ok(Collection::new()),
    }
}

fn convert<'a>(item: &Item<'a>, target: Target) -> Option<Value<'a>> {
    // The text of a primitive is what the resource says, digit by digit.
    if let (Target::String, Item::Element(element)) = (target, item)
        && let Some(text) = element.text()
    {
        return Some(Value::String(text.into()));
    }
    let value = item.value()?;
    match target {
        Target::Boolean => to_boolean(&value).map(Value::Boolean),
        Target::Integer => to_integer(&value)
            .filter(|value| i32::try_from(*value).is_ok())
            .map(Value::Integer),
        Target::Long => to_integer(&value).map(Value::Integer),
        Target::Decimal => to_decimal(&value).map(Value::Decimal),
        Target::Date => to_date(&value).map(Value::Date),
        Target::DateTime => to_date_time(&value).map(Value::DateTime),
        Target::Time => match value {
            Value::Time(_) => Some(value),
            Value::String(text) => Time::parse(&text).map(Value::Time),
            _ => None,
        },
        Target::Quantity => to_quantity(value).map(Value::Quantity),
        Target::String => Some(match value {
            Value::String(_) => value,
            other => Value::String(other.to_string().into()),
        }),
    }
}

fn to_boolean(value: &Value<'_>) -> Option<bool> {
    match value {
        Value::Boolean(value) => Some(*value),
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "1" | "1.0" => Some(true),
            "false" | "f" | "no" | "n" | "0" | "0.0" => Some(false),
            _ => None,
        },
        other => {
            let number = other.as_decimal()?;
            (number.is_zero() || number == Decimal::ONE).then(|| !number.is_zero())
        }
    }
}

fn to_integer(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Integer(value) => Some(*value),
        Value::Boolean(value) => Some(i64::from(*value)),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn to_decimal(value: &Value<'_>) -> Option<Decimal> {
    match value {
        Value::Boolean(value) => Some(if *value {
            Decimal::new(10, 1)
        } else {
            Decimal::new(0, 1)
        }),
        Value::String(text) => number::parse_plain(text),
        other => other.as_decimal(),
    }
}

fn to_date(value: &Value<'_>) -> Option<Date> {
    match value {
        Value::Date(date) => Some(*date),
        Value::DateTime(moment) => Some(moment.date),
        Value::String(text) => {
            Date::parse(text).or_else(|| DateTime::parse(text).map(|moment| moment.date))
        }
        _ => None,
    }
}

fn to_date_time(value: &Value<'_>) -> Option<DateTime> {
    match value {
        Value::DateTime(moment) => Some(*moment),
        Value::Date(date) => Some(DateTime::from(*date)),
        Value::String(text) => DateTime::parse(text),
        _ => None,
    }
}

fn to_quantity(value: Value<'_>) -> Option<Arc<Quantity>> {
    match value {
        Value::Quantity(quantity) => Some(quantity),
        Value::String(text) => Quantity::parse(&text).map(Arc::new),
        other => Some(Arc::new(Quantity::of_number(to_decimal(&other)?))),
    }
}

/// The quantity in another unit of the same dimension.
fn to_unit<'a>(quantity: &Quantity, code: &str) -> Option<Value<'a>> {
    let QuantityUnit::Ucum(own) = &quantity.unit else {
        return None;
    };
    let value = Unit::parse(own)
        .ok()?
        .convert(quantity.value, &Unit::parse(code).ok()?)?;
    Some(Value::Quantity(Arc::new(Quantity {
        value,
        unit: QuantityUnit::Ucum(code.to_owned()),
    })))
}

#[cfg(test)]
mod tests {
    use crate::fhirpath::EvaluationErrorKind as Kind;
    use crate::fhirpath::testing::{fails, gives};

    #[test]
    fn conversions_take_exactly_their_forms() {
        gives(&[
            ("'yes'.toBoolean() | 'F'.toBoolean()", "true, false"),
            ("1.0.toBoolean()", "true"),
            ("2.toBoolean()", ""),
            ("'12'.toInteger() + '-3'.toInteger()", "9"),
            ("'2147483648'.toInteger()", ""),
            ("'2147483648'.toLong()", "2147483648"),
            ("'1.0'.toInteger()", ""),
            ("true.toInteger()", "1"),
            ("'1.50'.toDecimal()", "1.50"),
            ("'1.'.toDecimal()", ""),
            ("'1e3'.toDecimal()", ""),
            ("birthDate.toString()", "1970-03-30"),
            ("birthDate.toDateTime()", "1970-03-30"),
            ("@2020-01-02T10:00:00Z.toDate()", "2020-01-02"),
            ("'2020-13'.toDate()", ""),
            ("'10:30'.toTime()", "10:30"),
            ("'4 days'.toQuantity()", "4 days"),
            ("'1.5 \\'mg\\''.toQuantity('g')", "0.0015 'g'"),
            ("5.toQuantity()", "5 '1'"),
            ("extension.value.ofType(Quantity).toString()", "4.50 'mg'"),
            ("name.first().toString()", ""),
            ("name.first().convertsToString()", "false"),
            ("{}.convertsToInteger()", ""),
            ("'a'.convertsToInteger()", "false"),
            ("gender.toString()", ""),
        ]);
        fails(
            Kind::Cardinality,
            &["(1 | 2).toString()", "('1' | '2').convertsToInteger()"],
        );
    }

    #[test]
    fn iif_evaluates_the_branch_it_takes_only() {
        gives(&[
            ("iif(true, 1, ('a' | 'b').toInteger())", "1"),
            ("iif(false, 1)", ""),
            ("iif({}, 1, 2)", "2"),
            ("name.first().iif(use = 'official', family, 'x')", "Doe"),
            ("photo.iif(empty(), 'none', 'some')", "none"),
            (
                "name.select(iif(family.exists(), family, given))",
                "Doe, Janie",
            ),
        ]);
        fails(Kind::Type, &["iif('x', 1, 2)"]);
        fails(
            Kind::Cardinality,
            &["name.iif(true, 1, 2)", "iif(true | false, 1, 2)"],
        );
    }
}

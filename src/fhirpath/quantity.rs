//! `System.Quantity`: a decimal with a unit (FHIRPath 4.1.9), compared and calculated across units.

use std::cmp::Ordering;
use std::fmt;

use rust_decimal::Decimal;

use super::temporal::CalendarUnit;
use super::ucum::Unit;

/// What a quantity counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuantityUnit {
    /// A calendar duration such as `month`.
    Calendar(CalendarUnit),
    /// A UCUM code; `1` where there is none.
    Ucum(String),
    /// A unit of another system, or only in words; comparable with itself alone.
    Other(String),
}

/// A value with its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// How many.
    pub value: Decimal,
    /// Of what.
    pub unit: QuantityUnit,
}

impl QuantityUnit {
    /// The unit that a string means after a number: a UCUM code, or the name of a calendar
    /// duration.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        match CalendarUnit::from_keyword(code) {
            Some(unit) => Self::Calendar(unit),
            None => Self::Ucum(code.to_owned()),
        }
    }

    /// The unit for calculating and comparing. Calendar years and months have no definite length
    /// and are left out unless an approximation will do.
    fn measure(&self, approximate: bool) -> Option<Unit> {
        match self {
            Self::Ucum(code) => Unit::parse(code).ok(),
            Self::Calendar(unit) if approximate || *unit <= CalendarUnit::Week => {
                Unit::parse(unit.ucum()).ok()
            }
            Self::Calendar(_) | Self::Other(_) => None,
        }
    }

    /// Months in the calendar units that are whole months.
    const fn months(&self) -> Option<i64> {
        match self {
            Self::Calendar(CalendarUnit::Year) => Some(12),
            Self::Calendar(CalendarUnit::Month) => Some(1),
            _ => None,
        }
    }
}

impl Quantity {
    /// A number without a unit.
    #[must_use]
    pub fn of_number(value: Decimal) -> Self {
        Self {
            value,
            unit: QuantityUnit::Ucum("1".to_owned()),
        }
    }

    /// The order, if the units are comparable.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        if self.unit == other.unit {
            return Some(self.value.cmp(&other.value));
        }
        if let (Some(mine), Some(theirs)) = (self.unit.months(), other.unit.months()) {
            let months = |value: Decimal, each: i64| value.checked_mul(Decimal::from(each));
            return Some(months(self.value, mine)?.cmp(&months(other.value, theirs)?));
        }
        self.compare_measures(other, false)
    }

    /// Equivalence: the same amount, also between calendar years and months and their UCUM
    /// equivalents.
    #[must_use]
    pub fn equivalent(&self, other: &Self) -> bool {
        let order = self
            .compare(other)
            .or_else(|| self.compare_measures(other, true));
        if order == Some(Ordering::Equal) {
            return true;
        }
        // Decimals are equivalent at the precision of the less precise (FHIRPath 6.1.2); between
        // units that is seen in the larger one.
        let (Some(mine), Some(theirs)) = (self.unit.measure(true), other.unit.measure(true)) else {
            return false;
        };
        let pair = if mine.smaller_than(&theirs) {
            mine.convert(self.value, &theirs)
                .map(|converted| (converted, other.value))
        } else {
            theirs
                .convert(other.value, &mine)
                .map(|converted| (self.value, converted))
        };
        pair.is_some_and(|(left, right)| super::number::equivalent(left, right))
    }

    /// Whether the units measure the same kind of thing.
    #[must_use]
    pub fn comparable(&self, other: &Self) -> bool {
        self.compare(other).is_some()
    }

    fn compare_measures(&self, other: &Self, approximate: bool) -> Option<Ordering> {
        let mine = self.unit.measure(approximate)?;
        let theirs = other.unit.measure(approximate)?;
        mine.compare(self.value, &theirs, other.value)
    }

    /// The sum, in the smaller of the two units; `None` if they are not comparable or the sum is
    /// too large.
    #[must_use]
    pub fn add(&self, other: &Self) -> Option<Self> {
        if self.unit == other.unit {
            return Some(Self {
                value: self.value.checked_add(other.value)?,
                unit: self.unit.clone(),
            });
        }
        let (mine, theirs) = (self.unit.measure(false)?, other.unit.measure(false)?);
        let (left, right, unit) = if theirs.smaller_than(&mine) {
            (mine.convert(self.value, &theirs)?, other.value, &other.unit)
        } else {
            (self.value, theirs.convert(other.value, &mine)?, &self.unit)
        };
        Some(Self {
            value: left.checked_add(right)?,
            unit: unit.clone(),
        })
    }

    /// The same amount with the other sign.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self {
            value: -self.value,
            unit: self.unit.clone(),
        }
    }

    /// The product, with the product of the units.
    #[must_use]
    pub fn multiply(&self, other: &Self) -> Option<Self> {
        let value = self.value.checked_mul(other.value)?;
        self.combined(other, value, '.')
    }

    /// The quotient, with the quotient of the units; `None` when divided by zero.
    #[must_use]
    pub fn divide(&self, other: &Self) -> Option<Self> {
        let value = super::number::quotient(self.value, other.value)?;
        self.combined(other, value, '/')
    }

    fn combined(&self, other: &Self, value: Decimal, operator: char) -> Option<Self> {
        let code = |unit: &QuantityUnit| match unit {
            QuantityUnit::Ucum(code) => Some(code.clone()),
            QuantityUnit::Calendar(unit) => Some(unit.ucum().to_owned()),
            QuantityUnit::Other(_) => None,
        };
        let (left, right) = (code(&self.unit)?, code(&other.unit)?);
        let unit = match (left.as_str(), operator, right.as_str()) {
            (_, _, "1") => left,
            ("1", '.', _) => right,
            _ if right.contains(['.', '/']) => format!("{left}{operator}({right})"),
            _ => format!("{left}{operator}{right}"),
        };
        let unit = if Unit::parse(&unit).ok()?.is_one() {
            "1".to_owned()
        } else {
            unit
        };
        Some(Self {
            value,
            unit: QuantityUnit::Ucum(unit),
        })
    }

    /// Reads `4.5 'mg'`, `1 week` or a number alone (FHIRPath 5.5.6).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let end = text
            .find(|character: char| !matches!(character, '0'..='9' | '.' | '+' | '-'))
            .unwrap_or(text.len());
        let (number, rest) = text.split_at_checked(end)?;
        let value = super::number::parse_plain(number)?;
        let unit = rest.trim_start();
        if unit.is_empty() {
            return Some(Self::of_number(value));
        }
        let unit = match unit.strip_prefix('\'') {
            Some(quoted) => {
                let code = quoted.strip_suffix('\'')?;
                Unit::parse(code).ok()?;
                QuantityUnit::Ucum(code.to_owned())
            }
            None if rest.len() == unit.len() => return None,
            None => QuantityUnit::Calendar(CalendarUnit::from_keyword(unit)?),
        };
        Some(Self { value, unit })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.unit {
            QuantityUnit::Calendar(unit) => {
                let plural = if self.value == Decimal::ONE { "" } else { "s" };
                write!(formatter, "{} {}{plural}", self.value, unit.keyword())
            }
            QuantityUnit::Ucum(unit) | QuantityUnit::Other(unit) => {
                write!(formatter, "{} '{unit}'", self.value)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ordering, Quantity};

    fn quantity(text: &str) -> Quantity {
        Quantity::parse(text).unwrap_or_else(|| panic!("{text} is no quantity"))
    }

    #[test]
    fn text_goes_both_ways() {
        for text in ["4.50 'mg'", "1 week", "2 weeks", "-3 '1'", "1 'wk'"] {
            assert_eq!(quantity(text).to_string(), text);
        }
        assert_eq!(quantity("1").to_string(), "1 '1'");
        for text in [
            "",
            "mg",
            "1 wk",
            "1 'wk",
            "1day",
            "1 'nothing'",
            "1..2 'mg'",
            "é",
        ] {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
    }

    #[test]
    fn calendar_durations_meet_ucum_up_to_the_week() {
        let compare = |left: &str, right: &str| quantity(left).compare(&quantity(right));
        assert_eq!(compare("7 days", "1 'wk'"), Some(Ordering::Equal));
        assert_eq!(compare("12 months", "1 year"), Some(Ordering::Equal));
        assert_eq!(compare("1 year", "1 'a'"), None);
        assert_eq!(compare("1 year", "365 days"), None);
        assert!(quantity("1 year").equivalent(&quantity("1 'a'")));
        assert!(quantity("1 month").equivalent(&quantity("1 'mo'")));
        assert!(!quantity("1 year").equivalent(&quantity("1 day")));
    }

    #[test]
    fn units_are_calculated_with() {
        let text = |quantity: Option<Quantity>| quantity.map(|quantity| quantity.to_string());
        let (metre, centimetre) = (quantity("3 'm'"), quantity("3 'cm'"));
        assert_eq!(text(metre.add(&centimetre)).as_deref(), Some("303 'cm'"));
        assert_eq!(text(metre.add(&quantity("1 's'"))), None);
        assert_eq!(
            text(metre.multiply(&centimetre)).as_deref(),
            Some("9 'm.cm'")
        );
        assert_eq!(text(metre.divide(&metre)).as_deref(), Some("1 '1'"));
        assert_eq!(
            text(metre.divide(&quantity("2 'g/L'"))).as_deref(),
            Some("1.5 'm/(g/L)'")
        );
        assert_eq!(text(metre.divide(&quantity("0 's'"))), None);
    }
}

//! Units of measure by the case-sensitive codes of UCUM: reading a code, and converting between
//! units of the same dimension.
//!
//! Deliberately not here: names and synonyms of units, and the case-insensitive codes. Units on
//! logarithmic scales (such as `B[SPL]` or `[pH]`) are known but convert to nothing but themselves.

mod atoms;
mod factor;
mod grammar;

use rust_decimal::Decimal;
use thiserror::Error;

use factor::Factor;

/// The code is no unit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("character {}: {message}", offset + 1)]
pub struct UnitError {
    /// Byte offset into the code.
    pub offset: usize,
    /// What was expected and what was found.
    pub message: String,
}

/// Exponents of metre, second, gram, radian, kelvin, coulomb and candela.
type Dimension = [i8; 7];

/// A scale that starts elsewhere than its base unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    /// `Cel`: kelvin less 273.15.
    Celsius,
    /// `[degF]`
    Fahrenheit,
    /// `[degRe]`
    Reaumur,
}

/// A unit of UCUM.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    dimension: Dimension,
    factor: Factor,
    /// Units that measure nothing but themselves, such as `[iU]`, with their exponents, sorted.
    arbitrary: Vec<(&'static str, i8)>,
    scale: Option<Scale>,
}

impl Unit {
    const ONE: Self = Self {
        dimension: [0; 7],
        factor: Factor::ONE,
        arbitrary: Vec::new(),
        scale: None,
    };

    /// Reads a case-sensitive UCUM code such as `mg/dL`, `10*3/uL` or `mm[Hg]`.
    ///
    /// # Errors
    /// The first place where the code is not one.
    pub fn parse(code: &str) -> Result<Self, UnitError> {
        grammar::parse(code)
    }

    /// Whether values of the two units can be compared.
    #[must_use]
    pub fn comparable(&self, other: &Self) -> bool {
        self.dimension == other.dimension && self.arbitrary == other.arbitrary
    }

    /// Compares a value of this unit with a value of the other; `None` if the units are not
    /// comparable.
    #[must_use]
    pub fn compare(
        &self,
        value: Decimal,
        other: &Self,
        other_value: Decimal,
    ) -> Option<std::cmp::Ordering> {
        if !self.comparable(other) {
            return None;
        }
        if self.scale == other.scale && self.factor == other.factor {
            return Some(value.cmp(&other_value));
        }
        let (mine, theirs) = (self.to_base(value)?, other.to_base(other_value)?);
        factor::compare(mine, &self.factor, theirs, &other.factor)
    }

    /// The value of the other unit that this value of this unit is.
    #[must_use]
    pub fn convert(&self, value: Decimal, other: &Self) -> Option<Decimal> {
        if !self.comparable(other) {
            return None;
        }
        if self.scale == other.scale && self.factor == other.factor {
            return Some(value);
        }
        if other.scale.is_some() {
            return None;
        }
        self.factor.convert(self.to_base(value)?, &other.factor)
    }

    /// Whether the other unit is the larger of two that are comparable.
    #[must_use]
    pub fn smaller_than(&self, other: &Self) -> bool {
        self.compare(Decimal::ONE, other, Decimal::ONE) == Some(std::cmp::Ordering::Less)
    }

    /// Whether the unit is the number one.
    #[must_use]
    pub fn is_one(&self) -> bool {
        *self == Self::ONE
    }

    /// A value on a shifted scale as one on the scale of its base unit.
    fn to_base(&self, value: Decimal) -> Option<Decimal> {
        match self.scale {
            None => Some(value),
            Some(Scale::Celsius) => value.checked_add(Decimal::new(27315, 2)),
            Some(Scale::Fahrenheit) => value
                .checked_add(Decimal::new(45967, 2))?
                .checked_mul(Decimal::from(5))?
                .checked_div(Decimal::from(9)),
            Some(Scale::Reaumur) => value
                .checked_mul(Decimal::new(125, 2))?
                .checked_add(Decimal::new(27315, 2)),
        }
    }

    fn multiply(&mut self, other: &Self, exponent: i8) -> Option<()> {
        for (mine, theirs) in self.dimension.iter_mut().zip(other.dimension) {
            *mine = mine.checked_add(theirs.checked_mul(exponent)?)?;
        }
        self.factor = self.factor.times(&other.factor.power(exponent)?)?;
        for &(name, power) in &other.arbitrary {
            let power = power.checked_mul(exponent)?;
            match self.arbitrary.iter_mut().find(|(own, _)| *own == name) {
                Some((_, own)) => *own = own.checked_add(power)?,
                None => self.arbitrary.push((name, power)),
            }
        }
        self.arbitrary.retain(|(_, power)| *power != 0);
        self.arbitrary.sort_unstable();
        // A scale is meaningful for a unit that stands alone only; elsewhere a degree is a step.
        self.scale = None;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::Unit;
    use proptest::prelude::*;
    use rust_decimal::Decimal;
    use std::cmp::Ordering;

    fn unit(code: &str) -> Unit {
        Unit::parse(code).unwrap_or_else(|error| panic!("{code}: {error}"))
    }

    fn same(left: (&str, &str), right: (&str, &str)) -> Option<bool> {
        let value = |text: &str| text.parse::<Decimal>().expect("a decimal");
        unit(left.1)
            .compare(value(left.0), &unit(right.1), value(right.0))
            .map(Ordering::is_eq)
    }

    #[test]
    fn units_of_one_dimension_convert_exactly() {
        assert_eq!(same(("4", "g"), ("4000", "mg")), Some(true));
        assert_eq!(same(("1", "[in_i]"), ("2.54", "cm")), Some(true));
        assert_eq!(same(("1", "[lb_av]"), ("453.59237", "g")), Some(true));
        assert_eq!(same(("1", "L"), ("1000", "cm3")), Some(true));
        assert_eq!(same(("5", "10*3/uL"), ("5", "10*9/L")), Some(true));
        assert_eq!(same(("1", "kg.m/s2"), ("1", "N")), Some(true));
        assert_eq!(same(("1", "N"), ("1", "kg.m.s-2")), Some(true));
        assert_eq!(same(("1", "d"), ("24", "h")), Some(true));
        assert_eq!(same(("50", "%"), ("0.5", "1")), Some(true));
        assert_eq!(same(("37", "Cel"), ("310.15", "K")), Some(true));
        assert_eq!(same(("98.6", "[degF]"), ("37", "Cel")), Some(true));
        assert_eq!(same(("1", "mmol/L"), ("1", "umol/mL")), Some(true));
        assert_eq!(same(("1", "{tablet}"), ("1", "1")), Some(true));
        assert_eq!(same(("1", "kg/(m.s2)"), ("1", "Pa")), Some(true));
        assert_eq!(same(("1", "mg"), ("1", "g")), Some(false));
    }

    #[test]
    fn units_of_different_dimensions_do_not_compare() {
        assert_eq!(same(("1", "cm"), ("1", "s")), None);
        assert_eq!(same(("1", "[iU]"), ("1", "1")), None);
        assert_eq!(same(("1", "[iU]/L"), ("1", "[iU]/L")), Some(true));
        assert_eq!(same(("1", "[iU]/mL"), ("1000", "[iU]/L")), Some(true));
        assert_eq!(same(("7", "[pH]"), ("7", "1")), None);
    }

    #[test]
    fn what_is_no_unit_is_refused_with_its_place() {
        for code in [
            "", "foo", "kg/", "m..s", "(m", "m)", "mg dL", "{open", "cm[", "k[in_i]", "m2x",
        ] {
            assert!(Unit::parse(code).is_err(), "{code}");
        }
        let error = Unit::parse("mg/foo").expect_err("no unit");
        assert_eq!(
            error.to_string(),
            "character 4: expected a UCUM unit, found `foo`"
        );
    }

    proptest! {
        #[test]
        fn any_text_ends_in_a_unit_or_an_error(code in r"[a-zA-Z0-9.()\[\]{}/*^'%_+-]{0,30}") {
            let _ = Unit::parse(&code);
        }
    }
}

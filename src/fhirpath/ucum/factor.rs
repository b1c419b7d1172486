//! Exact factors between units: a fraction of decimals times a power of ten.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::fhirpath::number;

/// `numerator / denominator * 10^exponent`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Factor {
    numerator: Decimal,
    denominator: Decimal,
    exponent: i32,
}

impl Factor {
    pub(super) const ONE: Self = Self {
        numerator: Decimal::ONE,
        denominator: Decimal::ONE,
        exponent: 0,
    };

    pub(super) const fn ten_to(exponent: i32) -> Self {
        Self {
            exponent,
            ..Self::ONE
        }
    }

    pub(super) fn number(value: Decimal) -> Self {
        Self {
            numerator: value.normalize(),
            ..Self::ONE
        }
    }

    pub(super) fn times(&self, other: &Self) -> Option<Self> {
        let numerator = self.numerator.checked_mul(other.numerator)?.normalize();
        let denominator = self.denominator.checked_mul(other.denominator)?.normalize();
        let (numerator, denominator) = if numerator == denominator {
            (Decimal::ONE, Decimal::ONE)
        } else {
            (numerator, denominator)
        };
        Some(Self {
            numerator,
            denominator,
            exponent: self.exponent.checked_add(other.exponent)?,
        })
    }

    pub(super) fn power(&self, exponent: i8) -> Option<Self> {
        let base = if exponent < 0 { self.inverse() } else { *self };
        (0..exponent.unsigned_abs()).try_fold(Self::ONE, |product, _| product.times(&base))
    }

    const fn inverse(&self) -> Self {
        Self {
            numerator: self.denominator,
            denominator: self.numerator,
            exponent: -self.exponent,
        }
    }

    /// `value * self / other`
    pub(super) fn convert(&self, value: Decimal, other: &Self) -> Option<Decimal> {
        let ratio = self.times(&other.inverse())?;
        let scaled = times_ten_to(value.checked_mul(ratio.numerator)?, ratio.exponent)?;
        Some(scaled.checked_div(ratio.denominator)?.normalize())
    }

    fn approximate(&self, value: Decimal) -> Option<f64> {
        Some(
            value.to_f64()? * self.numerator.to_f64()? / self.denominator.to_f64()?
                * 10_f64.powi(self.exponent),
        )
    }
}

/// Compares `left * left_factor` with `right * right_factor`: exactly, or, where the product has
/// more digits than a decimal holds, as floating-point numbers.
pub(super) fn compare(
    left: Decimal,
    left_factor: &Factor,
    right: Decimal,
    right_factor: &Factor,
) -> Option<Ordering> {
    let exact = || {
        let left_side = left
            .checked_mul(left_factor.numerator)?
            .checked_mul(right_factor.denominator)?;
        let right_side = right
            .checked_mul(right_factor.numerator)?
            .checked_mul(left_factor.denominator)?;
        let shift = left_factor.exponent - right_factor.exponent;
        // Only the larger power is moved, so that nothing is rounded away.
        if shift >= 0 {
            Some(times_ten_to(left_side, shift)?.cmp(&right_side))
        } else {
            Some(left_side.cmp(&times_ten_to(right_side, -shift)?))
        }
    };
    exact().or_else(|| {
        left_factor
            .approximate(left)?
            .partial_cmp(&right_factor.approximate(right)?)
    })
}

fn times_ten_to(value: Decimal, exponent: i32) -> Option<Decimal> {
    let power = number::ten_to(exponent.unsigned_abs())?;
    if exponent >= 0 {
        value.checked_mul(power)
    } else {
        value.checked_div(power)
    }
}

//! Decimals from text, exactly.

use rust_decimal::Decimal;

/// Reads digits with an optional sign and decimal places, as `toDecimal()` takes them.
pub(super) fn parse_plain(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, places) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(places) {
        return None;
    }
    text.strip_prefix('+').unwrap_or(text).parse().ok()
}

/// Reads a number as JSON writes it, also with an exponent; `None` beyond the 28 digits that a
/// decimal holds.
pub(super) fn parse_json(text: &str) -> Option<Decimal> {
    if text.bytes().any(|byte| matches!(byte, b'e' | b'E')) {
        Decimal::from_scientific(text).ok()
    } else {
        text.parse().ok()
    }
}

/// The place of the last significant digit of a JSON number: 2 for `1.50`, -1 for `9.5e2`.
pub(super) fn json_places(text: &str) -> Option<i32> {
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let places = digits.split_once('.').map_or(0, |(_, places)| places.len());
    i32::try_from(places)
        .ok()?
        .checked_sub(exponent.parse().ok()?)
}

/// Equality after rounding to the decimal places of the less precise (FHIRPath 6.1.2). Trailing
/// zeros do not count as precision there.
pub(super) fn equivalent(left: Decimal, right: Decimal) -> bool {
    let (left, right) = (left.normalize(), right.normalize());
    let places = left.scale().min(right.scale());
    let round = |value: Decimal| {
        value.round_dp_with_strategy(places, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
    };
    round(left) == round(right)
}

/// A power of ten that a decimal can hold.
pub(super) fn ten_to(exponent: u32) -> Option<Decimal> {
    let power = 10_i128.checked_pow(exponent)?;
    Decimal::try_from_i128_with_scale(power, 0).ok()
}

/// The quotient without trailing zeros; `None` when divided by zero.
pub(super) fn quotient(dividend: Decimal, divisor: Decimal) -> Option<Decimal> {
    Some(dividend.checked_div(divisor)?.normalize())
}

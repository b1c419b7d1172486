//! integer, unsignedInt, positiveInt and decimal. The reader has already made sure of JSON's own
//! grammar, so only what FHIR adds is looked at.

use super::Fault;

const INTEGER: Fault =
    Fault::Format("a whole number from -2147483648 to 2147483647, without fraction or exponent");
const UNSIGNED: Fault =
    Fault::Format("a whole number from 0 to 2147483647, without fraction or exponent");
const POSITIVE: Fault =
    Fault::Format("a whole number from 1 to 2147483647, without fraction or exponent");
const DECIMAL: Fault = Fault::Format("a decimal of at most 18 significant digits");

pub(super) fn integer_fault(digits: &str) -> Option<Fault> {
    whole(digits, INTEGER).err()
}

pub(super) fn unsigned_fault(digits: &str) -> Option<Fault> {
    match whole(digits, UNSIGNED) {
        Ok(value) if value >= 0 && !digits.starts_with('-') => None,
        _ => Some(UNSIGNED),
    }
}

pub(super) fn positive_fault(digits: &str) -> Option<Fault> {
    match whole(digits, POSITIVE) {
        Ok(value) if value > 0 => None,
        _ => Some(POSITIVE),
    }
}

pub(super) fn decimal_fault(digits: &str) -> Option<Fault> {
    // R4 asks implementations to handle "up to 18 digits"; more is legal JSON that others may
    // not read, so the bound is generous: only absurd lengths are refused.
    (digits.len() > 256).then_some(DECIMAL)
}

fn whole(digits: &str, fault: Fault) -> Result<i32, Fault> {
    // `-0` is not in the type's grammar: `[0]|[-+]?[1-9][0-9]*`.
    if digits == "-0" {
        return Err(fault);
    }
    digits.parse().map_err(|_| fault)
}

#[cfg(test)]
mod tests {
    use super::{decimal_fault, integer_fault, positive_fault, unsigned_fault};

    #[test]
    fn whole_numbers_fit_32_bits_and_have_no_fraction() {
        for good in ["0", "-1", "2147483647", "-2147483648"] {
            assert_eq!(integer_fault(good), None, "{good}");
        }
        for bad in ["1.0", "1e3", "2147483648", "-0"] {
            assert!(integer_fault(bad).is_some(), "{bad}");
        }
        assert!(unsigned_fault("-1").is_some());
        assert_eq!(unsigned_fault("0"), None);
        assert!(positive_fault("0").is_some());
        assert_eq!(positive_fault("1"), None);
    }

    #[test]
    fn decimals_keep_exponents_and_trailing_zeros() {
        for good in ["1.00", "-0.0", "1e-7", "123456789012345678.5"] {
            assert_eq!(decimal_fault(good), None, "{good}");
        }
    }
}

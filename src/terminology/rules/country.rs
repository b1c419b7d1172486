//! Countries (ISO 3166-1) by table, and their parts (ISO 3166-2) by country and form.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::{Answer, valid_if};

/// Alpha-2, alpha-3 and numeric codes. A numeric code has three digits, so the three kinds share
/// no code.
static COUNTRIES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    include_str!("../tables/countries.txt")
        .split_whitespace()
        .collect()
});

pub(super) fn check(code: &str) -> Answer {
    valid_if(COUNTRIES.contains(code), || {
        format!("`{code}` is no country of ISO 3166-1 such as `NP`, `NPL` or `524`")
    })
}

/// Whether it is an alpha-2 code.
pub(super) fn is_alpha_2(code: &str) -> bool {
    code.len() == 2 && COUNTRIES.contains(code)
}

/// The parts of countries are not listed here: a well-formed code of a known country is unknown.
pub(super) fn check_subdivision(code: &str) -> Answer {
    let well_formed = code.split_once('-').is_some_and(|(country, part)| {
        let is_part = |other: char| other.is_ascii_uppercase() || other.is_ascii_digit();
        is_alpha_2(country) && (1..=3).contains(&part.len()) && part.chars().all(is_part)
    });
    if well_formed {
        return Answer::Unknown;
    }
    Answer::Invalid(format!(
        "`{code}` is no part of a country of ISO 3166-2 such as `NP-P1`"
    ))
}

#[cfg(test)]
mod tests {
    use super::{check, check_subdivision};
    use crate::terminology::rules::Answer;

    #[test]
    fn all_three_kinds_of_code_are_known() {
        for code in ["GM", "GMB", "270", "TZ", "004"] {
            assert_eq!(check(code), Answer::Valid, "{code}");
        }
        for code in ["gm", "XX", "Gambia", "4", ""] {
            assert!(matches!(check(code), Answer::Invalid(_)), "{code}");
        }
    }

    #[test]
    fn a_part_of_a_known_country_may_exist() {
        assert_eq!(check_subdivision("US-CA"), Answer::Unknown);
        for code in ["US", "XX-1", "US-", "US-CALI", "us-ca"] {
            assert!(
                matches!(check_subdivision(code), Answer::Invalid(_)),
                "{code}"
            );
        }
    }
}

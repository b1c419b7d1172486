//! Currencies: the active alphabetic codes of ISO 4217.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::{Answer, valid_if};

static CURRENCIES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    include_str!("../tables/currencies.txt")
        .split_whitespace()
        .collect()
});

pub(super) fn check(code: &str) -> Answer {
    valid_if(CURRENCIES.contains(code), || {
        format!("`{code}` is no currency of ISO 4217 such as `EUR` or `XOF`")
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::terminology::rules::Answer;

    #[test]
    fn currencies_are_upper_case_and_in_use() {
        assert_eq!(check("GMD"), Answer::Valid);
        assert_eq!(check("TZS"), Answer::Valid);
        for code in ["gmd", "DEM", "$", "EURO", ""] {
            assert!(matches!(check(code), Answer::Invalid(_)), "{code}");
        }
    }
}

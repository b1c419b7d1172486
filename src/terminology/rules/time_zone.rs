//! Time zones by the names of the IANA time zone database, links included.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::{Answer, valid_if};

static ZONES: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("../tables/time_zones.txt").lines().collect());

pub(super) fn check(code: &str) -> Answer {
    valid_if(ZONES.contains(code), || {
        format!("`{code}` is no time zone of the IANA database such as `Asia/Kathmandu`")
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::terminology::rules::Answer;

    #[test]
    fn zones_and_their_old_names_are_known() {
        for code in ["Africa/Banjul", "Asia/Kathmandu", "Asia/Katmandu", "UTC"] {
            assert_eq!(check(code), Answer::Valid, "{code}");
        }
        for code in ["Banjul", "asia/kathmandu", "+05:45", ""] {
            assert!(matches!(check(code), Answer::Invalid(_)), "{code}");
        }
    }
}

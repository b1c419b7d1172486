//! Units of measure (UCUM), by their grammar and table of atoms.

use super::{Answer, valid_if};
use crate::fhirpath::ucum::Unit;

pub(super) fn check(code: &str, canonical: Option<&Unit>) -> Answer {
    match (Unit::parse(code), canonical) {
        (Err(error), _) => Answer::Invalid(format!("`{code}` is no UCUM unit: {error}")),
        (Ok(_), None) => Answer::Valid,
        (Ok(unit), Some(canonical)) => valid_if(unit.comparable(canonical), || {
            format!("the unit `{code}` measures something else than the value set is about")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::fhirpath::ucum::Unit;
    use crate::terminology::rules::Answer;

    #[test]
    fn units_are_judged_by_their_grammar() {
        for code in ["mg/dL", "%", "{score}", "10*3/uL", "mm[Hg]", "kg.m/s2", "1"] {
            assert_eq!(check(code, None), Answer::Valid, "{code}");
        }
        for code in ["mgs", "kilogram", "mg/", "", "a b"] {
            assert!(matches!(check(code, None), Answer::Invalid(_)), "{code}");
        }
    }

    #[test]
    fn a_unit_of_another_dimension_is_outside() {
        let year = Unit::parse("a").expect("a unit");
        assert_eq!(check("min", Some(&year)), Answer::Valid);
        assert!(matches!(check("kg", Some(&year)), Answer::Invalid(_)));
    }
}

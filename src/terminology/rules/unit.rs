//! Units of measure (UCUM), by their grammar and table of atoms.
//!
//! Two things that the grammar does not allow are let pass, because R4 itself has units with them
//! in the value set `ucum-common`: a space in an annotation, as in `{clock time}`, and an
//! annotation after a bracket, as in `U/(10.g){feces}`.

use std::borrow::Cow;

use super::{Answer, valid_if};
use crate::fhirpath::ucum::Unit;

pub(super) fn check(code: &str, canonical: Option<&Unit>) -> Answer {
    match (Unit::parse(&plain(code)), canonical) {
        (Err(error), _) => Answer::Invalid(format!("`{code}` is no UCUM unit: {error}")),
        (Ok(_), None) => Answer::Valid,
        (Ok(unit), Some(canonical)) => valid_if(unit.comparable(canonical), || {
            format!("the unit `{code}` measures something else than the value set is about")
        }),
    }
}

/// The code with `{_}` in place of each annotation, and none after a bracket.
fn plain(code: &str) -> Cow<'_, str> {
    if !code.contains('{') {
        return Cow::Borrowed(code);
    }
    let mut plain = String::with_capacity(code.len());
    let mut rest = code;
    while let Some((before, after)) = rest.split_once('{') {
        plain.push_str(before);
        let is_printable = |text: &str| text.chars().all(|found| (' '..='~').contains(&found));
        let Some((inside, behind)) = after
            .split_once('}')
            .filter(|(inside, _)| is_printable(inside) && !inside.contains('{'))
        else {
            return Cow::Borrowed(code);
        };
        match (inside.trim().is_empty(), plain.ends_with(')')) {
            (true, _) => plain.push_str("{}"),
            (false, false) => plain.push_str("{_}"),
            (false, true) => {}
        }
        rest = behind;
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::fhirpath::ucum::Unit;
    use crate::terminology::rules::Answer;

    #[test]
    fn units_are_judged_by_their_grammar() {
        for code in [
            "mg/dL",
            "%",
            "{score}",
            "10*3/uL",
            "mm[Hg]",
            "kg.m/s2",
            "1",
            "{clock time}",
            "U/(10.g){feces}",
            "%{Negative Control}",
        ] {
            assert_eq!(check(code, None), Answer::Valid, "{code}");
        }
        for code in [
            "mgs", "kilogram", "mg/", "", "a b", "{a", "a}", "{a{b}}", "m g{x}", "{é}",
        ] {
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

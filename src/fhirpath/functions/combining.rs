//! Combining (FHIRPath 5.4).

use super::{Combining, Site};
use crate::fhirpath::distinct::Distinct;
use crate::fhirpath::eval::Outcome;
use crate::fhirpath::item::Collection;
use crate::fhirpath::value::Value;

pub(super) fn call<'a>(site: &Site<'_, '_, 'a>, function: Combining) -> Outcome<Collection<'a>> {
    let mut input = site.input()?;
    let other = site.argument_items(0)?;
    site.charge_items(input.len() + other.len())?;
    match function {
        Combining::Union => {
            let mut set = Distinct::of(site.evaluator.context.model, &input);
            for item in &other {
                set.insert(item);
            }
            site.charge(set.take_work())?;
            Ok(set.into_items().into_iter().collect())
        }
        Combining::Combine => {
            // The second argument of the 3.0 ballot only allows any order, so any order will do.
            if let Some(item) = site.argument_item(1)?
                && !matches!(item.value(), Some(Value::Boolean(_)))
            {
                return Err(site.type_error("a boolean as the second argument", &item));
            }
            input.extend(other);
            Ok(input)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fhirpath::EvaluationErrorKind as Kind;
    use crate::fhirpath::testing::{PATIENT, evaluate, fails, gives};

    #[test]
    fn union_drops_equal_items_and_combine_keeps_them() {
        gives(&[
            ("(1 | 1 | 2)", "1, 2"),
            ("1.union(1 | 2)", "1, 2"),
            ("1.combine(1)", "1, 1"),
            ("1.combine(1, true)", "1, 1"),
            ("(1).combine({})", "1"),
            (
                "name.select(use | given)",
                "official, Jane, string, usual, Janie",
            ),
            ("(@2020 | @2020-01).count()", "2"),
            ("(name.first() | name.first()).count()", "1"),
        ]);
        fails(Kind::Type, &["1.combine(1, 'x')"]);
    }

    #[test]
    fn large_collections_stay_quick() {
        let many = (0..3000)
            .map(|number| number.to_string())
            .collect::<Vec<_>>()
            .join("|");
        let held = |expression: &str| evaluate(PATIENT, &format!("({many}).{expression}"));
        let is = |text: &str| Ok(vec![text.to_owned()]);
        assert_eq!(held("count()"), is("3000"));
        assert_eq!(held("combine(5).isDistinct()"), is("false"));
        assert_eq!(held("select($this.toString()).isDistinct()"), is("true"));
    }
}

//! Subsetting (FHIRPath 5.3).

use super::{Site, Subsetting};
use crate::fhirpath::distinct::Distinct;
use crate::fhirpath::error::EvaluationErrorKind as Kind;
use crate::fhirpath::eval::Outcome;
use crate::fhirpath::item::{Collection, Item};

pub(super) fn call<'a>(site: &Site<'_, '_, 'a>, function: Subsetting) -> Outcome<Collection<'a>> {
    let mut input = site.input()?;
    match function {
        Subsetting::Single if input.len() > 1 => Err(site.fail(
            Kind::Cardinality,
            format!("expected one item for `single()`, found {}", input.len()),
        )),
        Subsetting::Single => Ok(input),
        Subsetting::First => {
            input.truncate(1);
            Ok(input)
        }
        Subsetting::Last => {
            input.remove_first(input.len().saturating_sub(1));
            Ok(input)
        }
        Subsetting::Tail => {
            input.remove_first(1);
            Ok(input)
        }
        Subsetting::Skip => Ok(match site.argument_integer(0)? {
            None => Collection::new(),
            Some(count) => {
                input.remove_first(usize::try_from(count).unwrap_or(0));
                input
            }
        }),
        Subsetting::Take => {
            let count = site.argument_integer(0)?.unwrap_or(0);
            input.truncate(usize::try_from(count).unwrap_or(0));
            Ok(input)
        }
        Subsetting::Intersect => intersect(site, &input),
        Subsetting::Exclude => exclude(site, input),
    }
}

/// The items that the argument has too, each once.
fn intersect<'a>(site: &Site<'_, '_, 'a>, input: &[Item<'a>]) -> Outcome<Collection<'a>> {
    let mut other = Distinct::of(site.evaluator.context.model, &site.argument_items(0)?);
    let mut seen = Distinct::new(site.evaluator.context.model);
    for item in input {
        if other.contains(item) {
            seen.insert(item);
        }
    }
    site.charge(other.take_work() + seen.take_work())?;
    Ok(seen.into_items().into_iter().collect())
}

/// The items that the argument does not have, as often as they are there.
fn exclude<'a>(site: &Site<'_, '_, 'a>, input: Collection<'a>) -> Outcome<Collection<'a>> {
    let mut other = Distinct::of(site.evaluator.context.model, &site.argument_items(0)?);
    let kept = input
        .into_iter()
        .filter(|item| !other.contains(item))
        .collect();
    site.charge(other.take_work())?;
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use crate::fhirpath::EvaluationErrorKind as Kind;
    use crate::fhirpath::testing::{fails, gives};

    #[test]
    fn parts_of_a_collection() {
        gives(&[
            ("(1 | 2 | 3).first()", "1"),
            ("(1 | 2 | 3).last()", "3"),
            ("(1 | 2 | 3).tail()", "2, 3"),
            ("(1 | 2 | 3).skip(2)", "3"),
            ("(1 | 2 | 3).skip(-1)", "1, 2, 3"),
            ("(1 | 2 | 3).skip(9)", ""),
            ("(1 | 2 | 3).take(2)", "1, 2"),
            ("(1 | 2 | 3).take(-1)", ""),
            ("(1 | 2 | 3)[1]", "2"),
            ("(1 | 2 | 3)[7]", ""),
            ("{}.first()", ""),
            ("{}.single()", ""),
            ("(5).single()", "5"),
            ("(1 | 2 | 3).intersect(3 | 1)", "1, 3"),
            ("(1).combine(2 | 1).exclude(2)", "1, 1"),
        ]);
        fails(
            Kind::Cardinality,
            &["(1 | 2).single()", "(1 | 2).skip(1 | 2)"],
        );
        fails(Kind::Type, &["(1 | 2).skip('1')", "(1 | 2)['a']"]);
    }
}

//! Existence (FHIRPath 5.1).

use super::{Existence, Site};
use crate::fhirpath::ast::Expr;
use crate::fhirpath::distinct::Distinct;
use crate::fhirpath::eval::Outcome;
use crate::fhirpath::item::{Collection, Item};
use crate::fhirpath::value::Value;

pub(super) fn call<'a>(site: &Site<'_, '_, 'a>, function: Existence) -> Outcome<Collection<'a>> {
    let boolean = |value| Ok(Collection::of(Value::Boolean(value)));
    match function {
        Existence::Empty => boolean(site.input()?.is_empty()),
        Existence::Exists => match site.argument(0) {
            Some(criteria) => boolean(find(site, criteria, true)?),
            None => boolean(!site.input()?.is_empty()),
        },
        Existence::All => match site.argument(0) {
            Some(criteria) => boolean(!find(site, criteria, false)?),
            None => boolean(true),
        },
        Existence::AllTrue => boolean(!booleans(site)?.contains(&false)),
        Existence::AnyTrue => boolean(booleans(site)?.contains(&true)),
        Existence::AllFalse => boolean(!booleans(site)?.contains(&true)),
        Existence::AnyFalse => boolean(booleans(site)?.contains(&false)),
        Existence::SubsetOf => {
            let (input, other) = (site.input()?, site.argument_items(0)?);
            boolean(is_subset(site, &input, &other)?)
        }
        Existence::SupersetOf => {
            let (input, other) = (site.input()?, site.argument_items(0)?);
            boolean(is_subset(site, &other, &input)?)
        }
        Existence::Count => {
            let count = i64::try_from(site.count()?).unwrap_or(i64::MAX);
            Ok(Collection::of(Value::Integer(count)))
        }
        Existence::Distinct => {
            let set = distinct(site, &site.input()?)?;
            Ok(set.into_items().into_iter().collect())
        }
        Existence::IsDistinct => {
            let input = site.input()?;
            let set = distinct(site, &input)?;
            boolean(set.into_items().len() == input.len())
        }
    }
}

/// Whether an item satisfies the criteria (`wanted`), or fails to (not `wanted`); items for which
/// they give nothing fail to.
fn find<'a>(site: &Site<'_, '_, 'a>, criteria: &Expr, wanted: bool) -> Outcome<bool> {
    let mut index = 0;
    let none = site.each_input(&mut |item| {
        let scope = site.scope.item(item, index);
        let held = site.evaluator.truth(criteria, scope)?;
        index += 1;
        Ok(held.unwrap_or(false) != wanted)
    })?;
    Ok(!none)
}

/// The input as booleans; anything else is an error.
fn booleans(site: &Site<'_, '_, '_>) -> Outcome<Vec<bool>> {
    site.input()?
        .iter()
        .map(|item| match item.value() {
            Some(Value::Boolean(value)) => Ok(value),
            _ => Err(site.type_error("booleans as the input", item)),
        })
        .collect()
}

fn is_subset<'a>(site: &Site<'_, '_, 'a>, part: &[Item<'a>], whole: &[Item<'a>]) -> Outcome<bool> {
    let mut set = Distinct::of(site.evaluator.context.model, whole);
    let held = part.iter().all(|item| set.contains(item));
    site.charge(set.take_work())?;
    Ok(held)
}

fn distinct<'c, 'a>(site: &Site<'_, 'c, 'a>, items: &[Item<'a>]) -> Outcome<Distinct<'c, 'a>> {
    let mut set = Distinct::of(site.evaluator.context.model, items);
    site.charge(set.take_work())?;
    Ok(set)
}

#[cfg(test)]
mod tests {
    use crate::fhirpath::EvaluationErrorKind as Kind;
    use crate::fhirpath::testing::{fails, gives};

    #[test]
    fn existence_is_asked_of_items_whether_they_have_a_value_or_not() {
        gives(&[
            ("name.exists()", "true"),
            ("gender.exists()", "true"),
            ("gender.hasValue()", "false"),
            ("photo.exists()", "false"),
            ("photo.empty()", "true"),
            ("multipleBirth.exists()", "true"),
            ("name.exists(use = 'usual')", "true"),
            ("name.exists(use = 'old')", "false"),
            ("name.given.count()", "3"),
            ("{}.count()", "0"),
            ("birthDate.children().count()", "2"),
            ("where(children().count() > id.count()).count()", "1"),
        ]);
    }

    #[test]
    fn all_holds_for_nothing_and_not_where_criteria_give_nothing() {
        gives(&[
            ("photo.all(url.exists())", "true"),
            ("name.all(use.exists())", "true"),
            ("name.all(family.exists())", "false"),
            ("name.all(family = 'Doe')", "false"),
            ("{}.allTrue()", "true"),
            ("{}.anyTrue()", "false"),
            ("(true | false).allTrue()", "false"),
            ("(true | false).anyTrue()", "true"),
            ("(true | false).anyFalse()", "true"),
            ("(true | false).allFalse()", "false"),
            ("active.allTrue()", "true"),
        ]);
        fails(Kind::Type, &["(1 | true).allTrue()", "name.anyFalse()"]);
    }

    #[test]
    fn sets_compare_by_equality() {
        gives(&[
            ("(1 | 2).subsetOf(1 | 2 | 3)", "true"),
            ("(1 | 2).supersetOf(1 | 2 | 3)", "false"),
            ("{}.subsetOf({})", "true"),
            ("(1).subsetOf(1.0)", "true"),
            ("(1).combine(1.0).distinct()", "1"),
            ("name.isDistinct()", "true"),
            ("name.combine(name).isDistinct()", "false"),
            ("('a' | 'b').combine('a').distinct()", "a, b"),
        ]);
    }
}

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
            let count = i64::try_from(count(site)?).unwrap_or(i64::MAX);
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
    for (index, item) in site.input()?.iter().enumerate() {
        let held = site
            .evaluator
            .truth(criteria, site.scope.item(item, index))?;
        if held.unwrap_or(false) == wanted {
            return Ok(true);
        }
    }
    Ok(false)
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
    site.charge(set.work)?;
    Ok(held)
}

fn distinct<'c, 'a>(site: &Site<'_, 'c, 'a>, items: &[Item<'a>]) -> Outcome<Distinct<'c, 'a>> {
    let set = Distinct::of(site.evaluator.context.model, items);
    site.charge(set.work)?;
    Ok(set)
}

/// How many items the input has; children are counted without being made.
fn count(site: &Site<'_, '_, '_>) -> Outcome<usize> {
    use crate::fhirpath::ast::ExprKind;
    use crate::fhirpath::functions::{Function, Tree};
    if let Some(input) = &site.call.input
        && let ExprKind::Call(inner) = &input.kind
        && inner.function == Function::Tree(Tree::Children)
        && inner.input.is_none()
    {
        return Ok(match site.scope.this {
            Some(Item::Element(element)) => element.child_count(),
            _ => 0,
        });
    }
    Ok(site.input()?.len())
}

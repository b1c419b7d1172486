//! `sort()` of the 3.0 ballot.

use std::cmp::Ordering;

use super::Site;
use crate::fhirpath::ast::{Expr, ExprKind};
use crate::fhirpath::equality::{self, Order};
use crate::fhirpath::error::EvaluationErrorKind as Kind;
use crate::fhirpath::eval::Outcome;
use crate::fhirpath::item::{Collection, Item};
use crate::fhirpath::value::Value;

/// The keys of an item, and the item.
type Row<'a> = (Vec<Option<Value<'a>>>, Item<'a>);

/// A sort key: the expression, and whether it sorts downwards.
struct Key<'e> {
    expr: &'e Expr,
    descending: bool,
}

/// `sort(key, …)`: a minus before a key, or `desc` after it, sorts downwards; items without the
/// key come first.
pub(super) fn sort<'a>(site: &Site<'_, '_, 'a>) -> Outcome<Collection<'a>> {
    let input = site.input()?;
    let keys: Vec<Key<'_>> = site
        .call
        .arguments
        .iter()
        .map(|argument| match &argument.kind {
            ExprKind::Negate(expr) => Key {
                expr,
                descending: true,
            },
            _ => Key {
                expr: argument,
                descending: false,
            },
        })
        .collect();
    let mut rows = rows(site, &input, &keys)?;
    let mut mixed = false;
    merge_sort(
        &mut rows,
        &mut |(left, _): &Row<'a>, (right, _): &Row<'a>| {
            for (at, (left, right)) in left.iter().zip(right).enumerate() {
                let order = order_of(left.as_ref(), right.as_ref(), &mut mixed);
                let descending = keys.get(at).is_some_and(|key| key.descending);
                let order = if descending { order.reverse() } else { order };
                if order.is_ne() {
                    return order;
                }
            }
            Ordering::Equal
        },
    );
    if mixed {
        return Err(site.fail(
            Kind::Type,
            "expected values of one type as sort keys, found values of different types",
        ));
    }
    Ok(rows.into_iter().map(|(_, item)| item).collect())
}

fn order_of(left: Option<&Value<'_>>, right: Option<&Value<'_>>, mixed: &mut bool) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => match equality::compare(left, right) {
            Order::Known(order) => order,
            Order::Unknown => Ordering::Equal,
            Order::DifferentTypes => {
                *mixed = *mixed || left.system_type() != right.system_type();
                Ordering::Equal
            }
        },
        (left, right) => left.is_some().cmp(&right.is_some()),
    }
}

/// The items with their keys.
fn rows<'a>(
    site: &Site<'_, '_, 'a>,
    input: &[Item<'a>],
    keys: &[Key<'_>],
) -> Outcome<Vec<Row<'a>>> {
    let mut rows: Vec<Row<'a>> = Vec::with_capacity(input.len());
    for (index, item) in input.iter().enumerate() {
        let mut values = Vec::with_capacity(keys.len().max(1));
        if keys.is_empty() {
            values.push(item.value());
        }
        for key in keys {
            let found = site
                .evaluator
                .scoped(key.expr, site.scope.item(item, index))?;
            let found = site
                .evaluator
                .at_most_one(&found, site.offset, "a sort key")?;
            values.push(found.and_then(Item::value));
        }
        rows.push((values, item.clone()));
        site.charge_items(4)?;
    }
    Ok(rows)
}

/// A stable sort that ends whatever the comparison answers. Dates of different precision have no
/// order, so the comparison is not transitive, which the sorts of the standard library forbid.
fn merge_sort<'a>(
    rows: &mut Vec<Row<'a>>,
    compare: &mut impl FnMut(&Row<'a>, &Row<'a>) -> Ordering,
) {
    if rows.len() < 2 {
        return;
    }
    let mut right = rows.split_off(rows.len() / 2);
    merge_sort(rows, compare);
    merge_sort(&mut right, compare);
    let mut merged = Vec::with_capacity(rows.len() + right.len());
    let mut left = std::mem::take(rows).into_iter().peekable();
    let mut right = right.into_iter().peekable();
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        let from_right = compare(first, second) == Ordering::Greater;
        merged.extend(if from_right {
            right.next()
        } else {
            left.next()
        });
    }
    merged.extend(left);
    merged.extend(right);
    *rows = merged;
}

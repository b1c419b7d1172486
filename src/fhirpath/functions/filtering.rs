//! Filtering and projection (FHIRPath 5.2).

use super::{Filtering, Site};
use crate::fhirpath::ast::Expr;
use crate::fhirpath::distinct::Distinct;
use crate::fhirpath::eval::Outcome;
use crate::fhirpath::item::{Collection, Item};

pub(super) fn call<'a>(site: &Site<'_, '_, 'a>, function: Filtering) -> Outcome<Collection<'a>> {
    let Some(projection) = site.argument(0) else {
        return match function {
            Filtering::OfType => super::types::of_type(site),
            _ => Ok(Collection::new()),
        };
    };
    match function {
        Filtering::Where => filter(site),
        Filtering::Select => select(site, projection),
        Filtering::Repeat => repeat(site, projection),
        Filtering::RepeatAll => repeat_all(site, projection),
        Filtering::OfType => super::types::of_type(site),
        Filtering::Coalesce => coalesce(site),
    }
}

fn filter<'a>(site: &Site<'_, '_, 'a>) -> Outcome<Collection<'a>> {
    let mut out = Collection::new();
    let keep = &mut |item: &Item<'a>| {
        out.push(item.clone());
        Ok(true)
    };
    site.evaluator.each_where(site.call, site.scope, keep)?;
    Ok(out)
}

fn select<'a>(site: &Site<'_, '_, 'a>, projection: &Expr) -> Outcome<Collection<'a>> {
    let mut out = Collection::new();
    let mut index = 0;
    site.each_input(&mut |item| {
        let scope = site.scope.item(item, index);
        let found = site.evaluator.scoped(projection, scope)?;
        site.charge_items(found.len())?;
        out.extend(found);
        index += 1;
        Ok(true)
    })?;
    Ok(out)
}

/// Everything the projection reaches, each once. It ends because only new items go on.
fn repeat<'a>(site: &Site<'_, '_, 'a>, projection: &Expr) -> Outcome<Collection<'a>> {
    let mut set = Distinct::new(site.evaluator.context.model);
    let mut current = site.input()?;
    while !current.is_empty() {
        let mut next = Collection::new();
        for (index, item) in current.iter().enumerate() {
            let scope = site.scope.item(item, index);
            for found in site.evaluator.scoped(projection, scope)? {
                if set.insert(&found) {
                    // A set of many items holds them, their hashes and their places.
                    site.charge_items(4)?;
                    next.push(found);
                }
            }
            site.charge(1 + set.take_work())?;
        }
        current = next;
    }
    Ok(set.into_items().into_iter().collect())
}

/// As `repeat`, with equal items kept; the budget ends a projection that never stops.
fn repeat_all<'a>(site: &Site<'_, '_, 'a>, projection: &Expr) -> Outcome<Collection<'a>> {
    let mut out = Collection::new();
    let mut current = site.input()?;
    while !current.is_empty() {
        let mut next = Collection::new();
        for (index, item) in current.iter().enumerate() {
            let found = site
                .evaluator
                .scoped(projection, site.scope.item(item, index))?;
            site.charge_items(1 + 2 * found.len())?;
            next.extend(found);
        }
        out.extend(next.iter().cloned());
        current = next;
    }
    Ok(out)
}

/// The first argument that gives anything.
fn coalesce<'a>(site: &Site<'_, '_, 'a>) -> Outcome<Collection<'a>> {
    for index in 0..site.call.arguments.len() {
        let items = site.argument_items(index)?;
        if !items.is_empty() {
            return Ok(items);
        }
    }
    Ok(Collection::new())
}

#[cfg(test)]
mod tests {
    use crate::fhirpath::EvaluationErrorKind as Kind;
    use crate::fhirpath::testing::{fails, gives};

    #[test]
    fn criteria_and_projections_see_each_item() {
        gives(&[
            ("name.where(use = 'usual').given", "Janie"),
            ("name.where($index = 0).family", "Doe"),
            ("name.where(family).use", "official"),
            ("name.select(given.count())", "2, 1"),
            ("name.given.select($this & '!')", "Jane!, !, Janie!"),
            ("(1 | 2).select({})", ""),
            ("name.given.where($this = 'Jane')", "Jane"),
        ]);
        fails(Kind::Cardinality, &["name.where(given.select(true))"]);
    }

    #[test]
    fn repeat_ends_and_keeps_each_item_once() {
        gives(&[
            ("1.repeat(iif($this < 5, $this + 1))", "2, 3, 4, 5"),
            ("1.repeat(1)", "1"),
            ("contact.repeat(name | relationship).text", "A, B"),
            ("1.repeatAll(iif($this < 3, $this + 1))", "2, 3"),
            ("coalesce({}, photo, name.family, 1)", "Doe"),
        ]);
        fails(Kind::Limit, &["1.repeat($this + 1)", "1.repeatAll(1)"]);
    }

    #[test]
    fn types_filter_primitives_exactly() {
        gives(&[
            ("extension.value.ofType(Quantity).code", "mg"),
            ("extension.value.ofType(integer)", "5"),
            ("name.use.ofType(string)", ""),
            ("name.use.ofType(code)", "official, usual"),
            ("contained.ofType(DomainResource).id", "org, doc"),
            ("contact.ofType(BackboneElement).count()", "2"),
            ("(1 | 'a').ofType(String)", "a"),
        ]);
        fails(Kind::UnknownType, &["name.ofType(Nothing)", "1 is Nothing"]);
    }
}

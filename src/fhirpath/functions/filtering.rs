//! Filtering and projection (FHIRPath 5.2).

use super::{Filtering, Site};
use crate::fhirpath::ast::Expr;
use crate::fhirpath::distinct::Distinct;
use crate::fhirpath::eval::Outcome;
use crate::fhirpath::item::Collection;

pub(super) fn call<'a>(site: &Site<'_, '_, 'a>, function: Filtering) -> Outcome<Collection<'a>> {
    let Some(projection) = site.argument(0) else {
        return match function {
            Filtering::OfType => super::types::of_type(site),
            _ => Ok(Collection::new()),
        };
    };
    match function {
        Filtering::Where => filter(site, projection),
        Filtering::Select => select(site, projection),
        Filtering::Repeat => repeat(site, projection),
        Filtering::RepeatAll => repeat_all(site, projection),
        Filtering::OfType => super::types::of_type(site),
        Filtering::Coalesce => coalesce(site),
    }
}

fn filter<'a>(site: &Site<'_, '_, 'a>, criteria: &Expr) -> Outcome<Collection<'a>> {
    let mut out = Collection::new();
    for (index, item) in site.input()?.into_iter().enumerate() {
        let held = site
            .evaluator
            .truth(criteria, site.scope.item(&item, index))?;
        if held == Some(true) {
            out.push(item);
        }
    }
    Ok(out)
}

fn select<'a>(site: &Site<'_, '_, 'a>, projection: &Expr) -> Outcome<Collection<'a>> {
    let mut out = Collection::new();
    for (index, item) in site.input()?.iter().enumerate() {
        let scope = site.scope.item(item, index);
        out.extend(site.evaluator.scoped(projection, scope)?);
        site.charge(1)?;
    }
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
                    next.push(found);
                }
            }
            site.charge(1 + set.work)?;
            set.work = 0;
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
            // Memory grows with the items, so they cost more than a step.
            site.charge(1 + 16 * found.len() as u64)?;
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

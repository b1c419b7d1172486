//! What a differential says of a resource, judged in the plainest way: for knowing which changes
//! break nothing.

use serde_json::Value;

use crate::base::Base;
use crate::constraints::{Kind, of_profile};
use crate::differential::{Element, Step};
use crate::place::{Place, Scope, get};

/// Whether any cardinality, given value or closed slicing of the scope's profile is broken.
pub fn is_broken(scope: &Scope<'_>, base: &Base) -> bool {
    of_profile(scope.profile, base)
        .iter()
        .any(|(element, kind)| breaks(scope, element, kind))
}

fn breaks(scope: &Scope<'_>, element: &Element, kind: &Kind) -> bool {
    match kind {
        Kind::Min(min) => counts(scope, element)
            .iter()
            .any(|own| (*own as u64) < *min),
        Kind::Max(max) => {
            let capacity = max * alike(scope, element);
            counts(scope, element).iter().any(|own| *own > capacity)
        }
        Kind::Prohibited => counts(scope, element).iter().any(|own| *own > 0),
        Kind::Given => {
            let Some((_, given)) = element.given() else {
                return false;
            };
            let places = scope.find(&element.steps);
            let mut values = places.iter().filter_map(|own| get(scope.resource, own));
            values.any(|own| !contains(given, own))
        }
        Kind::Closed => {
            let places = scope.find(&element.steps);
            places
                .iter()
                .any(|own| !is_in_any_slice(scope, element, own))
        }
        _ => false,
    }
}

/// How often the element is there, for each parent.
fn counts(scope: &Scope<'_>, element: &Element) -> Vec<usize> {
    let all = scope.find(&element.steps);
    let parents = scope.find(&element.steps[..element.steps.len() - 1]);
    parents
        .iter()
        .map(|parent| all.iter().filter(|own| own.starts_with(parent)).count())
        .collect()
}

/// How many slices share the URL of an extension slice.
fn alike(scope: &Scope<'_>, element: &Element) -> usize {
    let Some(profile) = element.type_profile() else {
        return 1;
    };
    let all = scope.profile.elements.iter();
    let same = all.filter(|own| {
        own.type_profile() == Some(profile)
            && own.steps.len() == element.steps.len()
            && own.steps.last().map(|own| &own.name) == element.steps.last().map(|own| &own.name)
            && own.steps[..own.steps.len() - 1] == element.steps[..element.steps.len() - 1]
    });
    same.count().max(1)
}

fn is_in_any_slice(scope: &Scope<'_>, element: &Element, place: &Place) -> bool {
    let slices = scope.profile.elements.iter().filter(|own| {
        own.slice().is_some()
            && own.steps.len() == element.steps.len()
            && crate::differential::unsliced(&own.steps) == element.steps
    });
    slices.into_iter().any(|own| {
        let slice: &[Step] = &own.steps;
        scope.is_in_slice(slice, own.slice().unwrap_or_default(), place)
    })
}

/// Whether everything that a pattern has is there.
fn contains(pattern: &Value, found: &Value) -> bool {
    match (pattern, found) {
        (Value::Object(wanted), Value::Object(found)) => wanted
            .iter()
            .all(|(name, own)| found.get(name).is_some_and(|found| contains(own, found))),
        (Value::Array(wanted), Value::Array(found)) => wanted
            .iter()
            .all(|own| found.iter().any(|found| contains(own, found))),
        _ => pattern == found,
    }
}

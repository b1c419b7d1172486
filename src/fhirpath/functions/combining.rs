//! Combining (FHIRPath 5.4).

use super::{Combining, Site};
use crate::fhirpath::distinct::Distinct;
use crate::fhirpath::eval::Outcome;
use crate::fhirpath::item::Collection;
use crate::fhirpath::value::Value;

pub(super) fn call<'a>(site: &Site<'_, '_, 'a>, function: Combining) -> Outcome<Collection<'a>> {
    let mut input = site.input()?;
    let other = site.argument_items(0)?;
    site.charge((input.len() + other.len()) as u64)?;
    match function {
        Combining::Union => {
            let mut set = Distinct::of(site.evaluator.context.model, &input);
            for item in &other {
                set.insert(item);
            }
            site.charge(set.work)?;
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

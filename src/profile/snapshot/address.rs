//! Where an element stands: names and slices from the root, read from its id or its path.
//!
//! Ids are preferred, since only they say which slice a nested element belongs to (R4 5.3.0.5).
//! A list whose slices have no such ids is read in order: an element belongs to the slice that was
//! named last.

use crate::fhir::ElementDefinition;

/// One segment of an id: `identifier:Code` is the name `identifier` and the slice `Code`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) name: String,
    pub(super) slice: Option<String>,
}

/// The steps from the root of the type to the element, both included.
pub(super) type Address = Vec<Step>;

/// The address of each element, in order.
pub(super) fn addresses(elements: &[ElementDefinition]) -> Vec<Address> {
    let ids: Option<Vec<Address>> = elements.iter().map(from_id).collect();
    ids.unwrap_or_else(|| {
        let mut addresses: Vec<Address> = Vec::with_capacity(elements.len());
        for element in elements {
            let previous = addresses.last().map_or(&[][..], Vec::as_slice);
            addresses.push(from_order(element, previous));
        }
        addresses
    })
}

/// `None` if the id is missing, or is none that follows R4 5.3.0.5.
fn from_id(element: &ElementDefinition) -> Option<Address> {
    let steps: Address = element.id.split('.').map(step).collect();
    let mut names = element.path.split('.');
    let named_alike = steps
        .iter()
        .all(|step| names.next().is_some_and(|name| same_name(step, name)))
        && names.next().is_none();
    let sliced_alike = match (&element.slice_name, steps.last()) {
        (Some(name), Some(last)) => last.slice.as_ref() == Some(name),
        _ => true,
    };
    (named_alike && sliced_alike).then_some(steps)
}

fn step(segment: &str) -> Step {
    match segment.split_once(':') {
        Some((name, slice)) => Step {
            name: name.to_owned(),
            slice: Some(slice.to_owned()),
        },
        None => Step {
            name: segment.to_owned(),
            slice: None,
        },
    }
}

/// The path of a type slice may be written `value[x]` or, shorter, `valueQuantity`.
fn same_name(step: &Step, name: &str) -> bool {
    step.name == name || (step.name.ends_with("[x]") && step.slice.as_deref() == Some(name))
}

fn from_order(element: &ElementDefinition, previous: &[Step]) -> Address {
    let mut address: Address = Vec::new();
    let mut following = true;
    let mut names = element.path.split('.').peekable();
    while let Some(name) = names.next() {
        let is_last = names.peek().is_none();
        let before = previous.get(address.len());
        following &= before.is_some_and(|before| before.name == name);
        let slice = if is_last {
            element.slice_name.clone()
        } else if following {
            before.and_then(|before| before.slice.clone())
        } else {
            None
        };
        address.push(Step {
            name: name.to_owned(),
            slice,
        });
    }
    address
}

#[cfg(test)]
mod tests {
    use super::{addresses, step};
    use crate::fhir::ElementDefinition;

    fn element(id: &str, path: &str, slice: Option<&str>) -> ElementDefinition {
        ElementDefinition {
            id: id.to_owned(),
            path: path.to_owned(),
            slice_name: slice.map(str::to_owned),
            ..ElementDefinition::default()
        }
    }

    #[test]
    fn without_ids_an_element_belongs_to_the_slice_named_last() {
        let elements = [
            element("P.a", "P.a", None),
            element("P.a", "P.a", Some("s")),
            element("P.a.b", "P.a.b", None),
            element("P.c", "P.c", None),
        ];
        let addresses = addresses(&elements);
        assert_eq!(addresses[2], ["P", "a:s", "b"].map(step));
        assert_eq!(addresses[3], ["P", "c"].map(step));
    }

    #[test]
    fn an_id_decides_whatever_the_order() {
        let elements = [
            element("P.a:s", "P.a", Some("s")),
            element("P.a.b", "P.a.b", None),
            element("P.v[x]:vQuantity.c", "P.vQuantity.c", None),
        ];
        let addresses = addresses(&elements);
        assert_eq!(addresses[1], ["P", "a", "b"].map(step));
        assert_eq!(addresses[2], ["P", "v[x]:vQuantity", "c"].map(step));
    }
}

//! A differential as a tree of what it says, whatever the order it says it in.

use super::SnapshotError;
use super::address::{Step, addresses};
use super::tree::MAX_DEPTH;
use crate::fhir::ElementDefinition;

/// What a differential says of one element, its children and its slices.
#[derive(Debug, Default)]
pub(super) struct Delta<'d> {
    /// The last segment of the path.
    pub(super) name: String,
    /// The slice, where this is one.
    pub(super) slice: Option<String>,
    /// The id, for messages.
    pub(super) id: String,
    /// The elements of the differential that stand at this address; mostly one.
    pub(super) own: Vec<&'d ElementDefinition>,
    pub(super) children: Vec<Delta<'d>>,
    pub(super) slices: Vec<Delta<'d>>,
}

impl<'d> Delta<'d> {
    /// Reads a differential; `None` if it is empty.
    pub(super) fn read(
        elements: &'d [ElementDefinition],
        url: &str,
    ) -> Result<Option<Self>, SnapshotError> {
        let mut root: Option<Self> = None;
        for (address, element) in addresses(elements).iter().zip(elements) {
            if address.len() > MAX_DEPTH {
                return Err(SnapshotError::TooDeep {
                    url: url.to_owned(),
                    element: element.id.clone(),
                    limit: MAX_DEPTH,
                });
            }
            let Some((first, rest)) = address.split_first() else {
                continue;
            };
            let root = root.get_or_insert_with(|| Self::new(&first.name, None, first.name.clone()));
            if root.name != first.name {
                return Err(SnapshotError::OutsideType {
                    url: url.to_owned(),
                    element: element.id.clone(),
                    expected: root.name.clone(),
                });
            }
            root.at(rest).own.push(element);
        }
        Ok(root)
    }

    fn new(name: &str, slice: Option<&str>, id: String) -> Self {
        Self {
            name: name.to_owned(),
            slice: slice.map(str::to_owned),
            id,
            ..Self::default()
        }
    }

    /// The node of that address below this one; made where it is missing.
    fn at(&mut self, address: &[Step]) -> &mut Self {
        let mut delta = self;
        for step in address {
            let id = format!("{}.{}", delta.id, step.name);
            let found = delta
                .children
                .iter()
                .rposition(|child| child.name == step.name);
            let index = found.unwrap_or_else(|| {
                delta.children.push(Self::new(&step.name, None, id.clone()));
                delta.children.len() - 1
            });
            delta = &mut delta.children[index];
            let Some(slice) = step.slice.as_deref() else {
                continue;
            };
            let found = delta
                .slices
                .iter()
                .rposition(|branch| branch.slice.as_deref() == Some(slice));
            let index = found.unwrap_or_else(|| {
                let id = format!("{id}:{slice}");
                delta.slices.push(Self::new(&step.name, Some(slice), id));
                delta.slices.len() - 1
            });
            delta = &mut delta.slices[index];
        }
        delta
    }
}

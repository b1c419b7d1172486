//! A snapshot as a tree: each element with its children and its slices.
//!
//! Ids and paths follow from the place in the tree; they are written when it is flattened.

use super::SnapshotError;
use super::address::{Step, addresses};
use crate::fhir::ElementDefinition;

/// The deepest path that is followed; the deepest of R4 and of this guide have fewer than ten.
pub(super) const MAX_DEPTH: usize = 48;

/// An element, what it consists of, and its slices.
#[derive(Debug, Clone, Default)]
pub(super) struct Branch {
    /// The last segment of the path, such as `identifier` or `value[x]`.
    pub(super) name: String,
    pub(super) element: ElementDefinition,
    /// Empty until a differential walks into the element.
    pub(super) children: Vec<Branch>,
    /// In order; a slice `a/b` of the slice `a` stands behind it.
    pub(super) slices: Vec<Branch>,
}

impl Branch {
    /// Reads the elements of a snapshot, whose first is the root.
    pub(super) fn read(elements: &[ElementDefinition], url: &str) -> Result<Self, SnapshotError> {
        let mut addresses = addresses(elements).into_iter().zip(elements);
        let Some((address, element)) = addresses.next() else {
            return Err(SnapshotError::Empty {
                url: url.to_owned(),
            });
        };
        let mut root = Self::leaf(last_name(&address), element);
        for (address, element) in addresses {
            if address.len() > MAX_DEPTH {
                return Err(SnapshotError::TooDeep {
                    url: url.to_owned(),
                    element: element.id.clone(),
                    limit: MAX_DEPTH,
                });
            }
            root.insert(&address, element, url)?;
        }
        Ok(root)
    }

    fn leaf(name: &str, element: &ElementDefinition) -> Self {
        let mut element = element.clone();
        element
            .base_path
            .get_or_insert_with(|| element.path.clone());
        element.base_max = element.base_max.or(element.max);
        Self {
            name: name.to_owned(),
            element,
            ..Self::default()
        }
    }

    fn insert(
        &mut self,
        address: &[Step],
        element: &ElementDefinition,
        url: &str,
    ) -> Result<(), SnapshotError> {
        let unknown = |parent: &Self| SnapshotError::UnknownElement {
            url: url.to_owned(),
            element: element.id.clone(),
            parent: parent.element.id.clone(),
            name: last_name(address).to_owned(),
        };
        let (Some(first), Some(last)) = (address.first(), address.last()) else {
            return Ok(());
        };
        if first.name != self.name || address.len() < 2 {
            return Err(SnapshotError::OutsideType {
                url: url.to_owned(),
                element: element.id.clone(),
                expected: self.name.clone(),
            });
        }
        let mut parent = self;
        for step in &address[1..address.len() - 1] {
            // Found first and walked afterwards, since the borrow of a failed search would last.
            if parent.find(step).is_none() {
                return Err(unknown(parent));
            }
            let Some(next) = parent.find_mut(step) else {
                return Ok(());
            };
            parent = next;
        }
        let branch = Self::leaf(&last.name, element);
        let known = parent
            .children
            .iter_mut()
            .rev()
            .find(|child| child.name == last.name);
        match (known, &last.slice) {
            (None, _) => parent.children.push(branch),
            (Some(sliced), Some(_)) => sliced.slices.push(branch),
            // An element said twice: the first stands.
            (Some(_), None) => {}
        }
        Ok(())
    }

    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().rev().find(|child| child.name == name)
    }

    pub(super) fn find(&self, step: &Step) -> Option<&Self> {
        let child = self.child(&step.name)?;
        match &step.slice {
            None => Some(child),
            Some(slice) if child.element.slice_name.as_ref() == Some(slice) => Some(child),
            Some(slice) => child.slice(slice),
        }
    }

    fn find_mut(&mut self, step: &Step) -> Option<&mut Self> {
        let child = self
            .children
            .iter_mut()
            .rev()
            .find(|child| child.name == step.name)?;
        match &step.slice {
            None => Some(child),
            Some(slice) if child.element.slice_name.as_ref() == Some(slice) => Some(child),
            Some(slice) => child
                .slices
                .iter_mut()
                .rev()
                .find(|branch| branch.is_slice(slice)),
        }
    }

    pub(super) fn slice(&self, name: &str) -> Option<&Self> {
        self.slices
            .iter()
            .rev()
            .find(|branch| branch.is_slice(name))
    }

    pub(super) fn is_slice(&self, name: &str) -> bool {
        self.element.slice_name.as_deref() == Some(name)
    }

    /// The number of elements.
    pub(super) fn size(&self) -> usize {
        let nested = self.children.iter().chain(&self.slices);
        1 + nested.map(Self::size).sum::<usize>()
    }

    /// The elements in the order of a snapshot, with their ids and paths.
    pub(super) fn into_elements(self) -> Vec<ElementDefinition> {
        let mut elements = Vec::with_capacity(self.size());
        self.flatten(None, &mut elements);
        elements
    }

    fn flatten(self, parent: Option<(&str, &str)>, out: &mut Vec<ElementDefinition>) {
        let slice = match &self.element.slice_name {
            // The root of a type has no slices; what stands there is not an address.
            Some(slice) if parent.is_some() => format!(":{slice}"),
            _ => String::new(),
        };
        let (id, path) = match parent {
            Some((id, path)) => (
                format!("{id}.{}{slice}", self.name),
                format!("{path}.{}", self.name),
            ),
            None => (self.name.clone(), self.name),
        };
        out.push(ElementDefinition {
            id: id.clone(),
            path: path.clone(),
            ..self.element
        });
        for child in self.children {
            child.flatten(Some((&id, &path)), out);
        }
        for slice in self.slices {
            slice.flatten(parent, out);
        }
    }
}

fn last_name(address: &[Step]) -> &str {
    address.last().map_or("", |step| &step.name)
}

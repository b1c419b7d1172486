//! A snapshot as a tree of indices: children and slices of each element.

use std::collections::HashMap;

use crate::fhir::ElementDefinition;

/// A snapshot with its structure; the root is element 0.
#[derive(Debug)]
pub struct ElementTree {
    elements: Vec<ElementDefinition>,
    children: Vec<Vec<usize>>,
    slices: Vec<Vec<usize>>,
    parents: Vec<Option<usize>>,
}

impl ElementTree {
    /// Makes the tree; `None` if there is no element.
    #[must_use]
    pub fn new(elements: Vec<ElementDefinition>) -> Option<Self> {
        let count = elements.len();
        let mut tree = Self {
            children: vec![Vec::new(); count],
            slices: vec![Vec::new(); count],
            parents: vec![None; count],
            elements,
        };
        if count == 0 {
            return None;
        }
        let by_id: HashMap<&str, usize> = tree
            .elements
            .iter()
            .enumerate()
            .map(|(index, element)| (element.id.as_str(), index))
            .collect();
        for (index, element) in tree.elements.iter().enumerate().skip(1) {
            let (parent, last) = element.id.rsplit_once('.').unwrap_or(("", &element.id));
            let parent = by_id.get(parent).copied();
            let sliced = last.split_once(':').and_then(|(name, slice)| {
                let id = |last: &str| match element.id.rsplit_once('.') {
                    Some((parent, _)) => format!("{parent}.{last}"),
                    None => last.to_owned(),
                };
                // A slice `a/b` is one of the slice `a`.
                let outer = slice.rsplit_once('/');
                let outer =
                    outer.and_then(|(outer, _)| by_id.get(&*id(&format!("{name}:{outer}"))));
                outer.or_else(|| by_id.get(&*id(name))).copied()
            });
            match (sliced, parent) {
                (Some(sliced), _) if sliced != index => tree.slices[sliced].push(index),
                (_, Some(parent)) => tree.children[parent].push(index),
                _ => {}
            }
            tree.parents[index] = parent;
        }
        Some(tree)
    }

    /// The elements, in order.
    #[must_use]
    pub fn elements(&self) -> &[ElementDefinition] {
        &self.elements
    }

    /// The element at an index; indices come from this tree.
    #[must_use]
    pub fn element(&self, index: usize) -> &ElementDefinition {
        &self.elements[index]
    }

    /// The children of an element, in order.
    #[must_use]
    pub fn children(&self, index: usize) -> &[usize] {
        &self.children[index]
    }

    /// The slices of an element, in order; slices of slices are with their slice.
    #[must_use]
    pub fn slices(&self, index: usize) -> &[usize] {
        &self.slices[index]
    }

    /// The element that contains it.
    #[must_use]
    pub fn parent(&self, index: usize) -> Option<usize> {
        self.parents[index]
    }

    /// The child of that name: `value` finds `value[x]` too.
    #[must_use]
    pub fn child(&self, index: usize, name: &str) -> Option<usize> {
        self.children[index].iter().copied().find(|&child| {
            let own = self.name(child);
            own == name || own.strip_suffix("[x]") == Some(name)
        })
    }

    /// The last segment of the path.
    #[must_use]
    pub fn name(&self, index: usize) -> &str {
        let path = &self.elements[index].path;
        path.rsplit('.').next().unwrap_or(path)
    }
}

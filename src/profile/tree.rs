//! The flat list of a snapshot's elements as the tree it stands for: children below their parent,
//! slices beside the element they slice.

use super::common::element_name;
use crate::fhir::ElementDefinition;

/// An element with its children and slices.
#[derive(Debug)]
pub(super) struct Tree<'e> {
    pub element: &'e ElementDefinition,
    pub children: Vec<Tree<'e>>,
    pub slices: Vec<Tree<'e>>,
}

impl<'e> Tree<'e> {
    /// The tree of a snapshot; `None` if it has no element.
    pub fn new(elements: &'e [ElementDefinition]) -> Option<Self> {
        let (root, rest) = elements.split_first()?;
        Some(Self {
            element: root,
            children: siblings(rest, depth(&root.path) + 1),
            slices: Vec::new(),
        })
    }

    /// Name without `[x]`.
    pub fn name(&self) -> &'e str {
        element_name(&self.element.path).0
    }

    /// The element of that id, here or below.
    pub fn with_id(&self, id: &str) -> Option<&Self> {
        if self.element.id == id {
            return Some(self);
        }
        self.children
            .iter()
            .chain(&self.slices)
            .find_map(|tree| tree.with_id(id))
    }

    /// The child of that name, not its slices.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name() == name)
    }
}

fn depth(path: &str) -> usize {
    path.bytes().filter(|byte| *byte == b'.').count()
}

/// The elements at one depth, each with what is below it; slices are put where they belong.
fn siblings(elements: &[ElementDefinition], level: usize) -> Vec<Tree<'_>> {
    let mut out: Vec<Tree<'_>> = Vec::new();
    let mut rest = elements;
    while let Some((first, tail)) = rest.split_first() {
        let length = tail
            .iter()
            .take_while(|element| depth(&element.path) > level)
            .count();
        let (below, after) = tail.split_at(length);
        rest = after;
        if depth(&first.path) < level {
            // A snapshot out of order: what is left belongs to no parent here.
            continue;
        }
        place(
            Tree {
                element: first,
                children: siblings(below, level + 1),
                slices: Vec::new(),
            },
            &mut out,
        );
    }
    out
}

fn place<'e>(node: Tree<'e>, out: &mut Vec<Tree<'e>>) {
    let sliced = node.element.slice_name.as_deref().and_then(|slice_name| {
        let index = out
            .iter()
            .rposition(|other| other.element.path == node.element.path)?;
        Some((slice_name, index))
    });
    match sliced {
        Some((slice_name, index)) => place_slice(node, slice_name, &mut out[index]),
        None => out.push(node),
    }
}

/// `a/b` is a slice of slice `a` (R4 5.1.0.15), where there is one.
fn place_slice<'e>(node: Tree<'e>, slice_name: &str, sliced: &mut Tree<'e>) {
    let parent = slice_name.rsplit_once('/').and_then(|(parent, _)| {
        sliced
            .slices
            .iter()
            .position(|slice| is_within(slice.element.slice_name.as_deref(), parent))
    });
    match parent {
        Some(index) => place_slice(node, slice_name, &mut sliced.slices[index]),
        None => sliced.slices.push(node),
    }
}

/// Whether the slice is the named one or one that the name lies within.
fn is_within(slice: Option<&str>, name: &str) -> bool {
    slice.is_some_and(|slice| {
        name.strip_prefix(slice)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::Tree;
    use crate::fhir::ElementDefinition;

    fn element(path: &str, slice: Option<&str>) -> ElementDefinition {
        ElementDefinition {
            path: path.to_owned(),
            slice_name: slice.map(str::to_owned),
            ..ElementDefinition::default()
        }
    }

    #[test]
    fn children_and_slices_find_their_place() {
        let elements = [
            element("P", None),
            element("P.a", None),
            element("P.a.x", None),
            element("P.a", Some("one")),
            element("P.a.x", None),
            element("P.a", Some("one/more")),
            element("P.a", Some("two")),
            element("P.b", None),
        ];
        let tree = Tree::new(&elements).expect("a root");
        assert_eq!(tree.children.len(), 2);
        let a = tree.child("a").expect("a child");
        assert_eq!(a.children.len(), 1);
        assert_eq!(a.slices.len(), 2);
        assert_eq!(a.slices[0].children.len(), 1);
        assert_eq!(a.slices[0].slices.len(), 1);
    }
}

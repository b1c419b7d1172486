//! The walk: what a differential says, laid over the tree of its base.

use std::rc::Rc;

use super::SnapshotError;
use super::choice::{choice_of, chosen_type, implied_slicing, is_only_choice, limit_choices};
use super::differential::Delta;
use super::generator::Generator;
use super::merge::merge;
use super::tree::Branch;
use crate::fhir::{Derivation, StructureDefinition};

/// The largest snapshot that is made; the largest real ones have a few thousand elements.
const MAX_ELEMENTS: usize = 20_000;

/// One differential on its way over one base.
pub(super) struct Overlay<'o> {
    pub(super) generator: &'o Generator<'o>,
    pub(super) definition: &'o StructureDefinition,
    /// The base as it was, for contentReferences.
    pub(super) base: Rc<Branch>,
    /// How many elements there are.
    size: usize,
}

impl<'o> Overlay<'o> {
    pub(super) fn new(
        generator: &'o Generator<'o>,
        definition: &'o StructureDefinition,
        base: Rc<Branch>,
    ) -> Self {
        let size = base.size();
        Self {
            generator,
            definition,
            base,
            size,
        }
    }

    /// Lays the whole differential over the root.
    pub(super) fn apply_root(
        &mut self,
        root: &mut Branch,
        delta: &Delta<'_>,
    ) -> Result<(), SnapshotError> {
        self.apply(root, delta)
    }

    fn apply(&mut self, branch: &mut Branch, delta: &Delta<'_>) -> Result<(), SnapshotError> {
        for own in &delta.own {
            merge(&mut branch.element, own, &self.definition.url);
        }
        self.apply_children(branch, delta)?;
        let mut slices: Vec<&Delta<'_>> = delta.slices.iter().collect();
        // A slice of a slice copies it, so it has to wait for it.
        slices.sort_by_key(|slice| depth_of_slice(slice.slice.as_deref()));
        for slice in slices {
            let name = slice.slice.as_deref().unwrap_or_default();
            self.apply_slice(branch, name, slice)?;
        }
        Ok(())
    }

    fn apply_children(
        &mut self,
        branch: &mut Branch,
        delta: &Delta<'_>,
    ) -> Result<(), SnapshotError> {
        let Some(first) = delta.children.first() else {
            return Ok(());
        };
        self.unfold(branch, delta, first)?;
        let mut shortcuts = Vec::new();
        for child in &delta.children {
            if let Some(index) = branch
                .children
                .iter()
                .position(|own| own.name == child.name)
            {
                self.apply(&mut branch.children[index], child)?;
            } else if let Some(index) = choice_of(&branch.children, &child.name) {
                shortcuts.push((index, child));
            } else {
                self.add_child(branch, delta, child)?;
            }
        }
        // `valueQuantity` is a slice of `value[x]`, so it waits for what is said of the whole.
        limit_choices(&mut branch.children, &shortcuts, delta);
        for (index, child) in shortcuts {
            self.apply_slice(&mut branch.children[index], &child.name, child)?;
        }
        Ok(())
    }

    /// A type adds elements to its base; a profile cannot.
    fn add_child(
        &mut self,
        branch: &mut Branch,
        delta: &Delta<'_>,
        child: &Delta<'_>,
    ) -> Result<(), SnapshotError> {
        if self.definition.derivation == Some(Derivation::Constraint) || child.own.is_empty() {
            return Err(SnapshotError::UnknownElement {
                url: self.definition.url.clone(),
                element: child.id.clone(),
                parent: delta.id.clone(),
                name: child.name.clone(),
            });
        }
        self.grow(1)?;
        let mut added = Branch {
            name: child.name.clone(),
            ..Branch::default()
        };
        added.element.base_path = Some(child.id.clone());
        added.element.base_max = child.own.iter().find_map(|own| own.max);
        if let Some(root) = rules_of(child)
            && let Some(tree) = self.generator.type_tree(root)?
        {
            let constraints = &tree.element.constraints;
            added.element.constraints.clone_from(constraints);
        }
        self.apply(&mut added, child)?;
        branch.children.push(added);
        Ok(())
    }

    fn apply_slice(
        &mut self,
        sliced: &mut Branch,
        name: &str,
        delta: &Delta<'_>,
    ) -> Result<(), SnapshotError> {
        let known = sliced.slices.iter().position(|slice| slice.is_slice(name));
        let index = match known {
            Some(index) => index,
            None if is_merely_named(sliced, name) => {
                sliced.element.slice_name = Some(name.to_owned());
                return self.apply(sliced, delta);
            }
            None => self.add_slice(sliced, name, delta)?,
        };
        self.apply(&mut sliced.slices[index], delta)
    }

    /// A new slice is a copy of what it slices, with nothing demanded of its number.
    fn add_slice(
        &mut self,
        sliced: &mut Branch,
        name: &str,
        delta: &Delta<'_>,
    ) -> Result<usize, SnapshotError> {
        let parent = name.rsplit_once('/').map_or("", |(parent, _)| parent);
        let resliced = sliced
            .slices
            .iter()
            .position(|slice| slice.is_slice(parent));
        let whole = match resliced {
            Some(index) => &mut sliced.slices[index],
            None => &mut *sliced,
        };
        if whole.element.slicing.is_none() {
            let implied = implied_slicing(&whole.name).ok_or_else(|| SnapshotError::Unsliced {
                url: self.definition.url.clone(),
                element: delta.id.clone(),
                sliced: whole.name.clone(),
            })?;
            whole.element.slicing = Some(implied);
        }
        let mut slice = Branch {
            name: whole.name.clone(),
            element: whole.element.clone(),
            children: whole.children.clone(),
            slices: Vec::new(),
        };
        slice.element.slicing = None;
        slice.element.slice_name = Some(name.to_owned());
        slice.element.min = Some(0);
        if !is_only_choice(whole, name) {
            slice.element.must_support = None;
        }
        if let Some(chosen) = chosen_type(&slice, name) {
            slice.element.types = vec![chosen];
        }
        self.grow(slice.size())?;
        let index = match resliced {
            Some(index) => behind_slices_of(&sliced.slices, index, parent),
            None => sliced.slices.len(),
        };
        sliced.slices.insert(index, slice);
        Ok(index)
    }

    /// Counts new elements.
    pub(super) fn grow(&mut self, by: usize) -> Result<(), SnapshotError> {
        self.size += by;
        if self.size > MAX_ELEMENTS {
            return Err(SnapshotError::TooLarge {
                url: self.definition.url.clone(),
                limit: MAX_ELEMENTS,
            });
        }
        Ok(())
    }
}

/// A slice of an element that nothing slices is a name for the element itself, as long as there is
/// one only; R4 has profiles of its own that are written so.
fn is_merely_named(sliced: &Branch, name: &str) -> bool {
    let own = sliced.element.slice_name.as_deref();
    sliced.element.slicing.is_none()
        && sliced.slices.is_empty()
        && implied_slicing(&sliced.name).is_none()
        && own.is_none_or(|own| own == name)
}

/// Whose rules a new element restates: all but resources and the text of primitives are Elements
/// (`ele-1`). Those of other types are stated by the types alone.
fn rules_of(added: &Delta<'_>) -> Option<&'static str> {
    let is_type = |code: &str| {
        let mut types = added.own.iter().flat_map(|own| &own.types);
        types.any(|own| own.code == code)
    };
    let is_text = added.own.iter().any(|own| !own.representation.is_empty());
    if is_text || is_type("Resource") {
        None
    } else if is_type("Extension") {
        Some("Extension")
    } else {
        Some("Element")
    }
}

fn depth_of_slice(name: Option<&str>) -> usize {
    name.unwrap_or_default().matches('/').count()
}

/// Behind the slice at `index` and the slices of it that are already there.
fn behind_slices_of(slices: &[Branch], index: usize, parent: &str) -> usize {
    let prefix = format!("{parent}/");
    let nested = slices[index + 1..].iter().take_while(|slice| {
        slice
            .element
            .slice_name
            .as_deref()
            .is_some_and(|name| name.starts_with(&prefix))
    });
    index + 1 + nested.count()
}

//! The children of an element that a differential walks into.

use std::rc::Rc;

use super::SnapshotError;
use super::apply::Overlay;
use super::differential::Delta;
use super::tree::Branch;
use crate::fhir::{Derivation, ElementDefinition};

impl Overlay<'_> {
    /// Gives an element its children, for a differential that walks into it.
    pub(super) fn unfold(
        &mut self,
        branch: &mut Branch,
        delta: &Delta<'_>,
        child: &Delta<'_>,
    ) -> Result<(), SnapshotError> {
        if !branch.children.is_empty() {
            return Ok(());
        }
        if let Some(reference) = branch.element.content_reference.take() {
            let referred = self.referred(&reference, delta, child)?;
            self.grow(referred.size())?;
            branch.element.types.clone_from(&referred.element.types);
            branch.children.clone_from(&referred.children);
            return Ok(());
        }
        if let Some(tree) = self.content(&branch.element, delta, child)? {
            self.grow(tree.size())?;
            branch.children.clone_from(&tree.children);
        }
        Ok(())
    }

    /// The element that a contentReference points to, in the base or in the type it names.
    fn referred(
        &self,
        reference: &str,
        delta: &Delta<'_>,
        child: &Delta<'_>,
    ) -> Result<Branch, SnapshotError> {
        let id = reference.rsplit('#').next().unwrap_or_default();
        let (root, rest) = id.split_once('.').unwrap_or((id, ""));
        let tree = if root == self.base.name {
            Some(Rc::clone(&self.base))
        } else {
            self.generator.type_tree(root)?
        };
        let mut found = tree.as_deref();
        for name in rest.split('.').filter(|name| !name.is_empty()) {
            found = found.and_then(|branch| branch.child(name));
        }
        found
            .cloned()
            .ok_or_else(|| self.unknown_type(reference, delta, child))
    }

    /// The tree of the profile or type that an element has; `None` where a type that is being
    /// defined adds its own.
    fn content(
        &self,
        element: &ElementDefinition,
        delta: &Delta<'_>,
        child: &Delta<'_>,
    ) -> Result<Option<Rc<Branch>>, SnapshotError> {
        let type_name = match element.types.as_slice() {
            [only] => {
                if let [profile] = only.profiles.as_slice() {
                    // An unknown profile, or one that contains itself, is left to whoever judges
                    // the element by its type; its children are those of the type.
                    if let Some(tree) = self.generator.profile(profile)? {
                        return Ok(Some(tree));
                    }
                }
                only.code.as_str()
            }
            [] => "Element",
            // What all types share can be said without choosing one.
            _ if matches!(child.name.as_str(), "id" | "extension") => "Element",
            types => {
                let codes: Vec<&str> = types.iter().map(|own| own.code.as_str()).collect();
                return Err(SnapshotError::AmbiguousType {
                    url: self.definition.url.clone(),
                    element: child.id.clone(),
                    parent: delta.id.clone(),
                    types: format!("{} ({})", types.len(), codes.join(", ")),
                });
            }
        };
        match self.generator.type_tree(type_name)? {
            Some(tree) => Ok(Some(tree)),
            None if self.definition.derivation == Some(Derivation::Constraint) => {
                Err(self.unknown_type(type_name, delta, child))
            }
            None => Ok(None),
        }
    }

    fn unknown_type(&self, type_name: &str, delta: &Delta<'_>, child: &Delta<'_>) -> SnapshotError {
        SnapshotError::UnknownType {
            url: self.definition.url.clone(),
            element: child.id.clone(),
            parent: delta.id.clone(),
            type_name: type_name.to_owned(),
        }
    }
}

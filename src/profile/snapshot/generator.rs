//! Bases and types, looked up and made into trees, each once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::apply::Overlay;
use super::differential::Delta;
use super::tree::Branch;
use super::{DefinitionSource, SnapshotError};
use crate::fhir::{Derivation, StructureDefinition};

/// The longest chain of bases that is followed.
const MAX_BASES: usize = 24;

/// Makes snapshots, and keeps those it needed on the way.
pub(super) struct Generator<'s> {
    definitions: &'s dyn DefinitionSource,
    trees: RefCell<HashMap<String, Rc<Branch>>>,
    /// The URLs that are being made, the one that was asked for first.
    making: RefCell<Vec<String>>,
}

impl<'s> Generator<'s> {
    pub(super) fn new(definitions: &'s dyn DefinitionSource) -> Self {
        Self {
            definitions,
            trees: RefCell::default(),
            making: RefCell::default(),
        }
    }

    /// The snapshot of a definition, from its differential.
    pub(super) fn generate(
        &self,
        definition: &StructureDefinition,
    ) -> Result<Branch, SnapshotError> {
        let asked = self.making.borrow().first().cloned();
        if self.is_being_made(&definition.url) {
            return Err(SnapshotError::CyclicBase {
                url: asked.unwrap_or_default(),
                again: definition.url.clone(),
            });
        }
        if self.making.borrow().len() >= MAX_BASES {
            return Err(SnapshotError::TooDeep {
                url: asked.unwrap_or_default(),
                element: definition.url.clone(),
                limit: MAX_BASES,
            });
        }
        self.making.borrow_mut().push(definition.url.clone());
        let made = self.overlay(definition);
        self.making.borrow_mut().pop();
        made
    }

    fn overlay(&self, definition: &StructureDefinition) -> Result<Branch, SnapshotError> {
        let url = &definition.url;
        let delta = Delta::read(&definition.differential, url)?;
        let Some(base) = self.base(definition)? else {
            // `Element`, `Resource` and logical models: nothing below them.
            let mut elements = definition.differential.clone();
            let constraints = elements.iter_mut().flat_map(|own| &mut own.constraints);
            for constraint in constraints {
                constraint.source.get_or_insert_with(|| url.clone());
            }
            return Branch::read(&elements, url);
        };
        let mut tree = Branch::clone(&base);
        if definition.derivation == Some(Derivation::Specialization) {
            tree.name.clone_from(&definition.type_name);
        }
        let Some(delta) = delta else {
            return Ok(tree);
        };
        if delta.name != tree.name {
            return Err(SnapshotError::OutsideType {
                url: url.clone(),
                element: delta.id,
                expected: tree.name,
            });
        }
        Overlay::new(self, definition, base).apply_root(&mut tree, &delta)?;
        Ok(tree)
    }

    fn base(&self, definition: &StructureDefinition) -> Result<Option<Rc<Branch>>, SnapshotError> {
        let url = || definition.url.clone();
        let Some(base) = &definition.base_definition else {
            return match definition.derivation {
                Some(Derivation::Constraint) => Err(SnapshotError::NoBase { url: url() }),
                _ => Ok(None),
            };
        };
        let found = self.definitions.structure_definition(base);
        let found = found.ok_or_else(|| SnapshotError::UnknownBase {
            url: url(),
            base: base.clone(),
        })?;
        self.tree(&found).map(Some)
    }

    pub(super) fn is_being_made(&self, url: &str) -> bool {
        self.making.borrow().iter().any(|making| making == url)
    }

    /// The tree of a profile that is not being made just now; `None` if it is, or is unknown.
    pub(super) fn profile(&self, canonical: &str) -> Result<Option<Rc<Branch>>, SnapshotError> {
        match self.definitions.structure_definition(canonical) {
            Some(profile) if !self.is_being_made(&profile.url) => self.tree(&profile).map(Some),
            _ => Ok(None),
        }
    }

    /// The tree of a type; `None` if it is unknown, or is being made just now.
    pub(super) fn type_tree(&self, name: &str) -> Result<Option<Rc<Branch>>, SnapshotError> {
        match self.definitions.type_definition(name) {
            Some(found) if !self.is_being_made(&found.url) => self.tree(&found).map(Some),
            _ => Ok(None),
        }
    }

    /// The tree of a definition: from its own snapshot where it has one.
    fn tree(&self, definition: &StructureDefinition) -> Result<Rc<Branch>, SnapshotError> {
        let key = definition.versioned_url();
        if let Some(tree) = self.trees.borrow().get(&key) {
            return Ok(Rc::clone(tree));
        }
        let tree = match &definition.snapshot {
            Some(snapshot) if !snapshot.is_empty() => Branch::read(snapshot, &definition.url)?,
            _ => self.generate(definition)?,
        };
        let tree = Rc::new(tree);
        self.trees.borrow_mut().insert(key, Rc::clone(&tree));
        Ok(tree)
    }
}

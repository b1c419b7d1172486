//! Changes to definitions, so that they say what they must have been meant to say.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::fhir::{ExtensionContextType, Max, StructureDefinition, ValueSet};

/// A change to one definition; without effect where `from` is not found, so that a later version
/// of the guide that has mended it is left alone.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Repair {
    /// Canonical URL below that of the guide.
    pub definition: String,
    /// Id of the ElementDefinition, for changes to one.
    #[serde(default)]
    pub element: Option<String>,
    /// What is changed.
    #[serde(flatten)]
    pub edit: Edit,
}

/// What is changed.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Edit {
    /// A discriminator's path.
    Discriminator(Change),
    /// An element's `max`.
    Max(Change),
    /// An extension's context, of the type `element`.
    Context(Change),
    /// The code system that a value set includes.
    System(Change),
}

/// What it was, and what it is to be.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What the guide says.
    pub from: String,
    /// What it is read as.
    pub to: String,
}

impl Repair {
    pub(super) fn apply(&self, definition: &mut Arc<StructureDefinition>) {
        match &self.edit {
            Edit::Context(change) => {
                let definition = Arc::make_mut(definition);
                let contexts = definition.context.iter_mut();
                for context in contexts.filter(|own| own.expression == change.from) {
                    context.kind = ExtensionContextType::Element;
                    context.expression.clone_from(&change.to);
                }
            }
            Edit::Discriminator(change) => {
                self.each_element(definition, |element| {
                    let slicing = element.slicing.iter_mut();
                    let discriminators = slicing.flat_map(|own| &mut own.discriminators);
                    for own in discriminators.filter(|own| own.path == change.from) {
                        own.path.clone_from(&change.to);
                    }
                });
            }
            Edit::Max(change) => {
                let (from, to) = (max(&change.from), max(&change.to));
                self.each_element(definition, |element| {
                    if element.max == from {
                        element.max = to;
                    }
                });
            }
            Edit::System(_) => {}
        }
    }

    /// Both views are changed, since either may be read.
    fn each_element(
        &self,
        definition: &mut Arc<StructureDefinition>,
        mut change: impl FnMut(&mut crate::fhir::ElementDefinition),
    ) {
        let definition = Arc::make_mut(definition);
        let snapshot = definition.snapshot.iter_mut().flatten();
        let elements = definition.differential.iter_mut().chain(snapshot);
        for element in elements.filter(|own| Some(&own.id) == self.element.as_ref()) {
            change(element);
        }
    }

    pub(super) fn apply_to_value_set(&self, value_set: &mut Arc<ValueSet>) {
        let Edit::System(change) = &self.edit else {
            return;
        };
        let value_set = Arc::make_mut(value_set);
        let sets = value_set
            .compose
            .iter_mut()
            .flat_map(|own| &mut own.include);
        for set in sets.filter(|own| own.system.as_ref() == Some(&change.from)) {
            set.system = Some(change.to.clone());
        }
    }
}

fn max(text: &str) -> Option<Max> {
    match text {
        "*" => Some(Max::Unbounded),
        count => count.parse().ok().map(Max::Count),
    }
}

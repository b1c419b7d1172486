//! Whether the path of a discriminator leads to an element (R4 5.1.0.14.1).

use std::sync::Arc;

use crate::assertion::{Step, choice_type};
use crate::fhir::{Canonical, ElementDefinition, StructureDefinition};
use crate::package::Definitions;

/// Where elements are looked for.
pub(super) struct Search<'s> {
    pub definitions: &'s Definitions,
    /// The elements of the definition that has the slicing.
    pub laid: &'s [ElementDefinition],
}

/// An element that a path has led to.
#[derive(Clone)]
enum Spot {
    /// One of the definition itself.
    Own(ElementDefinition),
    /// One of another definition, all of whose elements follow.
    In(Arc<StructureDefinition>, ElementDefinition),
    /// Nothing is known of it, so that anything may be below it.
    Open,
}

/// A path that leads to more places than this is let pass.
const MOST: usize = 200;

impl Search<'_> {
    /// What is wrong with the first step that leads nowhere.
    pub fn wrong_step(&self, start: &ElementDefinition, steps: &[Step]) -> Option<String> {
        let mut spots = vec![Spot::Own(start.clone())];
        for step in steps {
            let next: Vec<Spot> = spots
                .iter()
                .flat_map(|spot| self.advance(spot, step))
                .collect();
            if next.is_empty() {
                return Some(match step {
                    Step::Child(name) => format!("there is no element `{name}`"),
                    Step::Extension(url) => format!("there can be no extension `{url}`"),
                    Step::Resolve => "`resolve()` of what is no reference".to_owned(),
                    Step::OfType(name) => format!("the element cannot be of type `{name}`"),
                });
            }
            if next.len() > MOST || next.iter().any(|spot| matches!(spot, Spot::Open)) {
                return None;
            }
            spots = next;
        }
        None
    }

    fn advance(&self, spot: &Spot, step: &Step) -> Vec<Spot> {
        let element = match spot {
            Spot::Own(element) | Spot::In(_, element) => element,
            Spot::Open => return vec![Spot::Open],
        };
        match step {
            Step::Child(name) => self.children(spot, element, name),
            Step::Extension(url) => {
                if self.children(spot, element, "extension").is_empty() {
                    return Vec::new();
                }
                match self.definitions.structure_definition(url) {
                    Some(extension) => root(extension),
                    None => vec![Spot::Open],
                }
            }
            Step::Resolve => self.targets(element),
            Step::OfType(name) => {
                let mut element = element.clone();
                if element.types.iter().any(|own| own.code == *name) {
                    element.types.retain(|own| own.code == *name);
                } else if !element.types.is_empty() && element.path.contains('.') {
                    return Vec::new();
                }
                vec![match spot {
                    Spot::In(definition, _) => Spot::In(Arc::clone(definition), element),
                    _ => Spot::Own(element),
                }]
            }
        }
    }

    fn children(&self, spot: &Spot, element: &ElementDefinition, name: &str) -> Vec<Spot> {
        let elements: &[ElementDefinition] = match spot {
            Spot::In(definition, _) => elements(definition),
            _ => self.laid,
        };
        let named = match &element.content_reference {
            Some(reference) => reference.rsplit('#').next().unwrap_or_default(),
            None => &element.path,
        };
        let below: Vec<&ElementDefinition> = elements
            .iter()
            .filter(|own| {
                own.path
                    .rsplit_once('.')
                    .is_some_and(|(parent, _)| parent == named)
            })
            .collect();
        let found: Vec<Spot> = below
            .iter()
            .filter(|own| is_named(own, name))
            .map(|own| match spot {
                Spot::In(definition, _) => Spot::In(Arc::clone(definition), (*own).clone()),
                _ => Spot::Own((*own).clone()),
            })
            .collect();
        if !found.is_empty() {
            return found;
        }
        element
            .types
            .iter()
            .flat_map(|own| match self.definitions.type_definition(&own.code) {
                Some(_) if own.code == "Resource" => vec![Spot::Open],
                Some(definition) => {
                    let is_child = |own: &&ElementDefinition| {
                        own.path.matches('.').count() == 1 && is_named(own, name)
                    };
                    elements_of(&definition)
                        .filter(is_child)
                        .map(|own| Spot::In(Arc::clone(&definition), own.clone()))
                        .collect()
                }
                None => vec![Spot::Open],
            })
            .collect()
    }

    /// The resources that a reference may point to.
    fn targets(&self, element: &ElementDefinition) -> Vec<Spot> {
        let mut out = Vec::new();
        for own in &element.types {
            if !matches!(own.code.as_str(), "Reference" | "canonical" | "uri" | "url") {
                continue;
            }
            if own.target_profiles.is_empty() {
                out.push(Spot::Open);
            }
            for target in &own.target_profiles {
                let url = Canonical::parse(target).url;
                match self.definitions.structure_definition(target) {
                    Some(definition) if !url.ends_with("/Resource") => out.extend(root(definition)),
                    _ => out.push(Spot::Open),
                }
            }
        }
        out
    }
}

fn elements(definition: &StructureDefinition) -> &[ElementDefinition] {
    definition.snapshot.as_deref().unwrap_or_default()
}

fn elements_of(definition: &StructureDefinition) -> impl Iterator<Item = &ElementDefinition> {
    elements(definition).iter()
}

/// The root of a definition; one without a snapshot is open.
fn root(definition: Arc<StructureDefinition>) -> Vec<Spot> {
    match elements(&definition).first().cloned() {
        Some(element) => vec![Spot::In(definition, element)],
        None => vec![Spot::Open],
    }
}

/// Whether an element has that name, be it a choice or one of its types.
fn is_named(element: &ElementDefinition, name: &str) -> bool {
    let own = element.path.rsplit('.').next().unwrap_or_default();
    let own = own.strip_suffix("[x]").unwrap_or(own);
    let is_choice_of = |long: &str, short: &str| {
        long.strip_prefix(short)
            .is_some_and(|suffix| choice_type(suffix).is_some())
    };
    own == name || is_choice_of(own, name) || is_choice_of(name, own)
}

//! Surfaces of the parts of a run, put together.

use std::collections::BTreeMap;

use super::{Answers, ElementSurface, Surface, TypeSurface};

impl Surface {
    /// Adds what another part saw. What each part's probe of the dialect saw is counted for each.
    pub fn add(&mut self, other: Surface) {
        let Surface { types, cut } = other;
        self.cut |= cut;
        for (name, seen) in types {
            self.types.entry(name).or_default().add(seen);
        }
    }
}

impl TypeSurface {
    fn add(&mut self, other: TypeSurface) {
        let TypeSurface {
            interactions,
            parameters,
            resources,
            elements,
            extensions,
            errors,
        } = other;
        add_answers(&mut self.interactions, interactions);
        add_answers(&mut self.parameters, parameters);
        self.resources += resources;
        for (path, seen) in elements {
            let ElementSurface {
                resources,
                kinds,
                systems,
            } = seen;
            let element = self.elements.entry(path).or_default();
            element.resources += resources;
            element.kinds.extend(kinds);
            element.systems.extend(systems);
        }
        for (url, count) in extensions {
            *self.extensions.entry(url).or_default() += count;
        }
        self.errors.extend(errors);
    }
}

fn add_answers(into: &mut BTreeMap<String, Answers>, from: BTreeMap<String, Answers>) {
    for (name, answers) in from {
        into.entry(name)
            .or_default()
            .statuses
            .extend(answers.statuses);
    }
}

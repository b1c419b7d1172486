//! What changed of the observed surface, and what that means for a system that talks to the
//! server. Only what both runs could see is compared: an element that no resource has, or a
//! request that was not sent, is no change that anybody could be sure of.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{ChangedSurface, Effect, SurfaceKind};
use crate::report::Report;
use crate::surface::{Answers, ElementSurface, Kind, TypeSurface};

/// So many resources must have been seen on each side before "always" and "never" mean anything.
const ENOUGH: u32 = 3;

/// The changes, breaking ones first; none where a report has no surface.
pub(super) fn changed(old: &Report, new: &Report) -> Vec<ChangedSurface> {
    let (Some(old), Some(new)) = (&old.surface, &new.surface) else {
        return Vec::new();
    };
    let mut changes = Vec::new();
    let types: BTreeSet<&String> = old.types.keys().chain(new.types.keys()).collect();
    for resource_type in types {
        let mut of_type = OfType {
            resource_type,
            changes: &mut changes,
        };
        match (old.types.get(resource_type), new.types.get(resource_type)) {
            (Some(old), Some(new)) => of_type.compare(old, new),
            (Some(_), None) => of_type.whole(Effect::NoLongerSeen),
            (None, Some(_)) => of_type.whole(Effect::NewlySeen),
            (None, None) => {}
        }
    }
    changes.sort();
    changes
}

/// The changes of one resource type.
struct OfType<'c> {
    resource_type: &'c str,
    changes: &'c mut Vec<ChangedSurface>,
}

impl OfType<'_> {
    fn compare(&mut self, old: &TypeSurface, new: &TypeSurface) {
        let interaction = SurfaceKind::Interaction;
        self.answers(interaction, &old.interactions, &new.interactions);
        self.answers(SurfaceKind::Parameter, &old.parameters, &new.parameters);
        self.elements(old, new);
        self.extensions(old, new);
        let (before, now) = (joined(&old.errors), joined(&new.errors));
        if before != now && !old.errors.is_empty() && !new.errors.is_empty() {
            self.add(
                Effect::Changed,
                SurfaceKind::ErrorCode,
                "issue.code",
                before,
                now,
            );
        }
    }

    fn add(
        &mut self,
        effect: Effect,
        kind: SurfaceKind,
        name: &str,
        old: Option<String>,
        new: Option<String>,
    ) {
        self.changes.push(ChangedSurface {
            effect,
            resource_type: self.resource_type.to_owned(),
            kind,
            name: name.to_owned(),
            old,
            new,
        });
    }

    fn whole(&mut self, effect: Effect) {
        let name = self.resource_type.to_owned();
        self.add(effect, SurfaceKind::ResourceType, &name, None, None);
    }

    fn answers(
        &mut self,
        kind: SurfaceKind,
        old: &BTreeMap<String, Answers>,
        new: &BTreeMap<String, Answers>,
    ) {
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            match (old.get(name), new.get(name)) {
                (Some(old), Some(new)) if old != new => self.answer(kind, name, old, new),
                (Some(old), None) => {
                    self.add(Effect::NoLongerSeen, kind, name, statuses(old), None);
                }
                (None, Some(new)) => self.add(Effect::NewlySeen, kind, name, None, statuses(new)),
                _ => {}
            }
        }
    }

    fn answer(&mut self, kind: SurfaceKind, name: &str, old: &Answers, new: &Answers) {
        // What a user may not do says nothing about what the server can.
        let refused = |answers: &Answers| {
            answers
                .statuses
                .iter()
                .all(|status| matches!(status, 401 | 403 | 429 | 503))
        };
        let (effect, kind) = match (old.succeeded(), new.succeeded()) {
            (true, false) if !refused(new) => (Effect::Breaking, kind),
            (false, true) if !refused(old) => (Effect::Additive, kind),
            _ => (Effect::Changed, SurfaceKind::Status),
        };
        self.add(effect, kind, name, statuses(old), statuses(new));
    }

    fn elements(&mut self, old: &TypeSurface, new: &TypeSurface) {
        for (path, before) in &old.elements {
            match new.elements.get(path) {
                Some(now) => {
                    self.kinds(path, before, now);
                    self.systems(path, before, now);
                }
                None if parent_is_in(path, &new.elements) => {
                    let always = before.resources == old.resources;
                    let effect = gone(always, old.resources, new.resources);
                    let seen = Some(share(before.resources, old.resources));
                    let now = Some(share(0, new.resources));
                    self.add(effect, SurfaceKind::Element, path, seen, now);
                }
                None => {}
            }
        }
        for (path, now) in &new.elements {
            if !old.elements.contains_key(path) && parent_is_in(path, &old.elements) {
                let effect = come(old.resources);
                let before = Some(share(0, old.resources));
                let seen = Some(share(now.resources, new.resources));
                self.add(effect, SurfaceKind::Element, path, before, seen);
            }
        }
    }

    fn kinds(&mut self, path: &str, old: &ElementSurface, new: &ElementSurface) {
        let known = |element: &ElementSurface| -> BTreeSet<Kind> {
            let kinds = element.kinds.iter().copied();
            kinds.filter(|kind| *kind != Kind::Null).collect()
        };
        let (before, now) = (known(old), known(new));
        if before == now || before.is_empty() || now.is_empty() {
            return;
        }
        let effect = match before.is_disjoint(&now) {
            true => Effect::Breaking,
            false => Effect::Changed,
        };
        self.add(
            effect,
            SurfaceKind::Value,
            path,
            joined(&before),
            joined(&now),
        );
    }

    fn systems(&mut self, path: &str, old: &ElementSurface, new: &ElementSurface) {
        let (before, now) = (&old.systems, &new.systems);
        if before == now || before.is_empty() || now.is_empty() {
            return;
        }
        let effect = match (before.is_disjoint(now), before.is_subset(now)) {
            (true, _) => Effect::Breaking,
            (false, true) => Effect::Additive,
            (false, false) if now.is_subset(before) => Effect::NoLongerSeen,
            (false, false) => Effect::Changed,
        };
        self.add(
            effect,
            SurfaceKind::CodeSystem,
            path,
            joined(before),
            joined(now),
        );
    }

    fn extensions(&mut self, old: &TypeSurface, new: &TypeSurface) {
        for (url, &before) in &old.extensions {
            if !new.extensions.contains_key(url) {
                let effect = gone(before == old.resources, old.resources, new.resources);
                let seen = Some(share(before, old.resources));
                let now = Some(share(0, new.resources));
                self.add(effect, SurfaceKind::Extension, url, seen, now);
            }
        }
        for (url, &now) in &new.extensions {
            if !old.extensions.contains_key(url) {
                let before = Some(share(0, old.resources));
                let seen = Some(share(now, new.resources));
                self.add(
                    come(old.resources),
                    SurfaceKind::Extension,
                    url,
                    before,
                    seen,
                );
            }
        }
    }
}

/// Something that is not there any more: breaking only where it was always there, and enough was
/// seen on both sides to tell.
fn gone(always: bool, old: u32, new: u32) -> Effect {
    match always && old >= ENOUGH && new >= ENOUGH {
        true => Effect::Breaking,
        false => Effect::NoLongerSeen,
    }
}

fn come(old: u32) -> Effect {
    match old >= ENOUGH {
        true => Effect::Additive,
        false => Effect::NewlySeen,
    }
}

/// Whether the element around a path was seen; the root always was. Of a tree that is gone, only
/// its root is told.
fn parent_is_in(path: &str, elements: &BTreeMap<String, ElementSurface>) -> bool {
    match path.rsplit_once('.') {
        Some((parent, _)) if parent.contains('.') => elements.contains_key(parent),
        _ => true,
    }
}

fn statuses(answers: &Answers) -> Option<String> {
    joined(&answers.statuses)
}

fn joined<T: ToString>(values: &BTreeSet<T>) -> Option<String> {
    let texts: Vec<String> = values.iter().map(T::to_string).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

fn share(count: u32, all: u32) -> String {
    format!("{count}/{all}")
}

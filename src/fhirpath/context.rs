//! What an expression is evaluated on.

use std::cell::Cell;

use super::element::Element;
use super::environment::Environment;
use super::item::Collection;
use super::model::Model;
use super::temporal::DateTime;

/// Bounds that keep a hostile expression from running on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many steps one evaluation may take: an operation is a step, an item made costs four,
    /// and every 64 bytes of text cost one.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 5_000_000 }
    }
}

/// How strictly the rules on types are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strictness {
    /// As the constraints of R4 need it: `as` on many items keeps those of the type (dom-3
    /// relies on it), a primitive counts as the System type it converts to in `as` and `ofType`, and
    /// elements that a type does not have are absent.
    #[default]
    R4,
    /// `as` takes one item at most (FHIRPath 6.3.3).
    Normative,
    /// Also, an element name that the type does not have is an error.
    Strict,
}

/// Named values for `%name`.
#[derive(Debug, Clone, Default)]
pub struct Variables<'a>(Vec<(String, Collection<'a>)>);

impl<'a> Variables<'a> {
    /// No variables.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Defines `%name`, or defines it anew.
    pub fn set(&mut self, name: impl Into<String>, value: Collection<'a>) {
        let name = name.into();
        match self.0.iter_mut().find(|(own, _)| *own == name) {
            Some((_, own)) => *own = value,
            None => self.0.push((name, value)),
        }
    }

    /// The value of `%name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Collection<'a>> {
        self.0
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value)
    }
}

/// What an expression is evaluated on: the element, the resources around it, the types, and the
/// world outside.
#[derive(Clone, Copy)]
pub struct Context<'c, 'a> {
    pub(super) model: &'c dyn Model,
    pub(super) environment: &'c dyn Environment<'a>,
    pub(super) focus: Element<'a>,
    pub(super) resource: Element<'a>,
    pub(super) root_resource: Element<'a>,
    pub(super) variables: Option<&'c Variables<'a>>,
    pub(super) limits: Limits,
    pub(super) strictness: Strictness,
    pub(super) now: Option<DateTime>,
    pub(super) budget: Option<&'c Cell<u64>>,
}

impl<'c, 'a> Context<'c, 'a> {
    /// A context whose `%resource`, `%rootResource` and `%context` are all `focus`.
    #[must_use]
    pub fn new(
        model: &'c dyn Model,
        environment: &'c dyn Environment<'a>,
        focus: Element<'a>,
    ) -> Self {
        Self {
            model,
            environment,
            focus,
            resource: focus,
            root_resource: focus,
            variables: None,
            limits: Limits::default(),
            strictness: Strictness::default(),
            now: None,
            budget: None,
        }
    }

    /// The same with another element to evaluate on (`$this` and `%context`).
    #[must_use]
    pub fn with_focus(self, focus: Element<'a>) -> Self {
        Self { focus, ..self }
    }

    /// The same with another `%resource`, the innermost resource around the element, which
    /// becomes `%rootResource` too.
    #[must_use]
    pub fn with_resource(self, resource: Element<'a>) -> Self {
        Self {
            resource,
            root_resource: resource,
            ..self
        }
    }

    /// The same with another `%rootResource`: for a contained resource, the one that contains it.
    #[must_use]
    pub fn with_root_resource(self, root_resource: Element<'a>) -> Self {
        Self {
            root_resource,
            ..self
        }
    }

    /// The same with variables of the caller.
    #[must_use]
    pub fn with_variables(self, variables: &'c Variables<'a>) -> Self {
        Self {
            variables: Some(variables),
            ..self
        }
    }

    /// The same with other bounds.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same with a number of steps that many evaluations share: each takes what it needs, and
    /// none gets more than is left.
    #[must_use]
    pub fn with_budget(self, budget: &'c Cell<u64>) -> Self {
        Self {
            budget: Some(budget),
            ..self
        }
    }

    /// The same with other rules on types.
    #[must_use]
    pub fn with_strictness(self, strictness: Strictness) -> Self {
        Self { strictness, ..self }
    }

    /// The same with a fixed answer for `now()`, `today()` and `timeOfDay()`; without one the
    /// system clock is read, in UTC.
    #[must_use]
    pub fn with_now(self, now: DateTime) -> Self {
        Self {
            now: Some(now),
            ..self
        }
    }
}

//! `binding` (R4 4.1.5): codes of an element against a value set, as far as that can be known
//! offline.
//!
//! Interpretations: a value set that cannot be known offline gives one piece of information and
//! leaves the verdict alone. A CodeableConcept is judged by its best coding. Under a required
//! binding a concept without a code breaks the binding, as text alone is no code of the value set.
//! Under an extensible one a code of a system that the value set does not draw on gives information
//! only: it is right where no code of the value set fits, and whether one fits only people can say.

use std::sync::{Arc, OnceLock};

use super::coding::{Coded, codes, is_bindable, shown};
use super::place::Place;
use super::sink::Sink;
use super::walk::{At, Walk};
use crate::fhir::{BindingStrength, ElementBinding};
use crate::finding::{IssueType, Rule, Severity, Words, quoted};
use crate::terminology::{Members, Membership, NotMember};

/// A binding to one value set.
#[derive(Debug)]
pub struct Bound {
    /// `strength`.
    pub strength: BindingStrength,
    /// The value set.
    pub set: BoundSet,
    /// The value set of the `elementdefinition-maxValueSet` extension: a required outer bound.
    pub outer: Option<BoundSet>,
}

/// A value set, and its members once they were needed.
#[derive(Debug)]
pub struct BoundSet {
    /// Canonical URL.
    pub canonical: String,
    members: OnceLock<Arc<Members>>,
}

/// The best of the memberships of several codings.
enum Best {
    In,
    /// With the reason of the first coding.
    Unknown(String),
    NotIn(NotMember),
    NoCode,
}

impl BoundSet {
    /// The value set of a canonical URL.
    #[must_use]
    pub fn new(canonical: &str) -> Self {
        Self {
            canonical: canonical.to_owned(),
            members: OnceLock::new(),
        }
    }

    fn members(&self, walk: &Walk<'_>) -> &Members {
        self.members
            .get_or_init(|| walk.engine.terminology.members(&self.canonical))
    }
}

impl Bound {
    /// From `ElementDefinition.binding`; `None` where it names no value set or asks for nothing.
    #[must_use]
    pub fn new(binding: &ElementBinding) -> Option<Self> {
        if binding.strength == BindingStrength::Example && binding.max_value_set.is_none() {
            return None;
        }
        Some(Self {
            strength: binding.strength,
            set: BoundSet::new(binding.value_set.as_deref()?),
            outer: binding.max_value_set.as_deref().map(BoundSet::new),
        })
    }

    /// Whether a node may have a code of the value set: for slices that a binding tells apart.
    #[must_use]
    pub fn admits(&self, walk: &Walk<'_>, place: &Place<'_>) -> bool {
        matches!(
            best(self.set.members(walk), place),
            Best::In | Best::Unknown(_)
        )
    }

    /// Judges a node.
    pub fn check(&self, at: &At<'_>, sink: &mut Sink) {
        if !is_bindable(at.place) {
            return;
        }
        match best(self.set.members(at.walk), at.place) {
            Best::In => {}
            Best::Unknown(reason) => self.report_unknown(&reason, at, sink),
            Best::NotIn(reason) => {
                if let Some(severity) = self.severity(&reason) {
                    self.report_not_in(&self.set, severity, &reason, at, sink);
                }
            }
            Best::NoCode => self.report_no_code(at, sink),
        }
        if let Some(outer) = &self.outer
            && let Best::NotIn(reason) = best(outer.members(at.walk), at.place)
        {
            self.report_not_in(outer, Severity::Error, &reason, at, sink);
        }
    }

    fn severity(&self, reason: &NotMember) -> Option<Severity> {
        match self.strength {
            BindingStrength::Required => Some(Severity::Error),
            BindingStrength::Extensible if *reason == NotMember::OtherSystem => {
                Some(Severity::Information)
            }
            BindingStrength::Extensible => Some(Severity::Warning),
            BindingStrength::Preferred => Some(Severity::Information),
            BindingStrength::Example => None,
        }
    }

    fn report_not_in(
        &self,
        set: &BoundSet,
        severity: Severity,
        reason: &NotMember,
        at: &At<'_>,
        sink: &mut Sink,
    ) {
        at.report(sink, Rule::Binding, severity, || {
            Words::new(
                at.subject(),
                format!(
                    "a code of value set {} ({} binding)",
                    quoted(&set.canonical),
                    self.strength
                ),
                shown(at.place),
            )
            .hint(reason)
        });
    }

    fn report_unknown(&self, reason: &str, at: &At<'_>, sink: &mut Sink) {
        if matches!(
            self.strength,
            BindingStrength::Preferred | BindingStrength::Example
        ) {
            return;
        }
        at.report_with(
            sink,
            Rule::Binding,
            Severity::Information,
            || {
                Words::new(
                    at.subject(),
                    format!("a code of value set {}", quoted(&self.set.canonical)),
                    format!("{}, which cannot be judged offline", shown(at.place)),
                )
                .hint(reason)
            },
            |finding| finding.code = IssueType::NotSupported,
        );
    }

    fn report_no_code(&self, at: &At<'_>, sink: &mut Sink) {
        if self.strength != BindingStrength::Required {
            return;
        }
        at.report(sink, Rule::Binding, Severity::Error, || {
            Words::new(
                at.subject(),
                format!("a code of value set {}", quoted(&self.set.canonical)),
                "no code",
            )
            .hint("text alone does not satisfy a required binding: send a coding")
        });
    }
}

/// Whether a node has a code of the value set; `None` where that cannot be known.
#[must_use]
pub fn is_member(walk: &Walk<'_>, value_set: &str, place: &Place<'_>) -> Option<bool> {
    match best(&walk.engine.terminology.members(value_set), place) {
        Best::In => Some(true),
        Best::NotIn(_) | Best::NoCode => Some(false),
        Best::Unknown(_) => None,
    }
}

/// As [`is_member`], of a code by itself.
#[must_use]
pub fn is_code_member(walk: &Walk<'_>, value_set: &str, code: &str) -> Option<bool> {
    match walk.engine.terminology.membership(value_set, None, code) {
        Membership::Yes => Some(true),
        Membership::No(_) => Some(false),
        Membership::Unknown(_) => None,
    }
}

fn best(members: &Members, place: &Place<'_>) -> Best {
    let mut best = Best::NoCode;
    for coded in codes(place) {
        let Some(code) = coded.code else { continue };
        match membership(members, &coded, code) {
            Membership::Yes => return Best::In,
            Membership::Unknown(reason) => {
                if !matches!(best, Best::Unknown(_)) {
                    best = Best::Unknown(reason.to_string());
                }
            }
            Membership::No(reason) => {
                if matches!(best, Best::NoCode | Best::NotIn(NotMember::OtherSystem)) {
                    best = Best::NotIn(reason);
                }
            }
        }
    }
    best
}

fn membership(members: &Members, coded: &Coded<'_>, code: &str) -> Membership {
    if coded.is_bare {
        members.membership(None, code)
    } else {
        members.coding(coded.system, code)
    }
}

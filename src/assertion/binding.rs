//! `binding` (R4 4.1.5): codes of an element against a value set, as far as that can be known
//! offline.
//!
//! Interpretations: a value set that cannot be known offline gives one piece of information and
//! leaves the verdict alone. A CodeableConcept is judged by its best coding. Under a required
//! binding a concept without a code breaks the binding, as text alone is no code of the value set.

use super::place::Place;
use super::sink::Sink;
use super::walk::{At, Walk};
use crate::fhir::{BindingStrength, ElementBinding};
use crate::finding::{IssueType, Rule, Severity, Words, quoted};
use crate::json::Node;
use crate::terminology::Membership;

/// A binding to one value set.
#[derive(Debug)]
pub struct Bound {
    /// Canonical URL of the value set.
    pub value_set: String,
    /// `strength`.
    pub strength: BindingStrength,
    /// The value set of the `elementdefinition-maxValueSet` extension: a required outer bound.
    pub max_value_set: Option<String>,
}

/// A code as it stands in an instance.
#[derive(Debug, Clone, Copy)]
struct Coded<'w> {
    system: Option<&'w str>,
    code: Option<&'w str>,
    display: Option<&'w str>,
    /// Whether the type has no place for a system: `code`, `string`, `uri`.
    is_bare: bool,
}

/// The best of the memberships of several codings.
enum Best {
    In,
    /// With the reason of the first coding.
    Unknown(String),
    NotIn(String),
    NoCode,
}

impl Bound {
    /// From `ElementDefinition.binding`; `None` where it names no value set or asks for nothing.
    #[must_use]
    pub fn new(binding: &ElementBinding) -> Option<Self> {
        if binding.strength == BindingStrength::Example && binding.max_value_set.is_none() {
            return None;
        }
        Some(Self {
            value_set: binding.value_set.clone()?,
            strength: binding.strength,
            max_value_set: binding.max_value_set.clone(),
        })
    }

    /// Whether a node certainly has a code of the value set: for slices that a binding tells
    /// apart.
    #[must_use]
    pub fn admits(&self, walk: &Walk<'_>, place: &Place<'_>) -> bool {
        let codes = codes(place);
        matches!(
            best(walk, &self.value_set, &codes),
            Best::In | Best::Unknown(_)
        )
    }

    /// Judges a node.
    pub fn check(&self, at: &At<'_>, sink: &mut Sink) {
        if !is_bindable(at.place) {
            return;
        }
        let codes = codes(at.place);
        match best(at.walk, &self.value_set, &codes) {
            Best::In => {}
            Best::Unknown(reason) => self.report_unknown(&codes, &reason, at, sink),
            Best::NotIn(reason) => {
                if let Some(severity) = self.severity() {
                    self.report_not_in(&self.value_set, severity, &codes, &reason, at, sink);
                }
            }
            Best::NoCode => self.report_no_code(at, sink),
        }
        if let Some(outer) = &self.max_value_set
            && let Best::NotIn(reason) = best(at.walk, outer, &codes)
        {
            self.report_not_in(outer, Severity::Error, &codes, &reason, at, sink);
        }
    }

    const fn severity(&self) -> Option<Severity> {
        match self.strength {
            BindingStrength::Required => Some(Severity::Error),
            BindingStrength::Extensible => Some(Severity::Warning),
            BindingStrength::Preferred => Some(Severity::Information),
            BindingStrength::Example => None,
        }
    }

    fn report_not_in(
        &self,
        value_set: &str,
        severity: Severity,
        codes: &[Coded<'_>],
        reason: &str,
        at: &At<'_>,
        sink: &mut Sink,
    ) {
        at.report(sink, Rule::Binding, severity, || {
            let words = Words::new(
                at.subject(),
                format!(
                    "a code of value set {} ({} binding)",
                    quoted(value_set),
                    self.strength
                ),
                shown(codes),
            );
            match reason {
                "" => words,
                reason => words.hint(reason),
            }
        });
    }

    fn report_unknown(&self, codes: &[Coded<'_>], reason: &str, at: &At<'_>, sink: &mut Sink) {
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
                    format!("a code of value set {}", quoted(&self.value_set)),
                    format!("{}, which cannot be judged offline", shown(codes)),
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
                format!("a code of value set {}", quoted(&self.value_set)),
                "no code",
            )
            .hint("text alone does not satisfy a required binding: send a coding")
        });
    }
}

/// Whether a node has a code of the value set; `None` where that cannot be known.
#[must_use]
pub fn is_member(walk: &Walk<'_>, value_set: &str, place: &Place<'_>) -> Option<bool> {
    match best(walk, value_set, &codes(place)) {
        Best::In => Some(true),
        Best::NotIn(_) | Best::NoCode => Some(false),
        Best::Unknown(_) => None,
    }
}

/// As [`is_member`], of a code by itself.
#[must_use]
pub fn is_code_member(walk: &Walk<'_>, value_set: &str, code: &str) -> Option<bool> {
    match walk
        .engine
        .terminology
        .membership(value_set, None, code, None)
    {
        Membership::Yes => Some(true),
        Membership::No { .. } => Some(false),
        Membership::Unknown { .. } => None,
    }
}

/// Whether a binding says something about the node: by its type (R4 4.1.5), and not where another
/// kind of JSON value stands, which is reported already.
fn is_bindable(place: &Place<'_>) -> bool {
    let Some(node) = place.item.node else {
        return false;
    };
    match place.type_name {
        "code" | "string" | "uri" | "canonical" | "url" | "oid" => node.as_str().is_some(),
        "Coding" | "CodeableConcept" | "Quantity" | "Age" | "Count" | "Distance" | "Duration"
        | "Money" => node.is_object(),
        _ => false,
    }
}

fn codes<'w>(place: &Place<'w>) -> Vec<Coded<'w>> {
    let Some(node) = place.item.node else {
        return Vec::new();
    };
    if let Some(text) = node.as_str() {
        return vec![Coded {
            system: None,
            code: Some(text),
            display: None,
            is_bare: true,
        }];
    }
    if place.type_name == "CodeableConcept" || node.get("coding").is_some() {
        let codings = node.get("coding").map(Node::entries_or_self);
        return codings.unwrap_or_default().iter().map(coding).collect();
    }
    vec![coding(node)]
}

fn coding<'w>(node: &'w Node<'w>) -> Coded<'w> {
    Coded {
        system: node.str("system"),
        code: node.str("code"),
        display: node.str("display"),
        is_bare: false,
    }
}

fn best(walk: &Walk<'_>, value_set: &str, codes: &[Coded<'_>]) -> Best {
    let mut best = Best::NoCode;
    for coded in codes {
        let Some(code) = coded.code else { continue };
        if coded.system.is_none() && !coded.is_bare {
            if matches!(best, Best::NoCode) {
                best = Best::NotIn("a code without a system has no meaning: send `system`".into());
            }
            continue;
        }
        let membership =
            walk.engine
                .terminology
                .membership(value_set, coded.system, code, coded.display);
        match membership {
            Membership::Yes => return Best::In,
            Membership::Unknown { reason } => {
                if !matches!(best, Best::Unknown(_)) {
                    best = Best::Unknown(reason);
                }
            }
            Membership::No { reason } => {
                if matches!(best, Best::NoCode) {
                    best = Best::NotIn(reason);
                }
            }
        }
    }
    best
}

fn shown(codes: &[Coded<'_>]) -> String {
    let shown: Vec<String> = codes
        .iter()
        .map(|coded| {
            let code = coded.code.unwrap_or("");
            match coded.system {
                Some(system) => quoted(&format!("{system}#{code}")),
                None => quoted(code),
            }
        })
        .collect();
    if shown.is_empty() {
        "no code".to_owned()
    } else {
        shown.join(", ")
    }
}

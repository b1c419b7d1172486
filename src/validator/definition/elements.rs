//! The ElementDefinitions of a StructureDefinition (R4 2.30): each agrees with its type, with what
//! it names, and with the element of the base.

use super::{expression, fault, warn};
use crate::assertion::{At, Sink};
use crate::fhir::{
    BindingStrength, Derivation, ElementDefinition, ElementType, Max, StructureDefinition,
    TypedValue,
};
use crate::fhirpath::TypeId;
use crate::finding::{Words, any_of, quoted};
use crate::json::Node;
use crate::validator::Validator;

/// Judges the elements of the snapshot and the differential. `laid` is the snapshot made from the
/// differential; empty where none could be made.
pub(super) fn check(
    validator: &Validator,
    definition: &StructureDefinition,
    laid: &[ElementDefinition],
    at: &At<'_>,
    sink: &mut Sink,
) {
    let base = definition
        .base_definition
        .as_deref()
        .and_then(|url| validator.definitions().structure_definition(url));
    let base = base
        .as_deref()
        .filter(|_| definition.derivation == Some(Derivation::Constraint))
        .and_then(|base| base.snapshot.as_deref());
    check_order(laid, at, sink);
    for view in ["differential", "snapshot"] {
        let views = at.place.children(view, "BackboneElement");
        for view in &views {
            for place in view.children("element", "ElementDefinition") {
                let Some(node) = place.item.node else {
                    continue;
                };
                let element = ElementDefinition::from_node(node);
                let whole = laid.iter().find(|own| own.id == element.id);
                let judged = Judged {
                    validator,
                    element: &element,
                    whole: whole.unwrap_or(&element),
                    base: base.and_then(|base| base.iter().find(|own| own.path == element.path)),
                    laid,
                };
                let at = at.to(&place, "StructureDefinition.snapshot.element");
                judged.check(&at, sink);
            }
        }
    }
}

/// The elements of a differential stand in the order of the snapshot (R4 5.1.0.6).
fn check_order(laid: &[ElementDefinition], at: &At<'_>, sink: &mut Sink) {
    let mut last = 0;
    for view in at.place.children("differential", "BackboneElement") {
        for place in view.children("element", "ElementDefinition") {
            let id = place.item.get("id").and_then(Node::as_str);
            let Some(index) = id.and_then(|id| laid.iter().position(|own| own.id == id)) else {
                continue;
            };
            if index < last {
                fault(&at.to(&place, at.id), sink, || {
                    Words::new(
                        format!("`{}`", place.expression()),
                        "the elements in the order of the base",
                        format!("{} behind one that follows it", quoted(&laid[index].id)),
                    )
                });
            }
            last = last.max(index);
        }
    }
}

/// One element, and what is known around it.
pub(super) struct Judged<'e> {
    pub validator: &'e Validator,
    pub element: &'e ElementDefinition,
    /// The same element with all that it inherits.
    pub whole: &'e ElementDefinition,
    /// The element of the base that it constrains.
    base: Option<&'e ElementDefinition>,
    /// The snapshot around it.
    pub laid: &'e [ElementDefinition],
}

impl Judged<'_> {
    fn check(&self, at: &At<'_>, sink: &mut Sink) {
        for constraint in at.place.children("constraint", "ElementDefinition") {
            let at = at.to(&constraint, at.id);
            expression::check("expression", &self.focus(&at), &at, sink);
        }
        self.check_keys(at, sink);
        self.check_cardinality(at, sink);
        self.check_types(at, sink);
        self.check_given("fixed", self.element.fixed.as_ref(), at, sink);
        self.check_given("pattern", self.element.pattern.as_ref(), at, sink);
        self.check_binding(at, sink);
        self.check_slicing(at, sink);
    }

    /// A constraint of the base keeps its meaning.
    fn check_keys(&self, at: &At<'_>, sink: &mut Sink) {
        let inherited = self.base.map(|base| base.constraints.as_slice());
        for own in &self.element.constraints {
            let other = inherited.unwrap_or_default().iter().find(|other| {
                other.key == own.key && other.expression.is_some() && own.expression.is_some()
            });
            if other.is_some_and(|other| other.expression != own.expression) {
                fault(at, sink, || {
                    Words::new(
                        format!("`constraint` of {}", at.subject()),
                        "a key that the base does not use otherwise",
                        quoted(&own.key),
                    )
                });
            }
        }
    }

    /// The types on which constraints of the element are evaluated.
    fn focus(&self, at: &At<'_>) -> Vec<TypeId> {
        let path = self.whole.path.as_str();
        if !path.contains('.') {
            return expression::types([path].into_iter(), at);
        }
        let names = self.whole.types.iter().map(|own| match own.code.as_str() {
            "BackboneElement" | "Element" => path,
            code => code,
        });
        expression::types(names, at)
    }

    /// A constraint is not wider than its base (R4 5.1.0.6); a slice may be optional where the
    /// whole is not.
    fn check_cardinality(&self, at: &At<'_>, sink: &mut Sink) {
        let Some(base) = self.base else { return };
        let least = base.min.unwrap_or(0);
        let most = base.max.unwrap_or(Max::Unbounded);
        let is_slice = self.element.id.contains(':');
        let is_lower = |min| min < least && !is_slice && self.element.max != Some(Max::Count(0));
        if let Some(min) = self.element.min.filter(|min| is_lower(*min)) {
            fault(at, sink, || {
                Words::new(
                    format!("`min` of {}", at.subject()),
                    format!("at least the {least} of the base"),
                    min,
                )
            });
        }
        if let Some(max) = self.element.max.filter(|max| *max > most) {
            fault(at, sink, || {
                Words::new(
                    format!("`max` of {}", at.subject()),
                    format!("at most the {most} of the base"),
                    max,
                )
            });
        }
    }

    fn check_types(&self, at: &At<'_>, sink: &mut Sink) {
        for (index, own) in self.element.types.iter().enumerate() {
            if own.code.is_empty() {
                continue;
            }
            if !own.code.contains(':')
                && self
                    .validator
                    .definitions()
                    .type_definition(&own.code)
                    .is_none()
            {
                fault(at, sink, || {
                    Words::new(
                        format!("`type[{index}].code` of {}", at.subject()),
                        "a type of R4",
                        quoted(&own.code),
                    )
                });
                continue;
            }
            self.check_narrowing(own, at, sink);
            for profile in &own.profiles {
                self.check_profile(profile, &own.code, at, sink);
            }
            self.check_targets(own, at, sink);
        }
    }

    /// The types of a constraint are among those of the base.
    fn check_narrowing(&self, own: &ElementType, at: &At<'_>, sink: &mut Sink) {
        let Some(base) = self.base else { return };
        if base.types.is_empty() {
            return;
        }
        let fits =
            |other: &ElementType| other.code == own.code || self.derives(&own.code, &other.code);
        if base.types.iter().any(fits) {
            return;
        }
        fault(at, sink, || {
            let codes: Vec<&str> = base.types.iter().map(|own| own.code.as_str()).collect();
            Words::new(
                format!("`type` of {}", at.subject()),
                format!("{}, which the base allows", any_of(&codes)),
                quoted(&own.code),
            )
        });
    }

    /// Whether a type specialises another one.
    fn derives(&self, code: &str, general: &str) -> bool {
        let definitions = self.validator.definitions();
        let mut next = definitions.type_definition(code);
        for _ in 0..16 {
            let Some(definition) = next else { return false };
            if definition.type_name == general {
                return true;
            }
            next = definition
                .base_definition
                .as_deref()
                .and_then(|base| definitions.structure_definition(base));
        }
        false
    }

    /// `type.profile` is a profile on the type.
    fn check_profile(&self, canonical: &str, code: &str, at: &At<'_>, sink: &mut Sink) {
        let known = self.validator.definitions().structure_definition(canonical);
        let Some(profile) = known else { return };
        if profile.type_name == code || self.derives(&profile.type_name, code) {
            return;
        }
        fault(at, sink, || {
            Words::new(
                format!("`type.profile` of {}", at.subject()),
                format!("a profile on {}", quoted(code)),
                format!(
                    "{}, which is on {}",
                    quoted(canonical),
                    quoted(&profile.type_name)
                ),
            )
        });
    }

    /// The targets of a reference are among those of the base.
    fn check_targets(&self, own: &ElementType, at: &At<'_>, sink: &mut Sink) {
        let same = |other: &&ElementType| other.code == own.code;
        let Some(base) = self.base.and_then(|base| base.types.iter().find(same)) else {
            return;
        };
        let allowed: Option<Vec<String>> = base
            .target_profiles
            .iter()
            .map(|target| self.type_of(target))
            .collect();
        // Where a target is not known, or any resource may be one, nothing is said.
        let Some(allowed) = allowed.filter(|allowed| !allowed.is_empty()) else {
            return;
        };
        if allowed.iter().any(|name| name == "Resource") {
            return;
        }
        for target in &own.target_profiles {
            let Some(found) = self.type_of(target) else {
                continue;
            };
            if allowed.contains(&found) {
                continue;
            }
            fault(at, sink, || {
                Words::new(
                    format!("`type.targetProfile` of {}", at.subject()),
                    format!("a profile on {}, which the base allows", any_of(&allowed)),
                    format!("{}, which is on {}", quoted(target), quoted(&found)),
                )
            });
        }
    }

    fn type_of(&self, canonical: &str) -> Option<String> {
        let profile = self
            .validator
            .definitions()
            .structure_definition(canonical)?;
        Some(profile.type_name.clone())
    }

    /// `fixed[x]` and `pattern[x]` have a type of the element (eld-6, eld-7).
    fn check_given(&self, name: &str, value: Option<&TypedValue>, at: &At<'_>, sink: &mut Sink) {
        let Some(value) = value else { return };
        let types = &self.whole.types;
        let fits = |own: &ElementType| {
            own.code.eq_ignore_ascii_case(&value.type_suffix) || own.code.contains(':')
        };
        if types.is_empty() || types.iter().any(fits) {
            return;
        }
        fault(at, sink, || {
            let codes: Vec<&str> = types.iter().map(|own| own.code.as_str()).collect();
            Words::new(
                at.subject(),
                format!("a {name} value of type {}", any_of(&codes)),
                format!("`{name}{}`", value.type_suffix),
            )
        });
    }

    /// `binding.valueSet` names a value set.
    fn check_binding(&self, at: &At<'_>, sink: &mut Sink) {
        let binding = self.element.binding.as_ref();
        let Some(canonical) = binding.and_then(|binding| binding.value_set.as_deref()) else {
            return;
        };
        let required = |own: &&ElementDefinition| {
            own.binding
                .as_ref()
                .is_some_and(|binding| binding.strength == BindingStrength::Required)
        };
        let is_required = binding.is_some_and(|own| own.strength == BindingStrength::Required);
        if self.base.filter(required).is_some() && !is_required {
            fault(at, sink, || {
                Words::new(
                    format!("`binding.strength` of {}", at.subject()),
                    "`required`, as in the base",
                    quoted(binding.map_or("", |own| own.strength.code())),
                )
            });
        }
        let definitions = self.validator.definitions();
        if canonical.starts_with('#') || definitions.value_set(canonical).is_some() {
            return;
        }
        let is_other = definitions.code_system(canonical).is_some()
            || definitions.structure_definition(canonical).is_some();
        let words = |expected: &str| {
            Words::new(
                format!("`binding.valueSet` of {}", at.subject()),
                expected,
                quoted(canonical),
            )
        };
        if is_other {
            fault(at, sink, || words("a value set"));
        } else {
            warn(at, sink, || words("a value set that is known"));
        }
    }
}

//! `constraint`: FHIRPath that has to hold at a node.
//!
//! Interpretations: an expression that yields nothing is broken, as its words say, unless it cannot
//! be told on the data (R4 leaves it open); one that cannot be evaluated is a warning that says so,
//! never a verdict on the resource. Constraints marked as best practice give information only.

use std::sync::OnceLock;

use super::binding;
use super::place::{Item, Place};
use super::reference;
use super::sink::Sink;
use super::types;
use super::walk::{At, Walk};
use crate::fhir::{Constraint, ConstraintSeverity};
use crate::fhirpath::{
    self, Context, DefinitionsModel, Element, Environment, Expression, Model, TypeId, TypeKind,
};
use crate::finding::{Rule, Severity, Words, quoted};
use crate::json::Node;
use crate::package::Definitions;

/// What FHIRPath needs besides the resource: the types.
#[derive(Debug)]
pub struct Evaluator {
    model: DefinitionsModel,
}

impl Evaluator {
    /// An evaluator that knows the types of these definitions.
    #[must_use]
    pub fn new(definitions: Definitions) -> Self {
        Self {
            model: DefinitionsModel::new(definitions),
        }
    }

    /// The types, as FHIRPath knows them.
    #[must_use]
    pub const fn model(&self) -> &DefinitionsModel {
        &self.model
    }

    /// The type of a resource by its `resourceType`.
    #[must_use]
    pub fn resource_type(&self, node: &Node<'_>) -> TypeId {
        let name = node.str("resourceType");
        name.and_then(|name| self.model.type_named(name))
            .unwrap_or(TypeId::UNKNOWN)
    }

    /// A node of a place as FHIRPath sees it.
    fn element<'w>(&self, at: &At<'w>, focus: &Focus) -> Element<'w> {
        let place = at.place;
        let known = focus.type_id(self);
        let type_id = match place.item.node {
            // Of a resource only the node itself knows which it is.
            Some(node) if matches!(known.kind(), TypeKind::Resource | TypeKind::Unknown) => {
                let own = if std::ptr::eq(node, at.walk.resource) {
                    at.walk.resource_type
                } else {
                    self.resource_type(node)
                };
                if own == TypeId::UNKNOWN { known } else { own }
            }
            _ => known,
        };
        let type_id = if type_id == TypeId::UNKNOWN && !focus.is_known() {
            self.type_of(place)
        } else {
            type_id
        };
        Element::new(place.item.node, place.item.sibling, type_id)
    }

    fn type_of(&self, place: &Place<'_>) -> TypeId {
        let found = if is_backbone(place.type_name) && !place.definition.is_empty() {
            self.model.type_at(place.definition)
        } else {
            self.model.type_named(place.type_name)
        };
        found.unwrap_or(TypeId::UNKNOWN)
    }
}

/// The type of the nodes that a constraint is about, found once.
#[derive(Debug, Default)]
struct Focus {
    /// Type of the node, or path of a backbone element; unknown for choices.
    path: Option<String>,
    type_id: OnceLock<TypeId>,
}

impl Focus {
    const fn is_known(&self) -> bool {
        self.path.is_some()
    }

    fn type_id(&self, evaluator: &Evaluator) -> TypeId {
        *self.type_id.get_or_init(|| {
            let path = self.path.as_deref();
            path.and_then(|path| evaluator.model.type_at(path))
                .unwrap_or(TypeId::UNKNOWN)
        })
    }
}

fn is_backbone(type_name: &str) -> bool {
    matches!(type_name, "BackboneElement" | "Element")
}

/// One compiled constraint.
#[derive(Debug)]
pub struct Invariant {
    /// `key`.
    pub key: String,
    /// `severity`.
    pub severity: ConstraintSeverity,
    /// Whether the definition calls it best practice.
    pub best_practice: bool,
    /// The rule in words.
    pub human: Option<String>,
    expression: Expression,
    focus: Focus,
}

impl Invariant {
    /// Compiles a constraint on nodes of a type (or at the path of a backbone element).
    ///
    /// # Errors
    /// If the expression is no FHIRPath; `Ok(None)` if there is none.
    pub fn compile(constraint: &Constraint, path: Option<&str>) -> Result<Option<Self>, String> {
        let Some(text) = constraint.expression.as_deref() else {
            return Ok(None);
        };
        let expression = Expression::parse(text).map_err(|error| {
            format!(
                "expected FHIRPath in constraint `{}`, found {error}",
                constraint.key
            )
        })?;
        Ok(Some(Self {
            key: constraint.key.clone(),
            severity: constraint.severity,
            best_practice: constraint.best_practice,
            human: constraint.human.clone(),
            expression,
            focus: Focus {
                path: path.map(str::to_owned),
                type_id: OnceLock::new(),
            },
        }))
    }

    /// Judges a node.
    pub fn check(&self, at: &At<'_>, sink: &mut Sink) {
        let world = World { walk: at.walk };
        let focus = at.walk.engine.evaluator.element(at, &self.focus);
        let context = world.context(focus);
        match self.expression.holds(&context) {
            Ok(Some(true) | None) => {}
            Ok(Some(false)) => self.report_broken(at, sink),
            Err(error) => self.report_not_evaluated(&error, at, sink),
        }
    }

    fn report_broken(&self, at: &At<'_>, sink: &mut Sink) {
        let severity = match self.severity {
            _ if self.best_practice => Severity::Information,
            ConstraintSeverity::Error => Severity::Error,
            ConstraintSeverity::Warning => Severity::Warning,
        };
        at.report_with(
            sink,
            Rule::Invariant,
            severity,
            || {
                let lead = format!("{} breaks `{}`", at.subject(), self.key);
                if let Some((longest, found)) = self.length_broken(at) {
                    return Words::new(
                        lead,
                        format!("at most {longest} characters"),
                        format!("{found}"),
                    );
                }
                let rule = quoted(self.expression.text());
                let words = Words::new(lead, format!("{rule} to hold"), "it does not");
                match &self.human {
                    Some(human) => words.hint(format!("the rule says: {human}")),
                    None => words,
                }
            },
            |finding| finding.constraint = Some(self.key.clone()),
        );
    }

    /// For the commonest constraint of a guide, `$this.length() <= 12`: its bound, and the length
    /// that was found.
    fn length_broken(&self, at: &At<'_>) -> Option<(usize, usize)> {
        let bound = self
            .expression
            .text()
            .trim()
            .strip_prefix("$this.length()")?;
        let longest = bound.trim_start().strip_prefix("<=")?.trim().parse().ok()?;
        Some((longest, at.place.item.text()?.chars().count()))
    }

    fn report_not_evaluated(
        &self,
        error: &fhirpath::EvaluationError,
        at: &At<'_>,
        sink: &mut Sink,
    ) {
        at.report_with(
            sink,
            Rule::Invariant,
            Severity::Warning,
            || {
                Words::new(
                    format!("constraint `{}` at {}", self.key, at.subject()),
                    "an expression that can be evaluated",
                    error,
                )
                .hint("the constraint was not judged here")
            },
            |finding| {
                finding.constraint = Some(self.key.clone());
                finding.code = crate::finding::IssueType::Exception;
            },
        );
    }
}

/// A FHIRPath expression that selects where an extension may stand.
#[derive(Debug)]
pub struct Selector {
    expression: Expression,
}

impl Selector {
    /// Compiles the expression of an extension's context; `None` if it is no FHIRPath.
    #[must_use]
    pub fn compile(text: &str) -> Option<Self> {
        let expression = Expression::parse(text).ok()?;
        Some(Self { expression })
    }

    /// Whether the expression, evaluated on the resource, selects the node. What cannot be
    /// evaluated is let pass.
    #[must_use]
    pub fn selects(&self, holder: &Place<'_>, at: &At<'_>) -> bool {
        let world = World { walk: at.walk };
        let wanted = Element::new(holder.item.node, holder.item.sibling, TypeId::UNKNOWN);
        let resource = Element::new(Some(at.walk.resource), None, at.walk.resource_type);
        match self.expression.evaluate(&world.context(resource)) {
            Ok(found) => found.iter().any(|item| {
                item.element()
                    .is_some_and(|element| element.is_same_place(&wanted))
            }),
            Err(_) => true,
        }
    }
}

/// What expressions may ask of the world outside of the node.
struct World<'w> {
    walk: &'w Walk<'w>,
}

impl<'w> World<'w> {
    fn context<'c>(&'c self, focus: Element<'w>) -> Context<'c, 'w> {
        let walk = self.walk;
        let resource = |node: &'w Node<'w>, type_id| Element::new(Some(node), None, type_id);
        Context::new(&walk.engine.evaluator.model, self, focus)
            .with_resource(resource(walk.resource, walk.resource_type))
            .with_root_resource(resource(walk.root_resource, walk.root_type))
            .with_budget(walk.memo.steps())
    }
}

impl<'w> Environment<'w> for World<'w> {
    fn resolve(&self, reference: &str, _root: Element<'w>) -> Option<Element<'w>> {
        let node = reference::resolve(self.walk, reference)?;
        Some(Element::resource(node, &self.walk.engine.evaluator.model))
    }

    fn member_of(&self, value_set: &str, item: &fhirpath::Item<'w>) -> Option<bool> {
        match item.element() {
            Some(element) => {
                let place = self.place(element)?;
                binding::is_member(self.walk, value_set, &place)
            }
            None => binding::is_code_member(self.walk, value_set, &item.to_text()?),
        }
    }

    fn conforms_to(&self, profile: &str, element: Element<'w>) -> Option<bool> {
        let profile = self.walk.engine.registry.refer_loose(profile)?;
        let place = self.place(element)?;
        Some(types::conforms(self.walk, &place, profile))
    }
}

impl<'w> World<'w> {
    fn place(&self, element: Element<'w>) -> Option<Place<'w>> {
        element.node().or(element.sibling())?;
        let model: &'w DefinitionsModel = &self.walk.engine.evaluator.model;
        let type_name = if element.type_id() == TypeId::UNKNOWN {
            ""
        } else {
            model.name(element.type_id())
        };
        Some(Place::root(
            type_name,
            Item {
                node: element.node(),
                sibling: element.sibling(),
            },
        ))
    }
}

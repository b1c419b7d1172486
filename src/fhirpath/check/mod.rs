//! Static checks: what an expression can never mean, told from the types alone. A guide's
//! constraints are checked so, before any resource is seen.
//!
//! Types are followed as sets of what may be there; where one is not known, nothing is said.
//! `is` narrows the set in what it guards: after `$this is Period or …` it is no Period.
//!
//! Deliberately not here: cardinalities, and what depends on values.

mod functions;
mod narrow;
mod shape;

use super::ast::{BinaryOperator, Expr, ExprKind, LogicOperator, TypeSpecifier};
use super::item::Namespace;
use super::model::{Model, TypeId, TypeKind};
use super::value::SystemType;
use narrow::Facts;
use shape::{Shape, StaticType};

/// What an expression can never mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SemanticFaultKind {
    /// An element that none of the possible types has.
    UnknownElement,
    /// A function that none of the possible types can be given to.
    InputType,
    /// A type name that neither FHIR nor System has.
    UnknownType,
    /// Something that depends on an order that the items do not have, such as the first of
    /// `children()`.
    Unordered,
}

/// A place of an expression that can never mean anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SemanticFault {
    /// Byte offset into the expression.
    pub offset: usize,
    /// What it is.
    pub kind: SemanticFaultKind,
    /// What was expected and what was found.
    pub message: String,
}

/// Checks a tree on a focus of these types; no types mean that nothing is known.
pub(super) fn check(root: &Expr, model: &dyn Model, focus: &[TypeId]) -> Vec<SemanticFault> {
    let this = if focus.is_empty() || focus.contains(&TypeId::UNKNOWN) {
        Shape::ANY
    } else {
        Shape::of(focus.iter().copied().map(StaticType::Fhir))
    };
    let mut checker = Checker {
        model,
        faults: Vec::new(),
    };
    checker.shape(root, &Env::new(this));
    checker.faults
}

/// What is known at a place of the expression.
#[derive(Debug, Clone)]
struct Env {
    this: Shape,
    facts: Facts,
}

impl Env {
    fn new(this: Shape) -> Self {
        Self {
            this,
            facts: Facts::default(),
        }
    }
}

struct Checker<'m> {
    model: &'m dyn Model,
    faults: Vec<SemanticFault>,
}

impl Checker<'_> {
    fn fault(&mut self, offset: u32, kind: SemanticFaultKind, message: String) {
        self.faults.push(SemanticFault {
            offset: offset as usize,
            kind,
            message,
        });
    }

    /// What an expression may give.
    fn shape(&mut self, expr: &Expr, env: &Env) -> Shape {
        let shape = self.plain_shape(expr, env);
        match env.facts.about(expr) {
            Some(types) => Shape {
                types: Some(types.to_vec()),
                ..shape
            },
            None => shape,
        }
    }

    fn plain_shape(&mut self, expr: &Expr, env: &Env) -> Shape {
        match &expr.kind {
            ExprKind::Empty => Shape::of([]),
            ExprKind::Literal(value) => Shape::system(value.system_type()),
            ExprKind::This => env.this.clone(),
            ExprKind::Index => Shape::system(SystemType::Integer),
            ExprKind::Total | ExprKind::Variable(_) => Shape::ANY,
            ExprKind::Member(input, name) => self.member(expr, input.as_deref(), name, env),
            ExprKind::Call(call) => self.call(expr, call, env),
            ExprKind::Indexer(input, index) => {
                let shape = self.shape(input, env);
                self.shape(index, env);
                self.require_order(expr.offset, &shape, "an index");
                shape
            }
            ExprKind::Negate(operand) | ExprKind::Plus(operand) => self.shape(operand, env),
            ExprKind::Union(operands) => operands
                .iter()
                .map(|operand| self.shape(operand, env))
                .fold(Shape::of([]), Shape::or),
            ExprKind::Is(operand, specifier) => {
                self.shape(operand, env);
                self.require_type(specifier);
                Shape::system(SystemType::Boolean)
            }
            ExprKind::As(operand, specifier) => {
                let shape = self.shape(operand, env);
                self.cast(shape, specifier)
            }
            ExprKind::Logic(operator, operands) => self.logic(*operator, operands, env),
            ExprKind::Binary(operator, left, right) => self.binary(*operator, left, right, env),
        }
    }

    /// Each operand is looked at only where those before have not decided.
    fn logic(&mut self, operator: LogicOperator, operands: &[Expr], env: &Env) -> Shape {
        let mut env = env.clone();
        for operand in operands {
            self.shape(operand, &env);
            env = self.narrowed(operand, operator == LogicOperator::And, &env);
        }
        Shape::system(SystemType::Boolean)
    }

    fn binary(&mut self, operator: BinaryOperator, left: &Expr, right: &Expr, env: &Env) -> Shape {
        let left_shape = self.shape(left, env);
        let right_shape = if operator == BinaryOperator::Implies {
            let guarded = self.narrowed(left, true, env);
            self.shape(right, &guarded)
        } else {
            self.shape(right, env)
        };
        match operator {
            BinaryOperator::Concatenate => Shape::system(SystemType::String),
            BinaryOperator::Div => Shape::system(SystemType::Integer),
            _ if !operator.is_calculation() => Shape::system(SystemType::Boolean),
            _ if left_shape == right_shape && left_shape.is_system() => left_shape,
            _ => Shape::ANY,
        }
    }

    fn member(&mut self, expr: &Expr, input: Option<&Expr>, name: &str, env: &Env) -> Shape {
        let shape = match input {
            Some(input) => self.shape(input, env),
            None => {
                if self.is_type_at_hand(&env.this, name) {
                    return env.this.clone();
                }
                env.this.clone()
            }
        };
        let Some(types) = &shape.types else {
            return Shape {
                types: None,
                ..shape
            };
        };
        let mut found = Shape::of([]);
        let mut is_known = types.is_empty();
        for static_type in types {
            let StaticType::Fhir(type_id) = *static_type else {
                continue;
            };
            if is_open(self.model, type_id) {
                return Shape {
                    types: None,
                    ..shape
                };
            }
            if self.model.has_element(type_id, name) {
                is_known = true;
                found = found.or(self.element(type_id, name));
            }
        }
        if !is_known {
            let names = self.names(types);
            self.fault(
                expr.offset,
                SemanticFaultKind::UnknownElement,
                format!("expected an element of {names}, found `{name}`"),
            );
            return Shape::ANY;
        }
        Shape {
            is_ordered: shape.is_ordered,
            ..found
        }
    }

    fn element(&self, type_id: TypeId, name: &str) -> Shape {
        let types = self.model.element_types(type_id, name);
        if types
            .iter()
            .any(|found| *found == TypeId::UNKNOWN || is_open(self.model, *found))
        {
            return Shape::ANY;
        }
        Shape::of(types.into_iter().map(StaticType::Fhir))
    }

    /// Whether a name that begins an expression is that of the focus's own type.
    fn is_type_at_hand(&self, this: &Shape, name: &str) -> bool {
        if !name.starts_with(|first: char| first.is_ascii_uppercase()) {
            return false;
        }
        match (&this.types, self.model.type_named(name)) {
            (Some(types), Some(named)) => types.iter().any(|found| match found {
                StaticType::Fhir(type_id) => {
                    self.model.is_a(*type_id, named) || is_open(self.model, *type_id)
                }
                StaticType::System(_) => false,
            }),
            _ => false,
        }
    }

    /// `as` and `ofType`: what may be of the type.
    fn cast(&mut self, shape: Shape, specifier: &TypeSpecifier) -> Shape {
        self.require_type(specifier);
        let types = match &shape.types {
            None => self.named(specifier),
            Some(types) => Some(self.narrowed_types(types, specifier, true)),
        };
        Shape { types, ..shape }
    }

    /// The types a specifier names.
    fn named(&self, specifier: &TypeSpecifier) -> Option<Vec<StaticType>> {
        let system = SystemType::from_name(&specifier.name).map(StaticType::System);
        let fhir = self.model.type_named(&specifier.name).map(StaticType::Fhir);
        let types = match specifier.namespace {
            Some(Namespace::System) => vec![system?],
            Some(Namespace::Fhir) => vec![fhir?],
            None => system.into_iter().chain(fhir).collect(),
        };
        Some(types)
    }

    fn require_type(&mut self, specifier: &TypeSpecifier) {
        let is_known = specifier.namespace == Some(Namespace::System)
            || self.named(specifier).is_some_and(|types| !types.is_empty());
        if !is_known {
            self.fault(
                specifier.offset,
                SemanticFaultKind::UnknownType,
                format!("expected the name of a type, found `{}`", specifier.name),
            );
        }
    }

    fn require_order(&mut self, offset: u32, shape: &Shape, what: &str) {
        if !shape.is_ordered {
            self.fault(
                offset,
                SemanticFaultKind::Unordered,
                format!("expected items in a defined order for {what}, found items without one"),
            );
        }
    }

    /// The names of types for a message.
    fn names(&self, types: &[StaticType]) -> String {
        let names: Vec<_> = types
            .iter()
            .map(|found| match found {
                StaticType::Fhir(type_id) => format!("`{}`", self.model.name(*type_id)),
                StaticType::System(system) => format!("`System.{}`", system.name()),
            })
            .collect();
        names.join(" or ")
    }
}

/// A type whose elements are those of whatever stands in its place: unknown, or an abstract
/// resource.
fn is_open(model: &dyn Model, type_id: TypeId) -> bool {
    type_id == TypeId::UNKNOWN
        || (type_id.kind() == TypeKind::Resource
            && matches!(model.name(type_id), "Resource" | "DomainResource"))
}

#[cfg(test)]
mod tests;

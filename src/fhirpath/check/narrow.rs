//! What a guard says about types: inside `x is T implies …`, `x` is a `T`.

use super::shape::StaticType;
use super::{Checker, Env};
use crate::fhirpath::ast::{Expr, ExprKind, LogicOperator, TypeSpecifier};
use crate::fhirpath::functions::{Conversion, Function, Types, Utility};
use crate::fhirpath::item::Namespace;
use crate::fhirpath::value::SystemType;

/// The types of paths, where guards have narrowed them.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts(Vec<(String, Vec<StaticType>)>);

impl Facts {
    /// What is known of an expression, if it is a path.
    pub(super) fn about(&self, expr: &Expr) -> Option<&[StaticType]> {
        if self.0.is_empty() {
            return None;
        }
        self.of_subject(&subject(expr)?)
    }

    /// What is known of `$this`.
    pub(super) fn about_this(&self) -> Option<&[StaticType]> {
        self.of_subject("$this")
    }

    fn of_subject(&self, subject: &str) -> Option<&[StaticType]> {
        self.0
            .iter()
            .find(|(known, _)| known == subject)
            .map(|(_, types)| types.as_slice())
    }

    fn set(&mut self, subject: String, types: Vec<StaticType>) {
        self.0.retain(|(known, _)| *known != subject);
        self.0.push((subject, types));
    }
}

/// A path from `$this`, as a name to remember facts by.
fn subject(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::This => Some("$this".to_owned()),
        ExprKind::Member(None, name) => Some(format!("$this.{name}")),
        ExprKind::Member(Some(input), name) => Some(format!("{}.{name}", subject(input)?)),
        _ => None,
    }
}

impl Checker<'_> {
    /// What is known where a guard has the given truth.
    pub(super) fn narrowed(&mut self, guard: &Expr, held: bool, env: &Env) -> Env {
        match &guard.kind {
            ExprKind::Is(operand, specifier) => {
                self.narrowed_by(Some(operand), specifier, held, env)
            }
            ExprKind::Call(call) => match (call.function, &call.type_specifier) {
                (Function::Types(Types::Is), Some(specifier)) => {
                    self.narrowed_by(call.input.as_ref(), specifier, held, env)
                }
                (Function::Utility(Utility::Not), _) => match &call.input {
                    Some(input) => self.narrowed(input, !held, env),
                    None => env.clone(),
                },
                (Function::Conversion(Conversion::Iif), _) => env.clone(),
                _ => env.clone(),
            },
            ExprKind::Logic(operator, operands) => {
                let all_have_it = held == (*operator == LogicOperator::And);
                if all_have_it {
                    operands.iter().fold(env.clone(), |env, operand| {
                        self.narrowed(operand, held, &env)
                    })
                } else {
                    self.narrowed_by_any(operands, held, env)
                }
            }
            _ => env.clone(),
        }
    }

    /// At least one of the operands has the given truth: what all of them leave possible.
    fn narrowed_by_any(&mut self, operands: &[Expr], held: bool, env: &Env) -> Env {
        let envs: Vec<Env> = operands
            .iter()
            .map(|operand| self.narrowed(operand, held, env))
            .collect();
        let mut result = env.clone();
        let Some(first) = envs.first() else {
            return result;
        };
        for (subject, _) in &first.facts.0 {
            let mut types: Vec<StaticType> = Vec::new();
            let mut known_in_all = true;
            for env in &envs {
                match env.facts.0.iter().find(|(known, _)| known == subject) {
                    Some((_, found)) => {
                        types.extend(
                            found
                                .iter()
                                .filter(|found| !types.contains(found))
                                .copied()
                                .collect::<Vec<_>>(),
                        );
                    }
                    None => known_in_all = false,
                }
            }
            if known_in_all {
                result.facts.set(subject.clone(), types);
            }
        }
        result
    }

    fn narrowed_by(
        &mut self,
        operand: Option<&Expr>,
        specifier: &TypeSpecifier,
        held: bool,
        env: &Env,
    ) -> Env {
        let this = Expr {
            kind: ExprKind::This,
            offset: specifier.offset,
            height: 1,
        };
        let operand = operand.unwrap_or(&this);
        let Some(subject) = subject(operand) else {
            return env.clone();
        };
        // The faults of the operand were found when it was walked as a part of the expression.
        let found = self.faults.len();
        let types = self.shape(operand, env).types;
        self.faults.truncate(found);
        let Some(types) = types else {
            return env.clone();
        };
        let mut result = env.clone();
        result
            .facts
            .set(subject, self.narrowed_types(&types, specifier, held));
        result
    }

    /// The types that are of the one named, or those that are not.
    pub(super) fn narrowed_types(
        &self,
        types: &[StaticType],
        specifier: &TypeSpecifier,
        held: bool,
    ) -> Vec<StaticType> {
        let mut kept = Vec::new();
        for found in types {
            let is_it = self.is_it(*found, specifier);
            match (held, is_it) {
                (true, Some(true)) | (false, Some(false) | None) => kept.push(*found),
                // A more general type may turn out to be the one named.
                (true, None) => {
                    kept.extend(self.model.type_named(&specifier.name).map(StaticType::Fhir))
                }
                _ => {}
            }
        }
        kept
    }

    /// Whether a type is the one named: surely, surely not, or perhaps.
    fn is_it(&self, found: StaticType, specifier: &TypeSpecifier) -> Option<bool> {
        match (found, specifier.namespace) {
            (StaticType::System(system), None | Some(Namespace::System)) => {
                let named = SystemType::from_name(&specifier.name);
                Some(named == Some(system) || named == Some(SystemType::Any))
            }
            (StaticType::Fhir(type_id), None | Some(Namespace::Fhir)) => {
                let Some(named) = self.model.type_named(&specifier.name) else {
                    return Some(false);
                };
                if self.model.is_a(type_id, named) {
                    Some(true)
                } else if self.model.is_a(named, type_id) {
                    None
                } else {
                    Some(false)
                }
            }
            _ => Some(false),
        }
    }
}

//! Questions with the answer yes, no or nothing: logic, relations, existence. They are answered
//! without making the collections they are about, where that can be.

use super::{Evaluator, Outcome, Scope};
use crate::fhirpath::ast::{BinaryOperator as Op, Call, Expr, ExprKind, LogicOperator};
use crate::fhirpath::functions::{self, Existence, Fhir, Function, Tree, Utility};
use crate::fhirpath::item::Item;
use crate::fhirpath::value::Value;
use crate::fhirpath::{equality, operators};

impl<'a> Evaluator<'_, 'a> {
    /// The boolean that an expression gives, by singleton evaluation (FHIRPath 4.5): one item
    /// that is no boolean counts as true, and nothing stays nothing.
    pub(in crate::fhirpath) fn truth(
        &self,
        expr: &Expr,
        scope: Scope<'_, 'a>,
    ) -> Outcome<Option<bool>> {
        match &expr.kind {
            ExprKind::Logic(operator, operands) => self.logic(*operator, operands, scope),
            ExprKind::Binary(operator, left, right) if !operator.is_calculation() => {
                self.charge(1, expr.offset)?;
                self.relation(expr, *operator, left, right, scope)
            }
            ExprKind::Is(operand, specifier) => {
                match self.one(operand, scope, expr.offset, "`is`")? {
                    None => Ok(None),
                    Some(item) => functions::is_of_type(self, &item, specifier).map(Some),
                }
            }
            ExprKind::Call(call) => self.truth_of_call(expr, call, scope),
            _ => self.truth_of_item(expr, scope),
        }
    }

    fn truth_of_call(
        &self,
        expr: &Expr,
        call: &Call,
        scope: Scope<'_, 'a>,
    ) -> Outcome<Option<bool>> {
        let input = call.input.as_ref();
        match (call.function, call.arguments.as_slice()) {
            (Function::Existence(Existence::Exists), []) => {
                self.exists(expr, input, scope).map(Some)
            }
            (Function::Existence(Existence::Empty), []) => {
                Ok(Some(!self.exists(expr, input, scope)?))
            }
            (Function::Utility(Utility::Not), []) if input.is_some() => {
                let input = input.map_or(Ok(None), |input| self.truth(input, scope));
                Ok(input?.map(|value| !value))
            }
            (Function::Fhir(Fhir::HasValue), []) => self.has_value(expr, input, scope).map(Some),
            _ => self.truth_of_item(expr, scope),
        }
    }

    fn truth_of_item(&self, expr: &Expr, scope: Scope<'_, 'a>) -> Outcome<Option<bool>> {
        let item = self.one(expr, scope, expr.offset, "a boolean")?;
        Ok(item.map(|item| is_true(&item)))
    }

    /// Singleton evaluation of a collection as a boolean.
    pub(in crate::fhirpath) fn singleton(
        &self,
        items: &[Item<'a>],
        offset: u32,
    ) -> Outcome<Option<bool>> {
        let item = self.at_most_one(items, offset, "a boolean")?;
        Ok(item.map(is_true))
    }

    /// `and` and `or` with three values (FHIRPath 6.5): the first operand that decides ends it.
    fn logic(
        &self,
        operator: LogicOperator,
        operands: &[Expr],
        scope: Scope<'_, 'a>,
    ) -> Outcome<Option<bool>> {
        let deciding = operator == LogicOperator::Or;
        let mut all_known = true;
        for operand in operands {
            match self.truth(operand, scope)? {
                Some(value) if value == deciding => return Ok(Some(deciding)),
                Some(_) => {}
                None => all_known = false,
            }
        }
        Ok(all_known.then_some(!deciding))
    }

    /// Operators whose result is a boolean.
    fn relation(
        &self,
        expr: &Expr,
        operator: Op,
        left: &Expr,
        right: &Expr,
        scope: Scope<'_, 'a>,
    ) -> Outcome<Option<bool>> {
        match operator {
            Op::Implies => match self.truth(left, scope)? {
                Some(false) => Ok(Some(true)),
                Some(true) => self.truth(right, scope),
                None => Ok(self.told(self.truth(right, scope)?.filter(|value| *value))),
            },
            Op::Xor => {
                let (left, right) = (self.truth(left, scope)?, self.truth(right, scope)?);
                Ok(left.zip(right).map(|(left, right)| left != right))
            }
            Op::Equal | Op::NotEqual => {
                let equal = self.equality(expr, left, right, scope)?;
                Ok(equal.map(|equal| equal == (operator == Op::Equal)))
            }
            Op::Equivalent | Op::NotEquivalent => {
                let (left, right) = (self.scoped(left, scope)?, self.scoped(right, scope)?);
                self.charge((left.len() * right.len()) as u64, expr.offset)?;
                let equivalent = equality::equivalent(&left, &right, self.context.model);
                Ok(Some(equivalent == (operator == Op::Equivalent)))
            }
            Op::In => self.membership(expr, left, right, scope),
            Op::Contains => self.membership(expr, right, left, scope),
            _ => match (self.number(left, scope)?, self.number(right, scope)?) {
                (Some(left), Some(right)) => Ok(Some(operators::holds(operator, left.cmp(&right)))),
                _ => operators::ordered(self, expr, operator, (left, right), scope),
            },
        }
    }

    /// `left = right`. Most comparisons are of one item with a literal, or of two booleans.
    fn equality(
        &self,
        expr: &Expr,
        left: &Expr,
        right: &Expr,
        scope: Scope<'_, 'a>,
    ) -> Outcome<Option<bool>> {
        if left.is_boolean() && right.is_boolean() {
            let (left, right) = (self.truth(left, scope)?, self.truth(right, scope)?);
            return Ok(left.zip(right).map(|(left, right)| left == right));
        }
        match (&left.kind, &right.kind) {
            (_, ExprKind::Literal(value)) => self.equals_literal(left, value, scope),
            (ExprKind::Literal(value), _) => self.equals_literal(right, value, scope),
            _ => {
                let (left, right) = (self.scoped(left, scope)?, self.scoped(right, scope)?);
                self.charge((left.len() + right.len()) as u64, expr.offset)?;
                if left.is_empty() || right.is_empty() {
                    return Ok(None);
                }
                Ok(self.told(equality::equal(&left, &right, self.context.model)))
            }
        }
    }

    fn equals_literal(
        &self,
        expr: &Expr,
        literal: &Value<'static>,
        scope: Scope<'_, 'a>,
    ) -> Outcome<Option<bool>> {
        match self.first_and_count(expr, scope)? {
            (None, _) => Ok(None),
            (Some(item), 1) => Ok(match item.value() {
                Some(value) => self.told(equality::values_equal(&value, literal)),
                None => Some(false),
            }),
            _ => Ok(Some(false)),
        }
    }

    /// A number that needs no items: a literal, or a count.
    fn number(&self, expr: &Expr, scope: Scope<'_, 'a>) -> Outcome<Option<i64>> {
        match &expr.kind {
            ExprKind::Literal(Value::Integer(value)) => Ok(Some(*value)),
            ExprKind::Call(call) if call.function == Function::Existence(Existence::Count) => {
                let count = self.count_of(expr, call, scope)?;
                Ok(i64::try_from(count).ok())
            }
            _ => Ok(None),
        }
    }

    /// `count()`; children are counted without being made.
    pub(in crate::fhirpath) fn count_of(
        &self,
        expr: &Expr,
        call: &Call,
        scope: Scope<'_, 'a>,
    ) -> Outcome<usize> {
        self.charge(1, expr.offset)?;
        let Some(input) = &call.input else {
            return Ok(usize::from(scope.this.is_some()));
        };
        if let ExprKind::Call(inner) = &input.kind
            && inner.function == Function::Tree(Tree::Children)
            && inner.input.is_none()
        {
            return Ok(match scope.this {
                Some(Item::Element(element)) => element.child_count(),
                _ => 0,
            });
        }
        self.count(input, scope)
    }

    /// Whether the one item is in the collection (FHIRPath 6.4).
    fn membership(
        &self,
        expr: &Expr,
        item: &Expr,
        collection: &Expr,
        scope: Scope<'_, 'a>,
    ) -> Outcome<Option<bool>> {
        let Some(item) = self.one(item, scope, expr.offset, "a test of membership")? else {
            return Ok(None);
        };
        if let ExprKind::Union(operands) = &collection.kind
            && let Some(literals) = literals(operands)
        {
            let value = item.value();
            return Ok(Some(literals.into_iter().any(|literal| {
                value
                    .as_ref()
                    .is_some_and(|value| equality::values_equal(value, literal) == Some(true))
            })));
        }
        let model = self.context.model;
        let none = self.each(collection, scope, &mut |other| {
            self.charge(1, expr.offset)?;
            Ok(equality::items_equal(&item, other, model) != Some(true))
        })?;
        Ok(Some(!none))
    }

    /// Whether the input of `exists()` gives anything.
    fn exists(&self, expr: &Expr, input: Option<&Expr>, scope: Scope<'_, 'a>) -> Outcome<bool> {
        self.charge(1, expr.offset)?;
        match input {
            None => Ok(scope.this.is_some()),
            Some(input) => self.any(input, scope),
        }
    }

    fn has_value(&self, expr: &Expr, input: Option<&Expr>, scope: Scope<'_, 'a>) -> Outcome<bool> {
        self.charge(1, expr.offset)?;
        let has_value = |item: &Item<'a>| match item {
            Item::Element(element) => element.has_value(),
            Item::Value(_) => true,
            Item::Type(_) => false,
        };
        match input {
            None => Ok(scope.this.is_some_and(has_value)),
            Some(input) => match self.first_and_count(input, scope)? {
                (Some(item), 1) => Ok(has_value(&item)),
                _ => Ok(false),
            },
        }
    }
}

fn is_true(item: &Item<'_>) -> bool {
    !matches!(item.value(), Some(Value::Boolean(false)))
}

/// The values of operands that are all literals.
fn literals(operands: &[Expr]) -> Option<Vec<&Value<'static>>> {
    operands
        .iter()
        .map(|operand| match &operand.kind {
            ExprKind::Literal(value) => Some(value),
            _ => None,
        })
        .collect()
}

//! The evaluator: walks the tree over borrowed elements. Boolean and existence questions are
//! answered without making the collections they are about.

mod path;
mod truth;

pub(super) use path::Visit;

use std::cell::{Cell, RefCell};

use super::ast::{Expr, ExprKind, TypeSpecifier};
use super::context::Context;
use super::error::{EvaluationError, EvaluationErrorKind as Kind};
use super::functions;
use super::item::{Collection, Item};
use super::temporal::DateTime;
use super::value::Value;
use super::{operators, variables};
use crate::fhirpath::distinct::Distinct;

/// What evaluating gives.
pub(super) type Outcome<T> = Result<T, EvaluationError>;

/// The steps that an item costs.
pub(super) const ITEM_COST: u64 = 4;

/// What `$this`, `$index` and `$total` mean at a place of the expression.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 'a> {
    pub(super) this: Option<&'s Item<'a>>,
    pub(super) index: Option<usize>,
    pub(super) total: Option<&'s Collection<'a>>,
}

impl<'s, 'a> Scope<'s, 'a> {
    /// The scope for one item of a collection that is looped over.
    pub(super) fn item<'t>(self, this: &'t Item<'a>, index: usize) -> Scope<'t, 'a>
    where
        's: 't,
    {
        Scope {
            this: Some(this),
            index: Some(index),
            total: self.total,
        }
    }
}

/// One evaluation.
pub(super) struct Evaluator<'c, 'a> {
    pub(super) context: &'c Context<'c, 'a>,
    steps: Cell<u64>,
    most_steps: u64,
    pub(super) defined: RefCell<Vec<(String, Collection<'a>)>>,
    pub(super) now: Cell<Option<DateTime>>,
    /// Whether anything gave nothing because it cannot be told on this data (dates of different
    /// precision, units of different kinds, a target or a value set out of reach) or because there
    /// is nothing that it is about (the form of a text that is not there).
    open: Cell<bool>,
}

impl<'c, 'a> Evaluator<'c, 'a> {
    pub(super) fn new(context: &'c Context<'c, 'a>) -> Self {
        let left = context.budget.map_or(u64::MAX, Cell::get);
        Self {
            context,
            steps: Cell::new(0),
            most_steps: left.min(context.limits.steps),
            defined: RefCell::new(Vec::new()),
            now: Cell::new(context.now),
            open: Cell::new(false),
        }
    }

    pub(super) fn charge(&self, steps: u64, offset: u32) -> Outcome<()> {
        let total = self.steps.get().saturating_add(steps);
        self.steps.set(total);
        if total > self.most_steps {
            return Err(self.too_costly(offset));
        }
        Ok(())
    }

    fn too_costly(&self, offset: u32) -> EvaluationError {
        let most = self.context.limits.steps;
        let message = if self.most_steps < most {
            "expected the expressions on one document to need fewer steps altogether, found too many"
                .to_owned()
        } else {
            format!("expected at most {most} steps, found an expression that needs more")
        };
        EvaluationError::new(Kind::Limit, offset, message)
    }

    /// An answer that may be nothing because it cannot be told.
    pub(super) fn told<T>(&self, answer: Option<T>) -> Option<T> {
        if answer.is_none() {
            self.open.set(true);
        }
        answer
    }

    /// Whether anything could not be told.
    pub(super) fn is_open(&self) -> bool {
        self.open.get()
    }

    /// Takes the steps out of the budget that evaluations share.
    pub(super) fn settle(&self) {
        if let Some(budget) = self.context.budget {
            budget.set(budget.get().saturating_sub(self.steps.get()));
        }
    }

    /// The collection that an expression gives.
    pub(super) fn eval(&self, expr: &Expr, scope: Scope<'_, 'a>) -> Outcome<Collection<'a>> {
        self.charge(1, expr.offset)?;
        match &expr.kind {
            ExprKind::Empty => Ok(Collection::new()),
            ExprKind::Literal(value) => Ok(Collection::of(Item::Value(value.clone()))),
            ExprKind::This => Ok(scope.this.cloned().into()),
            ExprKind::Index => Ok(scope.index.map(|index| Value::Integer(index as i64)).into()),
            ExprKind::Total => Ok(scope.total.cloned().unwrap_or_default()),
            ExprKind::Variable(name) => variables::value(self, name, expr.offset),
            ExprKind::Member(input, name) => self.member(expr, input.as_deref(), name, scope),
            ExprKind::Call(call) => functions::call(self, expr, call, scope),
            ExprKind::Indexer(input, index) => self.indexer(input, index, scope),
            ExprKind::Negate(operand) => operators::signed(self, expr, operand, scope, true),
            ExprKind::Plus(operand) => operators::signed(self, expr, operand, scope, false),
            ExprKind::Union(operands) => self.union(operands, scope),
            ExprKind::Binary(operator, left, right) if operator.is_calculation() => {
                operators::calculate(self, expr, *operator, (left, right), scope)
            }
            ExprKind::As(operand, specifier) => self.as_type(expr, operand, specifier, scope),
            ExprKind::Binary(..) | ExprKind::Logic(..) | ExprKind::Is(..) => {
                Ok(Collection::of_boolean(self.truth(expr, scope)?))
            }
        }
    }

    /// A nested expression, whose variables end with it.
    pub(super) fn scoped(&self, expr: &Expr, scope: Scope<'_, 'a>) -> Outcome<Collection<'a>> {
        let defined = self.defined_count();
        let result = self.eval(expr, scope);
        self.forget_defined(defined);
        result
    }

    /// How many variables the expression has defined so far.
    fn defined_count(&self) -> usize {
        self.defined.borrow().len()
    }

    /// Drops the variables that were defined since.
    fn forget_defined(&self, count: usize) {
        self.defined.borrow_mut().truncate(count);
    }

    /// The one item of a collection, if there is any.
    pub(super) fn at_most_one<'i>(
        &self,
        items: &'i [Item<'a>],
        offset: u32,
        what: &str,
    ) -> Outcome<Option<&'i Item<'a>>> {
        if items.len() > 1 {
            return Err(too_many(offset, what, items.len()));
        }
        Ok(items.first())
    }

    fn union(&self, operands: &[Expr], scope: Scope<'_, 'a>) -> Outcome<Collection<'a>> {
        let mut set = Distinct::new(self.context.model);
        for operand in operands {
            for item in &self.scoped(operand, scope)? {
                set.insert(item);
            }
            self.charge(set.take_work(), operand.offset)?;
        }
        Ok(set.into_items().into_iter().collect())
    }

    fn as_type(
        &self,
        expr: &Expr,
        operand: &Expr,
        specifier: &TypeSpecifier,
        scope: Scope<'_, 'a>,
    ) -> Outcome<Collection<'a>> {
        let items = self.scoped(operand, scope)?;
        functions::cast(self, items, specifier, expr.offset)
    }

    /// An item in words, for messages.
    pub(super) fn describe(&self, item: &Item<'a>) -> String {
        match item {
            Item::Element(element) => match element.text() {
                Some(text) => format!(
                    "{} `{}`",
                    self.context.model.name(element.type_id()),
                    shorten(text)
                ),
                None => self.context.model.name(element.type_id()).to_owned(),
            },
            Item::Value(value) => format!(
                "{} `{}`",
                value.system_type().name(),
                shorten(&value.to_string())
            ),
            Item::Type(info) => format!("the type {}", info.name),
        }
    }
}

fn too_many(offset: u32, what: &str, count: usize) -> EvaluationError {
    EvaluationError::new(
        Kind::Cardinality,
        offset,
        format!("expected one item at most for {what}, found {count}"),
    )
}

fn shorten(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or(text)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;

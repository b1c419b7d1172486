//! One call being evaluated: its input and arguments in the forms that functions take them.

use crate::fhirpath::ast::{Call, Expr};
use crate::fhirpath::error::{EvaluationError, EvaluationErrorKind as Kind};
use crate::fhirpath::eval::{Evaluator, ITEM_COST, Outcome, Scope, Visit};
use crate::fhirpath::item::{Collection, Item};
use crate::fhirpath::value::{Text, Value};

/// A call, and where and on what it is evaluated.
#[derive(Clone, Copy)]
pub(in crate::fhirpath) struct Site<'s, 'c, 'a> {
    pub(super) evaluator: &'s Evaluator<'c, 'a>,
    pub(super) expr: &'s Expr,
    pub(super) call: &'s Call,
    pub(super) offset: u32,
    pub(super) scope: Scope<'s, 'a>,
}

impl<'s, 'a> Site<'s, '_, 'a> {
    /// The input collection: what stands before the point, or `$this`.
    pub(super) fn input(&self) -> Outcome<Collection<'a>> {
        match &self.call.input {
            Some(input) => self.evaluator.eval(input, self.scope),
            None => Ok(self.scope.this.cloned().into()),
        }
    }

    /// Hands on the items of the input one by one until one is not wanted; whether all were.
    pub(super) fn each_input(&self, visit: &mut Visit<'_, 'a>) -> Outcome<bool> {
        self.evaluator.each_input(self.call, self.scope, visit)
    }

    /// The input where it may hold one item at most.
    pub(super) fn single_input(&self) -> Outcome<Option<Item<'a>>> {
        match &self.call.input {
            Some(input) => self.one(input, "input"),
            None => Ok(self.scope.this.cloned()),
        }
    }

    /// How many items the input has.
    pub(super) fn count(&self) -> Outcome<usize> {
        self.evaluator.count_of(self.expr, self.call, self.scope)
    }

    /// The input as a System value; nothing for elements without one.
    pub(super) fn value_input(&self) -> Outcome<Option<Value<'a>>> {
        Ok(self.single_input()?.and_then(|item| item.value()))
    }

    /// The input as text (see [`Self::text_of`]).
    pub(super) fn text_input(&self) -> Outcome<Option<Text<'a>>> {
        match self.single_input()? {
            Some(item) => self.text_of(item, "the input"),
            None => Ok(None),
        }
    }

    /// The argument at that place.
    pub(super) fn argument(&self, index: usize) -> Option<&'s Expr> {
        self.call.arguments.get(index)
    }

    /// The value of an argument that is not evaluated per item: its `$this` is that of the call.
    pub(super) fn argument_items(&self, index: usize) -> Outcome<Collection<'a>> {
        match self.argument(index) {
            Some(argument) => self.evaluator.scoped(argument, self.scope),
            None => Ok(Collection::new()),
        }
    }

    /// The one item of an argument, if it has any.
    pub(super) fn argument_item(&self, index: usize) -> Outcome<Option<Item<'a>>> {
        match self.argument(index) {
            Some(argument) => self.one(argument, "argument"),
            None => Ok(None),
        }
    }

    /// The text of an argument.
    pub(super) fn argument_text(&self, index: usize) -> Outcome<Option<Text<'a>>> {
        match self.argument_item(index)? {
            Some(item) => self.text_of(item, "the argument"),
            None => Ok(None),
        }
    }

    /// The whole number that an argument is.
    pub(super) fn argument_integer(&self, index: usize) -> Outcome<Option<i64>> {
        match self.argument_item(index)? {
            None => Ok(None),
            Some(item) => match item.value() {
                Some(Value::Integer(value)) => Ok(Some(value)),
                _ => Err(self.type_error("an integer as the argument", &item)),
            },
        }
    }

    fn one(&self, expr: &Expr, what: &str) -> Outcome<Option<Item<'a>>> {
        let items = self.evaluator.first_and_count(expr, self.scope)?;
        match items {
            (first, 0 | 1) => Ok(first),
            (_, count) => Err(self.fail(
                Kind::Cardinality,
                format!(
                    "expected one item at most as the {what} of `{}()`, found {count}",
                    self.name()
                ),
            )),
        }
    }

    /// A string, or the text of any primitive of a resource: FHIR's own constraints use string
    /// functions on dates and uris alike. Nothing for a primitive without a value.
    pub(super) fn text_of(&self, item: Item<'a>, what: &str) -> Outcome<Option<Text<'a>>> {
        match item {
            Item::Value(Value::String(text)) => Ok(Some(text)),
            Item::Element(element) if element.is_primitive() => {
                Ok(element.text().map(Text::Borrowed))
            }
            other => Err(self.type_error(&format!("a string as {what}"), &other)),
        }
    }

    /// A string as result, charged by its length.
    pub(super) fn string(&self, text: String) -> Outcome<Collection<'a>> {
        self.charge(1 + text.len() as u64 / 64)?;
        Ok(Collection::of(Value::String(text.into())))
    }

    pub(super) fn charge(&self, steps: u64) -> Outcome<()> {
        self.evaluator.charge(steps, self.offset)
    }

    /// Charges for items that are made: they take memory as well as time.
    pub(super) fn charge_items(&self, count: usize) -> Outcome<()> {
        self.charge(ITEM_COST.saturating_mul(count as u64))
    }

    pub(super) const fn name(&self) -> &'static str {
        self.call.function.name()
    }

    pub(super) fn fail(&self, kind: Kind, message: impl Into<String>) -> EvaluationError {
        EvaluationError::new(kind, self.offset, message)
    }

    /// An error about the type of an item: `what` was expected.
    pub(super) fn type_error(&self, what: &str, found: &Item<'a>) -> EvaluationError {
        self.fail(
            Kind::Type,
            format!(
                "expected {what} of `{}()`, found {}",
                self.name(),
                self.evaluator.describe(found)
            ),
        )
    }
}

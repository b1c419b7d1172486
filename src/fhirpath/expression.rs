//! A compiled expression.

use super::ast::Expr;
use super::check::{self, SemanticFault};
use super::context::Context;
use super::error::{EvaluationError, SyntaxError};
use super::eval::{Evaluator, Scope};
use super::item::{Collection, Item};
use super::model::{Model, TypeId};
use super::parser;

/// An expression, parsed once and evaluated as often as one likes, from any thread.
#[derive(Debug)]
pub struct Expression {
    text: Box<str>,
    pub(super) root: Expr,
}

impl Expression {
    /// Parses a text.
    ///
    /// # Errors
    /// The first place where the text is no FHIRPath expression; also function names that do not
    /// exist and wrong numbers of arguments.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        Ok(Self {
            root: parser::parse(text)?,
            text: text.into(),
        })
    }

    /// The text it was parsed from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it can never mean on a focus of one of these types; no types mean that nothing is
    /// known of the focus.
    #[must_use]
    pub fn check(&self, model: &dyn Model, focus: &[TypeId]) -> Vec<SemanticFault> {
        check::check(&self.root, model, focus)
    }

    /// The collection it gives on the focus of the context.
    ///
    /// # Errors
    /// Operators and functions on data they are not defined for, and expressions that need more
    /// steps than granted.
    pub fn evaluate<'a>(
        &self,
        context: &Context<'_, 'a>,
    ) -> Result<Collection<'a>, EvaluationError> {
        let this = Item::Element(context.focus);
        let evaluator = Evaluator::new(context);
        let result = evaluator.eval(&self.root, start(&this));
        evaluator.settle();
        result
    }

    /// The boolean it gives, by singleton evaluation (FHIRPath 4.5): one item that is no boolean
    /// counts as true; `None` if it gives nothing.
    ///
    /// # Errors
    /// As [`Self::evaluate`], and a result of more than one item.
    pub fn evaluate_boolean(
        &self,
        context: &Context<'_, '_>,
    ) -> Result<Option<bool>, EvaluationError> {
        let this = Item::Element(context.focus);
        let evaluator = Evaluator::new(context);
        let result = evaluator.truth(&self.root, start(&this));
        evaluator.settle();
        result
    }

    /// Whether a constraint holds. One that gives nothing is broken, since it was to be true: `type =
    /// 'string'` asks for a type. `None` where it gives nothing because it cannot be told, such as
    /// which of `2020` and `2020-05` is earlier, or because there is nothing that it is about: bdl-8
    /// of R4, `fullUrl.contains('/_history/').not()`, asks for no `fullUrl`.
    ///
    /// # Errors
    /// As [`Self::evaluate_boolean`].
    pub fn holds(&self, context: &Context<'_, '_>) -> Result<Option<bool>, EvaluationError> {
        let this = Item::Element(context.focus);
        let evaluator = Evaluator::new(context);
        let result = evaluator.truth(&self.root, start(&this));
        evaluator.settle();
        let held = result?;
        Ok(held.or((!evaluator.is_open()).then_some(false)))
    }
}

fn start<'s, 'a>(this: &'s Item<'a>) -> Scope<'s, 'a> {
    Scope {
        this: Some(this),
        index: None,
        total: None,
    }
}

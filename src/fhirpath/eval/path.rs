//! Paths: `input.name` and `input[index]`. Items are handed on one by one, so that a question about
//! the first of them ends there.

use super::{Evaluator, ITEM_COST, Outcome, Scope};
use crate::fhirpath::ast::{Call, Expr, ExprKind};
use crate::fhirpath::context::Strictness;
use crate::fhirpath::element::Element;
use crate::fhirpath::error::{EvaluationError, EvaluationErrorKind as Kind};
use crate::fhirpath::functions::{Filtering, Function};
use crate::fhirpath::item::{Collection, Item, TypeInfo};
use crate::fhirpath::model::TypeKind;
use crate::fhirpath::value::Value;

/// Takes an item; answers whether it wants more.
pub(in crate::fhirpath) type Visit<'v, 'a> = dyn FnMut(&Item<'a>) -> Outcome<bool> + 'v;

impl<'a> Evaluator<'_, 'a> {
    /// Hands on the items of an expression until one is not wanted; whether all were.
    pub(in crate::fhirpath) fn each(
        &self,
        expr: &Expr,
        scope: Scope<'_, 'a>,
        visit: &mut Visit<'_, 'a>,
    ) -> Outcome<bool> {
        match &expr.kind {
            ExprKind::This => scope.this.map_or(Ok(true), visit),
            ExprKind::Member(input, name) => {
                self.charge(1, expr.offset)?;
                self.each_member(expr, input.as_deref(), name, scope, visit)
            }
            ExprKind::Call(call) if call.function == Function::Filtering(Filtering::Where) => {
                self.charge(1, expr.offset)?;
                self.each_where(call, scope, visit)
            }
            _ => {
                for item in &self.eval(expr, scope)? {
                    if !visit(item)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    }

    /// The items before a call: of what stands before the point, or `$this`.
    pub(in crate::fhirpath) fn each_input(
        &self,
        call: &Call,
        scope: Scope<'_, 'a>,
        visit: &mut Visit<'_, 'a>,
    ) -> Outcome<bool> {
        match &call.input {
            Some(input) => self.each(input, scope, visit),
            None => scope.this.map_or(Ok(true), visit),
        }
    }

    /// `input.where(criteria)`
    pub(in crate::fhirpath) fn each_where(
        &self,
        call: &Call,
        scope: Scope<'_, 'a>,
        visit: &mut Visit<'_, 'a>,
    ) -> Outcome<bool> {
        let Some(criteria) = call.arguments.first() else {
            return Ok(true);
        };
        let mut index = 0;
        self.each_input(call, scope, &mut |item| {
            let held = self.truth(criteria, scope.item(item, index))?;
            index += 1;
            if held == Some(true) {
                visit(item)
            } else {
                Ok(true)
            }
        })
    }

    /// `input.name`, or a name alone, which may be that of the type at hand.
    pub(super) fn member(
        &self,
        expr: &Expr,
        input: Option<&Expr>,
        name: &str,
        scope: Scope<'_, 'a>,
    ) -> Outcome<Collection<'a>> {
        let mut out = Collection::new();
        self.each_member(expr, input, name, scope, &mut |item| {
            out.push(item.clone());
            Ok(true)
        })?;
        Ok(out)
    }

    fn each_member(
        &self,
        expr: &Expr,
        input: Option<&Expr>,
        name: &str,
        scope: Scope<'_, 'a>,
        visit: &mut Visit<'_, 'a>,
    ) -> Outcome<bool> {
        match (input, scope.this) {
            (Some(input), _) => self.each(input, scope, &mut |item| {
                self.each_child(item, name, expr.offset, visit)
            }),
            (None, Some(this)) if self.is_type_at_hand(this, name) => visit(this),
            (None, Some(this)) => self.each_child(this, name, expr.offset, visit),
            (None, None) => Ok(true),
        }
    }

    /// Whether an expression that begins with this name means the element itself, as `Patient`
    /// in `Patient.name` does.
    fn is_type_at_hand(&self, this: &Item<'a>, name: &str) -> bool {
        // Element names begin with small letters, type names of resources and datatypes with
        // capitals.
        let is_type_name = name.as_bytes().first().is_some_and(u8::is_ascii_uppercase);
        let Item::Element(element) = this else {
            return false;
        };
        if !is_type_name {
            return false;
        }
        if element.node().and_then(|node| node.str("resourceType")) == Some(name) {
            return true;
        }
        let model = self.context.model;
        model
            .type_named(name)
            .is_some_and(|type_id| model.is_a(element.type_id(), type_id))
    }

    fn each_child(
        &self,
        item: &Item<'a>,
        name: &str,
        offset: u32,
        visit: &mut Visit<'_, 'a>,
    ) -> Outcome<bool> {
        match item {
            Item::Element(element) => {
                self.require_element(element, name, offset)?;
                let mut outcome = Ok(true);
                element.each_named(name, self.context.model, &mut |child| {
                    outcome = self
                        .charge(ITEM_COST, offset)
                        .and_then(|()| visit(&Item::Element(child)));
                    matches!(outcome, Ok(true))
                });
                outcome
            }
            Item::Type(info) => match part_of_type(info, name) {
                Some(part) => visit(&Item::Value(Value::String(part.into()))),
                None => Ok(true),
            },
            Item::Value(_) => Ok(true),
        }
    }

    /// In strict evaluation, an error for an element that the type does not have.
    fn require_element(&self, element: &Element<'a>, name: &str, offset: u32) -> Outcome<()> {
        let type_id = element.type_id();
        let model = self.context.model;
        if self.context.strictness != Strictness::Strict
            || type_id.kind() == TypeKind::Unknown
            || model.has_element(type_id, name)
        {
            return Ok(());
        }
        Err(EvaluationError::new(
            Kind::UnknownElement,
            offset,
            format!(
                "expected an element of `{}`, found `{name}`",
                model.name(type_id)
            ),
        ))
    }

    pub(super) fn indexer(
        &self,
        input: &Expr,
        index: &Expr,
        scope: Scope<'_, 'a>,
    ) -> Outcome<Collection<'a>> {
        let items = self.eval(input, scope)?;
        let Some(item) = self.one(index, scope, index.offset, "an index")? else {
            return Ok(Collection::new());
        };
        match item.value() {
            Some(Value::Integer(at)) => Ok(usize::try_from(at)
                .ok()
                .and_then(|at| items.get(at).cloned())
                .into()),
            _ => Err(EvaluationError::new(
                Kind::Type,
                index.offset,
                format!(
                    "expected an integer as index, found {}",
                    self.describe(&item)
                ),
            )),
        }
    }

    /// The first item of an expression, and how many there are.
    pub(in crate::fhirpath) fn first_and_count(
        &self,
        expr: &Expr,
        scope: Scope<'_, 'a>,
    ) -> Outcome<(Option<Item<'a>>, usize)> {
        if let ExprKind::Literal(value) = &expr.kind {
            return Ok((Some(Item::Value(value.clone())), 1));
        }
        let defined = self.defined_count();
        let (mut first, mut count) = (None, 0);
        self.each(expr, scope, &mut |item| {
            if count == 0 {
                first = Some(item.clone());
            }
            count += 1;
            Ok(true)
        })?;
        self.forget_defined(defined);
        Ok((first, count))
    }

    /// The one item of an expression, if it gives any; more are an error.
    pub(in crate::fhirpath) fn one(
        &self,
        expr: &Expr,
        scope: Scope<'_, 'a>,
        offset: u32,
        what: &str,
    ) -> Outcome<Option<Item<'a>>> {
        match self.first_and_count(expr, scope)? {
            (first, 0 | 1) => Ok(first),
            (_, count) => Err(super::too_many(offset, what, count)),
        }
    }

    /// How many items an expression gives.
    pub(in crate::fhirpath) fn count(&self, expr: &Expr, scope: Scope<'_, 'a>) -> Outcome<usize> {
        let defined = self.defined_count();
        let mut count = 0;
        self.each(expr, scope, &mut |_| {
            count += 1;
            Ok(true)
        })?;
        self.forget_defined(defined);
        Ok(count)
    }

    /// Whether an expression gives any item.
    pub(in crate::fhirpath) fn any(&self, expr: &Expr, scope: Scope<'_, 'a>) -> Outcome<bool> {
        let defined = self.defined_count();
        let none = self.each(expr, scope, &mut |_| Ok(false))?;
        self.forget_defined(defined);
        Ok(!none)
    }
}

/// What a description of a type can be asked for.
fn part_of_type(info: &TypeInfo, name: &str) -> Option<String> {
    match name {
        "namespace" => Some(info.namespace.name().to_owned()),
        "name" => Some(info.name.clone()),
        "baseType" => Some(info.base.clone()),
        _ => None,
    }
}

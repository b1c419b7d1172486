//! Terms: literals, names, calls and what stands in parentheses.

use std::sync::{Arc, OnceLock};

use rust_decimal::Decimal;

use super::{Level, Parser};
use crate::fhirpath::ast::{Call, Expr, ExprKind};
use crate::fhirpath::error::SyntaxError;
use crate::fhirpath::functions::{Function, Utility};
use crate::fhirpath::lexer::{Number, TokenKind};
use crate::fhirpath::quantity::{Quantity, QuantityUnit};
use crate::fhirpath::temporal::CalendarUnit;
use crate::fhirpath::value::{Text, Value};

impl Parser<'_> {
    pub(super) fn term(&mut self) -> Result<Expr, SyntaxError> {
        let offset = self.offset();
        if let TokenKind::Word(word) = self.kind()
            && matches!(word.as_str(), "true" | "false")
            && !self.followed_by_parenthesis()
        {
            let value = Value::Boolean(word == "true");
            self.at += 1;
            return self.node(ExprKind::Literal(value), offset, 1);
        }
        if matches!(self.kind(), TokenKind::Word(_) | TokenKind::Delimited(_)) {
            return self.invocation(None);
        }
        let start = self.at;
        let kind = match self.next() {
            TokenKind::Symbol("(") => {
                let inner = self.expression(Level::Implies)?;
                self.require(")")?;
                return Ok(inner);
            }
            TokenKind::Symbol("{}") => ExprKind::Empty,
            TokenKind::Symbol("{") => {
                self.require("}")?;
                ExprKind::Empty
            }
            TokenKind::Symbol("%") => ExprKind::Variable(self.variable_name()?),
            TokenKind::String(text) => ExprKind::Literal(Value::String(shared(text))),
            TokenKind::Temporal(value) => ExprKind::Literal(value),
            TokenKind::Number(number) => ExprKind::Literal(self.number(number)),
            TokenKind::Special(name) => match name.as_str() {
                "$this" => ExprKind::This,
                "$index" => ExprKind::Index,
                _ => ExprKind::Total,
            },
            _ => {
                self.at = start;
                return self.expected("an expression");
            }
        };
        self.node(kind, offset, 1)
    }

    fn variable_name(&mut self) -> Result<String, SyntaxError> {
        match self.kind().clone() {
            TokenKind::Word(name) | TokenKind::Delimited(name) | TokenKind::String(name) => {
                self.at += 1;
                Ok(name)
            }
            _ => self.expected("a name after `%`"),
        }
    }

    /// A number, or a quantity if a unit follows.
    fn number(&mut self, number: Number) -> Value<'static> {
        let unit = match self.kind() {
            TokenKind::String(code) => Some(QuantityUnit::from_code(code)),
            TokenKind::Word(word) => CalendarUnit::from_keyword(word).map(QuantityUnit::Calendar),
            _ => None,
        };
        match (unit, number) {
            (Some(unit), number) => {
                self.at += 1;
                let value = match number {
                    Number::Integer(value) => Decimal::from(value),
                    Number::Decimal(value) => value,
                };
                Value::Quantity(Arc::new(Quantity { value, unit }))
            }
            (None, Number::Integer(value)) => Value::Integer(value),
            (None, Number::Decimal(value)) => Value::Decimal(value),
        }
    }

    /// An element name, a call, or a special after a point.
    pub(super) fn invocation(&mut self, input: Option<Expr>) -> Result<Expr, SyntaxError> {
        let offset = self.offset();
        let (name, is_word) = match self.kind().clone() {
            TokenKind::Word(name) => (name, true),
            TokenKind::Delimited(name) => (name, false),
            // `a.$this` is each item of `a`.
            TokenKind::Special(name) if name == "$this" => {
                self.at += 1;
                return match input {
                    Some(input) => Ok(input),
                    None => self.node(ExprKind::This, offset, 1),
                };
            }
            _ => return self.expected("an element or function name"),
        };
        self.at += 1;
        if is_word && self.is_symbol("(") {
            return self.call(input, &name, offset);
        }
        if input.is_none() && is_word && is_reserved(&name) {
            self.at -= 1;
            return self.expected("an expression");
        }
        let height = input.as_ref().map_or(0, |input| input.height) + 1;
        self.node(ExprKind::Member(input.map(Box::new), name), offset, height)
    }

    fn call(&mut self, input: Option<Expr>, name: &str, offset: u32) -> Result<Expr, SyntaxError> {
        let Some(function) = Function::from_name(name) else {
            self.at -= 1;
            return self.expected("a function of FHIRPath");
        };
        self.require("(")?;
        let mut arguments = Vec::new();
        let mut type_specifier = None;
        if function.takes_type() {
            type_specifier = Some(self.type_specifier()?);
        } else if !self.is_symbol(")") {
            loop {
                arguments.push(self.argument(function)?);
                if !self.eat(",") {
                    break;
                }
            }
        }
        if !self.is_symbol(")") {
            return self.expected("`,` or `)`");
        }
        let given = arguments.len() + usize::from(type_specifier.is_some());
        let (least, most) = function.arity();
        if !(least..=most).contains(&given) {
            return self.wrong_arity(function, given, offset);
        }
        self.at += 1;
        let height = input
            .iter()
            .chain(&arguments)
            .map(|expr| expr.height)
            .max()
            .unwrap_or(0)
            + 1;
        let call = Call {
            input,
            function,
            arguments,
            type_specifier,
            pattern: OnceLock::new(),
        };
        self.node(ExprKind::Call(Box::new(call)), offset, height)
    }

    /// An argument; `sort` also takes a direction after each key.
    fn argument(&mut self, function: Function) -> Result<Expr, SyntaxError> {
        let argument = self.expression(Level::Implies)?;
        let direction = match self.kind() {
            TokenKind::Word(word) if function == Function::Utility(Utility::Sort) => word.clone(),
            _ => return Ok(argument),
        };
        let offset = self.offset();
        match direction.as_str() {
            "asc" => {
                self.at += 1;
                Ok(argument)
            }
            "desc" => {
                self.at += 1;
                let height = argument.height + 1;
                self.node(ExprKind::Negate(Box::new(argument)), offset, height)
            }
            _ => Ok(argument),
        }
    }

    fn wrong_arity<T>(
        &self,
        function: Function,
        given: usize,
        offset: u32,
    ) -> Result<T, SyntaxError> {
        let expected = match function.arity() {
            (0, 0) => "no argument".to_owned(),
            (1, 1) => "one argument".to_owned(),
            (least, most) if least == most => format!("{least} arguments"),
            (least, most) => format!("{least} to {most} arguments"),
        };
        let message = format!(
            "expected {expected} for `{}()`, found {given}",
            function.name()
        );
        Err(SyntaxError::new(self.text, offset as usize, message))
    }

    fn followed_by_parenthesis(&self) -> bool {
        self.tokens
            .get(self.at + 1)
            .is_some_and(|token| token.kind == TokenKind::Symbol("("))
    }
}

/// Words that cannot begin an expression as an element name (the grammar lets `as`, `contains`,
/// `in` and `is` be names).
fn is_reserved(word: &str) -> bool {
    matches!(
        word,
        "div" | "mod" | "and" | "or" | "xor" | "implies" | "true" | "false"
    )
}

fn shared(text: String) -> Text<'static> {
    Text::Shared(text.into())
}

//! Tokens to tree, by precedence climbing. The height of the tree is bounded, so that neither
//! parsing nor evaluating can exhaust the stack.

mod precedence;

use std::sync::{Arc, OnceLock};

use rust_decimal::Decimal;

use super::ast::{Call, Expr, ExprKind, TypeSpecifier};
use super::error::SyntaxError;
use super::functions::{Function, Utility};
use super::item::Namespace;
use super::lexer::{Number, Token, TokenKind, tokens};
use super::quantity::{Quantity, QuantityUnit};
use super::temporal::CalendarUnit;
use super::value::{Text, Value};
use precedence::{Infix, Level, infix, next_level};

/// The highest tree; expressions in use stay below 30.
const MAX_HEIGHT: u16 = 200;

/// Parses a whole expression.
pub(super) fn parse(text: &str) -> Result<Expr, SyntaxError> {
    let mut parser = Parser {
        text,
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
    };
    let expr = parser.expression(Level::Implies)?;
    match parser.kind() {
        TokenKind::End => Ok(expr),
        _ => parser.expected("an operator or the end of the expression"),
    }
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    depth: u16,
}

impl Parser<'_> {
    fn token(&self) -> &Token {
        // The last token is always the end, and nothing moves past it.
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn kind(&self) -> &TokenKind {
        &self.token().kind
    }

    fn offset(&self) -> u32 {
        self.token().start as u32
    }

    fn next(&mut self) -> TokenKind {
        let kind = self.kind().clone();
        self.at += usize::from(kind != TokenKind::End);
        kind
    }

    fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.kind(), TokenKind::Symbol(found) if *found == symbol)
    }

    fn eat(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        self.at += usize::from(found);
        found
    }

    fn require(&mut self, symbol: &str) -> Result<(), SyntaxError> {
        if self.eat(symbol) {
            Ok(())
        } else {
            self.expected(&format!("`{symbol}`"))
        }
    }

    /// An expression of operators that bind at least that strongly.
    fn expression(&mut self, level: Level) -> Result<Expr, SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_HEIGHT {
            return self.too_deep();
        }
        let mut left = self.unary()?;
        while let Some((infix, found)) = infix(self.kind()) {
            if found < level {
                break;
            }
            let offset = self.offset();
            self.at += 1;
            left = self.infix_operand(infix, found, left, offset)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn infix_operand(
        &mut self,
        infix: Infix,
        level: Level,
        left: Expr,
        offset: u32,
    ) -> Result<Expr, SyntaxError> {
        match infix {
            Infix::Is | Infix::As => {
                let specifier = self.type_specifier()?;
                let height = left.height + 1;
                let left = Box::new(left);
                let kind = match infix {
                    Infix::Is => ExprKind::Is(left, specifier),
                    _ => ExprKind::As(left, specifier),
                };
                self.node(kind, offset, height)
            }
            _ => {
                let right = self.expression(next_level(level))?;
                self.joined(infix, left, right, offset)
            }
        }
    }

    fn joined(
        &mut self,
        infix: Infix,
        left: Expr,
        right: Expr,
        offset: u32,
    ) -> Result<Expr, SyntaxError> {
        let height = left.height.max(right.height) + 1;
        match (infix, left.kind) {
            // Chains stay flat: `a or b or c` is one node however long it is. An operand that is a
            // chain itself can only have come without parentheses, for those give the same value.
            (Infix::Logic(operator), ExprKind::Logic(chain, mut operands)) if operator == chain => {
                let height = left.height.max(right.height + 1);
                operands.push(right);
                self.node(ExprKind::Logic(operator, operands), offset, height)
            }
            (Infix::Union, ExprKind::Union(mut operands)) => {
                let height = left.height.max(right.height + 1);
                operands.push(right);
                self.node(ExprKind::Union(operands), offset, height)
            }
            (infix, kind) => {
                let left = Expr { kind, ..left };
                let kind = match infix {
                    Infix::Logic(operator) => ExprKind::Logic(operator, vec![left, right]),
                    Infix::Union => ExprKind::Union(vec![left, right]),
                    Infix::Binary(operator) => {
                        ExprKind::Binary(operator, Box::new(left), Box::new(right))
                    }
                    Infix::Is | Infix::As => return self.expected("a type name"),
                };
                self.node(kind, offset, height)
            }
        }
    }

    fn unary(&mut self) -> Result<Expr, SyntaxError> {
        let offset = self.offset();
        let negative = self.is_symbol("-");
        if !negative && !self.is_symbol("+") {
            return self.postfix();
        }
        self.at += 1;
        self.depth += 1;
        if self.depth > MAX_HEIGHT {
            return self.too_deep();
        }
        let operand = self.unary()?;
        self.depth -= 1;
        let height = operand.height + 1;
        let operand = Box::new(operand);
        let kind = if negative {
            ExprKind::Negate(operand)
        } else {
            ExprKind::Plus(operand)
        };
        self.node(kind, offset, height)
    }

    /// A term and everything joined to it by `.` and `[`.
    fn postfix(&mut self) -> Result<Expr, SyntaxError> {
        let mut left = self.term()?;
        loop {
            if self.eat(".") {
                left = self.invocation(Some(left))?;
            } else if self.is_symbol("[") {
                let offset = self.offset();
                self.at += 1;
                let index = self.expression(Level::Implies)?;
                self.require("]")?;
                let height = left.height.max(index.height) + 1;
                let kind = ExprKind::Indexer(Box::new(left), Box::new(index));
                left = self.node(kind, offset, height)?;
            } else {
                return Ok(left);
            }
        }
    }

    fn term(&mut self) -> Result<Expr, SyntaxError> {
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
    fn invocation(&mut self, input: Option<Expr>) -> Result<Expr, SyntaxError> {
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

    /// `Name` or `Namespace.Name`.
    fn type_specifier(&mut self) -> Result<TypeSpecifier, SyntaxError> {
        let offset = self.offset();
        let first = self.type_name()?;
        let namespace = match first.as_str() {
            "System" => Some(Namespace::System),
            "FHIR" => Some(Namespace::Fhir),
            _ => None,
        };
        let (namespace, name) = if self.is_symbol(".") && namespace.is_some() {
            self.at += 1;
            (namespace, self.type_name()?)
        } else {
            (None, first)
        };
        Ok(TypeSpecifier {
            namespace,
            name,
            offset,
        })
    }

    fn type_name(&mut self) -> Result<String, SyntaxError> {
        match self.kind().clone() {
            TokenKind::Word(name) | TokenKind::Delimited(name) => {
                self.at += 1;
                Ok(name)
            }
            _ => self.expected("a type name"),
        }
    }

    fn followed_by_parenthesis(&self) -> bool {
        self.tokens
            .get(self.at + 1)
            .is_some_and(|token| token.kind == TokenKind::Symbol("("))
    }

    fn node(&self, kind: ExprKind, offset: u32, height: u16) -> Result<Expr, SyntaxError> {
        if height > MAX_HEIGHT {
            return self.too_deep();
        }
        Ok(Expr {
            kind,
            offset,
            height,
        })
    }

    fn too_deep<T>(&self) -> Result<T, SyntaxError> {
        Err(SyntaxError::new(
            self.text,
            self.token().start,
            format!("expected at most {MAX_HEIGHT} levels of nesting, found more"),
        ))
    }

    fn expected<T>(&self, what: &str) -> Result<T, SyntaxError> {
        let token = self.token();
        let found = match &token.kind {
            TokenKind::End => "the end of the expression".to_owned(),
            _ => format!("`{}`", &self.text[token.start..token.end]),
        };
        Err(SyntaxError::new(
            self.text,
            token.start,
            format!("expected {what}, found {found}"),
        ))
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

#[cfg(test)]
mod tests;

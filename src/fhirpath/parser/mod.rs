//! Tokens to tree, by precedence climbing. The height of the tree is bounded, so that neither
//! parsing nor evaluating can exhaust the stack.

mod precedence;
mod term;

use super::ast::{Expr, ExprKind, TypeSpecifier};
use super::error::SyntaxError;
use super::item::Namespace;
use super::lexer::{Token, TokenKind, tokens};
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

#[cfg(test)]
mod tests;

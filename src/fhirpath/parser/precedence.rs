//! How strongly operators bind (FHIRPath, appendix A).

use crate::fhirpath::ast::{BinaryOperator, LogicOperator};
use crate::fhirpath::lexer::TokenKind;

/// Binding strength, from the loosest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Implies,
    Or,
    And,
    Membership,
    Equality,
    Inequality,
    Union,
    Type,
    Additive,
    Multiplicative,
    Unary,
}

/// What stands between two operands.
#[derive(Clone, Copy)]
pub(super) enum Infix {
    Binary(BinaryOperator),
    Logic(LogicOperator),
    Union,
    Is,
    As,
}

/// The operator at hand.
pub(super) fn infix(token: &TokenKind) -> Option<(Infix, Level)> {
    use BinaryOperator as Op;
    let binary = |operator, level| Some((Infix::Binary(operator), level));
    match token {
        TokenKind::Symbol(symbol) => match *symbol {
            "*" => binary(Op::Multiply, Level::Multiplicative),
            "/" => binary(Op::Divide, Level::Multiplicative),
            "+" => binary(Op::Add, Level::Additive),
            "-" => binary(Op::Subtract, Level::Additive),
            "&" => binary(Op::Concatenate, Level::Additive),
            "|" => Some((Infix::Union, Level::Union)),
            "<" => binary(Op::LessThan, Level::Inequality),
            "<=" => binary(Op::LessOrEqual, Level::Inequality),
            ">" => binary(Op::GreaterThan, Level::Inequality),
            ">=" => binary(Op::GreaterOrEqual, Level::Inequality),
            "=" => binary(Op::Equal, Level::Equality),
            "~" => binary(Op::Equivalent, Level::Equality),
            "!=" => binary(Op::NotEqual, Level::Equality),
            "!~" => binary(Op::NotEquivalent, Level::Equality),
            _ => None,
        },
        TokenKind::Word(word) => match word.as_str() {
            "div" => binary(Op::Div, Level::Multiplicative),
            "mod" => binary(Op::Mod, Level::Multiplicative),
            "is" => Some((Infix::Is, Level::Type)),
            "as" => Some((Infix::As, Level::Type)),
            "in" => binary(Op::In, Level::Membership),
            "contains" => binary(Op::Contains, Level::Membership),
            "and" => Some((Infix::Logic(LogicOperator::And), Level::And)),
            "or" => Some((Infix::Logic(LogicOperator::Or), Level::Or)),
            "xor" => binary(Op::Xor, Level::Or),
            "implies" => binary(Op::Implies, Level::Implies),
            _ => None,
        },
        _ => None,
    }
}

/// The level of a right operand: operators of one level bind from the left.
pub(super) fn next_level(level: Level) -> Level {
    match level {
        Level::Implies => Level::Or,
        Level::Or => Level::And,
        Level::And => Level::Membership,
        Level::Membership => Level::Equality,
        Level::Equality => Level::Inequality,
        Level::Inequality => Level::Union,
        Level::Union => Level::Type,
        Level::Type => Level::Additive,
        Level::Additive => Level::Multiplicative,
        Level::Multiplicative | Level::Unary => Level::Unary,
    }
}

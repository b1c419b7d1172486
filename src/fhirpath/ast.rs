//! The tree of a parsed expression.

use std::sync::OnceLock;

use super::functions::{Existence, Fhir, Function, Utility};
use super::item::Namespace;
use super::value::Value;

/// A node of the tree, and where its operator, function or literal stands.
#[derive(Debug)]
pub(super) struct Expr {
    pub(super) kind: ExprKind,
    /// Byte offset into the expression.
    pub(super) offset: u32,
    /// Height of the tree below, bounded by the parser.
    pub(super) height: u16,
}

/// What a node of the tree is.
#[derive(Debug)]
pub(super) enum ExprKind {
    /// `{}`
    Empty,
    /// `true`, `5`, `'text'`, `@2015`, `4 days`
    Literal(Value<'static>),
    /// `$this`
    This,
    /// `$index`
    Index,
    /// `$total`
    Total,
    /// `%name`
    Variable(String),
    /// `input.name`; without input it starts from `$this`.
    Member(Option<Box<Expr>>, String),
    /// `input.function(arguments)`; without input it is called on `$this`.
    Call(Box<Call>),
    /// `input[index]`
    Indexer(Box<Expr>, Box<Expr>),
    /// `-operand`
    Negate(Box<Expr>),
    /// `+operand`
    Plus(Box<Expr>),
    /// `left operator right`
    Binary(BinaryOperator, Box<Expr>, Box<Expr>),
    /// `a or b or c` and `a and b and c`
    Logic(LogicOperator, Vec<Expr>),
    /// `a | b | c`
    Union(Vec<Expr>),
    /// `operand is Type`
    Is(Box<Expr>, TypeSpecifier),
    /// `operand as Type`
    As(Box<Expr>, TypeSpecifier),
}

/// A call of a function.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) input: Option<Expr>,
    pub(super) function: Function,
    pub(super) arguments: Vec<Expr>,
    /// The argument of `is()`, `as()` and `ofType()`.
    pub(super) type_specifier: Option<TypeSpecifier>,
    /// The compiled form of a literal regular expression.
    pub(super) pattern: OnceLock<regex::Regex>,
}

/// A type as written: `Patient`, `FHIR.Patient`, `System.String`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TypeSpecifier {
    pub(super) namespace: Option<Namespace>,
    pub(super) name: String,
    pub(super) offset: u32,
}

/// Operators with two operands, apart from those that form chains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BinaryOperator {
    Multiply,
    Divide,
    Div,
    Mod,
    Add,
    Subtract,
    Concatenate,
    LessThan,
    LessOrEqual,
    GreaterThan,
    GreaterOrEqual,
    Equal,
    Equivalent,
    NotEqual,
    NotEquivalent,
    In,
    Contains,
    Xor,
    Implies,
}

/// Operators that form chains of three-valued logic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LogicOperator {
    And,
    Or,
}

impl BinaryOperator {
    /// The operator as it is written.
    pub(super) const fn symbol(self) -> &'static str {
        match self {
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Div => "div",
            Self::Mod => "mod",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Concatenate => "&",
            Self::LessThan => "<",
            Self::LessOrEqual => "<=",
            Self::GreaterThan => ">",
            Self::GreaterOrEqual => ">=",
            Self::Equal => "=",
            Self::Equivalent => "~",
            Self::NotEqual => "!=",
            Self::NotEquivalent => "!~",
            Self::In => "in",
            Self::Contains => "contains",
            Self::Xor => "xor",
            Self::Implies => "implies",
        }
    }
}

impl BinaryOperator {
    /// Whether the result is a value rather than a boolean.
    pub(super) const fn is_calculation(self) -> bool {
        matches!(
            self,
            Self::Multiply
                | Self::Divide
                | Self::Div
                | Self::Mod
                | Self::Add
                | Self::Subtract
                | Self::Concatenate
        )
    }
}

impl Expr {
    /// Whether the expression gives a boolean or nothing on any data.
    pub(super) fn is_boolean(&self) -> bool {
        match &self.kind {
            ExprKind::Literal(Value::Boolean(_)) | ExprKind::Logic(..) | ExprKind::Is(..) => true,
            ExprKind::Binary(operator, ..) => !operator.is_calculation(),
            ExprKind::Call(call) => matches!(
                call.function,
                Function::Existence(
                    Existence::Exists
                        | Existence::Empty
                        | Existence::All
                        | Existence::IsDistinct
                        | Existence::SubsetOf
                        | Existence::SupersetOf
                ) | Function::Fhir(Fhir::HasValue)
                    | Function::Utility(Utility::Not)
            ),
            _ => false,
        }
    }
}

//! Messages, precedence, bounds, and texts that are no expression.

use super::{Expr, ExprKind};
use crate::fhirpath::Expression;
use crate::fhirpath::ast::LogicOperator;
use proptest::prelude::*;

fn error(text: &str) -> String {
    Expression::parse(text).expect_err(text).to_string()
}

#[test]
fn errors_say_where_and_what() {
    for (text, expected) in [
        (
            "",
            "1: expected an expression, found the end of the expression",
        ),
        (
            "name.",
            "6: expected an element or function name, found the end of the expression",
        ),
        (
            "name given",
            "6: expected an operator or the end of the expression, found `given`",
        ),
        ("(1 + 2", "7: expected `)`, found the end of the expression"),
        (
            "1 +",
            "4: expected an expression, found the end of the expression",
        ),
        ("name[0", "7: expected `]`, found the end of the expression"),
        (
            "name.foo()",
            "6: expected a function of FHIRPath, found `foo`",
        ),
        (
            "name.where()",
            "6: expected one argument for `where()`, found 0",
        ),
        (
            "name.count(1)",
            "6: expected no argument for `count()`, found 1",
        ),
        (
            "name.exists(1, 2)",
            "6: expected 0 to 1 arguments for `exists()`, found 2",
        ),
        (
            "name.where(use = 'a'",
            "21: expected `,` or `)`, found the end of the expression",
        ),
        (
            "1 is",
            "5: expected a type name, found the end of the expression",
        ),
        ("a is 'b'", "6: expected a type name, found `'b'`"),
        (
            "'é' + 'open",
            "7: expected `'` after a string, found the end of the expression",
        ),
        (
            "a # b",
            "3: expected an operator, a literal or a name, found `#`",
        ),
        (
            "$that",
            "1: expected `$this`, `$index` or `$total`, found `$that`",
        ),
        (
            "@2015-02-30",
            "1: expected a date, time, or date and time such as `@2015-02-04T14:34:28Z`, found `@2015-02-30`",
        ),
        (
            "@T14:34Z",
            "8: expected an operator or the end of the expression, found `Z`",
        ),
        ("'\\u12'", "2: expected four hexadecimal digits after `\\u`"),
        (
            "1 /* open",
            "3: expected `*/` after a comment, found the end of the expression",
        ),
        (
            "%",
            "2: expected a name after `%`, found the end of the expression",
        ),
        ("and", "1: expected an expression, found `and`"),
        ("{1}", "2: expected `}`, found `1`"),
    ] {
        assert_eq!(error(text), format!("character {expected}"), "{text}");
    }
}

#[test]
fn operators_bind_as_the_specification_says() {
    for (text, expected) in [
        ("1 + 2 * 3", "(1 + (2 * 3))"),
        ("1 - 2 - 3", "((1 - 2) - 3)"),
        ("-1 + 2", "((-1) + 2)"),
        ("-a.b", "(-a.b)"),
        ("a | b + c", "(a | (b + c))"),
        ("a < b | c", "(a < (b | c))"),
        ("a = b < c", "(a = (b < c))"),
        ("a in b = c", "(a in (b = c))"),
        ("a or b and c", "(a or (b and c))"),
        ("a xor b or c", "((a xor b) or c)"),
        ("a implies b implies c", "((a implies b) implies c)"),
        ("a or b implies c", "((a or b) implies c)"),
        ("a is B and c", "((a is B) and c)"),
        ("a | b is C", "(a | (b is C))"),
        ("1 > 2 is Boolean", "(1 > (2 is Boolean))"),
        ("a and b and c", "(a and b and c)"),
        ("a contains b.contains(c)", "(a contains b.contains(c))"),
    ] {
        match Expression::parse(text) {
            Ok(expression) => assert_eq!(shown(&expression.root), expected, "{text}"),
            Err(error) => panic!("{text}: {error}"),
        }
    }
}

/// The tree with all its parentheses.
fn shown(expr: &Expr) -> String {
    use ExprKind as K;
    let all = |exprs: &[Expr], symbol: &str| {
        let exprs: Vec<_> = exprs.iter().map(shown).collect();
        format!("({})", exprs.join(&format!(" {symbol} ")))
    };
    match &expr.kind {
        K::Literal(value) => value.to_string(),
        K::Member(None, name) => name.clone(),
        K::Member(Some(input), name) => format!("{}.{name}", shown(input)),
        K::Call(call) => {
            let arguments: Vec<_> = call.arguments.iter().map(shown).collect();
            let input = call.input.as_ref().map(|input| shown(input) + ".");
            let (input, name) = (input.unwrap_or_default(), call.function.name());
            format!("{input}{name}({})", arguments.join(", "))
        }
        K::Negate(operand) => format!("(-{})", shown(operand)),
        K::Binary(operator, left, right) => {
            format!("({} {} {})", shown(left), operator.symbol(), shown(right))
        }
        K::Logic(LogicOperator::And, operands) => all(operands, "and"),
        K::Logic(LogicOperator::Or, operands) => all(operands, "or"),
        K::Union(operands) => all(operands, "|"),
        K::Is(operand, specifier) => format!("({} is {})", shown(operand), specifier.name),
        other => format!("{other:?}"),
    }
}

#[test]
fn nesting_is_bounded_and_chains_are_not() {
    for (open, close) in [
        ("(", ")"),
        ("-", ""),
        ("a.where(", ")"),
        ("a[", "]"),
        ("sort(", ")"),
    ] {
        let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        assert!(error(&deep).contains("levels of nesting"), "{open}");
    }
    assert!(error(&format!("{}a", "a.".repeat(100_000))).contains("levels of nesting"));
    assert!(error(&format!("1{}", "+1".repeat(100_000))).contains("levels of nesting"));
    for symbol in ["or", "and", "|"] {
        let long = format!("1{}", format!(" {symbol} 1").repeat(20_000));
        assert!(Expression::parse(&long).is_ok(), "{symbol}");
    }
}

#[test]
fn keywords_can_be_names_where_the_grammar_lets_them() {
    for text in [
        "contains.code",
        "as",
        "is.in",
        "text.div",
        "a.contains",
        "`div`.mod",
    ] {
        assert!(Expression::parse(text).is_ok(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_ends_in_a_tree_or_an_error(text in ".{0,80}") {
        let _ = Expression::parse(&text);
    }

    #[test]
    fn any_tokens_end_in_a_tree_or_an_error(
        text in r"(name|use|\.|\(|\)|\[|\]|'a'|1|\.5|@2020|T10| |and|or|is|as|in|\||\+|-|\*|=|!=|~|<|where|exists|\{\}|%a|`b`|\$this|,|//|/\*){0,40}"
    ) {
        let _ = Expression::parse(&text);
    }
}

//! Text to expression: `or` binds weaker than `and`, `and` weaker than `not`.

use thiserror::Error;

use super::{Expression, Key, Test, Value};
use crate::wording::did_you_mean;

/// What is wrong with a filter, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("--filter, column {column}: {message}\n  {text}\n  {}^", " ".repeat(column - 1))]
pub struct FilterError {
    /// Column in characters, from 1.
    pub column: usize,
    /// What was expected, then what was found.
    pub message: String,
    /// The filter.
    pub text: String,
}

/// Parentheses and `not` inside each other; deeper is a slip, and no reason to run out of stack.
const DEEPEST: usize = 64;
/// Comparisons in one filter; for the same reason.
const LONGEST: usize = 256;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Quoted(String),
    Is,
    IsNot,
    Comma,
    Open,
    Close,
}

pub(super) fn parse(text: &str) -> Result<Expression, FilterError> {
    let mut parser = Parser {
        text,
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
        tests: 0,
    };
    let expression = parser.or()?;
    match parser.tokens.get(parser.at) {
        None => Ok(expression),
        Some(_) => Err(parser.expected("`and`, `or` or the end")),
    }
}

fn error(text: &str, column: usize, message: String) -> FilterError {
    FilterError {
        column,
        message,
        text: text.replace(char::is_control, " "),
    }
}

fn tokens(text: &str) -> Result<Vec<(Token, usize)>, FilterError> {
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        let column = at + 1;
        at += 1;
        let token = match character {
            ' ' | '\t' | '\n' | '\r' => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            ',' => Token::Comma,
            '=' => {
                at += usize::from(characters.get(at) == Some(&'='));
                Token::Is
            }
            '!' if characters.get(at) == Some(&'=') => {
                at += 1;
                Token::IsNot
            }
            '"' | '\'' => {
                let rest = &characters[at..];
                let Some(length) = rest.iter().position(|it| *it == character) else {
                    let message =
                        format!("expected `{character}` at the end of a value, found none");
                    return Err(error(text, column, message));
                };
                at += length + 1;
                Token::Quoted(rest[..length].iter().collect())
            }
            character if is_word(character) => {
                let rest = characters[at..].iter();
                at += rest.take_while(|it| is_word(**it)).count();
                Token::Word(characters[column - 1..at].iter().collect())
            }
            other => {
                let message =
                    format!("expected a word, `=`, `!=`, `,` or a parenthesis, found `{other}`");
                return Err(error(text, column, message));
            }
        };
        tokens.push((token, column));
    }
    Ok(tokens)
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_' | '.' | '*' | ':' | '/' | '$')
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<(Token, usize)>,
    at: usize,
    depth: usize,
    tests: usize,
}

impl Parser<'_> {
    fn or(&mut self) -> Result<Expression, FilterError> {
        let mut left = self.and()?;
        while self.takes_word("or") {
            left = Expression::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expression, FilterError> {
        let mut left = self.not()?;
        while self.takes_word("and") {
            left = Expression::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Expression, FilterError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.expected("fewer parentheses inside each other"));
        }
        let expression = if self.takes_word("not") {
            Expression::Not(Box::new(self.not()?))
        } else if self.takes(&Token::Open) {
            let inner = self.or()?;
            if !self.takes(&Token::Close) {
                return Err(self.expected("`and`, `or` or `)`"));
            }
            inner
        } else {
            self.test()?
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn test(&mut self) -> Result<Expression, FilterError> {
        self.tests += 1;
        if self.tests > LONGEST {
            return Err(self.expected(&format!("at most {LONGEST} comparisons")));
        }
        let key = self.key()?;
        let negated = match self.tokens.get(self.at) {
            Some((Token::Is, _)) => false,
            Some((Token::IsNot, _)) => true,
            _ => return Err(self.expected(&format!("`=` or `!=` after `{key}`"))),
        };
        self.at += 1;
        let mut values = vec![self.value(key)?];
        while self.takes(&Token::Comma) {
            values.push(self.value(key)?);
        }
        let test = Expression::Is(Test { key, values });
        Ok(match negated {
            true => Expression::Not(Box::new(test)),
            false => test,
        })
    }

    fn key(&mut self) -> Result<Key, FilterError> {
        let known = Key::ALL.iter().map(|key| key.code());
        let Some((Token::Word(word), column)) = self.tokens.get(self.at) else {
            return Err(self.expected("a key such as `type`, `not` or `(`"));
        };
        let Some(key) = Key::from_code(&word.to_lowercase()) else {
            let names: Vec<&str> = known.clone().collect();
            let hint = did_you_mean(word, known);
            let message = format!("expected one of {}, found `{word}`{hint}", names.join(", "));
            return Err(error(self.text, *column, message));
        };
        self.at += 1;
        Ok(key)
    }

    fn value(&mut self, key: Key) -> Result<Value, FilterError> {
        match self.tokens.get(self.at) {
            Some((Token::Word(text) | Token::Quoted(text), column)) if !text.is_empty() => {
                let value = Value {
                    text: match key {
                        Key::Level => text.to_uppercase(),
                        _ => text.clone(),
                    },
                    column: *column,
                };
                self.at += 1;
                Ok(value)
            }
            _ => Err(self.expected(&format!("a value for `{key}`"))),
        }
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let is = matches!(self.tokens.get(self.at), Some((Token::Word(found), _)) if found.eq_ignore_ascii_case(word));
        self.at += usize::from(is);
        is
    }

    fn takes(&mut self, token: &Token) -> bool {
        let is = self
            .tokens
            .get(self.at)
            .is_some_and(|(found, _)| found == token);
        self.at += usize::from(is);
        is
    }

    fn expected(&self, what: &str) -> FilterError {
        let (found, column) = match self.tokens.get(self.at) {
            None => (
                "the end".to_owned(),
                self.text.trim_end().chars().count() + 1,
            ),
            Some((token, column)) => (token.shown(), *column),
        };
        error(self.text, column, format!("expected {what}, found {found}"))
    }
}

impl Token {
    fn shown(&self) -> String {
        match self {
            Self::Word(text) => format!("`{text}`"),
            Self::Quoted(text) => format!("`\"{text}\"`"),
            Self::Is => "`=`".to_owned(),
            Self::IsNot => "`!=`".to_owned(),
            Self::Comma => "`,`".to_owned(),
            Self::Open => "`(`".to_owned(),
            Self::Close => "`)`".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::parse;

    fn mistake(text: &str) -> String {
        parse(text).expect_err("should be refused").to_string()
    }

    #[test]
    fn mistakes_are_shown_where_they_are() {
        assert_eq!(
            mistake("tpye = Patient"),
            "--filter, column 1: expected one of suite, scenario, tag, type, interaction, check, requirement, level, found `tpye`; did you mean `type`?\n  tpye = Patient\n  ^"
        );
        assert_eq!(
            mistake("type = Patient suite = discover"),
            "--filter, column 16: expected `and`, `or` or the end, found `suite`\n  type = Patient suite = discover\n                 ^"
        );
        for (text, expected) in [
            (
                "",
                "column 1: expected a key such as `type`, `not` or `(`, found the end",
            ),
            (
                "type",
                "column 5: expected `=` or `!=` after `type`, found the end",
            ),
            (
                "type = ",
                "column 7: expected a value for `type`, found the end",
            ),
            (
                "(type = Patient",
                "column 16: expected `and`, `or` or `)`, found the end",
            ),
            (
                "type = \"Patient",
                "column 8: expected `\"` at the end of a value",
            ),
            ("type > 3", "column 6: expected a word"),
            ("type = a,", "column 10: expected a value for `type`"),
        ] {
            assert!(
                mistake(text).contains(expected),
                "{text}: {}",
                mistake(text)
            );
        }
    }

    #[test]
    fn depth_is_bounded() {
        assert!(parse(&"(".repeat(100_000)).is_err());
        assert!(parse(&"not ".repeat(100_000)).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,60}") {
            if let Err(error) = parse(&text) {
                let _ = error.to_string();
            }
        }
    }
}

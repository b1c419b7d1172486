//! Text to tokens (FHIRPath, appendix A: the grammar).

use rust_decimal::Decimal;

use super::error::SyntaxError;
use super::temporal::{Date, DateTime, Time};
use super::value::Value;

/// A token and where it starts and ends, in bytes.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The kinds of token.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    /// A word: an identifier or, where the grammar has one, a keyword.
    Word(String),
    /// An identifier between backticks.
    Delimited(String),
    /// A string with its escapes resolved.
    String(String),
    /// A number.
    Number(Number),
    /// A date, time, or date and time.
    Temporal(Value<'static>),
    /// `$this`, `$index` or `$total`, with the dollar sign.
    Special(String),
    /// An operator or a bracket.
    Symbol(&'static str),
    /// The end of the expression.
    End,
}

/// A number as written decides its type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    /// Without decimal places.
    Integer(i64),
    /// With decimal places, or beyond an integer.
    Decimal(Decimal),
}

/// Longer ones first, so that each is read whole.
const SYMBOLS: &[&str] = &[
    "<=", ">=", "!=", "!~", "{}", "(", ")", "[", "]", "{", "}", ".", ",", "+", "-", "*", "/", "&",
    "|", "<", ">", "=", "~", "%",
];

/// Expressions longer than this are refused: the longest in use have some thousand characters.
pub(super) const MAX_LENGTH: usize = 1 << 20;

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, SyntaxError> {
    if text.len() > MAX_LENGTH {
        return Err(SyntaxError::new(
            text,
            MAX_LENGTH,
            format!("expected at most {MAX_LENGTH} bytes, found more"),
        ));
    }
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_space()?;
        let start = lexer.at;
        let kind = lexer.token()?;
        let end = kind == TokenKind::End;
        tokens.push(Token {
            kind,
            start,
            end: lexer.at,
        });
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) -> Result<(), SyntaxError> {
        loop {
            let rest = self.rest();
            if let Some(comment) = rest.strip_prefix("//") {
                let length = comment.find(['\n', '\r']).unwrap_or(comment.len());
                self.at += 2 + length;
            } else if let Some(comment) = rest.strip_prefix("/*") {
                match comment.find("*/") {
                    Some(length) => self.at += length + 4,
                    None => {
                        return self.fail(
                            self.at,
                            "expected `*/` after a comment, found the end of the expression",
                        );
                    }
                }
            } else {
                match rest.chars().next() {
                    Some(space) if space.is_whitespace() || space == '\u{feff}' => {
                        self.at += space.len_utf8();
                    }
                    _ => return Ok(()),
                }
            }
        }
    }

    fn token(&mut self) -> Result<TokenKind, SyntaxError> {
        let Some(first) = self.peek() else {
            return Ok(TokenKind::End);
        };
        match first {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Ok(TokenKind::Word(self.word().to_owned())),
            b'0'..=b'9' => self.number(),
            b'\'' => Ok(TokenKind::String(self.quoted(b'\'', "a string")?)),
            // Double quotes are not in the grammar for strings; FHIR writes `%"vs-name"` with them.
            b'"' => Ok(TokenKind::String(self.quoted(b'"', "a string")?)),
            b'`' => Ok(TokenKind::Delimited(self.quoted(b'`', "an identifier")?)),
            b'@' => self.temporal(),
            b'$' => self.special(),
            _ => self.symbol(),
        }
    }

    fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let length = rest
            .bytes()
            .position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_')
            .unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn symbol(&mut self) -> Result<TokenKind, SyntaxError> {
        let rest = self.rest();
        if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            self.at += symbol.len();
            return Ok(TokenKind::Symbol(symbol));
        }
        let found = rest.chars().next().unwrap_or_default();
        self.fail(
            self.at,
            &format!(
                "expected an operator, a literal or a name, found `{}`",
                found.escape_default()
            ),
        )
    }

    fn special(&mut self) -> Result<TokenKind, SyntaxError> {
        let start = self.at;
        self.at += 1;
        let word = self.word();
        match word {
            "this" | "index" | "total" => Ok(TokenKind::Special(format!("${word}"))),
            _ => self.fail(
                start,
                &format!("expected `$this`, `$index` or `$total`, found `${word}`"),
            ),
        }
    }

    fn number(&mut self) -> Result<TokenKind, SyntaxError> {
        let start = self.at;
        self.digits();
        let mut is_whole = true;
        let after = self.rest().as_bytes();
        if after.first() == Some(&b'.') && after.get(1).is_some_and(u8::is_ascii_digit) {
            is_whole = false;
            self.at += 1;
            self.digits();
        }
        let text = &self.text[start..self.at];
        let integer = text.parse().ok().filter(|_| is_whole);
        if let Some(integer) = integer {
            return Ok(TokenKind::Number(Number::Integer(integer)));
        }
        match text.parse() {
            Ok(decimal) => Ok(TokenKind::Number(Number::Decimal(decimal))),
            Err(_) => self.fail(
                start,
                "expected a number of at most 28 digits, found a longer one",
            ),
        }
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
    }

    /// A literal such as `@2015-02-04T14:34:28.123+10:00` or `@T14:34`.
    fn temporal(&mut self) -> Result<TokenKind, SyntaxError> {
        let start = self.at;
        self.at += 1;
        let date_start = self.at;
        while self
            .peek()
            .is_some_and(|byte| byte.is_ascii_digit() || byte == b'-')
        {
            self.at += 1;
        }
        let date_end = self.at;
        let has_time = self.peek() == Some(b'T');
        if has_time {
            self.at += 1;
            self.clock();
            if date_end > date_start {
                self.offset();
            }
        }
        let text = &self.text[date_start..self.at];
        let value = match text.strip_prefix('T') {
            Some(time) => Time::parse(time).map(Value::Time),
            None if has_time => DateTime::parse(text).map(Value::DateTime),
            None => Date::parse(text).map(Value::Date),
        };
        match value {
            Some(value) => Ok(TokenKind::Temporal(value)),
            None => self.fail(
                start,
                &format!(
                    "expected a date, time, or date and time such as `@2015-02-04T14:34:28Z`, found `@{text}`"
                ),
            ),
        }
    }

    /// Digits and colons, and a fraction where a digit follows the point.
    fn clock(&mut self) {
        while self
            .peek()
            .is_some_and(|byte| byte.is_ascii_digit() || byte == b':')
        {
            self.at += 1;
        }
        let after = self.rest().as_bytes();
        if after.first() == Some(&b'.') && after.get(1).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
            self.digits();
        }
    }

    /// `Z` or `+10:00`; a sign without that form is an operator.
    fn offset(&mut self) {
        let after = self.rest().as_bytes();
        let is_offset = |bytes: &[u8]| {
            matches!(bytes, [b'+' | b'-', a, b, b':', c, d, ..]
                if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()))
        };
        if after.first() == Some(&b'Z') {
            self.at += 1;
        } else if is_offset(after) {
            self.at += 6;
        }
    }

    /// Text between quotes, with escapes (FHIRPath 4.1.2): a backslash before any other character
    /// is left out.
    fn quoted(&mut self, quote: u8, what: &str) -> Result<String, SyntaxError> {
        let start = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let Some(character) = self.rest().chars().next() else {
                return self.fail(
                    start,
                    &format!(
                        "expected `{}` after {what}, found the end of the expression",
                        quote as char
                    ),
                );
            };
            self.at += character.len_utf8();
            match character {
                '\\' => self.escape(&mut out)?,
                end if end == quote as char => return Ok(out),
                other => out.push(other),
            }
        }
    }

    fn escape(&mut self, out: &mut String) -> Result<(), SyntaxError> {
        let start = self.at - 1;
        let Some(character) = self.rest().chars().next() else {
            // The missing closing quote is reported by the caller.
            return Ok(());
        };
        self.at += character.len_utf8();
        match character {
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'f' => out.push('\u{c}'),
            'u' => {
                let unit = self.code_unit(start)?;
                let character = match unit {
                    0xD800..=0xDBFF if self.rest().starts_with("\\u") => {
                        self.at += 2;
                        let low = self.code_unit(start)?;
                        (0xDC00..=0xDFFF)
                            .contains(&low)
                            .then(|| 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
                            .and_then(char::from_u32)
                    }
                    _ => char::from_u32(unit),
                };
                match character {
                    Some(character) => out.push(character),
                    None => {
                        return self.fail(
                            start,
                            "expected a character, found half of a surrogate pair",
                        );
                    }
                }
            }
            other => out.push(other),
        }
        Ok(())
    }

    fn code_unit(&mut self, start: usize) -> Result<u32, SyntaxError> {
        let digits = self.rest().get(..4).unwrap_or_default();
        if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return self.fail(start, "expected four hexadecimal digits after `\\u`");
        }
        self.at += 4;
        Ok(u32::from_str_radix(digits, 16).unwrap_or_default())
    }

    fn fail<T>(&self, at: usize, message: &str) -> Result<T, SyntaxError> {
        Err(SyntaxError::new(self.text, at, message))
    }
}

//! The grammar of UCUM codes: terms of components joined by `.` and `/`, each a unit with an
//! optional prefix and exponent, a whole number, an annotation, or a term in parentheses.

use super::factor::Factor;
use super::{Unit, UnitError, atoms};
use rust_decimal::Decimal;

/// Deeper parentheses than any unit has.
const MAX_DEPTH: usize = 16;

pub(super) fn parse(code: &str) -> Result<Unit, UnitError> {
    let mut reader = Reader { code, at: 0 };
    if code.is_empty() {
        return reader.expected("a UCUM unit");
    }
    let unit = reader.term(0)?;
    if reader.at < code.len() {
        return reader.expected("`.`, `/` or the end of the code");
    }
    Ok(unit)
}

struct Reader<'t> {
    code: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn term(&mut self, depth: usize) -> Result<Unit, UnitError> {
        let mut divide = self.eat(b'/');
        let first = self.component(depth)?;
        if !divide && !matches!(self.peek(), Some(b'.' | b'/')) {
            return Ok(first);
        }
        let mut product = Unit::ONE;
        let mut next = first;
        loop {
            let start = self.at;
            if product
                .multiply(&next, if divide { -1 } else { 1 })
                .is_none()
            {
                return fail(start, "expected a unit of bounded size, found a larger one");
            }
            divide = match self.peek() {
                Some(b'.') => false,
                Some(b'/') => true,
                _ => return Ok(product),
            };
            self.at += 1;
            next = self.component(depth)?;
        }
    }

    fn component(&mut self, depth: usize) -> Result<Unit, UnitError> {
        match self.peek() {
            Some(b'(') => {
                if depth >= MAX_DEPTH {
                    return fail(self.at, "expected less nested parentheses");
                }
                self.at += 1;
                let unit = self.term(depth + 1)?;
                if !self.eat(b')') {
                    return self.expected("`)`");
                }
                Ok(unit)
            }
            Some(b'{') => {
                self.annotation()?;
                Ok(Unit::ONE)
            }
            Some(_) => {
                let unit = self.simple()?;
                if self.peek() == Some(b'{') {
                    self.annotation()?;
                }
                Ok(unit)
            }
            None => self.expected("a UCUM unit"),
        }
    }

    fn annotation(&mut self) -> Result<(), UnitError> {
        let rest = &self.code.as_bytes()[self.at..];
        match rest.iter().position(|&byte| byte == b'}') {
            Some(length) if rest[..length].iter().all(|byte| (33..=126).contains(byte)) => {
                self.at += length + 1;
                Ok(())
            }
            _ => self.expected("an annotation of visible ASCII characters closed by `}`"),
        }
    }

    /// A number, or a unit with its exponent.
    fn simple(&mut self) -> Result<Unit, UnitError> {
        let start = self.at;
        let rest = &self.code[start..];
        if !rest.starts_with("10*") && !rest.starts_with("10^") {
            let digits = self.digits();
            if !digits.is_empty() {
                return match digits.parse::<i64>() {
                    Ok(number) if number > 0 => Ok(Unit {
                        factor: Factor::number(Decimal::from(number)),
                        ..Unit::ONE
                    }),
                    _ => fail(start, "expected a number of at most 18 digits and not zero"),
                };
            }
        }
        let symbol = self.symbol(start);
        let Some(unit) = atoms::find(symbol) else {
            self.at = start;
            return self.expected_of("a UCUM unit", symbol);
        };
        let Some(exponent) = self.exponent()? else {
            return Ok(unit);
        };
        let mut raised = Unit::ONE;
        match raised.multiply(&unit, exponent) {
            Some(()) => Ok(raised),
            None => fail(start, "expected a unit of bounded size, found a larger one"),
        }
    }

    /// The letters of a unit; what stands in brackets belongs to it whatever it is.
    fn symbol(&mut self, start: usize) -> &'t str {
        let bytes = self.code.as_bytes();
        if self.code[start..].starts_with("10") {
            self.at = start + 3;
            return &self.code[start..self.at];
        }
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                b'[' => match bytes[self.at..].iter().position(|&byte| byte == b']') {
                    Some(length) => self.at += length + 1,
                    None => break,
                },
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'\'' | b'"' | b'%' => self.at += 1,
                _ => break,
            }
        }
        &self.code[start..self.at]
    }

    fn exponent(&mut self) -> Result<Option<i8>, UnitError> {
        let start = self.at;
        let negative = self.peek() == Some(b'-');
        if matches!(self.peek(), Some(b'+' | b'-')) {
            self.at += 1;
        }
        let digits = self.digits();
        match digits.parse::<i8>() {
            Ok(number) if (1..=60).contains(&number) => {
                Ok(Some(if negative { -number } else { number }))
            }
            Ok(_) => fail(start, "expected an exponent from 1 to 60"),
            Err(_) if digits.is_empty() && self.at == start => Ok(None),
            Err(_) => fail(start, "expected an exponent from 1 to 60"),
        }
    }

    fn digits(&mut self) -> &'t str {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        &self.code[start..self.at]
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn peek(&self) -> Option<u8> {
        self.code.as_bytes().get(self.at).copied()
    }

    fn expected<T>(&self, what: &str) -> Result<T, UnitError> {
        self.expected_of(what, self.code.get(self.at..).unwrap_or_default())
    }

    fn expected_of<T>(&self, what: &str, found: &str) -> Result<T, UnitError> {
        let rest = self.code.get(self.at..).unwrap_or_default();
        let found = if found.is_empty() { rest } else { found };
        if found.is_empty() {
            return fail(
                self.at,
                &format!("expected {what}, found the end of the code"),
            );
        }
        fail(self.at, &format!("expected {what}, found `{found}`"))
    }
}

fn fail<T>(offset: usize, message: &str) -> Result<T, UnitError> {
    Err(UnitError {
        offset,
        message: message.to_owned(),
    })
}

//! A value that is searched for: how it stands in the query, and whether a resource has it.

use rust_decimal::Decimal;

use super::moment::{Moment, Prefix};
use super::value::{System, Token, Value, fold, relative};

/// Seconds by which a server may know a time otherwise than it shows it (R4 3.1.1.9: the precision
/// of boundaries is its own affair).
pub const SLACK: i64 = 1;
/// Seconds between the zones that a date without one may be in.
const ZONES: i64 = 14 * 3600;

/// A value that is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// `code`, `system|code`, `|code` or `system|` (R4 3.1.1.4.10).
    Token(SoughtSystem, Option<String>),
    /// An id, `Type/id` or an address.
    Reference(String),
    /// A text, or its beginning.
    Text(String),
    /// A time with a prefix, and how it is written.
    Date(Prefix, Moment, String),
    /// A URI.
    Uri(String),
    /// A number, or an amount of any unit.
    Number(Decimal),
}

/// The part of a token before the bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SoughtSystem {
    /// No bar: any system.
    Any,
    /// Nothing before the bar: no system.
    None,
    /// This one.
    Is(String),
}

impl Sought {
    /// A time sought, with its prefix; `None` if the text is no time.
    #[must_use]
    pub fn date(prefix: Prefix, text: &str) -> Option<Self> {
        Some(Self::Date(prefix, Moment::read(text)?, text.to_owned()))
    }

    /// As it stands in the query, before percent encoding.
    #[must_use]
    pub fn query(&self) -> String {
        match self {
            Self::Token(SoughtSystem::Any, code) => escaped(code.as_deref().unwrap_or_default()),
            Self::Token(SoughtSystem::None, code) => {
                format!("|{}", escaped(code.as_deref().unwrap_or_default()))
            }
            Self::Token(SoughtSystem::Is(system), code) => {
                let code = code.as_deref().unwrap_or_default();
                format!("{}|{}", escaped(system), escaped(code))
            }
            Self::Reference(text) | Self::Text(text) | Self::Uri(text) => escaped(text),
            Self::Number(number) => number.to_string(),
            Self::Date(Prefix::Equal, _, text) => text.clone(),
            Self::Date(prefix, _, text) => format!("{prefix}{text}"),
        }
    }

    /// Whether one of a resource's values is what is sought. Where R4 leaves a server room (case
    /// of codes, normalization of texts, zones and precision of times), any reading will do.
    #[must_use]
    pub fn is_in(&self, values: &[Value]) -> bool {
        values.iter().any(|value| self.is(value))
    }

    fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Token(system, code), Value::Token(token)) => {
                fits(system, &token.system) && code.as_ref().is_none_or(|code| same(code, token))
            }
            (Self::Reference(sought), Value::Reference(own)) => {
                let (sought, own) = (relative(sought), relative(own));
                own == sought || own.rsplit('/').next() == Some(sought)
            }
            (Self::Text(sought), Value::Text(own)) => fold(own).contains(&fold(sought)),
            (Self::Date(prefix, sought, text), Value::Date(own, written)) => {
                let zoneless = |text: &str| !text.contains('T');
                let dates = zoneless(text) && written.as_deref().is_some_and(zoneless);
                let slack = match (dates, zoneless(text)) {
                    (true, _) => 0,
                    (false, true) => ZONES,
                    (false, false) => SLACK,
                };
                // How near is near is the server's to say.
                *prefix == Prefix::Approximately || own.may_satisfy(*prefix, *sought, slack)
            }
            (Self::Uri(sought), Value::Uri(own)) => own == sought,
            // As many digits as are given count (R4 3.1.1.4.5).
            (Self::Number(sought), Value::Number(own)) => own.round_dp(sought.scale()) == *sought,
            _ => false,
        }
    }
}

fn fits(sought: &SoughtSystem, own: &System) -> bool {
    match (sought, own) {
        (SoughtSystem::Any, _) | (_, System::Implied) => true,
        (SoughtSystem::None, own) => *own == System::None,
        (SoughtSystem::Is(sought), own) => *own == System::Is(sought.clone()),
    }
}

fn same(code: &str, token: &Token) -> bool {
    fold(code) == fold(&token.code)
}

/// The escapes of R4 3.1.1.4.2.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | ',' | '|' | '$') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// The same value, altered so that nothing has it: a text of another end, a time years later.
#[must_use]
pub fn near_miss(value: &Value) -> Option<Sought> {
    Some(match value {
        Value::Token(token) => Sought::Token(SoughtSystem::Any, Some(altered_code(&token.code))),
        Value::Reference(text) => Sought::Reference(altered(relative(text))),
        Value::Text(text) => Sought::Text(format!("{text}qzq")),
        Value::Uri(text) => Sought::Uri(format!("{text}qzq")),
        Value::Number(number) => Sought::Number(number.checked_add(Decimal::ONE_THOUSAND)?),
        Value::Date(_, written) => {
            let written = written.as_deref()?;
            let year: i32 = written.get(..4)?.parse().ok()?;
            let moved = format!("{:04}-01-01", year + 13);
            Sought::date(Prefix::Equal, &moved)?
        }
    })
}

fn altered_code(code: &str) -> String {
    match code {
        "true" => "false".to_owned(),
        "false" => "true".to_owned(),
        code => altered(code),
    }
}

/// The text with another last character of the same kind.
fn altered(text: &str) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let Some(last) = characters.last_mut() else {
        return "qzq".to_owned();
    };
    *last = match *last {
        '9' => '0',
        digit @ '0'..='8' => char::from(digit as u8 + 1),
        'f' | 'z' => 'a',
        'F' | 'Z' => 'A',
        letter if letter.is_ascii_alphabetic() => char::from(letter as u8 + 1),
        _ => 'q',
    };
    characters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(system: System) -> Value {
        Value::Token(Token {
            system,
            code: "a,b".to_owned(),
        })
    }

    #[test]
    fn values_are_escaped_in_the_query() {
        let sought = Sought::Token(
            SoughtSystem::Is("http://s".into()),
            Some("a,b|c$d\\e".into()),
        );
        assert_eq!(sought.query(), r"http://s|a\,b\|c\$d\\e");
        assert_eq!(
            Sought::Token(SoughtSystem::None, Some("x".into())).query(),
            "|x"
        );
        let date = Sought::date(Prefix::Greater, "2020").expect("a date");
        assert_eq!(date.query(), "gt2020");
    }

    #[test]
    fn the_forms_of_a_token_ask_for_system_and_code() {
        let code = Some("a,b".to_owned());
        let with = [token(System::Is("s".into()))];
        let without = [token(System::None)];
        let is = |system: &str| SoughtSystem::Is(system.into());
        assert!(Sought::Token(SoughtSystem::Any, code.clone()).is_in(&with));
        assert!(Sought::Token(is("s"), code.clone()).is_in(&with));
        assert!(!Sought::Token(is("t"), code.clone()).is_in(&with));
        assert!(!Sought::Token(SoughtSystem::None, code.clone()).is_in(&with));
        assert!(Sought::Token(SoughtSystem::None, code).is_in(&without));
        assert!(Sought::Token(is("s"), None).is_in(&with));
        assert!(Sought::Token(is("t"), None).is_in(&[token(System::Implied)]));
    }

    #[test]
    fn a_near_miss_is_another_value_of_the_same_shape() {
        let Some(Sought::Token(_, Some(code))) = near_miss(&token(System::None)) else {
            panic!("expected a token");
        };
        assert_eq!(code, "a,c");
        let reference = Value::Reference("http://h/Patient/af9".into());
        assert_eq!(
            near_miss(&reference),
            Some(Sought::Reference("Patient/af0".into()))
        );
        for value in [token(System::None), reference, Value::Text("Ångel".into())] {
            let miss = near_miss(&value).expect("a miss");
            assert!(!miss.is_in(std::slice::from_ref(&value)), "{miss:?}");
        }
    }

    #[test]
    fn a_date_in_another_zone_may_lie_on_the_day() {
        let late = Moment::read("2024-06-01T23:30:00Z").expect("an instant");
        let own = [Value::Date(late, Some("2024-06-01T23:30:00Z".into()))];
        let day = |text| Sought::date(Prefix::Equal, text).expect("a date");
        assert!(day("2024-06-02").is_in(&own));
        assert!(!day("2024-06-04").is_in(&own));
    }
}

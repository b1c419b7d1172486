//! Strings (FHIRPath 5.6, and the additions of 2.1 and the 3.0 ballot). Positions count
//! characters.

use std::borrow::Cow;

use regex::{NoExpand, Regex, RegexBuilder};

use super::{Site, Strings};
use crate::fhirpath::ast::ExprKind;
use crate::fhirpath::error::EvaluationErrorKind as Kind;
use crate::fhirpath::eval::Outcome;
use crate::fhirpath::item::{Collection, Item};
use crate::fhirpath::value::{Text, Value};

use super::encoding;

/// The compiled size of a regular expression: enough for the longest of R4 (eld-19).
const MOST_PATTERN_BYTES: usize = 20 << 20;

pub(super) fn call<'a>(site: &Site<'_, '_, 'a>, function: Strings) -> Outcome<Collection<'a>> {
    if function == Strings::Join {
        return join(site);
    }
    let Some(text) = site.evaluator.told(site.text_input()?) else {
        return Ok(Collection::new());
    };
    site.charge(text.len() as u64 / 64)?;
    match function {
        Strings::Upper => site.string(text.to_uppercase()),
        Strings::Lower => site.string(text.to_lowercase()),
        Strings::Trim => site.string(text.trim().to_owned()),
        Strings::Length => integer(text.chars().count()),
        Strings::ToChars => {
            site.charge_items(text.len())?;
            Ok(text
                .chars()
                .map(|character| Item::Value(Value::String(character.to_string().into())))
                .collect())
        }
        Strings::Substring => substring(site, &text),
        Strings::Replace => replace(site, &text),
        Strings::Matches | Strings::MatchesFull | Strings::ReplaceMatches => {
            regular(site, function, &text)
        }
        _ => with_argument(site, function, &text),
    }
}

fn integer<'a>(value: usize) -> Outcome<Collection<'a>> {
    Ok(Collection::of(Value::Integer(
        i64::try_from(value).unwrap_or(i64::MAX),
    )))
}

/// Functions of the input and one other string.
fn with_argument<'a>(
    site: &Site<'_, '_, 'a>,
    function: Strings,
    text: &str,
) -> Outcome<Collection<'a>> {
    let Some(other) = site.argument_text(0)? else {
        return Ok(Collection::new());
    };
    let other = &*other;
    let boolean = |value| Ok(Collection::of(Value::Boolean(value)));
    let position = |at: Option<usize>| {
        let characters = at
            .and_then(|at| text.get(..at))
            .map(|before| before.chars().count());
        let index = characters.and_then(|count| i64::try_from(count).ok());
        Ok(Collection::of(Value::Integer(index.unwrap_or(-1))))
    };
    let optional = |result: Option<String>| match result {
        Some(text) => site.string(text),
        None => Ok(Collection::new()),
    };
    match function {
        Strings::StartsWith => boolean(text.starts_with(other)),
        Strings::EndsWith => boolean(text.ends_with(other)),
        Strings::Contains => boolean(text.contains(other)),
        Strings::IndexOf => position(text.find(other)),
        Strings::LastIndexOf => position(text.rfind(other)),
        Strings::Split => {
            site.charge_items(text.len())?;
            Ok(split(text, other))
        }
        Strings::Encode => optional(encoding::encode(text, other)),
        Strings::Decode => optional(encoding::decode(text, other)),
        Strings::Escape => optional(encoding::escape(text, other)),
        _ => optional(encoding::unescape(text, other)),
    }
}

fn split<'a>(text: &str, separator: &str) -> Collection<'a> {
    let item = |part: &str| Item::Value(Value::String(part.to_owned().into()));
    if separator.is_empty() {
        return text
            .chars()
            .map(|character| item(character.encode_utf8(&mut [0; 4])))
            .collect();
    }
    text.split(separator).map(item).collect()
}

fn join<'a>(site: &Site<'_, '_, 'a>) -> Outcome<Collection<'a>> {
    let input = site.input()?;
    let separator = site.argument_text(0)?;
    let separator = separator.as_deref().unwrap_or_default();
    if input.is_empty() {
        return Ok(Collection::new());
    }
    let mut out = String::new();
    let mut first = true;
    for item in input {
        let Some(text) = site.text_of(item, "the input")? else {
            continue;
        };
        if !first {
            out.push_str(separator);
        }
        first = false;
        out.push_str(&text);
    }
    // Primitives that have no value but extensions give nothing to join.
    if first {
        return Ok(Collection::new());
    }
    site.string(out)
}

/// `substring(start, length)`: nothing where the start is outside.
fn substring<'a>(site: &Site<'_, '_, 'a>, text: &str) -> Outcome<Collection<'a>> {
    let start = site.argument_integer(0)?;
    let length = site.argument_integer(1)?;
    let Some(start) = start.and_then(|start| usize::try_from(start).ok()) else {
        return Ok(Collection::new());
    };
    let Some((from, _)) = text.char_indices().nth(start) else {
        return Ok(Collection::new());
    };
    let rest = text.get(from..).unwrap_or_default();
    let kept = match length {
        None => rest,
        Some(length) => {
            let end = rest
                .char_indices()
                .nth(usize::try_from(length).unwrap_or(0))
                .map_or(rest.len(), |(at, _)| at);
            rest.get(..end).unwrap_or_default()
        }
    };
    site.string(kept.to_owned())
}

/// `replace(pattern, substitution)`: an empty pattern stands between all characters.
fn replace<'a>(site: &Site<'_, '_, 'a>, text: &str) -> Outcome<Collection<'a>> {
    let (Some(pattern), Some(substitution)) = (site.argument_text(0)?, site.argument_text(1)?)
    else {
        return Ok(Collection::new());
    };
    charge_replacement(site, text, &substitution)?;
    site.string(text.replace(&*pattern, &substitution))
}

/// Replacing can multiply the length, so it is paid for before it is done.
fn charge_replacement(site: &Site<'_, '_, '_>, text: &str, substitution: &str) -> Outcome<()> {
    let most = (text.len() as u64 + 1).saturating_mul(substitution.len() as u64 + 1);
    site.charge(most / 64)
}

/// `matches`, `matchesFull` and `replaceMatches`.
fn regular<'a>(site: &Site<'_, '_, 'a>, function: Strings, text: &str) -> Outcome<Collection<'a>> {
    let Some(pattern) = site.argument_text(0)? else {
        return Ok(Collection::new());
    };
    if function != Strings::ReplaceMatches {
        let flags = site.argument_text(1)?;
        let regex = compiled(site, &pattern, flags.as_deref(), function)?;
        return Ok(Collection::of(Value::Boolean(regex.is_match(text))));
    }
    let Some(substitution) = site.argument_text(1)? else {
        return Ok(Collection::new());
    };
    if pattern.is_empty() {
        return site.string(text.to_owned());
    }
    let flags = site.argument_text(2)?;
    let regex = compiled(site, &pattern, flags.as_deref(), function)?;
    charge_replacement(site, text, &substitution)?;
    let replaced = if substitution.contains('$') {
        regex.replace_all(text, braced(&substitution).as_str())
    } else {
        regex.replace_all(text, NoExpand(&substitution))
    };
    site.string(replaced.into_owned())
}

/// `$1a` means group 1 and an `a` here, group `1a` to the regular expressions used.
fn braced(substitution: &str) -> String {
    let mut out = String::with_capacity(substitution.len() + 8);
    let mut rest = substitution;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let (group, remainder) = after.split_at(digits);
        if digits > 0 {
            out.push_str(&format!("${{{group}}}"));
            rest = remainder;
        } else if after.starts_with('{') {
            out.push('$');
            rest = after;
        } else {
            out.push_str("$$");
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// The regular expression, compiled once where the pattern is a literal and there are no flags.
///
/// It is lent and not cloned: a clone has to make its memory for matching anew.
fn compiled<'s>(
    site: &'s Site<'_, '_, '_>,
    pattern: &Text<'_>,
    flags: Option<&str>,
    function: Strings,
) -> Outcome<Cow<'s, Regex>> {
    let is_literal = matches!(
        site.argument(0).map(|argument| &argument.kind),
        Some(ExprKind::Literal(_))
    );
    if is_literal
        && flags.is_none()
        && let Some(regex) = site.call.pattern.get()
    {
        return Ok(Cow::Borrowed(regex));
    }
    let whole = match function {
        Strings::MatchesFull => format!("^(?:{})$", &**pattern),
        _ => pattern.to_string(),
    };
    // Compiling takes time in the size of the pattern.
    site.charge(100 + pattern.len() as u64)?;
    let built = RegexBuilder::new(&whole)
        .dot_matches_new_line(true)
        .case_insensitive(flags.is_some_and(|flags| flags.contains('i')))
        .multi_line(flags.is_some_and(|flags| flags.contains('m')))
        .size_limit(MOST_PATTERN_BYTES)
        .build();
    match built {
        Ok(regex) => {
            if is_literal && flags.is_none() {
                return Ok(Cow::Borrowed(site.call.pattern.get_or_init(|| regex)));
            }
            Ok(Cow::Owned(regex))
        }
        Err(error) => Err(site.fail(
            Kind::Argument,
            format!(
                "expected a regular expression without look-around or back-references, found `{}`: {error}",
                &**pattern
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use crate::fhirpath::EvaluationErrorKind as Kind;
    use crate::fhirpath::testing::{fails, gives};

    #[test]
    fn positions_count_characters() {
        gives(&[
            ("'Zoë x'.length()", "5"),
            ("'Zoë x'.indexOf('x')", "4"),
            ("'Zoë x'.indexOf('y')", "-1"),
            ("'aXbX'.lastIndexOf('X')", "3"),
            ("'Zoë x'.substring(2, 1)", "ë"),
            ("'abc'.substring(3)", ""),
            ("'abc'.substring(1, -1)", ""),
            ("'abc'.substring(0, 99)", "abc"),
            ("'ëa'.toChars()", "ë, a"),
        ]);
    }

    #[test]
    fn strings_are_tested_and_made() {
        gives(&[
            (
                "'abc'.startsWith('ab') and 'abc'.endsWith('bc') and 'abc'.contains('b')",
                "true",
            ),
            ("'aBc'.upper() & 'aBc'.lower()", "ABCabc"),
            ("' a '.trim()", "a"),
            ("'a,b,'.split(',').count()", "3"),
            ("'ab'.split('')", "a, b"),
            ("name.given.join('-')", "Jane-Janie"),
            ("('a' | 'b').join()", "ab"),
            ("'aba'.replace('a', 'x')", "xbx"),
            ("'test'.encode('hex')", "74657374"),
            ("'<a>'.escape('html').unescape('html')", "<a>"),
            ("{}.length()", ""),
            ("'a'.startsWith({})", ""),
            ("gender.length()", ""),
            ("birthDate.substring(0, 4)", "1970"),
        ]);
        fails(
            Kind::Type,
            &[
                "1.length()",
                "name.first().contains('a')",
                "'a'.contains(1)",
                "'a'.substring('b')",
            ],
        );
        fails(Kind::Cardinality, &["name.given.length()"]);
    }

    #[test]
    fn regular_expressions_find_replace_and_take_linear_time() {
        gives(&[
            ("'N8000123123'.matches('^N[0-9]{8}$')", "false"),
            ("'a\\nb'.matches('a.b')", "true"),
            ("'abc'.matches('b')", "true"),
            ("'abc'.matchesFull('b')", "false"),
            ("'ABC'.matches('b', 'i')", "true"),
            (
                "'11/30/1972'.replaceMatches('\\\\b(?<month>\\\\d{1,2})/(?<day>\\\\d{1,2})/(?<year>\\\\d{2,4})\\\\b', '${day}-${month}-${year}')",
                "30-11-1972",
            ),
            ("'ab'.replaceMatches('(a)(b)', '$2$1x')", "bax"),
            ("'ab'.replaceMatches('a', '$')", "$b"),
            ("name.given.where(matches('^J')).count()", "2"),
        ]);
        fails(
            Kind::Argument,
            &[
                "'a'.matches('(')",
                "'a'.matches('(?=a)')",
                "'a'.matches('((a{999}){999}){999}')",
            ],
        );
        let long = "a".repeat(5000);
        gives(&[(&format!("'{long}'.matches('^(a+)+$')"), "true")]);
    }
}

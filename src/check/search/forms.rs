//! The ways to ask for a value, and what each has to find.

use super::moment::{Moment, Prefix};
use super::sought::{Sought, SoughtSystem};
use super::value::{System, Token, Value, fold, relative};
use crate::check::{Check, catalog};

/// A further way to ask for a value.
#[derive(Debug)]
pub struct Form {
    /// What it shows.
    pub check: &'static Check,
    /// What is asked.
    pub sought: Sought,
    /// Whether the resource has to be found, or must not be.
    pub finds: bool,
    /// Whether the server may refuse to be asked so.
    pub optional: bool,
    /// Whether spaces stand as `+` in the query.
    pub by_plus: bool,
}

/// The plainest way to ask for a value; `None` if it cannot be asked for.
#[must_use]
pub fn plain(value: &Value) -> Option<Sought> {
    Some(match value {
        Value::Token(Token {
            system: System::Is(system),
            code,
        }) => Sought::Token(SoughtSystem::Is(system.clone()), Some(code.clone())),
        Value::Token(token) => Sought::Token(SoughtSystem::Any, Some(token.code.clone())),
        Value::Reference(text) => {
            let own = relative(text);
            let literal = own.split_once('/').is_some_and(|(name, _)| {
                name.starts_with(|first: char| first.is_ascii_uppercase())
            });
            literal.then(|| Sought::Reference(own.to_owned()))?
        }
        Value::Text(text) if text.trim().chars().count() < 2 => return None,
        Value::Text(text) => Sought::Text(text.clone()),
        Value::Uri(text) => Sought::Uri(text.clone()),
        Value::Number(number) => Sought::Number(*number),
        Value::Date(_, written) => Sought::date(Prefix::Equal, written.as_deref()?)?,
    })
}

/// The other ways to ask for a value, each with what it shows.
#[must_use]
pub fn forms(value: &Value, base: &str) -> Vec<Form> {
    match value {
        Value::Token(token) => of_token(token),
        Value::Reference(text) => of_reference(relative(text), base),
        Value::Text(text) => of_text(text),
        Value::Date(moment, Some(written)) => of_date(*moment, written),
        Value::Date(_, None) | Value::Uri(_) | Value::Number(_) => Vec::new(),
    }
}

fn form(check: &'static Check, sought: Sought, finds: bool) -> Form {
    Form {
        check,
        sought,
        finds,
        optional: false,
        by_plus: false,
    }
}

fn of_token(token: &Token) -> Vec<Form> {
    let code = || Some(token.code.clone());
    let other = || SoughtSystem::Is("http://conformance.example.org/no-such-system".to_owned());
    match &token.system {
        System::Implied => Vec::new(),
        System::None => vec![
            form(
                &catalog::SEARCH_TOKEN_NO_SYSTEM,
                Sought::Token(SoughtSystem::None, code()),
                true,
            ),
            form(
                &catalog::SEARCH_TOKEN_SYSTEM,
                Sought::Token(other(), code()),
                false,
            ),
        ],
        System::Is(system) => vec![
            form(
                &catalog::SEARCH_TOKEN_CODE,
                Sought::Token(SoughtSystem::Any, code()),
                true,
            ),
            form(
                &catalog::SEARCH_TOKEN_SYSTEM,
                Sought::Token(other(), code()),
                false,
            ),
            form(
                &catalog::SEARCH_TOKEN_NO_SYSTEM,
                Sought::Token(SoughtSystem::None, code()),
                false,
            ),
            form(
                &catalog::SEARCH_TOKEN_ANY_CODE,
                Sought::Token(SoughtSystem::Is(system.clone()), None),
                true,
            ),
        ],
    }
}

fn of_reference(own: &str, base: &str) -> Vec<Form> {
    let Some((_, id)) = own.split_once('/') else {
        return Vec::new();
    };
    let absolute = format!("{}/{own}", base.trim_end_matches('/'));
    vec![
        form(
            &catalog::SEARCH_REFERENCE_ID,
            Sought::Reference(id.to_owned()),
            true,
        ),
        form(
            &catalog::SEARCH_REFERENCE_ABSOLUTE,
            Sought::Reference(absolute),
            true,
        ),
    ]
}

fn of_text(text: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    let mut ask = |check, sought: String| {
        if sought != text {
            forms.push(form(check, Sought::Text(sought), true));
        }
    };
    let start: String = text.chars().take(3).collect();
    if start.trim_end().chars().count() == 3 {
        ask(&catalog::SEARCH_STRING_START, start);
    }
    let upper = text.to_uppercase();
    let turned = if upper == text {
        text.to_lowercase()
    } else {
        upper
    };
    ask(&catalog::SEARCH_STRING_CASE, turned);
    if !text.is_ascii() {
        ask(&catalog::SEARCH_STRING_ACCENTS, fold(text));
    }
    if text.trim().contains(' ') {
        forms.push(Form {
            by_plus: true,
            ..form(&catalog::SEARCH_PLUS, Sought::Text(text.to_owned()), true)
        });
    }
    forms
}

/// A date by less of it, and each prefix with a value just before and just after it.
fn of_date(moment: Moment, written: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    // At the ends of a month the zone decides, which R4 leaves to the server.
    let inside = |month: &str| {
        let near = moment.moved(-86_400).zip(moment.moved(86_400));
        !written.contains('T')
            || Moment::read(month)
                .zip(near)
                .is_some_and(|(month, (early, late))| {
                    month.start <= early.start && late.end <= month.end
                })
    };
    if let (true, Some(month)) = (written.len() >= 10, written.get(..7))
        && inside(month)
        && let Some(sought) = Sought::date(Prefix::Equal, month)
    {
        forms.push(form(&catalog::SEARCH_DATE_PRECISION, sought, true));
    }
    let Some((before, after)) = around(moment, written) else {
        return forms;
    };
    forms.extend(prefixed(&before, &after, written));
    forms.extend(zoned(&before, &after));
    forms
}

/// The same instants by the clocks of places far to the east and to the west: whoever leaves the
/// offset out is hours wrong, and in each direction one of them shows it.
fn zoned(before: &str, after: &str) -> Vec<Form> {
    [
        (Prefix::GreaterOrEqual, before, 9, true),
        (Prefix::Greater, after, -9, false),
    ]
    .into_iter()
    .filter_map(|(prefix, text, hours, finds)| {
        let sought = Sought::date(prefix, &at_offset(text, hours)?)?;
        Some(form(&catalog::SEARCH_DATE_ZONE, sought, finds))
    })
    .collect()
}

/// An instant by the clock of a place so many hours east of Greenwich; `None` for a date.
fn at_offset(instant: &str, hours: i8) -> Option<String> {
    let instant: jiff::Timestamp = instant.parse().ok()?;
    let zone = jiff::tz::Offset::constant(hours).to_time_zone();
    let local = instant.to_zoned(zone);
    Some(local.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string())
}

/// Each prefix with a value before and after.
fn prefixed(before: &str, after: &str, written: &str) -> Vec<Form> {
    use Prefix as P;
    let rows = [
        (&catalog::SEARCH_PREFIX_GE, P::GreaterOrEqual, before, true),
        (&catalog::SEARCH_PREFIX_GT, P::Greater, before, true),
        (&catalog::SEARCH_PREFIX_GT, P::Greater, after, false),
        (&catalog::SEARCH_PREFIX_LE, P::LessOrEqual, after, true),
        (&catalog::SEARCH_PREFIX_LT, P::Less, after, true),
        (&catalog::SEARCH_PREFIX_LT, P::Less, before, false),
        (&catalog::SEARCH_PREFIX_NE, P::NotEqual, after, true),
        (&catalog::SEARCH_PREFIX_SA, P::StartsAfter, before, true),
        (&catalog::SEARCH_PREFIX_EB, P::EndsBefore, after, true),
        (&catalog::SEARCH_PREFIX_AP, P::Approximately, written, true),
    ];
    rows.into_iter()
        .filter_map(|(check, prefix, text, finds)| {
            Some(Form {
                check,
                sought: Sought::date(prefix, text)?,
                finds,
                by_plus: false,
                optional: matches!(prefix, P::StartsAfter | P::EndsBefore | P::Approximately),
            })
        })
        .collect()
}

/// Values just before and just after a time, far enough that neither precision nor zone matters:
/// two seconds for an instant, two days for a date.
fn around(moment: Moment, written: &str) -> Option<(String, String)> {
    if written.contains('T') {
        let at = |seconds| Some(moment.moved(seconds)?.start.to_string());
        let end = moment.end.checked_add(jiff::Span::new().seconds(2)).ok()?;
        return Some((at(-2)?, end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()));
    }
    let day = |instant: jiff::Timestamp| instant.strftime("%Y-%m-%d").to_string();
    let before = moment.moved(-2 * 86_400)?.start;
    let after = moment.end.checked_add(jiff::Span::new().hours(48)).ok()?;
    Some((day(before), day(after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(forms: &[Form]) -> Vec<String> {
        let row = |form: &Form| format!("{} {} {}", form.check.id, form.sought.query(), form.finds);
        forms.iter().map(row).collect()
    }

    #[test]
    fn a_token_is_asked_for_with_and_without_its_system() {
        let value = Value::Token(Token {
            system: System::Is("http://s".into()),
            code: "a".into(),
        });
        assert_eq!(
            plain(&value).map(|sought| sought.query()),
            Some("http://s|a".into())
        );
        assert_eq!(
            written(&forms(&value, "http://h/")),
            [
                "search-token-code a true",
                "search-token-system http://conformance.example.org/no-such-system|a false",
                "search-token-no-system |a false",
                "search-token-any-code http://s| true",
            ]
        );
    }

    #[test]
    fn a_text_is_asked_for_by_its_start_in_other_case_and_without_accents() {
        assert_eq!(
            written(&forms(&Value::Text("Sofía".into()), "")),
            [
                "search-string-start Sof true",
                "search-string-case SOFÍA true",
                "search-string-accents sofia true",
            ]
        );
        assert!(plain(&Value::Text("x".into())).is_none());
    }

    #[test]
    fn prefixes_are_asked_with_values_just_around_the_instant() {
        let text = "2024-06-11T08:00:00.250Z";
        let moment = Moment::read(text).expect("an instant");
        let value = Value::Date(moment, Some(text.into()));
        let forms = forms(&value, "");
        assert_eq!(
            written(&forms)[..4],
            [
                "search-date-precision 2024-06 true",
                "search-prefix-ge ge2024-06-11T07:59:58.25Z true",
                "search-prefix-gt gt2024-06-11T07:59:58.25Z true",
                "search-prefix-gt gt2024-06-11T08:00:02Z false",
            ]
        );
        for form in &forms {
            assert_eq!(
                form.sought.is_in(std::slice::from_ref(&value)),
                form.finds,
                "{form:?}"
            );
        }
    }

    #[test]
    fn a_reference_is_asked_for_by_id_and_by_address() {
        let value = Value::Reference("Patient/1".into());
        assert_eq!(
            written(&forms(&value, "http://h/api/")),
            [
                "search-reference-id 1 true",
                "search-reference-absolute http://h/api/Patient/1 true",
            ]
        );
        assert!(plain(&Value::Reference("#contained".into())).is_none());
    }
}

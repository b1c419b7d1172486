//! `{{name}}` in scenario files: captures of earlier steps and values made for the run.

use std::collections::BTreeMap;

use thiserror::Error;

/// The values that a run makes up: codes of at most 12 characters, with a mark that says whose they
/// are. `new-code` is `CT` and ten digits of the number; `new-code-a` to `new-code-z` have that
/// letter in the place of `T`, for steps that need codes of their own.
#[must_use]
pub fn values_of_run(number: i64) -> BTreeMap<String, String> {
    let digits = format!("{:010}", number.rem_euclid(10_000_000_000));
    ('a'..='z')
        .map(|letter| {
            let code = format!("C{}{digits}", letter.to_ascii_uppercase());
            (format!("new-code-{letter}"), code)
        })
        .chain([("new-code".to_owned(), format!("CT{digits}"))])
        .collect()
}

/// A name that nothing has filled in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("expected a value for `{{{{{0}}}}}`, found none: the step that captures it gave nothing")]
pub struct MissingCapture(pub String);

/// Replaces every `{{name}}` by its value.
///
/// # Errors
/// The first name without a value.
pub fn fill(text: &str, values: &BTreeMap<String, String>) -> Result<String, MissingCapture> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let Some(length) = rest[start..].find("}}") else {
            break;
        };
        let name = rest[start + 2..start + length].trim();
        out.push_str(&rest[..start]);
        out.push_str(
            values
                .get(name)
                .ok_or_else(|| MissingCapture(name.to_owned()))?,
        );
        rest = &rest[start + length + 2..];
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::fill;

    #[test]
    fn names_are_replaced_and_a_missing_one_is_named() {
        let values = BTreeMap::from([("village".to_owned(), "42".to_owned())]);
        assert_eq!(
            fill("Location/{{ village }}/x", &values).as_deref(),
            Ok("Location/42/x")
        );
        let error = fill("{{patient}}", &values).expect_err("no value");
        assert_eq!(
            error.to_string(),
            "expected a value for `{{patient}}`, found none: the step that captures it gave nothing"
        );
    }
}

//! The one shape of every message: a subject in backticks, what was expected, then what was found.

use std::fmt::Display;

/// The texts of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// The whole sentence.
    pub message: String,
    /// What was expected, alone.
    pub expected: String,
    /// What was found, alone.
    pub actual: String,
    /// How to mend it.
    pub hint: Option<String>,
}

/// Longer values are cut in messages.
const LONGEST_VALUE: usize = 120;

impl Words {
    /// `{lead}: expected {expected}, found {actual}`.
    #[must_use]
    pub fn new(lead: impl Display, expected: impl Display, actual: impl Display) -> Self {
        let (expected, actual) = (expected.to_string(), actual.to_string());
        Self {
            message: format!("{lead}: expected {expected}, found {actual}"),
            expected,
            actual,
            hint: None,
        }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }
}

/// A value as it is shown in a message: in backticks, cut where it is long.
#[must_use]
pub fn quoted(value: &str) -> String {
    let mut characters = value.chars();
    let head: String = characters.by_ref().take(LONGEST_VALUE).collect();
    if characters.next().is_some() {
        format!("`{head}…`")
    } else {
        format!("`{head}`")
    }
}

/// A list of names as it is shown in a message: `a`, `b` or `c`.
#[must_use]
pub fn any_of<T: AsRef<str>>(names: &[T]) -> String {
    joined(names, "or")
}

/// A list of names as it is shown in a message: `a`, `b` and `c`.
#[must_use]
pub fn all_of<T: AsRef<str>>(names: &[T]) -> String {
    joined(names, "and")
}

fn joined<T: AsRef<str>>(names: &[T], word: &str) -> String {
    const MOST: usize = 12;
    let shown: Vec<_> = names
        .iter()
        .take(MOST)
        .map(|name| quoted(name.as_ref()))
        .collect();
    if names.len() > MOST {
        return format!("{} {word} {} more", shown.join(", "), names.len() - MOST);
    }
    match shown.split_last() {
        None => "nothing".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} {word} {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Words, any_of, quoted};

    #[test]
    fn messages_have_one_shape() {
        let words = Words::new("`Patient.name`", "at least 1", "0").hint("send a name");
        assert_eq!(
            words.message,
            "`Patient.name`: expected at least 1, found 0"
        );
        assert_eq!(words.hint.as_deref(), Some("send a name"));
        assert_eq!(any_of(&["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(any_of(&["a"]), "`a`");
        assert_eq!(quoted(&"x".repeat(200)).chars().count(), 123);
    }
}

//! A sentence with holes: `{name}` is kept as it is, `{#name}` is that and a whole number,
//! `{:name}` is a sentence of its own and is translated too.

/// A pattern of the source language.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    /// What stands before, between and after the holes; one more than the holes.
    literals: Vec<String>,
    holes: Vec<Hole>,
}

/// What is kept of one hole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hole {
    pub(super) name: String,
    pub(super) is_sentence: bool,
    is_number: bool,
}

impl Pattern {
    /// Reads a pattern; `None` where the text has no hole.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut pattern = Self {
            literals: Vec::new(),
            holes: Vec::new(),
        };
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}')?;
            pattern.literals.push(before.to_owned());
            pattern.holes.push(Hole {
                name: bare(name).to_owned(),
                is_sentence: name.starts_with(':'),
                is_number: name.starts_with('#'),
            });
            rest = after;
        }
        pattern.literals.push(rest.to_owned());
        (!pattern.holes.is_empty()).then_some(pattern)
    }

    /// How much of it is fixed: of several patterns that fit, the one that says most is meant.
    pub(super) fn weight(&self) -> usize {
        self.literals.iter().map(String::len).sum()
    }

    /// What stands in the holes, if the whole text fits. A hole is never empty, and takes as
    /// little as it can.
    pub(super) fn matches<'t>(&self, text: &'t str) -> Option<Vec<(&Hole, &'t str)>> {
        let (first, literals) = self.literals.split_first()?;
        let mut rest = text.strip_prefix(first.as_str())?;
        let mut found = Vec::with_capacity(self.holes.len());
        for (index, (hole, literal)) in self.holes.iter().zip(literals).enumerate() {
            let is_last = index + 1 == self.holes.len();
            let start = rest.chars().next()?.len_utf8();
            let end = match is_last {
                true => rest.len().checked_sub(literal.len())?,
                false => start + rest.get(start..)?.find(literal.as_str())?,
            };
            if end < start || !rest.get(end..)?.starts_with(literal.as_str()) {
                return None;
            }
            let value = &rest[..end];
            if hole.is_number && !value.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            found.push((hole, value));
            rest = &rest[end + literal.len()..];
        }
        Some(found)
    }
}

/// The name of a hole without what says its kind.
pub(super) fn bare(name: &str) -> &str {
    name.trim_start_matches([':', '#'])
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn found(pattern: &str, text: &str) -> Option<Vec<String>> {
        let pattern = Pattern::read(pattern).expect("has holes");
        let found = pattern.matches(text)?;
        Some(found.iter().map(|(_, value)| (*value).to_owned()).collect())
    }

    #[test]
    fn holes_take_what_stands_between_the_fixed_parts() {
        assert_eq!(
            found(
                "{lead}: expected {a}, found {b}",
                "`x`: expected 1, found 2, 3"
            ),
            Some(vec!["`x`".to_owned(), "1".to_owned(), "2, 3".to_owned()])
        );
        assert_eq!(found("status {code}", "status "), None);
        assert_eq!(found("status {code}!", "status 200"), None);
        assert_eq!(
            found("{a} é {b}", "né é né"),
            Some(vec!["né".to_owned(), "né".to_owned()])
        );
    }

    #[test]
    fn a_text_without_holes_is_no_pattern() {
        assert_eq!(Pattern::read("plain"), None);
    }
}

//! Constraints that speak of nothing but whether elements exist, such as
//! `code.exists() xor text.exists()`: read, and tried on every combination.

use std::collections::BTreeSet;

/// A constraint in terms of existence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Existence {
    /// `name.exists()`
    Exists(String),
    /// `not()` or `empty()`
    Not(Box<Existence>),
    /// `and`
    And(Box<Existence>, Box<Existence>),
    /// `or`
    Or(Box<Existence>, Box<Existence>),
    /// `xor`
    Xor(Box<Existence>, Box<Existence>),
}

impl Existence {
    /// Reads a FHIRPath expression; `None` if it speaks of anything else.
    pub fn parse(expression: &str) -> Option<Self> {
        let tokens = tokens(expression)?;
        let mut parser = Parser {
            tokens,
            position: 0,
        };
        let parsed = parser.implication(0)?;
        (parser.position == parser.tokens.len()).then_some(parsed)
    }

    /// The elements it speaks of.
    pub fn names(&self) -> BTreeSet<&str> {
        match self {
            Self::Exists(name) => BTreeSet::from([name.as_str()]),
            Self::Not(inner) => inner.names(),
            Self::And(a, b) | Self::Or(a, b) | Self::Xor(a, b) => {
                a.names().union(&b.names()).copied().collect()
            }
        }
    }

    /// Whether it holds where exactly these elements exist.
    pub fn holds(&self, existing: &BTreeSet<&str>) -> bool {
        match self {
            Self::Exists(name) => existing.contains(name.as_str()),
            Self::Not(inner) => !inner.holds(existing),
            Self::And(a, b) => a.holds(existing) && b.holds(existing),
            Self::Or(a, b) => a.holds(existing) || b.holds(existing),
            Self::Xor(a, b) => a.holds(existing) != b.holds(existing),
        }
    }
}

fn tokens(expression: &str) -> Option<Vec<String>> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    for letter in expression.chars().chain([' ']) {
        if letter.is_ascii_alphanumeric() || letter == '_' {
            word.push(letter);
            continue;
        }
        if !word.is_empty() {
            tokens.push(std::mem::take(&mut word));
        }
        match letter {
            '(' | ')' | '.' => tokens.push(letter.to_string()),
            space if space.is_whitespace() => {}
            _ => return None,
        }
    }
    Some(tokens)
}

/// How deep parentheses may stand.
const MAX_DEPTH: usize = 32;

struct Parser {
    tokens: Vec<String>,
    position: usize,
}

impl Parser {
    fn next_is(&mut self, wanted: &str) -> bool {
        let found = self
            .tokens
            .get(self.position)
            .is_some_and(|own| own == wanted);
        self.position += usize::from(found);
        found
    }

    fn call(&mut self, name: &str) -> bool {
        let start = self.position;
        let found = [".", name, "(", ")"]
            .iter()
            .all(|token| self.next_is(token));
        if !found {
            self.position = start;
        }
        found
    }

    fn implication(&mut self, depth: usize) -> Option<Existence> {
        let mut left = self.disjunction(depth)?;
        while self.next_is("implies") {
            let right = self.disjunction(depth)?;
            left = Existence::Or(Box::new(Existence::Not(Box::new(left))), Box::new(right));
        }
        Some(left)
    }

    fn disjunction(&mut self, depth: usize) -> Option<Existence> {
        let mut left = self.conjunction(depth)?;
        loop {
            let make = if self.next_is("or") {
                Existence::Or
            } else if self.next_is("xor") {
                Existence::Xor
            } else {
                return Some(left);
            };
            let right = self.conjunction(depth)?;
            left = make(Box::new(left), Box::new(right));
        }
    }

    fn conjunction(&mut self, depth: usize) -> Option<Existence> {
        let mut left = self.term(depth)?;
        while self.next_is("and") {
            let right = self.term(depth)?;
            left = Existence::And(Box::new(left), Box::new(right));
        }
        Some(left)
    }

    fn term(&mut self, depth: usize) -> Option<Existence> {
        let mut term = if self.next_is("(") {
            if depth >= MAX_DEPTH {
                return None;
            }
            let inner = self.implication(depth + 1)?;
            self.next_is(")").then_some(inner)?
        } else {
            let name = self.tokens.get(self.position)?.clone();
            if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
                return None;
            }
            self.position += 1;
            let exists = Existence::Exists(name);
            if self.call("exists") {
                exists
            } else if self.call("empty") {
                Existence::Not(Box::new(exists))
            } else {
                return None;
            }
        };
        while self.call("not") {
            term = Existence::Not(Box::new(term));
        }
        Some(term)
    }
}

#[cfg(test)]
mod tests {
    use super::Existence;
    use std::collections::BTreeSet;

    #[test]
    fn operators_bind_as_in_fhirpath() {
        let holds = |expression: &str, names: &[&str]| {
            let parsed = Existence::parse(expression).expect("it speaks of existence alone");
            parsed.holds(&names.iter().copied().collect::<BTreeSet<_>>())
        };
        let rat_1 = "(numerator.empty() xor denominator.exists()) and (numerator.exists() or extension.exists())";
        assert!(holds(rat_1, &["numerator", "denominator"]));
        assert!(!holds(rat_1, &["numerator"]));
        assert!(holds(rat_1, &["extension"]));
        assert!(holds("a.exists() or b.exists() and c.exists()", &["a"]));
        assert!(holds("a.exists() implies b.exists().not()", &["b"]));
        assert!(!holds("a.exists() implies b.exists().not()", &["a", "b"]));
    }

    #[test]
    fn what_speaks_of_more_is_left_alone() {
        for expression in [
            "code = 'x'",
            "a.b.exists()",
            "name.exists() and",
            "exists()",
            "all(a.exists())",
            "contained.contained.empty()",
            "(a.exists()",
            "",
        ] {
            assert_eq!(Existence::parse(expression), None, "{expression}");
        }
    }
}

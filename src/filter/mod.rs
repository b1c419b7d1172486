//! `--filter`: which scenarios run and which checks count, as an expression over suite, scenario,
//! tag, type, interaction, check, requirement and level.
//!
//! Before a run not everything is known: which checks a step will make depends on what the server
//! answers. Where an expression cannot be decided yet, the scenario runs; its checks are held to
//! the same expression once they are there.

mod known;
mod parse;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use known::Known;
pub use parse::FilterError;

use crate::fhir::codes;

codes! {
    /// What a filter can ask about.
    Key {
        /// Name of a suite.
        Suite = "suite",
        /// Id of a scenario, with the type where it is repeated.
        Scenario = "scenario",
        /// Tag of a suite or scenario; `reads` and `writes` are given by what the steps do.
        Tag = "tag",
        /// Resource type.
        Type = "type",
        /// RESTful interaction.
        Interaction = "interaction",
        /// Check.
        Check = "check",
        /// Requirement.
        Requirement = "requirement",
        /// How binding: SHALL, SHOULD or MAY.
        Level = "level",
    }
}

/// An expression over [`Key`]s.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Filter {
    root: Expression,
    text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Expression {
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    Not(Box<Expression>),
    Is(Test),
}

/// One of these values; `*` stands for any text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Test {
    key: Key,
    values: Vec<Value>,
}

/// A value, and where it stands in the text, in characters from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Value {
    text: String,
    column: usize,
}

/// What a filter is held to: `None` is not known yet; an empty list is known to be nothing.
pub trait Subject {
    /// The values of a key.
    fn values(&self, key: Key) -> Option<Vec<&str>>;

    /// Where the values are not known yet: those that there may be, if so much is known.
    fn possible(&self, _key: Key) -> Option<Vec<&str>> {
        None
    }
}

impl Filter {
    /// Reads an expression such as `type = Patient and not level = MAY`.
    ///
    /// # Errors
    /// What was expected, and where.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        Ok(Self {
            root: parse::parse(text)?,
            text: text.to_owned(),
        })
    }

    /// Whether something is selected; `None` where that cannot be said yet.
    #[must_use]
    pub fn selects(&self, subject: &dyn Subject) -> Option<bool> {
        self.root.holds(subject)
    }

    /// Holds every value to what is known of its key.
    ///
    /// # Errors
    /// The first word that names nothing, with a guess.
    pub fn check(&self, known: &Known) -> Result<(), FilterError> {
        self.root.tests(&mut |test| {
            test.values
                .iter()
                .try_for_each(|value| known.check(test.key, value, &self.text))
        })
    }
}

impl TryFrom<String> for Filter {
    type Error = FilterError;

    fn try_from(text: String) -> Result<Self, FilterError> {
        Self::parse(&text)
    }
}

impl From<Filter> for String {
    fn from(filter: Filter) -> Self {
        filter.text
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Expression {
    fn holds(&self, subject: &dyn Subject) -> Option<bool> {
        match self {
            Self::Is(test) => test.holds(subject),
            Self::Not(inner) => inner.holds(subject).map(|holds| !holds),
            Self::And(left, right) => match (left.holds(subject), right.holds(subject)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Self::Or(left, right) => match (left.holds(subject), right.holds(subject)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
        }
    }

    fn tests(
        &self,
        visit: &mut dyn FnMut(&Test) -> Result<(), FilterError>,
    ) -> Result<(), FilterError> {
        match self {
            Self::Is(test) => visit(test),
            Self::Not(inner) => inner.tests(visit),
            Self::And(left, right) | Self::Or(left, right) => {
                left.tests(visit)?;
                right.tests(visit)
            }
        }
    }
}

impl Test {
    fn holds(&self, subject: &dyn Subject) -> Option<bool> {
        let fits = |found: Vec<&str>| {
            found.iter().any(|text| {
                let mut values = self.values.iter();
                values.any(|value| crate::wording::fits(&value.text, text))
            })
        };
        match subject.values(self.key) {
            Some(found) => Some(fits(found)),
            // What there cannot be is known not to be; what there may be is not known.
            None => subject
                .possible(self.key)
                .is_some_and(|possible| !fits(possible))
                .then_some(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Filter, Key, Subject};

    struct Check {
        known: bool,
    }

    impl Subject for Check {
        fn values(&self, key: Key) -> Option<Vec<&str>> {
            match key {
                Key::Suite => Some(vec!["discover"]),
                Key::Type => Some(vec!["Patient"]),
                Key::Requirement => self.known.then(|| vec!["READ-1.status", "READ-1.id"]),
                Key::Level => self.known.then(|| vec!["SHALL"]),
                _ => Some(Vec::new()),
            }
        }
    }

    /// A step that will make one of two checks, or both.
    struct Step;

    impl Subject for Step {
        fn values(&self, _: Key) -> Option<Vec<&str>> {
            None
        }

        fn possible(&self, key: Key) -> Option<Vec<&str>> {
            (key == Key::Check).then(|| vec!["read-status", "read-id"])
        }
    }

    #[test]
    fn what_there_may_be_decides_only_against_the_rest() {
        let selects = |text: &str| Filter::parse(text).expect("fits").selects(&Step);
        assert_eq!(selects("check = read-id"), None);
        assert_eq!(selects("not check = read-id"), None);
        assert_eq!(selects("check = search-id"), Some(false));
        assert_eq!(selects("not check = search-id"), Some(true));
        assert_eq!(selects("level = SHALL"), None);
    }

    fn selects(text: &str, known: bool) -> Option<bool> {
        Filter::parse(text).expect("fits").selects(&Check { known })
    }

    #[test]
    fn and_or_not_and_parentheses() {
        assert_eq!(selects("type = Patient", true), Some(true));
        assert_eq!(selects("type != Patient", true), Some(false));
        assert_eq!(selects("type = Claim, Patient", true), Some(true));
        assert_eq!(
            selects("not type = Claim and level = shall", true),
            Some(true)
        );
        assert_eq!(
            selects(
                "(suite = enrolment or suite = discover) and requirement = READ-1.*",
                true
            ),
            Some(true)
        );
        assert_eq!(
            selects("suite = enrolment or type = Claim and level = SHALL", true),
            Some(false)
        );
        assert_eq!(
            selects("tag = smoke", true),
            Some(false),
            "known to have none"
        );
    }

    #[test]
    fn what_is_not_known_yet_decides_only_where_it_matters() {
        assert_eq!(selects("requirement = READ-1.status", false), None);
        assert_eq!(selects("not requirement = READ-1.status", false), None);
        assert_eq!(
            selects("type = Claim and requirement = X-1", false),
            Some(false)
        );
        assert_eq!(
            selects("type = Patient or requirement = X-1", false),
            Some(true)
        );
    }
}

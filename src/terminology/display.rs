//! Whether a display belongs to its code.
//!
//! A display is compared without regard to case and to the amount of white space, with the
//! display of the code system, its designations in any language, and the display that the value
//! set gives the code. R4 leaves the comparison open; a display that differs in more than
//! that says something else than the code, which is a danger to whoever reads it.

use super::compile::Known;
use super::members::Members;
use super::membership::Display;
use super::{RuleSystem, Terminology};

impl Terminology {
    /// Whether the display is one of the code's.
    #[must_use]
    pub fn display(&self, system: &str, code: &str, display: &str) -> Display {
        self.display_among(system, code, display, None)
    }

    /// The same, where a value set may give the code a display of its own.
    #[must_use]
    pub fn display_in(
        &self,
        members: &Members,
        system: &str,
        code: &str,
        display: &str,
    ) -> Display {
        self.display_among(system, code, display, members.display(system, code))
    }

    fn display_among(&self, system: &str, code: &str, display: &str, own: Option<&str>) -> Display {
        let known = self.current(system);
        let concept = match &known {
            Known::System(system) => system.concept(code),
            // UCUM has many names for a unit and none is its display; the code itself is fine.
            Known::Rule(RuleSystem::Ucum(_)) => return Display::Unknown,
            Known::Rule(_) | Known::Nothing(_) => None,
        };
        let listed = concept.into_iter().flat_map(|concept| {
            let designations = concept.designations.iter();
            concept.display.iter().chain(designations)
        });
        let expected = || own.into_iter().chain(listed.clone().map(String::as_str));
        if expected().next().is_none() {
            return Display::Unknown;
        }
        if expected().any(|expected| expected == display || same(expected, display)) {
            return Display::Right;
        }
        let mut expected: Vec<String> = expected().map(str::to_owned).collect();
        expected.dedup();
        Display::Wrong { expected }
    }
}

fn same(expected: &str, found: &str) -> bool {
    fn words(text: &str) -> impl Iterator<Item = String> {
        text.split_whitespace().map(str::to_lowercase)
    }
    words(expected).eq(words(found))
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn case_and_white_space_do_not_matter_and_words_do() {
        assert!(same("Never Married", " never  married"));
        assert!(same("ÉTÉ", "été"));
        assert!(!same("Never Married", "Married"));
        assert!(!same("Never Married", "NeverMarried"));
        assert!(!same("Male", ""));
    }
}

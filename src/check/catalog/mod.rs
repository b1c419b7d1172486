//! Every check by name, with the requirements it shows; a file for each area.

use std::sync::LazyLock;

use crate::requirement;
use crate::result::Level;

/// One check.
#[derive(Debug, PartialEq, Eq)]
pub struct Check {
    /// Stable name, such as `read-status`.
    pub id: &'static str,
    /// The requirements it shows.
    pub requirements: &'static [&'static str],
    /// What it looks at, in words.
    pub title: &'static str,
}

impl Check {
    /// How binding: the strictest of its requirements.
    #[must_use]
    pub fn level(&self) -> Level {
        self.requirements
            .iter()
            .filter_map(|id| requirement::get(id))
            .map(|requirement| requirement.level)
            .min()
            .unwrap_or(Level::May)
    }
}

/// Declares the checks of an area, and the list of them.
macro_rules! checks {
    ($list:ident: $($name:ident = $id:literal, [$($requirement:literal),+ $(,)?], $title:literal;)+) => {
        $(#[doc = $title] pub const $name: Check = Check { id: $id, requirements: &[$($requirement),+], title: $title };)+
        /// The checks of this area.
        pub(super) const $list: &[&Check] = &[$(&$name),+];
    };
}

/// The areas, in the order in which their checks are listed.
macro_rules! areas {
    ($($area:ident: $list:ident),+ $(,)?) => {
        $(mod $area; pub use $area::*;)+
        const AREAS: &[&[&Check]] = &[$($area::$list),+];
    };
}

areas! {
    capabilities: ALL_OF_CAPABILITIES,
    content: ALL_OF_CONTENT,
    security: ALL_OF_SECURITY,
    search: ALL_OF_SEARCH,
    paging: ALL_OF_PAGING,
    read: ALL_OF_READ,
    errors: ALL_OF_ERRORS,
    create: ALL_OF_CREATE,
    write: ALL_OF_WRITE,
    workflows: ALL_OF_WORKFLOWS,
    validity: ALL_OF_VALIDITY,
    references: ALL_OF_REFERENCES,
    robustness: ALL_OF_ROBUSTNESS,
}

static ALL: LazyLock<Vec<&'static Check>> = LazyLock::new(|| AREAS.concat());

/// Every check.
#[must_use]
pub fn all() -> &'static [&'static Check] {
    &ALL
}

/// The check of that name.
#[must_use]
pub fn get(id: &str) -> Option<&'static Check> {
    all().iter().copied().find(|check| check.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_names_requirements_that_exist() {
        for check in all() {
            for id in check.requirements {
                assert!(requirement::get(id).is_some(), "{} names {id}", check.id);
            }
        }
    }

    #[test]
    fn names_are_distinct() {
        let mut ids: Vec<_> = all().iter().map(|check| check.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all().len());
    }
}

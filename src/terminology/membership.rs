//! The answers: a code is in a set, is not, or nobody can say offline. Each answer that is not
//! yes carries its reason as plain data and says it as the part of a message.

use std::fmt;

/// Whether a code is in a value set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Membership {
    /// It is.
    Yes,
    /// It is not.
    No(NotMember),
    /// It cannot be known offline.
    Unknown(UnknownReason),
}

impl Membership {
    /// Whether the code is in the set for certain.
    #[must_use]
    pub const fn is_yes(&self) -> bool {
        matches!(self, Self::Yes)
    }

    /// Whether the code is not in the set for certain.
    #[must_use]
    pub const fn is_no(&self) -> bool {
        matches!(self, Self::No(_))
    }
}

/// Why a code is not in a value set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotMember {
    /// The set has no code of that system.
    OtherSystem,
    /// The set has codes of that system, this one not.
    NotListed,
    /// The set leaves the code out by name (`exclude`).
    Excluded,
    /// A Coding without a system is in no set.
    NoSystem,
    /// The code breaks the grammar or is missing from the table of its system.
    NotInSystem(String),
}

impl fmt::Display for NotMember {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherSystem => formatter.write_str("the value set has no code of that system"),
            Self::NotListed => formatter.write_str("the value set does not have that code"),
            Self::Excluded => formatter.write_str("the value set excludes that code"),
            Self::NoSystem => formatter.write_str("a coding without a `system` is in no value set"),
            Self::NotInSystem(why) => formatter.write_str(why),
        }
    }
}

/// Why an answer cannot be known offline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnknownReason {
    /// No package has the value set.
    NoValueSet(String),
    /// The value set is there and says nothing of its codes.
    NoCompose(String),
    /// No package has the code system, and no rule of ours stands for it.
    NoCodeSystem(String),
    /// A package has the code system, but not all of its codes.
    Incomplete(String),
    /// A version of the code system is asked for that no package has.
    OtherVersion {
        /// The code system.
        system: String,
        /// The version asked for.
        version: String,
    },
    /// A filter that cannot be evaluated on what is known of the system.
    Filter {
        /// The code system.
        system: String,
        /// `property op value`.
        filter: String,
    },
    /// Value sets import each other in a circle.
    Cycle(String),
}

impl fmt::Display for UnknownReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoValueSet(url) => write!(formatter, "no package has the value set `{url}`"),
            Self::NoCompose(url) => write!(formatter, "the value set `{url}` lists no codes"),
            Self::NoCodeSystem(url) => {
                write!(formatter, "the code system `{url}` cannot be known offline")
            }
            Self::Incomplete(url) => {
                write!(formatter, "only part of the code system `{url}` is known")
            }
            Self::OtherVersion { system, version } => {
                write!(
                    formatter,
                    "version `{version}` of the code system `{system}` is not known"
                )
            }
            Self::Filter { system, filter } => write!(
                formatter,
                "the filter `{filter}` on the code system `{system}` cannot be evaluated offline"
            ),
            Self::Cycle(url) => {
                write!(
                    formatter,
                    "the value set `{url}` imports itself in a circle"
                )
            }
        }
    }
}

/// Whether a code is one of its system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeCheck {
    /// It is.
    Valid,
    /// It is not, and why.
    Invalid(String),
    /// It cannot be known offline.
    Unknown(UnknownReason),
}

/// Whether a display belongs to its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Display {
    /// It does.
    Right,
    /// It does not.
    Wrong {
        /// The displays and designations that would.
        expected: Vec<String>,
    },
    /// Nothing is known of the code's displays.
    Unknown,
}

//! Code systems that no package lists and that are a grammar or a short table all the same.
//! The tables are facts: ISO 3166-1, ISO 4217, ISO 639 and ISO 15924 codes, and the
//! names of the IANA time zone database 2025b. A country, currency or zone that came later is
//! refused until its table here is brought up to date.

mod country;
mod currency;
mod language;
mod mime;
mod time_zone;
mod unit;

use crate::fhirpath::ucum::Unit;

/// A code system known by rule.
#[derive(Debug, Clone)]
pub(super) enum RuleSystem {
    /// Units; where one is given, only those that measure the same as it.
    Ucum(Option<Unit>),
    /// MIME types (BCP 13).
    Mime,
    /// Languages (BCP 47).
    Language,
    /// ISO 4217.
    Currency,
    /// ISO 3166-1: alpha-2, alpha-3 and numeric.
    Country,
    /// ISO 3166-2.
    Subdivision,
    /// IANA time zones.
    TimeZone,
}

/// What a rule says of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Valid,
    /// Not a code of the system, and why.
    Invalid(String),
    /// Well formed, and the rule knows no more.
    Unknown,
}

impl RuleSystem {
    /// The rule of a code system's URL.
    pub(super) fn of(url: &str) -> Option<Self> {
        match url {
            "http://unitsofmeasure.org" => Some(Self::Ucum(None)),
            "urn:ietf:bcp:13" => Some(Self::Mime),
            "urn:ietf:bcp:47" => Some(Self::Language),
            "urn:iso:std:iso:4217" => Some(Self::Currency),
            "urn:iso:std:iso:3166" => Some(Self::Country),
            "urn:iso:std:iso:3166:-2" => Some(Self::Subdivision),
            "https://www.iana.org/time-zones" => Some(Self::TimeZone),
            _ => None,
        }
    }

    /// The URL of the code system.
    pub(super) const fn url(&self) -> &'static str {
        match self {
            Self::Ucum(_) => "http://unitsofmeasure.org",
            Self::Mime => "urn:ietf:bcp:13",
            Self::Language => "urn:ietf:bcp:47",
            Self::Currency => "urn:iso:std:iso:4217",
            Self::Country => "urn:iso:std:iso:3166",
            Self::Subdivision => "urn:iso:std:iso:3166:-2",
            Self::TimeZone => "https://www.iana.org/time-zones",
        }
    }

    /// The units that measure the same as the given one; `None` if this is not UCUM.
    pub(super) fn of_dimension(&self, canonical: &str) -> Option<Self> {
        match self {
            Self::Ucum(None) => Some(Self::Ucum(Some(Unit::parse(canonical).ok()?))),
            _ => None,
        }
    }

    /// Whether the code is one of the system.
    pub(super) fn check(&self, code: &str) -> Answer {
        match self {
            Self::Ucum(canonical) => unit::check(code, canonical.as_ref()),
            Self::Mime => mime::check(code),
            Self::Language => language::check(code),
            Self::Currency => currency::check(code),
            Self::Country => country::check(code),
            Self::Subdivision => country::check_subdivision(code),
            Self::TimeZone => time_zone::check(code),
        }
    }
}

/// An [`Answer`] with its reason made only if needed.
fn valid_if(is_valid: bool, why: impl FnOnce() -> String) -> Answer {
    if is_valid {
        Answer::Valid
    } else {
        Answer::Invalid(why())
    }
}

//! Pseudonyms for everything personal in what a run writes: bodies, URLs, error texts, messages.
//!
//! A pseudonym keeps the JSON type, the length, the character classes, the precision of a date and
//! equality, so that the same checks give the same verdicts on a recording. Checks see the real
//! data and run before; redaction is the last thing before anything is written.
//!
//! What is personal is data: `fixtures/personal-data.json`. It errs on the safe side: what FHIR
//! does not know, and every extension that is not listed, is personal, and of a server's messages
//! only those words stay that are known to be nobody's name.
//!
//! Deliberately not here: secrets (they are gone when an exchange is made), and the codes, numbers
//! and dates of care, which are what is tested.

mod address;
mod broken;
mod cipher;
mod date;
mod elements;
mod key;
mod known;
mod leaves;
mod markup;
mod message;
mod redactor;
mod rules;
mod spelling;
mod text;
mod vocabulary;

pub use key::Key;
pub use redactor::Redactor;

/// Whether resources of that type are about people: not about things, rules and places alone.
#[must_use]
pub fn has_personal_data(resource_type: &str) -> bool {
    !rules::RULES.is_thing(resource_type)
}

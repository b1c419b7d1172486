//! Checks: a requirement held against what the server did.
//!
//! Each check is named in the [`catalog`]; the other files hold the judging, which is pure: it
//! sees answers and says what it finds. Sending is the runner's.

pub mod catalog;
pub mod compare;
pub mod create;
pub mod exchange;
pub mod expectation;
mod judgement;
pub mod page;
pub mod protocol;
pub mod read;
pub mod round_trip;
pub mod search;
pub mod twin;
pub mod validity;

pub use catalog::Check;
pub use judgement::Judgement;

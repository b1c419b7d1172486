//! Judging searches: what an answer holds ([`answer`]), what a parameter searches in a resource
//! ([`parameter`], [`value`]), what was sought and whether a resource has it ([`sought`],
//! [`moment`], [`forms`]), and the checks of one area each.
//!
//! It shares nothing with the built-in server's search: each is held against the other.

pub mod answer;
pub mod criteria;
pub mod forms;
pub mod moment;
pub mod paging;
pub mod parameter;
pub mod results;
pub mod sample;
pub mod sought;
pub mod subset;
pub mod value;

pub use answer::{Answer, Found, Reply, decoded};
pub use parameter::Parameter;
pub use sample::Sample;
pub use sought::Sought;

//! Each check catches the fault it is for, and leaves the right behaviour alone: suites replayed in
//! this process against the built-in server, with a fault and without. A module for each area.

mod capabilities;
mod content;
mod errors;
mod flows;
mod paging;
mod read;
mod real;
mod references;
mod robustness;
mod search;
mod security;
mod support;
mod validity;
mod wording;
mod write;

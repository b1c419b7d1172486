//! The reference server as a client sees it: over HTTP, one test for each behaviour, and one for
//! each fault that shows the difference it makes.

mod access;
mod client;
mod content;
mod create;
mod faults;
mod flows;
mod paging;
mod read;
mod robustness;
mod search;
mod update;

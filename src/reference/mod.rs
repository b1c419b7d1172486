//! The built-in reference server: a real HTTP server that behaves as FHIR R4 and the guide ask.
//!
//! It is the known-good end of every test: a check that fails here is wrong, and a check that
//! passes while one of the [`Fault`]s is switched on cannot fail. So it shares nothing with the
//! checks: it has its own search, its own rules for what a create must hold, and knows no
//! requirement, finding or scenario.
//!
//! A request in one paragraph: axum hands it over, [`message::Request`] takes it apart, the faults
//! that are switched on may change it, [`service`] authenticates it, negotiates the media type and
//! carries the interaction out on the [`store`], and the faults may change the
//! [`message::Response`] that goes back.
//!
//! Deliberately not here: validation against profiles (each create is held to a few plain rules),
//! XML, batch and transaction, conditional create and update.

mod account;
mod capability;
mod chaos;
mod element;
mod fault;
mod flow;
mod guide;
mod interaction;
mod login;
mod media_type;
mod message;
mod outcome;
mod resource_type;
mod route;
mod rule;
mod search;
mod seed;
mod server;
mod service;
mod store;
mod time;
mod tree;

pub use chaos::{AUTHORITY, Chaos, ChaosServer};
pub use fault::Fault;

pub use server::{OTHER_USERS, Options, PASSWORD, Server, USER};

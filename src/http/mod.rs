//! Talking to the server under test: the client, what was said, and what may not be said.
//!
//! Deliberately not here: what an answer means. A server's misbehaviour is an [`Exchange`] like any
//! other, judged by the checks; personal data is taken out later, by the redaction, because the
//! checks need to see it. Secrets are taken out here.

mod account;
mod body;
mod client;
mod credentials;
mod curl;
mod exchange;
mod failure;
mod guard;
mod headers;
mod health;
mod load;
mod login;
mod options;
mod playback;
mod redirect;
mod request;
mod scrub;
mod secret;
mod secret_forms;
mod session;
mod throttle;
mod transport;

pub use account::{Accounts, Standing};
pub use client::Client;
pub use credentials::{
    Credentials, CredentialsError, PASSWORD_VARIABLE, TOKEN_VARIABLE, USER_VARIABLE,
};
pub use exchange::{
    BodyFault, BodyFaultKind, Exchange, FailureKind, Method, Outcome, Redirect, Request, Response,
    TransportFailure,
};
pub use load::Load;
pub use login::LoginMethod;
pub use options::{Alarm, ClientError, ClientOptions, Mode, Observer};
pub use playback::Playback;
pub use request::{RedirectPolicy, RequestSpec, TokenUse, percent_encoded};
pub use secret::Secret;
pub use session::{Login, LoginOutcome};

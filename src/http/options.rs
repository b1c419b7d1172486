//! What a client is made from, and what is wrong with it where none can be made.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use url::Url;

use super::{Accounts, Credentials, Exchange, LoginMethod, Playback};
use crate::fhir::codes;

codes! {
    /// What may be sent to the target.
    Mode {
        /// GET, HEAD, OPTIONS and the login.
        Read = "read",
        /// Everything.
        Write = "write",
    }
}

/// Called with every exchange as soon as it ended, also those that [`super::Client::send`] does
/// not return: renewed logins, and attempts that were answered with 429 or 503.
pub type Observer = Arc<dyn Fn(&Exchange) + Send + Sync>;

/// Called, with the reason, when the answers say that the run harms the server.
pub type Alarm = Arc<dyn Fn(String) + Send + Sync>;

/// What a client is made from.
#[derive(Clone)]
pub struct ClientOptions {
    /// The FHIR base; a missing final slash is added.
    pub base: Url,
    /// What may be sent.
    pub mode: Mode,
    /// Whether `POST [type]/_search` may be sent in read mode (R4 3.1.0.1: a search either way).
    pub search_by_post: bool,
    /// The account, if there is one.
    pub credentials: Option<Credentials>,
    /// Further accounts, which may do less.
    pub accounts: Accounts,
    /// How to log in.
    pub login: LoginMethod,
    /// Where to log in with openIMIS's own way, relative to the base.
    pub login_path: String,
    /// Longest time until connected, TLS included.
    pub connect_timeout: Duration,
    /// Longest time for one request, from connecting to the last byte of the body.
    pub timeout: Duration,
    /// Most bytes of a body that are kept, counted after decompression.
    pub max_body: usize,
    /// PEM file with certificates to trust beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// PEM file with a certificate of ours and its key, for mutual TLS.
    pub identity_file: Option<PathBuf>,
    /// A proxy through which everything goes.
    pub proxy: Option<Url>,
    /// Whether a proxy named by the environment is used; never for loopback.
    pub proxy_from_environment: bool,
    /// Most requests at the same time.
    pub concurrency: usize,
    /// Most requests per second, if bounded.
    pub max_rate: Option<f64>,
    /// Sees every exchange.
    pub observer: Option<Observer>,
    /// Called, with the reason, when the answers say that the run harms the server.
    pub alarm: Option<Alarm>,
    /// A recording that answers in the target's place; then nothing is sent.
    pub playback: Option<Playback>,
}

impl ClientOptions {
    /// Reading, without an account, gently.
    #[must_use]
    pub fn new(base: Url) -> Self {
        Self {
            base,
            mode: Mode::Read,
            search_by_post: false,
            credentials: None,
            accounts: Accounts::new(),
            login: LoginMethod::default(),
            login_path: "login/".to_owned(),
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            max_body: 32 << 20,
            ca_file: None,
            identity_file: None,
            proxy: None,
            proxy_from_environment: true,
            concurrency: 4,
            max_rate: None,
            observer: None,
            alarm: None,
            playback: None,
        }
    }
}

/// Why no client can be made: bad arguments, not a bad server.
#[derive(Debug, Error)]
pub enum ClientError {
    /// Not an address of an HTTP server.
    #[error(
        "the target `{base}` {fault}: expected an address such as `https://imis.example.org/api/api_fhir_r4/`"
    )]
    Base {
        /// The address, without any account.
        base: String,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// The login path leads elsewhere.
    #[error("the login path `{0}` leaves the target's origin: expected a path such as `login/`")]
    LoginPath(String),
    /// The CA file cannot be read.
    #[error("cannot read the CA file `{}`: {source}", path.display())]
    CaUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The CA file holds no certificate.
    #[error(
        "the CA file `{}` holds no usable certificate: expected PEM text with `-----BEGIN CERTIFICATE-----`",
        path.display()
    )]
    CaMalformed {
        /// The file.
        path: PathBuf,
    },
    /// The file with the client's certificate is of no use.
    #[error(
        "expected PEM text with a certificate and its private key in `{}`, found: {fault}",
        path.display()
    )]
    Identity {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: String,
    },
    /// The proxy's address is none.
    #[error("expected a proxy such as `http://proxy.example.org:3128`, found `{0}`")]
    Proxy(String),
    /// The TLS library could not be set up.
    #[error("cannot set up TLS: {0}; with a CA file the system's certificates are not needed")]
    Tls(String),
}

/// The base with its final slash, if it can be one.
pub(super) fn checked_base(base: &Url) -> Result<Url, ClientError> {
    let mut shown = base.clone();
    // Neither can fail for an address that has a host, and without one nothing is shown of it.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.set_query(None);
    shown.set_fragment(None);
    let fault = if !matches!(base.scheme(), "http" | "https") {
        "is neither http nor https"
    } else if base.host_str().is_none_or(str::is_empty) {
        "names no host"
    } else if !base.username().is_empty() || base.password().is_some() {
        "holds an account, which belongs into the environment or a file"
    } else if base.query().is_some() || base.fragment().is_some() {
        "has a query or a fragment"
    } else {
        if !shown.path().ends_with('/') {
            let path = format!("{}/", shown.path());
            shown.set_path(&path);
        }
        return Ok(shown);
    };
    Err(ClientError::Base {
        base: shown.to_string(),
        fault,
    })
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::checked_base;

    #[test]
    fn a_base_ends_with_a_slash() {
        let base = Url::parse("http://h/api/api_fhir_r4").expect("url");
        let checked = checked_base(&base).expect("a base");
        assert_eq!(checked.as_str(), "http://h/api/api_fhir_r4/");
    }

    #[test]
    fn an_account_in_the_address_is_refused_and_not_shown() {
        let base = Url::parse("https://admin:mark@h/").expect("url");
        let error = checked_base(&base).expect_err("account").to_string();
        assert!(error.contains("`https://h/` holds an account"), "{error}");
        assert!(!error.contains("mark") && !error.contains("admin"));
    }

    #[test]
    fn other_schemes_and_queries_are_refused() {
        for address in ["ftp://h/", "file:///etc/", "http://h/?token=mark", "data:x"] {
            let error = checked_base(&Url::parse(address).expect("url"))
                .expect_err(address)
                .to_string();
            assert!(!error.contains("mark"), "{error}");
        }
    }
}

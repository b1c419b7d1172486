//! What may not be sent: another origin never, a write in read mode never. A refusal here is made
//! before the network is touched.

use url::Url;

use super::{FailureKind, Method, Mode, Standing, TransportFailure};

/// What a run may send, and where.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    pub(super) base: Url,
    pub(super) mode: Mode,
    pub(super) search_by_post: bool,
}

impl Guard {
    /// The absolute address of a request, if it stays with the target.
    pub(super) fn address(&self, url: &str) -> Result<Url, TransportFailure> {
        let address = self.base.join(url).map_err(|error| {
            refusal(format!(
                "`{url}` is not an address ({error}): expected one relative to `{}` or absolute",
                self.base
            ))
        })?;
        if !self.is_own(&address) {
            return Err(refusal(format!(
                "`{url}` leads to {}, the target is {}: another origin is never asked, because \
                 the login and patients' data must not go there; links and references of the \
                 server should use the address by which it was called",
                origin(&address),
                origin(&self.base),
            )));
        }
        if !address.username().is_empty() || address.password().is_some() {
            return Err(refusal(
                "an address with an account in it is never asked".to_owned(),
            ));
        }
        Ok(address)
    }

    /// Whether an address has the target's scheme, host and port.
    pub(super) fn is_own(&self, address: &Url) -> bool {
        address.origin() == self.base.origin()
    }

    /// Whether the method may be sent to that address in this mode.
    pub(super) fn method(&self, method: Method, address: &Url) -> Result<(), TransportFailure> {
        let allowed = match (self.mode, method) {
            (Mode::Write, _) | (Mode::Read, Method::Get | Method::Head | Method::Options) => true,
            (Mode::Read, Method::Post) => self.search_by_post && is_search(address),
            (Mode::Read, Method::Put | Method::Patch | Method::Delete) => false,
        };
        if allowed {
            return Ok(());
        }
        Err(refusal(format!(
            "{method} {} is not sent in read mode: use `--mode write` on a server whose data may \
             be changed",
            address.path()
        )))
    }
}

fn is_search(address: &Url) -> bool {
    address.path().trim_end_matches('/').ends_with("/_search")
}

fn origin(address: &Url) -> String {
    address.origin().ascii_serialization()
}

/// A request of an account that the run does not have.
pub(super) fn no_account(standing: Standing) -> TransportFailure {
    refusal(format!(
        "expected an account `{standing}` to send this with, found none: give one with --account \
         {standing}=USER"
    ))
}

pub(super) fn refusal(message: String) -> TransportFailure {
    TransportFailure {
        failure: FailureKind::Guard,
        message,
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{Guard, Method, Mode};

    fn guard(mode: Mode, search_by_post: bool) -> Guard {
        Guard {
            base: Url::parse("https://h:8443/api/api_fhir_r4/").expect("url"),
            mode,
            search_by_post,
        }
    }

    #[test]
    fn addresses_stay_with_the_origin() {
        let guard = guard(Mode::Read, false);
        let own = |url: &str| guard.address(url).map(|address| address.to_string());
        assert_eq!(
            own("Patient/?x=1").expect("own"),
            "https://h:8443/api/api_fhir_r4/Patient/?x=1"
        );
        assert_eq!(own("/ready").expect("own"), "https://h:8443/ready");
        for foreign in [
            "http://h:8443/api/",
            "https://h/api/",
            "https://other:8443/",
            "//other/x",
            "\\\\other\\x",
            "file:///etc/passwd",
            "urn:uuid:1",
            "javascript:alert(1)",
            "https://user@h:8443/",
            "https://[",
        ] {
            assert!(own(foreign).is_err(), "{foreign}");
        }
    }

    #[test]
    fn read_mode_sends_no_write() {
        let reading = guard(Mode::Read, false);
        let address = reading.address("Patient/").expect("own");
        for &method in Method::ALL {
            let safe = matches!(method, Method::Get | Method::Head | Method::Options);
            assert_eq!(reading.method(method, &address).is_ok(), safe, "{method}");
            assert!(guard(Mode::Write, false).method(method, &address).is_ok());
        }
    }

    #[test]
    fn a_search_by_post_is_sent_only_where_allowed() {
        let address = |url: &str| guard(Mode::Read, true).address(url).expect("own");
        let search = address("Patient/_search");
        assert!(
            guard(Mode::Read, false)
                .method(Method::Post, &search)
                .is_err()
        );
        assert!(
            guard(Mode::Read, true)
                .method(Method::Post, &search)
                .is_ok()
        );
        for other in ["Patient/", "Patient/x_search", "Patient/?a=/_search"] {
            let result = guard(Mode::Read, true).method(Method::Post, &address(other));
            assert!(result.is_err(), "{other}");
        }
    }
}

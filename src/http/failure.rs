//! What the network did, in words that a tester understands.

use std::error::Error;
use std::io;

use rustls::{AlertDescription, CertificateError, InvalidMessage};
use url::Url;

use super::{FailureKind, TransportFailure};

/// Why no response came.
pub(super) fn explain(error: &reqwest::Error, address: &Url) -> TransportFailure {
    let place = place(address);
    let (failure, message) = tls(error, address)
        .or_else(|| connection(error, &place))
        .or_else(|| protocol(error, &place))
        .unwrap_or_else(|| {
            let message = format!("no answer from {place}: {}", innermost(error));
            (FailureKind::Protocol, message)
        });
    TransportFailure { failure, message }
}

/// The answer did not come in time although a connection was made.
pub(super) fn no_answer(address: &Url, seconds: f64) -> TransportFailure {
    TransportFailure {
        failure: FailureKind::Timeout,
        message: format!(
            "{} accepted the connection but sent no answer within {seconds} s: look into the \
             server's log, or allow more time",
            place(address)
        ),
    }
}

/// `host:port`
pub(super) fn place(address: &Url) -> String {
    let host = address.host_str().unwrap_or_default();
    match address.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

type Explained = Option<(FailureKind, String)>;

fn tls(error: &reqwest::Error, address: &Url) -> Explained {
    let tls = find::<rustls::Error>(error)?;
    let place = place(address);
    let message = match tls {
        rustls::Error::InvalidCertificate(fault) => certificate(fault, address),
        rustls::Error::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        ) => format!("{place} does not speak TLS: use `http://`, or the port for TLS"),
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired)
        | rustls::Error::AlertReceived(AlertDescription::HandshakeFailure) => format!(
            "{place} refused the TLS handshake ({tls}): it may ask for a client certificate or \
             for old ciphers"
        ),
        other => format!("the TLS handshake with {place} failed: {other}"),
    };
    Some((FailureKind::Tls, message))
}

fn certificate(fault: &CertificateError, address: &Url) -> String {
    let place = place(address);
    match fault {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => format!(
            "the certificate of {place} has expired: renew it, or check this machine's clock"
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            format!("the certificate of {place} is not valid yet: check this machine's clock")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!(
                "the certificate of {place} is for another name than `{}`: use the name it was \
                 made for, or have it made for this one",
                address.host_str().unwrap_or_default()
            )
        }
        CertificateError::Revoked => {
            format!("the certificate of {place} has been revoked: have a new one made")
        }
        CertificateError::UnknownIssuer => format!(
            "the certificate of {place} is self-signed or its issuer is not known here: give the \
             issuer's certificate with `--ca`, or have the server send the whole chain"
        ),
        other => {
            // The reader for certificates has no variant of its own for a CA that serves itself.
            let text = format!("{other:?}");
            if text.contains("CaUsedAsEndEntity") {
                format!(
                    "the certificate of {place} is self-signed: give it with `--ca`, or have \
                     one made by a certificate authority"
                )
            } else {
                format!("the certificate of {place} is not acceptable: {other}")
            }
        }
    }
}

fn connection(error: &reqwest::Error, place: &str) -> Explained {
    if error.is_dns() {
        let message = format!(
            "the host of {place} is not known ({}): check its spelling, and the network's name \
             service",
            innermost(error)
        );
        return Some((FailureKind::Dns, message));
    }
    if error.is_connect() && error.is_timeout() {
        let message = format!(
            "no connection to {place} in time: check the address, and whether a firewall drops \
             the packets"
        );
        return Some((FailureKind::Timeout, message));
    }
    let kind = find::<io::Error>(error).map(io::Error::kind);
    match kind? {
        io::ErrorKind::ConnectionRefused => Some((
            FailureKind::Refused,
            format!(
                "nothing listens at {place} (connection refused): start the server, or check the port"
            ),
        )),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => Some((
            FailureKind::Refused,
            format!("no route to {place}: check the address and this machine's network"),
        )),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => Some((FailureKind::Reset, reset(place))),
        _ => None,
    }
}

fn protocol(error: &reqwest::Error, place: &str) -> Explained {
    let http = find::<hyper::Error>(error)?;
    if http.is_incomplete_message() || http.is_closed() || http.is_canceled() {
        return Some((FailureKind::Reset, reset(place)));
    }
    if http.to_string().contains("unexpected message") {
        let message = format!(
            "{place} does not answer in HTTP (it spoke before it was asked): check the port"
        );
        return Some((FailureKind::Protocol, message));
    }
    if http.is_parse_too_large() {
        let message = format!("{place} sent headers that are too large to be meant");
        return Some((FailureKind::Protocol, message));
    }
    if http.is_parse() {
        let message = format!(
            "{place} does not answer in HTTP ({http}): check the port, and use `https://` if it \
             speaks TLS"
        );
        return Some((FailureKind::Protocol, message));
    }
    None
}

fn reset(place: &str) -> String {
    format!(
        "{place} closed the connection before it answered: look into the server's log; a crashed \
         worker and a proxy's limit look like this"
    )
}

/// The first error of that type in the chain of sources.
fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        // An `io::Error` shows its inner error's source as its own, not the inner error.
        if let Some(inner) = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            && let Some(found) = find(inner)
        {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// The last of the chain says it most plainly; no layer above it, which would show the address.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    let mut last: &dyn Error = error;
    while let Some(source) = last.source() {
        last = source;
    }
    match last.downcast_ref::<reqwest::Error>() {
        Some(_) => "the reason is not known".to_owned(),
        None => last.to_string(),
    }
}

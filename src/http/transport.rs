//! One request on the wire: reqwest in, raw answer out. Knows nothing of tokens, guards and
//! retries; redirects are answers here.

use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::header::HeaderMap;
use tokio::time::timeout_at;
use url::Url;

use super::options::ClientError;
use super::{BodyFault, BodyFaultKind, ClientOptions, Method, TransportFailure, body, failure};

/// The program's name in `User-Agent`.
pub(super) const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// The limits of one request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) timeout: Duration,
    pub(super) max_body: usize,
}

/// A request as it goes out, secrets included.
#[derive(Clone)]
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) address: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<String>,
}

/// An answer as it came in, secrets included.
pub(super) struct Incoming {
    pub(super) status: u16,
    pub(super) version: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    pub(super) fault: Option<BodyFault>,
    /// Bytes of the body as they were sent.
    pub(super) received: usize,
}

impl Incoming {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Two ways to the target: over connections that are used again, and over one of its own.
///
/// A server may close an idle connection in the moment in which it is used again, and that looks
/// like a reset. A GET that met this is sent once more over a connection of its own (RFC 9112
/// 9.3.1 allows it for idempotent methods); a write goes over one from the start.
pub(super) struct Connector {
    pooled: reqwest::Client,
    fresh: reqwest::Client,
}

/// Which connection a request goes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Connection {
    Pooled,
    Fresh,
}

/// Makes the connections' settings; connects to nothing.
pub(super) fn connector(options: &ClientOptions, base: &Url) -> Result<Connector, ClientError> {
    let build = |builder: reqwest::ClientBuilder| {
        builder
            .build()
            .map_err(|error| ClientError::Tls(failure::innermost(&error)))
    };
    Ok(Connector {
        pooled: build(builder(options, base)?)?,
        fresh: build(builder(options, base)?.pool_max_idle_per_host(0))?,
    })
}

fn builder(options: &ClientOptions, base: &Url) -> Result<reqwest::ClientBuilder, ClientError> {
    // reqwest is built without a provider of its own; a second install is refused and harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(options.connect_timeout.min(options.timeout))
        // An idle connection that the server closes just now would look like a reset; keep the
        // window shorter than servers do (gunicorn: 2 s).
        .pool_idle_timeout(Duration::from_millis(900))
        .tcp_nodelay(true)
        .referer(false);
    if let Some(proxy) = &options.proxy {
        let all = reqwest::Proxy::all(proxy.clone());
        builder = builder.proxy(all.map_err(|_| ClientError::Proxy(proxy.to_string()))?);
    } else if is_loopback(base) || !options.proxy_from_environment {
        builder = builder.no_proxy();
    }
    if let Some(path) = &options.identity_file {
        builder = builder.identity(identity(path)?);
    }
    if base.scheme() == "http" && !options.login.is_secure() {
        // Without TLS the system's certificates are not needed, and may be missing.
        builder = builder.tls_certs_only([]);
    } else if options.ca_file.is_some() {
        builder = builder.tls_certs_merge(ca_certificates(options)?);
    }
    Ok(builder)
}

fn identity(path: &Path) -> Result<reqwest::Identity, ClientError> {
    let fault = |fault: String| ClientError::Identity {
        path: path.to_owned(),
        fault,
    };
    let pem = std::fs::read(path).map_err(|error| fault(error.to_string()))?;
    // What the library says of a key may quote it.
    reqwest::Identity::from_pem(&pem).map_err(|_| fault("no usable pair of them".to_owned()))
}

fn ca_certificates(options: &ClientOptions) -> Result<Vec<reqwest::Certificate>, ClientError> {
    let Some(path) = options.ca_file.clone() else {
        return Ok(Vec::new());
    };
    let pem = std::fs::read(&path).map_err(|source| ClientError::CaUnreadable {
        path: path.clone(),
        source,
    })?;
    match reqwest::Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(ClientError::CaMalformed { path }),
    }
}

/// Whether an address is this machine's own.
pub(super) fn is_loopback(address: &Url) -> bool {
    match address.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// Sends one request and reads the whole answer, within the limits.
pub(super) async fn round_trip(
    connector: &Connector,
    connection: Connection,
    outgoing: &Outgoing,
    limits: Limits,
) -> Result<Incoming, TransportFailure> {
    let deadline = Instant::now() + limits.timeout;
    let request = wire(outgoing)?;
    let http = match connection {
        Connection::Pooled => &connector.pooled,
        Connection::Fresh => &connector.fresh,
    };
    let answer = timeout_at(deadline.into(), http.execute(request)).await;
    let mut response = match answer {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return Err(failure::explain(&error, &outgoing.address)),
        Err(_) => {
            let seconds = limits.timeout.as_secs_f64();
            return Err(failure::no_answer(&outgoing.address, seconds));
        }
    };
    let status = response.status().as_u16();
    let version = format!("{:?}", response.version());
    let headers = readable(response.headers());
    let (bytes, fault) = read_body(&mut response, deadline, limits).await;
    let received = bytes.len();
    let encoding = headers
        .iter()
        .find(|(name, _)| name == "content-encoding")
        .map(|(_, value)| value.as_str());
    let (body, fault) = body::text(bytes, encoding, limits.max_body, fault);
    Ok(Incoming {
        status,
        version,
        headers,
        body,
        fault,
        received,
    })
}

fn wire(outgoing: &Outgoing) -> Result<reqwest::Request, TransportFailure> {
    let method = reqwest::Method::from_bytes(outgoing.method.code().as_bytes())
        .map_err(|error| super::guard::refusal(error.to_string()))?;
    let mut request = reqwest::Request::new(method, outgoing.address.clone());
    *request.headers_mut() = outgoing.headers.clone();
    *request.body_mut() = outgoing.body.clone().map(Into::into);
    Ok(request)
}

fn readable(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect()
}

/// What came of the body, and why it is not all of it.
async fn read_body(
    response: &mut reqwest::Response,
    deadline: Instant,
    limits: Limits,
) -> (Vec<u8>, Option<BodyFault>) {
    let announced = response.content_length();
    let mut bytes = Vec::new();
    loop {
        let chunk = match timeout_at(deadline.into(), response.chunk()).await {
            Ok(Ok(Some(chunk))) => chunk,
            Ok(Ok(None)) => return (bytes, None),
            Ok(Err(error)) => {
                let fault = truncated(&error, bytes.len(), announced);
                return (bytes, Some(fault));
            }
            Err(_) => {
                let message = format!(
                    "expected the whole body within {} s, found {} {}by then: look into the \
                     server's log, or allow more time",
                    limits.timeout.as_secs_f64(),
                    body::size(bytes.len()),
                    of_announced(announced),
                );
                return (bytes, Some(body::broken(BodyFaultKind::Stalled, message)));
            }
        };
        bytes.extend_from_slice(&chunk);
        if bytes.len() > limits.max_body {
            bytes.truncate(limits.max_body.min(body::KEPT));
            let message = format!(
                "expected at most {}, found more: let the server send less at once, such as smaller \
                 pages",
                body::size(limits.max_body)
            );
            return (bytes, Some(body::broken(BodyFaultKind::TooLarge, message)));
        }
    }
}

fn truncated(error: &reqwest::Error, received: usize, announced: Option<u64>) -> BodyFault {
    let message = format!(
        "expected the whole body, found {} {}before the connection broke ({}): `Content-Length` \
         or the chunks do not agree with what was sent",
        body::size(received),
        of_announced(announced),
        failure::innermost(error),
    );
    body::broken(BodyFaultKind::Truncated, message)
}

fn of_announced(announced: Option<u64>) -> String {
    announced.map_or_else(String::new, |length| format!("of {length} announced "))
}

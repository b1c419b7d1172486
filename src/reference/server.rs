//! The socket: starting, stopping, and turning axum's requests into ours.

use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request as HttpRequest, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::chaos::Certificate;
use super::fault::{Fault, Faults};
use super::message::{Request, Response};
use super::outcome::{IssueCode, Refusal};
use super::service::Service;

/// Where the FHIR API begins: the path of openIMIS.
pub(super) const BASE_PATH: &str = "/api/api_fhir_r4";
/// The one account of the server. It guards nothing but invented data, so it is public.
pub const USER: &str = "reference";
/// Its password, public for the same reason.
pub const PASSWORD: &str = "reference-password";
/// The largest body taken.
const MAX_BODY: usize = 4 * 1024 * 1024;
/// How long a shutdown waits for requests that are under way.
const PATIENCE: Duration = Duration::from_secs(2);

/// How to start.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 takes any that is free.
    pub address: SocketAddr,
    /// What to do wrong.
    pub faults: BTreeSet<Fault>,
    /// Scheme, host and port of links where the server stands behind another one.
    pub origin: Option<String>,
    /// Speaks TLS, with a certificate that [`super::AUTHORITY`] has signed.
    pub secure: bool,
    /// What is served in place of the seed, as JSON: each with a type of the guide and an id.
    pub rows: Option<Vec<String>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            faults: BTreeSet::new(),
            origin: None,
            secure: false,
            rows: None,
        }
    }
}

impl Options {
    /// Any free port, with one fault.
    #[must_use]
    pub fn with_fault(fault: Fault) -> Self {
        Self {
            faults: BTreeSet::from([fault]),
            ..Self::default()
        }
    }
}

/// A running server. Dropped, it stops at once; [`Server::shutdown`] lets it finish first.
#[derive(Debug)]
pub struct Server {
    base_url: String,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts a server on the current tokio runtime; it answers when this returns.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn start(mut options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(options.address).await?;
        let address = listener.local_addr()?;
        if options.secure {
            let origin = || format!("https://{address}");
            options.origin.get_or_insert_with(origin);
            let config = Certificate::Good.config(&["http/1.1"], false)?;
            return Ok(Self::start_secure(listener, address, options, config));
        }
        Ok(Self::start_on(listener, address, options))
    }

    /// Starts a server on a listener that is open already.
    pub(super) fn start_on<L: Listener>(listener: L, address: SocketAddr, options: Options) -> Self
    where
        L::Addr: std::fmt::Debug,
    {
        let (stop, stopped) = oneshot::channel();
        let origin = options.origin.clone();
        let router = Router::new().fallback(answer).with_state(Arc::new(Shared {
            service: Service::new(Faults::new(options.faults), options.rows.as_deref()),
            origin: options.origin,
            address,
        }));
        let task = tokio::spawn(async move {
            let serving = axum::serve(listener, router).with_graceful_shutdown(async {
                // A dropped sender stops it just as a sent word does.
                let _ = stopped.await;
            });
            // Whoever asks it finds that nothing listens any more.
            let _ = serving.await;
        });
        let origin = origin.unwrap_or_else(|| format!("http://{address}"));
        Self {
            base_url: format!("{origin}{BASE_PATH}/"),
            address,
            stop: Some(stop),
            task,
        }
    }

    /// Starts a server that speaks TLS.
    pub(super) fn start_secure(
        listener: TcpListener,
        address: SocketAddr,
        options: Options,
        config: Arc<rustls::ServerConfig>,
    ) -> Self {
        let listener = Secure {
            listener,
            acceptor: config.into(),
        };
        Self::start_on(listener, address, options)
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The FHIR base, with a trailing slash.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Stops taking requests, waits for those under way (two seconds at most), and ends.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if tokio::time::timeout(PATIENCE, &mut self.task)
            .await
            .is_err()
        {
            self.task.abort();
        }
    }

    /// Waits until the server ends by itself, which it does only on an error.
    pub async fn wait(mut self) {
        let _ = (&mut self.task).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A listener that speaks TLS; a handshake that fails is a connection that never was.
struct Secure {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Secure {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, from) = Listener::accept(&mut self.listener).await;
            let handshake = tokio::time::timeout(PATIENCE, self.acceptor.accept(stream));
            if let Ok(Ok(stream)) = handshake.await {
                return (stream, from);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

struct Shared {
    service: Service,
    origin: Option<String>,
    address: SocketAddr,
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    request: HttpRequest,
) -> axum::response::Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        let refusal = Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            IssueCode::TooLong,
            format!("a body has at most {MAX_BODY} bytes"),
        );
        return Response::from(refusal).into_http();
    };
    let base = match &shared.origin {
        Some(origin) => format!("{origin}{BASE_PATH}/"),
        None => base(&parts.headers, shared.address),
    };
    match Request::new(parts.method, &parts.uri, parts.headers, body, base) {
        Some(request) => {
            let (response, notifications) = shared.service.answer(request);
            for notification in notifications {
                tokio::spawn(notification.send());
            }
            response.into_http()
        }
        None => {
            let text = format!("the FHIR API is at `{BASE_PATH}/`");
            Response::from(Refusal::not_found(text)).into_http()
        }
    }
}

/// The base as the client addresses it, so that links stay on its origin: the `Host` it names if
/// that is another name of this machine, else the address listened on.
fn base(headers: &HeaderMap, address: SocketAddr) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .filter(|host| *host == format!("localhost:{}", address.port()))
        .map_or_else(|| address.to_string(), str::to_owned);
    format!("http://{host}{BASE_PATH}/")
}

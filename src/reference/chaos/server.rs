//! The socket in front of the reference server: takes requests, fetches the right answers, and
//! sends what the chaos makes of them.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use super::answer::{Act, Answer, Asked, parse};
use super::tls::Certificate;
use super::{Chaos, Connection, Hook, Spoken};
use crate::reference::server::{BASE_PATH, Options, Server};

/// No connection lives longer, whatever the client does.
const LONGEST: Duration = Duration::from_secs(120);
/// The largest request that is passed on.
const MAX_REQUEST: usize = 4 << 20;
/// The pace at which bytes drip.
const DRIP: Duration = Duration::from_millis(100);

/// A broken server that is running. Dropped, it stops at once.
#[derive(Debug)]
pub struct ChaosServer {
    base_url: String,
    upstream: Option<Server>,
    task: Option<JoinHandle<()>>,
}

impl ChaosServer {
    /// Starts one on the current tokio runtime.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn start(chaos: Chaos, address: SocketAddr) -> io::Result<Self> {
        let hook = chaos.hook();
        let address = match hook {
            Hook::Spoken(Spoken::Ipv6) => SocketAddr::from((Ipv6Addr::LOCALHOST, address.port())),
            _ => address,
        };
        let listener = TcpListener::bind(address).await?;
        let own = listener.local_addr()?;
        let is_secure = match hook {
            Hook::Tls(_) | Hook::SecureClaim(_) | Hook::Spoken(Spoken::Http2) => true,
            Hook::Connection(connection) => connection == Connection::Plain,
            Hook::Claim(_) | Hook::Every(_) | Hook::Spoken(Spoken::Ipv6) => false,
        };
        let scheme = if is_secure { "https" } else { "http" };
        let origin = format!("{scheme}://{own}");
        let base_url = format!("{origin}{BASE_PATH}/");
        let options = Options {
            origin: Some(origin.clone()),
            ..Options::default()
        };
        if let Hook::Spoken(spoken) = hook {
            let upstream = match spoken {
                Spoken::Ipv6 => Server::start_on(listener, own, options),
                Spoken::Http2 => {
                    let config = Certificate::Good.config(&["h2"], false)?;
                    Server::start_secure(listener, own, options, config)
                }
            };
            return Ok(Self {
                base_url,
                upstream: Some(upstream),
                task: None,
            });
        }
        let upstream = Server::start(options).await?;
        let certificate = match hook {
            Hook::Tls(certificate) => certificate,
            _ => Certificate::Good,
        };
        let acceptor = match is_secure {
            true => Some(TlsAcceptor::from(certificate.config(&["http/1.1"], false)?)),
            false => None,
        };
        let front = Arc::new(Front {
            upstream: upstream.address(),
            hook,
            origin,
            acceptor,
            counts: Mutex::default(),
        });
        // Where nobody is to listen, the port was only taken to have a number.
        let listens = !matches!(front.hook, Hook::Connection(Connection::Refuse));
        let task = listens.then(|| tokio::spawn(front.serve(listener)));
        Ok(Self {
            base_url,
            upstream: Some(upstream),
            task,
        })
    }

    /// The FHIR base, with a trailing slash.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Stops taking requests and ends those that are under way.
    pub async fn shutdown(mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
            let _ = task.await;
        }
        if let Some(upstream) = self.upstream.take() {
            upstream.shutdown().await;
        }
    }
}

impl Drop for ChaosServer {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// What all connections share.
struct Front {
    upstream: SocketAddr,
    hook: Hook,
    origin: String,
    acceptor: Option<TlsAcceptor>,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    targets: HashMap<String, usize>,
    tokens: HashMap<String, usize>,
    struck: usize,
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Close,
    Reset,
}

impl Front {
    async fn serve(self: Arc<Self>, listener: TcpListener) {
        // Ends with this task: no connection outlives the server.
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    let Ok((stream, _)) = accepted else { continue };
                    let front = Arc::clone(&self);
                    connections.spawn(async move {
                        let _ = tokio::time::timeout(LONGEST, front.connection(stream)).await;
                    });
                }
                Some(_) = connections.join_next() => {}
            }
        }
    }

    async fn connection(&self, mut stream: TcpStream) {
        if let Hook::Connection(connection) = self.hook {
            return spoil(connection, stream).await;
        }
        let Some(acceptor) = &self.acceptor else {
            if self.talk(&mut stream).await == End::Reset {
                let _ = stream.set_zero_linger();
            }
            return;
        };
        if let Ok(mut secure) = acceptor.accept(stream).await
            && self.talk(&mut secure).await == End::Reset
        {
            let _ = secure.get_ref().0.set_zero_linger();
        }
    }

    /// One request and what is sent for it.
    async fn talk(&self, stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> End {
        let Some(request) = read_request(stream).await else {
            return End::Close;
        };
        let answer = match fetch(self.upstream, &request).await {
            Ok(Some(answer)) => answer,
            _ => Answer::new("502 Bad Gateway", ""),
        };
        let acts = self.acts(&request, answer);
        carry_out(stream, acts).await.unwrap_or(End::Close)
    }

    fn acts(&self, request: &Request, answer: Answer) -> Vec<Act> {
        let strike = match self.hook {
            Hook::Claim(strike) | Hook::SecureClaim(strike) if request.is_of("Claim") => strike,
            Hook::Every(strike) => strike,
            _ => return answer.whole(),
        };
        let asked = self.count(request);
        strike(&asked, answer)
    }

    fn count(&self, request: &Request) -> Asked {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let next = |count: &mut usize| {
            *count += 1;
            *count - 1
        };
        let token = request.header("authorization").unwrap_or_default();
        Asked {
            before: next(counts.targets.entry(request.target.clone()).or_default()),
            struck: next(&mut counts.struck),
            with_token: match token {
                "" => 0,
                token => next(counts.tokens.entry(token.to_owned()).or_default()),
            },
            is_login: request.is_of("login"),
            origin: self.origin.clone(),
            target: request.target.clone(),
        }
    }
}

async fn spoil(connection: Connection, mut stream: TcpStream) {
    match connection {
        Connection::Refuse | Connection::Close => {}
        Connection::Reset => {
            let _ = stream.set_zero_linger();
        }
        Connection::Stall => until_gone(&mut stream).await,
        Connection::Banner => {
            let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.6\r\n").await;
            until_gone(&mut stream).await;
        }
        Connection::Plain => {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            until_gone(&mut stream).await;
        }
    }
}

/// Reads and forgets until the client closes.
async fn until_gone(stream: &mut (impl AsyncRead + Unpin)) {
    let mut bytes = [0; 1024];
    while stream.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
}

/// A request as it came.
struct Request {
    target: String,
    head: Vec<String>,
    body: Vec<u8>,
}

impl Request {
    /// Whether the address is that of a type, or below it.
    fn is_of(&self, name: &str) -> bool {
        let path = self.target.split('?').next().unwrap_or_default();
        let below = path.strip_prefix(BASE_PATH).unwrap_or_default();
        below.split('/').nth(1) == Some(name)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.iter().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The same, to be answered with the end of the connection.
    fn closing(&self) -> Vec<u8> {
        let mut text = String::new();
        for line in &self.head {
            if !line.to_ascii_lowercase().starts_with("connection:") {
                text.push_str(line);
                text.push_str("\r\n");
            }
        }
        text.push_str("connection: close\r\n\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if bytes.len() > MAX_REQUEST || stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let head: Vec<String> = head.split("\r\n").map(str::to_owned).collect();
    let mut request = Request {
        target: head.first()?.split(' ').nth(1)?.to_owned(),
        head,
        body: bytes.split_off(end + 4),
    };
    let length = request.header("content-length");
    let length: usize = length.and_then(|length| length.parse().ok()).unwrap_or(0);
    while request.body.len() < length.min(MAX_REQUEST) {
        if stream.read_buf(&mut request.body).await.ok()? == 0 {
            return None;
        }
    }
    Some(request)
}

/// The right answer.
async fn fetch(upstream: SocketAddr, request: &Request) -> io::Result<Option<Answer>> {
    let mut stream = TcpStream::connect(upstream).await?;
    stream.write_all(&request.closing()).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    Ok(parse(&bytes))
}

async fn carry_out(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    acts: Vec<Act>,
) -> io::Result<End> {
    for act in acts {
        match act {
            Act::Send(bytes) => stream.write_all(&bytes).await?,
            Act::Wait(pause) => {
                stream.flush().await?;
                tokio::time::sleep(pause).await;
            }
            Act::Stall => {
                stream.flush().await?;
                until_gone(stream).await;
            }
            Act::Repeat(bytes, most) => {
                for _ in 0..most / bytes.len() {
                    stream.write_all(&bytes).await?;
                }
            }
            Act::Drip(bytes) => {
                for byte in bytes {
                    stream.write_all(&[byte]).await?;
                    stream.flush().await?;
                    tokio::time::sleep(DRIP).await;
                }
            }
            Act::Reset => return Ok(End::Reset),
        }
    }
    stream.shutdown().await?;
    Ok(End::Close)
}

//! Small servers on loopback that do exactly what a test says, byte by byte.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What a server does with a request, one after the other; then it closes the connection.
pub enum Act {
    Send(Vec<u8>),
    Wait(u64),
    /// Sends the same bytes until the client goes away.
    Forever(Vec<u8>),
    /// Keeps the connection for the next request.
    Keep,
}

/// A server on an arbitrary port of 127.0.0.1 (or `[::1]`).
pub struct Server {
    pub base: String,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers each request, given with its number from 0, by a list of acts.
    pub fn start(answer: impl Fn(usize, &str) -> Vec<Act> + Send + Sync + 'static) -> Self {
        Self::start_on("127.0.0.1:0", answer)
    }

    pub fn start_on(
        address: &str,
        answer: impl Fn(usize, &str) -> Vec<Act> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).expect("loopback");
        let port = listener.local_addr().expect("bound");
        let connections = Arc::new(AtomicUsize::new(0));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let server = Self {
            base: format!("http://{port}/fhir/"),
            connections: Arc::clone(&connections),
            requests: Arc::clone(&requests),
        };
        let answer = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { break };
                connections.fetch_add(1, Ordering::SeqCst);
                let (requests, answer) = (Arc::clone(&requests), Arc::clone(&answer));
                thread::spawn(move || serve(stream, &requests, answer.as_ref()));
            }
        });
        server
    }

    /// A server that answers every request with the same text.
    pub fn saying(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::start(move |_, _| vec![Act::Send(text.clone().into_bytes())])
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("not poisoned").clone()
    }
}

fn serve(
    mut stream: TcpStream,
    requests: &Mutex<Vec<String>>,
    answer: &(dyn Fn(usize, &str) -> Vec<Act> + Send + Sync),
) {
    while let Some(request) = read_request(&mut stream) {
        let number = {
            let mut requests = requests.lock().expect("not poisoned");
            requests.push(request.clone());
            requests.len() - 1
        };
        let mut keep = false;
        for act in answer(number, &request) {
            match act {
                Act::Send(bytes) => {
                    if stream.write_all(&bytes).is_err() {
                        return;
                    }
                }
                Act::Wait(millis) => thread::sleep(Duration::from_millis(millis)),
                Act::Forever(bytes) => while stream.write_all(&bytes).is_ok() {},
                Act::Keep => keep = true,
            }
        }
        if !keep {
            return;
        }
    }
}

/// Head and body of one request; `None` when the client is gone.
pub fn read_request(stream: &mut impl Read) -> Option<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .and_then(|value| value.trim().parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    bytes.extend(body);
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A whole response with a length; `extra` are header lines with their line ends.
pub fn response(status: &str, extra: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{extra}\r\n{body}",
        body.len()
    )
}

pub fn send(text: impl Into<String>) -> Vec<Act> {
    vec![Act::Send(text.into().into_bytes())]
}

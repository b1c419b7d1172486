//! A listener on this machine that a server can call (rest-hook, R4 2.46), and waiting for the call.
//!
//! It listens on loopback only, so it is of use only where the server runs on this machine.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use url::Host;

use super::scenario::{Scenario, StepOutcome};
use super::step::{subject, unmet};
use crate::check::{Judgement, catalog};
use crate::finding::{Finding, Rule, Severity};
use crate::http::{Exchange, Method, Outcome, Request, RequestSpec, Response};
use crate::suite::Step;
use crate::suite::plan::PlannedStep;

/// How long a call is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most of a call that is read.
const LIMIT: usize = 64 * 1024;
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// A listener, and the calls that came.
pub(super) struct Listener {
    calls: mpsc::Receiver<Call>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The head of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Call {
    method: String,
    headers: Vec<(String, String)>,
}

impl Call {
    fn read(head: &str) -> Option<Self> {
        let mut lines = head.lines();
        let method = lines.next()?.split(' ').next()?.to_owned();
        let headers = lines.filter_map(|line| line.split_once(':'));
        Some(Self {
            method,
            headers: headers
                .map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_owned()))
                .collect(),
        })
    }

    /// The same as an exchange that the server began.
    fn exchange(self, id: String, url: String) -> Exchange {
        let methods = Method::ALL.iter();
        let known = methods.copied().find(|it| it.code() == self.method);
        Exchange {
            id,
            request: Request {
                method: known.unwrap_or(Method::Get),
                url,
                headers: self.headers,
                body: None,
            },
            redirects: Vec::new(),
            outcome: Outcome::Response(Response {
                status: 200,
                version: "HTTP/1.1".to_owned(),
                headers: Vec::new(),
                body: String::new(),
                body_fault: None,
            }),
            elapsed_ms: 0,
        }
    }
}

/// Opens the listener; its address is `{{listener}}`.
pub(super) async fn perform(scenario: &mut Scenario<'_>, planned: &PlannedStep) -> StepOutcome {
    let opened = match &planned.skip {
        Some(reason) => Err(reason.clone()),
        // The calls that came are in the recording.
        None if scenario.session.client.is_playback() => {
            let address = "http://127.0.0.1/hook".to_owned();
            scenario.values.insert("listener".to_owned(), address);
            return StepOutcome::default();
        }
        None if !is_here(scenario) => Err(
            "the server is on another machine and cannot call a listener on this one's loopback"
                .to_owned(),
        ),
        None => open()
            .await
            .map_err(|error| format!("no listener could be opened: {error}")),
    };
    let mut outcome = StepOutcome::default();
    match opened {
        Ok((address, listener)) => {
            scenario.values.insert("listener".to_owned(), address);
            scenario.listener = Some(listener);
        }
        Err(reason) => {
            let mut judgement = Judgement::new(&catalog::NOTIFIED, &subject(&planned.step));
            judgement.skip(reason);
            outcome.judgements.push(judgement);
        }
    }
    outcome
}

fn is_here(scenario: &Scenario<'_>) -> bool {
    match scenario.session.client.base().host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

async fn open() -> std::io::Result<(String, Listener)> {
    let socket = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = format!("http://{}/hook", socket.local_addr()?);
    let (sender, calls) = mpsc::channel(16);
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = socket.accept().await {
            let sender = sender.clone();
            tokio::spawn(async move {
                let call = tokio::time::timeout(PATIENCE, answer(stream)).await;
                if let Ok(Some(call)) = call {
                    // Nobody waits any more: the call is let go.
                    let _ = sender.send(call).await;
                }
            });
        }
    });
    Ok((address, Listener { calls, task }))
}

/// Reads the head of a call and answers it.
async fn answer(mut stream: TcpStream) -> Option<Call> {
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    while text.len() < LIMIT && !text.windows(4).any(|end| end == b"\r\n\r\n") {
        let length = stream.read(&mut buffer).await.ok()?;
        if length == 0 {
            return None;
        }
        text.extend_from_slice(&buffer[..length]);
    }
    let _ = stream.write_all(ANSWER).await;
    let text = String::from_utf8_lossy(&text);
    Call::read(text.split("\r\n\r\n").next()?)
}

/// Waits for a call; the parameter `header` names one that it must carry.
pub(super) async fn await_call(scenario: &mut Scenario<'_>, planned: &PlannedStep) -> StepOutcome {
    let step = &planned.step;
    let subject = subject(step);
    let mut notified = Judgement::new(&catalog::NOTIFIED, &subject);
    let mut header = Judgement::new(&catalog::NOTIFIED_HEADER, &subject);
    let reason = planned.skip.clone().or_else(|| unmet(scenario, step));
    match reason {
        Some(reason) => notified.skip(reason),
        None => match call(scenario).await {
            Err(reason) => notified.skip(reason),
            Ok(call) => {
                notified.saw_exchange();
                judge(scenario, step, call.as_ref(), &mut notified, &mut header);
                if let Some(exchange) = call {
                    scenario.keep_received(exchange);
                }
            }
        },
    }
    header.only_where("no call came");
    StepOutcome {
        judgements: vec![notified, header],
        notes: Vec::new(),
    }
}

/// The call that came, if one did; or why none could.
async fn call(scenario: &mut Scenario<'_>) -> Result<Option<Exchange>, &'static str> {
    let client = &scenario.session.client;
    let url = scenario.values.get("listener").cloned().unwrap_or_default();
    if client.is_playback() {
        let spec = RequestSpec::new(scenario.next_id(), Method::Post, url);
        let recorded = client.send(spec).await;
        return Ok(recorded.response().is_some().then_some(recorded));
    }
    let Some(mut listener) = scenario.listener.take() else {
        return Err("there is no listener that the server could call");
    };
    let call = tokio::time::timeout(PATIENCE, listener.calls.recv()).await;
    let id = scenario.next_id();
    Ok(call
        .ok()
        .flatten()
        .map(|call| client.received(call.exchange(id, url))))
}

fn judge(
    scenario: &Scenario<'_>,
    step: &Step,
    call: Option<&Exchange>,
    notified: &mut Judgement,
    header: &mut Judgement,
) {
    let Some(call) = call else {
        let actual = format!("none within {} seconds", PATIENCE.as_secs());
        let finding = not_told("a call of the listener", &actual);
        notified.find(&scenario.place(), None, finding);
        notified
            .hint("an active Subscription calls its endpoint when a resource meets its criteria");
        return;
    };
    if call.request.method != Method::Post {
        let actual = format!("a {}", call.request.method);
        notified.find(&call.id, None, not_told("a POST to the listener", &actual));
    }
    let wanted = step
        .parameters
        .get("header")
        .and_then(|it| scenario.fill(it).ok());
    if let Some((name, value)) = wanted.as_deref().and_then(|it| it.split_once(':')) {
        header.saw_exchange();
        let mut headers = call.request.headers.iter();
        if !headers.any(|(it, is)| it.eq_ignore_ascii_case(name.trim()) && is == value.trim()) {
            let expected = format!("the header `{name}` as the subscription names it");
            header.find(&call.id, None, not_told(&expected, "a call without it"));
        }
    }
}

fn not_told(expected: &str, actual: &str) -> Finding {
    let message = format!("expected {expected}, found {actual}");
    let mut finding = Finding::new(Severity::Error, Rule::Notification, "", message);
    finding.expected = Some(expected.to_owned());
    finding.actual = Some(actual.to_owned());
    finding
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::open;

    #[tokio::test]
    async fn a_call_is_answered_and_kept() {
        let (address, mut listener) = open().await.expect("a port");
        let url = url::Url::parse(&address).expect("an address");
        let socket = (url.host_str().expect("a host"), url.port().expect("a port"));
        let mut stream = tokio::net::TcpStream::connect(socket).await.expect("there");
        let text = b"POST /hook HTTP/1.1\r\nHost: h\r\nX-Mark:  CT1 \r\n\r\n";
        stream.write_all(text).await.expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("answered");
        assert!(answer.starts_with("HTTP/1.1 200"));
        let call = listener.calls.recv().await.expect("a call");
        assert_eq!(call.method, "POST");
        let exchange = call.exchange("a/b#1".to_owned(), address);
        assert_eq!(
            exchange.request.headers[1],
            ("x-mark".to_owned(), "CT1".to_owned())
        );
    }
}

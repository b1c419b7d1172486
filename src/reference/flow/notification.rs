//! Subscriptions (R4 2.46): each subscriber whose criteria a new resource meets hears of it by a
//! POST without a body, for the guide's profile prohibits a payload.
//!
//! Only endpoints on this machine are called: the reference server is for tests, and must never
//! send anything to a host that a test resource happens to name.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::{Host, Url};

use crate::reference::message::pairs;
use crate::reference::resource_type::ResourceType::{self, Subscription};
use crate::reference::search::finds;
use crate::reference::store::Store;
use crate::reference::tree::{Tree, at, text_at};

/// How long a subscriber may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// One call that is due.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::reference) struct Notification {
    endpoint: Url,
    headers: Vec<String>,
}

/// The calls that are due because of a new resource.
pub(super) fn of(store: &Store, resource: &Tree, base: &str) -> Vec<Notification> {
    store
        .resources(Subscription)
        .filter(|subscription| subscription.str("status") == Some("active"))
        .filter(|subscription| {
            subscription
                .str("criteria")
                .and_then(read_criteria)
                .is_some_and(|(resource_type, parameters)| {
                    finds(resource_type, &parameters, base, resource)
                })
        })
        .filter_map(|subscription| {
            let endpoint = text_at(subscription, "channel.endpoint")?;
            Some(Notification {
                endpoint: Url::parse(endpoint).ok().filter(is_local)?,
                headers: at(subscription, "channel.header")
                    .into_iter()
                    .filter_map(|header| header.as_str().map(str::to_owned))
                    .collect(),
            })
        })
        .collect()
}

/// The type and the parameters of `Type?parameters`.
pub(in crate::reference) fn read_criteria(
    criteria: &str,
) -> Option<(ResourceType, Vec<(String, String)>)> {
    let (resource_type, query) = criteria.split_once('?').unwrap_or((criteria, ""));
    Some((
        ResourceType::from_code(resource_type)?,
        pairs(query.as_bytes()),
    ))
}

fn is_local(endpoint: &Url) -> bool {
    let is_loopback = match endpoint.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    endpoint.scheme() == "http" && is_loopback
}

impl Notification {
    /// The same call with nothing that the subscription names.
    pub(super) fn without_headers(self) -> Self {
        Self {
            headers: Vec::new(),
            ..self
        }
    }

    /// Calls the subscriber. One that cannot be reached or does not answer is not called again.
    pub(in crate::reference) async fn send(self) {
        let _ = tokio::time::timeout(PATIENCE, self.call()).await;
    }

    async fn call(&self) -> std::io::Result<()> {
        let host = self.endpoint.host_str().unwrap_or("localhost");
        let port = self.endpoint.port_or_known_default().unwrap_or(80);
        let mut stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
        stream.write_all(self.text(host, port).as_bytes()).await?;
        let mut answer = [0; 64];
        stream.read(&mut answer).await.map(|_| ())
    }

    fn text(&self, host: &str, port: u16) -> String {
        let path = &self.endpoint[url::Position::BeforePath..url::Position::AfterQuery];
        let mut text = format!("POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\n");
        for header in self.headers.iter().filter(|header| is_header(header)) {
            text.push_str(header);
            text.push_str("\r\n");
        }
        text.push_str("Content-Length: 0\r\nConnection: close\r\n\r\n");
        text
    }
}

/// Whether the text is one header line: nothing that could end the line and begin another.
fn is_header(line: &str) -> bool {
    line.split_once(':').is_some_and(|(name, value)| {
        HeaderName::try_from(name).is_ok() && HeaderValue::try_from(value.trim()).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::{Notification, is_local};
    use url::Url;

    #[test]
    fn only_this_machine_is_called() {
        let local = |text: &str| Url::parse(text).is_ok_and(|url| is_local(&url));
        assert!(local("http://127.0.0.1:9/hook") && local("http://localhost/hook"));
        assert!(local("http://[::1]:9/"));
        assert!(!local("http://example.org/hook") && !local("http://10.0.0.1/"));
        assert!(!local("https://localhost/"));
    }

    #[test]
    fn a_header_cannot_smuggle_in_another_request() {
        let notification = Notification {
            endpoint: Url::parse("http://127.0.0.1:9/hook?a=b").expect("an address"),
            headers: vec!["X-One: 1".into(), "X-Two: 2\r\nX-Three: 3".into()],
        };
        let text = notification.text("127.0.0.1", 9);
        assert!(text.starts_with("POST /hook?a=b HTTP/1.1\r\nHost: 127.0.0.1:9\r\nX-One: 1\r\n"));
        assert!(!text.contains("X-Three"));
    }
}

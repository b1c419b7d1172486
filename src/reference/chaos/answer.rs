//! A request as the chaos sees it, the right answer to it, and what is sent instead.

use std::time::Duration;

/// What was asked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// Requests for the same address before this one.
    pub(super) before: usize,
    /// Requests that were struck before this one.
    pub(super) struck: usize,
    /// Requests with the same token before this one.
    pub(super) with_token: usize,
    /// Whether this is the login.
    pub(super) is_login: bool,
    /// `http://host:port` or `https://host:port` of the server as it is called.
    pub(super) origin: String,
    /// Path and query.
    pub(super) target: String,
}

/// An answer as it would be right.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// `200 OK`
    pub(super) status: String,
    /// Without `content-length`, `transfer-encoding` and `connection`.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// What is done with a connection, one after the other; then it is closed.
#[derive(Debug, Clone)]
pub(super) enum Act {
    Send(Vec<u8>),
    Wait(Duration),
    /// Nothing, until the client goes away.
    Stall,
    /// The same bytes again and again, so many at most.
    Repeat(Vec<u8>, usize),
    /// The bytes one by one, a tenth of a second apart.
    Drip(Vec<u8>),
    /// The connection is reset.
    Reset,
}

impl Answer {
    pub(super) fn new(status: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: status.to_owned(),
            headers: vec![(
                "content-type".to_owned(),
                "application/fhir+json".to_owned(),
            )],
            body: body.into(),
        }
    }

    pub(super) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(super) fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Status line and headers, with these lines added, and the empty line.
    pub(super) fn head(&self, version: &str, extra: &str) -> String {
        let mut head = format!("{version} {}\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head + extra + "connection: close\r\n\r\n"
    }

    /// The head with the right length.
    pub(super) fn right_head(&self) -> String {
        self.head(
            "HTTP/1.1",
            &format!("content-length: {}\r\n", self.body.len()),
        )
    }

    /// The answer as it is.
    pub(super) fn whole(self) -> Vec<Act> {
        vec![
            Act::Send(self.right_head().into_bytes()),
            Act::Send(self.body),
        ]
    }

    /// The body as text; right answers are.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Takes the bytes of an answer apart, as the reference server sends them.
pub(super) fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split_once(' ')?.1.to_owned();
    let all = lines.filter_map(|line| line.split_once(':'));
    let all: Vec<(String, String)> = all
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let is_chunked = all
        .iter()
        .any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let rest = &bytes[end + 4..];
    let body = if is_chunked {
        joined(rest)?
    } else {
        rest.to_vec()
    };
    let hop = ["content-length", "transfer-encoding", "connection"];
    let headers = all
        .into_iter()
        .filter(|(name, _)| !hop.contains(&name.as_str()));
    Some(Answer {
        status,
        headers: headers.collect(),
        body,
    })
}

/// The chunks of a body put together.
fn joined(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = std::str::from_utf8(&rest[..end]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(end + 2..end + 2 + size)?);
        rest = rest.get(end + 4 + size..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn an_answer_is_taken_apart_whole_or_in_chunks() {
        let plain =
            parse(b"HTTP/1.1 200 OK\r\nETag: x\r\nContent-Length: 2\r\n\r\n{}").expect("one");
        assert_eq!(
            (plain.status.as_str(), plain.text().as_str()),
            ("200 OK", "{}")
        );
        assert_eq!(plain.headers, [("etag".to_owned(), "x".to_owned())]);
        let chunks =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n1\r\n \r\n0\r\n\r\n";
        assert_eq!(parse(chunks).expect("one").text(), "{} ");
        assert!(parse(b"HTTP/1.1 200 OK\r\n").is_none());
    }
}

//! Chaos of HTTP: connections, heads, lengths, redirects, statuses.

use std::time::Duration;

use super::answer::{Act, Answer, Asked};

fn send(text: impl Into<Vec<u8>>) -> Act {
    Act::Send(text.into())
}

fn half(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len() / 2].to_vec()
}

pub(super) fn http_1_0(_: &Asked, answer: Answer) -> Vec<Act> {
    vec![send(answer.head("HTTP/1.0", "")), send(answer.body)]
}

pub(super) fn reset(_: &Asked, _: Answer) -> Vec<Act> {
    vec![Act::Reset]
}

pub(super) fn reset_in_headers(_: &Asked, answer: Answer) -> Vec<Act> {
    let head = half(answer.right_head().as_bytes());
    vec![send(head), Act::Wait(Duration::from_millis(20)), Act::Reset]
}

pub(super) fn reset_in_body(_: &Asked, answer: Answer) -> Vec<Act> {
    vec![
        send(answer.right_head()),
        send(half(&answer.body)),
        Act::Wait(Duration::from_millis(20)),
        Act::Reset,
    ]
}

pub(super) fn close_in_headers(_: &Asked, answer: Answer) -> Vec<Act> {
    vec![send(half(answer.right_head().as_bytes()))]
}

pub(super) fn close_in_body(_: &Asked, answer: Answer) -> Vec<Act> {
    vec![send(answer.right_head()), send(half(&answer.body))]
}

pub(super) fn stall_in_headers(_: &Asked, answer: Answer) -> Vec<Act> {
    vec![send(half(answer.right_head().as_bytes())), Act::Stall]
}

pub(super) fn stall_in_body(_: &Asked, answer: Answer) -> Vec<Act> {
    vec![
        send(answer.right_head()),
        send(half(&answer.body)),
        Act::Stall,
    ]
}

pub(super) fn drip(_: &Asked, answer: Answer) -> Vec<Act> {
    vec![send(answer.right_head()), Act::Drip(answer.body)]
}

pub(super) fn drip_headers(_: &Asked, answer: Answer) -> Vec<Act> {
    vec![
        Act::Drip(answer.right_head().into_bytes()),
        send(answer.body),
    ]
}

fn with_length(answer: Answer, length: &str) -> Vec<Act> {
    let extra = format!("content-length: {length}\r\n");
    vec![send(answer.head("HTTP/1.1", &extra)), send(answer.body)]
}

pub(super) fn length_too_long(_: &Asked, answer: Answer) -> Vec<Act> {
    let length = (answer.body.len() + 1000).to_string();
    with_length(answer, &length)
}

pub(super) fn length_too_short(_: &Asked, answer: Answer) -> Vec<Act> {
    let length = (answer.body.len() / 2).to_string();
    with_length(answer, &length)
}

pub(super) fn length_garbage(_: &Asked, answer: Answer) -> Vec<Act> {
    with_length(answer, "many")
}

pub(super) fn two_lengths(_: &Asked, answer: Answer) -> Vec<Act> {
    let lengths = format!("{}\r\ncontent-length: 3", answer.body.len());
    with_length(answer, &lengths)
}

fn chunked(answer: &Answer, chunks: &[u8]) -> Vec<Act> {
    let head = answer.head("HTTP/1.1", "transfer-encoding: chunked\r\n");
    vec![send(head), send(chunks)]
}

fn chunk(body: &[u8]) -> Vec<u8> {
    let mut chunk = format!("{:x}\r\n", body.len()).into_bytes();
    chunk.extend_from_slice(body);
    chunk.extend_from_slice(b"\r\n");
    chunk
}

pub(super) fn chunk_garbage(_: &Asked, answer: Answer) -> Vec<Act> {
    let mut chunks = chunk(&half(&answer.body));
    chunks.extend_from_slice(b"zz\r\n");
    chunked(&answer, &chunks)
}

pub(super) fn chunk_unfinished(_: &Asked, answer: Answer) -> Vec<Act> {
    let chunks = chunk(&half(&answer.body));
    chunked(&answer, &chunks)
}

pub(super) fn huge_body(_: &Asked, answer: Answer) -> Vec<Act> {
    let size = 500_000_000;
    let head = answer.head("HTTP/1.1", &format!("content-length: {size}\r\n"));
    vec![send(head), Act::Repeat(vec![b' '; 1 << 16], size)]
}

pub(super) fn endless_headers(_: &Asked, _: Answer) -> Vec<Act> {
    let line = b"x-more: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n";
    vec![
        send("HTTP/1.1 200 OK\r\n"),
        Act::Repeat(line.to_vec(), 500_000_000),
    ]
}

pub(super) fn huge_header(_: &Asked, answer: Answer) -> Vec<Act> {
    answer.header("x-huge", "a".repeat(1 << 20)).whole()
}

pub(super) fn status_garbage(_: &Asked, answer: Answer) -> Vec<Act> {
    let mut answer = answer;
    answer.status = "fine".to_owned();
    answer.whole()
}

pub(super) fn endless_continue(_: &Asked, _: Answer) -> Vec<Act> {
    let mut acts = Vec::new();
    for _ in 0..600 {
        acts.push(send("HTTP/1.1 100 Continue\r\n\r\n"));
        acts.push(Act::Wait(Duration::from_millis(100)));
    }
    acts
}

pub(super) fn switching(_: &Asked, _: Answer) -> Vec<Act> {
    let head =
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: telepathy\r\nconnection: upgrade\r\n\r\n";
    vec![send(head), Act::Stall]
}

fn moved(to: &str) -> Vec<Act> {
    Answer::new("302 Found", "").header("location", to).whole()
}

pub(super) fn redirect_loop(asked: &Asked, _: Answer) -> Vec<Act> {
    moved(&asked.target)
}

pub(super) fn redirect_elsewhere(asked: &Asked, _: Answer) -> Vec<Act> {
    moved(&format!("http://elsewhere.example{}", asked.target))
}

pub(super) fn redirect_downgrade(asked: &Asked, _: Answer) -> Vec<Act> {
    let plain = asked.origin.replacen("https:", "http:", 1);
    moved(&format!("{plain}{}", asked.target))
}

pub(super) fn redirect_nowhere(_: &Asked, _: Answer) -> Vec<Act> {
    Answer::new("302 Found", "").whole()
}

fn busy(status: &str, retry_after: &str) -> Vec<Act> {
    Answer::new(status, "")
        .header("retry-after", retry_after)
        .whole()
}

pub(super) fn busy_429(asked: &Asked, answer: Answer) -> Vec<Act> {
    match asked.struck {
        0 => busy("429 Too Many Requests", "1"),
        _ => answer.whole(),
    }
}

pub(super) fn busy_503(asked: &Asked, answer: Answer) -> Vec<Act> {
    match asked.struck {
        0 => busy("503 Service Unavailable", "1"),
        _ => answer.whole(),
    }
}

pub(super) fn busy_long(_: &Asked, _: Answer) -> Vec<Act> {
    busy("503 Service Unavailable", "3600")
}

pub(super) fn retry_garbage(_: &Asked, _: Answer) -> Vec<Act> {
    busy("503 Service Unavailable", "soon")
}

pub(super) fn flaky(asked: &Asked, answer: Answer) -> Vec<Act> {
    match asked.before % 2 {
        0 => Answer::new("502 Bad Gateway", "").whole(),
        _ => answer.whole(),
    }
}

pub(super) fn token_expires(asked: &Asked, answer: Answer) -> Vec<Act> {
    if asked.is_login || asked.with_token < 7 {
        return answer.whole();
    }
    Answer::new("401 Unauthorized", "{}")
        .header("www-authenticate", "Bearer error=\"invalid_token\"")
        .whole()
}

fn with_date(answer: Answer, offset: jiff::Span) -> Vec<Act> {
    let date = jiff::Zoned::now().checked_add(offset).unwrap_or_default();
    let date = date.with_time_zone(jiff::tz::TimeZone::UTC);
    let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    answer.header("date", date).whole()
}

pub(super) fn clock_behind(_: &Asked, answer: Answer) -> Vec<Act> {
    with_date(answer, jiff::Span::new().days(-1))
}

pub(super) fn clock_ahead(_: &Asked, answer: Answer) -> Vec<Act> {
    with_date(answer, jiff::Span::new().days(1))
}

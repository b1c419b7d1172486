//! Transport failures, broken bodies, limits, and waiting when asked to.

use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use openimis_conformance::http::{BodyFaultKind, Client, FailureKind, Method, Mode, RequestSpec};

use crate::servers::{Act, Server, response, send};
use crate::{answered, client, failed, get, options, says};

#[tokio::test]
async fn nobody_listening_is_refused() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
        listener.local_addr().expect("bound").port()
    };
    let exchange = get(&format!("http://127.0.0.1:{port}/fhir")).await;
    let failure = failed(&exchange, FailureKind::Refused);
    says(
        &failure.message,
        &[&format!("127.0.0.1:{port}"), "check the port"],
    );
    assert_eq!(
        exchange.request.url,
        format!("http://127.0.0.1:{port}/fhir/Patient/")
    );
}

#[tokio::test]
async fn a_host_that_cannot_be_is_a_name_failure() {
    // A label of more than 63 characters is refused without asking any name server.
    let host = "h".repeat(70);
    let exchange = get(&format!("http://{host}.example/fhir/")).await;
    says(&failed(&exchange, FailureKind::Dns).message, &["spelling"]);
}

#[tokio::test]
async fn silence_is_a_timeout_in_time() {
    let server = Server::start(|_, _| vec![Act::Wait(5_000)]);
    let start = Instant::now();
    let exchange = get(&server.base).await;
    says(
        &failed(&exchange, FailureKind::Timeout).message,
        &["0.7 s", "no answer"],
    );
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_head_that_stalls_is_a_timeout() {
    let server = Server::start(|_, _| vec![Act::Send(b"HTTP/1.1 20".to_vec()), Act::Wait(5_000)]);
    failed(&get(&server.base).await, FailureKind::Timeout);
}

#[tokio::test]
async fn a_closed_connection_is_a_reset() {
    let server = Server::start(|_, _| Vec::new());
    says(
        &failed(&get(&server.base).await, FailureKind::Reset).message,
        &["closed", "log"],
    );
    let server = Server::start(|_, _| send("HTTP/1.1 200 OK\r\ncontent-"));
    failed(&get(&server.base).await, FailureKind::Reset);
}

#[tokio::test]
async fn a_reset_by_the_peer_is_a_reset() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = listener.local_addr().expect("bound");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // Closing with unread bytes makes the system send RST.
            std::thread::sleep(Duration::from_millis(50));
            drop(stream);
        }
    });
    failed(
        &get(&format!("http://{address}/")).await,
        FailureKind::Reset,
    );
}

#[tokio::test]
async fn what_is_not_http_says_so() {
    for banner in [
        "SSH-2.0-OpenSSH_9.6\r\n",
        "\u{15}\u{3}\u{1}\0\u{2}\u{2}\u{16}",
        "{}\n\n",
    ] {
        let exchange = get(&Server::saying(banner).base).await;
        says(
            &failed(&exchange, FailureKind::Protocol).message,
            &["HTTP", "check the port"],
        );
    }
}

#[tokio::test]
async fn endless_headers_are_cut() {
    let server = Server::start(|_, _| {
        vec![
            Act::Send(b"HTTP/1.1 200 OK\r\n".to_vec()),
            Act::Forever(b"x-more: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".to_vec()),
        ]
    });
    says(
        &failed(&get(&server.base).await, FailureKind::Protocol).message,
        &["headers"],
    );
}

/// The fault of the body of one answer.
async fn fault(acts: impl Fn() -> Vec<Act> + Send + Sync + 'static) -> (BodyFaultKind, String) {
    let server = Server::start(move |_, _| acts());
    let start = Instant::now();
    let exchange = get(&server.base).await;
    assert!(start.elapsed() < Duration::from_secs(3));
    let fault = answered(&exchange, 200)
        .body_fault
        .clone()
        .expect("a fault");
    (fault.kind, fault.message)
}

#[tokio::test]
async fn a_body_shorter_than_announced_is_truncated() {
    let (kind, message) =
        fault(|| send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"a\":")).await;
    assert_eq!(kind, BodyFaultKind::Truncated);
    says(&message, &["5 bytes of 100 announced"]);
}

#[tokio::test]
async fn a_chunk_that_lies_is_truncated() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    for chunks in [
        "5\r\n{\"a\":",
        "5\r\n{\"a\"}\r\nzz\r\n",
        "ffffffffffffffffff\r\n",
    ] {
        let (kind, _) = fault(move || send(format!("{head}{chunks}"))).await;
        assert_eq!(kind, BodyFaultKind::Truncated, "{chunks}");
    }
}

#[tokio::test]
async fn a_body_that_stalls_or_drips_ends_in_time() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{";
    let (kind, _) = fault(move || vec![Act::Send(head.into()), Act::Wait(5_000)]).await;
    assert_eq!(kind, BodyFaultKind::Stalled);
    let (kind, message) = fault(move || {
        let mut acts = vec![Act::Send(head.into())];
        for _ in 0..50 {
            acts.push(Act::Wait(100));
            acts.push(Act::Send(b" ".to_vec()));
        }
        acts
    })
    .await;
    assert_eq!(kind, BodyFaultKind::Stalled);
    says(&message, &["within 0.7 s", "of 100 announced"]);
}

#[tokio::test]
async fn an_endless_body_is_cut_at_the_limit() {
    let server = Server::start(|_, _| {
        vec![
            Act::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()),
            Act::Forever(vec![b' '; 4096]),
        ]
    });
    let exchange = get(&server.base).await;
    let response = answered(&exchange, 200);
    assert_eq!(response.body.len(), 64 << 10);
    let fault = response.body_fault.as_ref().expect("a fault");
    assert_eq!(fault.kind, BodyFaultKind::TooLarge);
    says(&fault.message, &["let the server send less"]);
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("to memory");
    encoder.finish().expect("to memory")
}

fn gzip_answer(body: &[u8]) -> Vec<Act> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    vec![Act::Send(head.into_bytes()), Act::Send(body.to_vec())]
}

#[tokio::test]
async fn compressed_answers_are_read_and_bombs_are_not() {
    let server = Server::start(|_, _| gzip_answer(&gzipped(b"{\"resourceType\":\"Bundle\"}")));
    let exchange = get(&server.base).await;
    let response = answered(&exchange, 200);
    assert_eq!(response.body, "{\"resourceType\":\"Bundle\"}");
    assert_eq!(response.header("Content-Encoding"), Some("gzip"));

    let bomb = gzipped(&vec![b' '; 50_000_000]);
    let (kind, message) = fault(move || gzip_answer(&bomb)).await;
    assert_eq!(kind, BodyFaultKind::TooLarge);
    says(
        &message,
        &["after decompression", "let the server send less"],
    );

    let (kind, _) = fault(|| gzip_answer(b"{\"not\":\"gzip\"}")).await;
    assert_eq!(kind, BodyFaultKind::Encoding);
}

#[tokio::test]
async fn bytes_that_are_not_utf8_are_told() {
    let (kind, message) = fault(|| {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=iso-8859-1\r\n\
                    content-length: 9\r\n\r\n";
        vec![
            Act::Send(head.into()),
            Act::Send(b"{\"a\":\"\xe9\"}".to_vec()),
        ]
    })
    .await;
    assert_eq!(kind, BodyFaultKind::NotUtf8);
    says(&message, &["UTF-8", "offset 6", "charset"]);
}

#[tokio::test]
async fn bytes_beyond_the_length_spoil_nothing() {
    let server = Server::start(|number, _| {
        let mut acts = send(format!(
            "{}garbage",
            response("200 OK", "", &number.to_string())
        ));
        acts.push(Act::Keep);
        acts
    });
    let client = client(&server.base);
    for number in 0..3 {
        let exchange = client.send(RequestSpec::get("t#1", "x")).await;
        assert_eq!(answered(&exchange, 200).body, number.to_string());
    }
}

#[tokio::test]
async fn old_http_and_ipv6_are_spoken() {
    let exchange = get(&Server::saying("HTTP/1.0 200 OK\r\n\r\n{}").base).await;
    let response = answered(&exchange, 200);
    assert_eq!(
        (response.version.as_str(), response.body.as_str()),
        ("HTTP/1.0", "{}")
    );
    // A machine without IPv6 has nothing to test here.
    if TcpListener::bind("[::1]:0").is_ok() {
        let server = Server::start_on("[::1]:0", |_, _| send(response_200()));
        answered(&get(&server.base).await, 200);
    }
}

fn response_200() -> String {
    response("200 OK", "", "{}")
}

#[tokio::test]
async fn connections_are_used_again() {
    let server = Server::start(|_, _| vec![Act::Send(response_200().into()), Act::Keep]);
    let client = client(&server.base);
    for _ in 0..5 {
        answered(&client.send(RequestSpec::get("t#1", "x")).await, 200);
    }
    assert_eq!((server.connections(), server.requests().len()), (1, 5));
    assert_eq!(client.load().requests, 5);
}

#[tokio::test]
async fn a_server_that_asks_to_wait_is_waited_for() {
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    let server = Server::start(|number, _| {
        send(match number {
            0 => response("503 Service Unavailable", "retry-after: 1\r\n", "{}"),
            _ => response_200(),
        })
    });
    let mut options = options(&server.base);
    options.observer = Some(Arc::new(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    }));
    let client = Client::new(options).expect("a client");
    let start = Instant::now();
    answered(&client.send(RequestSpec::get("t#1", "x")).await, 200);
    assert!(start.elapsed() >= Duration::from_millis(990));
    let load = client.load();
    assert_eq!((load.retries, load.waited_ms), (1, 1000));
    assert_eq!(seen.load(Ordering::SeqCst), 2, "both attempts are recorded");
}

#[tokio::test]
async fn a_server_that_is_never_ready_is_asked_three_times() {
    let server = Server::saying(response(
        "429 Too Many Requests",
        "retry-after: 0\r\n",
        "{}",
    ));
    let exchange = get(&server.base).await;
    answered(&exchange, 429);
    assert_eq!(exchange.id, "t/get#1");
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_write_is_never_repeated() {
    let server = Server::saying(response("503 Busy", "retry-after: 0\r\n", "{}"));
    let mut options = options(&server.base);
    options.mode = Mode::Write;
    let client = Client::new(options).expect("a client");
    let spec = RequestSpec::new("t#1", Method::Post, "Patient/").body("application/json", "{}");
    answered(&client.send(spec).await, 503);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn no_more_requests_at_once_than_allowed() {
    let open = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (now, peak) = (Arc::clone(&open), Arc::clone(&most));
    let server = Server::start(move |_, _| {
        peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(20));
        now.fetch_sub(1, Ordering::SeqCst);
        send(response_200())
    });
    let mut options = options(&server.base);
    options.concurrency = 3;
    options.timeout = Duration::from_secs(5);
    let client = Client::new(options).expect("a client");
    let all = (0..20).map(|_| client.send(RequestSpec::get("t#1", "x")));
    for exchange in futures::future::join_all(all).await {
        answered(&exchange, 200);
    }
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn read_mode_sends_no_write_and_touches_nothing() {
    let server = Server::start(|_, _| vec![Act::Send(response_200().into()), Act::Keep]);
    let client = client(&server.base);
    for &method in Method::ALL {
        let spec = RequestSpec::new("t#1", method, "Patient/").body("application/json", "{}");
        let exchange = client.send(spec).await;
        if matches!(method, Method::Get | Method::Head | Method::Options) {
            answered(&exchange, 200);
            continue;
        }
        let failure = failed(&exchange, FailureKind::Guard);
        says(&failure.message, &["read mode", "--mode write"]);
    }
    assert_eq!(server.requests().len(), 3);
    assert_eq!(client.load().requests, 3);
}

#[tokio::test]
async fn another_origin_is_never_asked() {
    let other = Server::saying(response_200());
    let server = Server::saying(response_200());
    let client = client(&server.base);
    for url in [
        other.base.clone(),
        other.base.replace("http:", ""),
        "http://[".to_owned(),
    ] {
        let exchange = client.send(RequestSpec::get("t#1", url)).await;
        failed(&exchange, FailureKind::Guard);
    }
    let own = client.send(RequestSpec::get(
        "t#1",
        format!("{}Patient/?page=2", server.base),
    ));
    answered(&own.await, 200);
    assert_eq!((other.connections(), server.requests().len()), (0, 1));
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_not_sent() {
    let server = Server::saying(response_200());
    let spec = RequestSpec::get("t#1", "x").header("accept", "a\r\nx-smuggled: 1");
    failed(&client(&server.base).send(spec).await, FailureKind::Guard);
    assert_eq!(server.connections(), 0);
}

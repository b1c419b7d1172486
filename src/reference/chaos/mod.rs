//! Chaos: a server that is broken below FHIR. It stands in front of the reference server and
//! spoils connections, bytes, lengths, encodings and certificates, one kind at a time.
//!
//! What is spoiled is mostly the type `Claim` alone, so that a run shows that everything else is
//! still tested; a connection that cannot be made has no type and hits everything.
//!
//! A fault ([`super::Fault`]) breaks a requirement that a check holds the server to. Chaos breaks
//! what checks stand on: a run must come to its end all the same, say what happened, and lose
//! nothing else.

mod answer;
mod content;
mod server;
mod tls;
mod wire;

use crate::fhir::codes;

pub use server::ChaosServer;
pub use tls::AUTHORITY;

use answer::{Act, Answer, Asked};
pub(super) use tls::Certificate;

/// Where chaos takes hold.
enum Hook {
    /// The connection, before anything is said.
    Connection(Connection),
    /// The handshake.
    Tls(Certificate),
    /// Only how HTTP is spoken; the answers are right.
    Spoken(Spoken),
    /// The answers to requests for `Claim`.
    Claim(fn(&Asked, Answer) -> Vec<Act>),
    /// The same, over TLS.
    SecureClaim(fn(&Asked, Answer) -> Vec<Act>),
    /// Every answer.
    Every(fn(&Asked, Answer) -> Vec<Act>),
}

/// What happens to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Connection {
    /// Nobody listens.
    Refuse,
    /// It is reset as soon as it is made.
    Reset,
    /// It is closed as soon as it is made.
    Close,
    /// It is made, and nothing is ever read or sent.
    Stall,
    /// Another protocol greets.
    Banner,
    /// Plain HTTP where TLS was announced.
    Plain,
}

/// How HTTP is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spoken {
    Http2,
    Ipv6,
}

/// Declares each kind of chaos once: its name, what the server does, what a run makes of it, and
/// its hook.
macro_rules! chaos {
    ($($variant:ident = $code:literal, $description:literal, $gets:literal, $hook:expr;)+) => {
        codes! {
            /// A way in which a server is broken below FHIR.
            Chaos { $($variant = $code),+ }
        }

        impl Chaos {
            /// What the server does.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $description),+ }
            }

            /// What a run makes of it.
            #[must_use]
            pub const fn gets(self) -> &'static str {
                match self { $(Self::$variant => $gets),+ }
            }

            fn hook(self) -> Hook {
                match self { $(Self::$variant => $hook),+ }
            }
        }
    };
}

chaos! {
    Refuse = "refuse", "nobody listens at the port", "stops: nothing listens there",
        Hook::Connection(Connection::Refuse);
    ResetAtConnect = "reset-at-connect", "every connection is reset", "stops: the connection broke",
        Hook::Connection(Connection::Reset);
    CloseAtConnect = "close-at-connect", "every connection is closed at once", "stops: the connection broke",
        Hook::Connection(Connection::Close);
    StallAtConnect = "stall-at-connect", "connections are taken and nothing is said", "stops when the time of one request is over",
        Hook::Connection(Connection::Stall);
    OtherProtocol = "other-protocol", "SSH answers at the port", "stops: that is not HTTP",
        Hook::Connection(Connection::Banner);
    PlainForTls = "plain-for-tls", "plain HTTP answers where TLS was announced", "stops: it does not speak TLS",
        Hook::Connection(Connection::Plain);
    TlsExpired = "tls-expired", "the certificate ended in 2021", "stops: the certificate has expired",
        Hook::Tls(Certificate::Expired);
    TlsFuture = "tls-future", "the certificate begins in 2090", "stops: the certificate is not valid yet",
        Hook::Tls(Certificate::Future);
    TlsSelfSigned = "tls-self-signed", "the certificate vouches for itself", "stops: self-signed, with what to do",
        Hook::Tls(Certificate::SelfSigned);
    TlsWrongName = "tls-wrong-name", "the certificate is for another host", "stops: it is for another name",
        Hook::Tls(Certificate::WrongName);
    Tls = "tls", "the certificate is good, and its authority is known by `--ca` only", "goes on; without `--ca` it stops: the issuer is not known",
        Hook::Tls(Certificate::Good);
    Http2 = "http-2", "HTTP/2 over TLS", "goes on", Hook::Spoken(Spoken::Http2);
    Ipv6 = "ipv6", "the address is IPv6", "goes on", Hook::Spoken(Spoken::Ipv6);
    Http10 = "http-1-0", "answers are HTTP/1.0 and end with the connection", "goes on", Hook::Every(wire::http_1_0);
    Reset = "reset", "the connection is reset instead of an answer", "error: the connection broke", Hook::Claim(wire::reset);
    ResetInHeaders = "reset-in-headers", "the connection is reset inside the headers", "error: the connection broke", Hook::Claim(wire::reset_in_headers);
    ResetInBody = "reset-in-body", "the connection is reset inside the body", "error: the body is cut", Hook::Claim(wire::reset_in_body);
    CloseInHeaders = "close-in-headers", "the connection ends inside the headers", "error: the connection broke", Hook::Claim(wire::close_in_headers);
    CloseInBody = "close-in-body", "the connection ends inside the body", "error: the body is cut, so many bytes of so many", Hook::Claim(wire::close_in_body);
    StallInHeaders = "stall-in-headers", "half of the headers, then silence", "error: no answer in time", Hook::Claim(wire::stall_in_headers);
    StallInBody = "stall-in-body", "half of the body, then silence", "error: the body did not come in time", Hook::Claim(wire::stall_in_body);
    Drip = "drip", "one byte of the body every tenth of a second", "error: the body did not come in time", Hook::Claim(wire::drip);
    DripHeaders = "drip-headers", "one byte of the headers every tenth of a second", "error: no answer in time", Hook::Claim(wire::drip_headers);
    LengthTooLong = "length-too-long", "`Content-Length` is more than is sent", "error: the body is cut", Hook::Claim(wire::length_too_long);
    LengthTooShort = "length-too-short", "`Content-Length` is less than is sent", "fail: the body as announced is no JSON", Hook::Claim(wire::length_too_short);
    LengthGarbage = "length-garbage", "`Content-Length` is no number", "error: that is not HTTP", Hook::Claim(wire::length_garbage);
    TwoLengths = "two-lengths", "two `Content-Length` that differ", "error: that is not HTTP", Hook::Claim(wire::two_lengths);
    ChunkGarbage = "chunk-garbage", "the size of a chunk is no number", "error: the body is cut", Hook::Claim(wire::chunk_garbage);
    ChunkUnfinished = "chunk-unfinished", "the last chunk never comes", "error: the body is cut", Hook::Claim(wire::chunk_unfinished);
    HugeBody = "huge-body", "a body of 500 MB", "error: the body is larger than the limit, cut there", Hook::Claim(wire::huge_body);
    EndlessHeaders = "endless-headers", "headers that never end", "error: the headers are too large", Hook::Claim(wire::endless_headers);
    HugeHeader = "huge-header", "one header of a megabyte", "error: the headers are too large", Hook::Claim(wire::huge_header);
    StatusGarbage = "status-garbage", "a status line without a number", "error: that is not HTTP", Hook::Claim(wire::status_garbage);
    EndlessContinue = "endless-continue", "`100 Continue` for ever", "error: no answer in time", Hook::Claim(wire::endless_continue);
    Switching = "switching", "`101 Switching Protocols` that nobody asked for", "fail: status 101", Hook::Claim(wire::switching);
    GzipBomb = "gzip-bomb", "a small gzip body that grows to 500 MB", "error: larger than the limit after decompression", Hook::Claim(content::gzip_bomb);
    GzipBroken = "gzip-broken", "a gzip body that is damaged", "fail: the bytes do not decompress", Hook::Claim(content::gzip_broken);
    GzipMissing = "gzip-missing", "`Content-Encoding: gzip` on plain text", "fail: the bytes do not decompress", Hook::Claim(content::gzip_missing);
    EncodingUnknown = "encoding-unknown", "`Content-Encoding: br`, which nobody accepted", "fail: an encoding that was not accepted", Hook::Claim(content::encoding_unknown);
    DeepJson = "deep-json", "JSON nested 100,000 deep", "fail: nested too deeply", Hook::Claim(content::deep_json);
    JsonNan = "json-nan", "`NaN` in the JSON", "fail: no JSON", Hook::Claim(content::json_nan);
    DuplicateKeys = "duplicate-keys", "a member that stands twice", "fail: the member stands twice", Hook::Claim(content::duplicate_keys);
    JsonCut = "json-cut", "the JSON ends in the middle", "fail: no JSON", Hook::Claim(content::json_cut);
    JsonTrailing = "json-trailing", "words after the JSON", "fail: no JSON", Hook::Claim(content::json_trailing);
    EmptyBody = "empty-body", "status 200 without a body", "fail: no JSON", Hook::Claim(content::empty_body);
    InvalidUtf8 = "invalid-utf8", "a byte that is not UTF-8", "fail: not UTF-8", Hook::Claim(content::invalid_utf8);
    ByteOrderMark = "byte-order-mark", "a byte order mark before the JSON", "warning: a byte order mark", Hook::Claim(content::byte_order_mark);
    Utf16 = "utf-16", "the JSON is UTF-16", "fail: not UTF-8", Hook::Claim(content::utf_16);
    Latin1 = "latin-1", "the JSON is ISO-8859-1, as `charset` says", "fail: not UTF-8", Hook::Claim(content::latin_1);
    HtmlPage = "html-page", "a web page with status 200", "fail: no JSON", Hook::Claim(content::html_page);
    RedirectLoop = "redirect-loop", "redirects in a circle", "error: sent in a circle", Hook::Claim(wire::redirect_loop);
    RedirectElsewhere = "redirect-elsewhere", "a redirect to another host", "error: not followed, because the login must not go there", Hook::Claim(wire::redirect_elsewhere);
    RedirectDowngrade = "redirect-downgrade", "a redirect from https to http", "error: not followed, because the login must not go there", Hook::SecureClaim(wire::redirect_downgrade);
    RedirectNowhere = "redirect-nowhere", "a redirect without `Location`", "fail: status 302", Hook::Claim(wire::redirect_nowhere);
    NextElsewhere = "next-elsewhere", "the `next` link leads to another host", "fail: not followed, because the login must not go there", Hook::Claim(content::next_elsewhere);
    NextItself = "next-itself", "the `next` link leads to the same page", "fail: the walk comes back to a page", Hook::Claim(content::next_itself);
    NextForever = "next-forever", "there is always a `next` page", "fail: the same matches again, and the walk ends", Hook::Claim(content::next_forever);
    OtherAnswer = "other-answer", "answers for another request", "fail: another type than was asked for", Hook::Claim(content::other_answer);
    Busy429 = "busy-429", "`429` with `Retry-After` for a while", "waits as asked, and goes on", Hook::Claim(wire::busy_429);
    Busy503 = "busy-503", "`503` with `Retry-After` for a while", "waits as asked, and goes on", Hook::Claim(wire::busy_503);
    BusyLong = "busy-long", "`503` with `Retry-After` of an hour", "fail: status 503, after no wait", Hook::Claim(wire::busy_long);
    RetryGarbage = "retry-garbage", "`503` with a `Retry-After` that is no time", "fail: status 503", Hook::Claim(wire::retry_garbage);
    Flaky = "flaky", "every second answer is `502`", "fail: status 502; what failed and then passed is flaky, which is counted apart", Hook::Claim(wire::flaky);
    TokenExpires = "token-expires", "each token is refused after some requests", "logs in again, and goes on", Hook::Every(wire::token_expires);
    ClockBehind = "clock-behind", "`Date` is a day behind", "goes on", Hook::Every(wire::clock_behind);
    ClockAhead = "clock-ahead", "`Date` is a day ahead", "goes on", Hook::Every(wire::clock_ahead);
}

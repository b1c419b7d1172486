//! Chaos of bodies: encodings, JSON, links, and answers to other questions.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::answer::{Act, Answer, Asked};

/// Compressing to memory has no way to fail.
fn gzipped(write: impl FnOnce(&mut GzEncoder<Vec<u8>>) -> std::io::Result<()>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let _ = write(&mut encoder);
    encoder.finish().unwrap_or_default()
}

pub(super) fn gzip_bomb(_: &Asked, answer: Answer) -> Vec<Act> {
    let bomb = gzipped(|encoder| {
        let block = vec![b' '; 1 << 20];
        (0..500).try_for_each(|_| encoder.write_all(&block))
    });
    answer
        .with_body(bomb)
        .header("content-encoding", "gzip")
        .whole()
}

pub(super) fn gzip_broken(_: &Asked, answer: Answer) -> Vec<Act> {
    let mut body = gzipped(|encoder| encoder.write_all(&answer.body));
    let middle = body.len() / 2;
    for byte in body.iter_mut().skip(middle).take(40) {
        *byte ^= 0x5a;
    }
    answer
        .with_body(body)
        .header("content-encoding", "gzip")
        .whole()
}

pub(super) fn gzip_missing(_: &Asked, answer: Answer) -> Vec<Act> {
    answer.header("content-encoding", "gzip").whole()
}

pub(super) fn encoding_unknown(_: &Asked, answer: Answer) -> Vec<Act> {
    answer.header("content-encoding", "br").whole()
}

pub(super) fn deep_json(_: &Asked, answer: Answer) -> Vec<Act> {
    let deep = 100_000;
    let body = format!(
        "{{\"resourceType\":\"Bundle\",\"entry\":{}{}}}",
        "[".repeat(deep),
        "]".repeat(deep)
    );
    answer.with_body(body).whole()
}

/// The body with something put right after its first brace.
fn inserted(answer: Answer, text: &str) -> Vec<Act> {
    let body = answer.text().replacen('{', &format!("{{{text}"), 1);
    answer.with_body(body).whole()
}

pub(super) fn json_nan(_: &Asked, answer: Answer) -> Vec<Act> {
    inserted(answer, "\"total\":NaN,")
}

pub(super) fn duplicate_keys(_: &Asked, answer: Answer) -> Vec<Act> {
    let twice = "\"resourceType\":\"Claim\",\"language\":\"en\",\"language\":\"en\"";
    let body = answer.text().replace("\"resourceType\":\"Claim\"", twice);
    answer.with_body(body).whole()
}

pub(super) fn json_cut(_: &Asked, answer: Answer) -> Vec<Act> {
    let body = answer.body[..answer.body.len() * 2 / 3].to_vec();
    answer.with_body(body).whole()
}

pub(super) fn json_trailing(_: &Asked, answer: Answer) -> Vec<Act> {
    let body = answer.text() + "\nWarning: division by zero in line 1";
    answer.with_body(body).whole()
}

pub(super) fn empty_body(_: &Asked, answer: Answer) -> Vec<Act> {
    answer.with_body("").whole()
}

/// The body with a member whose value holds these bytes.
fn with_bytes(answer: Answer, bytes: &[u8]) -> Answer {
    let mut body = b"{\"language\":\"".to_vec();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\",");
    body.extend_from_slice(answer.body.get(1..).unwrap_or_default());
    answer.with_body(body)
}

pub(super) fn invalid_utf8(_: &Asked, answer: Answer) -> Vec<Act> {
    with_bytes(answer, &[0xff, 0xfe, 0xc3]).whole()
}

pub(super) fn byte_order_mark(_: &Asked, answer: Answer) -> Vec<Act> {
    let body = format!("\u{feff}{}", answer.text());
    answer.with_body(body).whole()
}

pub(super) fn utf_16(_: &Asked, answer: Answer) -> Vec<Act> {
    let text = format!("\u{feff}{}", answer.text());
    let body: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let media_type = "application/fhir+json; charset=utf-16";
    answer
        .with_body(body)
        .header("content-type", media_type)
        .whole()
}

pub(super) fn latin_1(_: &Asked, answer: Answer) -> Vec<Act> {
    let media_type = "application/fhir+json; charset=iso-8859-1";
    with_bytes(answer, &[0xe9])
        .header("content-type", media_type)
        .whole()
}

pub(super) fn html_page(_: &Asked, answer: Answer) -> Vec<Act> {
    let page = "<!doctype html><title>Sign in</title><h1>Sign in</h1>";
    answer
        .with_body(page)
        .header("content-type", "text/html")
        .whole()
}

/// The Bundle with that `next` link and no other; what is no Bundle stays.
fn with_next(answer: Answer, next: &str) -> Vec<Act> {
    let Ok(mut bundle) = serde_json::from_slice::<serde_json::Value>(&answer.body) else {
        return answer.whole();
    };
    if bundle["resourceType"] == "Bundle" {
        let mut links = bundle["link"].as_array().cloned().unwrap_or_default();
        links.retain(|link| link["relation"] != "next");
        links.push(serde_json::json!({"relation": "next", "url": next}));
        bundle["link"] = links.into();
    }
    answer.with_body(bundle.to_string()).whole()
}

pub(super) fn next_elsewhere(asked: &Asked, answer: Answer) -> Vec<Act> {
    with_next(answer, &format!("http://elsewhere.example{}", asked.target))
}

pub(super) fn next_itself(asked: &Asked, answer: Answer) -> Vec<Act> {
    with_next(answer, &format!("{}{}", asked.origin, asked.target))
}

pub(super) fn next_forever(asked: &Asked, answer: Answer) -> Vec<Act> {
    let path = asked.target.split('?').next().unwrap_or_default();
    with_next(
        answer,
        &format!("{}{path}?page={}", asked.origin, asked.struck + 2),
    )
}

pub(super) fn other_answer(_: &Asked, answer: Answer) -> Vec<Act> {
    let other = r#"{"resourceType":"Basic","id":"of-somebody-else","code":{"text":"other"}}"#;
    answer.with_body(other).whole()
}

//! Content negotiation (R4 3.1.0.1.9 and 3.1.0.1.10) and the encoding of answers.

use super::Checks;
use crate::check::Check;
use crate::check::catalog;
use crate::check::exchange::{describe_status, utf_8};
use crate::finding::Rule;
use crate::http::{BodyFaultKind, Exchange, Response};

/// A resource was asked for in a form that the server has to give.
pub fn given(
    checks: &mut Checks,
    check: &'static Check,
    exchange: &Exchange,
    asked: &str,
    id: &str,
) {
    let expected = format!("the resource as JSON, asked for with {asked}");
    checks.hold(check, exchange, Rule::MediaType, &expected, |response| {
        if response.status != 200 {
            return Some(describe_status(response));
        }
        let is_json = response.media_type().is_some_and(|name| {
            matches!(
                name.as_str(),
                "application/fhir+json" | "application/json" | "text/json"
            )
        });
        if !is_json {
            return Some(format!("`{}`", response.media_type().unwrap_or_default()));
        }
        is_resource(response, id)
    });
}

fn is_resource(response: &Response, id: &str) -> Option<String> {
    match crate::json::read(&response.body) {
        Ok(document) if document.root.str("id") == Some(id) => None,
        Ok(_) => Some("another resource".to_owned()),
        Err(_) => Some("a body that is no JSON".to_owned()),
    }
}

/// A form was asked for that the server need not have: it gives it, or says that it cannot.
pub fn not_acceptable(
    checks: &mut Checks,
    check: &'static Check,
    exchange: &Exchange,
    asked: &str,
    form: &str,
) {
    let expected = format!("status 406, or an answer in that form, asked for with {asked}");
    checks.hold(check, exchange, Rule::MediaType, &expected, |response| {
        let has_form = response
            .media_type()
            .is_some_and(|name| name.contains(form));
        match response.status {
            406 => None,
            200 if has_form => None,
            200 => Some(format!(
                "status 200 with `{}`",
                response.media_type().unwrap_or_default()
            )),
            _ => Some(describe_status(response)),
        }
    });
}

/// A body is compressed only in a way that was accepted, and is what `Content-Encoding` says.
pub fn compression(checks: &mut Checks, exchange: &Exchange, accepted: &str) {
    if exchange.status() != Some(200) {
        return;
    }
    let expected = format!("no `Content-Encoding` but one of `{accepted}`");
    let check = &catalog::COMPRESSION;
    checks.hold(check, exchange, Rule::Header, &expected, |response| {
        let given = response.header("content-encoding")?.trim();
        let fits = given.is_empty() || accepted.contains(&given.to_ascii_lowercase());
        (!fits).then(|| format!("`{given}`"))
    });
    let expected = "a body that is compressed as `Content-Encoding` says";
    let check = &catalog::COMPRESSION_NAMED;
    checks.hold(check, exchange, Rule::Header, expected, |response| {
        let fault = response.body_fault.as_ref()?;
        (fault.kind == BodyFaultKind::Encoding).then(|| fault.message.clone())
    });
}

/// FHIR is sent in UTF-8, and said to be.
pub fn encoding(checks: &mut Checks, exchange: &Exchange) {
    let charset = exchange
        .response()
        .and_then(|response| response.header("content-type"))
        .and_then(charset);
    if let Some(charset) = charset {
        checks.hold(
            &catalog::CHARSET,
            exchange,
            Rule::MediaType,
            "the charset `utf-8`, where one is named",
            |_| (!charset.eq_ignore_ascii_case("utf-8")).then(|| format!("`{charset}`")),
        );
    }
    utf_8(checks.of(&catalog::UTF_8), exchange);
}

fn charset(content_type: &str) -> Option<String> {
    content_type
        .split(';')
        .skip(1)
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
        .map(|(_, value)| value.trim().trim_matches('"').to_owned())
}

/// A request id that the client gave comes back, be it as the correlation id (R4 3.1.0.1.14).
pub fn request_id(checks: &mut Checks, exchange: &Exchange) {
    let headers = exchange.request.headers.iter();
    let mut sent = headers.filter(|(name, _)| name.eq_ignore_ascii_case("x-request-id"));
    let Some((_, sent)) = sent.next() else {
        return;
    };
    let answers = exchange
        .response()
        .is_some_and(|response| response.header("x-request-id").is_some());
    if !answers {
        return;
    }
    checks.hold(
        &catalog::REQUEST_ID,
        exchange,
        Rule::Header,
        "the client's id in X-Request-Id or X-Correlation-Id",
        |response| {
            let has = |name| response.header(name) == Some(sent.as_str());
            (!has("x-request-id") && !has("x-correlation-id")).then(|| "neither".to_owned())
        },
    );
}

#[cfg(test)]
mod tests {
    use super::charset;

    #[test]
    fn the_charset_is_read_in_any_case_and_with_quotes() {
        assert_eq!(
            charset("application/json; Charset=\"UTF-8\"").as_deref(),
            Some("UTF-8")
        );
        assert_eq!(charset("application/fhir+json; fhirVersion=4.0"), None);
    }
}

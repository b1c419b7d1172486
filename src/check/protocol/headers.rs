//! The headers of a read: version and time (R4 3.1.0.1.3), HEAD and conditional reads.

use super::Checks;
use crate::check::catalog;
use crate::check::exchange::describe_status;
use crate::fhir::ConditionalReadStatus;
use crate::finding::Rule;
use crate::http::{Exchange, Response};
use crate::json::Node;

/// ETag and Last-Modified beside `meta.versionId` and `meta.lastUpdated`.
pub fn version(checks: &mut Checks, exchange: &Exchange, resource: &Node<'_>) {
    let meta = resource.get("meta");
    let version = meta.and_then(|meta| meta.str("versionId"));
    let updated = meta.and_then(|meta| meta.str("lastUpdated"));
    if let Some(version) = version {
        checks.hold(
            &catalog::READ_ETAG,
            exchange,
            Rule::Header,
            "an ETag header, as the resource has a versionId",
            |response| missing(response, "etag"),
        );
        if exchange
            .response()
            .is_some_and(|it| it.header("etag").is_some())
        {
            etag(checks, exchange, version);
        }
    }
    checks.hold(
        &catalog::READ_LAST_MODIFIED,
        exchange,
        Rule::Header,
        "a Last-Modified header",
        |response| missing(response, "last-modified"),
    );
    let modified = exchange
        .response()
        .and_then(|it| it.header("last-modified"));
    if let (Some(updated), Some(modified)) = (updated, modified) {
        last_modified(checks, exchange, updated, modified);
    }
}

fn missing(response: &Response, name: &str) -> Option<String> {
    response
        .header(name)
        .is_none()
        .then(|| "no such header".to_owned())
}

fn etag(checks: &mut Checks, exchange: &Exchange, version: &str) {
    let expected = format!("`W/\"{version}\"`, the versionId as a weak tag");
    checks.hold(
        &catalog::READ_ETAG_VERSION,
        exchange,
        Rule::Header,
        &expected,
        |response| {
            let found = response.header("etag")?;
            (opaque_tag(found) != version).then(|| format!("`{found}`"))
        },
    );
    checks.hold(
        &catalog::READ_ETAG_WEAK,
        exchange,
        Rule::Header,
        &expected,
        |response| {
            let found = response.header("etag")?;
            let weak = found.starts_with("W/\"") && found.ends_with('"');
            (!weak).then(|| format!("`{found}`"))
        },
    );
}

/// The tag without its weakness and quotes.
#[must_use]
pub fn opaque_tag(etag: &str) -> &str {
    etag.trim().trim_start_matches("W/").trim_matches('"')
}

fn last_modified(checks: &mut Checks, exchange: &Exchange, updated: &str, modified: &str) {
    let Ok(updated_at) = updated.parse::<jiff::Timestamp>() else {
        return;
    };
    let expected = format!("the time of meta.lastUpdated, `{updated}`");
    checks.hold(
        &catalog::READ_LAST_UPDATED,
        exchange,
        Rule::Header,
        &expected,
        |_| match http_date(modified) {
            Some(at) if at.as_second() == updated_at.as_second() => None,
            // A server may round to the next second.
            Some(at) if at.as_second() == updated_at.as_second() + 1 => None,
            Some(_) => Some(format!("`{modified}`")),
            None => Some(format!("`{modified}`, which is no HTTP date")),
        },
    );
}

/// A date of HTTP.
#[must_use]
pub fn http_date(text: &str) -> Option<jiff::Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(text.trim())
        .ok()
}

/// HEAD beside the GET of the same address.
pub fn head(checks: &mut Checks, get: &Exchange, head: &Exchange) {
    let Some(full) = get.response() else { return };
    let statuses = [full.status, 405, 501];
    let expected = format!("status {}, as GET has, or 405 or 501", full.status);
    checks.status(&catalog::HEAD, head, &statuses, &expected);
    if head.status() != Some(full.status) {
        return;
    }
    checks.hold(
        &catalog::HEAD_HEADERS,
        head,
        Rule::Header,
        "the headers of GET",
        |response| {
            let differing: Vec<String> = ["content-type", "etag", "last-modified"]
                .into_iter()
                .filter(|name| response.header(name) != full.header(name))
                .map(|name| {
                    let shown =
                        |it: Option<&str>| it.map_or("none".to_owned(), |it| format!("`{it}`"));
                    format!(
                        "`{name}` {} instead of {}",
                        shown(response.header(name)),
                        shown(full.header(name))
                    )
                })
                .collect();
            (!differing.is_empty()).then(|| differing.join(", "))
        },
    );
}

/// A conditional read of what the client has already.
pub fn not_modified(
    checks: &mut Checks,
    exchange: &Exchange,
    header: &str,
    declared: Option<ConditionalReadStatus>,
) {
    let expected = format!("status 304, or the resource with 200, in answer to {header}");
    if !checks.status(
        &catalog::CONDITIONAL_READ_STATUS,
        exchange,
        &[200, 304],
        &expected,
    ) {
        return;
    }
    let promised = match declared {
        Some(ConditionalReadStatus::FullSupport) => true,
        Some(ConditionalReadStatus::NotMatch) => header == "If-None-Match",
        Some(ConditionalReadStatus::ModifiedSince) => header == "If-Modified-Since",
        Some(ConditionalReadStatus::NotSupported) | None => false,
    };
    if promised {
        let expected = format!("status 304 in answer to {header}, as the server declares");
        checks.status(&catalog::NOT_MODIFIED, exchange, &[304], &expected);
    }
}

/// A conditional read of what has changed since.
pub fn modified(checks: &mut Checks, exchange: &Exchange, header: &str) {
    let expected = format!("the resource with status 200, because {header} names another version");
    checks.hold(
        &catalog::MODIFIED,
        exchange,
        Rule::Status,
        &expected,
        |response| (response.status != 200).then(|| describe_status(response)),
    );
}

#[cfg(test)]
mod tests {
    use super::{http_date, opaque_tag};

    #[test]
    fn a_tag_is_compared_without_weakness_and_quotes() {
        for tag in ["W/\"7\"", "\"7\"", "7", " W/\"7\" "] {
            assert_eq!(opaque_tag(tag), "7");
        }
    }

    #[test]
    fn a_date_of_http_is_read_and_anything_else_is_not() {
        let at = http_date("Mon, 06 May 2024 07:08:09 GMT").expect("a date");
        assert_eq!(at.to_string(), "2024-05-06T07:08:09Z");
        assert!(http_date("2024-05-06").is_none());
    }
}

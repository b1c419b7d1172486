//! Instants as FHIR and as HTTP write them.

use jiff::Timestamp;
use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};

/// Now, in whole milliseconds: what `meta.lastUpdated` can carry back unchanged.
pub(super) fn now() -> Timestamp {
    whole(
        Timestamp::now(),
        Timestamp::as_millisecond,
        Timestamp::from_millisecond,
    )
}

/// The instant without its fraction of a second: all that an HTTP date can say.
pub(super) fn whole_second(instant: Timestamp) -> Timestamp {
    whole(instant, Timestamp::as_second, Timestamp::from_second)
}

fn whole(
    instant: Timestamp,
    count: impl Fn(Timestamp) -> i64,
    make: impl Fn(i64) -> Result<Timestamp, jiff::Error>,
) -> Timestamp {
    make(count(instant)).unwrap_or(instant)
}

/// The FHIR `instant`.
pub(super) fn instant(instant: Timestamp) -> String {
    format!("{instant:.3}")
}

/// The FHIR `date` in UTC.
pub(super) fn date(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%d").to_string()
}

/// The HTTP date (RFC 9110 section 5.6.7).
pub(super) fn http_date(instant: Timestamp) -> String {
    DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&instant)
        .unwrap_or_default()
}

/// Reads an HTTP date.
pub(super) fn parse_http_date(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::{date, http_date, instant, parse_http_date, whole_second};

    #[test]
    fn one_instant_in_its_three_forms() {
        let moment: jiff::Timestamp = "2024-02-29T23:59:58.120Z".parse().expect("an instant");
        assert_eq!(instant(moment), "2024-02-29T23:59:58.120Z");
        assert_eq!(date(moment), "2024-02-29");
        assert_eq!(http_date(moment), "Thu, 29 Feb 2024 23:59:58 GMT");
        assert_eq!(
            parse_http_date(&http_date(moment)),
            Some(whole_second(moment))
        );
    }
}

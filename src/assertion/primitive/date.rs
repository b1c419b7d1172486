//! date, dateTime, instant and time: the grammar of R4 2.24.0.1, and that the day exists.

use super::Fault;

const DATE: Fault = Fault::Format("a date as `YYYY`, `YYYY-MM` or `YYYY-MM-DD` that exists");
const DATE_TIME: Fault = Fault::Format(
    "a dateTime as `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or `YYYY-MM-DDThh:mm:ss` with a zone such as `Z` or `+02:00`",
);
const INSTANT: Fault = Fault::Format(
    "an instant as `YYYY-MM-DDThh:mm:ss`, perhaps with fractions, and a zone such as `Z` or `+02:00`",
);
const TIME: Fault = Fault::Format("a time as `hh:mm:ss`, without a zone");

pub(super) fn date_fault(text: &str) -> Option<Fault> {
    (!is_date(text)).then_some(DATE)
}

pub(super) fn date_time_fault(text: &str) -> Option<Fault> {
    (!is_date_time(text)).then_some(DATE_TIME)
}

pub(super) fn instant_fault(text: &str) -> Option<Fault> {
    (!is_instant(text)).then_some(INSTANT)
}

pub(super) fn time_fault(text: &str) -> Option<Fault> {
    (!is_time(text)).then_some(TIME)
}

/// Whether the text is a FHIR date of any precision.
#[must_use]
pub(super) fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes.len(), 4 | 7 | 10) && date_prefix(bytes)
}

/// Whether the text is a FHIR dateTime of any precision.
#[must_use]
pub(super) fn is_date_time(text: &str) -> bool {
    is_date(text) || is_instant(text)
}

/// Whether the text is a FHIR instant.
#[must_use]
pub(super) fn is_instant(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some((day, rest)) = bytes.split_at_checked(10) else {
        return false;
    };
    let [b'T', clock @ ..] = rest else {
        return false;
    };
    date_prefix(day) && clock_prefix(clock).is_some_and(is_zone)
}

/// Whether the text is a FHIR time.
#[must_use]
pub(super) fn is_time(text: &str) -> bool {
    clock_prefix(text.as_bytes()).is_some_and(<[u8]>::is_empty)
}

/// Whether 4, 7 or 10 bytes are a year, month or day that exists.
fn date_prefix(bytes: &[u8]) -> bool {
    let Some(year) = digits(bytes, 0, 4).filter(|year| *year > 0) else {
        return false;
    };
    if bytes.len() == 4 {
        return true;
    }
    let month = match (bytes[4], digits(bytes, 5, 2)) {
        (b'-', Some(month @ 1..=12)) => month,
        _ => return false,
    };
    if bytes.len() == 7 {
        return true;
    }
    let last = match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    bytes[7] == b'-' && digits(bytes, 8, 2).is_some_and(|day| (1..=last).contains(&day))
}

/// Reads `hh:mm:ss` with optional fractions; what is left, if it was one.
fn clock_prefix(bytes: &[u8]) -> Option<&[u8]> {
    let hour = digits(bytes, 0, 2)?;
    let minute = digits(bytes, 3, 2)?;
    let second = digits(bytes, 6, 2)?;
    // A leap second is written as 60.
    if bytes[2] != b':' || bytes[5] != b':' || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let rest = &bytes[8..];
    let [b'.', fraction @ ..] = rest else {
        return Some(rest);
    };
    let length = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
    (length > 0).then(|| &fraction[length..])
}

fn is_zone(bytes: &[u8]) -> bool {
    if bytes == b"Z" {
        return true;
    }
    if bytes.len() != 6 || !matches!(bytes[0], b'+' | b'-') || bytes[3] != b':' {
        return false;
    }
    match (digits(bytes, 1, 2), digits(bytes, 4, 2)) {
        (Some(14), Some(0)) => true,
        (Some(hours), Some(minutes)) => hours <= 13 && minutes <= 59,
        _ => false,
    }
}

fn digits(bytes: &[u8], start: usize, length: usize) -> Option<u32> {
    bytes
        .get(start..start + length)?
        .iter()
        .try_fold(0, |value, byte| {
            byte.is_ascii_digit()
                .then(|| value * 10 + u32::from(byte - b'0'))
        })
}

const fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::{is_date, is_date_time, is_instant, is_time};

    #[test]
    fn dates_have_three_precisions_and_must_exist() {
        for good in ["2024", "2024-02", "2024-02-29", "0001-01-01"] {
            assert!(is_date(good), "{good}");
        }
        for bad in [
            "2023-02-29",
            "0000",
            "24-01-01",
            "2024-13",
            "2024-1-1",
            "2024-01-01T00:00:00Z",
            "",
        ] {
            assert!(!is_date(bad), "{bad}");
        }
    }

    #[test]
    fn a_time_of_day_needs_seconds_and_a_zone() {
        for good in [
            "2024-02-29T10:20:30Z",
            "2024-02-29T10:20:30.5+14:00",
            "2024-12-31T23:59:60-13:59",
            "2024",
        ] {
            assert!(is_date_time(good), "{good}");
        }
        for bad in [
            "2024-02-29T10:20Z",
            "2024-02-29T10:20:30",
            "2024-02-29T24:00:00Z",
            "2024-02-29T10:20:30.Z",
            "2024-02-29T10:20:30+14:30",
            "2024-02-29 10:20:30Z",
        ] {
            assert!(!is_date_time(bad), "{bad}");
        }
        assert!(!is_instant("2024-02-29"));
        assert!(is_time("10:20:30.25"));
        assert!(!is_time("10:20:30Z"));
        assert!(!is_time("10:20"));
        assert!(!is_time("é0:20:30"));
    }
}

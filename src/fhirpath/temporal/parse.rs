//! Text to dates and times; nothing that is not exactly one is read.

use super::{Date, DateTime, Fraction, Time, days_in_month};

impl Date {
    /// Reads `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if !matches!(bytes.len(), 4 | 7 | 10) {
            return None;
        }
        let year = digits(bytes, 0, 4)?;
        if year == 0 {
            return None;
        }
        let mut date = Self {
            year,
            month: None,
            day: None,
        };
        if bytes.len() >= 7 {
            let month = after(bytes, 4, b'-')?;
            if !(1..=12).contains(&month) {
                return None;
            }
            date.month = Some(month);
            if bytes.len() == 10 {
                let day = after(bytes, 7, b'-')?;
                if day == 0 || day > days_in_month(year, month) {
                    return None;
                }
                date.day = Some(day);
            }
        }
        Some(date)
    }
}

impl Time {
    /// Reads `hh`, `hh:mm`, `hh:mm:ss` or `hh:mm:ss.f` with any number of digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let hour = u8::try_from(digits(bytes, 0, 2)?).ok()?;
        if hour > 23 {
            return None;
        }
        let mut time = Self {
            hour,
            minute: None,
            second: None,
            fraction: None,
        };
        if bytes.len() == 2 {
            return Some(time);
        }
        let minute = after(bytes, 2, b':')?;
        if minute > 59 {
            return None;
        }
        time.minute = Some(minute);
        if bytes.len() == 5 {
            return Some(time);
        }
        let second = after(bytes, 5, b':')?;
        if second > 60 {
            return None;
        }
        time.second = Some(second);
        if bytes.len() > 8 {
            time.fraction = Some(fraction(text.get(8..)?.strip_prefix('.')?)?);
        }
        Some(time)
    }
}

impl DateTime {
    /// Reads a date, or a date and time with or without an offset; the time may be partial, as in
    /// FHIRPath literals.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let Some((date, rest)) = text.split_once('T') else {
            return Date::parse(text).map(Self::from);
        };
        let date = Date::parse(date)?;
        if rest.is_empty() {
            return Some(Self::from(date));
        }
        date.day?;
        let (time, offset) = split_offset(rest)?;
        Some(Self {
            date,
            time: Some(Time::parse(time)?),
            offset,
        })
    }
}

/// Splits `14:34:28+10:00` into the time and the minutes of its offset.
fn split_offset(text: &str) -> Option<(&str, Option<i16>)> {
    if let Some(time) = text.strip_suffix('Z') {
        return Some((time, Some(0)));
    }
    let Some(at) = text.find(['+', '-']) else {
        return Some((text, None));
    };
    let (time, offset) = text.split_at_checked(at)?;
    let bytes = offset.as_bytes();
    if bytes.len() != 6 {
        return None;
    }
    let hours = i16::try_from(digits(bytes, 1, 2)?).ok()?;
    let minutes = i16::from(after(bytes, 3, b':')?);
    if hours > 14 || minutes > 59 {
        return None;
    }
    let total = hours * 60 + minutes;
    Some((time, Some(if bytes[0] == b'-' { -total } else { total })))
}

fn fraction(text: &str) -> Option<Fraction> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Digits beyond a billionth of a second do not decide anything.
    let kept = text.get(..text.len().min(9))?;
    let digits = u8::try_from(kept.len()).ok()?;
    let value: u32 = kept.parse().ok()?;
    Some(Fraction {
        nanos: value * 10_u32.pow(9 - u32::from(digits)),
        digits,
    })
}

/// The number of `count` digits at `at`.
fn digits(bytes: &[u8], at: usize, count: usize) -> Option<u16> {
    bytes
        .get(at..at + count)?
        .iter()
        .try_fold(0_u16, |value, &byte| {
            byte.is_ascii_digit()
                .then(|| value * 10 + u16::from(byte - b'0'))
        })
}

/// The two-digit number after a separator.
fn after(bytes: &[u8], at: usize, separator: u8) -> Option<u8> {
    if bytes.get(at) != Some(&separator) {
        return None;
    }
    u8::try_from(digits(bytes, at + 1, 2)?).ok()
}

#[cfg(test)]
mod tests {
    use super::{Date, DateTime, Time};

    #[test]
    fn what_is_read_is_written_alike() {
        for text in ["2015", "2015-02", "2016-02-29"] {
            assert_eq!(Date::parse(text).expect(text).to_string(), text);
            assert_eq!(DateTime::parse(text).expect(text).to_string(), text);
        }
        for text in [
            "14",
            "14:34",
            "14:34:28",
            "14:34:28.1",
            "23:59:60.123456789",
        ] {
            assert_eq!(Time::parse(text).expect(text).to_string(), text);
        }
        for text in [
            "2015-02-04T14",
            "2015-02-04T14:34:28Z",
            "2015-02-04T14:34:28.120-05:30",
            "2015-02-04T14:34:28+14:00",
        ] {
            assert_eq!(DateTime::parse(text).expect(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_date_or_time_is_refused() {
        for text in [
            "",
            "15",
            "2015-",
            "2015-13",
            "2015-00",
            "2015-02-29",
            "0000",
            "2015-2-4",
            "20150204",
            "2015-02-04T",
            "é015",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        for text in [
            "",
            "1",
            "24:00",
            "14:60",
            "14:34:",
            "14:34:28.",
            "14:34:61",
            "14:34Z",
        ] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
        for text in [
            "2015T14:00",
            "2015-02-04T14:34:28+1:00",
            "2015-02-04T14:34:28+15:00",
            "2015-02-04 14:34",
            "2015-02-04TZ",
        ] {
            assert_eq!(DateTime::parse(text), None, "{text}");
        }
    }
}

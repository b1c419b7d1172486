//! Dates in search (R4 3.1.1.4.7): every date is the interval it leaves open, and the prefixes
//! compare intervals.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp};

use crate::fhir::codes;
use crate::reference::tree::Tree;

codes! {
    /// The prefixes of ordered values (R4 3.1.1.4.6).
    Prefix {
        Equal = "eq",
        NotEqual = "ne",
        Greater = "gt",
        Less = "lt",
        GreaterOrEqual = "ge",
        LessOrEqual = "le",
        StartsAfter = "sa",
        EndsBefore = "eb",
        Approximately = "ap",
    }
}

impl Prefix {
    /// Splits a value into its prefix (`eq` if it has none) and the rest.
    pub(super) fn split(text: &str) -> (Self, &str) {
        text.get(..2)
            .and_then(Self::from_code)
            .map_or((Self::Equal, text), |prefix| (prefix, &text[2..]))
    }
}

/// A span of time: from its first instant up to, and without, its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
}

impl Interval {
    /// Reads a FHIR date, dateTime or instant of any precision. A time without a zone is UTC's:
    /// R4 leaves it to the server.
    pub(super) fn read(text: &str) -> Option<Self> {
        match text.split_once('T') {
            None => Self::read_date(text),
            Some((date, time)) => Self::read_time(date, time),
        }
    }

    fn read_date(text: &str) -> Option<Self> {
        let (padded, span) = match text.len() {
            4 => (format!("{text}-01-01"), Span::new().years(1)),
            7 => (format!("{text}-01"), Span::new().months(1)),
            10 => (text.to_owned(), Span::new().days(1)),
            _ => return None,
        };
        let digits = |(place, byte): (usize, u8)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        if !padded.bytes().enumerate().all(digits) {
            return None;
        }
        let first: Date = padded.parse().ok()?;
        Some(Self {
            start: utc(first.to_datetime(jiff::civil::Time::midnight()))?,
            end: utc(first
                .checked_add(span)
                .ok()?
                .to_datetime(jiff::civil::Time::midnight()))?,
        })
    }

    fn read_time(date: &str, time: &str) -> Option<Self> {
        let (clock, zone) = match time.find(['Z', '+', '-', ' ']) {
            // A plus of the zone that was not percent-encoded arrives as a space.
            Some(place) => (&time[..place], time[place..].replace(' ', "+")),
            None => (time, "Z".to_owned()),
        };
        let (padded, unit) = match clock.len() {
            5 => (format!("{clock}:00"), Span::new().minutes(1)),
            8 => (clock.to_owned(), Span::new().seconds(1)),
            10..=18 => {
                let digits = clock.len() as u32 - 9;
                (
                    clock.to_owned(),
                    Span::new().nanoseconds(10_i64.pow(9 - digits)),
                )
            }
            _ => return None,
        };
        let local: DateTime = format!("{date}T{padded}").parse().ok()?;
        let start = local
            .to_zoned(TimeZone::fixed(offset(&zone)?))
            .ok()?
            .timestamp();
        Some(Self {
            start,
            end: start.checked_add(unit).ok()?,
        })
    }

    /// The interval of an element: a date of any precision, or a Period, whose missing ends are
    /// open.
    pub(super) fn of(element: &Tree) -> Option<Self> {
        if let Some(text) = element.as_str() {
            return Self::read(text);
        }
        let bound = |name: &str| element.str(name).and_then(Self::read);
        if element.str("start").is_none() && element.str("end").is_none() {
            return None;
        }
        Some(Self {
            start: bound("start").map_or(Timestamp::MIN, |interval| interval.start),
            end: bound("end").map_or(Timestamp::MAX, |interval| interval.end),
        })
    }

    /// Whether the element's interval stands in that relation to the one searched for.
    pub(super) fn satisfies(self, prefix: Prefix, sought: Self) -> bool {
        let within = sought.start <= self.start && self.end <= sought.end;
        match prefix {
            Prefix::Equal => within,
            Prefix::NotEqual => !within,
            Prefix::Greater => self.end > sought.end,
            Prefix::Less => self.start < sought.start,
            Prefix::GreaterOrEqual => self.end > sought.end || within,
            Prefix::LessOrEqual => self.start < sought.start || within,
            Prefix::StartsAfter => self.start >= sought.end,
            Prefix::EndsBefore => self.end <= sought.start,
            Prefix::Approximately => self.overlaps(sought.approximate()),
        }
    }

    fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// R4 proposes a tenth of the time between the value and now.
    fn approximate(self) -> Self {
        let gap = self.start.duration_until(Timestamp::now()).abs() / 10;
        Self {
            start: self.start.checked_sub(gap).unwrap_or(Timestamp::MIN),
            end: self.end.checked_add(gap).unwrap_or(Timestamp::MAX),
        }
    }
}

fn utc(local: DateTime) -> Option<Timestamp> {
    local
        .to_zoned(TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

fn offset(zone: &str) -> Option<Offset> {
    if zone == "Z" {
        return Some(Offset::UTC);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
    Offset::from_seconds(sign * seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::{Interval, Prefix};

    fn compare(element: &str, value: &str) -> bool {
        let (prefix, rest) = Prefix::split(value);
        let element = Interval::read(element).expect("an element");
        element.satisfies(prefix, Interval::read(rest).expect("a value"))
    }

    #[test]
    fn a_day_lies_within_its_year_but_not_the_other_way_round() {
        assert!(compare("2012-07-19", "2012"));
        assert!(!compare("2012", "eq2012-07-19"));
        assert!(compare("2012", "ne2012-07-19"));
        assert!(compare("2012-02-29", "2012-02"));
    }

    #[test]
    fn prefixes_at_the_boundary_instant() {
        let at = "2024-06-01T08:00:00.000Z";
        assert!(compare(at, "ge2024-06-01T08:00:00Z"));
        assert!(!compare(at, "gt2024-06-01T08:00:00Z"));
        assert!(compare(at, "le2024-06-01T08:00:00.000Z"));
        assert!(!compare(at, "lt2024-06-01T08:00:00.000Z"));
        assert!(compare(at, "sa2024-05-31"));
        assert!(compare(at, "eb2024-06-01T08:00:00.001Z"));
        assert!(compare(at, "2024-06-01T10:00:00+02:00"));
        assert!(compare(at, "2024-06-01T08:00"));
    }

    #[test]
    fn what_is_no_date_is_told_apart() {
        for text in [
            "",
            "yesterday",
            "2024-13",
            "2024-2-3",
            "20240203",
            "2024-02-30",
            "+024-01-01",
        ] {
            assert_eq!(Interval::read(text), None, "{text}");
        }
    }
}

//! Dates as the spans of time that they leave open, and the prefixes that compare them (R4
//! 3.1.1.4.6 and 3.1.1.4.7).

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp};

use crate::fhir::codes;
use crate::json::Node;

codes! {
    /// A prefix of a value that is ordered (R4 3.1.1.4.6).
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

/// From the first instant up to, and without, the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

impl Moment {
    /// Reads a date, dateTime or instant. What has no zone is taken as UTC.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        match text.split_once('T') {
            None => Self::of_date(text),
            Some((date, rest)) => Self::of_time(date, rest),
        }
    }

    fn of_date(text: &str) -> Option<Self> {
        let (first, span) = match text.len() {
            4 => (format!("{text}-01-01"), Span::new().years(1)),
            7 => (format!("{text}-01"), Span::new().months(1)),
            10 => (text.to_owned(), Span::new().days(1)),
            _ => return None,
        };
        let first: Date = first.parse().ok()?;
        let instant = |date: Date| {
            let midnight = date.to_datetime(Time::midnight());
            TimeZone::UTC.to_timestamp(midnight).ok()
        };
        Some(Self {
            start: instant(first)?,
            end: instant(first.checked_add(span).ok()?)?,
        })
    }

    fn of_time(date: &str, rest: &str) -> Option<Self> {
        let zone_at = rest.find(['Z', '+', '-']);
        let (clock, zone) = zone_at.map_or((rest, "Z"), |at| rest.split_at(at));
        let (clock, nanoseconds) = match clock.len() {
            5 => (format!("{clock}:00"), 60_000_000_000),
            8 => (clock.to_owned(), 1_000_000_000),
            10..=18 => {
                let digits = u32::try_from(clock.len() - 9).ok()?;
                (clock.to_owned(), 10_i64.pow(9 - digits))
            }
            _ => return None,
        };
        let local: DateTime = format!("{date}T{clock}").parse().ok()?;
        let start = TimeZone::fixed(offset(zone)?).to_timestamp(local).ok()?;
        Some(Self {
            start,
            end: start
                .checked_add(Span::new().nanoseconds(nanoseconds))
                .ok()?,
        })
    }

    /// The span of an element: a date of any kind, or a Period, whose missing ends are open.
    #[must_use]
    pub fn of(element: &Node<'_>) -> Option<Self> {
        if let Some(text) = element.as_str() {
            return Self::read(text);
        }
        let bound = |name: &str| element.str(name).map(Self::read);
        let (start, end) = (bound("start"), bound("end"));
        if start.is_none() && end.is_none() {
            return None;
        }
        Some(Self {
            start: start.map_or(Some(Timestamp::MIN), |own| Some(own?.start))?,
            end: end.map_or(Some(Timestamp::MAX), |own| Some(own?.end))?,
        })
    }

    /// Whether this, of a resource, stands in that relation to what was sought.
    #[must_use]
    pub fn satisfies(self, prefix: Prefix, sought: Self) -> bool {
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
            Prefix::Approximately => self.start < sought.end && sought.start < self.end,
        }
    }

    /// The same, as a server may see it that knows the time to another precision or in another
    /// zone: true where any time up to `slack` seconds away would do.
    #[must_use]
    pub fn may_satisfy(self, prefix: Prefix, sought: Self, slack: i64) -> bool {
        [-slack, 0, slack].into_iter().any(|seconds| {
            self.moved(seconds)
                .is_none_or(|moved| moved.satisfies(prefix, sought))
        })
    }

    /// The same span so many seconds later.
    #[must_use]
    pub fn moved(self, seconds: i64) -> Option<Self> {
        let span = Span::new().try_seconds(seconds).ok()?;
        Some(Self {
            start: self.start.checked_add(span).ok()?,
            end: self.end.checked_add(span).ok()?,
        })
    }
}

fn offset(zone: &str) -> Option<Offset> {
    if zone == "Z" {
        return Some(Offset::UTC);
    }
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
    Offset::from_seconds(if zone.starts_with('-') {
        -seconds
    } else {
        seconds
    })
    .ok()
}

#[cfg(test)]
mod tests {
    use super::{Moment, Prefix};

    fn holds(element: &str, prefix: Prefix, value: &str) -> bool {
        let read = |text| Moment::read(text).expect(text);
        read(element).satisfies(prefix, read(value))
    }

    #[test]
    fn a_date_is_the_time_it_leaves_open() {
        assert!(holds("2020-02-29", Prefix::Equal, "2020-02"));
        assert!(!holds("2020-02", Prefix::Equal, "2020-02-29"));
        assert!(holds("2020-02", Prefix::NotEqual, "2020-02-29"));
        assert!(holds(
            "2020-02-29T10:00:00+02:00",
            Prefix::Equal,
            "2020-02-29T08:00Z"
        ));
    }

    #[test]
    fn prefixes_hold_at_the_boundary() {
        let at = "2024-06-01T08:00:00.500Z";
        assert!(holds(at, Prefix::GreaterOrEqual, at) && !holds(at, Prefix::Greater, at));
        assert!(holds(at, Prefix::LessOrEqual, at) && !holds(at, Prefix::Less, at));
        assert!(holds(at, Prefix::StartsAfter, "2024-05-31"));
        assert!(holds(at, Prefix::EndsBefore, "2024-06-01T08:00:01Z"));
    }

    #[test]
    fn slack_is_for_the_server_and_never_a_day() {
        let own = Moment::read("2024-06-01T08:00:00Z").expect("an instant");
        let sought = Moment::read("2024-06-01T08:00:01Z").expect("an instant");
        assert!(own.may_satisfy(Prefix::Equal, sought, 1));
        assert!(!own.may_satisfy(Prefix::Equal, sought, 0));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "soon", "2024-13", "2024-02-30", "2024-06-01T8:00Z"] {
            assert_eq!(Moment::read(text), None, "{text}");
        }
    }
}

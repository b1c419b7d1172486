//! Order and equality as far as the precision of both sides reaches (FHIRPath 6.1 and 6.2): where
//! one side stops being precise before they differ, there is no answer.

use std::cmp::Ordering;

use super::{Date, DateTime, Time};

/// The widest range of offsets in use, in minutes: from -12:00 to +14:00. Two moments further
/// apart are in order whatever the missing offset is.
const OFFSET_RANGE: i64 = 26 * 60;

impl Date {
    /// The order, if the precision of both decides it.
    #[must_use]
    pub fn compare(self, other: Self) -> Option<Ordering> {
        parts_order(&self.parts(), &other.parts())
    }

    fn parts(self) -> [Option<i64>; 3] {
        [
            Some(i64::from(self.year)),
            self.month.map(i64::from),
            self.day.map(i64::from),
        ]
    }
}

impl Time {
    /// The order, if the precision of both decides it.
    #[must_use]
    pub fn compare(self, other: Self) -> Option<Ordering> {
        parts_order(&self.parts(), &other.parts())
    }

    /// Seconds and their parts are one decimal to FHIRPath, so 30 and 30.0 are equally precise.
    fn parts(self) -> [Option<i64>; 3] {
        let nanos = self.fraction.map_or(0, |fraction| fraction.nanos);
        [
            Some(i64::from(self.hour)),
            self.minute.map(i64::from),
            self.second
                .map(|second| i64::from(second) * 1_000_000_000 + i64::from(nanos)),
        ]
    }
}

impl DateTime {
    /// The order, if the precision and the offsets of both decide it.
    #[must_use]
    pub fn compare(self, other: Self) -> Option<Ordering> {
        match (self.time, other.time) {
            (Some(_), Some(_)) if self.offset != other.offset => self.compare_moments(other),
            (Some(mine), Some(theirs)) => match self.date.compare(other.date)? {
                Ordering::Equal => mine.compare(theirs),
                decided => Some(decided),
            },
            (None, None) => self.date.compare(other.date),
            _ => self.date.compare(other.date).filter(|order| order.is_ne()),
        }
    }

    /// Equivalence: equal, and equally precise.
    #[must_use]
    pub fn equivalent(self, other: Self) -> bool {
        self.compare(other) == Some(Ordering::Equal)
    }

    /// Minutes since the start of the calendar in UTC, where there is an offset.
    pub(in crate::fhirpath) fn utc_minutes(self) -> Option<i64> {
        Some(self.minutes()? - i64::from(self.offset?))
    }

    fn compare_moments(self, other: Self) -> Option<Ordering> {
        let (mine, theirs) = (self.minutes()?, other.minutes()?);
        match (self.offset, other.offset) {
            (Some(my_offset), Some(their_offset)) => {
                let order = (mine - i64::from(my_offset)).cmp(&(theirs - i64::from(their_offset)));
                let precise = |at: &Self| at.time.and_then(|time| time.minute).is_some();
                let seconds = |at: &Self| at.time.map(Time::parts).and_then(|parts| parts[2]);
                match order {
                    Ordering::Equal if precise(&self) == precise(&other) => {
                        parts_order(&[seconds(&self)], &[seconds(&other)])
                    }
                    Ordering::Equal => None,
                    decided => Some(decided),
                }
            }
            _ if (mine - theirs).abs() > OFFSET_RANGE => Some(mine.cmp(&theirs)),
            _ => None,
        }
    }

    /// Local minutes since the start of the calendar; only where there is a time.
    fn minutes(self) -> Option<i64> {
        let time = self.time?;
        let days = self.date.day_number()?;
        Some(days * 1440 + i64::from(time.hour) * 60 + i64::from(time.minute.unwrap_or(0)))
    }
}

fn parts_order(left: &[Option<i64>], right: &[Option<i64>]) -> Option<Ordering> {
    for pair in left.iter().zip(right) {
        match pair {
            (Some(left), Some(right)) if left == right => {}
            (Some(left), Some(right)) => return Some(left.cmp(right)),
            (None, None) => break,
            _ => return None,
        }
    }
    Some(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::{Date, DateTime, Ordering, Time};

    fn dates(left: &str, right: &str) -> Option<Ordering> {
        Date::parse(left)
            .expect(left)
            .compare(Date::parse(right).expect(right))
    }

    fn moments(left: &str, right: &str) -> Option<Ordering> {
        DateTime::parse(left)
            .expect(left)
            .compare(DateTime::parse(right).expect(right))
    }

    #[test]
    fn precision_decides_whether_there_is_an_answer() {
        assert_eq!(dates("2018-03", "2018-03-01"), None);
        assert_eq!(dates("2018-03", "2018-04-01"), Some(Ordering::Less));
        assert_eq!(dates("2018", "2018"), Some(Ordering::Equal));
        let times = |left: &str, right: &str| {
            Time::parse(left)
                .expect(left)
                .compare(Time::parse(right).expect(right))
        };
        assert_eq!(times("10:30", "10:30:00"), None);
        assert_eq!(times("10:30:00", "10:30:00.0"), Some(Ordering::Equal));
        assert_eq!(times("10:30:00.1", "10:30:00.09"), Some(Ordering::Greater));
    }

    #[test]
    fn offsets_are_taken_into_account() {
        assert_eq!(
            moments("2012-04-15T15:00:00+02:00", "2012-04-15T16:00:00+03:00"),
            Some(Ordering::Equal)
        );
        assert_eq!(
            moments("2012-01-01T00:30:00+02:00", "2011-12-31T23:00:00Z"),
            Some(Ordering::Less)
        );
        assert_eq!(moments("2012-04-15T15:00:00Z", "2012-04-15T10:00:00"), None);
        assert_eq!(
            moments("2012-04-15T15:00:00Z", "2012-04-17T18:00:00"),
            Some(Ordering::Less)
        );
        assert_eq!(moments("2012-04-15", "2012-04-15T10:00:00"), None);
        assert_eq!(
            moments("2012-04-15", "2012-04-16T10:00:00Z"),
            Some(Ordering::Less)
        );
    }
}

//! The earliest and the latest moment a partial value may mean (`lowBoundary()`,
//! `highBoundary()`), at a precision counted in digits.

use super::{Date, DateTime, Fraction, Time, days_in_month};

/// Which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boundary {
    /// The earliest reading.
    Low,
    /// The latest reading.
    High,
}

impl Boundary {
    fn pick<T>(self, low: T, high: T) -> T {
        match self {
            Self::Low => low,
            Self::High => high,
        }
    }
}

impl Date {
    /// The boundary with 4, 6 or 8 digits.
    #[must_use]
    pub fn boundary(self, end: Boundary, precision: u8) -> Option<Self> {
        let month = self.month.unwrap_or(end.pick(1, 12));
        let day = self
            .day
            .unwrap_or_else(|| end.pick(1, days_in_month(self.year, month)));
        Some(Self {
            year: self.year,
            month: match precision {
                4 => None,
                6 | 8 => Some(month),
                _ => return None,
            },
            day: (precision == 8).then_some(day),
        })
    }
}

impl Time {
    /// The boundary with 2, 4, 6 or 9 digits.
    #[must_use]
    pub fn boundary(self, end: Boundary, precision: u8) -> Option<Self> {
        if !matches!(precision, 2 | 4 | 6 | 9) {
            return None;
        }
        let millis = Fraction {
            nanos: end.pick(0, 999_000_000),
            digits: 3,
        };
        Some(Self {
            hour: self.hour,
            minute: (precision >= 4).then(|| self.minute.unwrap_or(end.pick(0, 59))),
            second: (precision >= 6).then(|| self.second.unwrap_or(end.pick(0, 59))),
            fraction: (precision == 9).then(|| self.fraction.unwrap_or(millis)),
        })
    }
}

impl DateTime {
    /// The boundary with 4, 6, 8, 10, 12, 14 or 17 digits. A missing offset is taken as the one
    /// that makes the moment earliest (+14:00) or latest (-12:00).
    #[must_use]
    pub fn boundary(self, end: Boundary, precision: u8) -> Option<Self> {
        if precision <= 8 {
            return self.date.boundary(end, precision).map(Self::from);
        }
        let whole_day = Time {
            hour: end.pick(0, 23),
            minute: None,
            second: None,
            fraction: None,
        };
        Some(Self {
            date: self.date.boundary(end, 8)?,
            time: Some(
                self.time
                    .unwrap_or(whole_day)
                    .boundary(end, precision - 8)?,
            ),
            offset: self.offset.or(Some(end.pick(14 * 60, -12 * 60))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Boundary, Date, DateTime, Time};

    #[test]
    fn boundaries_fill_what_is_missing_and_cut_what_is_not_asked_for() {
        let date = |text: &str, end, precision| {
            Date::parse(text)
                .expect(text)
                .boundary(end, precision)
                .map(|date| date.to_string())
        };
        assert_eq!(
            date("2014", Boundary::Low, 8).as_deref(),
            Some("2014-01-01")
        );
        assert_eq!(
            date("2016-02", Boundary::High, 8).as_deref(),
            Some("2016-02-29")
        );
        assert_eq!(
            date("2016-02-03", Boundary::High, 4).as_deref(),
            Some("2016")
        );
        assert_eq!(date("2016", Boundary::High, 7), None);
        let moment = |text: &str, end, precision| {
            DateTime::parse(text)
                .expect(text)
                .boundary(end, precision)
                .map(|moment| moment.to_string())
        };
        assert_eq!(
            moment("2014-01", Boundary::High, 17).as_deref(),
            Some("2014-01-31T23:59:59.999-12:00")
        );
        assert_eq!(
            moment("2014-01-01T08:05+08:00", Boundary::Low, 17).as_deref(),
            Some("2014-01-01T08:05:00.000+08:00")
        );
        let time = Time::parse("10:30").expect("a time");
        assert_eq!(
            time.boundary(Boundary::High, 9)
                .map(|time| time.to_string())
                .as_deref(),
            Some("10:30:59.999")
        );
    }
}

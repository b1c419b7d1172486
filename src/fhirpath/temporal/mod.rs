//! Dates, times of day, and moments, each only as precise as it was written (FHIRPath 4.1.6 to
//! 4.1.8): reading, writing, comparing, moving, and their earliest and latest reading.
//!
//! Deliberately not here: time-zone names and leap seconds; FHIR has offsets only.

mod arithmetic;
mod boundary;
mod compare;
mod parse;

use std::fmt;

pub use arithmetic::CalendarUnit;
pub use boundary::Boundary;

/// A year, a month or a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// 1 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: Option<u8>,
    /// 1 to 31; only with a month.
    pub day: Option<u8>,
}

/// Part of a second, with the digits it was written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fraction {
    /// Billionths of a second.
    pub nanos: u32,
    /// How many digits were written, at most nine.
    pub digits: u8,
}

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: Option<u8>,
    /// 0 to 60 (FHIR allows a leap second); only with a minute.
    pub second: Option<u8>,
    /// Only with a second.
    pub fraction: Option<Fraction>,
}

/// A date, perhaps with a time of day, perhaps with an offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime {
    /// The date; complete where there is a time.
    pub date: Date,
    /// The time of day.
    pub time: Option<Time>,
    /// Minutes east of UTC; only with a time.
    pub offset: Option<i16>,
}

impl Date {
    /// How precise it is, counted in digits: 4, 6 or 8.
    #[must_use]
    pub const fn precision(self) -> u8 {
        match (self.month, self.day) {
            (_, Some(_)) => 8,
            (Some(_), None) => 6,
            (None, None) => 4,
        }
    }
}

impl Time {
    /// How precise it is, counted in digits: 2, 4, 6, or 9 with parts of a second.
    #[must_use]
    pub const fn precision(self) -> u8 {
        match self {
            Self {
                fraction: Some(_), ..
            } => 9,
            Self {
                second: Some(_), ..
            } => 6,
            Self {
                minute: Some(_), ..
            } => 4,
            _ => 2,
        }
    }
}

impl DateTime {
    /// How precise it is, counted in digits: 4, 6, 8, 10, 12, 14, or 17 with parts of a second.
    #[must_use]
    pub const fn precision(self) -> u8 {
        match self.time {
            Some(time) => 8 + time.precision(),
            None => self.date.precision(),
        }
    }
}

impl From<Date> for DateTime {
    fn from(date: Date) -> Self {
        Self {
            date,
            time: None,
            offset: None,
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(formatter, "-{month:02}")?;
            if let Some(day) = self.day {
                write!(formatter, "-{day:02}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}", self.hour)?;
        let Some(minute) = self.minute else {
            return Ok(());
        };
        write!(formatter, ":{minute:02}")?;
        let Some(second) = self.second else {
            return Ok(());
        };
        write!(formatter, ":{second:02}")?;
        if let Some(Fraction { nanos, digits }) = self.fraction {
            let all = format!("{nanos:09}");
            let kept = all.get(..usize::from(digits)).unwrap_or(&all);
            write!(formatter, ".{kept}")?;
        }
        Ok(())
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.date)?;
        let Some(time) = self.time else {
            return Ok(());
        };
        write!(formatter, "T{time}")?;
        match self.offset {
            None => Ok(()),
            Some(0) => formatter.write_str("Z"),
            Some(offset) => {
                let sign = if offset < 0 { '-' } else { '+' };
                let minutes = offset.unsigned_abs();
                write!(formatter, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

/// Days in a month of the Gregorian calendar.
pub(super) const fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

//! Adding and subtracting durations (FHIRPath 6.6.8): a calendar duration moves the calendar
//! field, and the day is cut to the end of a shorter month.

use super::{Date, DateTime, Fraction, Time, days_in_month};

/// The units of calendar durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CalendarUnit {
    /// `millisecond`
    Millisecond,
    /// `second`
    Second,
    /// `minute`
    Minute,
    /// `hour`
    Hour,
    /// `day`
    Day,
    /// `week`
    Week,
    /// `month`
    Month,
    /// `year`
    Year,
}

impl CalendarUnit {
    /// The unit of a keyword, singular or plural.
    #[must_use]
    pub fn from_keyword(word: &str) -> Option<Self> {
        Some(match word {
            "millisecond" | "milliseconds" => Self::Millisecond,
            "second" | "seconds" => Self::Second,
            "minute" | "minutes" => Self::Minute,
            "hour" | "hours" => Self::Hour,
            "day" | "days" => Self::Day,
            "week" | "weeks" => Self::Week,
            "month" | "months" => Self::Month,
            "year" | "years" => Self::Year,
            _ => return None,
        })
    }

    /// The keyword in the singular.
    #[must_use]
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Millisecond => "millisecond",
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// The UCUM code that means the same; years and months have equivalents only.
    #[must_use]
    pub const fn ucum(self) -> &'static str {
        match self {
            Self::Millisecond => "ms",
            Self::Second => "s",
            Self::Minute => "min",
            Self::Hour => "h",
            Self::Day => "d",
            Self::Week => "wk",
            Self::Month => "mo",
            Self::Year => "a",
        }
    }

    /// The unit of a UCUM code of definite length.
    #[must_use]
    pub fn from_definite_ucum(code: &str) -> Option<Self> {
        Some(match code {
            "ms" => Self::Millisecond,
            "s" => Self::Second,
            "min" => Self::Minute,
            "h" => Self::Hour,
            "d" => Self::Day,
            "wk" => Self::Week,
            _ => return None,
        })
    }

    /// The length in milliseconds; a month counts 30 days and a year 365 where fields of a
    /// partial date make them meet (FHIRPath 6.6.8).
    const fn millis(self) -> i64 {
        const DAY: i64 = 86_400_000;
        match self {
            Self::Millisecond => 1,
            Self::Second => 1000,
            Self::Minute => 60_000,
            Self::Hour => 3_600_000,
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Month => 30 * DAY,
            Self::Year => 365 * DAY,
        }
    }
}

/// A whole number of one unit.
#[derive(Debug, Clone, Copy)]
enum Move {
    Months(i64),
    Days(i64),
    Millis(i64),
}

/// The move that `amount` units make on a value whose finest field is `finest`: a unit finer than
/// the value is rounded towards zero to whole fields of the value.
fn rounded(amount: i64, unit: CalendarUnit, finest: CalendarUnit) -> Option<Move> {
    if unit >= finest {
        return Some(match unit {
            CalendarUnit::Year => Move::Months(amount.checked_mul(12)?),
            CalendarUnit::Month => Move::Months(amount),
            CalendarUnit::Week => Move::Days(amount.checked_mul(7)?),
            CalendarUnit::Day => Move::Days(amount),
            _ => Move::Millis(amount.checked_mul(unit.millis())?),
        });
    }
    let whole = match (unit, finest) {
        (CalendarUnit::Month, CalendarUnit::Year) => amount / 12,
        _ => amount.checked_mul(unit.millis())? / finest.millis(),
    };
    rounded(whole, finest, finest)
}

impl Date {
    /// The date that many units later; `None` outside the years 1 to 9999.
    #[must_use]
    pub fn plus(self, amount: i64, unit: CalendarUnit) -> Option<Self> {
        match rounded(amount, unit, self.finest())? {
            Move::Months(months) => self.plus_months(months),
            Move::Days(days) => Self::from_day_number(self.day_number()?.checked_add(days)?),
            // The finest field of a date is the day, so nothing finer is left.
            Move::Millis(_) => None,
        }
    }

    const fn finest(self) -> CalendarUnit {
        match (self.month, self.day) {
            (_, Some(_)) => CalendarUnit::Day,
            (Some(_), None) => CalendarUnit::Month,
            (None, None) => CalendarUnit::Year,
        }
    }

    fn plus_months(self, months: i64) -> Option<Self> {
        let month = i64::from(self.month.unwrap_or(1)) - 1;
        let total = (i64::from(self.year) * 12 + month).checked_add(months)?;
        let year = u16::try_from(total.div_euclid(12)).ok()?;
        if !(1..=9999).contains(&year) {
            return None;
        }
        let month = u8::try_from(total.rem_euclid(12) + 1).ok()?;
        Some(Self {
            year,
            month: self.month.map(|_| month),
            day: self.day.map(|day| day.min(days_in_month(year, month))),
        })
    }

    /// Days since 1 March of the year 0; only of a complete date.
    pub(super) fn day_number(self) -> Option<i64> {
        let (month, day) = (i64::from(self.month?), i64::from(self.day?));
        // Years begin in March here, so that the leap day is the last of its year.
        let year = i64::from(self.year) - i64::from(month <= 2);
        let month = (month + 9) % 12;
        Some(year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1)
    }

    /// The inverse of [`Self::day_number`]; `None` outside the years 1 to 9999.
    pub(super) fn from_day_number(number: i64) -> Option<Self> {
        let era = number.div_euclid(146_097);
        let day_of_era = number.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 {
            shifted + 3
        } else {
            shifted - 9
        };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        let year = u16::try_from(year).ok()?;
        if !(1..=9999).contains(&year) {
            return None;
        }
        Some(Self {
            year,
            month: Some(u8::try_from(month).ok()?),
            day: Some(u8::try_from(day).ok()?),
        })
    }
}

impl Time {
    const fn finest(self) -> CalendarUnit {
        match self {
            Self {
                second: Some(_), ..
            } => CalendarUnit::Millisecond,
            Self {
                minute: Some(_), ..
            } => CalendarUnit::Minute,
            _ => CalendarUnit::Hour,
        }
    }

    /// The time that many units later on the clock, past midnight if need be; `None` for units of
    /// a day and longer, which a time of day does not have.
    #[must_use]
    pub fn plus(self, amount: i64, unit: CalendarUnit) -> Option<Self> {
        match rounded(amount, unit, self.finest())? {
            Move::Millis(millis) => Some(self.plus_millis(millis)?.1),
            _ => None,
        }
    }

    /// The days passed and the time reached.
    fn plus_millis(self, millis: i64) -> Option<(i64, Self)> {
        const DAY: i64 = 86_400_000;
        let nanos = self.fraction.map_or(0, |fraction| fraction.nanos);
        let (own_millis, rest) = (i64::from(nanos / 1_000_000), nanos % 1_000_000);
        let minute = i64::from(self.minute.unwrap_or(0));
        let second = i64::from(self.second.unwrap_or(0));
        let own = ((i64::from(self.hour) * 60 + minute) * 60 + second) * 1000 + own_millis;
        let total = own.checked_add(millis)?;
        let within = total.rem_euclid(DAY);
        let field = |value: i64| u8::try_from(value).ok();
        let fraction_millis = u32::try_from(within % 1000).ok()?;
        let written = self.fraction.map_or(0, |fraction| fraction.digits);
        let fraction = (written > 0 || fraction_millis > 0).then_some(Fraction {
            nanos: fraction_millis * 1_000_000 + rest,
            digits: if fraction_millis > 0 {
                written.max(3)
            } else {
                written
            },
        });
        let time = Self {
            hour: field(within / 3_600_000)?,
            minute: self.minute.and(field(within / 60_000 % 60)),
            second: self.second.and(field(within / 1000 % 60)),
            fraction: self.second.and(fraction),
        };
        Some((total.div_euclid(DAY), time))
    }
}

impl DateTime {
    /// The moment that many units later; `None` outside the years 1 to 9999.
    #[must_use]
    pub fn plus(self, amount: i64, unit: CalendarUnit) -> Option<Self> {
        let Some(time) = self.time else {
            return self.date.plus(amount, unit).map(Self::from);
        };
        let (days, time) = match rounded(amount, unit, time.finest())? {
            Move::Millis(millis) => time.plus_millis(millis)?,
            Move::Days(days) => (days, time),
            Move::Months(months) => {
                let date = self.date.plus_months(months)?;
                return Some(Self { date, ..self });
            }
        };
        Some(Self {
            date: self.date.plus(days, CalendarUnit::Day)?,
            time: Some(time),
            offset: self.offset,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{CalendarUnit as Unit, Date, DateTime, Time};
    use proptest::prelude::*;

    fn date(text: &str, amount: i64, unit: Unit) -> Option<String> {
        Some(Date::parse(text)?.plus(amount, unit)?.to_string())
    }

    #[test]
    fn calendar_fields_move_and_days_are_cut() {
        assert_eq!(
            date("2016-01-31", 1, Unit::Month).as_deref(),
            Some("2016-02-29")
        );
        assert_eq!(
            date("2016-02-29", 1, Unit::Year).as_deref(),
            Some("2017-02-28")
        );
        assert_eq!(
            date("2016-02-28", 2, Unit::Day).as_deref(),
            Some("2016-03-01")
        );
        assert_eq!(
            date("2016-03-01", -1, Unit::Week).as_deref(),
            Some("2016-02-23")
        );
        assert_eq!(
            date("2016-03-01", 47, Unit::Hour).as_deref(),
            Some("2016-03-02")
        );
    }

    #[test]
    fn partial_dates_move_by_whole_fields() {
        assert_eq!(date("2014", 25, Unit::Month).as_deref(), Some("2016"));
        assert_eq!(date("2014-11", 60, Unit::Day).as_deref(), Some("2015-01"));
        assert_eq!(date("2014", -1, Unit::Day).as_deref(), Some("2014"));
    }

    #[test]
    fn the_calendar_ends_at_both_sides() {
        assert_eq!(date("9999-12-31", 1, Unit::Day), None);
        assert_eq!(date("0001-01-01", -1, Unit::Day), None);
        assert_eq!(date("2000-01-01", i64::MAX, Unit::Day), None);
        assert_eq!(date("2000-01-01", i64::MIN, Unit::Year), None);
    }

    #[test]
    fn times_go_round_the_clock_and_moments_into_the_next_day() {
        let time = Time::parse("23:30").expect("a time");
        assert_eq!(
            time.plus(45, Unit::Minute)
                .map(|time| time.to_string())
                .as_deref(),
            Some("00:15")
        );
        assert_eq!(time.plus(1, Unit::Day), None);
        let moment = DateTime::parse("2015-12-31T23:59:59.500+10:00").expect("a moment");
        assert_eq!(
            moment
                .plus(600, Unit::Millisecond)
                .map(|moment| moment.to_string())
                .as_deref(),
            Some("2016-01-01T00:00:00.100+10:00")
        );
    }

    proptest! {
        #[test]
        fn day_numbers_go_both_ways(number in 306_i64..3_652_000) {
            let date = Date::from_day_number(number).expect("inside the calendar");
            prop_assert_eq!(date.day_number(), Some(number));
            prop_assert_eq!(Date::parse(&date.to_string()), Some(date));
        }
    }
}

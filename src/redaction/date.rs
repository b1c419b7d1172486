//! Pseudonyms of dates: another day, month or year with the same precision, within the same
//! sixteen years and on the same side of the recording's day. A date that does not exist becomes
//! another one that does not exist.

use jiff::civil::{Date, date};

use super::cipher::Cipher;

/// Dates move within blocks of so many years.
const BLOCK: i16 = 16;

/// The length in characters of the date at the start: `YYYY-MM-DD`, `YYYY-MM`, or with `year`
/// alone also `YYYY`. It must not run on into more digits or letters, except into a `T`.
pub(super) fn length(text: &[char], year_alone: bool) -> Option<usize> {
    let digits = |from: usize, count: usize| {
        text.get(from..from + count)
            .is_some_and(|part| part.iter().all(char::is_ascii_digit))
    };
    let dash = |at: usize| text.get(at) == Some(&'-');
    let ends = |at: usize, time: bool| match text.get(at) {
        Some('T') => time,
        Some('-') => false,
        Some(next) => !next.is_alphanumeric(),
        None => true,
    };
    if !digits(0, 4) {
        None
    } else if dash(4) && digits(5, 2) && dash(7) && digits(8, 2) && ends(10, true) {
        Some(10)
    } else if dash(4) && digits(5, 2) && ends(7, false) {
        Some(7)
    } else if year_alone && ends(4, false) {
        Some(4)
    } else {
        None
    }
}

/// The pseudonym of a date of that shape.
pub(super) fn pseudonym(cipher: &Cipher, day: Date, text: &[char]) -> Vec<char> {
    let written: String = text.iter().collect();
    let parts: Vec<i16> = written
        .split('-')
        .filter_map(|part| part.parse().ok())
        .collect();
    let moved = match parts[..] {
        [year] if year > 0 => Some(format!("{:04}", moved_year(cipher, day, year))),
        [year, month] if year > 0 && (1..=12).contains(&month) => {
            Some(moved_month(cipher, day, year, month))
        }
        [year, month, of_month] => Date::new(year, month as i8, of_month as i8)
            .ok()
            .filter(|_| year > 0)
            .map(|date| moved_day(cipher, day, date)),
        _ => None,
    };
    moved
        .unwrap_or_else(|| impossible(cipher, &written))
        .chars()
        .collect()
}

fn block_start(year: i16) -> i16 {
    (year - year.rem_euclid(BLOCK)).max(1)
}

fn moved_year(cipher: &Cipher, day: Date, year: i16) -> i16 {
    let start = block_start(year);
    let end = start - start.rem_euclid(BLOCK) + BLOCK;
    let (from, to) = side(
        i32::from(start),
        i32::from(end),
        i32::from(day.year()),
        i32::from(year),
    );
    let index = (i32::from(year) - from) as u32;
    let moved = cipher.index("year", index, (to - from) as u32);
    (from + moved as i32) as i16
}

fn moved_month(cipher: &Cipher, day: Date, year: i16, month: i16) -> String {
    let count = |year: i16, month: i16| i32::from(year) * 12 + i32::from(month) - 1;
    let start = block_start(year);
    let end = start - start.rem_euclid(BLOCK) + BLOCK;
    let this = count(year, month);
    let now = count(day.year(), i16::from(day.month()));
    let (from, to) = side(count(start, 1), count(end, 1), now, this);
    let moved = from + cipher.index("month", (this - from) as u32, (to - from) as u32) as i32;
    format!("{:04}-{:02}", moved / 12, moved % 12 + 1)
}

fn moved_day(cipher: &Cipher, day: Date, this: Date) -> String {
    let start = block_start(this.year());
    let end = start - start.rem_euclid(BLOCK) + BLOCK;
    let first = date(start, 1, 1);
    // The last block of the calendar has no day after its end.
    let last = Date::new(end - 1, 12, 31).unwrap_or(Date::MAX);
    let since = |other: Date| (other - first).get_days();
    let (from, to) = side(0, since(last) + 1, since(day), since(this));
    let moved = cipher.index("day", (since(this) - from) as u32, (to - from) as u32) as i32;
    let days = jiff::Span::new().try_days(from + moved);
    let date = days
        .and_then(|days| first.checked_add(days))
        .unwrap_or(this);
    date.to_string()
}

/// The part of `start..end` on that side of now on which the value is; now is its own past.
fn side(start: i32, end: i32, now: i32, value: i32) -> (i32, i32) {
    let border = now.saturating_add(1).clamp(start, end);
    if value < border {
        (start, border)
    } else {
        (border, end)
    }
}

/// A date that does not exist keeps what makes it impossible, and its year if that is the 29th of
/// February; only the last two digits of the year change.
fn impossible(cipher: &Cipher, written: &str) -> String {
    let Some((year, rest)) = written.split_at_checked(4) else {
        return written.to_owned();
    };
    let Ok(number) = year.parse::<u32>() else {
        return written.to_owned();
    };
    if rest == "-02-29" || number == 0 {
        return written.to_owned();
    }
    let moved = number / 100 * 100 + cipher.index("impossible", number % 100, 100);
    // Year 0 does not exist either (R4 2.24.0.1: date), which would be a fault of its own.
    let moved = if moved == 0 { number } else { moved };
    format!("{moved:04}{rest}")
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use proptest::prelude::*;

    use super::super::cipher::{Cipher, Direction};
    use super::{length, pseudonym};

    const DAY: Date = date(2026, 6, 15);

    fn walked(direction: Direction, text: &str) -> String {
        let cipher = Cipher::new(&[3; 32], direction);
        let text: Vec<char> = text.chars().collect();
        pseudonym(&cipher, DAY, &text).into_iter().collect()
    }

    fn hidden(text: &str) -> String {
        walked(Direction::Hide, text)
    }

    #[test]
    fn precision_is_kept() {
        for text in ["1988-03-04", "1988-03", "1988", "0001-01-01", "9999-12-31"] {
            let moved = hidden(text);
            assert_eq!(moved.len(), text.len(), "{moved}");
            assert_eq!(walked(Direction::Restore, &moved), text);
        }
        assert_ne!(hidden("1988-03-04"), "1988-03-04");
    }

    #[test]
    fn the_past_stays_past_and_the_future_future() {
        for (year, month, of_month) in [(2024, 2, 29), (2026, 6, 15), (2026, 6, 16), (2031, 1, 1)] {
            let this = date(year, month, of_month);
            let moved: Date = hidden(&this.to_string()).parse().expect("a date");
            assert_eq!(this <= DAY, moved <= DAY, "{this} {moved}");
        }
    }

    #[test]
    fn what_does_not_exist_goes_on_not_existing() {
        for text in [
            "1988-13-04",
            "1987-02-30",
            "1987-02-29",
            "1988-00-01",
            "0000-01-01",
        ] {
            let moved = hidden(text);
            assert!(
                moved.parse::<Date>().is_err() || text.starts_with("0000"),
                "{text} {moved}"
            );
            assert_eq!(moved[4..], text[4..], "{text} {moved}");
        }
    }

    #[test]
    fn the_shape_of_a_date_is_recognised() {
        let shape = |text: &str, alone| length(&text.chars().collect::<Vec<_>>(), alone);
        assert_eq!(shape("1988-03-04", false), Some(10));
        assert_eq!(shape("1988-03-04T10:00:00Z", false), Some(10));
        assert_eq!(shape("1988-03.", false), Some(7));
        assert_eq!(shape("1988", true), Some(4));
        for other in [
            "1988",
            "1988-3-4",
            "19880304",
            "1988-03-041",
            "1988-03-04-05",
            "1988-03-04x",
        ] {
            assert_eq!(shape(other, false), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn every_day_moves_to_a_day_and_back(days in 0_i64..800_000) {
            let this = date(1, 1, 1) + jiff::Span::new().days(days);
            let moved = hidden(&this.to_string());
            let parsed: Date = moved.parse().expect("a date");
            prop_assert_eq!(parsed.year() / 16, this.year() / 16);
            prop_assert_eq!(walked(Direction::Restore, &moved), this.to_string());
        }
    }
}

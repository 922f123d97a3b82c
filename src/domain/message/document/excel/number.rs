//! Numbers as Excel shows them. In: a number as it is stored, and its look; out: words. Invariant: a date is written
//! out with its month, so that nobody takes the day for it, and no more precisely than it is shown.

use chrono::{Days, NaiveDate};

use super::look::Shows;

/// Figures that Excel keeps of a number.
const FIGURES: usize = 15;
/// 31 December 9999 in either system.
const LAST_DAY: f64 = 2_958_465.0;

/// What is shown of a number; `None` where it is no number, or no day.
pub(super) fn shown(stored: &str, shows: Shows, is_1904: bool) -> Option<String> {
    let number: f64 = stored.trim().parse().ok().filter(|number: &f64| number.is_finite())?;
    match shows {
        Shows::Nothing => Some(String::new()),
        Shows::Number => Some(plain(stored.trim(), number)),
        Shows::Padded(n) => Some(format!("{:0>n$}", plain(stored.trim(), number))),
        Shows::Time if number < 1.0 => Some(time(number)),
        Shows::Time => None,
        Shows::Date(format) => Some(day(number, is_1904)?.format(format).to_string()),
    }
}

/// More figures than Excel keeps: the last ones are not what was typed.
pub(super) fn is_rounded(stored: &str) -> bool {
    stored.trim().parse::<f64>().is_ok_and(|number| number.abs() >= 1e15)
}

fn plain(stored: &str, number: f64) -> String {
    let is_figures = stored.len() <= FIGURES + 2 && stored.chars().all(|c| c.is_ascii_digit());
    // Rust writes the shortest figures that give the number again, without an exponent.
    if is_figures { stored.to_owned() } else { format!("{number}") }
}

/// The day of a serial number (ISO/IEC 29500-1 18.17.4.1). Excel counts a 29 February 1900 that never was.
fn day(number: f64, is_1904: bool) -> Option<NaiveDate> {
    if !(1.0..=LAST_DAY).contains(&number) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies in the range above")]
    let serial = number.floor() as u64;
    let (first, serial) = match (is_1904, serial) {
        (true, serial) => (NaiveDate::from_ymd_opt(1904, 1, 1)?, serial),
        (false, 60) => return None,
        (false, serial @ ..60) => (NaiveDate::from_ymd_opt(1899, 12, 31)?, serial),
        (false, serial) => (NaiveDate::from_ymd_opt(1899, 12, 30)?, serial),
    };
    first.checked_add_days(Days::new(serial))
}

fn time(number: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a day in minutes")]
    let minutes = (number.max(0.0) * 1440.0).round() as u32;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

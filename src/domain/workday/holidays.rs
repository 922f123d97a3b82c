//! The table of bank holidays, in the shape in which GOV.UK publishes it (`bank-holidays.json`). In: that text; out:
//! [`WorkingDays`], or the one place that is wrong. Other divisions than England and Wales are not read.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use super::WorkingDays;

/// England and Wales has had at least eight in every year since 1978; fewer is a year that somebody began to fill in.
const FEWEST_IN_A_YEAR: usize = 8;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, {key}: found {found}; expected {expected}")]
pub struct BadHolidays {
    pub line: usize,
    pub key: String,
    pub found: String,
    pub expected: String,
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "england-and-wales")]
    england_and_wales: Division,
}

#[derive(Deserialize)]
struct Division {
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    title: String,
    date: String,
    #[serde(default)]
    notes: String,
}

impl WorkingDays {
    /// Reads GOV.UK's JSON.
    ///
    /// # Errors
    /// When it is not that JSON, a date is none or stands twice, or a year is missing or begun and not filled in.
    pub fn from_gov_uk(json: &str) -> Result<Self, BadHolidays> {
        let file: File = serde_json::from_str(json).map_err(|error| BadHolidays {
            line: error.line(),
            key: "england-and-wales.events".into(),
            found: error.to_string(),
            expected: r#"{"england-and-wales": {"division": "..", "events": [{"title", "date", "notes", "bunting"}]}}"#.into(),
        })?;
        let mut holidays = BTreeMap::new();
        for (index, event) in file.england_and_wales.events.into_iter().enumerate() {
            let wrong = |expected: &str| BadHolidays {
                line: line_of(json, &event.date),
                key: format!("england-and-wales.events[{index}].date"),
                found: format!("{:?}", event.date),
                expected: expected.into(),
            };
            let on: NaiveDate = event.date.parse().map_err(|_| wrong("a date as YYYY-MM-DD"))?;
            let title = event.title.trim();
            let substitute = event.notes.to_lowercase().contains("substitute");
            let title = if substitute { format!("{title} (substitute)") } else { title.to_owned() };
            if holidays.insert(on, title).is_some() {
                return Err(wrong("each date once"));
            }
        }
        whole_years(json, &holidays)?;
        Ok(Self { holidays })
    }
}

/// A year that holds too few holidays would count as known, and its Good Friday as a Working Day.
fn whole_years(json: &str, holidays: &BTreeMap<NaiveDate, String>) -> Result<(), BadHolidays> {
    let years = holidays.keys().next().zip(holidays.keys().next_back());
    let Some((first, last)) = years.map(|(first, last)| (first.year(), last.year())) else {
        return Err(BadHolidays {
            line: 1,
            key: "england-and-wales.events".into(),
            found: "no holiday".into(),
            expected: format!("the bank holidays of at least one year, {FEWEST_IN_A_YEAR} or more"),
        });
    };
    for year in first..=last {
        let n = holidays.keys().filter(|on| on.year() == year).count();
        if n < FEWEST_IN_A_YEAR {
            return Err(BadHolidays {
                line: line_of(json, &format!("{year}-")),
                key: "england-and-wales.events".into(),
                found: format!("{n} holidays in {year}"),
                expected: format!("{FEWEST_IN_A_YEAR} or more in every year from the first to the last"),
            });
        }
    }
    Ok(())
}

/// Serde does not say where a value stood; the last place that shows it is the one that a person would look for.
fn line_of(json: &str, value: &str) -> usize {
    let needle = format!("\"{value}");
    json.rfind(&needle).map_or(1, |at| json.get(..at).unwrap_or_default().matches('\n').count() + 1)
}

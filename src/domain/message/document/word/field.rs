//! What is filled in: content controls (ISO/IEC 29500-1 17.5.2), the elder form fields (17.16) and symbols. In: their
//! properties; out: what they hold. Invariant: what a control holds is read, not how it is drawn.

use chrono::{Datelike, NaiveDate};

use super::run::tick;
use crate::domain::message::document::xml::Element;

/// Entries of a list and octets of each that are kept.
const ENTRIES: usize = 200;

/// What controls show until somebody writes: the published form's words, and Word's own. LibreOffice 7.4 keeps them and
/// forgets that they are a prompt (2026-11-28).
const PROMPTS: &[&str] = &[
    "click here and write",
    "click or tap here to enter text.",
    "click here to enter text.",
    "click or tap to enter a date.",
    "click here to enter a date.",
    "choose an item.",
];

/// Do the words only ask for an answer?
pub(super) fn is_prompt(words: &str) -> bool {
    PROMPTS.iter().any(|prompt| words.trim().eq_ignore_ascii_case(prompt))
}

/// A content control.
#[derive(Default)]
pub(super) struct Control {
    /// It shows the words that ask for an answer.
    pub is_prompt: bool,
    pub is_ticked: Option<bool>,
    pub is_said: bool,
    /// The day that was chosen.
    pub day: Option<NaiveDate>,
    pub shown: String,
}

impl Control {
    pub fn property(&mut self, name: &str, element: &Element<'_>) {
        match name {
            "showingPlcHdr" => self.is_prompt = element.is_on(),
            "checkbox" => self.is_ticked = Some(false),
            "date" => {
                let day = element.attribute("fullDate");
                self.day = day.and_then(|day| NaiveDate::parse_from_str(day.get(..10)?, "%Y-%m-%d").ok());
            }
            _ => {}
        }
    }

    pub fn check(&mut self, name: &str, element: &Element<'_>) {
        if name == "checked" {
            self.is_ticked = Some(element.is_on());
        }
    }
}

/// An elder form field; the answer to a text field stands in the text itself.
#[derive(Default)]
pub(super) struct Entry {
    is_box: bool,
    is_list: bool,
    default: Option<String>,
    chosen: Option<String>,
    list: Vec<String>,
}

impl Entry {
    pub fn property(&mut self, name: &str, element: &Element<'_>) {
        // A switch without a value is on.
        let value = || Some(element.attribute("val").unwrap_or_else(|| "1".into()));
        match name {
            "checkBox" => self.is_box = true,
            "ddList" => self.is_list = true,
            "default" => self.default = value(),
            "checked" | "result" => self.chosen = value(),
            "listEntry" if self.list.len() < ENTRIES => self.list.extend(element.attribute("val")),
            _ => {}
        }
    }

    /// What it shows.
    pub fn said(self) -> Option<String> {
        let chosen = self.chosen.or(self.default);
        if self.is_box {
            let is_off = chosen.is_none_or(|value| ["0", "false", "off"].contains(&value.as_str()));
            return Some(tick(!is_off).into());
        }
        let place = chosen.and_then(|value| value.parse().ok()).unwrap_or(0);
        self.list.into_iter().nth(place).filter(|_| self.is_list)
    }
}

/// A symbol as a character: the boxes and ticks of the fonts that Word ticks with; of others the character itself.
pub(super) fn symbol(font: &str, code: Option<&str>) -> String {
    let code = code.and_then(|code| u32::from_str_radix(code, 16).ok()).unwrap_or(0);
    let place = if (0xf000..0xf100).contains(&code) { code - 0xf000 } else { code };
    let known = match (font, place) {
        ("Wingdings", 0x6f | 0x71 | 0x72 | 0xa8) | ("Wingdings 2", 0x2a | 0xa3) => Some("\u{2610}"),
        ("Wingdings", 0xfd | 0x78) | ("Wingdings 2", 0x51 | 0x53 | 0x54) => Some("\u{2612}"),
        ("Wingdings", 0xfe) | ("Wingdings 2", 0x52) => Some("\u{2611}"),
        ("Wingdings", 0xfc) | ("Wingdings 2", 0x50) => Some("\u{2713}"),
        ("Wingdings", 0xfb) | ("Wingdings 2", 0x4f) => Some("\u{2717}"),
        _ => None,
    };
    let itself = || char::from_u32(code).filter(|c| !c.is_control() && !(0xe000..0xf900).contains(&code));
    known.map(String::from).or_else(|| itself().map(String::from)).unwrap_or_default()
}

/// Can the words be taken for another day than this: figures alone, which read otherwise with the day first?
pub(super) fn misleads(shown: &str, day: NaiveDate) -> bool {
    if shown.chars().any(char::is_alphabetic) {
        return false;
    }
    let parts: Vec<u32> =
        shown.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
    let [first, month, last] = parts.as_slice() else { return false };
    let (of_month, year) = if *first > 31 { (*last, *first) } else { (*first, *last) };
    let year = if year < 100 { year + 2000 } else { year };
    i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, *month, of_month)) != Some(day)
}

/// "1 March 2027".
pub(super) fn written_out(day: NaiveDate) -> String {
    format!("{} {}", day.day(), day.format("%B %Y"))
}

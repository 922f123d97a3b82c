//! How cells look: whether a number is a date, and whether what stands there is seen. In: the styles of a workbook; out:
//! the look of each by its number. Invariant: a look that is not known is plain.

use crate::domain::message::document::Unreadable;
use crate::domain::message::document::xml::{Element, Token, Tokens};

/// Formats, fonts and looks that are known of one workbook; Excel itself holds 64,000.
const LOOKS: usize = 65_000;

/// Written out with the month, so that nobody takes it for the day.
const DAY: &str = "%-d %B %Y";
/// Where no year is shown, it is whichever the program took.
const DAY_ALONE: &str = "%-d %B";
const MONTH: &str = "%B %Y";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Shows {
    #[default]
    Number,
    /// With leading zeros up to so many figures.
    Padded(usize),
    /// As much of a date as is shown.
    Date(&'static str),
    /// A time of the day alone.
    Time,
    Nothing,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Look {
    pub shows: Shows,
    pub is_struck: bool,
}

#[derive(Default)]
pub(super) struct Looks {
    formats: Vec<(usize, Shows)>,
    struck: Vec<bool>,
    cells: Vec<Look>,
}

impl Looks {
    pub fn of(xml: &str) -> Result<Self, Unreadable> {
        let mut looks = Self::default();
        let mut open: Vec<Within> = Vec::new();
        let mut tokens = Tokens::of(xml);
        while let Some(token) = tokens.next()? {
            match token {
                Token::Start(element) => {
                    let within = match element.name() {
                        "fonts" => Within::Fonts,
                        "cellXfs" => Within::Cells,
                        "dxfs" | "cellStyleXfs" => Within::Others,
                        _ => open.last().copied().unwrap_or(Within::Nothing),
                    };
                    looks.take(&element, open.last().copied().unwrap_or(Within::Nothing));
                    open.push(within);
                }
                Token::End => {
                    open.pop();
                }
                Token::Text(_) => {}
            }
        }
        Ok(looks)
    }

    fn take(&mut self, element: &Element<'_>, within: Within) {
        match (element.name(), within) {
            ("numFmt", Within::Nothing) if self.formats.len() < LOOKS => {
                let shows = shows(&element.attribute("formatCode").unwrap_or_default());
                self.formats.push((element.number("numFmtId").unwrap_or(0), shows));
            }
            ("font", Within::Fonts) if self.struck.len() < LOOKS => self.struck.push(false),
            ("strike", Within::Fonts) => {
                if let Some(last) = self.struck.last_mut() {
                    *last = element.is_on();
                }
            }
            ("xf", Within::Cells) if self.cells.len() < LOOKS => {
                let format = element.number("numFmtId").unwrap_or(0);
                let own = self.formats.iter().rev().find(|(id, _)| *id == format);
                let font = element.number("fontId").unwrap_or(0);
                self.cells.push(Look {
                    shows: own.map_or_else(|| built_in(format), |(_, shows)| *shows),
                    is_struck: self.struck.get(font).copied().unwrap_or(false),
                });
            }
            _ => {}
        }
    }

    pub fn at(&self, number: usize) -> Look {
        self.cells.get(number).copied().unwrap_or_default()
    }
}

#[derive(Clone, Copy)]
enum Within {
    Nothing,
    Fonts,
    Cells,
    Others,
}

/// The formats that every workbook has (ISO/IEC 29500-1 18.8.30).
fn built_in(format: usize) -> Shows {
    match format {
        14 | 15 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58 => Shows::Date(DAY),
        16 => Shows::Date(DAY_ALONE),
        17 => Shows::Date(MONTH),
        18..=21 | 32..=35 | 45..=47 | 55 | 56 => Shows::Time,
        _ => Shows::Number,
    }
}

/// What a format shows, by its letters outside of quotes and brackets.
pub(super) fn shows(code: &str) -> Shows {
    if !code.is_empty() && code.chars().all(|c| c == ';') {
        return Shows::Nothing;
    }
    let mut plain = String::new();
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => chars.by_ref().take_while(|c| *c != '"').for_each(drop),
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                // [h]:mm counts hours; [Red] and [$-809] say how.
                if inside.chars().all(|c| "hmsHMS".contains(c)) {
                    plain.push_str(&inside);
                }
            }
            '\\' | '_' | '*' => {
                chars.next();
            }
            // The first section is the one for positive numbers.
            ';' => break,
            c => plain.extend(c.to_lowercase()),
        }
    }
    if plain.contains("general") {
        return Shows::Number;
    }
    let has = |c: char| plain.contains(c);
    if plain.len() > 1 && plain.chars().all(|c| c == '0') {
        return Shows::Padded(plain.len());
    }
    match (has('d'), has('m'), has('y'), has('h') || has('s')) {
        (true, _, true, _) => Shows::Date(DAY),
        (true, _, false, _) => Shows::Date(DAY_ALONE),
        (false, true, true, _) => Shows::Date(MONTH),
        (false, false, true, _) => Shows::Date("%Y"),
        (false, _, false, true) => Shows::Time,
        (false, true, false, false) => Shows::Date("%B"),
        (false, false, false, false) => Shows::Number,
    }
}

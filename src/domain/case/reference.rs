//! `SUS-YYYY-` and at least four digits: the name of a case in every mail (DESIGN.md 4).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::id::SubjectId;

/// Year of receipt (Europe/London) and number within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference {
    pub year: i32,
    pub number: u32,
}

impl Reference {
    /// Reads the whole text as a reference, in either case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_uppercase();
        let (year, number) = text.strip_prefix("SUS-")?.split_once('-')?;
        let digits =
            |part: &str, least: usize| part.len() >= least && part.bytes().all(|b| b.is_ascii_digit());
        if year.len() != 4 || !digits(year, 4) || !digits(number, 4) {
            return None;
        }
        Some(Self { year: year.parse().ok()?, number: number.parse().ok()? })
    }

    #[must_use]
    pub fn subject(self) -> SubjectId {
        SubjectId(self.to_string())
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SUS-{}-{:04}", self.year, self.number)
    }
}

impl TryFrom<String> for Reference {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is no reference; expected SUS-2026-0001"))
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_grows_past_four_digits() {
        assert_eq!(Reference { year: 2026, number: 7 }.to_string(), "SUS-2026-0007");
        assert_eq!(Reference { year: 2026, number: 10_000 }.to_string(), "SUS-2026-10000");
        assert_eq!(Reference::parse("sus-2026-10000"), Some(Reference { year: 2026, number: 10_000 }));
        for bad in ["SUS-26-0001", "SUS-2026-001", "SUS-2026-00x1", "SUS-2026-", "2026-0001", "SUS-2026-+001"]
        {
            assert_eq!(Reference::parse(bad), None, "{bad}");
        }
    }
}

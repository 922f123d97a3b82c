//! One small reader per type of value. In: the words of one value, with their line breaks; out: the value, or what
//! was found and what was expected. Invariant: the words alone decide, so the same words always give the same value.

pub mod architecture;
pub mod arrangement;
pub mod assessed;
pub mod choice;
pub mod contact;
pub mod date;
pub mod ids;
pub mod meters;
pub mod names;
pub mod ordinal;
pub mod provision;
pub mod roles;
pub mod segment;
pub mod stage;
pub mod text;
pub mod withheld;

#[cfg(test)]
mod tests;

use crate::domain::notification::FieldName;

/// Do the words give a value of that field and nothing to remark? `None` where any text would.
#[must_use]
pub fn reads_clean(field: FieldName, words: &str) -> Option<bool> {
    Some(match field {
        FieldName::SystemOrdinal => ordinal::read(words).is_clean(),
        FieldName::EmploymentStage => stage::read(words).is_clean(),
        FieldName::IntendedStart | FieldName::ActualStart => date::read(words).is_clean(),
        FieldName::IdArrangement => arrangement::read(words).is_clean(),
        FieldName::UserIds => ids::read(words).is_clean(),
        FieldName::ArchitectureProvided => architecture::read(words).is_clean(),
        FieldName::Provision => provision::read(words).is_clean(),
        FieldName::PreviouslyAssessed => assessed::read(words).is_clean(),
        FieldName::CustomerSegment => segment::read(words).is_clean(),
        FieldName::SeparatedFromFirst => assessed::read_separated(words).is_clean(),
        FieldName::MeterCountExpected => meters::read(words).is_clean(),
        _ => return None,
    })
}

/// What reading one value gave. Neither value nor problem: it was left blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read<T> {
    pub value: Option<T>,
    pub problems: Vec<Found>,
}

/// What was found and what was expected instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub found: String,
    pub expected: &'static str,
}

impl<T> Read<T> {
    #[must_use]
    pub fn of(value: T) -> Self {
        Self { value: Some(value), problems: Vec::new() }
    }

    #[must_use]
    pub fn blank() -> Self {
        Self { value: None, problems: Vec::new() }
    }

    #[must_use]
    pub fn bad(found: &str, expected: &'static str) -> Self {
        Self { value: None, problems: vec![Found::new(found, expected)] }
    }

    /// Understood in one sense only, and with nothing to remark.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.value.is_some() && self.problems.is_empty()
    }
}

impl Found {
    #[must_use]
    pub fn new(found: &str, expected: &'static str) -> Self {
        Self { found: text::squash(found).chars().take(200).collect(), expected }
    }
}

//! Fields as a person reads them, and what a later mail changes in them. In: [`Fields`]; out: lines and differences.

use chrono::{Datelike, NaiveDate};

use super::{
    ArchitectureProvided, Contact, CustomerSegment, EmploymentStage, Fields, IdArrangement, MeterCount,
    Ordinal, Precision, PreviouslyAssessed, Provision, Source, StatedDate, Withheld, WithheldItem,
    YesNoUnknown,
};
use crate::domain::directory::normal_name;

/// One stated field: its name in DOMAIN.md 2, the sender's words, and what we took them to mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub name: &'static str,
    /// `None` where a person entered the value or it was derived.
    pub words: Option<String>,
    pub value: String,
    /// Where it was read: "in form.docx, line 7".
    pub place: Option<String>,
}

macro_rules! for_each_field {
    ($run:ident) => {
        $run!(
            user_party_name party_id user_roles contact system_ordinal system_label employment_stage
            intended_start actual_start reason_not_notified_before confidentiality_objection
            disclosure_withheld id_arrangement user_ids architecture_provided provision srp_name
            previously_assessed customer_segment purpose separated_from_first meter_count_expected
        )
    };
}

pub(super) use for_each_field;

impl WithheldItem {
    /// As letters name it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Ids => "User IDs",
            Self::Architecture => "Architecture",
            Self::Srp => "Name of the Shared Resource Provider",
            Self::Other => "Other details",
        }
    }
}

impl Fields {
    /// Every stated field in the order of DOMAIN.md 2.
    #[must_use]
    pub fn shown(&self) -> Vec<Shown> {
        let mut all = Vec::new();
        macro_rules! push {
            ($($name:ident)*) => {
                $(if let Some(field) = &self.$name {
                    all.push(Shown { name: stringify!($name), words: words(&field.source), value: field.value.show(), place: field.source.place() });
                })*
            };
        }
        for_each_field!(push);
        all
    }

    /// Takes over what `other` states and these do not. What both state differently is taken out; its name, and both
    /// answers with their places.
    pub fn complete(&mut self, other: &Self) -> Vec<(&'static str, String)> {
        let mut differing = Vec::new();
        macro_rules! complete {
            ($($name:ident)*) => {
                $(match (&self.$name, &other.$name) {
                    (None, Some(field)) => self.$name = Some(field.clone()),
(Some(own), Some(field)) if !own.value.is_like(&field.value) => {
                        differing.push((stringify!($name), format!("{} and {}", told(own), told(field))));
                        self.$name = None;
                    }
                    _ => {}
                })*
            };
        }
        for_each_field!(complete);
        differing
    }

    /// Takes over what `newer` states; the names of the fields that are now different.
    pub fn take_over(&mut self, newer: &Self) -> Vec<&'static str> {
        let mut changed = Vec::new();
        macro_rules! take {
            ($($name:ident)*) => {
                $(if let Some(field) = &newer.$name
                    && self.$name.as_ref().is_none_or(|old| old.value != field.value)
                {
                    self.$name = Some(field.clone());
                    changed.push(stringify!($name));
                })*
            };
        }
        for_each_field!(take);
        changed
    }

    /// Marks every stated field as entered by a person.
    pub fn entered_by(&mut self, person: &super::Key) {
        macro_rules! mark {
            ($($name:ident)*) => {
                $(if let Some(field) = &mut self.$name {
                    field.source = Source::Person { entered_by: person.clone() };
                })*
            };
        }
        for_each_field!(mark);
    }
}

impl Source {
    /// Where a person finds what was read: "in form.docx, line 7".
    #[must_use]
    pub fn place(&self) -> Option<String> {
        match self {
            Self::Mail { part, line, document, is_prose, .. } => {
                let place = match document {
                    Some(name) => format!("in {name}, line {line}"),
                    None => format!("part {part}, line {line}"),
                };
                Some(if *is_prose { format!("{place}, in its writer's own words") } else { place })
            }
            Self::Person { .. } | Self::Derived {} => None,
        }
    }
}

/// A value, and where it was read.
fn told<T: Show>(field: &super::Field<T>) -> String {
    let place = match &field.source {
        Source::Mail { line, document: None, .. } => Some(format!("in the mail, line {line}")),
        source => source.place(),
    };
    let value = field.value.show();
    place.map_or_else(|| value.clone(), |place| format!("{value} ({place})"))
}

fn words(source: &Source) -> Option<String> {
    match source {
        Source::Mail { words, .. } => Some(words.clone()),
        Source::Person { .. } | Source::Derived {} => None,
    }
}

/// A value in plain English.
trait Show {
    fn show(&self) -> String;

    /// Do they say the same?
    fn is_like(&self, other: &Self) -> bool {
        self.show().to_lowercase() == other.show().to_lowercase()
    }
}

impl Show for String {
    fn show(&self) -> String {
        self.clone()
    }

    /// "Power Ltd" and "POWER LIMITED" do.
    fn is_like(&self, other: &Self) -> bool {
        normal_name(self) == normal_name(other)
    }
}

impl Show for std::collections::BTreeSet<String> {
    fn show(&self) -> String {
        self.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

impl Show for Vec<String> {
    fn show(&self) -> String {
        self.join(", ")
    }
}

impl Show for Contact {
    fn show(&self) -> String {
        [&self.name, &self.email, &self.telephone]
            .into_iter()
            .filter_map(|part| part.as_deref())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

impl Show for Ordinal {
    fn show(&self) -> String {
        match self {
            Self::Exactly(2) => "second".into(),
            Self::Exactly(3) => "third".into(),
            Self::Exactly(n) => format!("number {n}"),
            Self::AtLeast { at_least } => format!("number {at_least} or later"),
        }
    }
}

impl Show for EmploymentStage {
    fn show(&self) -> String {
        match self {
            Self::Intending => "intending to employ it",
            Self::Procuring => "procuring",
            Self::Developing => "developing",
            Self::Testing => "testing",
            Self::AlreadyInUse => "already in use",
        }
        .into()
    }
}

impl Show for StatedDate {
    fn show(&self) -> String {
        let date = self.date;
        match self.precision {
            Precision::Day => day(date),
            Precision::Week => format!("the week of {}", day(date)),
            Precision::Month => date.format("%B %Y").to_string(),
            Precision::Quarter => format!("Q{} {}", date.month0() / 3 + 1, date.year()),
            Precision::Year => date.year().to_string(),
        }
    }
}

impl Show for Withheld {
    fn show(&self) -> String {
        let items = self.items.iter().map(|item| match item {
            WithheldItem::Ids => "User IDs",
            WithheldItem::Architecture => "architecture",
            WithheldItem::Srp => "provider",
            WithheldItem::Other => "other details",
        });
        let items = items.collect::<Vec<_>>().join(", ");
        self.reason.as_ref().map_or_else(|| items.clone(), |reason| format!("{items} ({reason})"))
    }
}

impl Show for IdArrangement {
    fn show(&self) -> String {
        match self {
            Self::SingleExisting => "single, the existing User ID",
            Self::SingleNew => "single, a new User ID",
            Self::Multiple => "multiple User IDs",
            Self::Undecided => "undecided",
        }
        .into()
    }
}

impl Show for ArchitectureProvided {
    fn show(&self) -> String {
        match self {
            Self::Attached => "attached",
            Self::ViaSecureForm => "by the secure form",
            Self::ToFollow => "to follow",
            Self::Withheld => "withheld",
            Self::None => "none",
        }
        .into()
    }
}

impl Show for Provision {
    fn show(&self) -> String {
        match self {
            Self::InHouse => "in house",
            Self::SharedResourceProvider => "a Shared Resource Provider",
            Self::OtherThirdParty => "another third party",
            Self::Undecided => "undecided",
        }
        .into()
    }
}

impl Show for YesNoUnknown {
    fn show(&self) -> String {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "not known",
        }
        .into()
    }
}

impl Show for PreviouslyAssessed {
    fn show(&self) -> String {
        let mut text = self.answer.show();
        if let Some(date) = self.date {
            text = format!("{text}, {}", date.show());
        }
        if let Some(reference) = &self.reference {
            text = format!("{text}, reference {reference}");
        }
        text
    }
}

impl Show for CustomerSegment {
    fn show(&self) -> String {
        match self {
            Self::Domestic => "domestic",
            Self::NonDomestic => "non-domestic",
            Self::Both => "domestic and non-domestic",
            Self::NotSupplier => "not a supplier",
        }
        .into()
    }
}

impl Show for MeterCount {
    fn show(&self) -> String {
        let side = |n: Option<u64>, of: &str| n.map(|n| format!("{n} {of}"));
        [side(self.domestic, "domestic"), side(self.non_domestic, "non-domestic")]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", ")
    }
}

fn day(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::notification::Field;

    #[test]
    fn a_newer_mail_fills_and_changes_and_says_which() {
        let field = |value: &str| Some(Field { value: value.to_string(), source: Source::Derived {} });
        let mut old =
            Fields { user_party_name: field("Power"), srp_name: field("Meterlink"), ..Fields::default() };
        let newer = Fields { srp_name: field("Gridlink"), purpose: field("a portal"), ..Fields::default() };
        assert_eq!(old.take_over(&newer), ["srp_name", "purpose"]);
        assert_eq!(old.take_over(&newer), Vec::<&str>::new(), "a second time changes nothing");
        assert_eq!(old.user_party_name, field("Power"));
    }

    #[test]
    fn a_period_is_shown_as_it_was_stated() {
        let show = |y, m, d, precision| {
            StatedDate { date: NaiveDate::from_ymd_opt(y, m, d).unwrap(), precision }.show()
        };
        assert_eq!(show(2027, 3, 1, Precision::Day), "1 March 2027");
        assert_eq!(show(2027, 3, 1, Precision::Month), "March 2027");
        assert_eq!(show(2027, 7, 1, Precision::Quarter), "Q3 2027");
        assert_eq!(show(2027, 3, 8, Precision::Week), "the week of 8 March 2027");
    }
}

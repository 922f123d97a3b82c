//! A stretch of a text, and its field's reader. In: words and their place; out: the field with its source, and what
//! could not be read.

use super::values::{self, Found, Read};
use super::{Field, FieldName, Fields, Source};

/// A stretch of a text.
#[derive(Debug, Clone, Copy)]
pub struct Stretch<'a> {
    pub part: u32,
    pub line: u32,
    pub words: &'a str,
    /// The attached document that the text was read from.
    pub document: Option<&'a str>,
    /// It is a sentence, not what stands behind a label.
    pub is_prose: bool,
}

impl<'a> Stretch<'a> {
    #[must_use]
    pub fn source(&self) -> Source {
        Source::Mail {
            part: self.part,
            line: self.line,
            words: self.words.to_owned(),
            document: self.document.map(ToOwned::to_owned),
            is_prose: self.is_prose,
        }
    }

    /// The same, for words within it.
    #[must_use]
    pub fn inner(&self, words: &'a str) -> Self {
        let before = (words.as_ptr() as usize).saturating_sub(self.words.as_ptr() as usize);
        let breaks = self.words.get(..before).unwrap_or_default().matches('\n').count();
        Self { line: self.line + u32::try_from(breaks).unwrap_or(0), words, ..*self }
    }
}

/// Reads the words with the reader of their field; what could not be read is told.
pub fn read_into(
    fields: &mut Fields,
    field: FieldName,
    stretch: &Stretch<'_>,
    roles: &[String],
) -> Vec<Found> {
    let words = stretch.words;
    match field {
        FieldName::UserPartyName => {
            set(&mut fields.user_party_name, stretch, values::text::read_party(words))
        }
        FieldName::PartyId => set(&mut fields.party_id, stretch, values::text::read(words)),
        FieldName::UserRoles => set(&mut fields.user_roles, stretch, values::roles::read(words, roles)),
        FieldName::Contact => set(&mut fields.contact, stretch, values::contact::read(words)),
        FieldName::SystemOrdinal => set(&mut fields.system_ordinal, stretch, values::ordinal::read(words)),
        FieldName::SystemLabel => set(&mut fields.system_label, stretch, values::text::read_label(words)),
        FieldName::EmploymentStage => set(&mut fields.employment_stage, stretch, values::stage::read(words)),
        FieldName::IntendedStart => set(&mut fields.intended_start, stretch, values::date::read(words)),
        FieldName::ActualStart => set(&mut fields.actual_start, stretch, values::date::read(words)),
        FieldName::ReasonNotNotifiedBefore => {
            set(&mut fields.reason_not_notified_before, stretch, values::text::read(words))
        }
        FieldName::ConfidentialityObjection => {
            set(&mut fields.confidentiality_objection, stretch, values::text::read_objection(words))
        }
        FieldName::DisclosureWithheld => {
            set(&mut fields.disclosure_withheld, stretch, values::withheld::read(words))
        }
        FieldName::IdArrangement => {
            set(&mut fields.id_arrangement, stretch, values::arrangement::read(words))
        }
        FieldName::UserIds => set(&mut fields.user_ids, stretch, values::ids::read(words)),
        FieldName::ArchitectureProvided => {
            set(&mut fields.architecture_provided, stretch, values::architecture::read(words))
        }
        FieldName::Provision => set(&mut fields.provision, stretch, values::provision::read(words)),
        FieldName::SrpName => set(&mut fields.srp_name, stretch, values::text::read_name(words)),
        FieldName::PreviouslyAssessed => {
            set(&mut fields.previously_assessed, stretch, values::assessed::read(words))
        }
        FieldName::CustomerSegment => {
            set(&mut fields.customer_segment, stretch, values::segment::read(words))
        }
        FieldName::Purpose => set(&mut fields.purpose, stretch, values::text::read_purpose(words)),
        FieldName::SeparatedFromFirst => {
            set(&mut fields.separated_from_first, stretch, values::assessed::read_separated(words))
        }
        FieldName::MeterCountExpected => {
            set(&mut fields.meter_count_expected, stretch, values::meters::read(words))
        }
    }
}

/// Fills the slot with what was read.
pub fn set<T>(slot: &mut Option<Field<T>>, stretch: &Stretch<'_>, read: Read<T>) -> Vec<Found> {
    *slot = read.value.map(|value| Field { value, source: stretch.source() });
    read.problems
}

//! What is still to be asked for. In: the fields of one notification; out: the names of those that are required, by
//! the conditions of DOMAIN.md 2, and neither stated nor withheld, in its order.

use super::labels::{Required, TABLE};
use super::values::withheld::withheld_fields;
use super::{EmploymentStage, FieldName, Fields, IdArrangement, Provision, Source, WithheldItem};

impl Fields {
    /// Is the field stated?
    #[must_use]
    pub fn has(&self, field: FieldName) -> bool {
        match field {
            FieldName::UserPartyName => self.user_party_name.is_some(),
            FieldName::PartyId => self.party_id.is_some(),
            FieldName::UserRoles => self.user_roles.is_some(),
            FieldName::Contact => self.contact.is_some(),
            FieldName::SystemOrdinal => self.system_ordinal.is_some(),
            FieldName::SystemLabel => self.system_label.is_some(),
            FieldName::EmploymentStage => self.employment_stage.is_some(),
            FieldName::IntendedStart => self.intended_start.is_some(),
            FieldName::ActualStart => self.actual_start.is_some(),
            FieldName::ReasonNotNotifiedBefore => self.reason_not_notified_before.is_some(),
            FieldName::ConfidentialityObjection => self.confidentiality_objection.is_some(),
            FieldName::DisclosureWithheld => self.disclosure_withheld.is_some(),
            FieldName::IdArrangement => self.id_arrangement.is_some(),
            FieldName::UserIds => self.user_ids.is_some(),
            FieldName::ArchitectureProvided => self.architecture_provided.is_some(),
            FieldName::Provision => self.provision.is_some(),
            FieldName::SrpName => self.srp_name.is_some(),
            FieldName::PreviouslyAssessed => self.previously_assessed.is_some(),
            FieldName::CustomerSegment => self.customer_segment.is_some(),
            FieldName::Purpose => self.purpose.is_some(),
            FieldName::SeparatedFromFirst => self.separated_from_first.is_some(),
            FieldName::MeterCountExpected => self.meter_count_expected.is_some(),
        }
    }

    /// Is the field withheld, by itself or by its kind? Withheld is not missing.
    #[must_use]
    pub fn withholds(&self, field: FieldName) -> bool {
        let Some(withheld) = &self.disclosure_withheld else { return false };
        let item = match field {
            FieldName::UserIds => Some(WithheldItem::Ids),
            FieldName::ArchitectureProvided => Some(WithheldItem::Architecture),
            FieldName::SrpName => Some(WithheldItem::Srp),
            _ => None,
        };
        let by_label = match &withheld.source {
            Source::Mail { words, .. } => withheld_fields(words).contains(&field),
            Source::Person { .. } | Source::Derived {} => false,
        };
        by_label || item.is_some_and(|item| withheld.value.items.contains(&item))
    }

    /// Must this field be answered, as far as the others tell?
    #[must_use]
    pub fn requires(&self, field: FieldName) -> bool {
        let stage = self.employment_stage.as_ref().map(|stage| stage.value);
        let in_use =
            stage == Some(EmploymentStage::AlreadyInUse) || (stage.is_none() && self.actual_start.is_some());
        let rule =
            TABLE.iter().find(|label| label.field == field).map_or(Required::No, |label| label.required);
        match rule {
            Required::Always => true,
            Required::UnlessInUse => !in_use,
            Required::IfInUse => in_use,
            Required::UnlessWithheld => {
                let undecided =
                    self.id_arrangement.as_ref().is_some_and(|a| a.value == IdArrangement::Undecided);
                !(field == FieldName::UserIds && undecided)
            }
            Required::IfSrp => {
                self.provision.as_ref().is_some_and(|p| p.value == Provision::SharedResourceProvider)
            }
            Required::Suppliers => self
                .user_roles
                .as_ref()
                .is_some_and(|roles| roles.value.iter().any(|role| role.ends_with("Supplier"))),
            Required::No => false,
        }
    }

    /// Names of the required fields that are neither stated nor withheld.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        FieldName::ALL
            .into_iter()
            .filter(|field| self.requires(*field) && !self.has(*field) && !self.withholds(*field))
            .map(|field| field.as_str().to_owned())
            .collect()
    }

    /// How many fields are stated.
    #[must_use]
    pub fn n_stated(&self) -> usize {
        FieldName::ALL.into_iter().filter(|field| self.has(*field)).count()
    }

    /// How many of the required fields are stated or withheld.
    #[must_use]
    pub fn n_required_answered(&self) -> usize {
        FieldName::ALL
            .into_iter()
            .filter(|field| self.requires(*field) && (self.has(*field) || self.withholds(*field)))
            .count()
    }
}

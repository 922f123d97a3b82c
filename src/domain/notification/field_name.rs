//! The names of the fields that a mail can state (DOMAIN.md 2), in the order in which we ask for them.

/// A field of [`Fields`](super::Fields), by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FieldName {
    UserPartyName,
    PartyId,
    UserRoles,
    Contact,
    SystemOrdinal,
    SystemLabel,
    EmploymentStage,
    IntendedStart,
    ActualStart,
    ReasonNotNotifiedBefore,
    ConfidentialityObjection,
    DisclosureWithheld,
    IdArrangement,
    UserIds,
    ArchitectureProvided,
    Provision,
    SrpName,
    PreviouslyAssessed,
    CustomerSegment,
    Purpose,
    SeparatedFromFirst,
    MeterCountExpected,
}

impl FieldName {
    pub const ALL: [Self; 22] = [
        Self::UserPartyName,
        Self::PartyId,
        Self::UserRoles,
        Self::Contact,
        Self::SystemOrdinal,
        Self::SystemLabel,
        Self::EmploymentStage,
        Self::IntendedStart,
        Self::ActualStart,
        Self::ReasonNotNotifiedBefore,
        Self::ConfidentialityObjection,
        Self::DisclosureWithheld,
        Self::IdArrangement,
        Self::UserIds,
        Self::ArchitectureProvided,
        Self::Provision,
        Self::SrpName,
        Self::PreviouslyAssessed,
        Self::CustomerSegment,
        Self::Purpose,
        Self::SeparatedFromFirst,
        Self::MeterCountExpected,
    ];

    /// As DOMAIN.md 2 spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UserPartyName => "user_party_name",
            Self::PartyId => "party_id",
            Self::UserRoles => "user_roles",
            Self::Contact => "contact",
            Self::SystemOrdinal => "system_ordinal",
            Self::SystemLabel => "system_label",
            Self::EmploymentStage => "employment_stage",
            Self::IntendedStart => "intended_start",
            Self::ActualStart => "actual_start",
            Self::ReasonNotNotifiedBefore => "reason_not_notified_before",
            Self::ConfidentialityObjection => "confidentiality_objection",
            Self::DisclosureWithheld => "disclosure_withheld",
            Self::IdArrangement => "id_arrangement",
            Self::UserIds => "user_ids",
            Self::ArchitectureProvided => "architecture_provided",
            Self::Provision => "provision",
            Self::SrpName => "srp_name",
            Self::PreviouslyAssessed => "previously_assessed",
            Self::CustomerSegment => "customer_segment",
            Self::Purpose => "purpose",
            Self::SeparatedFromFirst => "separated_from_first",
            Self::MeterCountExpected => "meter_count_expected",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }
}

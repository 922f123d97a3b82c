//! Short names that mean something only where a field was named just before: "Email" after "Contact".

use super::Piece;
use crate::domain::notification::FieldName as F;

/// The field that was named, then what the short names mean.
pub const SHORT: &[(F, F, Piece, &str)] = &[
    (F::Contact, F::Contact, Piece::Name, "Name | Full name | Contact"),
    (F::Contact, F::Contact, Piece::Email, "Email | E-mail | Email address | E-mail address | Mail"),
    (
        F::Contact,
        F::Contact,
        Piece::Telephone,
        "Telephone | Telephone number | Phone | Phone number | Tel | Tel no | Mobile | Number",
    ),
    (
        F::PreviouslyAssessed,
        F::PreviouslyAssessed,
        Piece::Date,
        "Date | If yes date | If yes when | When | Date if yes | If yes when and reference | \
         If yes date and reference | Date and reference | When and reference | If so when",
    ),
    (
        F::PreviouslyAssessed,
        F::PreviouslyAssessed,
        Piece::Reference,
        "Reference | Ref | If yes reference | Report",
    ),
    (F::MeterCountExpected, F::MeterCountExpected, Piece::Domestic, "Domestic"),
    (F::MeterCountExpected, F::MeterCountExpected, Piece::NonDomestic, "Non-domestic"),
    (F::DisclosureWithheld, F::DisclosureWithheld, Piece::Reason, "Reason | Reason why | Why | If so why"),
    (F::ActualStart, F::ReasonNotNotifiedBefore, Piece::Whole, "Reason | Why"),
    (F::Provision, F::SrpName, Piece::Whole, "Which one | If so which | Name of it | Name if shared"),
    (F::SrpName, F::SrpName, Piece::Whole, "Which one"),
];

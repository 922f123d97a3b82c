//! When a User's next annual review is due, and of which kind (DOMAIN.md 4). In: the User's row and the figures; out: days
//! and kinds, each with its reason, or that a person must say. Invariant: nothing is computed that DOMAIN.md leaves to a
//! person.

use chrono::{Months, NaiveDate};

use super::{Review, Settings, Stage};
use crate::domain::directory::{Assessment, AssessmentKind, PartyCategory, User};

/// What follows from the last assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The fieldwork's last day, from which a year is counted.
    pub anchor_on: NaiveDate,
    pub due_on: NaiveDate,
    pub due_why: String,
    pub kind: Option<AssessmentKind>,
    pub kind_why: String,
    pub cycle_year: u8,
}

/// # Errors
/// Why a person must say from when it counts.
pub fn plan(user: &User, settings: &Settings) -> Result<Plan, String> {
    let Some(Assessment { kind, fieldwork_end, cycle_year, .. }) = &user.last_assessment else {
        return Err("the directory knows no last assessment".into());
    };
    match kind {
        AssessmentKind::Full | AssessmentKind::Verification => {}
        AssessmentKind::SelfAssessment => {
            return Err("the last one was a Self-Assessment, which has no fieldwork".into());
        }
        AssessmentKind::FollowUp => {
            return Err("the last one was a Follow-up, which moves neither anchor nor cycle".into());
        }
    }
    from(user, *fieldwork_end, *cycle_year, settings)
}

/// The User's next review, where none is open and it is known when that is due: a year after the last of those that we
/// followed, or after the assessment that the directory has, whichever is later.
#[must_use]
pub fn upcoming(user: &User, last: Option<&Review>, settings: &Settings) -> Option<Plan> {
    let of_directory = plan(user, settings).ok();
    let Some(last) = last else { return of_directory };
    if !last.stage.is_over() {
        return None;
    }
    let followed = last.fieldwork_end.filter(|_| last.stage == Stage::Completed);
    let followed = followed.and_then(|on| from(user, on, last.cycle_year, settings).ok());
    let of_directory = of_directory.filter(|plan| plan.anchor_on > last.anchor_on);
    [followed, of_directory].into_iter().flatten().max_by_key(|plan| plan.anchor_on)
}

/// The year after `anchor_on`, which ended year `cycle_year` of the cycle.
pub(super) fn from(
    user: &User,
    anchor_on: NaiveDate,
    cycle_year: u8,
    settings: &Settings,
) -> Result<Plan, String> {
    // chrono gives the 28th for an anniversary of 29 February.
    let due_on = anchor_on.checked_add_months(Months::new(12)).ok_or("that day has no anniversary")?;
    let next = cycle_year % 3 + 1;
    let (kind, kind_why) = match kind_for(user, next, settings) {
        Ok((kind, why)) => (Some(kind), why),
        Err(why) => (None, why),
    };
    let due_why = format!("12 months after the fieldwork that ended on {}", anchor_on.format("%-d %B %Y"));
    Ok(Plan { anchor_on, due_on, due_why, kind, kind_why, cycle_year: next })
}

/// The kind of assessment in that year of the cycle.
///
/// # Errors
/// Why a person must say which.
pub fn kind_for(
    user: &User,
    cycle_year: u8,
    settings: &Settings,
) -> Result<(AssessmentKind, String), String> {
    let premises = user.premises;
    let is_over = premises.domestic > settings.domestic_over;
    let is_supplier = matches!(user.category, PartyCategory::LargeSupplier | PartyCategory::SmallSupplier);
    if is_supplier && premises.domestic > 0 && premises.non_domestic > 0 {
        return Err("it supplies domestic and non-domestic premises: a person confirms the kind".into());
    }
    let cycles = &settings.cycles;
    let (cycle, why) = match user.category {
        PartyCategory::LargeSupplier | PartyCategory::SmallSupplier if premises.non_domestic > 0 => {
            if premises.non_domestic > settings.non_domestic_over {
                (
                    &cycles.supplier_over,
                    format!("a supplier of over {} non-domestic premises", settings.non_domestic_over),
                )
            } else {
                (
                    &cycles.supplier,
                    format!("a supplier of at most {} non-domestic premises", settings.non_domestic_over),
                )
            }
        }
        PartyCategory::LargeSupplier | PartyCategory::SmallSupplier if is_over => (
            &cycles.supplier_over,
            format!("a supplier of over {} domestic premises", settings.domestic_over),
        ),
        PartyCategory::LargeSupplier | PartyCategory::SmallSupplier => {
            (&cycles.supplier, format!("a supplier of at most {} domestic premises", settings.domestic_over))
        }
        PartyCategory::ElectricityNetwork | PartyCategory::GasNetwork if is_over => (
            &cycles.network_over,
            format!("a network with over {} domestic premises", settings.domestic_over),
        ),
        PartyCategory::ElectricityNetwork | PartyCategory::GasNetwork => {
            (&cycles.network, format!("a network with at most {} domestic premises", settings.domestic_over))
        }
        PartyCategory::OtherSecParty => (&cycles.other, "another SEC Party".into()),
    };
    let kind = cycle.get(usize::from(cycle_year.saturating_sub(1)));
    let kind = kind.ok_or("the cycle has no such year: a person confirms the kind")?;
    Ok((*kind, format!("{why}, in year {cycle_year} of three")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::directory::{Contact, Premises};
    use crate::domain::id::{Address, Key};

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn user(category: PartyCategory, domestic: u64, non_domestic: u64) -> User {
        let contact =
            Contact { name: "Ann".into(), email: Address::parse("ann@a.test").unwrap(), telephone: None };
        User {
            key: Key("a".into()),
            name: "A Ltd".into(),
            aliases: Vec::new(),
            party_id: "A".into(),
            category,
            roles: Vec::new(),
            premises: Premises { domestic, non_domestic },
            user_ids: Vec::new(),
            domains: Vec::new(),
            group: None,
            contact: contact.clone(),
            senior_contact: contact,
            user_cio: None,
            last_assessment: None,
            valid_from: on("2020-01-01"),
            valid_until: None,
        }
    }

    #[test]
    fn the_kind_follows_category_and_thresholds() {
        use AssessmentKind::{Full, SelfAssessment, Verification};
        use PartyCategory::{GasNetwork, LargeSupplier, OtherSecParty, SmallSupplier};
        let check = |category, domestic, non_domestic, expected: [Option<AssessmentKind>; 3]| {
            let user = user(category, domestic, non_domestic);
            let found =
                [1, 2, 3].map(|year| kind_for(&user, year, &Settings::default()).ok().map(|(kind, _)| kind));
            assert_eq!(found, expected, "{category:?} {domestic} {non_domestic}");
        };
        let [f, v, s] = [Full, Verification, SelfAssessment].map(Some);
        check(LargeSupplier, 250_001, 0, [f, f, f]);
        // Exactly 250,000 is not over.
        check(LargeSupplier, 250_000, 0, [f, v, s]);
        check(SmallSupplier, 0, 50_001, [f, f, f]);
        check(SmallSupplier, 0, 50_000, [f, v, s]);
        check(LargeSupplier, 300_000, 10, [None, None, None]);
        check(GasNetwork, 250_001, 0, [f, v, v]);
        check(GasNetwork, 250_000, 0, [f, v, s]);
        check(OtherSecParty, 0, 0, [f, v, s]);
    }

    #[test]
    fn an_anniversary_of_the_29th_of_february_is_the_28th() {
        let plan = from(&user(PartyCategory::OtherSecParty, 0, 0), on("2028-02-29"), 3, &Settings::default())
            .unwrap();
        assert_eq!((plan.due_on, plan.cycle_year), (on("2029-02-28"), 1));
        assert_eq!(plan.due_why, "12 months after the fieldwork that ended on 29 February 2028");
    }

    #[test]
    fn what_has_no_fieldwork_waits_for_a_person() {
        let with = |kind| User {
            last_assessment: Some(Assessment {
                kind,
                fieldwork_end: on("2026-03-02"),
                cycle_year: 1,
                status: "Approved".into(),
                scheme: "2020".into(),
            }),
            ..user(PartyCategory::OtherSecParty, 0, 0)
        };
        let plan = |kind| super::plan(&with(kind), &Settings::default());
        assert_eq!(plan(AssessmentKind::Verification).unwrap().due_on, on("2027-03-02"));
        assert!(plan(AssessmentKind::SelfAssessment).unwrap_err().contains("no fieldwork"));
        assert!(plan(AssessmentKind::FollowUp).unwrap_err().contains("neither anchor nor cycle"));
        assert!(super::plan(&user(PartyCategory::OtherSecParty, 0, 0), &Settings::default()).is_err());
    }
}

//! Was the User told to tell in time? Compares the actual receipt with the stated start; never rolled to a Working
//! Day (DOMAIN.md 2). For SECAS and the Chair only: no mail to a User compares or judges.

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::domain::notification::{EmploymentStage, Fields, Precision, StatedDate};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Timeliness {
    Prior,
    SameDay,
    Retrospective,
    /// In use before the obligation took effect on 28 February 2019.
    PreObligation,
    Undetermined,
}

/// SECMP0057 took effect (DOMAIN.md 1).
const OBLIGATION: Option<NaiveDate> = NaiveDate::from_ymd_opt(2019, 2, 28);

/// `received_on`: the day of receipt in Europe/London.
#[must_use]
pub fn timeliness(received_on: NaiveDate, fields: &Fields) -> Timeliness {
    let actual = fields.actual_start.as_ref().map(|field| field.value);
    if let (Some(start), Some(obligation)) = (actual, OBLIGATION)
        && last_day(start).is_some_and(|last| last < obligation)
    {
        return Timeliness::PreObligation;
    }
    let stage = fields.employment_stage.as_ref().map(|field| field.value);
    if stage == Some(EmploymentStage::Testing) {
        return Timeliness::Undetermined;
    }
    let Some(start) = actual.or(fields.intended_start.as_ref().map(|field| field.value)) else {
        return match stage {
            Some(EmploymentStage::AlreadyInUse) => Timeliness::Retrospective,
            _ => Timeliness::Undetermined,
        };
    };
    let Some(last) = last_day(start) else { return Timeliness::Undetermined };
    if received_on < start.date {
        Timeliness::Prior
    } else if received_on > last {
        Timeliness::Retrospective
    } else if start.precision == Precision::Day {
        Timeliness::SameDay
    } else {
        Timeliness::Undetermined
    }
}

/// The last day of a stated period.
fn last_day(stated: StatedDate) -> Option<NaiveDate> {
    let first = stated.date;
    let next = match stated.precision {
        Precision::Day => return Some(first),
        Precision::Week => first.checked_add_days(Days::new(7)),
        Precision::Month => first.with_day(1)?.checked_add_months(Months::new(1)),
        Precision::Quarter => first.with_day(1)?.checked_add_months(Months::new(3)),
        Precision::Year => first.with_day(1)?.checked_add_months(Months::new(12)),
    };
    next?.pred_opt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::notification::{Field, Source};

    fn check(received: &str, start: Option<(&str, Precision)>, stage: EmploymentStage, expected: Timeliness) {
        let stated = start.map(|(date, precision)| Field {
            value: StatedDate { date: date.parse().unwrap(), precision },
            source: Source::Derived {},
        });
        let in_use = stage == EmploymentStage::AlreadyInUse;
        let fields = Fields {
            employment_stage: Some(Field { value: stage, source: Source::Derived {} }),
            intended_start: if in_use { None } else { stated.clone() },
            actual_start: if in_use { stated } else { None },
            ..Fields::default()
        };
        let found = timeliness(received.parse().unwrap(), &fields);
        assert_eq!(found, expected, "{received} against {start:?} {stage:?}");
    }

    #[test]
    fn receipt_is_compared_with_the_stated_period() {
        use EmploymentStage::{AlreadyInUse, Intending, Testing};
        check("2026-11-29", Some(("2026-11-30", Precision::Day)), Intending, Timeliness::Prior);
        check("2026-11-30", Some(("2026-11-30", Precision::Day)), Intending, Timeliness::SameDay);
        check("2026-12-01", Some(("2026-11-30", Precision::Day)), Intending, Timeliness::Retrospective);
        check("2027-02-01", Some(("2027-01-01", Precision::Quarter)), Intending, Timeliness::Undetermined);
        check("2026-12-31", Some(("2027-01-01", Precision::Year)), Intending, Timeliness::Prior);
        check("2027-04-01", Some(("2027-03-01", Precision::Month)), Intending, Timeliness::Retrospective);
        check("2027-03-08", Some(("2027-03-08", Precision::Week)), Intending, Timeliness::Undetermined);
        check("2026-11-29", Some(("2027-03-01", Precision::Day)), Testing, Timeliness::Undetermined);
        check("2026-11-29", Some(("2019-02-27", Precision::Day)), AlreadyInUse, Timeliness::PreObligation);
        check("2026-11-29", Some(("2019-02-28", Precision::Day)), AlreadyInUse, Timeliness::Retrospective);
        check("2026-11-29", None, AlreadyInUse, Timeliness::Retrospective);
        check("2026-11-29", None, Intending, Timeliness::Undetermined);
    }
}

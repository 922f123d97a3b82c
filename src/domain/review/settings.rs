//! The figures for annual reviews: the section `[reviews]`. Defaults are DOMAIN.md 4's, all assumed; the cycles are marked
//! "check" there.

use serde::{Deserialize, Serialize};

use crate::domain::directory::AssessmentKind;
use crate::domain::message::Problem;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Annual reviews are followed.
    pub enabled: bool,
    /// Weeks before it is due at which the User is reminded.
    pub user_weeks: Vec<u32>,
    /// Weeks and Working Days before it at which the members of the SSC are.
    pub ssc_weeks: Vec<u32>,
    pub ssc_days: Vec<u32>,
    /// Its day goes into the members' calendars.
    pub calendar: bool,
    /// Mails of that kind to one member on a day.
    pub calendar_a_day: u32,
    /// Weeks that booking needs, before the fieldwork.
    pub booking_weeks: u32,
    /// Working Days that the fieldwork is expected to take.
    pub fieldwork_days: u32,
    /// More domestic premises than this, and more non-domestic ones than that, mean the larger cycle.
    pub domestic_over: u64,
    pub non_domestic_over: u64,
    pub cycles: Cycles,
}

/// The kind of assessment in each year of the cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cycles {
    pub supplier_over: Vec<AssessmentKind>,
    pub supplier: Vec<AssessmentKind>,
    pub network_over: Vec<AssessmentKind>,
    pub network: Vec<AssessmentKind>,
    pub other: Vec<AssessmentKind>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: true,
            user_weeks: vec![26, 20, 16, 4],
            ssc_weeks: vec![12, 4],
            ssc_days: vec![10, 5],
            calendar: true,
            calendar_a_day: 1,
            booking_weeks: 12,
            fieldwork_days: 10,
            domestic_over: 250_000,
            non_domestic_over: 50_000,
            cycles: Cycles::default(),
        }
    }
}

impl Default for Cycles {
    fn default() -> Self {
        use AssessmentKind::{Full, SelfAssessment, Verification};
        Self {
            supplier_over: vec![Full, Full, Full],
            supplier: vec![Full, Verification, SelfAssessment],
            network_over: vec![Full, Verification, Verification],
            network: vec![Full, Verification, SelfAssessment],
            other: vec![Full, Verification, SelfAssessment],
        }
    }
}

impl Settings {
    /// Everything that no office could mean.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut problem = |field: &str, found: String, expected: &str| {
            problems.push(Problem { field: field.into(), found, expected: expected.into() });
        };
        for (field, all) in
            [("user_weeks", &self.user_weeks), ("ssc_weeks", &self.ssc_weeks), ("ssc_days", &self.ssc_days)]
        {
            if all.iter().any(|n| !(1..=52).contains(n)) {
                problem(field, format!("{all:?}"), "numbers from 1 to 52");
            }
        }
        if !(1..=20).contains(&self.calendar_a_day) {
            problem("calendar_a_day", self.calendar_a_day.to_string(), "a number from 1 to 20");
        }
        for (field, n, most) in
            [("booking_weeks", self.booking_weeks, 52), ("fieldwork_days", self.fieldwork_days, 60)]
        {
            if n > most {
                problem(field, n.to_string(), &format!("at most {most}"));
            }
        }
        let cycles = &self.cycles;
        for (field, cycle) in [
            ("cycles.supplier_over", &cycles.supplier_over),
            ("cycles.supplier", &cycles.supplier),
            ("cycles.network_over", &cycles.network_over),
            ("cycles.network", &cycles.network),
            ("cycles.other", &cycles.other),
        ] {
            if cycle.len() != 3 || cycle.contains(&AssessmentKind::FollowUp) {
                problem(field, format!("{cycle:?}"), "three of Full, Verification and Self-Assessment");
            }
        }
        problems
    }
}

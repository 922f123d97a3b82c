//! The figures that people may change: deadlines, limits, lists. Every default is DOMAIN.md 4's; each one that has
//! no published authority is marked assumed there.

use std::ops::RangeInclusive;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::message::{Classification, Problem};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Names of User Roles that a notification may state.
    pub user_roles: Vec<String>,
    /// Working Days for SECAS to look at a mail in triage.
    pub triage_after: u32,
    /// Working Days for a User to supply what is missing.
    pub information_after: u32,
    /// Working Days before an SSC meeting after which no paper is taken for it.
    pub paper_cut_off: u32,
    /// Working Days before an SSC meeting at which its papers are issued and the Chair is asked for decisions.
    pub paper_issue: u32,
    /// Working Days of notice for an ad-hoc review.
    pub review_notice: u32,
    /// Working Days after a decision within which an ad-hoc review takes place.
    pub review_within: u32,
    /// Members of the SSC, Alternates and the Chair among them, who must come to a review.
    pub quorum: u32,
    /// Working Days before a review meeting at which whoever has not answered is asked again.
    pub chase_before: u32,
    /// Working Days before it at which SECAS is told where too few come.
    pub quorum_before: u32,
    /// Minutes after the SSC at which the User joins a review meeting.
    pub user_joins_after_minutes: u32,
    /// Working Days for which something may wait for SECAS until it is told so.
    pub tell_secas_after: u32,
    /// Working Days for which something may wait for SECAS until the Chair is told so.
    pub tell_chair_after: u32,
    /// Working Days for a report after a review, and for remediation after the response.
    pub report_after: u32,
    pub remediation_after: u32,
    /// Working Days between the steps of the ladder.
    pub escalate_after: u32,
    /// Weeks before its intended start at which a User is asked whether it stands.
    pub start_question_weeks: u32,
    /// Minutes after which a case goes before the SSC although its acknowledgement still waits.
    pub put_before_ssc_after_minutes: u32,
    /// Hours after which a letter that no server accepted is given up and shown to a person.
    pub deliver_within_hours: u32,
    /// Unmarked security content is treated as at least this (DOMAIN.md 6).
    pub classification_floor: Classification,
    /// Warn when fewer SSC or Panel meetings than this are left.
    pub meetings_left_warning: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            user_roles: [
                "Import Supplier",
                "Export Supplier",
                "Gas Supplier",
                "Electricity Distributor",
                "Gas Transporter",
                "Registered Supplier Agent",
                "Other User",
            ]
            .map(String::from)
            .into(),
            triage_after: 2,
            information_after: 10,
            paper_cut_off: 7,
            paper_issue: 5,
            review_notice: 5,
            review_within: 20,
            quorum: 4,
            chase_before: 3,
            quorum_before: 2,
            user_joins_after_minutes: 30,
            tell_secas_after: 5,
            tell_chair_after: 10,
            report_after: 20,
            remediation_after: 60,
            escalate_after: 5,
            start_question_weeks: 4,
            put_before_ssc_after_minutes: 60,
            deliver_within_hours: 120,
            classification_floor: Classification::Amber,
            meetings_left_warning: 3,
        }
    }
}

impl Policy {
    /// How long a letter that leaves now is tried.
    #[must_use]
    pub fn deliver_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + Duration::hours(self.deliver_within_hours.into())
    }

    /// Everything that no office could mean: a deadline of none, a list without an entry.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (field, found, range, unit) in [
            ("triage_after", self.triage_after, 1..=60, "Working Days"),
            ("information_after", self.information_after, 1..=260, "Working Days"),
            ("paper_cut_off", self.paper_cut_off, 0..=60, "Working Days"),
            ("paper_issue", self.paper_issue, 0..=60, "Working Days"),
            ("review_notice", self.review_notice, 1..=60, "Working Days"),
            ("review_within", self.review_within, 1..=260, "Working Days"),
            ("quorum", self.quorum, 1..=100, "people"),
            ("chase_before", self.chase_before, 1..=20, "Working Days"),
            ("quorum_before", self.quorum_before, 1..=20, "Working Days"),
            ("user_joins_after_minutes", self.user_joins_after_minutes, 0..=480, "minutes"),
            ("tell_secas_after", self.tell_secas_after, 1..=60, "Working Days"),
            ("tell_chair_after", self.tell_chair_after, 1..=120, "Working Days"),
            ("report_after", self.report_after, 1..=260, "Working Days"),
            ("remediation_after", self.remediation_after, 1..=260, "Working Days"),
            ("escalate_after", self.escalate_after, 1..=60, "Working Days"),
            ("start_question_weeks", self.start_question_weeks, 1..=52, "weeks"),
            ("put_before_ssc_after_minutes", self.put_before_ssc_after_minutes, 1..=10_080, "minutes"),
            ("deliver_within_hours", self.deliver_within_hours, 1..=720, "hours"),
            ("meetings_left_warning", self.meetings_left_warning, 0..=24, "meetings"),
        ] {
            problems.extend(out_of_range(field, found, &range, unit));
        }
        let expected = "the names of the User Roles, each once";
        if self.user_roles.is_empty() {
            problems.push(problem("user_roles", "an empty list".into(), expected));
        }
        for (at, role) in self.user_roles.iter().enumerate() {
            let before = self.user_roles.iter().take(at);
            if role.trim().is_empty() || before.into_iter().any(|other| other.eq_ignore_ascii_case(role)) {
                problems.push(problem("user_roles", format!("{role:?} again or empty"), expected));
            }
        }
        if self.classification_floor == Classification::Unmarked {
            let expected = "white, green, amber or red: unmarked is what the floor is for";
            problems.push(problem("classification_floor", "unmarked".into(), expected));
        }
        problems
    }
}

fn out_of_range(field: &str, found: u32, range: &RangeInclusive<u32>, unit: &str) -> Option<Problem> {
    let expected = format!("{} to {} {unit}", range.start(), range.end());
    (!range.contains(&found)).then(|| problem(field, found.to_string(), &expected))
}

fn problem(field: &str, found: String, expected: &str) -> Problem {
    Problem { field: field.into(), found, expected: expected.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_sound_and_nonsense_is_named() {
        assert_eq!(Policy::default().problems(), []);
        let broken = Policy {
            triage_after: 0,
            information_after: 261,
            user_roles: vec!["Gas Supplier".into(), "gas supplier".into()],
            classification_floor: Classification::Unmarked,
            ..Policy::default()
        };
        let fields: Vec<_> = broken.problems().into_iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["triage_after", "information_after", "user_roles", "classification_floor"]);
    }
}

//! What happens if nobody does anything, and when: derived from the case, never remembered.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::chair::another_chair_at;
use super::{Case, ChangeKind, Kind, Stage, ladder, meet, office, start};
use crate::domain::notification::label_of;
use crate::domain::workday::{CLOSE, OPEN, local};
use crate::domain::world::World;

/// A wait, by its kind; each case has at most one of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WaitKind {
    /// Before it is put before the SSC although its acknowledgement still waits.
    PutBeforeSsc,
    /// For the SSC meeting that it is put before.
    SscMeeting,
    /// Before the Chair is asked for a decision.
    DecisionRequest,
    /// For the information that the User was asked for.
    Information,
    /// For what the User owes after a decision.
    Owed,
    /// For the office itself to do something.
    Office,
    /// Before the User is asked about its start.
    Start,
    /// Before it is looked at who comes to the review meeting.
    Attendance,
    /// For a stay to end.
    Stay,
    /// Before the next step of the ladder.
    Escalation,
}

impl WaitKind {
    pub const ALL: [Self; 10] = [
        Self::PutBeforeSsc,
        Self::SscMeeting,
        Self::DecisionRequest,
        Self::Information,
        Self::Owed,
        Self::Office,
        Self::Start,
        Self::Attendance,
        Self::Stay,
        Self::Escalation,
    ];

    /// As the timer table and `StepDeferred` name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PutBeforeSsc => "put_before_ssc",
            Self::SscMeeting => "ssc_meeting",
            Self::DecisionRequest => "decision_request",
            Self::Information => "information",
            Self::Owed => "owed",
            Self::Office => "office",
            Self::Start => "start",
            Self::Attendance => "attendance",
            Self::Stay => "stay",
            Self::Escalation => "escalation",
        }
    }

    /// For people: what comes when it is over.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::PutBeforeSsc => "put before the SSC",
            Self::SscMeeting => "SSC consideration",
            Self::DecisionRequest => "request for a decision",
            Self::Information => "information from the User",
            Self::Owed => "what the User owes",
            Self::Office => "reminder to the office",
            Self::Start => "question about the start",
            Self::Attendance => "look at who comes to the review",
            Self::Stay => "end of the stay",
            Self::Escalation => "next step of the ladder",
        }
    }

    /// The wait whose step that event is.
    #[must_use]
    pub(super) fn stepped_by(event: Kind) -> Option<Self> {
        Some(match event {
            Kind::DecisionRequested => Self::DecisionRequest,
            Kind::OfficeReminded => Self::Office,
            Kind::StartAsked => Self::Start,
            Kind::Meeting(ChangeKind::AttendanceReviewed) => Self::Attendance,
            Kind::Escalated => Self::Escalation,
            Kind::PutBeforeSsc => Self::SscMeeting,
            _ => return None,
        })
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    pub kind: WaitKind,
    pub due_at: DateTime<Utc>,
    /// For whom it is printed: what is waited for.
    pub what: String,
}

#[must_use]
pub fn waits(case: &Case, world: &World) -> Vec<Wait> {
    let mut waits = Vec::new();
    let mut wait = |kind: WaitKind, due_at: DateTime<Utc>, what: String| {
        waits.push(Wait { kind, due_at: case.pace.of(kind.name(), due_at), what });
    };
    match case.stage {
        stage if stage.is_over() => return waits,
        Stage::Logged | Stage::Acknowledged => {
            let patience = Duration::minutes(world.policy.put_before_ssc_after_minutes.into());
            wait(
                WaitKind::PutBeforeSsc,
                case.logged_at + patience,
                "to be put before the SSC, with or without its acknowledgement".into(),
            );
        }
        Stage::ForSscConsideration => {
            let how = if case.out_of_cycle_until.is_some() { ", out of cycle" } else { "" };
            if let Some(at) = case.considered_by().map(end_of_day) {
                wait(WaitKind::SscMeeting, at, format!("the SSC's consideration{how}"));
            }
        }
        // Without a meeting it looks for one each day.
        Stage::DeferredToMeeting => {
            let at = case.meeting_on.map_or(case.status_since + Duration::days(1), end_of_day);
            wait(WaitKind::SscMeeting, at, "the meeting to which the SSC deferred it".into());
        }
        Stage::Stayed => {
            if let Some(at) = case.stayed_until.map(end_of_day) {
                wait(WaitKind::Stay, at, "its stay to end".into());
            }
            return waits;
        }
        _ => {
            if let Some(at) = case.pace.deferred_until(WaitKind::SscMeeting.name()) {
                wait(WaitKind::SscMeeting, at, "a further meeting of the SSC".into());
            }
        }
    }
    let is_before_ssc = matches!(case.stage, Stage::ForSscConsideration | Stage::DeferredToMeeting);
    if let Some(before) = case.considered_by().filter(|_| is_before_ssc)
        && let Some(at) = match case.request(before) {
            None => Some(request_at(case, before, world)),
            Some(request) => another_chair_at(case, request, world),
        }
    {
        wait(WaitKind::DecisionRequest, at, "the Chair to be asked for a decision".into());
    }
    if let Some(lying) = office::lying(case, world) {
        let what = format!("somebody of the office: {}", lying.title());
        wait(WaitKind::Office, lying.due_at(case, world), what);
    }
    if let Some((at, has_passed)) = start::next_question(case, world) {
        let when = if has_passed { "after" } else { "before" };
        wait(WaitKind::Start, at, format!("the User to be asked about its start, {when} it"));
    }
    if let Some((step, at)) = meet::next_step(case, world) {
        let what = match step {
            meet::AttendanceStep::Chase => "whoever has not answered the invitation to be asked again",
            meet::AttendanceStep::Quorum => "SECAS to be told if too few come to the review",
        };
        wait(WaitKind::Attendance, at, what.into());
    }
    if let Some((level, at)) = ladder::next_step(case, world) {
        wait(WaitKind::Escalation, at, format!("step {level} of the ladder"));
    }
    if let Some(owed) = case.owed.as_ref().filter(|owed| !owed.is_overdue) {
        wait(WaitKind::Owed, owed.at, format!("the User: {}", owed.of.title()));
    }
    if let Some(due) = &case.information_due
        && !due.is_overdue
    {
        let missing = case.notification.missing.iter();
        let missing: Vec<&str> = missing.map(|name| label_of(name).unwrap_or(name)).collect();
        wait(WaitKind::Information, due.at, format!("the User to supply {}", missing.join(", ")));
    }
    waits
}

/// The issue date of the papers for a meeting, or as soon as it goes there; out of cycle at once; in the sending window.
fn request_at(case: &Case, before: NaiveDate, world: &World) -> DateTime<Utc> {
    let days = &world.working_days;
    let issue = case.meeting_on.and_then(|on| days.before(on, world.policy.paper_issue).ok());
    let at = issue.map_or(case.before_ssc_since, |issue| case.before_ssc_since.max(local(issue.on, OPEN)));
    let latest = end_of_day(before).max(case.before_ssc_since);
    days.next_sending(at).unwrap_or(at).min(latest)
}

/// 17:00 Europe/London, which no clock change touches.
pub(super) fn end_of_day(on: NaiveDate) -> DateTime<Utc> {
    local(on, CLOSE)
}

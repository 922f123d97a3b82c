//! What happens if nobody does anything, and when: derived from the case, never remembered.

use chrono::{DateTime, Duration, NaiveTime, TimeZone, Utc};
use chrono_tz::Europe::London;

use super::{Case, Stage};
use crate::domain::notification::label_of;
use crate::domain::world::World;

/// A wait, by its kind; each case has at most one of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WaitKind {
    /// Before it is put before the SSC although its acknowledgement still waits.
    PutBeforeSsc,
    /// For the SSC meeting that it is put before.
    SscMeeting,
    /// For the information that the User was asked for.
    Information,
}

impl WaitKind {
    pub const ALL: [Self; 3] = [Self::PutBeforeSsc, Self::SscMeeting, Self::Information];

    /// As the timer table and `StepDeferred` name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PutBeforeSsc => "put_before_ssc",
            Self::SscMeeting => "ssc_meeting",
            Self::Information => "information",
        }
    }

    /// For people: what comes when it is over.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::PutBeforeSsc => "put before the SSC",
            Self::SscMeeting => "SSC consideration",
            Self::Information => "information from the User",
        }
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
        let due_at = case.deferred.get(kind.name()).map_or(due_at, |until| due_at.max(*until));
        waits.push(Wait { kind, due_at, what });
    };
    match case.stage {
        Stage::Withdrawn | Stage::Superseded => return waits,
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
            if let Some(at) = case.meeting_on.or(case.out_of_cycle_until).and_then(end_of_day) {
                wait(WaitKind::SscMeeting, at, format!("the SSC's consideration{how}"));
            }
        }
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

/// 17:00 Europe/London, which no clock change touches.
pub(super) fn end_of_day(on: chrono::NaiveDate) -> Option<DateTime<Utc>> {
    let five = on.and_time(NaiveTime::from_hms_opt(17, 0, 0)?);
    Some(London.from_local_datetime(&five).earliest()?.with_timezone(&Utc))
}

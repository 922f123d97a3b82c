//! What the Desk does by itself, and when: derived from its state and its settings, never remembered.

use chrono::{DateTime, NaiveTime, Utc};

use super::Desk;
use crate::domain::workday::{local, london_date};
use crate::domain::world::World;

/// A wait, by its kind; there is at most one of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WaitKind {
    /// For the next digest.
    Digest,
    /// For the next Working Day's letters to Chair and members, and its agenda lists.
    Morning,
}

impl WaitKind {
    pub const ALL: [Self; 2] = [Self::Digest, Self::Morning];

    /// As the timer table and `StepDeferred` name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Digest => "digest",
            Self::Morning => "morning",
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
}

#[must_use]
pub fn waits(desk: &Desk, world: &World) -> Vec<Wait> {
    let Some(opened_at) = desk.opened_at else { return Vec::new() };
    let digest = world.desk.digest.as_ref().and_then(|pattern| match &desk.digest {
        Some(last) => pattern.after_day(london_date(last.due_at)),
        None => pattern.after(opened_at),
    });
    let morning = || {
        let from = match desk.morning_on {
            Some(last) => last.succ_opt()?,
            None => london_date(opened_at),
        };
        // Where the table of bank holidays ends there are no Working Days: the digest says so long before.
        world.working_days.next_sending(local(from, NaiveTime::MIN)).ok()
    };
    let morning = (world.desk.letters || world.reviews.enabled).then(morning).flatten();
    let all = [(WaitKind::Digest, digest), (WaitKind::Morning, morning)];
    let wait = |(kind, due_at): (WaitKind, Option<DateTime<Utc>>)| {
        let due_at = due_at?;
        Some(Wait { kind, due_at: desk.pace.of(kind.name(), due_at) })
    };
    all.into_iter().filter_map(wait).collect()
}

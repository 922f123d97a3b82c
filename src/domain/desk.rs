//! The Desk: the office itself, for what belongs to no case. In: what people did about mail that is none of ours, and
//! what they changed in the files that the office goes by; out: facts. It has one status and no waits yet.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::case::{Reference, WaitKind};
use super::change::Change;
use super::id::{InboxId, LetterId};
use super::workday::london;

/// A fact about the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A person decided that a mail is no notification.
    MailDismissed { inbox: InboxId, reason: String },
    /// A person took a delivery up again that had failed.
    DeliveryRetried { letter: LetterId, delivery: i64, reason: String },
    /// A person decided that a letter which somebody did not get is not sent again.
    DeliveryGivenUp { letter: LetterId, reason: String },
    /// A person put a backup in place of the record: all that stands before this came with it, `n_events` that end with
    /// the hash `head`.
    RecordRestored { n_events: i64, head: String },
    /// Another World came into force, from one SHA-256 to the other. `changes` is empty where the daemon did not run
    /// when the files were edited: only the hash of what was in force is kept.
    WorldChanged { from: String, to: String, changes: Vec<Change> },
    /// What some of the cases wait for moved with that World.
    CasesMoved { world: String, moves: Vec<Move> },
}

/// A wait of a case that begins, ends or falls on another instant because the World is another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    pub case: Reference,
    pub wait: String,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |at: Option<DateTime<Utc>>| {
            at.map_or_else(|| "none".into(), |at| london(at).format("%a %-d %b %Y, %H:%M").to_string())
        };
        let what = match WaitKind::named(&self.wait) {
            Some(wait) => wait.title(),
            None => &self.wait,
        };
        write!(f, "{} {what}: {} -> {}", self.case, at(self.from), at(self.to))
    }
}

impl Event {
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::MailDismissed { .. } => "MailDismissed",
            Self::DeliveryRetried { .. } => "DeliveryRetried",
            Self::DeliveryGivenUp { .. } => "DeliveryGivenUp",
            Self::RecordRestored { .. } => "RecordRestored",
            Self::WorldChanged { .. } => "WorldChanged",
            Self::CasesMoved { .. } => "CasesMoved",
        }
    }
}

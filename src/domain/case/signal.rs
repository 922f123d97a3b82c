//! What may move a case, and what a decision is made of.

use chrono::{DateTime, Utc};

use super::letters::LetterOut;
use super::wait::WaitKind;
use super::{Channel, Event, Mail, Meet, Move, Reference, Swept};
use crate::domain::budget::Budget;
use crate::domain::calendar::Reply;
use crate::domain::id::{Address, InboxId, Key, LetterId};
use crate::domain::letter::Facts;
use crate::domain::meeting::Part;
use crate::domain::message::{Attachment, Bounce, Classification};
use crate::domain::notification::Notification;
use crate::domain::outcome::Said;

/// Something that reached us and may move a case.
#[derive(Debug, Clone)]
pub enum Signal {
    /// A notification arrived: of a new system, or (with a case) the same one again or an answer that fills gaps.
    Notified(Box<Notified>),
    /// A mail of our thread arrived that changes no field.
    Spoke(Box<Spoke>),
    /// The person who was asked for a decision, in `letter`, answered in the form that it gave.
    Answered {
        letter: LetterId,
        person: Key,
        mail: Box<Mail>,
        said: Box<Said>,
    },
    /// Somebody who is invited answered in a calendar, and that it is their word is vouched for.
    CalendarAnswered {
        part: Part,
        reply: Box<Reply>,
        mail: Box<Mail>,
    },
    /// A letter came back.
    Bounced {
        letter: LetterId,
        recipient: Address,
        inbox: InboxId,
        bounce: Bounce,
    },
    /// A delivery was accepted.
    Accepted {
        letter: LetterId,
        recipient: Address,
        answer: String,
    },
    /// A delivery was refused for good, or not accepted in its time.
    Failed {
        letter: LetterId,
        recipient: Address,
        answer: String,
    },
    /// A better reader read a mail of the case again.
    ReadAgain(Box<super::ReadAgain>),
    WaitOver {
        wait: WaitKind,
    },
    /// The World is another than the one that the case was last judged by.
    Revisit,
    Asked {
        by: Key,
        what: Asked,
    },
}

/// A notification and what was looked up for it.
#[derive(Debug, Clone)]
pub struct Notified {
    pub channel: Channel,
    pub received_at: DateTime<Utc>,
    pub mail: Option<Mail>,
    pub user: Option<Key>,
    pub user_because: String,
    pub notification: Notification,
    pub classification: Classification,
    pub attachments: Vec<Attachment>,
    pub answer: super::answer::Answer,
    pub possibly_same_as: Vec<Reference>,
    pub related_to: Option<Reference>,
}

#[derive(Debug, Clone)]
pub struct Spoke {
    pub mail: Mail,
    pub why: String,
    /// Who answers, where it is not merely filed.
    pub answering: Option<Who>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Somebody who must.
    Person,
    /// Who did already, by hand.
    Colleague,
}

/// What a person of the directory asks for; that they may was checked before.
#[derive(Debug, Clone)]
pub enum Asked {
    /// `version` and `draft` are those of the letter as it was drafted; `to` replaces its recipients.
    Release {
        letter: LetterId,
        version: i64,
        draft: Box<Facts>,
        to: Vec<Address>,
    },
    Discard {
        letter: LetterId,
        reason: String,
    },
    Move {
        what: Move,
        reason: String,
    },
    /// What the SSC decided.
    Decide {
        said: Box<Said>,
    },
    /// A draft of the paper for the SSC.
    Paper,
    /// Releases these drafts of invitations.
    Invite {
        drafts: Vec<(LetterId, Facts)>,
    },
    Meet(Box<Meet>),
}

/// What the engine looked up in the same transaction (DESIGN.md 2): the core never asks.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The reference that a new case gets.
    pub reference: Reference,
    /// The subject's version after the last event.
    pub version: i64,
    pub next_letter: LetterId,
    /// What left in the last 24 hours, whatever it was about.
    pub budget: &'a Budget,
    /// Of the mailbox, for a step of the ladder.
    pub swept: &'a Swept,
    /// Letters of the case that lie in the outbox, for a move that calls them back.
    pub unsettled: &'a [Unsettled],
}

/// A letter in the outbox that somebody has not got yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    pub letter: LetterId,
    /// What it says, where that was kept.
    pub facts: Option<Facts>,
    /// To whom it has not begun to leave.
    pub queued: Vec<Address>,
    /// To whom it is leaving at this moment.
    pub under_way: Vec<Address>,
}

#[derive(Debug, Default)]
pub struct Decision {
    pub events: Vec<Event>,
    pub letters: Vec<LetterOut>,
}

/// Understood, and not acted on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{because}")]
pub struct Refusal {
    pub because: String,
}

impl Refusal {
    pub fn new(because: impl Into<String>) -> Self {
        Self { because: because.into() }
    }
}

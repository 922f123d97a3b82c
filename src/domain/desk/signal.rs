//! What may move the Desk, and what a decision of it is made of.

use super::event::Event;
use super::figures::Figures;
use super::wait::WaitKind;
use crate::domain::budget::Budget;
use crate::domain::case::{self, Asked, LetterOut, Refusal};
use crate::domain::id::{Address, InboxId, LetterId};
use crate::domain::message::Bounce;

/// Something that reached us and may move the Desk.
#[derive(Debug, Clone)]
pub enum Signal {
    /// What a person or the engine did, and what is a fact thereby.
    Noted(Event),
    Bounced {
        letter: LetterId,
        recipient: Address,
        inbox: InboxId,
        bounce: Bounce,
    },
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
    WaitOver {
        wait: WaitKind,
    },
    /// The World is another, or the Desk was never opened.
    Revisit,
    /// A person releases or discards a letter.
    Asked(Asked),
}

impl Signal {
    /// A signal about a letter, where the letter is the Desk's.
    ///
    /// # Errors
    /// When it is about a case.
    pub fn about_letter(signal: &case::Signal) -> Result<Self, Refusal> {
        Ok(match signal {
            case::Signal::Bounced { letter, recipient, inbox, bounce } => {
                let (recipient, bounce) = (recipient.clone(), bounce.clone());
                Self::Bounced { letter: *letter, recipient, inbox: *inbox, bounce }
            }
            case::Signal::Accepted { letter, recipient, answer } => {
                Self::Accepted { letter: *letter, recipient: recipient.clone(), answer: answer.clone() }
            }
            case::Signal::Failed { letter, recipient, answer } => {
                Self::Failed { letter: *letter, recipient: recipient.clone(), answer: answer.clone() }
            }
            case::Signal::Asked { what, .. } => Self::Asked(what.clone()),
            _ => return Err(Refusal::new("the Desk is no case")),
        })
    }

    /// It is judged on what the record holds beside the Desk.
    #[must_use]
    pub fn needs_figures(&self) -> bool {
        matches!(self, Self::WaitOver { .. } | Self::Asked(Asked::Release { .. }))
    }
}

/// What the engine looked up before (DESIGN.md 2): the core never asks.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The Desk's version after the last event.
    pub version: i64,
    pub next_letter: LetterId,
    /// What left in the last 24 hours.
    pub budget: &'a Budget,
    /// Where [`Signal::needs_figures`].
    pub figures: Option<&'a Figures>,
}

#[derive(Debug, Default)]
pub struct Decision {
    pub events: Vec<Event>,
    pub letters: Vec<LetterOut>,
}

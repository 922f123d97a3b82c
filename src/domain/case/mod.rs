//! A case: one User's one second or subsequent User System, from the notification to its end (DOMAIN.md 3).
//! [`decide`] judges, [`next`] says what is legal, [`apply`] keeps the books, [`waits`] says what happens if nobody
//! does anything. Invariant: a case is the fold of its events, and nothing else.

pub mod answer;
mod decide;
mod event;
mod flag;
mod letters;
mod meeting;
mod moves;
mod reference;
mod same;
mod signal;
mod stage;
mod timeliness;
mod wait;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use decide::decide;
pub use event::{Channel, Event, Kind, Logged, Mail, SCHEMA};
pub use flag::flags;
pub use letters::{LetterOut, Recipient};
pub use meeting::revisited;
pub use moves::Move;
pub use reference::Reference;
pub use same::Same;
pub use signal::{Asked, Decision, Known, Notified, Refusal, Signal, Spoke, Who};
pub use stage::{Stage, next};
pub use timeliness::Timeliness;
pub use wait::{Wait, WaitKind, waits};

use super::id::{Address, InboxId, Key, LetterId};
use super::message::Classification;
use super::notification::Notification;

/// A case as folded from its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    pub reference: Reference,
    pub stage: Stage,
    pub logged_at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub channel: Channel,
    pub user: Option<Key>,
    pub user_because: String,
    /// What is stated today: the notification with everything that later mails supplied.
    pub notification: Notification,
    pub classification: Classification,
    pub timeliness: Timeliness,
    /// The SSC meeting that it goes to, or is planned for.
    pub meeting_on: Option<NaiveDate>,
    pub meeting_why: String,
    /// Out of cycle: the day by whose end it is considered.
    #[serde(default)]
    pub out_of_cycle_until: Option<NaiveDate>,
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// *Awaiting information*: the deadline that the User was told.
    pub information_due: Option<InformationDue>,
    /// *A person is answering*: since when, and why.
    pub answering: Option<Answering>,
    /// *On hold*: since when, and why.
    #[serde(default)]
    pub on_hold: Option<Hold>,
    pub possibly_same_as: Vec<Reference>,
    pub related_to: Option<Reference>,
    #[serde(default)]
    pub superseded_by: Option<Reference>,
    /// Every mail that speaks to it, the first one first.
    pub mails: Vec<Mail>,
    pub letters: BTreeMap<LetterId, LetterNote>,
    /// Steps that may not be taken yet, by step.
    pub deferred: BTreeMap<String, DateTime<Utc>>,
}

/// A deadline that the User owns and was told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InformationDue {
    pub on: NaiveDate,
    pub at: DateTime<Utc>,
    pub why: String,
    pub letter: LetterId,
    pub is_overdue: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answering {
    pub since: DateTime<Utc>,
    pub why: String,
    pub inbox: InboxId,
    /// A colleague wrote by hand: until that ends, letters do not leave by themselves.
    #[serde(default)]
    pub by_colleague: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub since: DateTime<Utc>,
    pub reason: String,
}

/// A letter as its case knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterNote {
    pub kind: String,
    pub message_id: String,
    pub to: Vec<Address>,
    pub made_at: DateTime<Utc>,
    /// Why it waits for a person.
    pub held: Option<String>,
    /// `accepted`, `failed: ...`, `bounced: ...`, `discarded: ...`, one for each turn that it took.
    pub fate: Vec<String>,
}

/// The record contradicts itself: the subject is set aside and an alarm raised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Corrupt {
    pub what: String,
}

impl LetterNote {
    /// Neither a draft nor ended as one.
    #[must_use]
    pub fn is_on_its_way(&self) -> bool {
        let ended = |fate: &String| fate.starts_with("discarded") || fate.starts_with("superseded");
        self.held.is_none() && !self.fate.iter().any(ended)
    }
}

impl Case {
    /// *Awaiting information*: something required is neither stated nor withheld.
    #[must_use]
    pub fn awaits_information(&self) -> bool {
        !self.notification.missing.is_empty()
    }

    /// Why no letter about it leaves by itself, whatever it says.
    #[must_use]
    pub fn is_paused(&self) -> Option<String> {
        let hold = self.on_hold.as_ref().map(|hold| format!("the case is on hold: {}", hold.reason));
        let answering = || {
            let answering = self.answering.as_ref().filter(|answering| answering.by_colleague)?;
            Some(format!("a colleague answered by hand (mail {})", answering.inbox.0))
        };
        hold.or_else(answering)
    }

    /// The User as the notification names it.
    #[must_use]
    pub fn user_name(&self) -> &str {
        self.notification.fields.user_party_name.as_ref().map_or("(User not stated)", |name| &name.value)
    }
}

/// Bookkeeping: the case after `event`, which happened at `at`. Goes forward and replays alike.
///
/// # Errors
/// When [`next`] does not allow the event, or the event speaks of what the case does not have.
pub fn apply(case: Option<Case>, event: &Event, at: DateTime<Utc>) -> Result<Case, Corrupt> {
    let from = case.as_ref().map(|case| case.stage);
    let stage = next(from, event.kind())
        .ok_or_else(|| Corrupt { what: format!("{:?} cannot follow {from:?}", event.kind()) })?;
    let mut case = match (case, event) {
        (None, Event::CaseLogged(logged)) => return Ok(open(logged, stage, at)),
        (Some(case), _) => case,
        (None, _) => return Err(Corrupt { what: "an event before the case was logged".into() }),
    };
    case.stage = stage;
    case.book(event, at)?;
    Ok(case)
}

fn open(logged: &Logged, stage: Stage, at: DateTime<Utc>) -> Case {
    Case {
        reference: logged.reference,
        stage,
        logged_at: at,
        received_at: logged.received_at,
        channel: logged.channel,
        user: logged.user.clone(),
        user_because: logged.user_because.clone(),
        notification: logged.notification.clone(),
        classification: logged.classification,
        timeliness: logged.timeliness,
        meeting_on: logged.meeting_on,
        meeting_why: logged.meeting_why.clone(),
        out_of_cycle_until: None,
        acknowledged_at: None,
        information_due: None,
        answering: None,
        on_hold: None,
        possibly_same_as: logged.possibly_same_as.clone(),
        related_to: logged.related_to,
        superseded_by: None,
        mails: logged.mail.iter().cloned().collect(),
        letters: BTreeMap::new(),
        deferred: BTreeMap::new(),
    }
}

impl Case {
    fn book(&mut self, event: &Event, at: DateTime<Utc>) -> Result<(), Corrupt> {
        match event {
            Event::CaseLogged(_) => {}
            Event::LetterMade { letter, kind, message_id, to, held } => {
                let note = LetterNote {
                    kind: kind.clone(),
                    message_id: message_id.clone(),
                    to: to.clone(),
                    made_at: at,
                    held: held.clone(),
                    fate: Vec::new(),
                };
                self.letters.insert(*letter, note);
            }
            Event::LetterReleased { letter, to } => {
                let note = self.letter(*letter)?;
                note.held = None;
                note.to.clone_from(to);
                note.fate.push("released".into());
            }
            Event::LetterSuperseded { letter, by } => {
                self.end(*letter, format!("superseded by letter {}", by.0))?;
            }
            Event::LetterDiscarded { letter, reason } => self.end(*letter, format!("discarded: {reason}"))?,
            Event::LetterAccepted { letter, recipient, .. } => {
                self.letter(*letter)?.fate.push(format!("accepted for {recipient}"));
            }
            Event::LetterFailed { letter, recipient, answer } => {
                self.letter(*letter)?.fate.push(format!("failed for {recipient}: {answer}"));
            }
            Event::LetterBounced { letter, recipient, status, .. } => {
                let status = status.as_deref().unwrap_or("no status");
                self.letter(*letter)?.fate.push(format!("bounced for {recipient}: {status}"));
            }
            Event::Acknowledged { .. } => self.acknowledged_at = self.acknowledged_at.or(Some(at)),
            Event::InformationRequested { due_on, due_at, why, letter, .. } => {
                let (on, at, why, letter) = (*due_on, *due_at, why.clone(), *letter);
                self.information_due = Some(InformationDue { on, at, why, letter, is_overdue: false });
            }
            Event::InformationSupplied { mail, fields, missing, classification, .. } => {
                self.classification = *classification;
                self.notification.fields.take_over(fields);
                self.notification.missing.clone_from(missing);
                self.mails.push(mail.clone());
                if missing.is_empty() {
                    self.information_due = None;
                }
            }
            Event::InformationOverdue { .. } => {
                if let Some(due) = &mut self.information_due {
                    due.is_overdue = true;
                }
            }
            Event::MailFiled { mail, .. } => self.mails.push(mail.clone()),
            Event::PersonAnswering { mail, why, by_colleague } => {
                let (why, by_colleague) = (why.clone(), *by_colleague);
                self.answering = Some(Answering { since: at, why, inbox: mail.inbox, by_colleague });
                self.mails.push(mail.clone());
            }
            Event::AnsweringEnded { .. } => self.answering = None,
            Event::PutOnHold { reason } => self.on_hold = Some(Hold { since: at, reason: reason.clone() }),
            Event::Resumed { .. } => self.on_hold = None,
            Event::PutBeforeSsc { meeting_on, why } => {
                self.meeting_on = Some(*meeting_on);
                self.meeting_why.clone_from(why);
                self.out_of_cycle_until = None;
                self.deferred.clear();
            }
            // The reason is between Chair and SECAS; this the User reads.
            Event::Tabled { meeting_on, until, .. } => {
                self.meeting_on = *meeting_on;
                self.meeting_why = match meeting_on {
                    Some(_) => "the SSC set this meeting".into(),
                    None => "the SSC considers it between two of its meetings".into(),
                };
                self.out_of_cycle_until = meeting_on.is_none().then_some(*until);
                self.deferred.clear();
            }
            Event::Withdrawn { .. } => self.ask_nothing_more(),
            Event::Superseded { by, .. } => {
                self.superseded_by = Some(*by);
                self.ask_nothing_more();
            }
            Event::Reopened { .. } => self.superseded_by = None,
            Event::StepDeferred { step, until, .. } => {
                self.deferred.insert(step.clone(), *until);
            }
        }
        Ok(())
    }

    /// It is over: were it reopened, everything would be asked anew.
    fn ask_nothing_more(&mut self) {
        (self.information_due, self.on_hold, self.out_of_cycle_until) = (None, None, None);
        self.deferred.clear();
    }

    fn letter(&mut self, letter: LetterId) -> Result<&mut LetterNote, Corrupt> {
        self.letters.get_mut(&letter).ok_or_else(|| Corrupt {
            what: format!("an event about letter {}, which this case never made", letter.0),
        })
    }

    fn end(&mut self, letter: LetterId, fate: String) -> Result<(), Corrupt> {
        let note = self.letter(letter)?;
        note.held = None;
        note.fate.push(fate);
        Ok(())
    }
}

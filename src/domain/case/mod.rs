//! A case: one User's one second or subsequent User System, from the notification to its end (DOMAIN.md 3).
//! [`decide`] judges, [`next`] says what is legal, [`apply`] keeps the books, [`waits`] says what happens if nobody
//! does anything. Invariant: a case is the fold of its events, and nothing else.

mod addressed;
mod advice;
mod again;
pub mod answer;
mod book;
mod chair;
mod decide;
mod event;
mod flag;
mod kind;
mod ladder;
mod letters;
mod meet;
mod meeting;
mod moves;
mod note;
mod office;
mod owed;
mod post;
mod recall;
mod reference;
mod referral;
mod ruling;
mod same;
mod signal;
mod stage;
mod start;
mod timeliness;
mod wait;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use addressed::are_same;
pub use advice::tells_decision;
pub use again::ReadAgain;
pub use decide::decide;
pub use event::{Channel, Event, Logged, Mail, SCHEMA};
pub use flag::flags;
pub use kind::Kind;
pub use ladder::{Escalation, Ground, Level, Swept};
pub use letters::{LetterOut, Recipient};
pub use meet::{Again, AttendanceStep, Change, ChangeKind, Meet, Proposal, ReviewMeeting, Who as Guest};
pub use meeting::revisited;
pub use moves::{Move, Step};
pub use note::LetterNote;
pub use owed::{Deadline, Owed};
pub use reference::Reference;
pub use referral::Referral;
pub use ruling::Ruling;
pub use same::{Same, same_system};
pub use signal::{Asked, Decision, Known, Notified, Refusal, Signal, Spoke, Unsettled, Who};
pub use stage::{Stage, next};
pub use timeliness::Timeliness;
pub use wait::{Wait, WaitKind, waits};

use super::id::{InboxId, Key, LetterId};
use super::message::Classification;
use super::notification::Notification;
use super::pace::Pace;

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
    /// The User would rather the SSC were not informed, and a person decided that it is.
    #[serde(default)]
    pub is_objection_released: bool,
    /// The requests for a decision.
    #[serde(default)]
    pub requested: Vec<Requested>,
    /// What the SSC decided, the last one in force.
    #[serde(default)]
    pub rulings: Vec<Ruling>,
    /// What the User owes after a decision.
    #[serde(default)]
    pub owed: Option<Deadline>,
    /// Since when it has its status.
    #[serde(default)]
    pub status_since: DateTime<Utc>,
    /// What the office was last reminded of, since it has its status.
    #[serde(default)]
    pub reminded: Option<Reminded>,
    /// A time for its ad-hoc review, which people agree, or another.
    #[serde(default)]
    pub proposed: Option<Proposed>,
    /// The meeting of its ad-hoc review, once people were invited.
    #[serde(default)]
    pub review: Option<ReviewMeeting>,
    /// The first day of its review or fieldwork.
    #[serde(default)]
    pub review_on: Option<NaiveDate>,
    /// The day that the SSC set for the User's response.
    #[serde(default)]
    pub response_due_on: Option<NaiveDate>,
    #[serde(default)]
    pub stayed_until: Option<NaiveDate>,
    /// Since when it goes before the meeting that it does.
    #[serde(default)]
    pub before_ssc_since: DateTime<Utc>,
    /// The last meeting that it was before and that is over: a decision that is recorded later is of that day.
    #[serde(default)]
    pub met_on: Option<NaiveDate>,
    /// When the User stated its intended start.
    #[serde(default)]
    pub start_stated_at: DateTime<Utc>,
    /// The deadlines that climb no further, since a person de-escalated them.
    #[serde(default)]
    pub spared: Vec<DateTime<Utc>>,
    /// The last step of its escalation.
    #[serde(default)]
    pub escalation: Option<Escalation>,
    /// The start that the User was last asked about.
    #[serde(default)]
    pub start_asked: Option<StartAsked>,
    /// Every mail that speaks to it, the first one first.
    pub mails: Vec<Mail>,
    pub letters: BTreeMap<LetterId, LetterNote>,
    pub pace: Pace,
}

/// A deadline that the User owns and was told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InformationDue {
    pub on: NaiveDate,
    pub at: DateTime<Utc>,
    pub why: String,
    pub letter: LetterId,
    pub is_overdue: bool,
    /// The SSC asked, and not we.
    #[serde(default)]
    pub is_of_ssc: bool,
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

/// The Chair was asked for a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requested {
    pub letter: LetterId,
    /// Who may answer, once.
    pub person: Option<Key>,
    /// The meeting, or the last day out of cycle.
    pub before: NaiveDate,
    /// How many decisions there were.
    pub n_rulings: usize,
}

/// The office was told, `n` times, that something waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminded {
    pub of: String,
    pub n: u32,
    pub at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    pub start_at: DateTime<Utc>,
    pub end_at: DateTime<Utc>,
    pub why: String,
    #[serde(default)]
    pub place: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartAsked {
    pub start_on: NaiveDate,
    pub has_passed: bool,
}

/// The record contradicts itself: the subject is set aside and an alarm raised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Corrupt {
    pub what: String,
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
        let is_with_people = self.escalation.as_ref().is_some_and(|taken| taken.level >= Level::E3);
        let escalated = || is_with_people.then(|| "it is escalated: people speak with the User".to_owned());
        let answering = || {
            let answering = self.answering.as_ref().filter(|answering| answering.by_colleague)?;
            Some(format!("a colleague answered by hand (mail {})", answering.inbox.0))
        };
        hold.or_else(answering).or_else(escalated)
    }

    /// Why nothing about it leaves for Chair, members or User CIO by itself.
    #[must_use]
    pub fn is_objected(&self) -> Option<&'static str> {
        let objection = self.notification.fields.confidentiality_objection.as_ref();
        let objects = objection.is_some() && !self.is_objection_released;
        objects.then_some("the User would rather the SSC were not informed")
    }

    /// The day by which the SSC considers it.
    #[must_use]
    pub fn considered_by(&self) -> Option<NaiveDate> {
        self.meeting_on.or(self.out_of_cycle_until)
    }

    /// The request for a decision before that day that nobody has answered: of several the last.
    #[must_use]
    pub fn request(&self, before: NaiveDate) -> Option<&Requested> {
        let has_gone = |letter: &LetterId| self.letters.get(letter).is_none_or(|note| !note.is_called_back());
        let is_open = |one: &&Requested| {
            one.before == before && one.n_rulings == self.rulings.len() && has_gone(&one.letter)
        };
        self.requested.iter().rfind(is_open)
    }

    /// The decision in force.
    #[must_use]
    pub fn ruling(&self) -> Option<&Ruling> {
        self.rulings.last()
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
    if case.stage != stage || matches!(event.kind(), Kind::Decided(_)) {
        (case.status_since, case.reminded) = (at, None);
    }
    if matches!(case.stage, Stage::ForSscConsideration | Stage::DeferredToMeeting)
        && matches!(event.kind(), Kind::PutBeforeSsc | Kind::Tabled)
    {
        case.met_on = case.meeting_on.filter(|on| wait::end_of_day(*on) <= at).or(case.met_on);
    }
    case.stage = stage;
    case.stayed_until = case.stayed_until.filter(|_| stage == Stage::Stayed);
    if let Some(wait) = WaitKind::stepped_by(event.kind()) {
        case.pace.step(wait.name(), at);
    }
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
        is_objection_released: false,
        requested: Vec::new(),
        before_ssc_since: at,
        start_stated_at: at,
        met_on: None,
        rulings: Vec::new(),
        owed: None,
        status_since: at,
        reminded: None,
        proposed: None,
        review: None,
        review_on: None,
        response_due_on: None,
        stayed_until: None,
        spared: Vec::new(),
        escalation: None,
        start_asked: None,
        mails: logged.mail.iter().cloned().collect(),
        letters: BTreeMap::new(),
        pace: Pace::default(),
    }
}

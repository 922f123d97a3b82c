//! What people do with a review meeting. In: a request of a named person; out: events and letters, or why not.
//! Invariant: whoever was told of a meeting is told of every change of it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::invite::Sending;
use super::roster::Guest;
use super::{Again, Change, ReviewMeeting};
use crate::domain::calendar::{PartStat, Whom};
use crate::domain::case::decide::Drafting;
use crate::domain::case::meeting::words;
use crate::domain::case::{Case, Event, Proposed, Reference, Refusal, Stage};
use crate::domain::directory::Role;
use crate::domain::id::{Address, Key, Named};
use crate::domain::letter::{Cancellation, Facts, InvitationWhy, ProposalDeclined};
use crate::domain::meeting::{Invitee, Meeting, Part};
use crate::domain::workday::london_date;

/// Times are instants; a length is in minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "meet", rename_all = "snake_case")]
pub enum Meet {
    Propose {
        start_at: DateTime<Utc>,
        minutes: u32,
        place: Option<String>,
        reason: String,
    },
    /// Releases the drafted invitations.
    Invite,
    Move {
        start_at: DateTime<Utc>,
        minutes: Option<u32>,
        place: Option<String>,
        reason: String,
    },
    Cancel {
        reason: String,
    },
    Add {
        who: Who,
        reason: String,
    },
    Remove {
        address: Address,
        reason: String,
    },
    Held {
        on: NaiveDate,
        present: Vec<String>,
        reason: String,
    },
    /// An answer that did not come by calendar: `who` is a key of the directory, or an address that was invited.
    Answer {
        who: String,
        partstat: PartStat,
        reason: String,
    },
    /// Another time that somebody proposed is not taken up; the reason is told.
    Decline {
        address: Address,
        reason: String,
    },
}

/// Somebody of the directory, or somebody else of the User.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    Person(Key),
    Guest(Named),
}

impl Meet {
    /// What was done, as a sentence.
    #[must_use]
    pub fn done(&self, reference: Reference) -> String {
        match self {
            Self::Propose { .. } => {
                format!(
                    "a time for the review of {reference} is proposed; its invitations are drafts: sscd meeting invite {reference}"
                )
            }
            Self::Invite => format!("the invitations to the review of {reference} leave"),
            Self::Move { .. } => format!("the review of {reference} is moved; all who are invited are told"),
            Self::Cancel { .. } => {
                format!("the review of {reference} is cancelled; all who were invited are told")
            }
            Self::Add { .. } => format!("the invitation to the review of {reference} leaves"),
            Self::Remove { address, .. } => {
                format!("{address} is not invited to the review of {reference} any more, and told so")
            }
            Self::Held { .. } => format!("{reference} is recorded"),
            Self::Answer { who, .. } => {
                format!("the answer of {who} to the review of {reference} is recorded")
            }
            Self::Decline { address, .. } => {
                format!("{address} is told that the review of {reference} stays when it is")
            }
        }
    }
}

impl Drafting<'_> {
    pub(in crate::domain::case) fn meet(
        &mut self,
        case: &Case,
        by: &Key,
        what: &Meet,
    ) -> Result<(), Refusal> {
        match what {
            Meet::Propose { start_at, minutes, place, reason } => {
                self.propose(case, *start_at, *minutes, place.clone(), reason)
            }
            Meet::Invite => Err(Refusal::new(format!(
                "no invitation to a review of {r} is drafted: propose a time (sscd meeting propose {r})",
                r = case.reference
            ))),
            Meet::Move { start_at, minutes, place, reason } => {
                self.move_to(case, *start_at, *minutes, place.clone(), reason)
            }
            Meet::Cancel { reason } => self.cancel(case, reason),
            Meet::Add { who: Who::Person(key), reason } => self.add_person(key, reason),
            Meet::Add { who: Who::Guest(named), reason } => self.add_guest(named.clone(), reason),
            Meet::Remove { address, reason } => self.remove(case, address, reason),
            Meet::Answer { who, partstat, reason } => self.enter_answer(case, by, who, *partstat, reason),
            Meet::Held { on, present, reason } => self.was_held(case, *on, present, reason),
            Meet::Decline { address, reason } => self.decline(case, address, reason),
        }
    }

    fn propose(
        &mut self,
        case: &Case,
        start_at: DateTime<Utc>,
        minutes: u32,
        place: Option<String>,
        reason: &str,
    ) -> Result<(), Refusal> {
        let reference = case.reference;
        if case.meeting_ahead(self.now).is_some() {
            return Err(Refusal::new(format!(
                "people are invited to the review of {reference} already: move it (sscd meeting move {reference})"
            )));
        }
        if case.stage != Stage::AdHocReview {
            let stage = case.stage.title().to_lowercase();
            return Err(Refusal::new(format!("{reference} is {stage}: the SSC wants no ad-hoc review now")));
        }
        let end_at = self.lasts(start_at, minutes)?;
        self.refuse_name(place.as_deref())?;
        let why = format!("{reason} ({})", self.notice(start_at));
        self.happened(Event::ReviewProposed { start_at, end_at, why, place })?;
        self.draft_invitations(None)
    }

    fn move_to(
        &mut self,
        case: &Case,
        start_at: DateTime<Utc>,
        minutes: Option<u32>,
        place: Option<String>,
        reason: &str,
    ) -> Result<(), Refusal> {
        let (review, first) = live(case)?;
        let length = u32::try_from((first.end - first.start).num_minutes()).unwrap_or_default();
        let end_at = self.lasts(start_at, minutes.unwrap_or(length))?;
        let place = place.or_else(|| review.place.clone());
        let is_same_time = (start_at, end_at) == (first.start, first.end);
        if is_same_time && place == review.place {
            return Err(Refusal::new("it takes place then and there already"));
        }
        self.refuse_name(place.as_deref())?;
        let to = Proposed { start_at, end_at, why: reason.into(), place: place.clone() };
        let parts: Vec<Part> = Part::ALL.into_iter().filter(|part| review.live(*part).is_some()).collect();
        let by = self.next_letter();
        self.happened(Event::ReviewProposed { start_at, end_at, why: reason.into(), place })?;
        let why = if is_same_time { InvitationWhy::Place } else { InvitationWhy::Moved };
        for part in parts {
            let (start_at, end_at) = self.times(&to, part);
            let (place, dtstamp, reason) = (to.place.clone(), self.stamp(part)?, reason.to_owned());
            let change = Change::Moved { start_at, end_at, place, dtstamp, reason };
            self.happened(Event::Meeting { part, change: Box::new(change) })?;
            self.send(part, &Sending { why, to: &|_| true })?;
        }
        self.draft_invitations(Some(by))?;
        self.review_roster()
    }

    fn cancel(&mut self, case: &Case, reason: &str) -> Result<(), Refusal> {
        let (review, _) = live(case)?;
        let parts: Vec<Part> = Part::ALL.into_iter().filter(|part| review.live(*part).is_some()).collect();
        let by = self.next_letter();
        for part in parts {
            let change = Change::Cancelled { dtstamp: self.stamp(part)?, reason: reason.into() };
            self.happened(Event::Meeting { part, change: Box::new(change) })?;
            let case = self.case()?;
            let Some(review) = &case.review else { continue };
            let Some(meeting) = review.parts.get(&part).cloned() else { continue };
            let place = review.place.clone();
            for invitee in &meeting.invitees {
                let calendar = self.calendar(&meeting, place.as_deref(), &self.organizer(invitee))?;
                let facts = self.cancellation(calendar, Whom::All)?;
                self.letter_to(facts, invitee)?;
            }
        }
        self.end_invitations(by)?;
        self.close_if_told()
    }

    fn cancellation(
        &self,
        calendar: crate::domain::calendar::Invitation,
        whom: Whom,
    ) -> Result<Facts, Refusal> {
        let case = self.case()?;
        Ok(Facts::Cancellation(Box::new(Cancellation {
            reference: case.reference.to_string(),
            whom,
            calendar,
            classification: case.classification,
        })))
    }

    pub(super) fn add_person(&mut self, key: &Key, reason: &str) -> Result<(), Refusal> {
        let Some(person) = self.world.directory.person(key) else {
            return Err(Refusal::new(format!("the directory has nobody with the key {:?}", key.0)));
        };
        let part = match person.role {
            role if role.is_of_ssc() => Part::Ssc,
            Role::UserCio => Part::User,
            role => return Err(Refusal::new(format!("{} is {role}, and organises the review", person.name))),
        };
        let Some(guest) = Guest::of(person) else {
            return Err(Refusal::new(format!("{} has no address", person.name)));
        };
        self.add(part, guest, reason)
    }

    fn add_guest(&mut self, named: Named, reason: &str) -> Result<(), Refusal> {
        let known = self.world.directory.person_by_email(&named.address, london_date(self.now));
        if let Some(person) = known {
            return self.add_person(&person.key.clone(), reason);
        }
        let guest = Guest { named, also: Vec::new(), person: None, of_quorum: false };
        self.add(Part::User, guest, reason)
    }

    fn add(&mut self, part: Part, guest: Guest, reason: &str) -> Result<(), Refusal> {
        let case = self.case()?.clone();
        let live = case.meeting_ahead(self.now).and_then(|review| review.live(part));
        let Some(meeting) = live else {
            return Err(Refusal::new(format!(
                "{} is not invited yet: propose a time and release its invitations (sscd meeting invite {})",
                part.title(),
                case.reference
            )));
        };
        let address = guest.named.address.clone();
        let is_known = |one: &Invitee| one.person.is_some() && one.person == guest.person;
        if meeting.invitee(&address).is_some() || meeting.invitees.iter().any(is_known) {
            return Err(Refusal::new(format!("{address} is invited already")));
        }
        let on = london_date(meeting.start);
        if guest.person.as_ref().is_some_and(|key| !self.is_in_office(key, on)) {
            return Err(Refusal::new(format!("{address} is not in office on {}", words(on))));
        }
        let because = guest.person.as_ref().and_then(|key| self.interest(key, on));
        if let Some(because) = because {
            return Err(Refusal::new(format!("{address} is excluded ({because})")));
        }
        let Some(invitee) = self.invited(vec![guest], &case).pop() else { return Ok(()) };
        let change = Change::AttendeeAdded { invitee, dtstamp: self.stamp(part)?, reason: reason.into() };
        self.happened(Event::Meeting { part, change: Box::new(change) })?;
        let is_new = |invitee: &Invitee| invitee.named.address.same(&address);
        self.send(part, &Sending { why: InvitationWhy::New, to: &is_new })
    }

    /// That person is told alone; the others get the invitation as it is now (INTEROP.md 1).
    pub(super) fn remove(&mut self, case: &Case, address: &Address, reason: &str) -> Result<(), Refusal> {
        let review = case.meeting_ahead(self.now);
        let on = |part: Part| review?.live(part)?.invitee(address).cloned();
        let found = Part::ALL.into_iter().find_map(|part| Some((part, on(part)?)));
        let Some((part, invitee)) = found else {
            return Err(Refusal::new(format!("{address} is not invited to a review of {}", case.reference)));
        };
        let address = invitee.named.address.clone();
        let (dtstamp, reason) = (self.stamp(part)?, reason.to_owned());
        let change = Change::AttendeeRemoved { address: address.clone(), dtstamp, reason };
        self.happened(Event::Meeting { part, change: Box::new(change) })?;
        let case = self.case()?;
        let Some(review) = &case.review else { return Ok(()) };
        let Some(meeting) = review.parts.get(&part).cloned() else { return Ok(()) };
        let calendar = self.calendar(&meeting, review.place.as_deref(), &self.organizer(&invitee))?;
        let facts = self.cancellation(calendar, Whom::One(address))?;
        self.letter_to(facts, &invitee)?;
        let others: Vec<Address> = meeting.invitees.iter().map(|one| one.named.address.clone()).collect();
        if !others.is_empty() {
            self.repeat(part, &others, Again::AttendeesChanged)?;
        }
        Ok(())
    }

    fn was_held(
        &mut self,
        case: &Case,
        on: NaiveDate,
        present: &[String],
        reason: &str,
    ) -> Result<(), Refusal> {
        let start_at = live(case)?.1.start;
        if start_at > self.now {
            return Err(Refusal::new(format!(
                "the review of {} is on {}, which is ahead: it is recorded afterwards",
                case.reference,
                words(london_date(start_at))
            )));
        }
        let present = present.iter().map(|who| self.named_present(case, who)).collect::<Result<_, _>>()?;
        self.was_held_on(case, on, present, reason.to_owned())
    }

    /// By the key of the directory, or an address that was invited.
    fn named_present(&self, case: &Case, who: &str) -> Result<String, Refusal> {
        let person = self.world.directory.person(&Key(who.to_owned())).map(|person| person.name.clone());
        let invited = || {
            let address = Address::parse(who).ok()?;
            let review = case.review.as_ref()?;
            let invitee = review.parts.values().find_map(|meeting| meeting.invitee(&address))?;
            Some(invitee.named.name.clone().unwrap_or_else(|| address.to_string()))
        };
        person.or_else(invited).ok_or_else(|| {
            Refusal::new(format!(
                "found {who:?} among those present, expected the key of a person of the directory, or an address that \
                 was invited (sscd meeting attendance {})",
                case.reference
            ))
        })
    }

    fn decline(&mut self, case: &Case, address: &Address, reason: &str) -> Result<(), Refusal> {
        let review = case.meeting_ahead(self.now);
        let proposal = review.and_then(|review| review.proposals.iter().find(|one| one.by.same(address)));
        let found = proposal.and_then(|proposal| {
            Some((proposal.part, review?.live(proposal.part)?.invitee(address)?.clone()))
        });
        let Some((part, invitee)) = found else {
            return Err(Refusal::new(format!(
                "{address} has proposed no other time for the review of {}",
                case.reference
            )));
        };
        if part == Part::Ssc {
            self.refuse_name(Some(reason))?;
        }
        let by = invitee.named.address.clone();
        let change =
            Change::ProposalDeclined { by: by.clone(), dtstamp: self.stamp(part)?, reason: reason.into() };
        self.happened(Event::Meeting { part, change: Box::new(change) })?;
        let case = self.case()?;
        let Some((review, meeting)) =
            case.review.as_ref().and_then(|review| Some((review, review.live(part)?)))
        else {
            return Ok(());
        };
        let facts = Facts::ProposalDeclined(Box::new(ProposalDeclined {
            reference: case.reference.to_string(),
            proposer: by,
            reason: reason.into(),
            calendar: self.calendar(meeting, review.place.as_deref(), &self.organizer(&invitee))?,
            classification: case.classification,
        }));
        self.letter_to(facts, &invitee)
    }
}

/// The meeting to which somebody is invited and that is not over, and the part that begins first.
fn live(case: &Case) -> Result<(&ReviewMeeting, &Meeting), Refusal> {
    let is_open = matches!(case.stage, Stage::ReviewScheduled | Stage::ForSscConsideration);
    let review = case.review.as_ref();
    let first = review.and_then(|review| Part::ALL.into_iter().find_map(|part| review.live(part)));
    let first = first.filter(|first| is_open || first.start > case.status_since);
    review
        .zip(first)
        .ok_or_else(|| Refusal::new(format!("nobody is invited to a review of {}", case.reference)))
}

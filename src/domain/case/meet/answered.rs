//! A calendar's answer to an invitation. In: the answer, of whom somebody vouches that it is theirs; out: attendance, a
//! note, or the invitation again. Invariant: the same answer twice changes nothing the second time.

use chrono::{DateTime, TimeDelta, Utc};

use super::roster::Guest;
use super::{Again, Change};
use crate::domain::calendar::Reply;
use crate::domain::case::decide::Drafting;
use crate::domain::case::{Case, Event, Mail, Refusal};
use crate::domain::id::{Address, Key};
use crate::domain::letter::{Facts, Note, Step};
use crate::domain::meeting::{Invitee, Meeting, Outcome, Part, answer};
use crate::domain::workday::{london, london_date};

/// The invitation is sent again on request at most once in it.
const REST: TimeDelta = TimeDelta::hours(24);

impl Drafting<'_> {
    pub(in crate::domain::case) fn calendar_answered(
        &mut self,
        case: &Case,
        part: Part,
        reply: &Reply,
        mail: &Mail,
    ) -> Result<(), Refusal> {
        let Some(meeting) = case.review.as_ref().and_then(|review| review.parts.get(&part)) else {
            return Err(Refusal::new("nobody is invited"));
        };
        if case.stage.is_over() {
            return self.filed(mail, "it answers an invitation of a case that is over");
        }
        let is_ahead = meeting.start > self.now;
        let n_before = self.n_coming(meeting);
        let from = mail.sender.address.as_ref();
        let outcome = from.map(|from| answer(meeting, reply, from, mail.received_at));
        let inbox = mail.inbox;
        match outcome {
            Some(Outcome::Answered { invitee, answer }) => {
                let partstat = answer.partstat;
                let change = Change::Answered { invitee: invitee.clone(), answer, of_old_time: false, inbox };
                self.happened(Event::Meeting { part, change: Box::new(change) })?;
                if is_ahead { self.follow_answer(part, &invitee, partstat, n_before) } else { Ok(()) }
            }
            Some(Outcome::AnsweredOldTime { invitee, answer, ask_again }) => {
                let change = Change::Answered { invitee: invitee.clone(), answer, of_old_time: true, inbox };
                self.happened(Event::Meeting { part, change: Box::new(change) })?;
                // Whose budget is spent is asked with those who have not answered.
                if ask_again {
                    self.repeat(part, &[invitee], Again::OldTime)?;
                }
                Ok(())
            }
            Some(Outcome::Proposed { .. } | Outcome::SendAgain { .. }) if !is_ahead => {
                self.filed(mail, "it speaks of a meeting that is over")
            }
            Some(Outcome::Proposed { invitee, start, end, comment }) => {
                let known = case.review.as_ref().is_some_and(|review| {
                    review
                        .proposals
                        .iter()
                        .any(|one| one.by.same(&invitee) && (one.start_at, one.end_at) == (start, end))
                });
                if known {
                    return self.filed(mail, "the other time that it proposes is known");
                }
                self.time_proposed(part, invitee, (start, end), comment, mail)
            }
            Some(Outcome::SendAgain { invitee }) => {
                let last = meeting.invitee(&invitee).and_then(|invitee| invitee.sent_again_at);
                if last.is_some_and(|last| last + REST > self.now) {
                    return self.filed(mail, "the invitation was sent again less than 24 hours ago");
                }
                match self.repeat(part, &[invitee], Again::OnRequest)? {
                    None => self.filed(mail, "it asks for the invitation again"),
                    Some(spent) => {
                        self.for_a_person(mail, format!("it asks for the invitation again, and {spent}"))
                    }
                }
            }
            Some(Outcome::Known { .. }) => self.filed(mail, "that answer, or a newer one, is known"),
            Some(Outcome::Cancelled) => self.filed(mail, "it answers a meeting that was cancelled"),
            Some(Outcome::NoAnswer { method }) => {
                self.filed(mail, &format!("a calendar that answers nothing ({})", method.as_str()))
            }
            Some(Outcome::Held { why }) => self.for_a_person(mail, why),
            Some(Outcome::Unexpected { .. } | Outcome::OfAnother) | None => {
                self.for_a_person(mail, "a calendar's answer from somebody who was not invited".into())
            }
        }
    }

    fn filed(&mut self, mail: &Mail, why: &str) -> Result<(), Refusal> {
        self.happened(Event::MailFiled { mail: mail.clone(), why: why.into() })
    }

    fn for_a_person(&mut self, mail: &Mail, why: String) -> Result<(), Refusal> {
        self.happened(Event::PersonAnswering { mail: mail.clone(), why, by_colleague: false })
    }

    /// COUNTER goes to a person, and back (INTEROP.md 2.7).
    fn time_proposed(
        &mut self,
        part: Part,
        by: Address,
        (start_at, end_at): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
        comment: Option<String>,
        mail: &Mail,
    ) -> Result<(), Refusal> {
        let case = self.case()?;
        let reference = case.reference;
        let when = start_at.map_or_else(
            || "It names no time that could be read.".into(),
            |at| format!("Proposed: {}.", london(at).format("%H:%M on %A %-d %B %Y")),
        );
        let said = comment.as_deref().map(str::trim).filter(|comment| !comment.is_empty());
        let lines = [format!("{by} proposes another time for the review meeting."), when];
        let note = Note {
            reference: reference.to_string(),
            user: case.user_name().to_owned(),
            title: "Another time is proposed for the review".into(),
            lines: lines.into_iter().chain(said.map(|said| format!("\"{said}\""))).collect(),
            next: vec![Step {
                what: format!(
                    "Move the meeting (sscd meeting move {reference}), or say that it stays (sscd meeting decline \
                     {reference} --address {by})"
                ),
                on: None,
                by_five: false,
                why: String::new(),
            }],
            classification: case.classification,
        };
        let letter = self.next_letter();
        let to = self.secas();
        self.automatic(Facts::Note(note), to, None)?;
        let change = Change::TimeProposed { by, start_at, end_at, comment, inbox: mail.inbox, letter };
        self.happened(Event::Meeting { part, change: Box::new(change) })
    }

    /// Tells SECAS of people who have come into office, left it or have an interest since the invitations left.
    pub(in crate::domain::case) fn review_roster(&mut self) -> Result<(), Refusal> {
        let Some(review) = self.case()?.meeting_ahead(self.now) else { return Ok(()) };
        let mut what = Vec::new();
        let mut first = None;
        for part in Part::ALL {
            let Some(meeting) = review.live(part) else { continue };
            first = first.or(Some(london_date(meeting.start)));
            self.differs(part, meeting, &mut what);
        }
        let Some(on) = first else { return Ok(()) };
        what.retain(|one| !review.told.contains(one));
        if what.is_empty() {
            return Ok(());
        }
        let case = self.case()?;
        let reference = case.reference;
        let step = Step {
            what: format!("Add or remove people (sscd meeting add|remove {reference})"),
            on: Some(on),
            by_five: false,
            why: "the review takes place then".into(),
        };
        let note = Note {
            reference: reference.to_string(),
            user: case.user_name().to_owned(),
            title: "Who should be invited to the review has changed".into(),
            lines: what.iter().map(|one| format!("{one}.")).collect(),
            next: vec![step],
            classification: case.classification,
        };
        let letter = self.next_letter();
        let to = self.secas();
        self.automatic(Facts::Note(note), to, None)?;
        self.happened(Event::Meeting {
            part: Part::Ssc,
            change: Box::new(Change::RosterDiffers { what, letter }),
        })
    }

    /// What differs between who is invited and who would be today.
    fn differs(&self, part: Part, meeting: &Meeting, what: &mut Vec<String>) {
        let on = london_date(meeting.start);
        let roster = self.roster(part, on);
        let is_on = |key: &Key| roster.iter().any(|guest| guest.person.as_ref() == Some(key));
        for invitee in &meeting.invitees {
            let Some(key) = invitee.person.as_ref().filter(|key| !is_on(key)) else { continue };
            let address = &invitee.named.address;
            match self.interest(key, on).filter(|_| part == Part::Ssc) {
                Some(because) => {
                    what.push(format!("{address} is invited and has an interest now ({because})"));
                }
                None if !self.is_in_office(key, on) => {
                    what.push(format!("{address} is invited and not in office on that day any more"));
                }
                None => {}
            }
        }
        let is_invited = |guest: &Guest| {
            let same = |one: &Invitee| one.person.is_some() && one.person == guest.person;
            meeting.invitee(&guest.named.address).is_some() || meeting.invitees.iter().any(same)
        };
        for guest in roster.iter().filter(|guest| !is_invited(guest)) {
            let address = &guest.named.address;
            what.push(match (part, &guest.person) {
                (Part::User, None) => format!("{address} is the User's contact and not invited"),
                _ => format!("{address} is in office on that day and not invited"),
            });
        }
    }

    /// SECAS is told at once that people are invited to a review which a decision made an end of.
    pub(in crate::domain::case) fn tell_that_review_is_moot(&mut self) -> Result<(), Refusal> {
        let case = self.case()?.clone();
        let Some(review) = case.meeting_ahead(self.now) else { return Ok(()) };
        let starts = Part::ALL.into_iter().filter_map(|part| Some(review.live(part)?.start)).min();
        let Some(start) = starts else { return Ok(()) };
        let reference = case.reference;
        let note = Note {
            reference: reference.to_string(),
            user: case.user_name().to_owned(),
            title: "A review meeting stands, and the SSC has decided otherwise".into(),
            lines: vec![format!("People are invited for {}.", london(start).format("%H:%M on %A %-d %B %Y"))],
            next: vec![Step {
                what: format!("Cancel it, if it is not wanted any more (sscd meeting cancel {reference})"),
                on: None,
                by_five: false,
                why: String::new(),
            }],
            classification: case.classification,
        };
        let to = self.secas();
        self.automatic(Facts::Note(note), to, None)
    }
}

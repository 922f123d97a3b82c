//! Bookkeeping: the review meeting after a change. In: a case and the change; out: the case as it is then.

use chrono::{DateTime, Utc};

use super::{Again, Change, Proposal, ReviewMeeting};
use crate::domain::calendar::Status;
use crate::domain::case::{Case, Corrupt};
use crate::domain::meeting::{Meeting, Part};
use crate::domain::workday::london_date;

impl Case {
    pub(in crate::domain::case) fn met(
        &mut self,
        part: Part,
        change: &Change,
        at: DateTime<Utc>,
    ) -> Result<(), Corrupt> {
        match change {
            Change::Called { nth, uid, start_at, end_at, place, invitees, dtstamp } => {
                let fresh = || ReviewMeeting {
                    nth: *nth,
                    place: place.clone(),
                    parts: [].into(),
                    called_at: at,
                    looked: None,
                    proposals: Vec::new(),
                    told: [].into(),
                };
                let review = self.review.take().filter(|review| review.nth == *nth);
                let mut review = review.unwrap_or_else(fresh);
                let meeting = Meeting {
                    uid: uid.clone(),
                    sequence: 0,
                    dtstamp: Some(*dtstamp),
                    start: *start_at,
                    end: *end_at,
                    timed_at_sequence: 0,
                    status: Status::Confirmed,
                    invitees: invitees.clone(),
                };
                review.parts.insert(part, meeting);
                self.review = Some(review);
                self.held_on(part, *start_at);
            }
            Change::Moved { start_at, end_at, place, dtstamp, .. } => {
                let review = self.review()?;
                review.place.clone_from(place);
                review.called_at = at;
                review.proposals.clear();
                let meeting = meeting(review, part)?;
                let is_same_time = (*start_at, *end_at) == (meeting.start, meeting.end);
                let moved = if is_same_time { meeting.changed() } else { meeting.moved(*start_at, *end_at) };
                *meeting = Meeting { dtstamp: Some(*dtstamp), ..moved };
                self.held_on(part, *start_at);
            }
            Change::Cancelled { dtstamp, .. } => {
                let review = self.review()?;
                review.proposals.retain(|proposal| proposal.part != part);
                let meeting = meeting(review, part)?;
                *meeting = Meeting { dtstamp: Some(*dtstamp), ..meeting.cancelled() };
                if !review.is_live() {
                    (self.review_on, self.proposed) = (None, None);
                }
            }
            Change::AttendeeAdded { invitee, dtstamp, .. } => {
                let meeting = meeting(self.review()?, part)?;
                meeting.invitees.push(invitee.clone());
                meeting.dtstamp = Some(*dtstamp);
            }
            Change::AttendeeRemoved { address, dtstamp, .. } => {
                let review = self.review()?;
                review.proposals.retain(|proposal| proposal.part != part || !proposal.by.same(address));
                let meeting = meeting(review, part)?;
                *meeting = Meeting { dtstamp: Some(*dtstamp), ..meeting.without(address) };
            }
            Change::InvitationRepeated { to, because, dtstamp } => {
                let meeting = meeting(self.review()?, part)?;
                meeting.dtstamp = Some(*dtstamp);
                for address in to {
                    match because {
                        Again::NoAnswer | Again::OldTime => meeting.ask_again(address),
                        Again::OnRequest => meeting.send_again(address, at),
                        Again::AttendeesChanged => {}
                    }
                }
            }
            Change::Answered { invitee, answer, .. } => {
                meeting(self.review()?, part)?.keep(invitee, *answer, None);
            }
            Change::AnswerEntered { invitee, answer, entered_by, .. } => {
                meeting(self.review()?, part)?.keep(invitee, *answer, Some(entered_by));
            }
            Change::TimeProposed { by, start_at, end_at, comment, inbox, .. } => {
                let review = self.review()?;
                review.proposals.retain(|proposal| !proposal.by.same(by));
                let (by, comment, inbox) = (by.clone(), comment.clone(), *inbox);
                let (start_at, end_at) = (*start_at, *end_at);
                review.proposals.push(Proposal { part, by, start_at, end_at, comment, inbox, at });
            }
            Change::ProposalDeclined { by, dtstamp, .. } => {
                let review = self.review()?;
                review.proposals.retain(|proposal| !proposal.by.same(by));
                meeting(review, part)?.dtstamp = Some(*dtstamp);
            }
            Change::AttendanceReviewed { step, sequence, .. } => {
                self.review()?.looked = Some((*step, *sequence));
            }
            Change::RosterDiffers { what, .. } => self.review()?.told.extend(what.iter().cloned()),
        }
        Ok(())
    }

    /// The SSC's part says on which day the review is; where only the User is invited, the User's.
    fn held_on(&mut self, part: Part, start_at: DateTime<Utc>) {
        let is_of_ssc = self.review.as_ref().is_some_and(|review| review.live(Part::Ssc).is_some());
        if part == Part::Ssc || !is_of_ssc {
            self.review_on = Some(london_date(start_at));
        }
    }

    fn review(&mut self) -> Result<&mut ReviewMeeting, Corrupt> {
        let none = || Corrupt { what: "an event about a review meeting to which nobody was invited".into() };
        self.review.as_mut().ok_or_else(none)
    }
}

fn meeting(review: &mut ReviewMeeting, part: Part) -> Result<&mut Meeting, Corrupt> {
    let none = || Corrupt {
        what: format!("an event about the part of {} to which nobody was invited", part.title()),
    };
    review.parts.get_mut(&part).ok_or_else(none)
}

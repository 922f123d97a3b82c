//! Invitations: drafted at the proposed time, sent once a person releases them, one letter for each of the invited (RFC
//! 6047, INTEROP.md 1). In: the proposal and the roster; out: drafts, or events and letters. Invariant: what leaves is
//! what was looked at, or else it is drafted again.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

use super::Change;
use super::roster::Guest;
use crate::domain::calendar::{self, Status, Uid, When};
use crate::domain::case::decide::Drafting;
use crate::domain::case::ruling::objected;
use crate::domain::case::{Case, Event, Proposed, Recipient, Refusal, Stage};
use crate::domain::directory::Role;
use crate::domain::id::{Key, LetterId, Named};
use crate::domain::letter::{Facts, Invitation, InvitationWhy};
use crate::domain::meeting::{Invitee, Meeting, Part, Words};
use crate::domain::token::{Claim, Purpose};
use crate::domain::workday::london_date;

const HELD: &str = "an invitation: a person releases it";

/// Why an invitation leaves now, and to whom.
pub(super) struct Sending<'a> {
    pub why: InvitationWhy,
    pub to: &'a dyn Fn(&Invitee) -> bool,
}

impl Drafting<'_> {
    /// One draft for each part to which nobody is invited, in the place of those that wait. Letter `left` tells what has
    /// become of the others.
    pub(in crate::domain::case) fn draft_invitations(
        &mut self,
        left: Option<LetterId>,
    ) -> Result<(), Refusal> {
        let outdated: Vec<(LetterId, String)> = drafts(self.case()?);
        let mut by = Vec::new();
        for part in Part::ALL {
            if self.case()?.meeting_ahead(self.now).is_some_and(|review| review.live(part).is_some()) {
                continue;
            }
            let Some((facts, guests)) = self.proposed(part)? else { continue };
            by.push((facts.kind(), self.next_letter()));
            let to =
                guests.into_iter().map(|guest| Recipient { named: guest.named, is_copy: false }).collect();
            self.letter(facts, to, None, Some(HELD.into()))?;
        }
        for (letter, kind) in outdated {
            let same = by.iter().find(|(new, _)| *new == kind).map(|(_, by)| *by);
            if let Some(by) = same.or(left).or(by.first().map(|(_, by)| *by)) {
                self.happened(Event::LetterSuperseded { letter, by })?;
            }
        }
        Ok(())
    }

    /// No review is wanted any more: letter `by` stands in the place of what was drafted for it.
    pub(in crate::domain::case) fn end_invitations(&mut self, by: LetterId) -> Result<(), Refusal> {
        for (letter, _) in drafts(self.case()?) {
            self.happened(Event::LetterSuperseded { letter, by })?;
        }
        Ok(())
    }

    /// The invitation to a part as it would leave now; none where there is nobody to invite to it.
    fn proposed(&self, part: Part) -> Result<Option<(Facts, Vec<Guest>)>, Refusal> {
        let case = self.case()?;
        let Some(proposed) = &case.proposed else {
            return Err(Refusal::new(format!(
                "no time is proposed for a review of {r}: propose one (sscd meeting propose {r})",
                r = case.reference
            )));
        };
        let (start, end) = self.times(proposed, part);
        let guests = self.roster(part, london_date(start));
        if guests.is_empty() {
            return Ok(None);
        }
        let office = self.world.office.mailbox.address.clone();
        let invitees = guests.iter().cloned().map(|guest| guest.invited(office.clone())).collect();
        let meeting = Meeting {
            uid: self.uid(case, part),
            sequence: 0,
            dtstamp: Some(self.now.trunc_subsecs(0)),
            start,
            end,
            timed_at_sequence: 0,
            status: Status::Confirmed,
            invitees,
        };
        let facts = self.invitation(
            part,
            &meeting,
            proposed.place.as_deref(),
            InvitationWhy::New,
            &self.world.office.mailbox,
            true,
        )?;
        Ok(Some((facts, guests)))
    }

    /// The User comes in a while after the SSC has begun.
    pub(super) fn times(&self, proposed: &Proposed, part: Part) -> (DateTime<Utc>, DateTime<Utc>) {
        let (start, end) = (proposed.start_at, proposed.end_at);
        let later = start + TimeDelta::minutes(self.world.policy.user_joins_after_minutes.into());
        (if part == Part::User && later < end { later } else { start }, end)
    }

    fn uid(&self, case: &Case, part: Part) -> Uid {
        let nth = self.nth(case) * 2 - u32::from(part == Part::Ssc);
        Uid::of_meeting(&case.reference.subject(), nth, self.world.office.mailbox.address.domain())
    }

    /// The meeting to which people are invited already, or another.
    fn nth(&self, case: &Case) -> u32 {
        match (case.meeting_ahead(self.now), &case.review) {
            (Some(ahead), _) => ahead.nth,
            (None, last) => last.as_ref().map_or(0, |last| last.nth) + 1,
        }
    }

    /// The letter to one of the invited, who answers to `organizer`.
    pub(super) fn invitation(
        &self,
        part: Part,
        meeting: &Meeting,
        place: Option<&str>,
        why: InvitationWhy,
        organizer: &Named,
        for_chair: bool,
    ) -> Result<Facts, Refusal> {
        let case = self.case()?;
        let excluded = (for_chair && part == Part::Ssc).then(|| self.left_out(london_date(meeting.start)));
        let invitation = Invitation {
            reference: case.reference.to_string(),
            user: (part == Part::User).then(|| case.user_name().to_owned()),
            why,
            excluded: excluded.unwrap_or_default(),
            alternate: None,
            calendar: self.calendar(meeting, place, organizer)?,
            classification: case.classification,
        };
        Ok(match part {
            Part::Ssc => Facts::Invitation(Box::new(invitation)),
            Part::User => Facts::UserInvitation(Box::new(invitation)),
        })
    }

    pub(super) fn calendar(
        &self,
        meeting: &Meeting,
        place: Option<&str>,
        organizer: &Named,
    ) -> Result<calendar::Invitation, Refusal> {
        let case = self.case()?;
        let summary = format!("SSC ad-hoc review, case {}", case.reference);
        let description = format!(
            "Ad-hoc review by the Security Sub-Committee (SSC), case {}. Please answer with the buttons of your \
             calendar. {}",
            case.reference,
            case.classification.sentence()
        );
        let words = Words { summary: &summary, description: &description, location: place, url: None };
        meeting
            .invitation(words, organizer)
            .ok_or_else(|| Refusal::new("an invitation without a time of sending"))
    }

    /// A person releases the draft of a whole part, or that for one Alternate.
    pub(in crate::domain::case) fn release_invitation(
        &mut self,
        letter: LetterId,
        draft: &Facts,
        old: &Invitation,
    ) -> Result<(), Refusal> {
        let part = if matches!(draft, Facts::Invitation(_)) { Part::Ssc } else { Part::User };
        if let Some(alternate) = &old.alternate {
            let case = self.case()?;
            if let Some(objection) = case.is_objected() {
                return Err(Refusal::new(objection));
            }
            let live = case.meeting_ahead(self.now).and_then(|review| review.live(Part::Ssc));
            let is_then =
                |live: &Meeting| old.calendar.when == When::Time { start: live.start, end: live.end };
            if !live.is_some_and(is_then) {
                return Err(Refusal::new(
                    "it invites to another time than that of the meeting: discard the letter",
                ));
            }
            let by = self.next_letter();
            self.add_person(alternate, "the member declined")?;
            return self.happened(Event::LetterSuperseded { letter, by });
        }
        self.refuse_invitation(part)?;
        let Some((facts, guests)) = self.proposed(part)? else {
            return Err(Refusal::new("the directory names nobody to invite: discard the letter"));
        };
        let by = self.next_letter();
        if facts.without_dtstamp() == draft.without_dtstamp() {
            self.call(part, guests)?;
        } else {
            let why = format!("{HELD}; drafted again because the facts changed since");
            let to =
                guests.into_iter().map(|guest| Recipient { named: guest.named, is_copy: false }).collect();
            self.letter(facts, to, None, Some(why))?;
        }
        self.happened(Event::LetterSuperseded { letter, by })
    }

    fn refuse_invitation(&self, part: Part) -> Result<(), Refusal> {
        let case = self.case()?;
        let reference = case.reference;
        let no = |why: String| Err(Refusal::new(why));
        if let Some(objection) = case.is_objected() {
            return Err(objected(case, objection));
        }
        if !matches!(case.stage, Stage::AdHocReview | Stage::ReviewScheduled) {
            let stage = case.stage.title().to_lowercase();
            return no(format!("{reference} is {stage}: the SSC wants no ad-hoc review now"));
        }
        if case.meeting_ahead(self.now).is_some_and(|review| review.live(part).is_some()) {
            return no(format!(
                "{} is invited already: move it (sscd meeting move {reference}) or add people (sscd meeting add {reference})",
                part.title()
            ));
        }
        match &case.proposed {
            Some(proposed) if proposed.start_at <= self.now => {
                no(format!("the proposed time is over: propose another (sscd meeting propose {reference})"))
            }
            _ => Ok(()),
        }
    }

    fn call(&mut self, part: Part, guests: Vec<Guest>) -> Result<(), Refusal> {
        let case = self.case()?.clone();
        let Some(proposed) = &case.proposed else { return Err(Refusal::new("no time is proposed")) };
        let (start_at, end_at) = self.times(proposed, part);
        let invitees = self.invited(guests, &case);
        let change = Change::Called {
            nth: self.nth(&case),
            uid: self.uid(&case, part),
            start_at,
            end_at,
            place: proposed.place.clone(),
            invitees,
            dtstamp: self.now.trunc_subsecs(0),
        };
        self.happened(Event::Meeting { part, change: Box::new(change) })?;
        self.send(part, &Sending { why: InvitationWhy::New, to: &|_| true })
    }

    /// Each with an address to answer to that went to nobody else: it names the letter that is made next for that person.
    pub(super) fn invited(&self, guests: Vec<Guest>, case: &Case) -> Vec<Invitee> {
        let (subject, version, first) = (case.reference.subject(), self.version(), self.next_letter());
        let office = &self.world.office;
        let organizer = |(letter, guest): (i64, Guest)| {
            let claim = Claim { subject: &subject, version, recipient: guest.named.address.as_str() };
            let tag = self.world.keys.tag(Purpose::Organizer, letter, claim);
            guest.invited(office.tagged(&office.mailbox.address, &tag))
        };
        (first.0..).zip(guests).map(organizer).collect()
    }

    /// The invitation as it is, to some of the invited; the event that says so went before.
    pub(super) fn send(&mut self, part: Part, sending: &Sending<'_>) -> Result<(), Refusal> {
        let case = self.case()?;
        let Some((review, meeting)) =
            case.review.as_ref().and_then(|review| Some((review, review.live(part)?)))
        else {
            return Err(Refusal::new("nobody is invited"));
        };
        let (meeting, place) = (meeting.clone(), review.place.clone());
        for invitee in meeting.invitees.iter().filter(|invitee| (sending.to)(invitee)) {
            let organizer = self.organizer(invitee);
            let is_chair = invitee.person.as_ref().is_some_and(|key| self.is_chair(key));
            let facts =
                self.invitation(part, &meeting, place.as_deref(), sending.why, &organizer, is_chair)?;
            self.letter_to(facts, invitee)?;
        }
        Ok(())
    }

    pub(super) fn letter_to(&mut self, facts: Facts, invitee: &Invitee) -> Result<(), Refusal> {
        let to = vec![Recipient { named: invitee.named.clone(), is_copy: false }];
        self.letter(facts, to, None, None)
    }

    /// From whom this person's invitation comes and where the answers go.
    pub(super) fn organizer(&self, invitee: &Invitee) -> Named {
        Named { name: self.world.office.mailbox.name.clone(), address: invitee.organizer.clone() }
    }

    fn is_chair(&self, key: &Key) -> bool {
        self.world.directory.person(key).is_some_and(|person| person.role == Role::SscChair)
    }

    /// The DTSTAMP of what is sent about a part now: newer than the last one.
    pub(super) fn stamp(&self, part: Part) -> Result<DateTime<Utc>, Refusal> {
        let review = self.case()?.review.as_ref();
        let meeting = review.and_then(|review| review.parts.get(&part));
        let stamped = meeting.and_then(|meeting| meeting.stamped(self.now).dtstamp);
        stamped.ok_or_else(|| Refusal::new("nobody is invited"))
    }

    /// A draft for the Alternate of a member who declined, unless that one is invited or has an interest.
    pub(super) fn draft_for_alternate(&mut self, member: &Key) -> Result<(), Refusal> {
        let case = self.case()?;
        let Some((review, meeting)) =
            case.review.as_ref().and_then(|review| Some((review, review.live(Part::Ssc)?)))
        else {
            return Ok(());
        };
        let Some(guest) = self.alternate_of(member, london_date(meeting.start)).and_then(Guest::of) else {
            return Ok(());
        };
        let key = guest.person.clone();
        let waits = |note: &crate::domain::case::LetterNote| {
            note.kind == "invitation"
                && note.held.is_some()
                && note.to.iter().any(|to| to.same(&guest.named.address))
        };
        if meeting.invitee(&guest.named.address).is_some() || case.letters.values().any(waits) {
            return Ok(());
        }
        let mut meeting = meeting.stamped(self.now);
        let office = self.world.office.mailbox.clone();
        let to = Recipient { named: guest.named.clone(), is_copy: false };
        meeting.invitees.push(guest.invited(office.address.clone()));
        let mut facts = self.invitation(
            Part::Ssc,
            &meeting,
            review.place.as_deref(),
            InvitationWhy::New,
            &office,
            false,
        )?;
        if let Facts::Invitation(invitation) = &mut facts {
            invitation.alternate = key;
        }
        self.letter(
            facts,
            vec![to],
            None,
            Some("a member declined, and this is the Alternate: a person releases it".into()),
        )
    }
}

/// Drafts of invitations, with their kind.
fn drafts(case: &Case) -> Vec<(LetterId, String)> {
    let is_one = |kind: &str| matches!(kind, "invitation" | "user_invitation");
    let drafts = case.letters.iter().filter(|(_, note)| note.held.is_some() && is_one(&note.kind));
    drafts.map(|(letter, note)| (*letter, note.kind.clone())).collect()
}

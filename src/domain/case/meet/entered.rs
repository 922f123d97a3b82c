//! What follows an answer to an invitation, whether it came by calendar or a person entered it. In: the answer and the
//! case; out: events and letters. Invariant: an answer has the same consequences however it came.

use chrono::SubsecRound as _;

use super::Change;
use crate::domain::calendar::PartStat;
use crate::domain::case::decide::Drafting;
use crate::domain::case::{Case, Event, LetterNote, Refusal, Stage};
use crate::domain::id::{Address, Key, LetterId};
use crate::domain::meeting::{Answer, Invitee, Meeting, Part};
use crate::domain::workday::london;

impl Drafting<'_> {
    /// An answer that reached somebody by telephone, or for which no calendar vouches.
    pub(super) fn enter_answer(
        &mut self,
        case: &Case,
        by: &Key,
        who: &str,
        partstat: PartStat,
        reason: &str,
    ) -> Result<(), Refusal> {
        let (part, meeting, invitee) = asked(case, who, self)?;
        let current = Some((meeting.start, meeting.end));
        if invitee.answer.is_some_and(|last| (last.partstat, last.time) == (partstat, current)) {
            let address = &invitee.named.address;
            return Err(Refusal::new(format!("{address} has answered that already")));
        }
        let (invitee, n_before) = (invitee.named.address.clone(), self.n_coming(meeting));
        let dtstamp = self.now.trunc_subsecs(0);
        let answer = Answer { partstat, sequence: meeting.sequence, dtstamp, time: current };
        let (entered_by, reason) = (by.clone(), reason.to_owned());
        let change = Change::AnswerEntered { invitee: invitee.clone(), answer, entered_by, reason };
        self.happened(Event::Meeting { part, change: Box::new(change) })?;
        self.follow_answer(part, &invitee, partstat, n_before)
    }

    /// To a meeting that is ahead, of which `n_before` had accepted.
    pub(super) fn follow_answer(
        &mut self,
        part: Part,
        invitee: &Address,
        partstat: PartStat,
        n_before: usize,
    ) -> Result<(), Refusal> {
        if part != Part::Ssc {
            return Ok(());
        }
        self.look_once_more(n_before)?;
        let review = self.case()?.review.as_ref();
        let member = review.and_then(|review| review.live(part)?.invitee(invitee)?.person.clone());
        match (member, partstat) {
            (Some(member), PartStat::Declined) => self.draft_for_alternate(&member),
            (Some(member), PartStat::Accepted) => self.do_without_alternate(&member),
            _ => Ok(()),
        }
    }

    /// A member comes after all: the Alternate is not invited in its place, or not any more.
    fn do_without_alternate(&mut self, member: &Key) -> Result<(), Refusal> {
        let directory = &self.world.directory;
        let name = directory.person(member).map_or(member.0.clone(), |person| person.name.clone());
        let is_theirs = |key: &Key| {
            directory.person(key).is_some_and(|person| person.alternate_for.as_ref() == Some(member))
        };
        let emails: Vec<Address> = directory
            .people()
            .iter()
            .filter(|person| is_theirs(&person.key))
            .flat_map(|person| person.emails.clone())
            .collect();
        let reason = format!("{name} comes after all");
        let case = self.case()?.clone();
        let waits = |note: &LetterNote| {
            let is_to = |to: &Address| emails.iter().any(|email| email.same(to));
            note.kind == "invitation"
                && note.held.is_some()
                && note.to.len() == 1
                && note.to.iter().all(is_to)
        };
        let drafts: Vec<LetterId> =
            case.letters.iter().filter(|(_, note)| waits(note)).map(|(letter, _)| *letter).collect();
        for letter in drafts {
            self.happened(Event::LetterDiscarded { letter, reason: reason.clone() })?;
        }
        let live = case.meeting_ahead(self.now).and_then(|review| review.live(Part::Ssc));
        let mut invited = live.into_iter().flat_map(|live| &live.invitees);
        let is_alternate = |one: &&Invitee| one.person.as_ref().is_some_and(is_theirs);
        match invited.find(is_alternate) {
            Some(alternate) => self.remove(&case, &alternate.named.address, &reason),
            None => Ok(()),
        }
    }
}

/// Somebody who is invited to a meeting that is ahead, by the key of the directory or an address.
fn asked<'a>(
    case: &'a Case,
    who: &str,
    drafting: &Drafting<'_>,
) -> Result<(Part, &'a Meeting, &'a Invitee), Refusal> {
    let reference = case.reference;
    let no = |why: String| Err(Refusal::new(why));
    let Some(review) = case.review.as_ref().filter(|review| review.is_live()) else {
        return no(format!("nobody is invited to a review of {reference}"));
    };
    if case.stage.is_over() {
        return no(format!(
            "{reference} is {}: nobody comes to its review",
            case.stage.title().to_lowercase()
        ));
    }
    if case.meeting_ahead(drafting.now).is_none() {
        let starts = Part::ALL.into_iter().filter_map(|part| Some(review.live(part)?.start)).min();
        let when = starts.map(|at| london(at).format("%H:%M on %-d %B %Y").to_string()).unwrap_or_default();
        return no(match case.stage {
            Stage::ReviewScheduled => format!(
                "the review of {reference} began at {when}: record who was there (sscd meeting held {reference})"
            ),
            _ => format!("the review of {reference} at {when} is over: who was there is recorded"),
        });
    }
    let address = Address::parse(who).ok();
    let is_meant = |one: &&Invitee| {
        one.person.as_ref().is_some_and(|key| key.0 == who)
            || address.as_ref().is_some_and(|address| one.has(address))
    };
    let found = Part::ALL.into_iter().find_map(|part| {
        let meeting = review.live(part)?;
        Some((part, meeting, meeting.invitees.iter().find(is_meant)?))
    });
    found.ok_or_else(|| {
        Refusal::new(format!(
            "found {who:?}, expected the key of somebody who is invited to the review of {reference}, or an address \
             that is (sscd meeting attendance {reference})"
        ))
    })
}

//! The invitation once more, to some of the invited. In: whom, and why; out: the event and the letters. Invariant: what
//! leaves by itself leaves for nobody who may not hear of it now, and within the budget.

use super::invite::Sending;
use super::{Again, Change};
use crate::domain::case::decide::Drafting;
use crate::domain::case::{Event, Refusal};
use crate::domain::id::Address;
use crate::domain::letter::InvitationWhy;
use crate::domain::meeting::{Invitee, Part};
use crate::domain::workday::london_date;

impl Drafting<'_> {
    /// The same invitation to these people again. Those whose budget is spent are left out: then it says why.
    pub(super) fn repeat(
        &mut self,
        part: Part,
        to: &[Address],
        because: Again,
    ) -> Result<Option<String>, Refusal> {
        let why = match because {
            Again::NoAnswer => InvitationWhy::NoAnswer,
            Again::OldTime => InvitationWhy::OldTime,
            Again::OnRequest => InvitationWhy::OnRequest,
            Again::AttendeesChanged => InvitationWhy::AttendeesChanged,
        };
        let is_released = because == Again::AttendeesChanged;
        let mut to: Vec<Address> =
            to.iter().filter(|to| is_released || self.may_be_written_to(part, to)).cloned().collect();
        let spent = if is_released { None } else { self.within_budget(part, why, &mut to)? };
        if to.is_empty() {
            return Ok(spent);
        }
        let dtstamp = self.stamp(part)?;
        let change = Change::InvitationRepeated { to: to.clone(), because, dtstamp };
        self.happened(Event::Meeting { part, change: Box::new(change) })?;
        let is_meant = |invitee: &Invitee| to.iter().any(|to| invitee.named.address.same(to));
        self.send(part, &Sending { why, to: &is_meant })?;
        Ok(spent)
    }

    /// Leaves those to whom the budget allows a letter by itself.
    fn within_budget(
        &self,
        part: Part,
        why: InvitationWhy,
        to: &mut Vec<Address>,
    ) -> Result<Option<String>, Refusal> {
        let case = self.case()?;
        let live = case.review.as_ref().and_then(|review| Some((review, review.live(part)?)));
        let Some((review, meeting)) = live else { return Ok(None) };
        let office = &self.world.office.mailbox;
        let facts =
            self.invitation(part, &meeting.stamped(self.now), review.place.as_deref(), why, office, false)?;
        let is_ours = |address: &Address| self.world.is_ours(address);
        let (mut budget, mut spent) = (self.known.budget.clone(), None);
        let leaving = self.decision.letters.iter().filter(|letter| letter.held.is_none());
        for recipient in leaving.flat_map(|letter| &letter.to) {
            budget.spend(&recipient.named.address, self.now);
        }
        to.retain(|to| {
            let refusal = budget.refusal(&self.world.budget, &facts, &[to], is_ours, self.now);
            if refusal.is_none() {
                budget.spend(to, self.now);
            }
            let may = refusal.is_none();
            spent = spent.take().or(refusal);
            may
        });
        Ok(spent)
    }

    /// By itself: nothing holds the case back, and this person may come.
    fn may_be_written_to(&self, part: Part, to: &Address) -> bool {
        let Ok(case) = self.case() else { return false };
        let Some(meeting) = case.meeting_ahead(self.now).and_then(|review| review.live(part)) else {
            return false;
        };
        let is_paused = part == Part::User && case.is_paused().is_some();
        let invitee = meeting.invitee(to);
        let may_come = |invitee| self.may_come(part, invitee, london_date(meeting.start));
        case.is_objected().is_none() && !is_paused && invitee.is_some_and(may_come)
    }
}

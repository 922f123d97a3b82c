//! Letters that are called back: what is queued when a case is withdrawn, superseded or put on hold does not leave. In: the
//! case and what of it lies in the outbox; out: an event for each letter, and on hold a draft in its place. Invariant: what
//! is leaving already is not said to have been stopped.

use super::addressed::named;
use super::decide::Drafting;
use super::letters::{acknowledgement, is_own_word};
use super::{Case, Corrupt, Event, LetterNote, Refusal, Unsettled};
use crate::domain::id::{Address, LetterId};

/// A calendar is told of a change by one more letter, never by silence.
const CALENDAR: [&str; 4] = ["invitation", "user_invitation", "cancellation", "proposal_declined"];

/// Letters to the User: what pauses a case pauses these, and the office goes on.
const TO_USER: [&str; 6] =
    ["acknowledgement", "receipt", "decision", "start_question", "response_request", "deadline_note"];

impl Drafting<'_> {
    /// The case is over: nothing of it leaves any more.
    pub(super) fn call_back(&mut self, reason: &str) -> Result<(), Refusal> {
        self.called_back(reason, |kind| !CALENDAR.contains(&kind)).map(drop)
    }

    /// The case is on hold: what was to leave for the User waits as a draft on today's facts, as whatever is made later.
    pub(super) fn call_back_to_draft(&mut self) -> Result<(), Refusal> {
        let because = self.case()?.is_paused().unwrap_or_default();
        for Unsettled { letter, facts, queued, .. } in
            self.called_back(&because, |kind| TO_USER.contains(&kind))?
        {
            // What no longer holds is not drafted: as if it were judged at its release.
            let case = self.case()?;
            let Some(Ok(facts)) = facts.map(|facts| self.again(case, &facts)) else { continue };
            let held =
                format!("{because}; it stands in the place of letter {}, which was called back", letter.0);
            self.letter(facts, named(&queued), None, Some(held))?;
        }
        Ok(())
    }

    /// Those that somebody does not get.
    fn called_back(&mut self, reason: &str, is_of: fn(&str) -> bool) -> Result<Vec<Unsettled>, Refusal> {
        let case = self.case()?;
        let is_meant = |one: &&Unsettled| {
            case.letters.get(&one.letter).is_some_and(|note| note.is_on_its_way() && is_of(&note.kind))
        };
        let meant: Vec<Unsettled> = self.known.unsettled.iter().filter(is_meant).cloned().collect();
        for Unsettled { letter, queued, under_way, .. } in meant.clone() {
            let reason = reason.to_owned();
            self.happened(Event::LetterCalledBack { letter, recipients: queued, under_way, reason })?;
        }
        Ok(meant.into_iter().filter(|one| !one.queued.is_empty()).collect())
    }

    /// A case that goes on, and whose acknowledgement was called back.
    pub(super) fn acknowledge_after_all(&mut self) -> Result<(), Refusal> {
        let case = self.case()?;
        let is_acknowledgement = |note: &&LetterNote| note.kind == "acknowledgement";
        let last = case.letters.values().rfind(is_acknowledgement);
        if case.acknowledged_at.is_some() || !last.is_some_and(LetterNote::is_called_back) {
            return Ok(());
        }
        let is_to_confirm = !case.mails.is_empty() && !case.mails.iter().any(is_own_word);
        let facts = acknowledgement(case, is_to_confirm, self.now, self.world);
        let contact = self.contact();
        self.draft(facts, contact, "the case is reopened, and its acknowledgement had been called back")
    }
}

impl Case {
    /// A deadline that nobody was told is none.
    pub(super) fn book_call_back(
        &mut self,
        letter: LetterId,
        recipients: &[Address],
        under_way: &[Address],
        reason: &str,
    ) -> Result<(), Corrupt> {
        let note = self.letter(letter)?;
        note.called_back.extend_from_slice(recipients);
        note.was_leaving.extend_from_slice(under_way);
        if !recipients.is_empty() {
            note.fate.push(format!("called back for {}: {reason}", all(recipients)));
        }
        if !under_way.is_empty() {
            note.fate.push(format!("was leaving for {}, not called back: {reason}", all(under_way)));
        }
        if note.is_called_back() {
            self.information_due = self.information_due.take().filter(|due| due.letter != letter);
            self.owed = self.owed.take().filter(|owed| owed.letter != letter);
        }
        Ok(())
    }
}

fn all(addresses: &[Address]) -> String {
    addresses.iter().map(Address::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{CALENDAR, TO_USER};
    use crate::domain::letter::Facts;

    #[test]
    fn every_letter_of_a_case_to_its_user_is_called_back_on_hold() {
        let samples = Facts::samples();
        let anew = samples.iter().filter(|sample| sample.facts.may_be_drafted_anew());
        assert_eq!(anew.map(|sample| sample.facts.kind()).collect::<BTreeSet<_>>(), BTreeSet::from(TO_USER));
        assert!(CALENDAR.iter().all(|kind| samples.iter().any(|sample| sample.facts.kind() == *kind)));
    }
}

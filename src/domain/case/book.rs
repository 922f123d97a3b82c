//! Bookkeeping: what an event changes in a case. In: the case, the event and when it happened; out: the case as it is then.

use chrono::{DateTime, Utc};

use super::{
    Answering, Case, Corrupt, Deadline, Escalation, Event, Hold, InformationDue, LetterNote, Owed, Proposed,
    Reminded, Requested, Ruling, StartAsked, ladder,
};
use crate::domain::id::LetterId;

impl Case {
    #[expect(clippy::too_many_lines, reason = "one line for each event")]
    pub(super) fn book(&mut self, event: &Event, at: DateTime<Utc>) -> Result<(), Corrupt> {
        match event {
            Event::CaseLogged(_) => {}
            Event::ReportReceived { .. } => {
                self.owed = self.owed.take().filter(|owed| owed.of != Owed::Assessment);
            }
            Event::LetterMade { letter, kind, message_id, to, held } => {
                let note = LetterNote {
                    kind: kind.clone(),
                    message_id: message_id.clone(),
                    to: to.clone(),
                    made_at: at,
                    accepted_at: None,
                    held: held.clone(),
                    called_back: Vec::new(),
                    was_leaving: Vec::new(),
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
            Event::LetterCalledBack { letter, recipients, under_way, reason } => {
                self.book_call_back(*letter, recipients, under_way, reason)?;
            }
            Event::LetterAccepted { letter, recipient, .. } => {
                let note = self.letter(*letter)?;
                // A copy is none of whom it is for.
                if note.to.first().is_some_and(|first| first.same(recipient)) {
                    note.accepted_at = note.accepted_at.or(Some(at));
                }
                note.fate.push(format!("accepted for {recipient}"));
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
                let is_of_ssc = self.letters.get(&letter).is_some_and(|note| note.kind == "decision");
                let due = InformationDue { on, at, why, letter, is_overdue: false, is_of_ssc };
                self.information_due = Some(due);
            }
            Event::InformationSupplied { mail, fields, changed, missing, classification } => {
                if changed.iter().any(|name| name == "confidentiality_objection") {
                    self.is_objection_released = false;
                }
                if changed.iter().any(|name| name == "intended_start") {
                    self.start_stated_at = at;
                }
                self.classification = *classification;
                self.notification.fields.take_over(fields);
                self.notification.missing.clone_from(missing);
                self.mails.push(mail.clone());
                if missing.is_empty() {
                    self.information_due = None;
                }
            }
            Event::ReadAgain { fields, changed, unread, missing, problems, classification, .. } => {
                let is_touched = |field: &str| changed.iter().chain(unread).any(|name| name == field);
                if is_touched("confidentiality_objection") {
                    self.is_objection_released = false;
                }
                if is_touched("intended_start") {
                    self.start_stated_at = at;
                }
                self.classification = *classification;
                self.notification.fields.take_over(fields);
                self.notification.fields.forget(unread);
                self.notification.missing.clone_from(missing);
                self.notification.problems.clone_from(problems);
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
                self.before_ssc_since = at;
                self.pace.put_off_nothing_but(ladder::STEP);
            }
            // The reason is between Chair and SECAS; this the User reads.
            Event::Tabled { meeting_on, until, .. } => {
                self.meeting_on = *meeting_on;
                self.meeting_why = match meeting_on {
                    Some(_) => "the SSC set this meeting".into(),
                    None => "the SSC considers it between two of its meetings".into(),
                };
                self.out_of_cycle_until = meeting_on.is_none().then_some(*until);
                self.before_ssc_since = at;
                self.pace.put_off_nothing_but(ladder::STEP);
            }
            Event::ObjectionReleased { .. } => self.is_objection_released = true,
            Event::DecisionRequested { letter, person, before } => {
                let (letter, person, before) = (*letter, person.clone(), *before);
                self.requested.push(Requested { letter, person, before, n_rulings: self.rulings.len() });
            }
            Event::Decided { ruling } => self.decided(ruling),
            Event::ReviewProposed { start_at, end_at, why, place } => {
                let (start_at, end_at, why, place) = (*start_at, *end_at, why.clone(), place.clone());
                self.proposed = Some(Proposed { start_at, end_at, why, place });
            }
            Event::Meeting { part, change } => self.met(*part, change, at)?,
            Event::ReviewScheduled { on, .. } => self.review_on = Some(*on),
            Event::ReviewHeld { on, .. } => {
                self.forget_proposals();
                self.review_on = Some(*on);
                self.owed = self.owed.take().filter(|owed| owed.of != Owed::Assessment);
            }
            Event::ResponseReceived { .. } | Event::RemediationBegun { .. } => {
                (self.owed, self.response_due_on) = (None, None);
            }
            Event::ResponseRequested { due_on, .. } => self.response_due_on = Some(*due_on),
            Event::InformationReceived { .. } => self.information_due = None,
            Event::DeadlineSet { of, due_on, due_at, why, letter } => {
                let (of, on, at, why, letter) = (*of, *due_on, *due_at, why.clone(), *letter);
                self.owed = Some(Deadline { of, on, at, why, letter, is_overdue: false });
            }
            Event::DeadlinePassed { .. } => {
                if let Some(owed) = &mut self.owed {
                    owed.is_overdue = true;
                }
            }
            Event::StartAsked { start_on, has_passed, .. } => {
                let (start_on, has_passed) = (*start_on, *has_passed);
                self.start_asked = Some(StartAsked { start_on, has_passed });
            }
            Event::OfficeReminded { n, why, .. } => {
                self.reminded = Some(Reminded { of: why.clone(), n: *n, at });
            }
            Event::Stayed { until, .. } => {
                (self.stayed_until, self.met_on) = (Some(*until), None);
                self.pace.put_off_nothing();
            }
            Event::Escalated { level, ground, letter, minute, .. } => {
                let (level, ground, letter, minute) = (*level, *ground, *letter, minute.clone());
                self.escalation = Some(Escalation { level, ground, at, letter, minute });
            }
            Event::Deescalated { .. } => {
                self.spared.extend(ladder::overdue_since(self));
                self.escalation = None;
            }
            Event::Closed { .. } | Event::Withdrawn { .. } => self.ask_nothing_more(),
            Event::Superseded { by, .. } => {
                self.superseded_by = Some(*by);
                self.ask_nothing_more();
            }
            Event::Reopened { .. } => (self.superseded_by, self.met_on) = (None, None),
            Event::StepDeferred { step, until, .. } => {
                self.pace.defer(step, *until, at);
            }
        }
        Ok(())
    }

    fn decided(&mut self, ruling: &Ruling) {
        self.rulings.push(ruling.clone());
        self.forget_proposals();
        self.meeting_on = ruling.meeting_on;
        (self.out_of_cycle_until, self.review_on, self.owed) = (None, None, None);
        (self.proposed, self.response_due_on, self.met_on) = (None, None, None);
        self.information_due = self.information_due.take().filter(|due| !due.is_of_ssc);
        self.before_ssc_since = ruling.recorded_at;
        self.pace.put_off_nothing();
    }

    /// Other times for the review that somebody proposed.
    fn forget_proposals(&mut self) {
        if let Some(review) = &mut self.review {
            review.proposals.clear();
        }
    }

    /// It is over: were it reopened, everything would be asked anew.
    fn ask_nothing_more(&mut self) {
        (self.information_due, self.on_hold, self.out_of_cycle_until, self.owed) = (None, None, None, None);
        self.pace.put_off_nothing();
    }

    pub(super) fn letter(&mut self, letter: LetterId) -> Result<&mut LetterNote, Corrupt> {
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

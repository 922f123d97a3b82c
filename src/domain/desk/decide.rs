//! Judgement: what a signal means for the Desk today. In: the Desk, the signal, the time, the world and what was looked
//! up; out: events and letters, or a refusal. Invariant: a wait that is over moves the Desk.

use chrono::{DateTime, NaiveDate, Utc};

use super::event::Event;
use super::figures::Figures;
use super::signal::{Decision, Known, Signal};
use super::wait::WaitKind;
use super::{Desk, Note, apply};
use crate::domain::case::{Asked, Corrupt, LetterOut, Recipient, Refusal, are_same};
use crate::domain::directory::{Person, Role};
use crate::domain::id::{Address, LetterId, Named, SubjectId};
use crate::domain::letter::{Digest, DueDateWhy, Facts, Listed};
use crate::domain::workday::london_date;
use crate::domain::world::World;

/// # Errors
/// A [`Refusal`] says why nothing happens.
pub fn decide(
    desk: &Desk,
    signal: &Signal,
    now: DateTime<Utc>,
    world: &World,
    known: Known<'_>,
) -> Result<Decision, Refusal> {
    let mut drafting = Drafting { desk: desk.clone(), now, world, known, decision: Decision::default() };
    match signal {
        Signal::Noted(event) => drafting.happened(event.clone())?,
        Signal::Bounced { letter, recipient, inbox, bounce } => drafting.happened(Event::LetterBounced {
            letter: *letter,
            recipient: recipient.clone(),
            inbox: *inbox,
            status: bounce.status.clone(),
            diagnostic: bounce.diagnostic.clone(),
        })?,
        Signal::Accepted { letter, recipient, answer } => {
            let (letter, recipient, answer) = (*letter, recipient.clone(), answer.clone());
            drafting.happened(Event::LetterAccepted { letter, recipient, answer })?;
        }
        Signal::Failed { letter, recipient, answer } => {
            let (letter, recipient, answer) = (*letter, recipient.clone(), answer.clone());
            drafting.happened(Event::LetterFailed { letter, recipient, answer })?;
        }
        Signal::Revisit => {
            if desk.opened_at.is_none() && !world.is_desk_idle() {
                drafting.happened(Event::DeskOpened)?;
            }
        }
        Signal::WaitOver { wait: WaitKind::Digest } => drafting.digest()?,
        Signal::WaitOver { wait: WaitKind::Morning } => drafting.morning()?,
        Signal::Asked(Asked::Release { letter, version, draft, to }) => {
            drafting.release(*letter, *version, draft, to)?;
        }
        Signal::Asked(Asked::Discard { letter, reason }) => {
            drafting.held(*letter)?;
            drafting.happened(Event::LetterDiscarded { letter: *letter, reason: reason.clone() })?;
        }
        Signal::Asked(_) => return Err(Refusal::new("the Desk is no case")),
    }
    Ok(drafting.decision)
}

/// The Chair in office.
pub(super) fn chair(world: &World, on: NaiveDate) -> Option<&Person> {
    world.directory.in_office(Role::SscChair, on).next()
}

/// A decision in the making: the Desk as it becomes while events are added.
pub(super) struct Drafting<'a> {
    pub(super) desk: Desk,
    pub(super) now: DateTime<Utc>,
    pub(super) world: &'a World,
    known: Known<'a>,
    decision: Decision,
}

impl<'a> Drafting<'a> {
    pub(super) fn happened(&mut self, event: Event) -> Result<(), Refusal> {
        let desk = std::mem::take(&mut self.desk);
        self.desk = apply(desk, &event, self.now).map_err(|Corrupt { what }| Refusal::new(what))?;
        self.decision.events.push(event);
        Ok(())
    }

    pub(super) fn figures(&self) -> Result<&'a Figures, Refusal> {
        self.known.figures.ok_or_else(|| Refusal::new("the figures of the record were not looked up"))
    }

    /// At once, whatever the hour; after a silence one, for the whole of it.
    fn digest(&mut self) -> Result<(), Refusal> {
        let due = super::waits(&self.desk, self.world).into_iter().find(|wait| wait.kind == WaitKind::Digest);
        let (Some(due), Some(pattern)) = (due, &self.world.desk.digest) else {
            return Err(Refusal::new("no digest is waited for"));
        };
        let figures = self.figures()?;
        let due_at = pattern.latest(due.due_at, self.now);
        let n = self.desk.digest.as_ref().map_or(0, |last| last.n) + 1;
        let next_at = pattern.after_day(london_date(due_at));
        let facts = Facts::Digest(Box::new(written(n, next_at, figures, self.world)));
        let letter = self.letter(facts, self.secas(), None)?;
        let (since, until) = (figures.since, self.now);
        self.happened(Event::DigestMade { n, since, until, due_at, letter })
    }

    /// The people of SECAS in office; where there are none, the office's own mailbox.
    pub(super) fn secas(&self) -> Vec<Recipient> {
        let people = self.world.directory.in_office(Role::Secas, london_date(self.now));
        let people: Vec<Recipient> = people.filter_map(recipient).collect();
        if people.is_empty() {
            return vec![Recipient { named: self.world.office.mailbox.clone(), is_copy: false }];
        }
        people
    }

    /// Adds a letter and its event. `held` says why it waits for a person, whatever the budgets say.
    pub(super) fn letter(
        &mut self,
        facts: Facts,
        to: Vec<Recipient>,
        held: Option<String>,
    ) -> Result<LetterId, Refusal> {
        let addresses: Vec<Address> = to.iter().map(|recipient| recipient.named.address.clone()).collect();
        let over_budget = || {
            let to: Vec<&Address> = addresses.iter().collect();
            let is_digest = matches!(facts, Facts::Digest(_));
            let is_ours = |address: &Address| is_digest || self.world.is_ours(address);
            self.known.budget.refusal(&self.world.budget, &facts, &to, is_ours, self.now)
        };
        let held = held.or_else(over_budget);
        let (letter, version) = (self.next_letter(), self.version());
        let ordinal = letter.0.saturating_sub(self.known.next_letter.0);
        let subject = SubjectId::desk();
        let out = LetterOut::compose(letter, version, ordinal, &subject, facts, to, held, self.world);
        let (kind, message_id, held) = (out.facts.kind().into(), out.message_id.clone(), out.held.clone());
        self.happened(Event::LetterMade { letter, kind, message_id, to: addresses, held })?;
        self.decision.letters.push(out);
        Ok(letter)
    }

    /// The letter that is made next.
    pub(super) fn next_letter(&self) -> LetterId {
        let n_made = i64::try_from(self.decision.letters.len()).unwrap_or(i64::MAX);
        LetterId(self.known.next_letter.0.saturating_add(n_made))
    }

    /// Of the Desk, for which a letter is made.
    pub(super) fn version(&self) -> i64 {
        self.known.version + 1
    }

    /// Would one more letter leave by itself, after all that are made already?
    pub(super) fn has_room(&self, facts: &Facts, to: &Address) -> bool {
        let made = self.decision.letters.iter().flat_map(|letter| &letter.to).map(|one| &one.named.address);
        let all: Vec<&Address> = made.chain([to]).collect();
        // Other domains were judged before.
        let is_exempt = |one: &Address| self.world.is_ours(one) || one.domain() != to.domain();
        self.known.budget.refusal(&self.world.budget, facts, &all, is_exempt, self.now).is_none()
    }

    fn held(&self, letter: LetterId) -> Result<Note, Refusal> {
        let note = self.desk.letters.get(&letter).filter(|note| note.held.is_some());
        note.cloned().ok_or_else(|| Refusal::new(format!("letter {} waits for nobody", letter.0)))
    }

    /// Whom the directory names today. A letter to a member is no letter to another, or to nobody in office.
    fn recipients_today(&self, note: &Note, draft: &Facts) -> Result<Vec<Address>, Refusal> {
        let today = london_date(self.now);
        let people: Vec<Recipient> = match draft {
            Facts::Agenda(_) | Facts::Digest(_) => self.secas(),
            Facts::NewCases(_) | Facts::ChairDigest(_) => {
                chair(self.world, today).and_then(recipient).into_iter().collect()
            }
            // It tells nobody anything new, whoever has left or has an interest by now.
            Facts::DueDate(draft) if draft.why == DueDateWhy::Withdrawn => return Ok(note.to.clone()),
            _ => {
                let directory = &self.world.directory;
                let is_gone = |to: &&Address| directory.person_by_email(to, today).is_none();
                return match note.to.iter().find(is_gone) {
                    Some(gone) => Err(Refusal::new(format!(
                        "{gone} is nobody in office today: discard the letter, or name somebody with --to ADDRESS"
                    ))),
                    None => Ok(note.to.clone()),
                };
            }
        };
        let addresses: Vec<Address> = people.into_iter().map(|one| one.named.address).collect();
        Ok(if addresses.is_empty() { note.to.clone() } else { addresses })
    }

    /// A list that names what is kept from the SSC stays with SECAS.
    fn refuse_objected(&self, draft: &Facts, to: &[Address]) -> Result<(), Refusal> {
        let Facts::Agenda(agenda) = draft else { return Ok(()) };
        let on = london_date(self.now);
        let is_told = |to: &&Address| {
            self.world.directory.person_by_email(to, on).is_some_and(|person| person.role != Role::Secas)
        };
        match to.iter().find(is_told) {
            Some(to) if agenda.held_back.n() > 0 => Err(Refusal::new(format!(
                "{to} is not of SECAS, and the list names cases that their Users would rather keep from the SSC: release \
                 them first (sscd case inform), or name somebody of SECAS"
            ))),
            _ => Ok(()),
        }
    }

    /// An agenda list is judged again on today's facts: where they differ, another draft takes its place. Every other
    /// letter tells of the moment at which it was written.
    fn release(
        &mut self,
        letter: LetterId,
        version: i64,
        draft: &Facts,
        to: &[Address],
    ) -> Result<(), Refusal> {
        let note = self.held(letter)?;
        self.refuse_outdated(draft)?;
        let today = self.recipients_today(&note, draft)?;
        let is_moved = to.is_empty() && !are_same(&today, &note.to);
        let addresses = if to.is_empty() { today } else { to.to_vec() };
        self.refuse_objected(draft, &addresses)?;
        let named = |address: &Address| Named { name: None, address: address.clone() };
        let to: Vec<Recipient> =
            addresses.iter().map(|to| Recipient { named: named(to), is_copy: false }).collect();
        let facts = match draft {
            Facts::Agenda(old) => match self.agenda(old.meeting_on)? {
                Some(agenda) => Facts::Agenda(Box::new(agenda)),
                None => return Err(Refusal::new("nothing is on that list any more: discard the letter")),
            },
            other => other.clone(),
        };
        if is_moved || facts != *draft {
            let because = note.held.unwrap_or_default();
            let what = if facts == *draft { "the directory names others" } else { "the facts changed" };
            let why = format!("{because}; drafted again because {what} since");
            let by = self.letter(facts, to, Some(why))?;
            return self.happened(Event::LetterSuperseded { letter, by });
        }
        self.happened(Event::LetterReleased { letter, to: addresses })?;
        self.decision.letters.push(LetterOut {
            letter,
            version,
            message_id: note.message_id,
            facts,
            to,
            in_reply_to: None,
            held: None,
            is_release: true,
        });
        Ok(())
    }
}

/// A person at the address that is written to.
pub(super) fn recipient(person: &Person) -> Option<Recipient> {
    let named = Named { name: Some(person.name.clone()), address: person.emails.first()?.clone() };
    Some(Recipient { named, is_copy: false })
}

fn written(n: u32, next_at: Option<DateTime<Utc>>, figures: &Figures, world: &World) -> Digest {
    let Figures { triage, drafts, failed, on_hold, answering, .. } = figures;
    Digest {
        reference: format!("Digest {n}"),
        made_at: figures.now,
        since: figures.since,
        next_at,
        mailboxes: figures.mailboxes.clone(),
        n_for_people: [triage, drafts, failed, on_hold, answering].into_iter().map(Listed::n).sum(),
        triage: triage.clone(),
        drafts: drafts.clone(),
        failed: failed.clone(),
        on_hold: on_hold.clone(),
        answering: answering.clone(),
        due: figures.due.clone(),
        overdue: figures.overdue.clone(),
        new_cases: figures.new_cases.clone(),
        not_ours: figures.not_ours.clone(),
        alarms: figures.alarms.clone(),
        remarks: figures.remarks(world),
        n_events: figures.n_events,
        head: figures.head.clone(),
        ahead: Some(figures.ahead(world)),
        has_tables: world.desk.tables,
        classification: figures.classification,
    }
}

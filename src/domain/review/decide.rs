//! Judgement: what a signal means for a review today. In: the review, the signal, the time, the world and what was looked
//! up; out: events and letters, or a refusal. Invariant: each step is taken once at most; after a silence the latest is, and
//! the others are not.

use chrono::{DateTime, NaiveDate, Utc};

use super::anchor::Plan;
use super::event::Event;
use super::moves::Move;
use super::wait::{Step, WaitKind, booking_deadline, steps};
use super::{Posted, Review, ReviewId, Stage, apply};
use crate::domain::budget::Budget;
use crate::domain::case::{Corrupt, LetterOut, Recipient, Refusal};
use crate::domain::directory::{Act, InForce as _, Role, User};
use crate::domain::id::{Address, InboxId, Key, LetterId, Named};
use crate::domain::letter::{Facts, Note, ReviewReminder, Step as Next};
use crate::domain::message::Bounce;
use crate::domain::workday::london_date;
use crate::domain::world::World;

/// Something that may move a review.
#[derive(Debug, Clone)]
pub enum Signal {
    /// It is known when the User's next one is due.
    Open {
        id: ReviewId,
        user: Key,
        plan: Plan,
    },
    WaitOver {
        wait: WaitKind,
    },
    /// The World is another.
    Revisit,
    Asked((Move, String)),
    Accepted {
        letter: LetterId,
        recipient: Address,
        answer: String,
    },
    Failed {
        letter: LetterId,
        recipient: Address,
        answer: String,
    },
    Bounced {
        letter: LetterId,
        recipient: Address,
        inbox: InboxId,
        bounce: Bounce,
    },
    Release {
        letter: LetterId,
        version: i64,
        draft: Box<Facts>,
        to: Vec<Address>,
    },
    Discard {
        letter: LetterId,
        reason: String,
    },
}

/// A further User System that the review covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    pub reference: String,
    /// What the SSC decided about it.
    pub decided: String,
}

/// What was looked up.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The review's version after the last event.
    pub version: i64,
    pub next_letter: LetterId,
    pub budget: &'a Budget,
    pub covered: &'a [Covered],
}

#[derive(Debug, Default)]
pub struct Decision {
    pub events: Vec<Event>,
    pub letters: Vec<LetterOut>,
}

/// # Errors
/// A [`Refusal`] says why nothing happens.
pub fn decide(
    review: Option<&Review>,
    signal: &Signal,
    now: DateTime<Utc>,
    world: &World,
    known: Known<'_>,
) -> Result<Decision, Refusal> {
    let mut at = Drafting { review: review.cloned(), now, world, known, decision: Decision::default() };
    match (review, signal) {
        (None, Signal::Open { id, user, plan }) => at.open(id, user, plan)?,
        (None, _) => return Err(Refusal::new("there is no such review")),
        (Some(_), Signal::Open { .. }) => {}
        (Some(review), Signal::WaitOver { .. }) => at.step(review)?,
        (Some(review), Signal::Revisit) => at.revisit(review)?,
        (Some(review), Signal::Asked(what)) => at.moved(review, what)?,
        (Some(_), Signal::Accepted { letter, recipient, answer }) => at.happened(Event::LetterAccepted {
            letter: *letter,
            recipient: recipient.clone(),
            answer: answer.clone(),
        })?,
        (Some(_), Signal::Failed { letter, recipient, answer }) => at.happened(Event::LetterFailed {
            letter: *letter,
            recipient: recipient.clone(),
            answer: answer.clone(),
        })?,
        (Some(_), Signal::Bounced { letter, recipient, inbox, bounce }) => {
            at.happened(Event::LetterBounced {
                letter: *letter,
                recipient: recipient.clone(),
                inbox: *inbox,
                status: bounce.status.clone(),
                diagnostic: bounce.diagnostic.clone(),
            })?;
        }
        (Some(review), Signal::Release { letter, version, draft, to }) => {
            at.release(review, *letter, *version, draft, to)?;
        }
        (Some(review), Signal::Discard { letter, reason }) => {
            held(review, *letter)?;
            at.happened(Event::LetterDiscarded { letter: *letter, reason: reason.clone() })?;
        }
    }
    Ok(at.decision)
}

/// A decision in the making: the review as it becomes while events are added.
pub(super) struct Drafting<'a> {
    review: Option<Review>,
    pub(super) now: DateTime<Utc>,
    pub(super) world: &'a World,
    known: Known<'a>,
    decision: Decision,
}

impl Drafting<'_> {
    pub(super) fn happened(&mut self, event: Event) -> Result<(), Refusal> {
        let review =
            apply(self.review.take(), &event, self.now).map_err(|Corrupt { what }| Refusal::new(what))?;
        self.review = Some(review);
        self.decision.events.push(event);
        Ok(())
    }

    pub(super) fn user(&self, key: &Key) -> Option<&User> {
        self.world.directory.user(key)
    }

    /// Steps whose time lies behind: it was not known then.
    pub(super) fn past(&self, due_on: NaiveDate) -> Vec<Step> {
        let all = steps(due_on, false, self.world).into_iter();
        all.filter(|(step, at)| *at < self.now && *step != Step::Overdue).map(|(step, _)| step).collect()
    }

    fn open(&mut self, id: &ReviewId, user: &Key, plan: &Plan) -> Result<(), Refusal> {
        let past = self.past(plan.due_on);
        let Plan { anchor_on, due_on, due_why, kind, kind_why, cycle_year } = plan.clone();
        let (id, user) = (id.clone(), user.clone());
        self.happened(Event::ReviewOpened {
            id,
            user,
            anchor_on,
            due_on,
            due_why,
            kind,
            kind_why,
            cycle_year,
            past,
        })
    }

    /// Whose User left, or of which the directory knows that it took place, ends.
    fn revisit(&mut self, review: &Review) -> Result<(), Refusal> {
        if review.stage.is_over() {
            return Ok(());
        }
        let today = london_date(self.now);
        let reason = match self.user(&review.user) {
            None => Some("the directory knows this User no more".to_owned()),
            Some(user) if !user.in_force(today.max(user.valid_from)) => {
                Some("the User's row has ended".to_owned())
            }
            Some(user) => {
                let later = user.last_assessment.as_ref().map(|last| last.fieldwork_end);
                let later = later.filter(|on| *on > review.anchor_on && review.stage.precedes_fieldwork());
                later.map(|on| {
                    format!("the directory has an assessment that ended on {}", on.format("%-d %B %Y"))
                })
            }
        };
        reason.map_or(Ok(()), |reason| self.happened(Event::Dropped { reason }))
    }

    fn step(&mut self, review: &Review) -> Result<(), Refusal> {
        let all = steps(review.due_on, review.stage == Stage::Booked, self.world);
        let mut due: Vec<(Step, DateTime<Utc>)> =
            all.into_iter().filter(|(step, at)| *at <= self.now && !review.taken.contains(step)).collect();
        due.sort_by_key(|(_, at)| *at);
        if due.is_empty() || !review.stage.precedes_fieldwork() {
            return Ok(());
        }
        let opens_at = self.world.working_days.next_sending(self.now).unwrap_or(self.now);
        let writes = due.iter().any(|(step, _)| !step.is_for_members());
        if writes && opens_at > self.now {
            let reason = "letters leave from 9:00 to 17:00 on Working Days".into();
            let step = WaitKind::Step.name().into();
            return self.happened(Event::StepDeferred { step, reason, until: opens_at });
        }
        let last = |of: fn(Step) -> bool| due.iter().rev().map(|(step, _)| *step).find(|step| of(*step));
        let latest = [last(Step::is_for_user), last(Step::is_for_members)];
        for (step, at) in due {
            let is_skipped = (step.is_for_user() || step.is_for_members()) && !latest.contains(&Some(step));
            let is_late = london_date(at) < london_date(self.now);
            let letter = if is_skipped { None } else { self.tell(review, step, is_late)? };
            self.happened(Event::StepTaken { step, letter, is_late, is_skipped })?;
        }
        Ok(())
    }

    /// The letter that goes with a step; the members are told by the Desk.
    fn tell(&mut self, review: &Review, step: Step, is_late: bool) -> Result<Option<LetterId>, Refusal> {
        let letter = self.next_letter();
        match step {
            Step::SscWeeks(_) | Step::SscDays(_) => return Ok(None),
            Step::UserWeeks(_) => {
                let contact = self.user(&review.user).map(|user| Named {
                    name: Some(user.contact.name.clone()),
                    address: user.contact.email.clone(),
                });
                let facts = Facts::ReviewReminder(Box::new(self.reminder(review, is_late)));
                self.letter(facts, contact.into_iter().collect())?;
            }
            Step::Booking | Step::Overdue => {
                let facts = Facts::Note(self.note(review, step));
                let mut to = self.secas();
                to.extend(self.chair(review));
                self.letter(facts, to)?;
            }
        }
        Ok(Some(letter))
    }

    fn reminder(&self, review: &Review, is_late: bool) -> ReviewReminder {
        let user = self.user(&review.user);
        ReviewReminder {
            reference: review.id.to_string(),
            user: user.map_or_else(|| review.user.0.clone(), |user| user.name.clone()),
            due_on: review.due_on,
            due_why: review.due_why.clone(),
            assessment: review.kind.map(|kind| kind.title().to_owned()),
            booked_on: review.booked_on,
            book_by: booking_deadline(review.due_on, self.world).filter(|_| review.booked_on.is_none()),
            systems: self
                .known
                .covered
                .iter()
                .map(|one| format!("{}: {}", one.reference, one.decided))
                .collect(),
            is_late,
            classification: self.world.policy.classification_floor,
        }
    }

    fn note(&self, review: &Review, step: Step) -> Note {
        let words = |on: NaiveDate| on.format("%-d %B %Y").to_string();
        let user = self.user(&review.user).map_or_else(|| review.user.0.clone(), |user| user.name.clone());
        let due = format!("It is due by {} ({}).", words(review.due_on), review.due_why);
        let (title, to_do) = if step == Step::Booking {
            (
                "An annual review is not booked",
                "Ask User and User CIO, and record the day (sscd review record --step booked)",
            )
        } else {
            (
                "The day of an annual review has passed",
                "Record when its fieldwork ended (sscd review record --step fieldwork), or move it (sscd review move)",
            )
        };
        let booked = review.booked_on.map(|on| format!("It is booked for {}.", words(on)));
        let covered =
            self.known.covered.iter().map(|one| format!("It covers {}: {}.", one.reference, one.decided));
        Note {
            reference: review.id.to_string(),
            user,
            title: title.into(),
            lines: std::iter::once(due).chain(booked).chain(covered).collect(),
            next: vec![Next { what: to_do.into(), on: None, by_five: false, why: String::new() }],
            classification: self.world.policy.classification_floor,
        }
    }

    fn secas(&self) -> Vec<Named> {
        let people = self.world.directory.in_office(Role::Secas, london_date(self.now));
        let people = people.filter(|person| person.acts.contains(&Act::Release));
        people.filter_map(named).collect()
    }

    /// The Chair in office, where it has no interest in that User.
    fn chair(&self, review: &Review) -> Option<Named> {
        let on = london_date(self.now);
        let chair = self.world.directory.in_office(Role::SscChair, on).next()?;
        let conflicts = self.world.directory.conflicts(Some(&review.user), None, on);
        if conflicts.iter().any(|(person, _)| person.key == chair.key) { None } else { named(chair) }
    }

    fn next_letter(&self) -> LetterId {
        let n_made = self.decision.letters.iter().filter(|letter| !letter.is_release).count();
        LetterId(self.known.next_letter.0 + i64::try_from(n_made).unwrap_or(i64::MAX))
    }

    fn letter(&mut self, facts: Facts, to: Vec<Named>) -> Result<(), Refusal> {
        let Some(review) = &self.review else { return Err(Refusal::new("there is no such review")) };
        let subject = review.id.subject();
        let addresses: Vec<&Address> = to.iter().map(|named| &named.address).collect();
        let nobody = to.is_empty().then(|| "the directory names nobody for it".to_owned());
        let is_ours = |address: &Address| self.world.is_ours(address);
        let over = || self.known.budget.refusal(&self.world.budget, &facts, &addresses, is_ours, self.now);
        let held = nobody.or_else(over);
        let (letter, version) = (self.next_letter(), self.known.version + 1);
        let ordinal = letter.0 - self.known.next_letter.0;
        let to = to.into_iter().map(|named| Recipient { named, is_copy: false }).collect();
        let letter = LetterOut::compose(letter, version, ordinal, &subject, facts, to, held, self.world);
        self.happened(Event::LetterMade {
            letter: letter.letter,
            kind: letter.facts.kind().into(),
            message_id: letter.message_id.clone(),
            to: letter.to.iter().map(|one| one.named.address.clone()).collect(),
            held: letter.held.clone(),
        })?;
        self.decision.letters.push(letter);
        Ok(())
    }

    fn release(
        &mut self,
        review: &Review,
        letter: LetterId,
        version: i64,
        draft: &Facts,
        to: &[Address],
    ) -> Result<(), Refusal> {
        let posted = held(review, letter)?;
        let to = if to.is_empty() { posted.to.clone() } else { to.to_vec() };
        if to.is_empty() {
            return Err(Refusal::new(format!(
                "letter {} has no recipient: name one with --to ADDRESS",
                letter.0
            )));
        }
        self.happened(Event::LetterReleased { letter, to: to.clone() })?;
        let named = |address| Recipient { named: Named { name: None, address }, is_copy: false };
        self.decision.letters.push(LetterOut {
            letter,
            version,
            message_id: posted.message_id.clone(),
            facts: draft.clone(),
            to: to.into_iter().map(named).collect(),
            in_reply_to: None,
            held: None,
            is_release: true,
        });
        Ok(())
    }
}

fn held(review: &Review, letter: LetterId) -> Result<&Posted, Refusal> {
    let posted = review.letters.get(&letter).filter(|posted| posted.held.is_some());
    posted.ok_or_else(|| Refusal::new(format!("letter {} waits for nobody", letter.0)))
}

fn named(person: &crate::domain::directory::Person) -> Option<Named> {
    Some(Named { name: Some(person.name.clone()), address: person.emails.first()?.clone() })
}

//! What must hold after every day of a simulated year. In: a play, and the facts since the day before; out: nothing, or
//! what does not hold.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, Utc};
use sscd::domain::case::{Case, Event, Level, waits};
use sscd::domain::desk;
use sscd::domain::directory::Act;
use sscd::domain::id::{Address, Key};
use sscd::domain::review::{self, ReviewId, Step};
use sscd::domain::workday::london_date;
use sscd::domain::world::World;
use sscd::engine::{Engine, permitted};
use sscd::rehearse::Play;
use sscd::store::{Head, Recorded, Verified};

use super::books::Books;
use super::letters::{in_window, known, review_of};
use crate::scenario::record;

/// What was changed is compared every day; on one day of so many, the last among them, everything from the first event.
const FROM_THE_START: usize = 61;

#[derive(Default)]
pub struct Watch {
    /// So far the chain was found whole, and its events were looked at.
    head: Head,
    /// Steps that may be taken once, each as the words that name it.
    steps: BTreeSet<String>,
    pub(super) n_letters: BTreeMap<(String, String), usize>,
}

impl Watch {
    pub async fn day(&mut self, play: &Play, books: &Books, n_left: usize) -> Result<(), String> {
        let (engine, now) = (play.engine(), play.now());
        let said = |error: sscd::store::StoreError| error.to_string();
        let world = engine.world();
        let recorded = engine.store.journal_all(self.head.seq, i64::MAX).await.map_err(said)?;
        for one in &recorded {
            let at = &one.entry.subject.0;
            let checked = match ReviewId::of(&one.entry.subject) {
                Some(_) => self.of_review(engine, &world, one).await,
                None if *at == "desk" => self.of_desk(engine, &world, one).await,
                None => self.of_case(engine, &world, one).await,
            };
            checked.map_err(|why| format!("{at}, {} at {}: {why}", one.entry.kind, one.entry.at))?;
        }
        let due = engine.store.due_timers(now, 10).await.map_err(said)?;
        if !due.is_empty() {
            return Err(format!("waits that are over move nothing: {due:?}"));
        }
        for alarm in engine.store.alarms().await.map_err(said)? {
            if alarm.text.contains("moved nothing") {
                return Err(format!("alarm: {}", alarm.text));
            }
        }
        for case in books.cases.values() {
            of_its_state(case, &world, now).map_err(|why| format!("{}: {why}", case.reference))?;
        }
        for review in books.reviews.values() {
            let is_overdue =
                review.stage.precedes_fieldwork() && review.due_on + Days::new(7) < london_date(now);
            if is_overdue && !review.taken.contains(&Step::Overdue) {
                return Err(format!("{}: its day was {}, and nobody noticed", review.id, review.due_on));
            }
        }
        match engine.store.verify_after(self.head, |_| ()).await.map_err(said)? {
            Verified::Whole { head, .. } => self.head = head,
            Verified::Broken { seq, why } => return Err(format!("the chain, at event {seq}: {why}")),
        }
        if n_left.is_multiple_of(FROM_THE_START) {
            record::check_caches(engine).await?;
        }
        self.n_letters.clear();
        Ok(())
    }

    /// A step is taken once.
    fn once(&mut self, step: String) -> Result<(), String> {
        match self.steps.replace(step) {
            Some(step) => Err(format!("twice: {step}")),
            None => Ok(()),
        }
    }

    async fn of_case(&mut self, engine: &Engine, world: &World, one: &Recorded) -> Result<(), String> {
        let (entry, of) = (&one.entry, &one.entry.subject.0);
        let event = Event::decode(entry.schema, &entry.body).map_err(|corrupt| corrupt.to_string())?;
        match &event {
            Event::LetterMade { letter, kind, to, held, .. } => {
                let is_released = entry.cause.starts_with("operator:");
                if held.is_none() {
                    self.leaves(world, kind, to, is_released)?;
                    in_window(engine, world, *letter, is_released).await?;
                    self.reads(engine, world, &entry.subject, kind, to).await?;
                    self.written(engine, world, *letter, to, kind).await?;
                }
            }
            Event::Escalated { level, minute, .. } => {
                self.once(format!("{of} {level}"))?;
                if *level >= Level::E4 {
                    let by = Key(entry.actor.split(' ').next().unwrap_or_default().to_owned());
                    permitted(world, &by, Act::Decide, entry.at)
                        .map_err(|refusal| format!("{level} by {}: {refusal}", entry.actor))?;
                    if minute.as_ref().is_none_or(|minute| minute.trim().is_empty()) {
                        return Err(format!("{level} without a minute"));
                    }
                }
            }
            Event::Deescalated { .. } => self.steps.retain(|step| !step.starts_with(&format!("{of} E"))),
            Event::DecisionRequested { before, letter, .. } => {
                let n = self.steps.iter().filter(|step| step.starts_with(&format!("{of} decided"))).count();
                // A person who releases a request on other facts has it written anew.
                if entry.cause.starts_with("wait:") {
                    self.once(format!("{of} requested for {before} after {n} decisions"))?;
                }
                self.once(format!("{of} requested in letter {}", letter.0))?;
            }
            Event::Decided { ruling } => self.once(format!("{of} decided {}", ruling.number))?,
            Event::Reopened { .. } | Event::Tabled { .. } | Event::Stayed { .. } => {
                self.steps.retain(|step| !step.starts_with(&format!("{of} requested for")));
            }
            Event::InformationOverdue { due_at } => {
                self.once(format!("{of} information overdue {due_at}"))?;
            }
            Event::DeadlinePassed { due_at, of: owed } => {
                self.once(format!("{of} {owed:?} overdue {due_at}"))?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn of_review(&mut self, engine: &Engine, world: &World, one: &Recorded) -> Result<(), String> {
        let (entry, of) = (&one.entry, &one.entry.subject.0);
        let event =
            review::Event::decode(entry.schema, &entry.body).map_err(|corrupt| corrupt.to_string())?;
        match &event {
            review::Event::StepTaken { step, .. } => self.once(format!("{of} {step:?}"))?,
            review::Event::DateMoved { .. } => self.steps.retain(|step| !step.starts_with(&format!("{of} "))),
            review::Event::LetterMade { letter, kind, to, held, .. } if held.is_none() => {
                let is_released = entry.cause.starts_with("operator:");
                self.leaves(world, kind, to, is_released)?;
                in_window(engine, world, *letter, is_released).await?;
                known(world, to, entry.at)?;
                let review = review_of(engine, &entry.subject).await?;
                let is_theirs = |to: &&Address| {
                    world.is_ours(to)
                        || world.directory.person_by_email(to, london_date(entry.at)).is_some()
                        || world.directory.user(&review.user).is_some_and(|user| {
                            world.directory.registered_to(to, user, london_date(entry.at))
                        })
                };
                if let Some(to) = to.iter().find(|to| !is_theirs(to)) {
                    return Err(format!("letter {} to {to}, which is not of {}", letter.0, review.user.0));
                }
            }
            _ => {}
        }
        Ok(())
    }

    async fn of_desk(&mut self, engine: &Engine, world: &World, one: &Recorded) -> Result<(), String> {
        let entry = &one.entry;
        let event = desk::Event::decode(entry.schema, &entry.body).map_err(|corrupt| corrupt.to_string())?;
        match &event {
            desk::Event::LetterMade { letter, kind, to, held, .. } if held.is_none() => {
                let is_released = entry.cause.starts_with("operator:");
                self.leaves(world, kind, to, is_released)?;
                in_window(engine, world, *letter, is_released).await?;
                known(world, to, entry.at)?;
            }
            desk::Event::DigestMade { n, due_at, .. } => {
                self.once(format!("digest {n}"))?;
                self.once(format!("digest of {}", london_date(*due_at)))?;
            }
            desk::Event::MorningDone { on } => self.once(format!("morning of {on}"))?,
            desk::Event::ChairBriefed { meeting_on, .. } => self.once(format!("briefed for {meeting_on}"))?,
            desk::Event::MembersReminded { notices, .. } => {
                let on = london_date(entry.at);
                for notice in notices {
                    self.once(format!("{} reminded of reviews on {on}", notice.person.0))?;
                    self.reminded(engine, world, notice, on).await?;
                }
            }
            desk::Event::ChairTold { cases, .. } => {
                for case in cases {
                    self.once(format!("the Chair told of {case}"))?;
                }
            }
            desk::Event::PapersIssued { meeting_on, notices, .. } => {
                for notice in notices {
                    self.notice(engine, world, notice, entry.at).await?;
                    for case in &notice.cases {
                        self.once(format!("{} told of {case} for {meeting_on}", notice.person.0))?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn of_its_state(case: &Case, world: &World, now: DateTime<Utc>) -> Result<(), String> {
    if case.stage.is_over() {
        return Ok(());
    }
    let with_people = case.escalation.as_ref().is_some_and(|taken| taken.level >= Level::E3);
    let waits = waits(case, world);
    if waits.is_empty() && !with_people {
        return Err(format!("{} waits for nothing, and is not over", case.stage.title()));
    }
    let late = case.information_due.as_ref().filter(|due| !due.is_overdue && due.at < now).map(|due| due.at);
    let late =
        late.or(case.owed.as_ref().filter(|owed| !owed.is_overdue && owed.at < now).map(|owed| owed.at));
    match late {
        Some(at) if case.stage.title() != "Stayed" => Err(format!("overdue since {at}, and nobody noticed")),
        _ => Ok(()),
    }
}

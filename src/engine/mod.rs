//! The one path and the one loop. Whatever changes a subject is [`Work`] through [`Engine::handle`]: looked up,
//! decided, sealed and committed as one batch. Invariant: one decider, and everything it decides goes down together.

mod alarm;
mod ask;
mod collect;
mod deliver;
mod known;
mod read;
mod rebuild;
mod seal;
mod service;
mod wake;

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use anyhow::Context;
use chrono::{DateTime, SubsecRound as _, Utc};
use tokio::sync::Mutex;

pub use alarm::Alarms;
pub use ask::{Ask, Asking};
pub use collect::Collect;
pub use deliver::Deliver;
pub use read::{Read, read_mail};
pub use rebuild::rebuild;
pub use service::{Bell, Idle, Service, Told, run};
pub use wake::Wake;

use crate::domain::case::{self, Case, Decision, Event, Known, Reference, Refusal, Signal};
use crate::domain::desk;
use crate::domain::id::{InboxId, LetterId, SubjectId};
use crate::domain::route::{ReadMail, Route, Target, route, user_key};
use crate::domain::workday::london;
use crate::domain::world::World;
use crate::ports::Clock;
use crate::store::Engine as Database;
use crate::store::{
    Commit, DeliveryMove, Entry, InboxDone, LetterMove, Outcome, RegisterRow, Store, StoreError, Term,
    TimerRow,
};
use known::Overlay;

/// Something for the decider, with its cause: the same cause never moves a subject twice.
#[derive(Debug, Clone)]
pub enum Work {
    Mail(Box<ReadMail>),
    /// A signal for one case, with what else goes down beside it.
    Case(Box<CaseWork>),
    Desk {
        cause: String,
        actor: String,
        event: desk::Event,
        inbox: Vec<InboxDone>,
        deliveries: Vec<DeliveryMove>,
    },
    /// The post is to try again later; no subject moves.
    Deliveries(Vec<DeliveryMove>),
    /// A mail that cannot be worked is kept, in sight and out of the way.
    Aside {
        inbox: InboxId,
        reason: String,
    },
}

#[derive(Debug, Clone)]
pub struct CaseWork {
    pub target: Target,
    pub cause: String,
    /// `daemon`, or the key of the person who acted.
    pub actor: String,
    pub signal: Signal,
    pub inbox: Vec<InboxDone>,
    pub deliveries: Vec<DeliveryMove>,
}

impl Work {
    /// The same work, done by a person.
    fn by(mut self, person: String) -> Self {
        match &mut self {
            Self::Case(work) => work.actor = person,
            Self::Desk { actor, .. } => *actor = person,
            Self::Mail(_) | Self::Deliveries(_) | Self::Aside { .. } => {}
        }
        self
    }
}

/// What became of a piece of work: the subjects that it moved.
pub type Handled = Result<Vec<SubjectId>, Refusal>;

pub struct Engine {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub told: Told,
    pub alarms: Alarms,
    world: RwLock<Arc<World>>,
    decider: Mutex<Decider>,
}

/// What only the one decider knows.
struct Decider {
    holder: String,
    term: Term,
    next_letter: i64,
    next_delivery: i64,
    /// The number of the next case by year of receipt, once it was asked for.
    numbers: HashMap<i32, u32>,
    last_at: DateTime<Utc>,
}

/// How long the lease of a decider runs; it is renewed at a third of that.
const LEASE: std::time::Duration = std::time::Duration::from_secs(60);

impl Engine {
    /// Takes the lead over the record and picks up what a stopped daemon left in flight.
    ///
    /// # Errors
    /// When another daemon leads, or the record cannot be read.
    pub async fn start(
        store: Store,
        world: Arc<World>,
        clock: Arc<dyn Clock>,
        alarms: Alarms,
        holder: String,
    ) -> anyhow::Result<Arc<Self>> {
        let now = clock.now();
        // Our lock on the state folder proves that whoever led an embedded record before is gone.
        let term = match store.engine() {
            Database::Sqlite => store.seize(&holder, now, LEASE).await.map(Some),
            Database::Postgres => store.lead(&holder, now, LEASE).await,
        };
        let term = term.context("take the lead over the record")?;
        let term = term.context(
            "another sscd leads this record: stop it, or wait a minute if it has just been killed on another machine",
        )?;
        let rescued = store.rescue().await.context("take up what was under way")?;
        tracing::debug!(?rescued, "took up what a stopped daemon left");
        let (next_letter, next_delivery) = store.next_ids().await.context("read the last ids")?;
        let decider = Decider {
            holder,
            term,
            next_letter: next_letter.0,
            next_delivery,
            numbers: HashMap::new(),
            last_at: now.trunc_subsecs(3),
        };
        let told = Told::default();
        Ok(Arc::new(Self {
            store,
            clock,
            told,
            alarms,
            world: RwLock::new(world),
            decider: Mutex::new(decider),
        }))
    }

    /// The snapshot in force.
    #[must_use]
    pub fn world(&self) -> Arc<World> {
        self.world.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Keeps the lead.
    ///
    /// # Errors
    /// When another daemon has taken it.
    pub async fn keep_lead(&self) -> anyhow::Result<()> {
        let mut decider = self.decider.lock().await;
        let term = self.store.lead(&decider.holder, self.clock.now(), LEASE).await?;
        decider.term = term.context("another sscd has taken the lead over this record")?;
        Ok(())
    }

    /// Decides a batch serially over one overlay and commits it as one transaction. A commit that fails is played
    /// again piece by piece, so that one bad piece harms no other.
    ///
    /// # Errors
    /// When the record cannot be read or written now; nothing of the batch has happened then.
    pub async fn handle(&self, batch: Vec<Work>) -> anyhow::Result<Vec<Handled>> {
        let mut decider = self.decider.lock().await;
        let done = match self.attempt(&mut decider, &batch).await {
            Ok(done) => done,
            Err(error) if batch.len() > 1 && is_about_the_batch(&error) => {
                tracing::warn!(
                    error = format!("{error:#}"),
                    work.n = batch.len(),
                    "batch failed; taken one by one"
                );
                let mut done = Vec::with_capacity(batch.len());
                for work in &batch {
                    done.extend(self.alone(&mut decider, work).await?);
                }
                done
            }
            Err(error) => match batch.as_slice() {
                [work] if is_about_the_batch(&error) => self.alone(&mut decider, work).await?,
                _ => return Err(error),
            },
        };
        self.told.deliver.tell();
        self.told.wake.tell();
        Ok(done)
    }

    /// One piece of work by itself; a mail that cannot be worked is set aside, in sight.
    async fn alone(&self, decider: &mut Decider, work: &Work) -> anyhow::Result<Vec<Handled>> {
        match self.attempt(decider, std::slice::from_ref(work)).await {
            Err(error) if is_about_the_batch(&error) => {
                let reason = format!("{error:#}");
                tracing::error!(error = reason, "one piece of work cannot be done");
                match work {
                    Work::Mail(mail) => {
                        let aside = Work::Aside { inbox: mail.inbox, reason };
                        self.attempt(decider, std::slice::from_ref(&aside)).await
                    }
                    _ => Ok(vec![Err(Refusal::new(reason))]),
                }
            }
            other => other,
        }
    }

    async fn attempt(&self, decider: &mut Decider, batch: &[Work]) -> anyhow::Result<Vec<Handled>> {
        let now = decider.tick(self.clock.now());
        let world = self.world();
        let overlay = Overlay::load(&self.store, batch, &world, now, &decider.numbers)
            .await
            .context("look up what a batch is about")?;
        let mut deciding = Deciding {
            world: &world,
            now,
            overlay,
            next_letter: decider.next_letter,
            commit: Commit { at: now, ..Commit::default() },
            letters: Vec::new(),
        };
        let done: Vec<Handled> =
            batch.iter().map(|work| deciding.work(work)).collect::<anyhow::Result<_>>()?;
        let Deciding { mut commit, letters, overlay, next_letter, .. } = deciding;
        let numbers = overlay.write_out(&mut commit, &world, now)?;
        let mut next_delivery = decider.next_delivery;
        let letters = seal::seal(letters, world, now, &mut next_delivery).await?;
        commit.letters = letters.made;
        commit.letter_moves.extend(letters.released);
        self.store.commit(decider.term, commit).await.context("commit a batch")?;
        (decider.next_letter, decider.next_delivery) = (next_letter, next_delivery);
        decider.numbers = numbers;
        Ok(done)
    }
}

impl Decider {
    /// The journal's clock never goes backwards, and counts the whole milliseconds that the record keeps: so a case is
    /// the same whether it was decided or replayed.
    fn tick(&mut self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.last_at = self.last_at.max(now.trunc_subsecs(3));
        self.last_at
    }
}

/// A failure that lies in what the batch says, not in the record's health: trying it piece by piece may help.
fn is_about_the_batch(error: &anyhow::Error) -> bool {
    match error.downcast_ref::<StoreError>() {
        Some(error) => matches!(error, StoreError::Conflict(_)),
        None => !error.chain().any(|cause| cause.is::<StoreError>()),
    }
}

/// The inbox row of a mail that was read.
fn inbox_done(mail: &ReadMail, outcome: Outcome, reason: String) -> InboxDone {
    let reading = &mail.reading;
    let kind = serde_json::to_value(reading.kind).ok();
    InboxDone {
        kind: kind.and_then(|kind| kind.as_str().map(String::from)),
        sender: reading.sender.address.as_ref().map(ToString::to_string),
        title: Some(reading.subject.clone()),
        message_id: reading.message_id.clone(),
        content_key: Some(reading.content_key.clone()),
        reading: serde_json::to_vec(reading).ok(),
        ..InboxDone::bare(mail.inbox, outcome, reason)
    }
}

/// A batch while it is decided.
struct Deciding<'a> {
    world: &'a World,
    now: DateTime<Utc>,
    overlay: Overlay,
    next_letter: i64,
    commit: Commit,
    letters: Vec<seal::Decided>,
}

impl Deciding<'_> {
    fn work(&mut self, work: &Work) -> anyhow::Result<Handled> {
        match work {
            Work::Mail(mail) => self.mail(mail),
            Work::Case(work) => {
                let done = self.signal(&work.target, &work.signal, &work.cause, &work.actor)?;
                if let Ok(subject) = &done {
                    self.commit.inbox.extend(
                        work.inbox
                            .iter()
                            .cloned()
                            .map(|row| InboxDone { subjects: vec![subject.clone()], ..row }),
                    );
                }
                self.commit.deliveries.extend(work.deliveries.iter().cloned());
                Ok(done.map(|subject| vec![subject]))
            }
            Work::Desk { cause, actor, event, inbox, deliveries } => {
                let version = self.overlay.next_desk_version();
                self.commit.events.push(Entry {
                    subject: SubjectId::desk(),
                    version,
                    kind: event.kind().into(),
                    schema: case::SCHEMA,
                    at: self.now,
                    cause: cause.clone(),
                    actor: actor.clone(),
                    world_sha256: self.world.sha256,
                    body: serde_json::to_vec(event)?,
                });
                self.commit.handled.push((SubjectId::desk(), cause.clone()));
                self.commit.inbox.extend(inbox.iter().cloned());
                self.commit.deliveries.extend(deliveries.iter().cloned());
                Ok(Ok(vec![SubjectId::desk()]))
            }
            Work::Deliveries(moves) => {
                self.commit.deliveries.extend(moves.iter().cloned());
                Ok(Ok(Vec::new()))
            }
            Work::Aside { inbox, reason } => {
                self.commit.inbox.push(InboxDone::bare(*inbox, Outcome::SetAside, reason.clone()));
                Ok(Err(Refusal::new(format!("mail {} was set aside: {reason}", inbox.0))))
            }
        }
    }

    fn mail(&mut self, mail: &ReadMail) -> anyhow::Result<Handled> {
        let mut row = inbox_done(mail, Outcome::NotANotification, String::new());
        match route(mail, &self.overlay, self.world) {
            Route::Duplicate { of, subjects } => {
                row.outcome = Outcome::Duplicate;
                row.reason = format!("a later copy of mail {}", of.0);
                row.duplicate_of = Some(of);
                row.subjects = subjects;
            }
            Route::NotOurs { reason } => row.reason = reason,
            Route::Triage { reason } => (row.outcome, row.reason) = (Outcome::Triage, reason),
            Route::Signals { signals, triage, reason } => {
                row.outcome = if triage.is_some() { Outcome::Triage } else { Outcome::Case };
                row.reason = triage.unwrap_or(reason);
                for (index, (target, signal)) in signals.into_iter().enumerate() {
                    let cause = format!("mail:{}:{index}", mail.inbox.0);
                    match self.signal(&self.again(target, &signal), &signal, &cause, "daemon")? {
                        Ok(subject) => row.subjects.push(subject),
                        Err(refusal) => (row.outcome, row.reason) = (Outcome::Triage, refusal.because),
                    }
                }
                if matches!(mail.reading.kind, crate::domain::notification::Kind::Bounce) {
                    row.outcome = Outcome::NotANotification;
                }
            }
        }
        row.subjects.dedup();
        let subjects = row.subjects.clone();
        self.overlay.remember_mail(&row);
        self.commit.inbox.push(row);
        Ok(Ok(subjects))
    }

    /// Two notifications of one mail may be about the same system: the second then updates what the first opened.
    fn again(&self, target: Target, signal: &Signal) -> Target {
        let (Target::NewCase, Signal::Notified(notified)) = (&target, signal) else { return target };
        let name = notified.notification.fields.user_party_name.as_ref().map(|field| field.value.as_str());
        let user = notified.user.as_ref().and_then(|key| self.world.directory.user(key));
        let same = user_key(user, name)
            .and_then(|key| self.overlay.same_system(&key, &notified.notification.fields));
        same.map_or(target, Target::Case)
    }

    fn signal(
        &mut self,
        target: &Target,
        signal: &Signal,
        cause: &str,
        actor: &str,
    ) -> anyhow::Result<Result<SubjectId, Refusal>> {
        let received_at = match signal {
            Signal::Notified(notified) => notified.received_at,
            _ => self.now,
        };
        let year = chrono::Datelike::year(&london(received_at));
        let reference = Reference { year, number: self.overlay.next_number(year) };
        let (subject, case, version) = match target {
            Target::NewCase => (reference.subject(), None, 0),
            Target::Case(subject) => {
                let (case, version) = self.overlay.current(subject);
                (subject.clone(), case, version)
            }
        };
        let known = Known { reference, version, next_letter: LetterId(self.next_letter) };
        let decision = match case::decide(case, signal, self.now, self.world, known) {
            Ok(decision) => decision,
            Err(refusal) => return Ok(Err(refusal)),
        };
        self.take(&subject, version, decision, cause, actor)?;
        Ok(Ok(subject))
    }

    fn take(
        &mut self,
        subject: &SubjectId,
        version: i64,
        decision: Decision,
        cause: &str,
        actor: &str,
    ) -> anyhow::Result<()> {
        let mut version = version;
        for event in decision.events {
            version += 1;
            self.commit.events.push(Entry {
                subject: subject.clone(),
                version,
                kind: format!("{:?}", event.kind()),
                schema: case::SCHEMA,
                at: self.now,
                cause: cause.into(),
                actor: actor.into(),
                world_sha256: self.world.sha256,
                body: event.encode()?,
            });
            if let Event::LetterDiscarded { letter, .. } | Event::LetterSuperseded { letter, .. } = &event {
                self.commit.letter_moves.push(LetterMove::Discard { letter: *letter });
            }
            self.overlay.apply(subject, &event, version, self.now)?;
        }
        self.commit.handled.push((subject.clone(), cause.into()));
        let made = decision.letters.iter().filter(|letter| !letter.is_release).count();
        self.next_letter += i64::try_from(made)?;
        self.letters.extend(
            decision.letters.into_iter().map(|letter| seal::Decided { subject: subject.clone(), letter }),
        );
        Ok(())
    }
}

/// A case's rows: what the register says of it, and its waits.
fn rows_of(
    case: &Case,
    version: i64,
    world: &World,
    now: DateTime<Utc>,
) -> anyhow::Result<(RegisterRow, Vec<TimerRow>)> {
    let user = case.user.as_ref().and_then(|key| world.directory.user(key));
    let name = case.notification.fields.user_party_name.as_ref().map(|field| field.value.as_str());
    let row = RegisterRow {
        subject: case.reference.subject(),
        kind: "case".into(),
        user: case.user.clone().or_else(|| user_key(user, name)),
        stage: case.stage.name().into(),
        version,
        body: serde_json::to_vec(case)?,
        updated_at: now,
    };
    let timers = case::waits(case, world)
        .into_iter()
        .map(|wait| TimerRow { kind: wait.kind.name().into(), ordinal: 0, due_at: wait.due_at })
        .collect();
    Ok((row, timers))
}

/// A case from its events.
///
/// # Errors
/// When an event does not read or may not follow.
pub fn fold(events: &[Entry]) -> anyhow::Result<Option<Case>> {
    let mut case = None;
    for entry in events {
        let event = Event::decode(entry.schema, &entry.body)?;
        case = Some(case::apply(case, &event, entry.at)?);
    }
    Ok(case)
}

//! The Desk on the one path: looked up with a batch, decided in its turn, written out with it. In: signals; out: events,
//! letters, its row and its timers. Invariant: a batch that does not speak to the Desk asks nothing about it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::deciding::Deciding;
use super::figures::look_up;
use super::fold::{fold_desk, rows_of_desk, timers_of_desk};
use super::work::DAEMON;
use super::{Engine, Work};
use crate::domain::case::{Refusal, SCHEMA};
use crate::domain::desk::{self, Decision, Desk, Event, Figures, Known, Signal};
use crate::domain::id::{LetterId, SubjectId};
use crate::domain::world::World;
use crate::store::{Commit, Entry, LetterMove, Store};

/// The Desk while a batch is decided.
#[derive(Default)]
pub(super) struct AtDesk {
    desk: Desk,
    version: i64,
    is_changed: bool,
    /// Its waits are to be derived anew.
    is_revisited: bool,
    figures: Option<Box<Figures>>,
}

impl AtDesk {
    /// As the record has it, or as the batch before leaves it. A record that knew no state of the Desk has its events.
    pub(super) async fn load(store: &Store, before: Option<&Self>) -> anyhow::Result<Self> {
        if let Some(before) = before.filter(|before| before.is_changed) {
            let (desk, version) = (before.desk.clone(), before.version);
            return Ok(Self { desk, version, ..Self::default() });
        }
        let subject = SubjectId::desk();
        if let Some(row) = store.registers(std::slice::from_ref(&subject)).await?.pop() {
            let desk = serde_json::from_slice(&row.body)?;
            return Ok(Self { desk, version: row.version, ..Self::default() });
        }
        let entries: Vec<Entry> =
            store.journal(&subject).await?.into_iter().map(|recorded| recorded.entry).collect();
        let version = entries.last().map_or(0, |entry| entry.version);
        Ok(Self { desk: fold_desk(&entries)?, version, ..Self::default() })
    }

    pub(super) async fn look_up(
        &mut self,
        store: &Store,
        world: &World,
        now: DateTime<Utc>,
        mailboxes: Option<&BTreeSet<String>>,
    ) -> anyhow::Result<()> {
        let figures = Box::pin(look_up(store, &self.desk, world, now, mailboxes)).await?;
        self.figures = Some(Box::new(figures));
        Ok(())
    }

    pub(super) fn version(&self) -> i64 {
        self.version
    }

    pub(super) fn write_out(
        &self,
        commit: &mut Commit,
        world: &World,
        now: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        if self.is_changed {
            let (row, timers) = rows_of_desk(&self.desk, self.version, world, now)?;
            commit.registers.push(row);
            commit.timers.push((SubjectId::desk(), timers));
        } else if self.is_revisited {
            commit.timers.push((SubjectId::desk(), timers_of_desk(&self.desk, world)));
        }
        Ok(())
    }
}

impl Deciding<'_> {
    /// A fact that the engine itself notes.
    pub(super) fn note(&mut self, event: Event, cause: &str) -> anyhow::Result<()> {
        let done = self.desk(&Signal::Noted(event), cause, DAEMON)?;
        done.map(drop).map_err(|refusal| anyhow::anyhow!("a fact of the Desk was refused: {refusal}"))
    }

    pub(super) fn desk(
        &mut self,
        signal: &Signal,
        cause: &str,
        actor: &str,
    ) -> anyhow::Result<Result<SubjectId, Refusal>> {
        if let Signal::WaitOver { wait } = signal {
            let waits = desk::waits(&self.overlay.desk.desk, self.world).into_iter();
            if self.is_gone(*wait, waits.map(|one| (one.kind, one.due_at))) {
                self.overlay.desk.is_revisited = true;
                return Ok(Ok(SubjectId::desk()));
            }
        }
        let at = &self.overlay.desk;
        let (version, next_letter, figures) = (at.version, LetterId(self.next_letter), at.figures.as_deref());
        let decision = self.spending.known(|budget| {
            let known = Known { version, next_letter, budget, figures };
            desk::decide(&at.desk, signal, self.now, self.world, known)
        });
        let Decision { events, letters } = match decision {
            Ok(decision) => decision,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if matches!(signal, Signal::Revisit) {
            self.overlay.desk.is_revisited = true;
        }
        let subject = SubjectId::desk();
        if !events.is_empty() {
            self.commit.handled.push((subject.clone(), cause.into()));
        }
        for event in events {
            self.book(&event, cause, actor)?;
        }
        self.queue_for_seal(&subject, letters, actor)?;
        Ok(Ok(subject))
    }

    fn book(&mut self, event: &Event, cause: &str, actor: &str) -> anyhow::Result<()> {
        match event {
            Event::LetterDiscarded { letter, .. } | Event::LetterSuperseded { letter, .. } => {
                self.commit.letter_moves.push(LetterMove::Discard { letter: *letter });
            }
            Event::LetterBounced { letter, recipient, status, diagnostic, .. } => {
                self.came_back(*letter, recipient, status.as_deref(), diagnostic.as_deref());
            }
            _ => {}
        }
        let at = &mut self.overlay.desk;
        at.version += 1;
        at.is_changed = true;
        at.desk = desk::apply(std::mem::take(&mut at.desk), event, self.now)?;
        self.commit.events.push(Entry {
            subject: SubjectId::desk(),
            version: at.version,
            kind: event.kind().into(),
            schema: SCHEMA,
            at: self.now,
            cause: cause.into(),
            actor: actor.into(),
            world_sha256: self.world.sha256,
            body: event.encode()?,
        });
        Ok(())
    }
}

impl Engine {
    /// The Desk goes by the World in force: it is opened where it was not, and its timers are its waits.
    pub(super) async fn revisit_desk(&self) -> anyhow::Result<()> {
        let (world, subject) = (self.world(), SubjectId::desk());
        let at = AtDesk::load(&self.store, None).await?;
        let is_to_open = at.desk.opened_at.is_none() && !world.is_desk_idle();
        let mut timers = self.store.timers(&subject).await?;
        timers.sort_by(|a, b| a.kind.cmp(&b.kind));
        if !is_to_open && timers == timers_of_desk(&at.desk, &world) {
            return Ok(());
        }
        let work = Work::Desk {
            cause: format!("revisit:{}", at.version + 1),
            actor: DAEMON.into(),
            signal: Signal::Revisit,
            inbox: Vec::new(),
            deliveries: Vec::new(),
        };
        for done in self.handle_settled(work).await? {
            done.map_err(|refusal| anyhow::anyhow!("the Desk does not go by the files: {refusal}"))?;
        }
        Ok(())
    }
}

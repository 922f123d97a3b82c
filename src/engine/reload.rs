//! Another World: swapped whole between two batches, and carried to the cases that wait, a page at a time. In: a World
//! that is sound; out: a fact of the Desk, and what moved. Invariant: nothing is decided by one World and waits by the
//! other for longer than the sweep takes; where the process ends, the next one goes on.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;

use super::{Engine, Work};
use crate::domain::case::{Case, WaitKind, revisited, waits};
use crate::domain::change::{Change, changes};
use crate::domain::desk::Move;
use crate::domain::id::SubjectId;
use crate::domain::world::World;
use crate::store::{InForce, RegisterFilter, TimerRow};

/// Cases in one look, and in one commit.
const PAGE: i64 = 200;

impl Engine {
    /// Puts another World in force, and lists what differs; the same one changes nothing.
    ///
    /// # Errors
    /// When the record cannot be written: the old World stays in force.
    pub async fn adopt(&self, world: impl Into<Arc<World>>) -> anyhow::Result<Vec<Change>> {
        let (old, world) = (self.world(), world.into());
        if old.sha256 == world.sha256 {
            return Ok(Vec::new());
        }
        let changes = changes(&old, &world);
        let (from, to) = (Some(hex(&old)), hex(&world));
        let swap = || {
            *self.world.write().unwrap_or_else(PoisonError::into_inner) = world;
            self.must_revisit.store(true, Ordering::Relaxed);
        };
        let work = Work::World { from, to, changes: changes.clone() };
        Box::pin(self.between_batches(&work, swap)).await?;
        self.alarms.clear("revisit").await;
        self.told.wake.tell();
        Ok(changes)
    }

    /// At the start: the files may have been edited since the last end, or a sweep was cut short.
    pub(super) async fn take_up_world(&self) -> anyhow::Result<()> {
        let (before, to) = (self.store.in_force().await?, hex(&self.world()));
        let from = before.map(|before| before.world);
        if from.as_ref() != Some(&to) {
            self.between_batches(&Work::World { from, to, changes: Vec::new() }, || {}).await?;
        }
        Ok(())
    }

    /// Revisits the next cases under the World in force; `false` when there are none left.
    pub(super) async fn revisit(&self) -> anyhow::Result<bool> {
        if !self.must_revisit.load(Ordering::Relaxed) {
            return Ok(false);
        }
        self.revisit_desk().await?;
        let Some(before @ InForce { revisited: Some(_), .. }) = self.store.in_force().await? else {
            self.revisit_reviews().await?;
            self.must_revisit.store(false, Ordering::Relaxed);
            return Ok(false);
        };
        let (world, now) = (self.world(), self.clock.now());
        let cases = RegisterFilter::Kind("case".into());
        let page = self.store.register_list(&cases, before.revisited.as_ref(), PAGE).await?;
        let names: Vec<SubjectId> = page.iter().map(|row| row.subject.clone()).collect();
        let timers = self.store.timers_of(&names).await?;
        let (mut subjects, mut moves) = (Vec::new(), Vec::new());
        for row in &page {
            let Ok(case) = serde_json::from_slice::<Case>(&row.body) else {
                tracing::error!(case = row.subject.0, "the register does not read: run `sscd rebuild`");
                continue;
            };
            let its = timers.get(&row.subject).map(Vec::as_slice).unwrap_or_default();
            if let Some(its) = moved(&case, its, now, &world) {
                subjects.push(row.subject.clone());
                moves.extend(its);
            }
        }
        let is_last = i64::try_from(page.len())? < PAGE;
        let revisited = names.into_iter().next_back().filter(|_| !is_last);
        let work = |subjects, moves| Work::Revisit {
            subjects,
            moves,
            from: before.clone(),
            to: InForce { revisited: revisited.clone(), ..before.clone() },
        };
        let done = self.handle(vec![work(subjects, moves.clone())]).await?;
        if let Some(Err(refusal)) = done.into_iter().next() {
            if self.store.in_force().await?.as_ref() == Some(&before) {
                let text = format!(
                    "some cases do not go by the changed files: {refusal}; run `sscd rebuild`, this ends with the next edit"
                );
                self.alarms.raise("revisit", &text).await;
                self.handle(vec![work(Vec::new(), Vec::new())]).await?;
            }
            return Ok(true);
        }
        for one in &moves {
            tracing::info!("moved by the changed files: {one}");
        }
        Ok(true)
    }
}

fn hex(world: &World) -> String {
    HEXLOWER.encode(&world.sha256)
}

/// How a case's waits differ under `world` from its timers; `None` where nothing at all is to be done about it.
#[must_use]
pub fn moved(case: &Case, timers: &[TimerRow], now: DateTime<Utc>, world: &World) -> Option<Vec<Move>> {
    let after = revisited(case, now, world).ok()?;
    let waits = waits(&after, world);
    let moves = WaitKind::ALL.into_iter().map(|kind| Move {
        case: case.reference,
        wait: kind.name().into(),
        from: timers.iter().find(|timer| timer.kind == kind.name()).map(|timer| timer.due_at),
        to: waits.iter().find(|wait| wait.kind == kind).map(|wait| wait.due_at),
    });
    let moves: Vec<Move> = moves.filter(|one| one.from != one.to).collect();
    (after != *case || !moves.is_empty()).then_some(moves)
}

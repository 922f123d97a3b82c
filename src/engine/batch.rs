//! One batch: looked up, decided serially over one overlay, sealed, and committed as one transaction. In: work; out:
//! what became of each piece. Invariant: it happens as a whole or not at all.

use std::collections::HashMap;

use anyhow::Context;
use chrono::{DateTime, SubsecRound as _, Utc};

use super::deciding::Deciding;
use super::known::Overlay;
use super::{Engine, Handled, Stage, Work, seal};
use crate::domain::case::Refusal;
use crate::domain::id::LetterId;
use crate::store::{Commit, StoreError, Term};

/// What only the one decider knows.
pub(super) struct Decider {
    pub(super) term: Term,
    /// When the lease is to be renewed.
    pub(super) renew_at: DateTime<Utc>,
    next_letter: i64,
    next_delivery: i64,
    /// The number of the next case by year of receipt, once it was asked for.
    numbers: HashMap<i32, u32>,
    last_at: DateTime<Utc>,
}

impl Engine {
    /// A batch that failed, piece by piece.
    pub(super) async fn one_by_one(
        &self,
        decider: &mut Decider,
        batch: &[Work],
        error: &anyhow::Error,
    ) -> anyhow::Result<Vec<Handled>> {
        if batch.len() > 1 {
            let error = format!("{error:#}");
            tracing::warn!(error, work.n = batch.len(), "batch failed; taken one by one");
        }
        let mut done = Vec::with_capacity(batch.len());
        for work in batch {
            done.extend(self.alone(decider, work).await?);
        }
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

    pub(super) async fn attempt(
        &self,
        decider: &mut Decider,
        batch: &[Work],
    ) -> anyhow::Result<Vec<Handled>> {
        let now = decider.tick(self.clock.now());
        let world = self.world();
        let overlay = Overlay::load(&self.store, batch, &world, now, &decider.numbers);
        let overlay = self.during(Stage::LookUp, overlay).await.context("look up what a batch is about")?;
        let decide = async {
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
            anyhow::Ok((done, commit, letters, next_letter, numbers))
        };
        let (done, mut commit, letters, next_letter, numbers) = self.during(Stage::Decide, decide).await?;
        let mut next_delivery = decider.next_delivery;
        let letters = seal::seal(letters, world.clone(), now, &mut next_delivery);
        let letters = self.during(Stage::Seal, letters).await?;
        commit.letters = letters.made;
        commit.letter_moves.extend(letters.released);
        self.during(Stage::Commit, self.store.commit(decider.term, commit))
            .await
            .context("commit a batch")?;
        (decider.next_letter, decider.next_delivery) = (next_letter, next_delivery);
        decider.numbers = numbers;
        Ok(done)
    }
}

impl Decider {
    pub(super) fn new(term: Term, next: (LetterId, i64), now: DateTime<Utc>) -> Self {
        let (next_letter, next_delivery) = next;
        Self {
            term,
            renew_at: now,
            next_letter: next_letter.0,
            next_delivery,
            numbers: HashMap::new(),
            last_at: now.trunc_subsecs(3),
        }
    }

    /// The journal's clock never goes backwards, and counts the whole milliseconds that the record keeps: so a case is
    /// the same whether it was decided or replayed.
    fn tick(&mut self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.last_at = self.last_at.max(now.trunc_subsecs(3));
        self.last_at
    }
}

/// A failure that lies in what the batch says, not in the record's health: trying it piece by piece may help.
pub(super) fn is_about_the_batch(error: &anyhow::Error) -> bool {
    match error.downcast_ref::<StoreError>() {
        Some(error) => matches!(error, StoreError::Conflict(_)),
        None => !error.chain().any(<dyn std::error::Error>::is::<StoreError>),
    }
}

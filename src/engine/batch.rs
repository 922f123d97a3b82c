//! One batch: looked up, decided serially over one overlay, sealed, and committed as one transaction. In: work; out:
//! what became of each piece. Invariant: it happens as a whole or not at all, and in the order in which it was decided.
//!
//! While one batch is being committed the next is decided, over what the first will have written. Where the first
//! fails, what was decided on top of it is dropped and decided again.

use std::collections::HashMap;

use anyhow::Context;
use chrono::{DateTime, SubsecRound as _, Utc};

use super::deciding::Deciding;
use super::known::Overlay;
use super::spending::Spending;
use super::{Engine, Handled, Stage, Work, seal};
use crate::domain::case::Refusal;
use crate::store::{Claimed, Commit, Outcome, Store, StoreError, Term};

/// How often one piece of work is decided anew that met another hand.
const ANEW: usize = 2;

/// What only the one decider knows of the record as it is.
pub(super) struct Decider {
    pub(super) term: Term,
    /// When the lease is to be renewed.
    pub(super) renew_at: DateTime<Utc>,
    count: Count,
    /// Batches that failed, each counted before it is tried: what was decided on top of one stands on nothing, and what
    /// counts on is read again.
    n_failed: u64,
}

/// The record as it will be when the batch that is being committed is in it.
pub(super) struct Ahead {
    count: Count,
    /// What that batch changes.
    before: Option<Overlay>,
    n_failed: u64,
}

/// What counts on from batch to batch.
#[derive(Clone)]
struct Count {
    next_letter: i64,
    next_delivery: i64,
    /// The number of the next case by year of receipt, once it was asked for.
    numbers: HashMap<i32, u32>,
    last_at: DateTime<Utc>,
}

/// A batch that is decided and not yet committed.
struct Draft {
    done: Vec<Handled>,
    commit: Commit,
    ahead: Ahead,
    spending: Spending,
}

impl Engine {
    /// Decides a batch serially over one overlay and commits it as one transaction. A commit that fails is played
    /// again piece by piece, so that one bad piece harms no other.
    ///
    /// # Errors
    /// When the record cannot be read or written now; nothing of the batch has happened then.
    pub async fn handle(&self, batch: Vec<Work>) -> anyhow::Result<Vec<Handled>> {
        Ok(self.handle_and_claim(batch, 0).await?.0)
    }

    /// The same; the commit also claims up to `n_claims` deliveries, for whoever settles what came of others.
    pub(super) async fn handle_and_claim(
        &self,
        mut batch: Vec<Work>,
        n_claims: i64,
    ) -> anyhow::Result<(Vec<Handled>, Vec<Claimed>)> {
        let mut ahead = self.ahead.lock().await;
        let mut draft = self.draft(&ahead, &batch).await;
        // Its turn: whatever was decided before it is in the record by now, or has failed.
        let mut decider = self.decider.lock().await;
        if ahead.n_failed != decider.n_failed {
            drop(draft);
            self.look_again(&mut decider).await?;
            batch = self.left_of(batch).await?;
            *ahead = Ahead::of(&decider);
            draft = self.draft(&ahead, &batch).await;
        }
        let committed = match draft {
            Ok(Draft { done, mut commit, ahead: next, spending }) => {
                commit.claim = (n_claims > 0).then(|| (self.holder.clone(), n_claims));
                let count = next.count.clone();
                *ahead = next;
                drop(ahead);
                self.commit(&mut decider, commit, count, spending).await.map(|claimed| (done, claimed))
            }
            Err(error) => Err(error),
        };
        let (done, claimed) = match committed {
            Ok(done) => done,
            Err(error) if is_about_the_batch(&error) => {
                (self.one_by_one(&mut decider, &batch, &error).await?, Vec::new())
            }
            Err(error) => return Err(error),
        };
        drop(decider);
        self.told.deliver.tell();
        self.told.wake.tell();
        self.tell_of_letters().await;
        let claimed = self.during(Stage::Claim, self.store.claimed(&claimed)).await?;
        Ok((done, claimed))
    }

    /// One piece of work while nothing else is decided or committed, and what must happen with it before anything is.
    pub(super) async fn between_batches(&self, work: &Work, then: impl FnOnce()) -> anyhow::Result<()> {
        let mut ahead = self.ahead.lock().await;
        let mut decider = self.decider.lock().await;
        if ahead.n_failed != decider.n_failed {
            self.look_again(&mut decider).await?;
        }
        self.attempt(&mut decider, work).await?;
        *ahead = Ahead::of(&decider);
        then();
        Ok(())
    }

    /// One piece of work that is judged on the record as a whole: nothing is being committed meanwhile.
    ///
    /// # Errors
    /// As [`Self::handle`].
    pub(super) async fn handle_settled(&self, work: Work) -> anyhow::Result<Vec<Handled>> {
        let mut ahead = self.ahead.lock().await;
        let mut decider = self.decider.lock().await;
        if ahead.n_failed != decider.n_failed {
            self.look_again(&mut decider).await?;
        }
        let n_failed = decider.n_failed;
        let done = self.alone(&mut decider, &work).await;
        // After a commit that failed the next batch looks again.
        if decider.n_failed == n_failed {
            *ahead = Ahead::of(&decider);
        }
        drop(decider);
        drop(ahead);
        self.told.deliver.tell();
        self.told.wake.tell();
        self.tell_of_letters().await;
        done
    }

    /// A batch that failed, piece by piece.
    async fn one_by_one(
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
        let mut done = self.attempt(decider, work).await;
        // A letter began to leave between the look and the commit: it is seen as such when one looks again.
        for _ in 0..ANEW {
            match done {
                Err(error) if is_conflict(&error) => done = self.attempt(decider, work).await,
                _ => break,
            }
        }
        match done {
            Err(error) if is_about_the_batch(&error) => {
                let reason = format!("{error:#}");
                tracing::error!(error = reason, "one piece of work cannot be done");
                match work {
                    Work::Mail(mail) => {
                        self.attempt(decider, &Work::Aside { inbox: mail.inbox, reason }).await
                    }
                    _ => Ok(vec![Err(Refusal::new(reason))]),
                }
            }
            other => other,
        }
    }

    async fn attempt(&self, decider: &mut Decider, work: &Work) -> anyhow::Result<Vec<Handled>> {
        let Draft { done, commit, ahead, spending } =
            self.draft(&Ahead::of(decider), std::slice::from_ref(work)).await?;
        self.commit(decider, commit, ahead.count, spending).await?;
        Ok(done)
    }

    /// After a batch that failed. Nobody knows whether it is in the record: its answer may have been lost on the way, or
    /// nobody waited for it.
    async fn look_again(&self, decider: &mut Decider) -> anyhow::Result<()> {
        self.store.come_to_rest(decider.term).await.context("wait for what was being committed")?;
        decider.count = Count::of(&self.store).await?;
        self.spent.count_anew(&self.store, self.clock.now()).await
    }

    /// Without the mails that were found waiting while the batch that finished them was still on its way.
    async fn left_of(&self, batch: Vec<Work>) -> anyhow::Result<Vec<Work>> {
        let mut left = Vec::with_capacity(batch.len());
        for work in batch {
            let inbox = match &work {
                Work::Mail(mail) => Some(mail.inbox),
                Work::Aside { inbox, .. } => Some(*inbox),
                _ => None,
            };
            let row = match inbox {
                Some(inbox) => self.store.inbox_row(inbox).await?,
                None => None,
            };
            if row.is_none_or(|row| row.outcome == Outcome::Waiting) {
                left.push(work);
            }
        }
        Ok(left)
    }

    /// The deliveries that it claimed.
    async fn commit(
        &self,
        decider: &mut Decider,
        commit: Commit,
        count: Count,
        spending: Spending,
    ) -> anyhow::Result<Vec<i64>> {
        let commit = self.store.commit(decider.term, commit);
        decider.n_failed += 1;
        let committed = self.during(Stage::Commit, commit).await.context("commit a batch")?;
        decider.n_failed -= 1;
        decider.count = count;
        spending.keep();
        Ok(committed.claimed)
    }

    /// Decides and seals.
    async fn draft(&self, ahead: &Ahead, batch: &[Work]) -> anyhow::Result<Draft> {
        let mut count = ahead.count.clone();
        let now = count.tick(self.clock.now());
        let world = self.world();
        let (before, mailboxes) = (ahead.before.as_ref(), self.mailboxes());
        let load = Overlay::load(&self.store, batch, &world, now, &count.numbers, before, mailboxes);
        let overlay = Box::pin(load);
        let overlay = self.during(Stage::LookUp, overlay).await.context("look up what a batch is about")?;
        let decide = async {
            let mut deciding = Deciding {
                world: &world,
                now,
                overlay,
                next_letter: count.next_letter,
                commit: Commit { at: now, ..Commit::default() },
                letters: Vec::new(),
                spending: Spending::of(&self.spent),
            };
            let done: Vec<Handled> =
                batch.iter().map(|work| deciding.work(work)).collect::<anyhow::Result<_>>()?;
            let Deciding { mut commit, letters, overlay, next_letter, spending, .. } = deciding;
            overlay.write_out(&mut commit, &world, now)?;
            anyhow::Ok((done, commit, letters, next_letter, overlay, spending))
        };
        let (done, mut commit, letters, next_letter, overlay, spending) =
            self.during(Stage::Decide, decide).await?;
        count.next_letter = next_letter;
        count.numbers.clone_from(overlay.numbers());
        let letters = seal::seal(letters, world.clone(), now, &mut count.next_delivery);
        let letters = self.during(Stage::Seal, letters).await?;
        commit.letters = letters.made;
        commit.letter_moves.extend(letters.released);
        let ahead = Ahead { count, before: Some(overlay), n_failed: ahead.n_failed };
        Ok(Draft { done, commit, ahead, spending })
    }
}

impl Decider {
    /// # Errors
    /// As any reading.
    pub(super) async fn new(term: Term, store: &Store, now: DateTime<Utc>) -> anyhow::Result<Self> {
        Ok(Self { term, renew_at: now, count: Count::of(store).await?, n_failed: 0 })
    }
}

impl Ahead {
    /// Nothing is being committed.
    pub(super) fn of(decider: &Decider) -> Self {
        Self { count: decider.count.clone(), before: None, n_failed: decider.n_failed }
    }
}

impl Count {
    /// As the record has it.
    async fn of(store: &Store) -> anyhow::Result<Self> {
        let (next_letter, next_delivery) = store.next_ids().await.context("read the last ids")?;
        let head = store.head().await.context("read the end of the journal")?;
        Ok(Self { next_letter: next_letter.0, next_delivery, numbers: HashMap::new(), last_at: head.at })
    }

    /// The journal's clock never goes backwards, and counts the whole milliseconds that the record keeps: so a case is
    /// the same whether it was decided or replayed.
    fn tick(&mut self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.last_at = self.last_at.max(now.trunc_subsecs(3));
        self.last_at
    }
}

fn is_conflict(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<StoreError>(), Some(StoreError::Conflict(_)))
}

/// A failure that lies in what the batch says, not in the record's health: trying it piece by piece may help.
fn is_about_the_batch(error: &anyhow::Error) -> bool {
    match error.downcast_ref::<StoreError>() {
        Some(error) => matches!(error, StoreError::Conflict(_)),
        None => !error.chain().any(<dyn std::error::Error>::is::<StoreError>),
    }
}

//! What the one decider spends of the budget, in memory: counted while a batch is decided, given back where the batch
//! comes to nothing. In: the letters of the last day from the record, at the start and after a batch that failed; then
//! each decision. Invariant: what is kept is what the record would say.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use chrono::{DateTime, Utc};

use super::Engine;
use crate::domain::budget::{Budget, SPENT};
use crate::domain::case::LetterOut;
use crate::domain::id::Address;
use crate::store::Store;

#[derive(Debug, Default)]
pub(super) struct Spent {
    budget: Mutex<Budget>,
    /// A letter was held because of it, or came back, and nobody was told yet.
    has_news: AtomicBool,
}

impl Spent {
    /// # Errors
    /// As any reading.
    pub(super) async fn of(store: &Store, now: DateTime<Utc>) -> anyhow::Result<Self> {
        Ok(Self { budget: Mutex::new(count(store, now).await?), has_news: AtomicBool::new(false) })
    }

    /// Counts anew; nothing may be under way that was spent and is not in the record.
    pub(super) async fn count_anew(&self, store: &Store, now: DateTime<Utc>) -> anyhow::Result<()> {
        let counted = count(store, now).await?;
        *self.budget() = counted;
        Ok(())
    }

    fn budget(&self) -> MutexGuard<'_, Budget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn count(store: &Store, now: DateTime<Utc>) -> anyhow::Result<Budget> {
    let left = store.left_since(Budget::since(now)).await.context("count the letters of the last day")?;
    let mut budget = Budget::default();
    for (to, at) in &left {
        budget.spend(to, *at);
    }
    Ok(budget)
}

/// What one batch spends; given back unless it is kept.
#[derive(Debug)]
pub(super) struct Spending {
    spent: Arc<Spent>,
    letters: Vec<(Address, DateTime<Utc>)>,
    has_news: bool,
}

impl Spending {
    pub(super) fn of(spent: &Arc<Spent>) -> Self {
        Self { spent: spent.clone(), letters: Vec::new(), has_news: false }
    }

    /// What is decided sees what was spent before it.
    pub(super) fn known<T>(&self, decide: impl FnOnce(&Budget) -> T) -> T {
        decide(&self.spent.budget())
    }

    pub(super) fn spend(&mut self, letter: &LetterOut, at: DateTime<Utc>) {
        if let Some(because) = &letter.held {
            self.has_news |= because.starts_with(SPENT);
            return;
        }
        let mut budget = self.spent.budget();
        for recipient in &letter.to {
            let to = &recipient.named.address;
            budget.spend(to, at);
            self.letters.push((to.clone(), at));
        }
    }

    /// A letter came back.
    pub(super) fn came_back(&mut self) {
        self.has_news = true;
    }

    /// The batch is in the record.
    pub(super) fn keep(mut self) {
        self.letters.clear();
        self.spent.has_news.fetch_or(self.has_news, Ordering::Relaxed);
    }
}

impl Drop for Spending {
    fn drop(&mut self) {
        if !self.letters.is_empty() {
            let mut budget = self.spent.budget();
            for (to, at) in &self.letters {
                budget.take_back(to, *at);
            }
        }
    }
}

impl Engine {
    /// The letters of the last day, as they are counted.
    #[must_use]
    pub fn budget(&self) -> Budget {
        self.spent.budget().clone()
    }

    /// Tells somebody of letters that were just held or came back. What was decided stands, whether or not that succeeds now: the
    /// next review of the alarms finds it in the record.
    pub(super) async fn tell_of_letters(&self) {
        if self.spent.has_news.swap(false, Ordering::Relaxed)
            && let Err(error) = self.review_alarms().await
        {
            tracing::error!(error = format!("{error:#}"), "the alarms cannot be reviewed");
        }
    }
}

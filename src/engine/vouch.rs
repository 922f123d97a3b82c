//! The keys of a mail's signatures are fetched, and what its signatures come to is kept with it, before it is read. In:
//! rows that wait; out: rows that are vouched for or not, for good. Invariant: it touches the DNS and the row, and
//! nothing else; and no mail waits for the DNS longer than [`PATIENCE`] and the attempt at its end.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;

use super::Engine;
use super::dkim::{Asked, examine, keys_wanted};
use super::service::{Idle, Service};
use crate::domain::id::InboxId;
use crate::domain::message::Vouched;
use crate::ports::Resolver;
use crate::store::{StoreError, Unvouched};

pub struct Vouch {
    engine: Arc<Engine>,
    resolver: Arc<dyn Resolver>,
    /// When a mail is tried again whose keys were not to be had.
    again: HashMap<InboxId, DateTime<Utc>>,
}

/// A DNS that does not answer is asked again until a mail has waited so long.
pub const PATIENCE: TimeDelta = TimeDelta::minutes(15);
/// The first time after this; then each time after as long as the mail has waited.
const SOON: TimeDelta = TimeDelta::seconds(5);
/// Mails that are looked at together.
const AT_MOST: i64 = 1_000;
/// Mails whose keys are asked for at the same time, and that are kept together.
const TOGETHER: usize = 16;

#[async_trait]
impl Service for Vouch {
    fn name(&self) -> String {
        "vouch".into()
    }

    async fn run_once(&mut self) -> anyhow::Result<Idle> {
        if !self.engine.world().office.verify_dkim {
            return Ok(Idle::UntilTold);
        }
        let rows = self.engine.store.unvouched(AT_MOST).await?;
        self.again.retain(|inbox, _| rows.iter().any(|row| row.inbox == *inbox));
        let now = self.engine.clock.now();
        let is_due = |row: &Unvouched| self.again.get(&row.inbox).is_none_or(|at| *at <= now);
        let due: Vec<Unvouched> = rows.into_iter().filter(is_due).take(TOGETHER).collect();
        if due.is_empty() {
            return Ok(self.again.values().min().map_or(Idle::UntilTold, |at| Idle::Until(*at)));
        }
        let mut asking = Vec::with_capacity(due.len());
        for row in &due {
            asking.push(self.one(row, now));
        }
        let found = join_all(asking).await;
        let mut done = Vec::new();
        for (row, found) in due.iter().zip(found) {
            if let Some(vouched) = found? {
                done.push((row.inbox, vouched));
            } else {
                let waited = (now - row.recorded_at).max(SOON);
                self.again.insert(row.inbox, (now + waited).min(row.recorded_at + PATIENCE));
            }
        }
        if !done.is_empty() {
            self.engine.store.vouch(&done).await?;
            self.engine.told.read.tell();
        }
        Ok(Idle::Never)
    }
}

impl Vouch {
    #[must_use]
    pub fn new(engine: Arc<Engine>, resolver: Arc<dyn Resolver>) -> Self {
        Self { engine, resolver, again: HashMap::new() }
    }

    /// What its signatures come to; nothing yet where the DNS does not answer and the mail can wait.
    async fn one(&self, row: &Unvouched, now: DateTime<Utc>) -> anyhow::Result<Option<Vouched>> {
        let unread = |reason: &str| Vouched { at: now, from: Err(reason.into()), signatures: Vec::new() };
        let raw = match self.engine.store.raw(row.inbox).await {
            Ok(raw) => raw,
            // Whoever reads it sets it aside.
            Err(StoreError::Corrupt(_)) => return Ok(Some(unread("Its bytes are not what came."))),
            Err(error) => return Err(error.into()),
        };
        let caught = |reason: &str| unread(&format!("Its signatures {reason}; please report this mail."));
        let Ok(names) = catch_unwind(AssertUnwindSafe(|| keys_wanted(&raw))) else {
            return Ok(Some(caught("could not be read")));
        };
        let asked = names.into_iter().map(|name| async {
            let asked = match self.resolver.texts(&name).await {
                Ok(texts) => Asked::Texts(texts),
                Err(failure) => Asked::Failed(failure.to_string()),
            };
            (name, asked)
        });
        let keys: HashMap<String, Asked> = join_all(asked).await.into_iter().collect();
        let has_failed = keys.values().any(|asked| matches!(asked, Asked::Failed(_)));
        if has_failed && now - row.recorded_at < PATIENCE {
            return Ok(None);
        }
        let received_at = row.received_at;
        let examined = catch_unwind(AssertUnwindSafe(|| examine(&raw, received_at, &keys)));
        Ok(Some(examined.unwrap_or_else(|_| caught("could not be checked"))))
    }
}

//! Who decides. In: a random name of this process; out: a [`Term`] that every commit checks in its transaction, so a
//! process that was overtaken writes nothing.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::error::{Result, StoreError};
use super::sql::{Cells, statements};
use super::{Store, Writer};

statements! {
    LEAD = "INSERT INTO lease (name, holder, term, until_ms) VALUES ('decider', ?, 1, ?) \
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms, \
        term = lease.term + CASE WHEN lease.holder = excluded.holder THEN 0 ELSE 1 END \
        WHERE lease.holder = excluded.holder OR lease.until_ms <= ? RETURNING term";
    LIVE = "INSERT INTO lease (name, holder, term, until_ms) VALUES {rows ttii} \
        ON CONFLICT (name) DO UPDATE SET until_ms = excluded.until_ms";
    DEAD = "DELETE FROM lease WHERE name LIKE 'daemon %' AND until_ms <= ?";
    /// Locks the row too: nobody takes the lease while a commit is on its way.
    CHECK = "UPDATE lease SET n_commits = n_commits + 1 WHERE name = 'decider' AND term = ?";
}

/// A time of deciding. A later one ends all earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Term(i64);

impl Store {
    /// Takes or renews the lease until `now + ttl`; `None` while another holds it.
    ///
    /// # Errors
    /// As any writing.
    pub async fn lead(&self, holder: &str, now: DateTime<Utc>, ttl: Duration) -> Result<Option<Term>> {
        self.take_lease(holder, now, ttl, now).await
    }

    /// Takes the lease whoever holds it: for the process that has the lock on the state folder, which proves that
    /// the other is gone.
    ///
    /// # Errors
    /// As any writing.
    pub async fn seize(&self, holder: &str, now: DateTime<Utc>, ttl: Duration) -> Result<Term> {
        let mut tx = self.write().await?;
        tx.run(DEAD, |q| q.bind(i64::MAX)).await?;
        tx.done().await?;
        let term = self.take_lease(holder, now, ttl, DateTime::<Utc>::MAX_UTC).await?;
        term.ok_or(StoreError::Lost)
    }

    /// Says that this daemon lives until `now + ttl`: what it has claimed is its own until then.
    ///
    /// # Errors
    /// As any writing.
    pub async fn live(&self, holder: &str, now: DateTime<Utc>, ttl: Duration) -> Result<()> {
        let (name, holder, now) = (format!("daemon {holder}"), holder.to_owned(), now.timestamp_millis());
        let until = after(now, ttl);
        let mut tx = self.write().await?;
        tx.run(DEAD, |q| q.bind(now)).await?;
        tx.run(LIVE, |q| q.bind(name).bind(holder).bind(1_i64).bind(until)).await?;
        tx.done().await
    }

    async fn take_lease(
        &self,
        holder: &str,
        now: DateTime<Utc>,
        ttl: Duration,
        free_if_until: DateTime<Utc>,
    ) -> Result<Option<Term>> {
        let until = after(now.timestamp_millis(), ttl);
        let mut tx = self.write().await?;
        let holder = holder.to_owned();
        let row =
            tx.maybe(LEAD, |q| q.bind(holder).bind(until).bind(free_if_until.timestamp_millis())).await?;
        let term = row.map(|row| row.int(0)).transpose()?.map(Term);
        tx.done().await?;
        Ok(term)
    }
}

fn after(now_ms: i64, ttl: Duration) -> i64 {
    now_ms.saturating_add(i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX))
}

impl Store {
    /// Comes back when every commit that was begun here before is in the record or never will be: one whose answer was
    /// lost may still be on its way.
    ///
    /// # Errors
    /// [`StoreError::Lost`] when another process decides by now; else as any writing.
    pub async fn come_to_rest(&self, term: Term) -> Result<()> {
        check(&mut self.write().await?, term).await
    }
}

/// Fails with [`StoreError::Lost`] unless `term` is the present one.
pub(super) async fn check(tx: &mut Writer, term: Term) -> Result<()> {
    match tx.run(CHECK, |q| q.bind(term.0)).await? {
        0 => Err(StoreError::Lost),
        _ => Ok(()),
    }
}

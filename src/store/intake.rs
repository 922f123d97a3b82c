//! Taking mail in: raw bytes, inbox rows, sightings and the cursor go down together, before anything is read. In:
//! arrivals of one mailbox; out: one [`TakenIn`] for each. Bytes that we had become a second sighting.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;

use super::code::role_word;
use super::error::{Result, StoreError};
use super::rows::{Arrival, Content, Cursor, Outcome, RawId, TakenIn};
use super::sql::{Cells, statements};
use super::{Store, Writer, raw};
use crate::domain::folder::FolderRole;
use crate::domain::id::InboxId;

statements! {
    INSERT = "INSERT INTO inbox (inbox_id, raw_sha256, n_bytes, received_at_ms, recorded_at_ms, outcome, done_at_ms, \
        reason, role) VALUES {rows ibiiititt} ON CONFLICT (raw_sha256) DO NOTHING RETURNING inbox_id";
    KNOWN = "SELECT raw_sha256, inbox_id FROM inbox WHERE raw_sha256 IN ({list b})";
    SIGHT = "INSERT INTO sighting (mailbox, epoch, locator, inbox_id, recorded_at_ms) VALUES {rows titii} \
        ON CONFLICT (mailbox, epoch, locator) DO NOTHING";
    /// A notice, and what was put aside for lying elsewhere only is read again.
    NOTICE = "UPDATE inbox SET role = 'notices' WHERE role <> 'notices' AND inbox_id IN ({list i}) RETURNING inbox_id";
    AGAIN = "UPDATE inbox SET outcome = 'waiting', done_at_ms = NULL WHERE outcome = 'not_a_notification' \
        AND inbox_id IN ({list i}) \
        AND NOT EXISTS (SELECT 1 FROM inbox_subject s WHERE s.inbox_id = inbox.inbox_id)";
    MOVE = "INSERT INTO cursor (mailbox, epoch, position, swept_at_ms, reconciled_at_ms, n_found_missing) \
        VALUES {rows tiiiii} ON CONFLICT (mailbox) DO UPDATE SET epoch = excluded.epoch, \
        position = excluded.position, swept_at_ms = excluded.swept_at_ms, \
        reconciled_at_ms = excluded.reconciled_at_ms, n_found_missing = excluded.n_found_missing";
    CURSORS = "SELECT mailbox, epoch, position, swept_at_ms, reconciled_at_ms, n_found_missing FROM cursor \
        ORDER BY mailbox";
    CURSOR = "SELECT epoch, position, swept_at_ms, reconciled_at_ms, n_found_missing FROM cursor WHERE mailbox = ?";
    SIGHTINGS = "SELECT locator FROM sighting WHERE mailbox = ? AND epoch = ?";
    COUNT = "SELECT count(*) FROM sighting WHERE mailbox = ? AND epoch = ?";
}

/// An arrival with its hash and the id that is its own if its bytes are new.
struct Weighed {
    inbox: InboxId,
    sha256: [u8; 32],
    n_bytes: i64,
    arrival: Arrival,
}

impl Store {
    /// How far each mailbox was collected that ever was.
    ///
    /// # Errors
    /// As any reading.
    pub async fn cursors(&self) -> Result<Vec<Cursor>> {
        let rows = self.read().await?.all(CURSORS, |q| q).await?;
        let cursor = |row: &AnyRow| {
            Ok(Cursor {
                mailbox: row.text(0)?,
                epoch: row.int(1)?,
                position: row.int(2)?,
                swept_at: row.maybe_instant(3)?,
                reconciled_at: row.maybe_instant(4)?,
                n_found_missing: row.int(5)?,
            })
        };
        rows.iter().map(cursor).collect()
    }

    /// How far a mailbox was collected; `None` before the first time.
    ///
    /// # Errors
    /// As any reading.
    pub async fn cursor(&self, mailbox: &str) -> Result<Option<Cursor>> {
        let name = mailbox.to_owned();
        let Some(row) = self.read().await?.maybe(CURSOR, |q| q.bind(name)).await? else { return Ok(None) };
        Ok(Some(Cursor {
            mailbox: mailbox.to_owned(),
            epoch: row.int(0)?,
            position: row.int(1)?,
            swept_at: row.maybe_instant(2)?,
            reconciled_at: row.maybe_instant(3)?,
            n_found_missing: row.int(4)?,
        }))
    }

    /// Every place of a mailbox that we have seen, for reconciliation.
    ///
    /// # Errors
    /// As any reading.
    pub async fn sightings(&self, mailbox: &str, epoch: i64) -> Result<HashSet<String>> {
        let name = mailbox.to_owned();
        let rows = self.read().await?.all(SIGHTINGS, |q| q.bind(name).bind(epoch)).await?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    /// How many places of a mailbox we have seen.
    ///
    /// # Errors
    /// As any reading.
    pub async fn n_sightings(&self, mailbox: &str, epoch: i64) -> Result<i64> {
        let name = mailbox.to_owned();
        self.read().await?.one(COUNT, |q| q.bind(name).bind(epoch)).await?.int(0)
    }

    /// Takes mail of one mailbox in and moves its cursor, all or nothing. The answer has the order of `arrivals`,
    /// which may be empty: then only the cursor moves.
    ///
    /// # Errors
    /// As any writing; [`StoreError::Conflict`] when a staged mail is not being staged here.
    pub async fn take_in(
        &self,
        arrivals: Vec<Arrival>,
        cursor: &Cursor,
        at: DateTime<Utc>,
    ) -> Result<Vec<TakenIn>> {
        let mut weighed = self.weigh(arrivals).await?;
        let mut tx = self.write().await?;
        let n_new = weighed.iter().filter(|w| w.inbox.0 == 0).count();
        let mut next = raw::allot(&mut tx, n_new).await? - i64::try_from(n_new).unwrap_or_default();
        for one in weighed.iter_mut().filter(|w| w.inbox.0 == 0) {
            next += 1;
            one.inbox = InboxId(next);
        }
        let taken = record(&mut tx, &weighed, at).await?;
        keep_bytes(&mut tx, &weighed, &taken).await?;
        see(&mut tx, &weighed, &taken, cursor, at).await?;
        tx.done().await?;
        let mut staged = self.inner.staged.lock().await;
        for one in &weighed {
            if let Content::Staged(raw) = one.arrival.content {
                staged.remove(&raw);
            }
        }
        Ok(taken)
    }

    /// Hashes what came whole; what came in pieces has its hash and, as inbox id, that of its pieces.
    async fn weigh(&self, arrivals: Vec<Arrival>) -> Result<Vec<Weighed>> {
        let staged = self.inner.staged.lock().await;
        let weigh = |arrival: Arrival| {
            let (inbox, sha256, n_bytes) = match &arrival.content {
                Content::Whole(bytes) => {
                    (0, Sha256::digest(bytes).into(), i64::try_from(bytes.len()).unwrap_or(i64::MAX))
                }
                Content::Older { sha256, n_bytes } => (0, *sha256, *n_bytes),
                Content::Staged(raw) => {
                    let state = staged.get(raw).ok_or_else(raw::unknown)?;
                    (raw.0, state.hash.clone().finalize().into(), state.n_bytes)
                }
            };
            Ok(Weighed { inbox: InboxId(inbox), sha256, n_bytes, arrival })
        };
        arrivals.into_iter().map(weigh).collect()
    }
}

/// Writes the inbox rows; says which bytes are new and whose the others are.
async fn record(tx: &mut Writer, weighed: &[Weighed], at: DateTime<Utc>) -> Result<Vec<TakenIn>> {
    let now = at.timestamp_millis();
    let returned = tx
        .each(INSERT, weighed, |q, one| {
            let older = matches!(one.arrival.content, Content::Older { .. });
            let outcome = if older { Outcome::Older } else { Outcome::Waiting };
            q.bind(one.inbox.0)
                .bind(one.sha256.to_vec())
                .bind(one.n_bytes)
                .bind(one.arrival.received_at.timestamp_millis())
                .bind(now)
                .bind(outcome.as_str())
                .bind(older.then_some(now))
                .bind(older.then_some("received before start_from"))
                .bind(role_word(one.arrival.role))
        })
        .await?;
    let new = returned.iter().map(|row| row.int(0)).collect::<Result<HashSet<i64>>>()?;
    let had: Vec<[u8; 32]> = weighed.iter().filter(|w| !new.contains(&w.inbox.0)).map(|w| w.sha256).collect();
    let mut whose = HashMap::new();
    for row in tx.among(KNOWN, &had, |q, sha256| q.bind(sha256.to_vec())).await? {
        whose.insert(row.sha256(0)?, InboxId(row.int(1)?));
    }
    weighed
        .iter()
        .map(|one| {
            if new.contains(&one.inbox.0) {
                return Ok(TakenIn { inbox: one.inbox, is_new: true });
            }
            let inbox = whose.get(&one.sha256).copied();
            let inbox =
                inbox.ok_or_else(|| StoreError::Retry("a mail was taken in elsewhere just now".into()))?;
            Ok(TakenIn { inbox, is_new: false })
        })
        .collect()
}

/// Writes the bytes of what is new; the pieces of a mail that we had are dropped.
async fn keep_bytes(tx: &mut Writer, weighed: &[Weighed], taken: &[TakenIn]) -> Result<()> {
    let mut whole = Vec::with_capacity(weighed.len());
    for (one, taken) in weighed.iter().zip(taken) {
        match &one.arrival.content {
            Content::Whole(bytes) if taken.is_new => whole.push((one.inbox, bytes.as_slice())),
            Content::Staged(id) if taken.is_new => raw::unstage(tx, *id).await?,
            Content::Staged(id) => raw::forget(tx, RawId(id.0)).await?,
            Content::Whole(_) | Content::Older { .. } => {}
        }
    }
    raw::write(tx, &whole).await
}

/// Writes where each was seen, and how far the mailbox was seen.
async fn see(
    tx: &mut Writer,
    weighed: &[Weighed],
    taken: &[TakenIn],
    cursor: &Cursor,
    at: DateTime<Utc>,
) -> Result<()> {
    let seen: Vec<(&str, InboxId)> =
        weighed.iter().zip(taken).map(|(one, taken)| (one.arrival.locator.as_str(), taken.inbox)).collect();
    tx.each(SIGHT, &seen, |q, (locator, inbox)| {
        q.bind(cursor.mailbox.clone())
            .bind(cursor.epoch)
            .bind((*locator).to_owned())
            .bind(inbox.0)
            .bind(at.timestamp_millis())
    })
    .await?;
    let notices: Vec<i64> = weighed
        .iter()
        .zip(taken)
        .filter(|(one, taken)| !taken.is_new && one.arrival.role == FolderRole::Notices)
        .map(|(_, taken)| taken.inbox.0)
        .collect();
    let moved = tx.among(NOTICE, &notices, |q, inbox| q.bind(*inbox)).await?;
    let moved = moved.iter().map(|row| row.int(0)).collect::<Result<Vec<i64>>>()?;
    tx.among(AGAIN, &moved, |q, inbox| q.bind(*inbox)).await?;
    tx.each(MOVE, std::slice::from_ref(cursor), |q, c| {
        q.bind(c.mailbox.clone())
            .bind(c.epoch)
            .bind(c.position)
            .bind(c.swept_at.map(|at| at.timestamp_millis()))
            .bind(c.reconciled_at.map(|at| at.timestamp_millis()))
            .bind(c.n_found_missing)
    })
    .await
    .map(drop)
}

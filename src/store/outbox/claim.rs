//! Handing letters to a deliverer. In: how many; out: finished bytes and their envelopes, marked as transmitting and
//! counted before anything is sent. The writer marks small rows; a reader fetches the bytes.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::any::AnyRow;

use super::list::Delivery;
use crate::domain::id::{Address, LetterId, SubjectId};
use crate::store::error::{Result, StoreError};
use crate::store::rows::Claimed;
use crate::store::sql::{Cells, statements};
use crate::store::{Store, Writer};

statements! {
    /// On PostgreSQL a row that another deliverer marked meanwhile is looked at again, and left. What is past its
    /// time never leaves. What was made later than now is due, and so is what was tried and would wait longer than
    /// anything is put off: the clock was ahead when that time was set.
    MARK = "UPDATE delivery SET state = 'transmitting', claimed_by = ?, n_attempts = n_attempts + 1 \
        WHERE state = 'queued' AND delivery_id IN (SELECT delivery_id FROM delivery \
        WHERE settled_at_ms IS NULL AND state = 'queued' \
        AND (not_before_ms <= ? OR (n_attempts > 0 AND not_before_ms > ?) OR (n_attempts = 0 AND EXISTS \
        (SELECT 1 FROM letter WHERE letter.letter_id = delivery.letter_id AND made_at_ms > ?))) AND not_after_ms > ? \
        ORDER BY not_before_ms, delivery_id LIMIT ?) RETURNING delivery_id";
    FETCH = "SELECT delivery_id, d.letter_id, subject_id, message_id, recipient, envelope_sender, n_attempts, \
        not_after_ms, possible_duplicate, bytes FROM delivery d JOIN letter l ON l.letter_id = d.letter_id \
        WHERE delivery_id IN ({list i}) ORDER BY delivery_id";
    OVERDUE = "SELECT delivery_id FROM delivery WHERE settled_at_ms IS NULL AND state = 'queued' \
        AND not_after_ms <= ? ORDER BY not_after_ms, delivery_id LIMIT ?";
    NEXT = "SELECT min(not_before_ms) FROM delivery WHERE settled_at_ms IS NULL AND state = 'queued'";
    /// What a daemon that lives has claimed is its own. Where there is a Sent folder, what was perhaps sent is to be
    /// seen there first.
    REQUEUE = "UPDATE delivery SET state = 'queued', claimed_by = NULL, possible_duplicate = 1, not_before_ms = \
        CASE WHEN EXISTS (SELECT 1 FROM inbox WHERE role = 'sent') THEN ? ELSE not_before_ms END \
        WHERE settled_at_ms IS NULL AND state = 'transmitting' AND NOT EXISTS \
        (SELECT 1 FROM lease l WHERE l.name = 'daemon ' || delivery.claimed_by AND l.until_ms > ?)";
    CLAIMED = "SELECT delivery_id FROM delivery \
        WHERE settled_at_ms IS NULL AND state = 'transmitting' AND claimed_by = ?";
    LET_GO = "UPDATE delivery SET state = 'queued', claimed_by = NULL, possible_duplicate = 1, not_before_ms = ? \
        WHERE settled_at_ms IS NULL AND state = 'transmitting' AND delivery_id = ?";
    /// A letter that went to several lies there when one of them got it, which proves nothing of the others.
    SEEN = "SELECT count(*) FROM inbox WHERE role = 'sent' AND message_id = ? \
        AND (SELECT count(*) FROM delivery WHERE letter_id = ?) = 1";
    NEXT_IDS = "SELECT coalesce((SELECT max(letter_id) FROM letter), 0), \
        coalesce((SELECT max(delivery_id) FROM delivery), 0)";
}

/// Nothing is put off for longer.
const LONGEST: TimeDelta = TimeDelta::minutes(66);
/// A Sent folder is swept and read well within this after a start.
const UNTIL_SEEN: TimeDelta = TimeDelta::minutes(1);

/// What an ended process had left in the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rescued {
    /// Deliveries found transmitting by nobody who lives: queued again, marked as possible duplicates.
    pub n_transmitting: u64,
    /// Mails that were being read: each has one more attempt.
    pub n_reading: usize,
    /// Mails that were arriving in pieces: removed, the collector fetches them again.
    pub n_staged: usize,
}

impl Store {
    /// Claims deliveries for `holder` whose time has come and is not over, the longest waiting first. The claim holds as
    /// long as the holder lives ([`Store::live`]).
    ///
    /// # Errors
    /// As any writing. What was marked and could not be fetched stays transmitting until the next [`Store::rescue`].
    pub async fn claim(&self, holder: &str, limit: i64, now: DateTime<Utc>) -> Result<Vec<Claimed>> {
        let mut tx = self.write().await?;
        let marked = mark(&mut tx, holder, limit, now).await?;
        tx.done().await?;
        self.claimed(&marked).await
    }

    /// What a commit claimed, with the letters.
    ///
    /// # Errors
    /// As any reading; what cannot be fetched stays transmitting until the next [`Store::rescue`].
    pub async fn claimed(&self, ids: &[i64]) -> Result<Vec<Claimed>> {
        let rows = self.read().await?.among(FETCH, ids, |q, id| q.bind(*id)).await?;
        rows.iter().map(claimed).collect()
    }

    /// Deliveries that wait and are past their `not_after`: to be settled as expired.
    ///
    /// # Errors
    /// As any reading.
    pub async fn overdue(&self, limit: i64, now: DateTime<Utc>) -> Result<Vec<Delivery>> {
        let now = now.timestamp_millis();
        let rows = self.read().await?.all(OVERDUE, |q| q.bind(now).bind(limit)).await?;
        let ids = rows.iter().map(|row| row.int(0)).collect::<Result<Vec<i64>>>()?;
        self.deliveries(&ids).await
    }

    /// When the next delivery may be tried, or is over.
    ///
    /// # Errors
    /// As any reading.
    pub async fn next_delivery_at(&self) -> Result<Option<DateTime<Utc>>> {
        self.read().await?.one(NEXT, |q| q).await?.maybe_instant(0)
    }

    /// The next free ids of letters and deliveries. The leader asks once and counts on by itself.
    ///
    /// # Errors
    /// As any reading.
    pub async fn next_ids(&self) -> Result<(LetterId, i64)> {
        let row = self.read().await?.one(NEXT_IDS, |q| q).await?;
        Ok((LetterId(row.int(0)? + 1), row.int(1)? + 1))
    }

    /// Picks up what an ended process left in the middle. For the leader, once, before anything else.
    ///
    /// # Errors
    /// As any writing.
    pub async fn rescue(&self, now: DateTime<Utc>) -> Result<Rescued> {
        let n_transmitting = self.requeue(now).await?;
        let n_reading = self.count_attempts().await?;
        let n_staged = self.sweep_stages().await?;
        Ok(Rescued { n_transmitting, n_reading, n_staged })
    }

    /// What `holder` has claimed and not settled.
    ///
    /// # Errors
    /// As any reading.
    pub async fn under_way(&self, holder: &str) -> Result<Vec<i64>> {
        let holder = holder.to_owned();
        let rows = self.read().await?.all(CLAIMED, |q| q.bind(holder)).await?;
        rows.iter().map(|row| row.int(0)).collect()
    }

    /// Queues again what was claimed and lost from sight, as possible duplicates, for `not_before`.
    ///
    /// # Errors
    /// As any writing.
    pub async fn let_go(&self, deliveries: &[i64], not_before: DateTime<Utc>) -> Result<()> {
        let mut tx = self.write().await?;
        for delivery in deliveries {
            let at = not_before.timestamp_millis();
            tx.run(LET_GO, |q| q.bind(at).bind(*delivery)).await?;
        }
        tx.done().await
    }

    /// Does the letter of this delivery, and of no other, lie in a Sent folder?
    ///
    /// # Errors
    /// As any reading.
    pub async fn seen_in_sent(&self, delivery: &Claimed) -> Result<bool> {
        let (message_id, letter) = (delivery.message_id.clone(), delivery.letter.0);
        let row = self.read().await?.one(SEEN, |q| q.bind(message_id).bind(letter)).await?;
        Ok(row.int(0)? > 0)
    }

    /// Queues again what daemons had claimed that live no more; how many.
    ///
    /// # Errors
    /// As any writing.
    pub async fn requeue(&self, now: DateTime<Utc>) -> Result<u64> {
        let mut tx = self.write().await?;
        let (seen, now) = ((now + UNTIL_SEEN).timestamp_millis(), now.timestamp_millis());
        let n = tx.run(REQUEUE, |q| q.bind(seen).bind(now)).await?;
        tx.done().await?;
        Ok(n)
    }
}

/// Marks deliveries as being transmitted and counts their attempt.
pub(in crate::store) async fn mark(
    tx: &mut Writer,
    holder: &str,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<Vec<i64>> {
    let holder = holder.to_owned();
    let (now, latest) = (now.timestamp_millis(), (now + LONGEST).timestamp_millis());
    let marked =
        tx.all(MARK, |q| q.bind(holder).bind(now).bind(latest).bind(now).bind(now).bind(limit)).await?;
    marked.iter().map(|row| row.int(0)).collect()
}

fn claimed(row: &AnyRow) -> Result<Claimed> {
    Ok(Claimed {
        delivery: row.int(0)?,
        letter: LetterId(row.int(1)?),
        subject: SubjectId(row.text(2)?),
        message_id: row.text(3)?,
        recipient: address(row, 4)?,
        envelope_sender: address(row, 5)?,
        n_attempts: row.int(6)?,
        not_after: row.instant(7)?,
        possible_duplicate: row.int(8)? == 1,
        bytes: Arc::new(row.bytes(9)?),
    })
}

pub(super) fn address(row: &AnyRow, at: usize) -> Result<Address> {
    let text: &str = row.cell(at)?;
    Address::parse(text).map_err(|_| StoreError::Corrupt("an address of a delivery cannot be read".into()))
}

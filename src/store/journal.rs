//! Reading the journal and proving it whole. In: a subject or a place in the sequence; out: events as recorded.

use sqlx::any::AnyRow;

use super::chain::{self, Head};
use super::error::{Result, StoreError};
use super::rows::{Entry, Recorded};
use super::sql::{Cells, statements};
use super::{Store, Writer};
use crate::domain::id::SubjectId;

statements! {
    INSERT = "INSERT INTO journal (seq, subject_id, version, kind, schema, at_ms, cause, actor, world_sha256, \
        body_sha256, prev_hash, hash) VALUES {rows ititiittbbbb}";
    INSERT_BODY = "INSERT INTO journal_body (seq, salt, bytes) VALUES {rows ibb}";
    OF_SUBJECT = "SELECT j.seq, subject_id, version, kind, schema, at_ms, cause, actor, world_sha256, body_sha256, \
        prev_hash, hash, salt, bytes FROM journal j LEFT JOIN journal_body b ON b.seq = j.seq \
        WHERE subject_id = ? ORDER BY version";
    AFTER = "SELECT j.seq, subject_id, version, kind, schema, at_ms, cause, actor, world_sha256, body_sha256, \
        prev_hash, hash, salt, bytes FROM journal j LEFT JOIN journal_body b ON b.seq = j.seq \
        WHERE j.seq > ? ORDER BY j.seq LIMIT ?";
    ERASE = "UPDATE journal_body SET salt = ?, bytes = ? WHERE seq = ?";
    VERSION = "SELECT COALESCE(MAX(version), 0) FROM journal WHERE subject_id = ?";
    NUMBERS = "SELECT subject_id FROM journal WHERE version = 1 AND subject_id LIKE ? \
        ORDER BY length(subject_id) DESC, subject_id DESC LIMIT 1";
}

/// What became of checking the chain from its first event to its last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    Whole {
        n: i64,
        n_erased: i64,
        head: Head,
    },
    /// The first event that is not as it was written, and why.
    Broken {
        seq: i64,
        why: String,
    },
}

impl Store {
    /// A subject's events, first to last.
    ///
    /// # Errors
    /// As any reading.
    pub async fn journal(&self, subject: &SubjectId) -> Result<Vec<Recorded>> {
        let subject = subject.0.clone();
        self.read().await?.all(OF_SUBJECT, |q| q.bind(subject)).await?.iter().map(recorded).collect()
    }

    /// Events after `seq`, in order.
    ///
    /// # Errors
    /// As any reading.
    pub async fn journal_all(&self, after_seq: i64, limit: i64) -> Result<Vec<Recorded>> {
        let rows = self.read().await?.all(AFTER, |q| q.bind(after_seq).bind(limit)).await?;
        rows.iter().map(recorded).collect()
    }

    /// The end of the chain; `at` is the earliest date that the next event may have.
    ///
    /// # Errors
    /// As any reading.
    pub async fn head(&self) -> Result<Head> {
        let known = *self.inner.head.lock().await;
        if let Some(head) = known { Ok(head) } else { chain::head(&mut self.read().await?).await }
    }

    /// Computes every hash again.
    ///
    /// # Errors
    /// As any reading; a broken chain is an answer and no error.
    pub async fn verify(&self) -> Result<Verified> {
        self.verify_telling(|_| ()).await
    }

    /// The same; `progress` hears how many events each page had.
    ///
    /// # Errors
    /// As any reading.
    pub async fn verify_telling(&self, progress: impl FnMut(u64)) -> Result<Verified> {
        self.verify_after(Head::default(), progress).await
    }

    /// The same for what follows an event that was found to be sound.
    ///
    /// # Errors
    /// As any reading.
    pub async fn verify_after(&self, mut head: Head, mut progress: impl FnMut(u64)) -> Result<Verified> {
        let mut n_erased = 0;
        loop {
            let events = self.journal_all(head.seq, 500).await?;
            if events.is_empty() {
                return Ok(Verified::Whole { n: head.seq, n_erased, head });
            }
            progress(events.len() as u64);
            for event in events {
                if let Some(why) = flaw(&event, &head) {
                    return Ok(Verified::Broken { seq: event.seq, why });
                }
                n_erased += i64::from(event.is_erased);
                head = Head { seq: event.seq, hash: event.hash, at: event.entry.at };
            }
        }
    }

    /// The version of a subject's last event; 0 where it has none.
    ///
    /// # Errors
    /// As any reading.
    pub async fn version(&self, subject: &SubjectId) -> Result<i64> {
        let subject = subject.0.clone();
        self.read().await?.one(VERSION, |q| q.bind(subject)).await?.int(0)
    }

    /// The next free number of the references `SUS-YEAR-`.
    ///
    /// # Errors
    /// As any reading.
    pub async fn next_number(&self, year: i32) -> Result<i64> {
        let prefix = format!("SUS-{year}-");
        let pattern = format!("{prefix}%");
        let Some(row) = self.read().await?.maybe(NUMBERS, |q| q.bind(pattern)).await? else { return Ok(1) };
        let last = row.text(0)?;
        let number: i64 = last.strip_prefix(&prefix).and_then(|n| n.parse().ok()).ok_or_else(|| {
            StoreError::Corrupt(format!("the reference {last:?} should end in a number after {prefix}"))
        })?;
        Ok(number + 1)
    }
}

/// Writes events that the chain has linked.
pub(super) async fn append(tx: &mut Writer, events: &[Recorded]) -> Result<()> {
    tx.each(INSERT, events, |q, event| {
        let entry = &event.entry;
        q.bind(event.seq)
            .bind(entry.subject.0.clone())
            .bind(entry.version)
            .bind(entry.kind.clone())
            .bind(entry.schema)
            .bind(entry.at.timestamp_millis())
            .bind(entry.cause.clone())
            .bind(entry.actor.clone())
            .bind(entry.world_sha256.to_vec())
            .bind(event.body_sha256.to_vec())
            .bind(event.prev_hash.to_vec())
            .bind(event.hash.to_vec())
    })
    .await?;
    tx.each(INSERT_BODY, events, |q, event| {
        q.bind(event.seq).bind(event.salt.clone()).bind(event.entry.body.clone())
    })
    .await
    .map(drop)
}

/// Empties the body of an event and its salt; the hashes stay.
pub(super) async fn erase(tx: &mut Writer, seq: i64) -> Result<()> {
    match tx.run(ERASE, |q| q.bind(Vec::<u8>::new()).bind(Vec::<u8>::new()).bind(seq)).await? {
        0 => Err(StoreError::Conflict(format!("there is no event {seq} whose body could be erased"))),
        _ => Ok(()),
    }
}

fn flaw(event: &Recorded, before: &Head) -> Option<String> {
    if event.seq != before.seq + 1 {
        return Some(format!("events {} to {} are missing", before.seq + 1, event.seq - 1));
    }
    if event.prev_hash != before.hash {
        return Some("it does not follow the event before it".into());
    }
    if event.hash != chain::hash(event) {
        return Some("it was changed after it was written".into());
    }
    if event.entry.at < before.at {
        return Some("it is dated before the event before it".into());
    }
    if !event.is_erased && event.body_sha256 != chain::body_sha256(&event.salt, &event.entry.body) {
        return Some("its body was changed after it was written".into());
    }
    None
}

fn recorded(row: &AnyRow) -> Result<Recorded> {
    let salt: Option<Vec<u8>> = row.cell(12)?;
    let body: Option<Vec<u8>> = row.cell(13)?;
    // A body that is gone without erasure fails the check of its hash.
    let is_erased = salt.as_ref().is_some_and(Vec::is_empty);
    Ok(Recorded {
        seq: row.int(0)?,
        entry: Entry {
            subject: SubjectId(row.text(1)?),
            version: row.int(2)?,
            kind: row.text(3)?,
            schema: row.int(4)?,
            at: row.instant(5)?,
            cause: row.text(6)?,
            actor: row.text(7)?,
            world_sha256: row.sha256(8)?,
            body: body.unwrap_or_default(),
        },
        body_sha256: row.sha256(9)?,
        prev_hash: row.sha256(10)?,
        hash: row.sha256(11)?,
        salt: salt.unwrap_or_default(),
        is_erased,
    })
}

//! What waits to be read, and what became of each mail. In: ids and filters; out: rows. What is about to be read is
//! named first, so that a mail which kills the process is counted before its next attempt.

use std::collections::{BTreeSet, HashMap};

use super::code::{role, role_word};
use super::error::Result;
use super::rows::{InboxDone, InboxRow, Outcome, StoredReading, Waiting};
use super::sql::{Bound, Cells, Sql, statements, words};
use super::vouched::vouched;
use super::{Store, Writer};
use crate::domain::id::{InboxId, LetterId, SubjectId};
use chrono::{DateTime, Utc};
use sqlx::any::AnyRow;

statements! {
    WAITING = "SELECT inbox_id, received_at_ms, n_bytes, n_attempts, role, vouched FROM inbox \
        WHERE outcome = 'waiting' AND inbox_id > ? ORDER BY inbox_id LIMIT ?";
    READABLE = "SELECT inbox_id, received_at_ms, n_bytes, n_attempts, role, vouched FROM inbox \
        WHERE outcome = 'waiting' AND inbox_id > ? AND vouched IS NOT NULL ORDER BY inbox_id LIMIT ?";
    NAME = "UPDATE meta SET words = ? WHERE name = 'reading'";
    NAMED = "SELECT words FROM meta WHERE name = 'reading'";
    COUNT = "UPDATE inbox SET n_attempts = n_attempts + 1 \
        WHERE outcome = 'waiting' AND inbox_id IN ({list i}) RETURNING inbox_id";
    DONE = "WITH v (inbox_id, outcome, done_at_ms, kind, sender, title, reason, message_id, content_key, \
        duplicate_of, reading, role) AS (VALUES {rows itittttttibt}) \
        UPDATE inbox SET outcome = v.outcome, done_at_ms = v.done_at_ms, kind = v.kind, sender = v.sender, \
        title = v.title, reason = v.reason, message_id = v.message_id, content_key = v.content_key, \
        duplicate_of = v.duplicate_of, reading = v.reading FROM v WHERE inbox.inbox_id = v.inbox_id \
        AND (v.role IS NULL OR v.role = inbox.role)";
    REREAD = "WITH v (inbox_id, kind, reading) AS (VALUES {rows itb}) UPDATE inbox SET kind = v.kind, \
        reading = v.reading FROM v WHERE inbox.inbox_id = v.inbox_id";
    SPEAKS = "INSERT INTO inbox_subject (inbox_id, subject_id) VALUES {rows it} \
        ON CONFLICT (inbox_id, subject_id) DO NOTHING";
    ROWS = "SELECT inbox_id, raw_sha256, n_bytes, received_at_ms, recorded_at_ms, message_id, content_key, \
        n_attempts, outcome, kind, sender, title, reason, reading, duplicate_of, done_at_ms, role, vouched \
        FROM inbox WHERE inbox_id IN ({list i}) ORDER BY inbox_id";
    SUBJECTS = "SELECT inbox_id, subject_id FROM inbox_subject WHERE inbox_id IN ({list i}) ORDER BY subject_id";
    READ = "SELECT inbox_id FROM inbox WHERE inbox_id > ? AND received_at_ms >= ? AND reading IS NOT NULL \
        AND outcome IN ('case', 'triage', 'not_a_notification') ORDER BY inbox_id LIMIT ?";
    LATEST = "SELECT inbox_id FROM inbox WHERE inbox_id < ? ORDER BY inbox_id DESC LIMIT ?";
    OF_OUTCOME = "SELECT inbox_id FROM inbox WHERE outcome = ? AND inbox_id < ? ORDER BY inbox_id DESC LIMIT ?";
    ENDED = "SELECT inbox_id FROM inbox WHERE outcome = ? AND done_at_ms >= ? AND done_at_ms < ? AND inbox_id < ? \
        ORDER BY inbox_id DESC LIMIT ?";
    OPEN = "SELECT inbox_id FROM inbox WHERE outcome IN ('triage', 'set_aside') AND inbox_id < ? \
        ORDER BY inbox_id DESC LIMIT ?";
    OF_SUBJECT = "SELECT inbox_id FROM inbox_subject WHERE subject_id = ? AND inbox_id < ? \
        ORDER BY inbox_id DESC LIMIT ?";
    BY_CONTENT = "SELECT content_key, min(inbox_id) FROM inbox WHERE content_key IN ({list t}) GROUP BY content_key";
    BY_MESSAGE = "SELECT message_id, inbox_id FROM inbox WHERE message_id IN ({list t}) ORDER BY inbox_id DESC";
    BY_LETTER = "SELECT message_id, letter_id, subject_id FROM letter WHERE message_id IN ({list t})";
    SEEN_AT = "SELECT mailbox, epoch, locator FROM sighting WHERE inbox_id = ? ORDER BY recorded_at_ms, mailbox";
}

/// Which mails to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InboxFilter {
    All,
    /// A person must look.
    Open,
    Of(Outcome),
    /// That ended like this, from `since` to just before `until`.
    Ended {
        outcome: Outcome,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
    },
    About(SubjectId),
}

/// What a Message-ID stands for here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownMail {
    /// A mail that we received; of several with that Message-ID, the first.
    pub inbox: Option<InboxId>,
    /// A letter that we wrote.
    pub letter: Option<LetterId>,
    /// Whatever any of them spoke to.
    pub subjects: Vec<SubjectId>,
}

impl Store {
    /// What waits after `after`, oldest first.
    ///
    /// # Errors
    /// As any reading.
    pub async fn waiting(&self, limit: i64, after: Option<InboxId>) -> Result<Vec<Waiting>> {
        self.waiting_by(WAITING, limit, after).await
    }

    /// What waits after `after` and may be read, oldest first: where senders are vouched for by ourselves, what was.
    ///
    /// # Errors
    /// As any reading.
    pub async fn readable(
        &self,
        limit: i64,
        after: Option<InboxId>,
        must_be_vouched: bool,
    ) -> Result<Vec<Waiting>> {
        self.waiting_by(if must_be_vouched { READABLE } else { WAITING }, limit, after).await
    }

    async fn waiting_by(&self, sql: Sql, limit: i64, after: Option<InboxId>) -> Result<Vec<Waiting>> {
        let after = after.map_or(0, |id| id.0);
        let rows = self.read().await?.all(sql, |q| q.bind(after).bind(limit)).await?;
        rows.iter()
            .map(|row| {
                Ok(Waiting {
                    inbox: InboxId(row.int(0)?),
                    received_at: row.instant(1)?,
                    n_bytes: row.int(2)?,
                    n_attempts: row.int(3)?,
                    role: role(row.cell(4)?)?,
                    vouched: vouched(row.cell(5)?)?,
                })
            })
            .collect()
    }

    /// Names what is about to be read, in one small row. What a commit finishes is no longer named; what is still
    /// named and waiting when the next leader opens the record gets an attempt ([`Store::rescue`]).
    ///
    /// # Errors
    /// As any writing.
    pub async fn begin_reading(&self, inbox: &[InboxId]) -> Result<()> {
        if inbox.is_empty() {
            return Ok(());
        }
        let mut reading = self.inner.reading.lock().await;
        let all: BTreeSet<InboxId> = reading.iter().chain(inbox).copied().collect();
        let mut tx = self.write().await?;
        name(&mut tx, &all).await?;
        tx.done().await?;
        *reading = all;
        Ok(())
    }

    /// Nothing is being read any more: for an orderly stop between reading and commit.
    ///
    /// # Errors
    /// As any writing.
    pub async fn end_reading(&self) -> Result<()> {
        let mut reading = self.inner.reading.lock().await;
        if reading.is_empty() {
            return Ok(());
        }
        let mut tx = self.write().await?;
        name(&mut tx, &BTreeSet::new()).await?;
        tx.done().await?;
        reading.clear();
        Ok(())
    }

    /// A commit finished these.
    pub(super) async fn was_read(&self, done: &[InboxId]) {
        let mut reading = self.inner.reading.lock().await;
        for id in done {
            reading.remove(id);
        }
    }

    /// Counts an attempt for each mail that an ended process was reading; how many.
    pub(super) async fn count_attempts(&self) -> Result<usize> {
        let mut tx = self.write().await?;
        let ids = tx.one(NAMED, |q| q).await?.text(0)?;
        let named: Vec<i64> = ids.split(' ').filter_map(|id| id.parse().ok()).collect();
        let counted = tx.among(COUNT, &named, |q, id| q.bind(*id)).await?;
        name(&mut tx, &BTreeSet::new()).await?;
        tx.done().await?;
        Ok(counted.len())
    }

    /// One mail.
    ///
    /// # Errors
    /// As any reading.
    pub async fn inbox_row(&self, inbox: InboxId) -> Result<Option<InboxRow>> {
        Ok(self.inbox_rows(&[inbox]).await?.pop())
    }

    /// The latest mails that pass the filter, newest first, older than `before` where it is given.
    ///
    /// # Errors
    /// As any reading.
    pub async fn inbox_list(
        &self,
        filter: &InboxFilter,
        before: Option<InboxId>,
        limit: i64,
    ) -> Result<Vec<InboxRow>> {
        let before = before.map_or(i64::MAX, |id| id.0);
        let mut reader = self.read().await?;
        let ids = match filter.clone() {
            InboxFilter::All => reader.all(LATEST, |q| q.bind(before).bind(limit)).await?,
            InboxFilter::Open => reader.all(OPEN, |q| q.bind(before).bind(limit)).await?,
            InboxFilter::Of(outcome) => {
                reader.all(OF_OUTCOME, |q| q.bind(outcome.as_str()).bind(before).bind(limit)).await?
            }
            InboxFilter::Ended { outcome, since, until } => {
                let (since, until) = (since.timestamp_millis(), until.timestamp_millis());
                let bind =
                    |q: Bound| q.bind(outcome.as_str()).bind(since).bind(until).bind(before).bind(limit);
                reader.all(ENDED, bind).await?
            }
            InboxFilter::About(SubjectId(subject)) => {
                reader.all(OF_SUBJECT, |q| q.bind(subject).bind(before).bind(limit)).await?
            }
        };
        drop(reader);
        let ids: Vec<InboxId> = ids.iter().map(|row| row.int(0).map(InboxId)).collect::<Result<_>>()?;
        self.inbox_rows(&ids).await
    }

    /// Mails that were read, from the first one after `after` on, that came no earlier than `since`; copies left out.
    ///
    /// # Errors
    /// As any reading.
    pub async fn read_since(
        &self,
        since: DateTime<Utc>,
        after: InboxId,
        limit: i64,
    ) -> Result<Vec<InboxRow>> {
        let bind = |q: Bound| q.bind(after.0).bind(since.timestamp_millis()).bind(limit);
        let ids = self.read().await?.all(READ, bind).await?;
        let ids: Vec<InboxId> = ids.iter().map(|row| row.int(0).map(InboxId)).collect::<Result<_>>()?;
        let mut rows = self.inbox_rows(&ids).await?;
        rows.reverse();
        Ok(rows)
    }

    async fn inbox_rows(&self, ids: &[InboxId]) -> Result<Vec<InboxRow>> {
        let mut reader = self.read().await?;
        let rows = reader.among(ROWS, ids, |q, id| q.bind(id.0)).await?;
        let mut subjects: HashMap<i64, Vec<SubjectId>> = HashMap::new();
        for row in reader.among(SUBJECTS, ids, |q, id| q.bind(id.0)).await? {
            subjects.entry(row.int(0)?).or_default().push(SubjectId(row.text(1)?));
        }
        let mut out: Vec<InboxRow> = rows
            .iter()
            .map(|row| inbox_row(row, subjects.remove(&row.int(0)?).unwrap_or_default()))
            .collect::<Result<_>>()?;
        out.sort_by_key(|row| std::cmp::Reverse(row.inbox));
        Ok(out)
    }

    /// Where a mail was seen: mailbox, epoch, locator.
    ///
    /// # Errors
    /// As any reading.
    pub async fn seen_at(&self, inbox: InboxId) -> Result<Vec<(String, i64, String)>> {
        let rows = self.read().await?.all(SEEN_AT, |q| q.bind(inbox.0)).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?, row.text(2)?))).collect()
    }

    /// The first mail of each content key that we have read.
    ///
    /// # Errors
    /// As any reading.
    pub async fn by_content_keys(&self, keys: &[String]) -> Result<HashMap<String, InboxId>> {
        let rows = self.read().await?.among(BY_CONTENT, keys, |q, key| q.bind(key.clone())).await?;
        rows.iter().map(|row| Ok((row.text(0)?, InboxId(row.int(1)?)))).collect()
    }

    /// What these Message-IDs stand for; those that we do not know are absent.
    ///
    /// # Errors
    /// As any reading.
    pub async fn by_message_ids(&self, ids: &[String]) -> Result<HashMap<String, KnownMail>> {
        let mut reader = self.read().await?;
        let mut out: HashMap<String, KnownMail> = HashMap::new();
        let mut mails = Vec::new();
        for row in reader.among(BY_MESSAGE, ids, |q, id| q.bind(words(id.clone()))).await? {
            let (message_id, inbox) = (row.text(0)?, InboxId(row.int(1)?));
            mails.push((inbox, message_id.clone()));
            out.entry(message_id).or_default().inbox = Some(inbox);
        }
        let of_mail: HashMap<InboxId, String> = mails.into_iter().collect();
        let inbox: Vec<InboxId> = of_mail.keys().copied().collect();
        for row in reader.among(BY_LETTER, ids, |q, id| q.bind(words(id.clone()))).await? {
            let known = out.entry(row.text(0)?).or_default();
            known.letter = Some(LetterId(row.int(1)?));
            known.subjects.push(SubjectId(row.text(2)?));
        }
        for row in reader.among(SUBJECTS, &inbox, |q, id| q.bind(id.0)).await? {
            let subject = SubjectId(row.text(1)?);
            let Some(message_id) = of_mail.get(&InboxId(row.int(0)?)) else { continue };
            let known = out.entry(message_id.clone()).or_default();
            if !known.subjects.contains(&subject) {
                known.subjects.push(subject);
            }
        }
        Ok(out)
    }
}

async fn name(tx: &mut Writer, inbox: &BTreeSet<InboxId>) -> Result<()> {
    let ids: Vec<String> = inbox.iter().map(|id| id.0.to_string()).collect();
    tx.run(NAME, |q| q.bind(ids.join(" "))).await.map(drop)
}

/// Writes how mails ended.
pub(super) async fn finish(tx: &mut Writer, done: &[InboxDone], at: DateTime<Utc>) -> Result<()> {
    tx.each(DONE, done, |q, one| {
        q.bind(one.inbox.0)
            .bind(one.outcome.as_str())
            .bind((one.outcome != Outcome::Waiting).then_some(at.timestamp_millis()))
            .bind(one.kind.clone())
            .bind(one.sender.clone().map(words))
            .bind(one.title.clone().map(words))
            .bind(words(one.reason.clone()))
            .bind(one.message_id.clone().map(words))
            .bind(one.content_key.clone())
            .bind(one.duplicate_of.map(|id| id.0))
            .bind(one.reading.clone())
            .bind(one.only_as.map(role_word))
    })
    .await?;
    let subjects: Vec<(InboxId, &SubjectId)> =
        done.iter().flat_map(|one| one.subjects.iter().map(|subject| (one.inbox, subject))).collect();
    tx.each(SPEAKS, &subjects, |q, (inbox, subject)| q.bind(inbox.0).bind(subject.0.clone())).await.map(drop)
}

/// Puts better readings in the place of earlier ones.
pub(super) async fn reread(tx: &mut Writer, readings: &[StoredReading]) -> Result<()> {
    tx.each(REREAD, readings, |q, one| {
        q.bind(one.inbox.0).bind(one.kind.clone()).bind(Some(one.reading.clone()))
    })
    .await
    .map(drop)
}

fn inbox_row(row: &AnyRow, subjects: Vec<SubjectId>) -> Result<InboxRow> {
    Ok(InboxRow {
        inbox: InboxId(row.int(0)?),
        raw_sha256: row.sha256(1)?,
        n_bytes: row.int(2)?,
        received_at: row.instant(3)?,
        recorded_at: row.instant(4)?,
        message_id: row.cell(5)?,
        content_key: row.cell(6)?,
        n_attempts: row.int(7)?,
        outcome: Outcome::read(row.cell(8)?)?,
        kind: row.cell(9)?,
        sender: row.cell(10)?,
        title: row.cell(11)?,
        reason: row.cell(12)?,
        reading: row.cell(13)?,
        duplicate_of: row.cell::<Option<i64>>(14)?.map(InboxId),
        done_at: row.maybe_instant(15)?,
        role: role(row.cell(16)?)?,
        vouched: vouched(row.cell(17)?)?,
        subjects,
    })
}

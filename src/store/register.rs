//! Register and timers: what the journal comes to, kept at hand. In: rows made from a subject; out: the same rows.
//! Both are caches; [`Store::replace_register`] writes them anew.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sqlx::any::AnyRow;

use super::error::Result;
use super::lease::{self, Term};
use super::rows::{RegisterRow, TimerRow};
use super::sql::{Cells, statements};
use super::{Store, Writer};
use crate::domain::id::{Key, SubjectId};

statements! {
    PUT = "INSERT INTO register (subject_id, kind, user_key, stage, version, updated_at_ms, body) \
        VALUES {rows ttttiib} ON CONFLICT (subject_id) DO UPDATE SET user_key = excluded.user_key, stage = excluded.stage, version = excluded.version, \
        updated_at_ms = excluded.updated_at_ms, body = excluded.body";
    SOME = "SELECT subject_id, kind, user_key, stage, version, updated_at_ms, body FROM register \
        WHERE subject_id IN ({list t})";
    OF_USERS = "SELECT subject_id, kind, user_key, stage, version, updated_at_ms, body FROM register \
        WHERE user_key IN ({list t}) ORDER BY user_key, subject_id";
    ALL_KINDS = "SELECT subject_id, kind, user_key, stage, version, updated_at_ms, body FROM register \
        WHERE subject_id > ? ORDER BY subject_id LIMIT ?";
    OF_KIND = "SELECT subject_id, kind, user_key, stage, version, updated_at_ms, body FROM register \
        WHERE kind = ? AND subject_id > ? ORDER BY subject_id LIMIT ?";
    FORGET_TIMERS = "DELETE FROM timer WHERE subject_id IN ({list t}) RETURNING ordinal";
    SET_TIMERS = "INSERT INTO timer (subject_id, kind, ordinal, due_at_ms) VALUES {rows ttii}";
    DUE = "SELECT subject_id, kind, ordinal, due_at_ms FROM timer WHERE due_at_ms <= ? \
        ORDER BY due_at_ms, subject_id, kind, ordinal LIMIT ?";
    NEXT = "SELECT min(due_at_ms) FROM timer";
    TIMERS = "SELECT subject_id, kind, ordinal, due_at_ms FROM timer WHERE subject_id = ? \
        ORDER BY due_at_ms, kind, ordinal";
    TIMERS_OF = "SELECT subject_id, kind, ordinal, due_at_ms FROM timer WHERE subject_id IN ({list t})";
    EMPTY_TIMER = "DELETE FROM timer";
    EMPTY_REGISTER = "DELETE FROM register";
}

/// Which subjects to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegisterFilter {
    All,
    Kind(String),
}

/// A wait and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timer {
    pub subject: SubjectId,
    pub timer: TimerRow,
}

impl Store {
    /// These subjects; one that is not there is absent.
    ///
    /// # Errors
    /// As any reading.
    pub async fn registers(&self, subjects: &[SubjectId]) -> Result<Vec<RegisterRow>> {
        let rows = self.read().await?.among(SOME, subjects, |q, subject| q.bind(subject.0.clone())).await?;
        rows.iter().map(register_row).collect()
    }

    /// All subjects about these Users.
    ///
    /// # Errors
    /// As any reading.
    pub async fn register_of_users(&self, users: &[Key]) -> Result<Vec<RegisterRow>> {
        let rows = self.read().await?.among(OF_USERS, users, |q, user| q.bind(user.0.clone())).await?;
        rows.iter().map(register_row).collect()
    }

    /// Subjects in the order of their names, after `after` where it is given.
    ///
    /// # Errors
    /// As any reading.
    pub async fn register_list(
        &self,
        filter: &RegisterFilter,
        after: Option<&SubjectId>,
        limit: i64,
    ) -> Result<Vec<RegisterRow>> {
        let after = after.map_or_else(String::new, |subject| subject.0.clone());
        let mut reader = self.read().await?;
        let rows = match filter.clone() {
            RegisterFilter::All => reader.all(ALL_KINDS, |q| q.bind(after).bind(limit)).await?,
            RegisterFilter::Kind(kind) => {
                reader.all(OF_KIND, |q| q.bind(kind).bind(after).bind(limit)).await?
            }
        };
        rows.iter().map(register_row).collect()
    }

    /// Waits that are over, the longest first.
    ///
    /// # Errors
    /// As any reading.
    pub async fn due_timers(&self, now: DateTime<Utc>, limit: i64) -> Result<Vec<Timer>> {
        let now = now.timestamp_millis();
        let rows = self.read().await?.all(DUE, |q| q.bind(now).bind(limit)).await?;
        rows.iter().map(timer).collect()
    }

    /// When the next wait is over.
    ///
    /// # Errors
    /// As any reading.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        self.read().await?.one(NEXT, |q| q).await?.maybe_instant(0)
    }

    /// What a subject waits for.
    ///
    /// # Errors
    /// As any reading.
    pub async fn timers(&self, subject: &SubjectId) -> Result<Vec<TimerRow>> {
        let subject = subject.0.clone();
        let rows = self.read().await?.all(TIMERS, |q| q.bind(subject)).await?;
        rows.iter().map(|row| Ok(timer(row)?.timer)).collect()
    }

    /// What each of these waits for.
    ///
    /// # Errors
    /// As any reading.
    pub async fn timers_of(&self, subjects: &[SubjectId]) -> Result<HashMap<SubjectId, Vec<TimerRow>>> {
        let rows =
            self.read().await?.among(TIMERS_OF, subjects, |q, subject| q.bind(subject.0.clone())).await?;
        let mut all: HashMap<SubjectId, Vec<TimerRow>> = HashMap::new();
        for row in &rows {
            let Timer { subject, timer } = timer(row)?;
            all.entry(subject).or_default().push(timer);
        }
        Ok(all)
    }

    /// Writes both caches anew, all or nothing.
    ///
    /// # Errors
    /// As any commit.
    pub async fn replace_register(
        &self,
        term: Term,
        registers: &[RegisterRow],
        timers: &[(SubjectId, Vec<TimerRow>)],
    ) -> Result<()> {
        let mut tx = self.write().await?;
        lease::check(&mut tx, term).await?;
        tx.run(EMPTY_TIMER, |q| q).await?;
        tx.run(EMPTY_REGISTER, |q| q).await?;
        put(&mut tx, registers).await?;
        set_timers(&mut tx, timers, &HashSet::new()).await?;
        tx.done().await
    }
}

pub(super) async fn put(tx: &mut Writer, registers: &[RegisterRow]) -> Result<()> {
    tx.each(PUT, registers, |q, row| {
        q.bind(row.subject.0.clone())
            .bind(row.kind.clone())
            .bind(row.user.as_ref().map(|user| user.0.clone()))
            .bind(row.stage.clone())
            .bind(row.version)
            .bind(row.updated_at.timestamp_millis())
            .bind(row.body.clone())
    })
    .await
    .map(drop)
}

/// Replaces the timers of each subject; `fresh` subjects began just now and have none.
pub(super) async fn set_timers(
    tx: &mut Writer,
    timers: &[(SubjectId, Vec<TimerRow>)],
    fresh: &HashSet<SubjectId>,
) -> Result<()> {
    let old: Vec<&SubjectId> =
        timers.iter().map(|(subject, _)| subject).filter(|subject| !fresh.contains(*subject)).collect();
    tx.among(FORGET_TIMERS, &old, |q, subject| q.bind(subject.0.clone())).await?;
    let new: Vec<(&SubjectId, &TimerRow)> =
        timers.iter().flat_map(|(subject, rows)| rows.iter().map(move |row| (subject, row))).collect();
    tx.each(SET_TIMERS, &new, |q, (subject, row)| {
        q.bind(subject.0.clone()).bind(row.kind.clone()).bind(row.ordinal).bind(row.due_at.timestamp_millis())
    })
    .await
    .map(drop)
}

fn register_row(row: &AnyRow) -> Result<RegisterRow> {
    Ok(RegisterRow {
        subject: SubjectId(row.text(0)?),
        kind: row.text(1)?,
        user: row.cell::<Option<String>>(2)?.map(Key),
        stage: row.text(3)?,
        version: row.int(4)?,
        updated_at: row.instant(5)?,
        body: row.bytes(6)?,
    })
}

fn timer(row: &AnyRow) -> Result<Timer> {
    Ok(Timer {
        subject: SubjectId(row.text(0)?),
        timer: TimerRow { kind: row.text(1)?, ordinal: row.int(2)?, due_at: row.instant(3)? },
    })
}

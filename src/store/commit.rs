//! The one way in which a decision goes down: everything in one transaction, or nothing. In: a [`Commit`] and the
//! [`Term`] under which it was decided; out: where the chain ends now.

use std::collections::HashSet;

use super::chain::{self, Head};
use super::error::Result;
use super::lease::{self, Term};
use super::rows::Commit;
use super::sql::statements;
use super::{Store, Writer, in_force, inbox, journal, outbox, register};
use crate::domain::id::SubjectId;

statements! {
    HANDLED = "INSERT INTO handled (subject_id, cause, at_ms) VALUES {rows tti}";
    IS_HANDLED = "SELECT subject_id FROM handled WHERE subject_id = ? AND cause = ?";
}

/// A commit that held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    pub n_events: i64,
    /// The end of the chain after it. An entry dated before its predecessor took the date of that one.
    pub head: Head,
    /// The deliveries that it claimed; [`Store::claimed`] has their letters.
    pub claimed: Vec<i64>,
}

impl Store {
    /// Writes everything, or nothing.
    ///
    /// # Errors
    /// [`Lost`](super::StoreError::Lost) when another process decides by now;
    /// [`Conflict`](super::StoreError::Conflict) when a signal was handled before or a version is taken: decide again,
    /// one signal at a time; else as any writing. After any error nothing of it is in the record.
    pub async fn commit(&self, term: Term, mut commit: Commit) -> Result<Committed> {
        let mut head = self.inner.head.lock().await;
        // Taken out while we are not sure of it: an error on the way leaves it to be read anew.
        let known = head.take();
        let mut tx = self.write().await?;
        lease::check(&mut tx, term).await?;
        let before = match known {
            Some(head) => head,
            None => chain::head(&mut tx).await?,
        };
        let entries = std::mem::take(&mut commit.events);
        let fresh: HashSet<SubjectId> =
            entries.iter().filter(|entry| entry.version == 1).map(|entry| entry.subject.clone()).collect();
        let (events, after) = chain::link(before, entries)?;
        journal::append(&mut tx, &events).await?;
        handled(&mut tx, &commit).await?;
        register::put(&mut tx, &commit.registers).await?;
        register::set_timers(&mut tx, &commit.timers, &fresh).await?;
        outbox::add(&mut tx, &commit.letters).await?;
        outbox::move_letters(&mut tx, &commit.letter_moves, commit.at).await?;
        outbox::settle(&mut tx, &commit.deliveries, commit.at).await?;
        outbox::take_back(&mut tx, &commit.returned, commit.at).await?;
        inbox::finish(&mut tx, &commit.inbox, commit.at).await?;
        inbox::reread(&mut tx, &commit.readings).await?;
        let claimed = match commit.claim {
            Some((holder, limit)) => outbox::mark(&mut tx, &holder, limit, commit.at).await?,
            None => Vec::new(),
        };
        if let Some(in_force) = &commit.in_force {
            in_force::put(&mut tx, in_force).await?;
        }
        let engine = self.inner.engine;
        if !commit.erasures.is_empty() {
            if let Some(setup) = engine.before_erasure() {
                sqlx::raw_sql(setup).execute(&mut *tx.conn).await?;
            }
            for seq in &commit.erasures {
                journal::erase(&mut tx, *seq).await?;
            }
        }
        tx.done().await?;
        *head = Some(after);
        drop(head);
        if !commit.erasures.is_empty() {
            let mut conn = self.inner.writer.acquire().await?;
            sqlx::raw_sql(engine.after_erasure()).execute(&mut *conn).await?;
        }
        let read: Vec<_> = commit.inbox.iter().map(|one| one.inbox).collect();
        self.was_read(&read).await;
        Ok(Committed { n_events: after.seq - before.seq, head: after, claimed })
    }

    /// Did a commit hold that had this cause for this subject?
    ///
    /// # Errors
    /// As any reading.
    pub async fn is_handled(&self, subject: &SubjectId, cause: &str) -> Result<bool> {
        let (subject, cause) = (subject.0.clone(), cause.to_owned());
        Ok(self.read().await?.maybe(IS_HANDLED, |q| q.bind(subject).bind(cause)).await?.is_some())
    }
}

async fn handled(tx: &mut Writer, commit: &Commit) -> Result<()> {
    let at = commit.at.timestamp_millis();
    tx.each(HANDLED, &commit.handled, |q, (subject, cause)| {
        q.bind(subject.0.clone()).bind(cause.clone()).bind(at)
    })
    .await
    .map(drop)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::{Entry, Options, StoreError, Verified};

    fn event(version: i64, n_bytes: usize) -> Commit {
        let at = chrono::DateTime::UNIX_EPOCH;
        let entry = Entry {
            subject: SubjectId::desk(),
            version,
            kind: "Noted".into(),
            schema: 1,
            at,
            cause: "a test".into(),
            actor: "daemon".into(),
            world_sha256: [0; 32],
            body: vec![b' '; n_bytes],
        };
        Commit { at, events: vec![entry], ..Commit::default() }
    }

    #[tokio::test]
    async fn a_full_disk_loses_nothing_and_the_chain_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("record.db").display());
        let store = Store::open(&url, &Options::default()).await.unwrap();
        let term =
            store.lead("me", chrono::DateTime::UNIX_EPOCH, Duration::from_mins(1)).await.unwrap().unwrap();
        store.commit(term, event(1, 10)).await.unwrap();
        let limit = |pages: &'static str| sqlx::raw_sql(pages).execute(&store.inner.writer);
        limit("PRAGMA max_page_count = 1").await.unwrap();
        let full = store.commit(term, event(2, 100_000)).await.unwrap_err();
        assert!(matches!(full, StoreError::Full), "{full:?}");
        limit("PRAGMA max_page_count = 1000000").await.unwrap();
        store.commit(term, event(2, 100_000)).await.unwrap();
        assert!(matches!(store.verify().await.unwrap(), Verified::Whole { n: 2, .. }));
    }
}

//! What a restore still has to do, as one number in the record: the copy says of itself that it is one before it gets
//! its name, so nothing that happens in between forgets it.

use super::error::Result;
use super::sql::{Cells, statements};
use super::{Store, Writer};
use crate::domain::id::InboxId;

statements! {
    STATE = "SELECT number FROM meta WHERE name = 'restored'";
    MOVE = "INSERT INTO meta (name, number, words) VALUES ('restored', ?, NULL) \
        ON CONFLICT (name) DO UPDATE SET number = excluded.number";
    SWEEP_AGAIN = "UPDATE cursor SET position = 0, swept_at_ms = NULL, reconciled_at_ms = NULL";
    LAST_MAIL = "SELECT number FROM meta WHERE name = 'inbox_id'";
    LEFT = "SELECT (SELECT count(*) FROM delivery WHERE state IN ('refused', 'expired') AND answer = ?) \
        + (SELECT count(*) FROM letter WHERE state = 'draft' AND because LIKE ?)";
}

/// How far the record has come since it was restored from a backup.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Restored {
    /// It never was.
    #[default]
    Never,
    /// Letters that were under way are not held yet.
    HoldLetters,
    /// The mailboxes are not all swept again: nothing is decided.
    Sweep,
    /// Mail up to this one may have been answered after the backup was made.
    UpTo(InboxId),
}

impl Restored {
    /// May this mail have been answered from a record that is lost?
    #[must_use]
    pub fn covers(self, inbox: InboxId) -> bool {
        match self {
            Self::Never => false,
            Self::HoldLetters | Self::Sweep => true,
            Self::UpTo(last) => inbox <= last,
        }
    }

    /// Nothing is read and nothing wakes.
    #[must_use]
    pub fn is_unfinished(self) -> bool {
        matches!(self, Self::HoldLetters | Self::Sweep)
    }

    fn number(self) -> i64 {
        match self {
            Self::Never => -3,
            Self::HoldLetters => -2,
            Self::Sweep => -1,
            Self::UpTo(last) => last.0,
        }
    }
}

impl Store {
    /// How far the record has come since it was restored.
    ///
    /// # Errors
    /// As any reading.
    pub async fn restored(&self) -> Result<Restored> {
        let Some(row) = self.read().await?.maybe(STATE, |q| q).await? else { return Ok(Restored::Never) };
        Ok(match row.int(0)? {
            -3 => Restored::Never,
            -2 => Restored::HoldLetters,
            -1 => Restored::Sweep,
            last => Restored::UpTo(InboxId(last)),
        })
    }

    /// Marks a copy that takes a record's place: letters are to be held, every mailbox swept from its beginning.
    ///
    /// # Errors
    /// As any writing.
    pub async fn mark_restored(&self) -> Result<()> {
        let mut tx = self.write().await?;
        move_to(&mut tx, Restored::HoldLetters).await?;
        tx.run(SWEEP_AGAIN, |q| q).await?;
        tx.done().await
    }

    /// The letters are held.
    ///
    /// # Errors
    /// As any writing.
    pub async fn letters_are_held(&self) -> Result<Restored> {
        let mut tx = self.write().await?;
        move_to(&mut tx, Restored::Sweep).await?;
        tx.done().await?;
        Ok(Restored::Sweep)
    }

    /// Every mailbox was swept: whatever came in so far may have been answered before.
    ///
    /// # Errors
    /// As any writing.
    pub async fn all_is_swept(&self) -> Result<Restored> {
        let mut tx = self.write().await?;
        let last = Restored::UpTo(InboxId(tx.one(LAST_MAIL, |q| q).await?.int(0)?));
        move_to(&mut tx, last).await?;
        tx.done().await?;
        Ok(last)
    }

    /// How many letters still wait for a person with these words: deliveries that failed with `answer`, drafts whose
    /// reason holds `because`.
    ///
    /// # Errors
    /// As any reading.
    pub async fn n_held(&self, answer: &str, because: &str) -> Result<i64> {
        let (answer, because) = (answer.to_owned(), format!("%{because}%"));
        self.read().await?.one(LEFT, |q| q.bind(answer).bind(because)).await?.int(0)
    }
}

async fn move_to(tx: &mut Writer, state: Restored) -> Result<()> {
    tx.run(MOVE, |q| q.bind(state.number())).await.map(drop)
}

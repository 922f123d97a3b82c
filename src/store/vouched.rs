//! What was found of the signatures of mails that wait, each once and for good. In: findings; out: rows that may be read.

use chrono::{DateTime, Utc};

use super::Store;
use super::error::{Result, StoreError};
use super::sql::{Cells, statements};
use crate::domain::id::InboxId;
use crate::domain::message::Vouched;

statements! {
    UNVOUCHED = "SELECT inbox_id, received_at_ms, recorded_at_ms FROM inbox \
        WHERE outcome = 'waiting' AND vouched IS NULL ORDER BY inbox_id LIMIT ?";
    VOUCH = "WITH v (inbox_id, vouched) AS (VALUES {rows it}) UPDATE inbox SET vouched = v.vouched FROM v \
        WHERE inbox.inbox_id = v.inbox_id AND inbox.vouched IS NULL";
}

/// A mail whose signatures nobody has looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unvouched {
    pub inbox: InboxId,
    pub received_at: DateTime<Utc>,
    /// When it was taken in.
    pub recorded_at: DateTime<Utc>,
}

impl Store {
    /// What waits and is not vouched for, oldest first.
    ///
    /// # Errors
    /// As any reading.
    pub async fn unvouched(&self, limit: i64) -> Result<Vec<Unvouched>> {
        let rows = self.read().await?.all(UNVOUCHED, |q| q.bind(limit)).await?;
        rows.iter()
            .map(|row| {
                let (received_at, recorded_at) = (row.instant(1)?, row.instant(2)?);
                Ok(Unvouched { inbox: InboxId(row.int(0)?), received_at, recorded_at })
            })
            .collect()
    }

    /// Keeps what was found; what is kept already stays.
    ///
    /// # Errors
    /// As any writing.
    pub async fn vouch(&self, found: &[(InboxId, Vouched)]) -> Result<()> {
        let rows: Vec<(InboxId, String)> = found
            .iter()
            .map(|(inbox, vouched)| Ok((*inbox, serde_json::to_string(vouched)?)))
            .collect::<serde_json::Result<_>>()
            .map_err(|error| StoreError::Corrupt(format!("findings that cannot be written: {error}")))?;
        let mut tx = self.write().await?;
        tx.each(VOUCH, &rows, |q, (inbox, vouched)| q.bind(inbox.0).bind(vouched.clone())).await?;
        tx.done().await
    }
}

/// What a row keeps of its signatures.
pub(super) fn vouched(text: Option<String>) -> Result<Option<Vouched>> {
    let read = |text: String| serde_json::from_str(&text);
    let damaged =
        |error| StoreError::Corrupt(format!("what was found of a mail's signatures does not read: {error}"));
    text.map(read).transpose().map_err(damaged)
}

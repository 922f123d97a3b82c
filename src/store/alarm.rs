//! The alarm list. In: a key and a sentence; out: what stands until someone or something clears it.

use chrono::{DateTime, Utc};

use super::Store;
use super::error::Result;
use super::sql::{Cells, statements, words};

statements! {
    RAISE = "INSERT INTO alarm (alarm_key, words, raised_at_ms, last_at_ms, n_raised) VALUES {rows ttiii} \
        ON CONFLICT (alarm_key) DO UPDATE SET words = excluded.words, last_at_ms = excluded.last_at_ms, \
        raised_at_ms = CASE WHEN alarm.cleared_at_ms IS NULL THEN alarm.raised_at_ms ELSE excluded.raised_at_ms END, \
        n_raised = CASE WHEN alarm.cleared_at_ms IS NULL THEN alarm.n_raised + 1 ELSE 1 END, \
        cleared_at_ms = NULL RETURNING n_raised";
    CLEAR = "UPDATE alarm SET cleared_at_ms = ? WHERE alarm_key = ? AND cleared_at_ms IS NULL";
    STANDING = "SELECT alarm_key, words, raised_at_ms, last_at_ms, n_raised FROM alarm \
        WHERE cleared_at_ms IS NULL ORDER BY raised_at_ms, alarm_key";
}

/// An alarm that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    pub key: String,
    pub text: String,
    pub raised_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    pub n_raised: i64,
}

impl Store {
    /// Raises an alarm; true when it did not stand before.
    ///
    /// # Errors
    /// As any writing.
    pub async fn raise(&self, key: &str, text: &str, at: DateTime<Utc>) -> Result<bool> {
        let (key, text, at) = (key.to_owned(), words(text), at.timestamp_millis());
        let mut tx = self.write().await?;
        let row = tx.one(RAISE, |q| q.bind(key).bind(text).bind(at).bind(at).bind(1_i64)).await?;
        tx.done().await?;
        Ok(row.int(0)? == 1)
    }

    /// Clears an alarm; true when it stood.
    ///
    /// # Errors
    /// As any writing.
    pub async fn clear(&self, key: &str, at: DateTime<Utc>) -> Result<bool> {
        let key = key.to_owned();
        let mut tx = self.write().await?;
        let n = tx.run(CLEAR, |q| q.bind(at.timestamp_millis()).bind(key)).await?;
        tx.done().await?;
        Ok(n > 0)
    }

    /// What stands, the oldest first.
    ///
    /// # Errors
    /// As any reading.
    pub async fn alarms(&self) -> Result<Vec<Alarm>> {
        let rows = self.read().await?.all(STANDING, |q| q).await?;
        rows.iter()
            .map(|row| {
                Ok(Alarm {
                    key: row.text(0)?,
                    text: row.text(1)?,
                    raised_at: row.instant(2)?,
                    last_at: row.instant(3)?,
                    n_raised: row.int(4)?,
                })
            })
            .collect()
    }
}

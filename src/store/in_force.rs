//! Which World is in force, and how far its coming was carried to the cases that wait: one row of `meta`, written in the
//! commit that makes it so. In and out: [`InForce`].

use serde::{Deserialize, Serialize};

use super::error::{Result, StoreError};
use super::sql::{Cells, statements};
use super::{Store, Writer};
use crate::domain::id::SubjectId;

statements! {
    STATE = "SELECT words FROM meta WHERE name = 'world'";
    PUT = "INSERT INTO meta (name, number, words) VALUES ('world', NULL, ?) \
        ON CONFLICT (name) DO UPDATE SET words = excluded.words";
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InForce {
    /// Lower-case hex of its SHA-256.
    pub world: String,
    /// The Desk's version when it came.
    pub since: i64,
    /// The cases up to this one, in the order of their names, were revisited; `None` when all were.
    pub revisited: Option<SubjectId>,
}

impl Store {
    /// `None` before the first start.
    ///
    /// # Errors
    /// As any reading.
    pub async fn in_force(&self) -> Result<Option<InForce>> {
        let Some(row) = self.read().await?.maybe(STATE, |q| q).await? else { return Ok(None) };
        let words = row.text(0)?;
        serde_json::from_str(&words)
            .map(Some)
            .map_err(|error| StoreError::Corrupt(format!("what is in force, {words:?}: {error}")))
    }
}

pub(super) async fn put(tx: &mut Writer, in_force: &InForce) -> Result<()> {
    let words = serde_json::to_string(in_force)
        .map_err(|error| StoreError::Corrupt(format!("what is in force cannot be written: {error}")))?;
    tx.run(PUT, |q| q.bind(words)).await.map(drop)
}

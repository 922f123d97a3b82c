//! Looking at letters and deliveries, without moving any.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::any::AnyRow;

use super::claim::address;
use crate::domain::id::{Address, LetterId, SubjectId};
use crate::store::Store;
use crate::store::error::{Result, StoreError};
use crate::store::rows::{DeliveryState, LetterState};
use crate::store::sql::{Cells, Sql, statements};

statements! {
    LETTERS = "SELECT letter_id, subject_id, version, kind, message_id, state, made_at_ms, sealed_at_ms, because, \
        facts FROM letter WHERE letter_id IN ({list i})";
    BYTES = "SELECT bytes FROM letter WHERE letter_id = ?";
    DELIVERIES = "SELECT d.delivery_id, d.letter_id, l.subject_id, l.version, d.recipient, d.envelope_sender, \
        d.state, d.n_attempts, d.possible_duplicate, d.not_before_ms, d.not_after_ms, d.settled_at_ms, d.answer \
        FROM delivery d JOIN letter l ON l.letter_id = d.letter_id WHERE d.letter_id IN ({list i}) \
        ORDER BY d.delivery_id";
    THESE = "SELECT d.delivery_id, d.letter_id, l.subject_id, l.version, d.recipient, d.envelope_sender, \
        d.state, d.n_attempts, d.possible_duplicate, d.not_before_ms, d.not_after_ms, d.settled_at_ms, d.answer \
        FROM delivery d JOIN letter l ON l.letter_id = d.letter_id WHERE d.delivery_id IN ({list i}) ORDER BY d.delivery_id";
    LATEST = "SELECT letter_id FROM letter WHERE letter_id < ? ORDER BY letter_id DESC LIMIT ?";
    DRAFTS = "SELECT letter_id FROM letter WHERE state = 'draft' AND letter_id < ? ORDER BY letter_id DESC LIMIT ?";
    OPEN = "SELECT DISTINCT letter_id FROM delivery WHERE settled_at_ms IS NULL AND letter_id < ? \
        ORDER BY letter_id DESC LIMIT ?";
    FAILED = "SELECT DISTINCT letter_id FROM delivery WHERE state IN ('refused', 'expired') AND letter_id < ? \
        ORDER BY letter_id DESC LIMIT ?";
    OLDEST_DRAFTS = "SELECT letter_id FROM letter WHERE state = 'draft' ORDER BY letter_id LIMIT ?";
    N_DRAFTS = "SELECT count(*) FROM letter WHERE state = 'draft'";
    OLDEST_FAILED = "SELECT DISTINCT letter_id FROM delivery WHERE state IN ('refused', 'expired') \
        ORDER BY letter_id LIMIT ?";
    N_FAILED = "SELECT count(DISTINCT letter_id) FROM delivery WHERE state IN ('refused', 'expired')";
    OF_SUBJECT = "SELECT letter_id FROM letter WHERE subject_id = ? AND letter_id < ? \
        ORDER BY letter_id DESC LIMIT ?";
    /// Deliveries are numbered when their letter is sealed.
    LEFT = "SELECT d.delivery_id, l.sealed_at_ms, d.recipient FROM delivery d \
        JOIN letter l ON l.letter_id = d.letter_id WHERE d.delivery_id < ? ORDER BY d.delivery_id DESC LIMIT ?";
    REASONS = "SELECT DISTINCT because FROM (SELECT because FROM letter WHERE state = 'draft' AND because LIKE ? \
        ORDER BY letter_id LIMIT ?) AS held ORDER BY because";
    BY_MESSAGE_ID = "SELECT letter_id FROM letter WHERE message_id = ?";
}

/// A letter as the outbox has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub letter: LetterId,
    pub subject: SubjectId,
    pub version: i64,
    pub kind: String,
    pub message_id: String,
    /// In lists the bytes of a sealed letter are left out; [`Store::letter`] brings them.
    pub state: LetterState,
    pub made_at: DateTime<Utc>,
    pub sealed_at: Option<DateTime<Utc>>,
    pub deliveries: Vec<Delivery>,
}

/// A delivery as the outbox has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub delivery: i64,
    pub letter: LetterId,
    pub subject: SubjectId,
    /// Of the subject, when the letter was decided.
    pub version: i64,
    pub recipient: Address,
    pub envelope_sender: Address,
    pub state: DeliveryState,
    pub n_attempts: i64,
    pub possible_duplicate: bool,
    pub not_before: DateTime<Utc>,
    pub not_after: DateTime<Utc>,
    pub settled_at: Option<DateTime<Utc>>,
    pub answer: Option<String>,
}

/// Which letters to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LetterFilter {
    All,
    Drafts,
    /// With a delivery that is not settled.
    Open,
    /// With a delivery that was refused or has expired.
    Failed,
    Of(SubjectId),
}

impl Store {
    /// One letter, with its bytes.
    ///
    /// # Errors
    /// As any reading.
    pub async fn letter(&self, letter: LetterId) -> Result<Option<Letter>> {
        let Some(mut found) = self.letters_of(&[letter]).await?.pop() else { return Ok(None) };
        if let LetterState::Sealed { bytes } = &mut found.state {
            *bytes = self.read().await?.one(BYTES, |q| q.bind(letter.0)).await?.bytes(0)?;
        }
        Ok(Some(found))
    }

    /// The letter with this Message-ID (no angle brackets).
    ///
    /// # Errors
    /// As any reading.
    pub async fn by_message_id(&self, message_id: &str) -> Result<Option<Letter>> {
        let message_id = message_id.to_owned();
        let row = self.read().await?.maybe(BY_MESSAGE_ID, |q| q.bind(message_id)).await?;
        match row {
            Some(row) => self.letter(LetterId(row.int(0)?)).await,
            None => Ok(None),
        }
    }

    /// Letters, newest first, older than `before` where it is given.
    ///
    /// # Errors
    /// As any reading.
    pub async fn letters(
        &self,
        filter: &LetterFilter,
        before: Option<LetterId>,
        limit: i64,
    ) -> Result<Vec<Letter>> {
        let before = before.map_or(i64::MAX, |letter| letter.0);
        let mut reader = self.read().await?;
        let rows = match filter.clone() {
            LetterFilter::All => reader.all(LATEST, |q| q.bind(before).bind(limit)).await?,
            LetterFilter::Drafts => reader.all(DRAFTS, |q| q.bind(before).bind(limit)).await?,
            LetterFilter::Open => reader.all(OPEN, |q| q.bind(before).bind(limit)).await?,
            LetterFilter::Failed => reader.all(FAILED, |q| q.bind(before).bind(limit)).await?,
            LetterFilter::Of(SubjectId(subject)) => {
                reader.all(OF_SUBJECT, |q| q.bind(subject).bind(before).bind(limit)).await?
            }
        };
        drop(reader);
        self.letters_of(&ids(&rows)?).await
    }

    /// The oldest drafts, newest first, and how many there are.
    ///
    /// # Errors
    /// As any reading.
    pub async fn oldest_drafts(&self, limit: i64) -> Result<(Vec<Letter>, i64)> {
        self.oldest(OLDEST_DRAFTS, N_DRAFTS, limit).await
    }

    /// The oldest letters with a delivery that was refused or has expired, newest first, and how many there are.
    ///
    /// # Errors
    /// As any reading.
    pub async fn oldest_failed(&self, limit: i64) -> Result<(Vec<Letter>, i64)> {
        self.oldest(OLDEST_FAILED, N_FAILED, limit).await
    }

    async fn oldest(&self, some: Sql, all: Sql, limit: i64) -> Result<(Vec<Letter>, i64)> {
        let mut reader = self.read().await?;
        let rows = reader.all(some, |q| q.bind(limit)).await?;
        let n = reader.one(all, |q| q).await?.int(0)?;
        drop(reader);
        Ok((self.letters_of(&ids(&rows)?).await?, n))
    }

    /// To whom letters were sealed since then, and when; the earliest first.
    ///
    /// # Errors
    /// As any reading.
    pub async fn left_since(&self, since: DateTime<Utc>) -> Result<Vec<(Address, DateTime<Utc>)>> {
        const PAGE: i64 = 5_000;
        let (mut before, mut left) = (i64::MAX, Vec::new());
        loop {
            let rows = self.read().await?.all(LEFT, |q| q.bind(before).bind(PAGE)).await?;
            let n_before = left.len();
            for row in &rows {
                before = row.int(0)?;
                let at = row.instant(1)?;
                if at >= since {
                    left.push((address(row, 2)?, at));
                }
            }
            // A page of which none counts, or the last one.
            if left.len() == n_before {
                left.reverse();
                return Ok(left);
            }
        }
    }

    /// Why the longest waiting of the drafts wait whose reason begins like this, each reason once.
    ///
    /// # Errors
    /// As any reading.
    pub async fn reasons(&self, beginning: &str, limit: i64) -> Result<Vec<String>> {
        let beginning = format!("{beginning}%");
        let rows = self.read().await?.all(REASONS, |q| q.bind(beginning).bind(limit)).await?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    async fn letters_of(&self, ids: &[LetterId]) -> Result<Vec<Letter>> {
        let mut reader = self.read().await?;
        let mut deliveries: HashMap<LetterId, Vec<Delivery>> = HashMap::new();
        for row in reader.among(DELIVERIES, ids, |q, id| q.bind(id.0)).await? {
            let one = delivery(&row)?;
            deliveries.entry(one.letter).or_default().push(one);
        }
        let rows = reader.among(LETTERS, ids, |q, id| q.bind(id.0)).await?;
        let mut out = Vec::with_capacity(rows.len());
        for row in &rows {
            let id = LetterId(row.int(0)?);
            out.push(letter(row, deliveries.remove(&id).unwrap_or_default())?);
        }
        out.sort_by_key(|letter| std::cmp::Reverse(letter.letter));
        Ok(out)
    }

    /// One delivery, with what its token must name.
    ///
    /// # Errors
    /// As any reading.
    pub async fn delivery(&self, id: i64) -> Result<Option<Delivery>> {
        Ok(self.deliveries(&[id]).await?.pop())
    }

    pub(super) async fn deliveries(&self, ids: &[i64]) -> Result<Vec<Delivery>> {
        let rows = self.read().await?.among(THESE, ids, |q, id| q.bind(*id)).await?;
        rows.iter().map(delivery).collect()
    }
}

fn ids(rows: &[AnyRow]) -> Result<Vec<LetterId>> {
    rows.iter().map(|row| row.int(0).map(LetterId)).collect()
}

fn letter(row: &AnyRow, deliveries: Vec<Delivery>) -> Result<Letter> {
    let state: &str = row.cell(5)?;
    let state = match state {
        "draft" => LetterState::Draft { because: row.text(8)?, facts: row.bytes(9)? },
        "sealed" => LetterState::Sealed { bytes: Vec::new() },
        "discarded" => LetterState::Discarded,
        other => return Err(StoreError::Corrupt(format!("{other:?} is no state of a letter"))),
    };
    Ok(Letter {
        letter: LetterId(row.int(0)?),
        subject: SubjectId(row.text(1)?),
        version: row.int(2)?,
        kind: row.text(3)?,
        message_id: row.text(4)?,
        state,
        made_at: row.instant(6)?,
        sealed_at: row.maybe_instant(7)?,
        deliveries,
    })
}

fn delivery(row: &AnyRow) -> Result<Delivery> {
    Ok(Delivery {
        delivery: row.int(0)?,
        letter: LetterId(row.int(1)?),
        subject: SubjectId(row.text(2)?),
        version: row.int(3)?,
        recipient: address(row, 4)?,
        envelope_sender: address(row, 5)?,
        state: DeliveryState::read(row.cell(6)?)?,
        n_attempts: row.int(7)?,
        possible_duplicate: row.int(8)? == 1,
        not_before: row.instant(9)?,
        not_after: row.instant(10)?,
        settled_at: row.maybe_instant(11)?,
        answer: row.cell(12)?,
    })
}

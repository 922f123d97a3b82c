//! Letters and their deliveries. In: what a decision queued or moved; out: what waits, what left and what was said to
//! it. Invariant, held by the database: sealed bytes never change, and nothing leaves that is not sealed.

mod claim;
mod list;

use chrono::{DateTime, Utc};

use super::error::{Result, StoreError};
use super::rows::{DeliveryMove, DeliveryRow, DeliveryState, LetterMove, LetterRow, LetterState, Returned};
use super::sql::{Cells, Sql, statements, words};
use super::{Store, Writer};
use crate::domain::id::{Address, LetterId, SubjectId};

pub use claim::Rescued;
pub(super) use claim::mark;
pub use list::{Delivery, Letter, LetterFilter};

statements! {
    ADD = "INSERT INTO letter (letter_id, subject_id, version, kind, message_id, state, made_at_ms, sealed_at_ms, \
        because, facts, bytes) VALUES {rows ititttiitbb}";
    QUEUE = "INSERT INTO delivery (delivery_id, letter_id, recipient, envelope_sender, state, not_before_ms, \
        not_after_ms) VALUES {rows iitttii}";
    SEAL = "UPDATE letter SET state = 'sealed', sealed_at_ms = ?, bytes = ? \
        WHERE letter_id = ? AND state = 'draft' RETURNING letter_id";
    DISCARD = "UPDATE letter SET state = 'discarded' WHERE letter_id = ? AND state = 'draft' RETURNING letter_id";
    CALL_BACK = "UPDATE delivery SET state = 'cancelled', answer = ?, settled_at_ms = ? \
        WHERE letter_id = ? AND lower(recipient) = ? AND state = 'queued'";
    /// What is past its time is not tried again.
    LAST_TRY = "UPDATE delivery SET not_after_ms = ? \
        WHERE letter_id = ? AND lower(recipient) = ? AND state = 'transmitting'";
    UNSETTLED = "SELECT d.letter_id, d.recipient, d.state, l.facts FROM delivery d \
        JOIN letter l ON l.letter_id = d.letter_id WHERE l.subject_id = ? AND d.settled_at_ms IS NULL \
        ORDER BY d.letter_id, d.delivery_id";
    /// What is settled stays settled, save that a person may queue again or give up what failed.
    SETTLE = "WITH v (delivery_id, state, answer, not_before_ms, not_after_ms, settled_at_ms, \
        perhaps_sent) AS (VALUES {rows ittiiii}) \
        UPDATE delivery SET state = v.state, answer = v.answer, settled_at_ms = v.settled_at_ms, claimed_by = NULL, \
        not_before_ms = coalesce(v.not_before_ms, delivery.not_before_ms), \
        not_after_ms = coalesce(v.not_after_ms, delivery.not_after_ms), \
        possible_duplicate = CASE v.perhaps_sent WHEN 1 THEN 1 ELSE delivery.possible_duplicate END \
        FROM v WHERE delivery.delivery_id = v.delivery_id \
        AND (delivery.settled_at_ms IS NULL OR (v.state IN ('queued', 'cancelled') \
        AND delivery.state IN ('refused', 'expired'))) \
        RETURNING delivery.delivery_id";
    /// It was accepted, and nobody got it: as good as refused, until it is sent again or given up.
    RETURN = "UPDATE delivery SET state = 'refused', answer = ?, settled_at_ms = ? \
        WHERE letter_id = ? AND lower(recipient) = ? AND state = 'accepted'";
}

/// A letter that somebody has not got yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    pub letter: LetterId,
    /// As JSON, where they were kept.
    pub facts: Option<Vec<u8>>,
    pub queued: Vec<Address>,
    pub under_way: Vec<Address>,
}

impl Store {
    /// The letters of a subject with a delivery that is not settled.
    ///
    /// # Errors
    /// As any reading.
    pub async fn unsettled(&self, subject: &SubjectId) -> Result<Vec<Unsettled>> {
        let subject = subject.0.clone();
        let mut found: Vec<Unsettled> = Vec::new();
        for row in self.read().await?.all(UNSETTLED, |q| q.bind(subject)).await? {
            let (letter, to) = (LetterId(row.int(0)?), claim::address(&row, 1)?);
            let is_under_way = DeliveryState::read(row.cell(2)?)? == DeliveryState::Transmitting;
            if found.last().is_none_or(|last| last.letter != letter) {
                let facts = row.cell(3)?;
                found.push(Unsettled { letter, facts, queued: Vec::new(), under_way: Vec::new() });
            }
            if let Some(last) = found.last_mut() {
                if is_under_way { &mut last.under_way } else { &mut last.queued }.push(to);
            }
        }
        Ok(found)
    }
}

pub(super) const CLAIM: &[Sql] = claim::ALL;
pub(super) const LIST: &[Sql] = list::ALL;

/// Writes letters with their deliveries.
pub(super) async fn add(tx: &mut Writer, letters: &[LetterRow]) -> Result<()> {
    tx.each(ADD, letters, |q, letter| {
        let (state, because, facts, bytes) = match &letter.state {
            LetterState::Draft { facts, because } => {
                ("draft", Some(because.clone()), Some(facts.clone()), None)
            }
            LetterState::Sealed { bytes } => ("sealed", None, letter.facts.clone(), Some(bytes.clone())),
            LetterState::Discarded => ("discarded", None, None, None),
        };
        q.bind(letter.letter.0)
            .bind(letter.subject.0.clone())
            .bind(letter.version)
            .bind(letter.kind.clone())
            .bind(letter.message_id.clone())
            .bind(state)
            .bind(letter.made_at.timestamp_millis())
            .bind(bytes.is_some().then_some(letter.made_at.timestamp_millis()))
            .bind(because)
            .bind(facts)
            .bind(bytes)
    })
    .await?;
    let deliveries: Vec<(LetterId, &DeliveryRow)> =
        letters.iter().flat_map(|l| l.deliveries.iter().map(|d| (l.letter, d))).collect();
    queue(tx, &deliveries).await
}

async fn queue(tx: &mut Writer, deliveries: &[(LetterId, &DeliveryRow)]) -> Result<()> {
    tx.each(QUEUE, deliveries, |q, (letter, row)| {
        q.bind(row.delivery)
            .bind(letter.0)
            .bind(row.recipient.as_str().to_owned())
            .bind(row.envelope_sender.as_str().to_owned())
            .bind("queued")
            .bind(row.not_before.timestamp_millis())
            .bind(row.not_after.timestamp_millis())
    })
    .await
    .map(drop)
}

/// Seals or discards drafts, and calls back what is queued.
pub(super) async fn move_letters(tx: &mut Writer, moves: &[LetterMove], at: DateTime<Utc>) -> Result<()> {
    for one in moves {
        let (letter, row) = match one {
            LetterMove::Seal { letter, bytes, .. } => {
                let bytes = bytes.clone();
                (letter, tx.maybe(SEAL, |q| q.bind(at.timestamp_millis()).bind(bytes).bind(letter.0)).await?)
            }
            LetterMove::Discard { letter } => (letter, tx.maybe(DISCARD, |q| q.bind(letter.0)).await?),
            LetterMove::CallBack { letter, queued, under_way, why } => {
                call_back(tx, *letter, (queued, under_way), why, at).await?;
                continue;
            }
        };
        if row.is_none() {
            return Err(StoreError::Conflict(format!("letter {} is no draft any more", letter.0)));
        }
        if let LetterMove::Seal { letter, deliveries, .. } = one {
            let deliveries: Vec<_> = deliveries.iter().map(|row| (*letter, row)).collect();
            queue(tx, &deliveries).await?;
        }
    }
    Ok(())
}

async fn call_back(
    tx: &mut Writer,
    letter: LetterId,
    (queued, under_way): (&[Address], &[Address]),
    why: &str,
    at: DateTime<Utc>,
) -> Result<()> {
    let (why, at) = (words(format!("called back: {why}")), at.timestamp_millis());
    let mut n = 0;
    for to in queued {
        let (why, to) = (why.clone(), to.as_str().to_lowercase());
        n += tx.run(CALL_BACK, |q| q.bind(why).bind(at).bind(letter.0).bind(to)).await?;
    }
    for to in under_way {
        let to = to.as_str().to_lowercase();
        n += tx.run(LAST_TRY, |q| q.bind(at).bind(letter.0).bind(to)).await?;
    }
    if n == (queued.len() + under_way.len()) as u64 {
        return Ok(());
    }
    Err(StoreError::Conflict(format!("letter {} began to leave at this very moment: ask again", letter.0)))
}

/// Marks what came back. A delivery that is not accepted yet, or was given up, stays as it is.
pub(super) async fn take_back(tx: &mut Writer, returned: &[Returned], at: DateTime<Utc>) -> Result<()> {
    for one in returned {
        let (answer, recipient) = (words(one.answer.clone()), one.recipient.as_str().to_lowercase());
        let at = at.timestamp_millis();
        tx.run(RETURN, |q| q.bind(answer).bind(at).bind(one.letter.0).bind(recipient)).await?;
    }
    Ok(())
}

/// Writes what became of deliveries.
pub(super) async fn settle(tx: &mut Writer, moves: &[DeliveryMove], at: DateTime<Utc>) -> Result<()> {
    let settled = tx
        .each(SETTLE, moves, |q, one| {
            q.bind(one.delivery)
                .bind(one.to.as_str())
                .bind(words(one.answer.clone()))
                .bind(one.not_before.map(|at| at.timestamp_millis()))
                .bind(one.not_after.map(|at| at.timestamp_millis()))
                .bind(one.to.is_final().then_some(at.timestamp_millis()))
                .bind(i64::from(one.perhaps_sent))
        })
        .await?;
    if settled.len() == moves.len() {
        return Ok(());
    }
    let settled = settled.iter().map(|row| row.int(0)).collect::<Result<Vec<_>>>()?;
    let left = moves.iter().find(|one| !settled.contains(&one.delivery)).map_or(0, |one| one.delivery);
    Err(StoreError::Conflict(format!("delivery {left} was settled before, or there is no such delivery")))
}

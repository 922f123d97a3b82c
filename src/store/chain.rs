//! The hash chain of the journal. In: entries and the end so far; out: the same entries with sequence, salt and
//! hashes. Invariant: whoever has the rows and this page can compute every hash again.
//!
//! `body_sha256 = SHA-256(salt ++ body)`; `hash = SHA-256(prev_hash ++ fields)`, where the fields are, in this order,
//! `seq, subject, version, kind, schema, at_ms, cause, actor, world_sha256, body_sha256`; each is written as the
//! length of its bytes (8 bytes, big endian) and its bytes: numbers 8 bytes big endian, words UTF-8. The first event
//! has a `prev_hash` of 32 zero bytes.

use std::ops::DerefMut;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use super::error::{Result, StoreError};
use super::rows::{Entry, Recorded};
use super::sql::{Cells, Session, statements};

statements! {
    HEAD = "SELECT seq, hash, at_ms FROM journal ORDER BY seq DESC LIMIT 1";
}

pub(super) const N_SALT: usize = 16;

/// The end of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub seq: i64,
    pub hash: [u8; 32],
    /// No later event is dated before this.
    pub at: DateTime<Utc>,
}

impl Default for Head {
    fn default() -> Self {
        Self { seq: 0, hash: [0; 32], at: DateTime::<Utc>::MIN_UTC }
    }
}

/// Reads the end from the journal.
pub(super) async fn head<C: DerefMut<Target = AnyConnection>>(session: &mut Session<C>) -> Result<Head> {
    let Some(row) = session.maybe(HEAD, |q| q).await? else { return Ok(Head::default()) };
    Ok(Head { seq: row.int(0)?, hash: row.sha256(1)?, at: row.instant(2)? })
}

/// Appends entries to the chain; an entry dated before its predecessor takes the date of that one.
pub(super) fn link(mut head: Head, entries: Vec<Entry>) -> Result<(Vec<Recorded>, Head)> {
    let mut salts = vec![0; entries.len() * N_SALT];
    getrandom::fill(&mut salts)
        .map_err(|e| StoreError::Retry(format!("no random numbers to be had: {e}")))?;
    let mut out = Vec::with_capacity(entries.len());
    for (mut entry, salt) in entries.into_iter().zip(salts.chunks(N_SALT)) {
        // Whole milliseconds: what is hashed is what is stored.
        let at_ms = entry.at.max(head.at).timestamp_millis();
        entry.at = DateTime::from_timestamp_millis(at_ms).unwrap_or(head.at);
        let body_sha256 = body_sha256(salt, &entry.body);
        let mut event = Recorded {
            seq: head.seq + 1,
            entry,
            body_sha256,
            salt: salt.to_vec(),
            prev_hash: head.hash,
            hash: [0; 32],
            is_erased: false,
        };
        event.hash = hash(&event);
        head = Head { seq: event.seq, hash: event.hash, at: event.entry.at };
        out.push(event);
    }
    Ok((out, head))
}

pub(super) fn body_sha256(salt: &[u8], body: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(body).finalize().into()
}

/// The hash that an event must have.
pub(super) fn hash(event: &Recorded) -> [u8; 32] {
    let entry = &event.entry;
    let mut out = Sha256::new();
    out.update(event.prev_hash);
    for field in [
        event.seq.to_be_bytes().as_slice(),
        entry.subject.0.as_bytes(),
        &entry.version.to_be_bytes(),
        entry.kind.as_bytes(),
        &entry.schema.to_be_bytes(),
        &entry.at.timestamp_millis().to_be_bytes(),
        entry.cause.as_bytes(),
        entry.actor.as_bytes(),
        &entry.world_sha256,
        &event.body_sha256,
    ] {
        out.update((field.len() as u64).to_be_bytes());
        out.update(field);
    }
    out.finalize().into()
}

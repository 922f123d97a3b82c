//! The bytes of mail, in pieces of at most 1 MiB. In: pieces; out: the whole again. A staged mail without its inbox
//! row is nothing yet, and is swept.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::error::{Result, StoreError};
use super::rows::RawId;
use super::sql::{Cells, statements};
use super::{Reader, Store, Writer};
use crate::domain::id::InboxId;

statements! {
    ALLOT = "UPDATE meta SET number = number + ? WHERE name = 'inbox_id' RETURNING number";
    INSERT = "INSERT INTO raw (raw_id, piece, bytes) VALUES {rows iib}";
    STAGE = "INSERT INTO stage (raw_id) VALUES (?)";
    ONE = "SELECT raw_sha256, n_bytes FROM inbox WHERE inbox_id = ?";
    PIECE_OF = "SELECT bytes FROM raw WHERE raw_id = ? AND piece = ?";
    MANY = "SELECT raw_id, bytes FROM raw WHERE raw_id IN ({list i}) ORDER BY raw_id, piece";
    UNSTAGE = "DELETE FROM stage WHERE raw_id = ?";
    FORGET = "DELETE FROM raw WHERE raw_id = ?";
    ORPHANS = "SELECT raw_id FROM stage";
}

pub(super) const PIECE: usize = 1 << 20;

/// What is known of a mail that arrives in pieces.
#[derive(Default)]
pub(super) struct Staged {
    pub hash: Sha256,
    pub n_bytes: i64,
    n_pieces: i64,
}

/// A mail on its way out of the record, never held as a whole.
pub struct Pieces {
    session: Reader,
    inbox: InboxId,
    /// The number of the next piece.
    next: i64,
    hash: Sha256,
    sha256: [u8; 32],
    n_bytes: i64,
}

/// Allots `n` ids that no mail has had; the last of them.
pub(super) async fn allot(tx: &mut Writer, n: usize) -> Result<i64> {
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    tx.one(ALLOT, |q| q.bind(n)).await?.int(0)
}

/// Writes whole mails under their inbox ids.
pub(super) async fn write(tx: &mut Writer, mails: &[(InboxId, &[u8])]) -> Result<()> {
    let pieces: Vec<(i64, i64, &[u8])> =
        mails.iter().flat_map(|(id, bytes)| pieces(bytes).map(|(n, piece)| (id.0, n, piece))).collect();
    tx.each(INSERT, &pieces, |q, (id, n, bytes)| q.bind(*id).bind(*n).bind(bytes.to_vec())).await?;
    Ok(())
}

/// An empty mail is one empty piece.
fn pieces(bytes: &[u8]) -> impl Iterator<Item = (i64, &[u8])> {
    let empty = bytes.is_empty().then_some(bytes);
    (0..).zip(empty.into_iter().chain(bytes.chunks(PIECE)))
}

/// A staged mail has its inbox row now.
pub(super) async fn unstage(tx: &mut Writer, raw: RawId) -> Result<()> {
    tx.run(UNSTAGE, |q| q.bind(raw.0)).await.map(drop)
}

impl Store {
    /// Writes a piece of a mail that is too big to hold: `None` begins one, and the answer names it from then on.
    ///
    /// # Errors
    /// As any writing; [`StoreError::Conflict`] when the mail is not being staged here: begin again.
    pub async fn stage(&self, raw: Option<RawId>, piece: &[u8]) -> Result<RawId> {
        let mut staged = self.inner.staged.lock().await;
        let mut tx = self.write().await?;
        let raw = if let Some(raw) = raw {
            raw
        } else {
            let id = allot(&mut tx, 1).await?;
            tx.run(STAGE, |q| q.bind(id)).await?;
            staged.insert(RawId(id), Staged::default());
            RawId(id)
        };
        let state = staged.get_mut(&raw).ok_or_else(unknown)?;
        let first = state.n_pieces;
        let rows: Vec<(i64, &[u8])> = (first..).zip(piece.chunks(PIECE)).collect();
        tx.each(INSERT, &rows, |q, (n, bytes)| q.bind(raw.0).bind(*n).bind(bytes.to_vec())).await?;
        tx.done().await?;
        state.hash.update(piece);
        state.n_pieces += i64::try_from(rows.len()).unwrap_or_default();
        state.n_bytes += i64::try_from(piece.len()).unwrap_or_default();
        Ok(raw)
    }

    /// Gives up a mail whose pieces stopped coming.
    ///
    /// # Errors
    /// As any writing.
    pub async fn unstage(&self, raw: RawId) -> Result<()> {
        let mut staged = self.inner.staged.lock().await;
        if staged.remove(&raw).is_some() {
            let mut tx = self.write().await?;
            forget(&mut tx, raw).await?;
            tx.done().await?;
        }
        Ok(())
    }

    /// The bytes of one mail, piece by piece.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when there are none (a mail from before `start_from`, or no such mail).
    pub async fn pieces(&self, inbox: InboxId) -> Result<Pieces> {
        let mut session = self.read().await?;
        let row = session.maybe(ONE, |q| q.bind(inbox.0)).await?.ok_or_else(|| none(inbox))?;
        let (sha256, n_bytes) = (row.sha256(0)?, row.int(1)?);
        Ok(Pieces { session, inbox, next: 0, hash: Sha256::new(), sha256, n_bytes })
    }

    /// The bytes of one mail, checked against the hash of its arrival.
    ///
    /// # Errors
    /// As [`Store::pieces`] and [`Pieces::next`].
    pub async fn raw(&self, inbox: InboxId) -> Result<Vec<u8>> {
        let mut pieces = self.pieces(inbox).await?;
        let mut bytes = Vec::with_capacity(usize::try_from(pieces.n_bytes).unwrap_or_default());
        while let Some(piece) = pieces.next().await? {
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }

    /// The bytes of many mails; one without bytes is absent.
    ///
    /// # Errors
    /// As any reading.
    pub async fn raws(&self, inbox: &[InboxId]) -> Result<HashMap<InboxId, Vec<u8>>> {
        let mut out: HashMap<InboxId, Vec<u8>> = HashMap::with_capacity(inbox.len());
        for row in self.read().await?.among(MANY, inbox, |q, id| q.bind(id.0)).await? {
            out.entry(InboxId(row.int(0)?)).or_default().extend_from_slice(row.cell(1)?);
        }
        Ok(out)
    }

    /// Removes what was staged and never taken in; how many mails.
    pub(super) async fn sweep_stages(&self) -> Result<usize> {
        let mut staged = self.inner.staged.lock().await;
        let mut tx = self.write().await?;
        let orphans = tx.all(ORPHANS, |q| q).await?;
        for row in &orphans {
            forget(&mut tx, RawId(row.int(0)?)).await?;
        }
        tx.done().await?;
        staged.clear();
        Ok(orphans.len())
    }
}

impl Pieces {
    /// SHA-256 of the mail as it arrived.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// The next piece; `None` after the last, when all of them together are the bytes that arrived.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when they are not; [`StoreError::Conflict`] when no bytes were kept.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let (inbox, n) = (self.inbox, self.next);
        if let Some(row) = self.session.maybe(PIECE_OF, |q| q.bind(inbox.0).bind(n)).await? {
            let piece = row.bytes(0)?;
            self.hash.update(&piece);
            self.next += 1;
            return Ok(Some(piece));
        }
        if n == 0 {
            return Err(none(inbox));
        }
        if <[u8; 32]>::from(self.hash.clone().finalize()) != self.sha256 {
            let reason = format!("the bytes of mail {} are not those that arrived", inbox.0);
            return Err(StoreError::Corrupt(reason));
        }
        Ok(None)
    }
}

fn none(inbox: InboxId) -> StoreError {
    StoreError::Conflict(format!("of mail {} no bytes were kept, or there is no such mail", inbox.0))
}

pub(super) async fn forget(tx: &mut Writer, raw: RawId) -> Result<()> {
    tx.run(FORGET, |q| q.bind(raw.0)).await?;
    unstage(tx, raw).await
}

pub(super) fn unknown() -> StoreError {
    StoreError::Conflict("this mail is not being staged here; begin it again".into())
}

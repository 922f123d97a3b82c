//! A mailbox in memory. In: mails that are laid into it, each with its time of receipt; out: what a server would hand
//! over. It stands where the record's own mailbox of that name stands, so nothing there counts as gone or as new.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::domain::folder::FolderRole;
use crate::ports::{Body, Failure, Fetched, Found, Listing, Mailbox, PIECE, Piece, Present, Which};
use crate::store::Cursor;

/// All clones are the same mailbox.
#[derive(Debug, Clone)]
pub struct Tray {
    pub name: String,
    pub role: FolderRole,
    lies: Arc<Mutex<Lies>>,
}

#[derive(Debug, Default)]
struct Lies {
    epoch: i64,
    /// The position that the record knows of the mailbox whose place this takes.
    before: i64,
    mails: Vec<(Vec<u8>, DateTime<Utc>)>,
}

impl Lies {
    /// What lies there behind that position.
    fn found(&self, after: i64) -> impl Iterator<Item = Found> {
        let n_before = usize::try_from(after - self.before).unwrap_or_default();
        (self.before + 1..).zip(&self.mails).skip(n_before).map(|(position, (raw, at))| Found {
            locator: position.to_string(),
            position,
            n_bytes: raw.len() as u64,
            received_at: Some(*at),
            lies_since: Some(*at),
        })
    }

    fn raw(&self, locator: &str) -> Option<&[u8]> {
        let position: i64 = locator.parse().ok()?;
        let at = usize::try_from(position - self.before - 1).ok()?;
        self.mails.get(at).map(|(raw, _)| raw.as_slice())
    }
}

impl Tray {
    #[must_use]
    pub fn new(name: String, role: FolderRole) -> Self {
        Self { name, role, lies: Arc::default() }
    }

    /// A mail arrives.
    pub fn put(&self, raw: Vec<u8>, at: DateTime<Utc>) {
        self.with(|lies| lies.mails.push((raw, at)));
    }

    /// Takes the place of the mailbox that the record swept this far.
    pub(super) fn begins_after(&self, cursor: &Cursor) {
        self.with(|lies| {
            if lies.mails.is_empty() {
                (lies.epoch, lies.before) = (cursor.epoch, cursor.position);
            }
        });
    }

    fn with<T>(&self, what: impl FnOnce(&mut Lies) -> T) -> T {
        what(&mut self.lies.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Mailbox for Tray {
    async fn list(&mut self, which: Which<'_>) -> Result<Listing, Failure> {
        let found = |lies: &Lies| match which {
            Which::After(position) => lies.found(position).collect(),
            Which::These(locators) => {
                lies.found(0).filter(|found| locators.contains(&found.locator)).collect()
            }
        };
        Ok(self.with(|lies| Listing { epoch: lies.epoch, found: found(lies) }))
    }

    async fn present(&mut self) -> Result<Present, Failure> {
        let locators = |lies: &Lies| lies.found(0).map(|found| found.locator).collect();
        Ok(self.with(|lies| Present { epoch: lies.epoch, locators: locators(lies) }))
    }

    async fn fetch(&mut self, _epoch: i64, batch: &[Found]) -> Result<Vec<Fetched>, Failure> {
        let fetched = |lies: &Lies, found: &Found| {
            let body = Body::Whole(lies.raw(&found.locator)?.to_vec());
            Some(Fetched { locator: found.locator.clone(), body })
        };
        Ok(self.with(|lies| batch.iter().filter_map(|found| fetched(lies, found)).collect()))
    }

    async fn piece(&mut self, _epoch: i64, locator: &str, offset: u64) -> Result<Piece, Failure> {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let piece = |raw: &[u8]| raw.iter().skip(offset).take(PIECE).copied().collect();
        Ok(self.with(|lies| lies.raw(locator).map_or(Piece::Gone, |raw| Piece::Bytes(piece(raw)))))
    }

    /// Whoever lays a mail into it says so.
    async fn wait(&mut self, _at_most: Duration) -> Result<(), Failure> {
        Ok(())
    }
}

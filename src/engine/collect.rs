//! Mail is taken in: raw bytes, hash, receipt time and sighting are committed before anything is parsed. In: one
//! mailbox; out: inbox rows. The cursor only moves past what is safely stored, and an hourly reconciliation compares
//! everything there with everything here, so no mail is passed over in silence (FIELD.md 3).

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::service::{Idle, Service};
use super::{Engine, Stage};
use crate::domain::folder::FolderRole;
use crate::domain::message::is_stub;
use crate::ports::{Body, Clock, Fetched, Found, Mailbox, PIECE, Piece, Present, Which, in_batches};
use crate::store::{Arrival, Content, Cursor};

pub struct Collect<M> {
    pub engine: Arc<Engine>,
    /// The mailbox's name in the record: account and folder.
    pub name: String,
    pub mailbox: M,
    pub role: FolderRole,
    /// Older mail is recorded by locator, date and hash alone.
    pub start_from: Option<DateTime<Utc>>,
    /// Set by a failure: the next connection compares everything again.
    pub must_reconcile: bool,
}

const EXCHANGE: &str = "Exchange put a mail of its own in its place (\"Retrieval using the IMAP4 protocol failed\"); \
                        open it in Outlook, or have the mailbox repaired";

const RECONCILE_AFTER: TimeDelta = TimeDelta::hours(1);

#[async_trait]
impl<M: Mailbox> Service for Collect<M> {
    fn name(&self) -> String {
        format!("collect {}", self.name)
    }

    async fn run_once(&mut self) -> anyhow::Result<Idle> {
        let swept = self.sweep().await;
        self.must_reconcile |= swept.is_err();
        swept.map(|()| Idle::UntilTold)
    }

    async fn rest(&mut self, at_most: Duration, _clock: &dyn Clock) -> anyhow::Result<()> {
        let waited = self.mailbox.wait(at_most).await;
        self.must_reconcile |= waited.is_err();
        Ok(waited?)
    }
}

impl<M: Mailbox> Collect<M> {
    async fn sweep(&mut self) -> anyhow::Result<()> {
        let known = self.engine.store.cursor(&self.name).await?;
        let mut cursor = known.clone().unwrap_or_else(|| Cursor {
            mailbox: self.name.clone(),
            epoch: 0,
            position: 0,
            swept_at: None,
            reconciled_at: None,
            n_found_missing: 0,
        });
        let is_due =
            cursor.reconciled_at.is_none_or(|at| (self.engine.clock.now() - at).abs() >= RECONCILE_AFTER);
        // Asked before the listing: what arrives between the two was not passed over.
        let mut present = None;
        if self.must_reconcile || is_due {
            present = Some(self.mailbox.present().await?);
        }
        let mut listing = self.mailbox.list(Which::After(cursor.position)).await?;
        if known.is_none() {
            cursor.epoch = listing.epoch;
        } else if listing.epoch != cursor.epoch {
            tracing::warn!(
                mailbox = self.name,
                from = cursor.epoch,
                to = listing.epoch,
                "UIDVALIDITY changed"
            );
            (cursor.epoch, cursor.position) = (listing.epoch, 0);
            present = Some(self.mailbox.present().await?);
            listing = self.mailbox.list(Which::After(0)).await?;
            anyhow::ensure!(listing.epoch == cursor.epoch, "the mailbox was replaced while it was listed");
        }
        let last = listing.found.iter().map(|found| found.position).max().unwrap_or_default();
        // A Maildir has no positions, and after a restore all is listed from the beginning.
        if cursor.position == 0 {
            let seen = self.engine.store.sightings(&self.name, cursor.epoch).await?;
            listing.found.retain(|found| !seen.contains(&found.locator));
        }
        self.take_in(&listing.found, &mut cursor).await?;
        cursor.position = cursor.position.max(last);
        cursor.swept_at = Some(self.engine.clock.now());
        if let Some(present) = present {
            self.reconcile(&mut cursor, present).await?;
        }
        if known.as_ref() != Some(&cursor) {
            self.engine.store.take_in(Vec::new(), &cursor, self.engine.clock.now()).await?;
        }
        self.engine.was_swept().await
    }

    /// The set of locators there less the set here must be empty; what is not is fetched now, and counted.
    async fn reconcile(&mut self, cursor: &mut Cursor, present: Present) -> anyhow::Result<()> {
        anyhow::ensure!(present.epoch == cursor.epoch, "the mailbox was replaced while it was compared");
        let seen = self.engine.store.sightings(&self.name, cursor.epoch).await?;
        let missing: Vec<String> =
            present.locators.into_iter().filter(|locator| !seen.contains(locator)).collect();
        // What could not be fetched ends as an alarm when it was taken in after all, or is gone.
        let unreadable = self.unreadable("");
        let is_over = |key: &str| {
            key.strip_prefix(&unreadable).is_some_and(|locator| !missing.iter().any(|one| one == locator))
        };
        self.engine.alarms.clear_where(is_over).await;
        if !missing.is_empty() {
            let found = self.mailbox.list(Which::These(&missing)).await?.found;
            let n_passed = self.take_in(&found, cursor).await?;
            if n_passed > 0 {
                tracing::warn!(
                    mailbox = self.name,
                    mail.n = n_passed,
                    "reconciliation found mail that was passed over"
                );
                cursor.n_found_missing += i64::try_from(n_passed)?;
            }
            self.tell_of_what_is_not_given(cursor.epoch, &missing).await?;
        }
        cursor.reconciled_at = Some(self.engine.clock.now());
        self.must_reconcile = false;
        Ok(())
    }

    /// What stands there, was asked for and did not come: nobody else would notice.
    async fn tell_of_what_is_not_given(&mut self, epoch: i64, missing: &[String]) -> anyhow::Result<()> {
        let seen = self.engine.store.sightings(&self.name, epoch).await?;
        if missing.iter().all(|locator| seen.contains(locator)) {
            return Ok(());
        }
        let there: HashSet<String> = self.mailbox.present().await?.locators.into_iter().collect();
        for locator in missing.iter().filter(|one| !seen.contains(*one) && there.contains(*one)) {
            if !self.engine.alarms.stands(&self.unreadable(locator)).await {
                self.pass_over(locator, "it is listed, and nothing comes for it").await;
            }
        }
        Ok(())
    }

    /// Fetches and commits batch by batch: memory stays flat whatever waits. How many were taken in.
    async fn take_in(&mut self, found: &[Found], cursor: &mut Cursor) -> anyhow::Result<usize> {
        let mut n_taken = 0;
        for batch in in_batches(found) {
            let now = self.engine.clock.now();
            let engine = self.engine.clone();
            let arrivals = async {
                let arrivals = match batch {
                    [large] if large.is_large() => {
                        self.large(large, cursor.epoch, now).await?.into_iter().collect()
                    }
                    _ => self.small(batch, cursor.epoch, now).await?,
                };
                anyhow::Ok(arrivals)
            };
            let arrivals = engine.during(Stage::Fetch, arrivals).await?;
            let last = batch.iter().map(|found| found.position).max().unwrap_or_default();
            cursor.position = cursor.position.max(last);
            let locators: Vec<String> = arrivals.iter().map(|arrival| arrival.locator.clone()).collect();
            let taken = engine.store.take_in(arrivals, cursor, now);
            let taken = engine.during(Stage::TakeIn, taken).await?;
            n_taken += taken.len();
            tracing::info!(mailbox = self.name, mail.n = taken.len(), "took mail in");
            self.engine.told.read.tell();
            for locator in locators {
                self.engine.alarms.clear(&self.unreadable(&locator)).await;
            }
        }
        Ok(n_taken)
    }

    async fn small(
        &mut self,
        batch: &[Found],
        epoch: i64,
        now: DateTime<Utc>,
    ) -> anyhow::Result<Vec<Arrival>> {
        let fetched = self.mailbox.fetch(epoch, batch).await?;
        let mut arrivals = Vec::with_capacity(fetched.len());
        for Fetched { locator, body } in fetched {
            let Some(found) = batch.iter().find(|found| found.locator == locator) else { continue };
            let why = match body {
                Body::Whole(raw) if is_stub(&raw) => EXCHANGE.into(),
                Body::Whole(raw) => {
                    let (received_at, content) = if self.is_older(found) {
                        (found.lies_since, older(&raw)?)
                    } else {
                        (found.received_at, Content::Whole(raw))
                    };
                    let received_at = received_at.unwrap_or(now);
                    arrivals.push(Arrival { locator, received_at, role: self.role, content });
                    continue;
                }
                Body::Unreadable { why } => why,
            };
            self.pass_over(&locator, &why).await;
        }
        Ok(arrivals)
    }

    /// A mail that cannot be had, which is fetched again at each reconciliation.
    async fn pass_over(&mut self, locator: &str, why: &str) {
        let text = format!("mail {locator} of {} cannot be fetched: {why}", self.name);
        self.engine.alarms.raise_if_new(&self.unreadable(locator), &text).await;
    }

    /// The alarm about a mail that cannot be fetched.
    fn unreadable(&self, locator: &str) -> String {
        format!("unreadable {} {locator}", self.name)
    }

    /// A large mail comes in pieces; what is older is hashed piece by piece and not kept.
    async fn large(
        &mut self,
        found: &Found,
        epoch: i64,
        now: DateTime<Utc>,
    ) -> anyhow::Result<Option<Arrival>> {
        let is_older = self.is_older(found);
        let (mut raw, mut hash, mut offset) = (None, Sha256::new(), 0_u64);
        loop {
            let piece = match self.mailbox.piece(epoch, &found.locator, offset).await {
                Ok(Piece::Bytes(piece)) => piece,
                // Behind the end some servers have nothing to give, not even nothing.
                Ok(Piece::Unreadable { .. }) if offset > 0 && offset >= found.n_bytes => break,
                without => {
                    if let Some(raw) = raw {
                        self.engine.store.unstage(raw).await?;
                    }
                    if let Piece::Unreadable { why } = without? {
                        self.pass_over(&found.locator, &why).await;
                    }
                    return Ok(None);
                }
            };
            offset += piece.len() as u64;
            if is_older {
                hash.update(&piece);
            } else {
                raw = Some(self.engine.store.stage(raw, &piece).await?);
            }
            // A server may give less than it was asked for, and say a size that is none.
            if piece.is_empty() || piece.len() < PIECE && offset >= found.n_bytes {
                break;
            }
        }
        let content = match raw {
            Some(raw) => Content::Staged(raw),
            None => Content::Older { sha256: hash.finalize().into(), n_bytes: i64::try_from(offset)? },
        };
        let received_at = if is_older { found.lies_since } else { found.received_at }.unwrap_or(now);
        Ok(Some(Arrival { locator: found.locator.clone(), received_at, role: self.role, content }))
    }

    fn is_older(&self, found: &Found) -> bool {
        matches!((self.start_from, found.lies_since), (Some(start), Some(at)) if at < start)
    }
}

fn older(raw: &[u8]) -> anyhow::Result<Content> {
    Ok(Content::Older { sha256: Sha256::digest(raw).into(), n_bytes: i64::try_from(raw.len())? })
}

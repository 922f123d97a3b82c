//! Inbox rows become readings, readings become work. In: raw bytes; out: what they say, however odd they are. A row
//! with an attempt is read alone, and one that was hit twice by another process: only a mail that ends its reader is
//! set aside, never one that was read when the daemon was killed (FIELD.md 2). A large one is read by another process,
//! too, so that memory does not grow with it.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use async_trait::async_trait;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::probe::{Probe, Probed};
use super::service::{Idle, Service};
use super::{Engine, Stage, Work};
use crate::domain::id::InboxId;
use crate::domain::message::{Own, read_message, vouch};
use crate::domain::notification::{Reading, read_notification};
use crate::domain::route::ReadMail;
use crate::domain::world::World;
use crate::store::{Restored, StoreError, Waiting};

pub struct Read {
    engine: Arc<Engine>,
    probe: Probe,
    /// Read beside the decider's work on the portion before.
    ahead: Option<Portion>,
    /// What is to be read next, and is named as such in the record.
    named: VecDeque<Waiting>,
}

/// Mails that were read and not yet decided.
struct Portion {
    last: InboxId,
    work: Vec<Work>,
}

/// Mails that are read and decided together, and their bytes. No more than are sent together: a commit of mails and
/// a commit of answers take turns.
const AT_MOST: usize = 64;
const BYTES_AT_MOST: i64 = 8 << 20;
/// Mails that are named together as being read.
const NAMED: i64 = 128;
/// The process ended so often while it read this mail, once alone: another process reads it.
const SUSPECT: i64 = 2;
/// Nothing is tried for ever, whatever the reason.
const MAX_ATTEMPTS: i64 = 100;

#[async_trait]
impl Service for Read {
    fn name(&self) -> String {
        "read".into()
    }

    async fn run_once(&mut self) -> anyhow::Result<Idle> {
        if self.engine.is_held_back() {
            return Ok(Idle::UntilTold);
        }
        let portion = match self.ahead.take() {
            Some(portion) => Some(portion),
            None => self.next().await?,
        };
        let Some(Portion { last, work }) = portion else { return Ok(Idle::UntilTold) };
        let (decided, ahead) = tokio::join!(decide(self.engine.clone(), work), self.portion(Some(last)));
        decided?;
        self.ahead = ahead?;
        Ok(Idle::Never)
    }

    /// Nothing that waits was in the way of an orderly stop.
    async fn finish(&mut self) -> anyhow::Result<()> {
        Ok(self.engine.store.end_reading().await?)
    }
}

impl Read {
    #[must_use]
    pub fn new(engine: Arc<Engine>, probe: Probe) -> Self {
        Self { engine, probe, ahead: None, named: VecDeque::new() }
    }

    /// Reads what waits longest.
    async fn next(&mut self) -> anyhow::Result<Option<Portion>> {
        self.named.clear();
        let longest = self.readable(1, None).await?;
        let Some(first) = longest.into_iter().find(|row| row.n_attempts > 0) else {
            return self.portion(None).await;
        };
        let (inbox, n) = (first.inbox, first.n_attempts);
        if n >= MAX_ATTEMPTS {
            let reason = format!("the program ended {n} times while it read this mail");
            return Ok(Some(Portion { last: inbox, work: vec![Work::Aside { inbox, reason }] }));
        }
        let apart = if n >= SUSPECT { self.apart(&first).await? } else { None };
        self.engine.store.begin_reading(&[inbox]).await?;
        let work = match apart {
            Some(work) => vec![work],
            None => self.read(vec![first]).await?,
        };
        Ok(Some(Portion { last: inbox, work }))
    }

    /// Reads what waits behind `last`: as many as go together, up to the first that is under suspicion.
    async fn portion(&mut self, last: Option<InboxId>) -> anyhow::Result<Option<Portion>> {
        if self.named.is_empty() {
            let waiting = self.readable(NAMED, last).await?;
            let store = &self.engine.store;
            self.named.extend(waiting.into_iter().take_while(|row| row.n_attempts == 0));
            let ids: Vec<InboxId> = self.named.iter().map(|row| row.inbox).collect();
            store.begin_reading(&ids).await?;
        }
        let mut n_bytes = 0;
        let together = self.named.iter().take(AT_MOST).enumerate().take_while(|(at, row)| {
            n_bytes += row.n_bytes;
            *at == 0 || n_bytes <= BYTES_AT_MOST
        });
        let n = together.count();
        let rows: Vec<Waiting> = self.named.drain(..n).collect();
        let Some(last) = rows.last().map(|row| row.inbox) else { return Ok(None) };
        Ok(Some(Portion { last, work: self.read(rows).await? }))
    }

    async fn readable(&self, limit: i64, after: Option<InboxId>) -> anyhow::Result<Vec<Waiting>> {
        let must_be_vouched = self.engine.world().office.verify_dkim;
        Ok(self.engine.store.readable(limit, after, must_be_vouched).await?)
    }

    async fn read(&self, rows: Vec<Waiting>) -> anyhow::Result<Vec<Work>> {
        if let [large] = rows.as_slice()
            && large.n_bytes > BYTES_AT_MOST
            && let Some(work) = self.apart(large).await?
        {
            return Ok(vec![work]);
        }
        self.here(rows).await
    }

    /// Another process reads it: what came of that, if it has anything to say under the World in force.
    async fn apart(&self, row: &Waiting) -> anyhow::Result<Option<Work>> {
        let (engine, inbox) = (&self.engine, row.inbox);
        let world = engine.world();
        let probed = self.probe.read(&engine.store, inbox, &world);
        let aside = |reason| Some(Work::Aside { inbox, reason });
        match engine.during(Stage::Read, probed).await {
            Ok(Probed::Read { sha256, reading }) => {
                Ok(Some(mail_of(row, &sha256, *reading, engine.restored())))
            }
            Ok(Probed::Ended(why)) => Ok(aside(why)),
            Ok(Probed::Unheard) => Ok(None),
            Err(error) => match error.downcast() {
                Ok(StoreError::Corrupt(reason)) => Ok(aside(reason)),
                Ok(error) => Err(error.into()),
                Err(error) => Err(error),
            },
        }
    }

    async fn here(&self, rows: Vec<Waiting>) -> anyhow::Result<Vec<Work>> {
        let engine = &self.engine;
        let ids: Vec<InboxId> = rows.iter().map(|row| row.inbox).collect();
        let loaded = engine.during(Stage::Load, async {
            match rows.as_slice() {
                [large] if large.n_bytes > BYTES_AT_MOST => {
                    Ok(HashMap::from([(large.inbox, engine.store.raw(large.inbox).await?)]))
                }
                _ => engine.store.raws(&ids).await,
            }
        });
        let mut loaded = match (loaded.await, ids.as_slice()) {
            (Err(StoreError::Corrupt(reason)), [inbox]) => {
                return Ok(vec![Work::Aside { inbox: *inbox, reason }]);
            }
            (loaded, _) => loaded?,
        };
        let (world, restored) = (engine.world(), engine.restored());
        let work = super::beside::compute(move || {
            let read = rows.into_iter().filter_map(|row| {
                let bytes = loaded.remove(&row.inbox)?;
                Some(work_of(&row, &bytes, &world, restored))
            });
            read.collect()
        });
        Ok(engine.during(Stage::Read, work).await?)
    }
}

async fn decide(engine: Arc<Engine>, work: Vec<Work>) -> anyhow::Result<()> {
    let done = engine.handle(work).await?;
    if done.iter().any(Result::is_err) || engine.alarms.any().await {
        engine.review_alarms().await?;
    }
    Ok(())
}

fn work_of(row: &Waiting, raw: &[u8], world: &World, restored: Restored) -> Work {
    match catch_unwind(AssertUnwindSafe(|| read_mail(raw, world))) {
        Ok(reading) => mail_of(row, &Sha256::digest(raw).into(), reading, restored),
        Err(_) => Work::Aside {
            inbox: row.inbox,
            reason: "the reader failed on it: please report this mail".into(),
        },
    }
}

/// What was found of its signatures when it came is what counts.
fn mail_of(row: &Waiting, sha256: &[u8; 32], mut reading: Reading, restored: Restored) -> Work {
    if let Some(vouched) = &row.vouched {
        reading.sender.vouch = vouched.judge();
    }
    let (sha256, perhaps_answered) = (HEXLOWER.encode(sha256), restored.covers(row.inbox));
    let Waiting { inbox, received_at, role, .. } = *row;
    Work::Mail(Box::new(ReadMail {
        inbox,
        received_at,
        role,
        sha256,
        reading,
        perhaps_answered,
        is_read_again: false,
    }))
}

/// Bytes to reading: what the mail says and who vouches for its sender.
#[must_use]
pub fn read_mail(raw: &[u8], world: &World) -> Reading {
    crate::fault::mail(raw);
    let own = Own { office: &world.office, keys: &world.keys };
    let message = read_message(raw, &own);
    let vouch = vouch(raw, &world.office.authserv_ids);
    read_notification(&message, vouch, &world.policy)
}

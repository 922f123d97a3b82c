//! The record: inbox, journal, register, timer, outbox, in SQLite (the embedded default) or PostgreSQL, one SQL
//! text for both. In: rows; out: rows. It decides nothing; whatever a decision changes goes down in one [`Commit`].

mod alarm;
mod backup;
mod chain;
mod code;
mod commit;
mod count;
mod dialect;
mod error;
mod in_force;
mod inbox;
mod intake;
mod journal;
mod lease;
mod migrate;
mod open;
mod outbox;
mod raw;
mod register;
mod restored;
mod rows;
mod sql;
mod vouched;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use sqlx::any::AnyConnectOptions;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, Transaction};
use tokio::sync::Mutex;

pub use alarm::Alarm;
pub use backup::Replaced;
pub use chain::Head;
pub use commit::Committed;
pub use count::Counts;
pub use dialect::Engine;
pub use error::{Result, StoreError};
pub use in_force::InForce;
pub use inbox::{InboxFilter, KnownMail};
pub use journal::Verified;
pub use lease::Term;
pub use open::{Options, Setting};
pub use outbox::{Delivery, Letter, LetterFilter, Rescued, Unsettled};
pub use raw::Pieces;
pub use register::{RegisterFilter, Timer};
pub use restored::Restored;
pub use rows::*;
pub use vouched::Unvouched;

use crate::domain::id::InboxId;
use sql::{Session, Sql};

/// The record. Cheap to clone: all clones share one writing connection and a small pool of reading ones.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    connect: AnyConnectOptions,
    /// One connection: whoever writes, waits for its turn here and not in the database.
    writer: AnyPool,
    readers: AnyPool,
    /// The end of the chain, while we know it: taken before a commit, put back after it held.
    head: Mutex<Option<Head>>,
    /// Mails that arrive in pieces, with their running hash.
    staged: Mutex<HashMap<RawId, raw::Staged>>,
    /// What is being read, as it stands in `meta`.
    reading: Mutex<BTreeSet<InboxId>>,
}

type Reader = Session<PoolConnection<Any>>;
type Writer = Session<Transaction<'static, Any>>;

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("engine", &self.inner.engine).finish_non_exhaustive()
    }
}

impl Store {
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.inner.engine
    }

    async fn read(&self) -> Result<Reader> {
        Ok(Session { conn: self.inner.readers.acquire().await?, engine: self.inner.engine })
    }

    /// Begins the one writing transaction; dropped without [`Writer::done`], it leaves nothing behind.
    async fn write(&self) -> Result<Writer> {
        let engine = self.inner.engine;
        let begun = match self.inner.writer.begin_with(engine.begin()).await {
            // When the disk is full SQLite ends the transaction by itself, and sqlx 0.9.0 goes on counting it as
            // begun for ever: such a connection is of no more use.
            Err(sqlx::Error::InvalidSavePointStatement) => {
                self.inner.writer.acquire().await?.close().await?;
                self.inner.writer.begin_with(engine.begin()).await?
            }
            begun => begun?,
        };
        Ok(Session { conn: begun, engine })
    }
}

impl Writer {
    async fn done(self) -> Result<()> {
        crate::fault::point("before a commit").await;
        self.conn.commit().await?;
        crate::fault::point("after a commit").await;
        Ok(())
    }
}

/// Every statement of the store, by file.
const STATEMENTS: &[&[Sql]] = &[
    alarm::ALL,
    backup::ALL,
    chain::ALL,
    commit::ALL,
    count::ALL,
    in_force::ALL,
    inbox::ALL,
    intake::ALL,
    journal::ALL,
    lease::ALL,
    open::ALL,
    outbox::ALL,
    outbox::CLAIM,
    outbox::LIST,
    raw::ALL,
    register::ALL,
    restored::ALL,
    vouched::ALL,
];

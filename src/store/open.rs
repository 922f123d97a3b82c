//! Opening the record: file rights, connections, migrations. In: an address; out: a [`Store`] whose every connection
//! keeps what it commits through a loss of power, or a sentence that says what to do.

use std::fs;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use rustix::fs::{StatVfsMountFlags, statvfs};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AnyConnection, AnyPool, ConnectOptions, Connection};
use tokio::sync::Mutex;

use super::dialect::Engine;
use super::error::{Result, StoreError};
use super::migrate::{self, migrator};
use super::sql::{Cells, statements};
use super::{Inner, Store, backup};

statements! {
    PROBE = "UPDATE meta SET number = number WHERE name = ?";
}

/// How to open the record.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub n_readers: u32,
    /// For commands that only look: no file is made, nothing is migrated, nothing can be written.
    pub read_only: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { n_readers: 4, read_only: false }
    }
}

/// A setting as one of our connections reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// `writer`, `reader 1`, ...
    pub connection: String,
    pub name: &'static str,
    pub value: String,
}

impl Store {
    /// Opens `sqlite:///absolute/path` or `postgres://user@host/database`.
    ///
    /// # Errors
    /// [`StoreError::Stop`] with a sentence when the record cannot be used as it is, [`StoreError::Retry`] when it
    /// is out of reach.
    pub async fn open(url: &str, options: &Options) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let engine = Engine::of(url).ok_or_else(|| {
            StoreError::Stop(format!(
                "{:?} is no address of a record; expected sqlite:///path or postgres://user@host/database",
                url.split(':').next().unwrap_or_default()
            ))
        })?;
        let file = (engine == Engine::Sqlite).then(|| sqlite_file(url)).transpose()?;
        if let Some(file) = &file {
            make_private(file, options.read_only)?;
        }
        let address = match &file {
            Some(file) if options.read_only && is_frozen(file) => format!("{url}?immutable=true"),
            _ => url.to_owned(),
        };
        let connect = AnyConnectOptions::from_str(&address)?.disable_statement_logging();
        // A pool would only say that it has waited long.
        let mut conn = AnyConnection::connect_with(&connect).await?;
        if options.read_only {
            sqlx::raw_sql(engine.reader_setup()).execute(&mut conn).await?;
            migrate::require(&mut conn, engine, migrator(engine)).await?;
        } else {
            sqlx::raw_sql(engine.writer_setup()).execute(&mut conn).await?;
            migrate::migrate(&mut conn, engine, migrator(engine), file.as_deref()).await?;
        }
        conn.close().await?;
        let writer_setup = if options.read_only { engine.reader_setup() } else { engine.writer_setup() };
        let writer = pool(connect.clone(), engine, 1, writer_setup).await?;
        let readers = pool(connect.clone(), engine, options.n_readers.max(1), engine.reader_setup()).await?;
        let inner = Inner {
            engine,
            connect,
            writer,
            readers,
            head: Mutex::default(),
            staged: Mutex::default(),
            reading: Mutex::default(),
        };
        let store = Self { inner: Arc::new(inner) };
        if !options.read_only {
            store.probe().await?;
        }
        Ok(store)
    }

    /// May we write?
    async fn probe(&self) -> Result<()> {
        let mut tx = self.write().await?;
        tx.run(PROBE, |q| q.bind("")).await?;
        tx.done().await
    }

    /// What each pooled connection says about durability, read back from the database.
    ///
    /// # Errors
    /// As any reading.
    pub async fn settings(&self) -> Result<Vec<Setting>> {
        let mut out = Vec::new();
        for (role, pool) in [("writer", &self.inner.writer), ("reader", &self.inner.readers)] {
            let mut held = Vec::new();
            for n in 1..=pool.options().get_max_connections() {
                let connection = if role == "writer" { role.to_owned() } else { format!("{role} {n}") };
                let mut conn = pool.acquire().await?;
                for (name, query) in self.inner.engine.settings() {
                    let row = sqlx::query(*query).fetch_one(&mut *conn).await?;
                    out.push(Setting { connection: connection.clone(), name, value: row.text(0)? });
                }
                held.push(conn);
            }
        }
        Ok(out)
    }

    /// Ends all connections once they are given back.
    pub async fn close(&self) {
        self.inner.readers.close().await;
        self.inner.writer.close().await;
    }
}

/// The file of an SQLite address.
pub(super) fn sqlite_file(url: &str) -> Result<PathBuf> {
    if !url.starts_with("sqlite:///") || url.contains('?') {
        return Err(StoreError::Stop(format!(
            "{url:?} is no address of a record; expected sqlite:// and an absolute path, without parameters"
        )));
    }
    Ok(SqliteConnectOptions::from_str(url)?.get_filename().to_owned())
}

/// On a disk that nobody can write to SQLite cannot make the files that it shares with a writer; nor is there one. What
/// a crash left in the log is not in the file, so then SQLite is left to say that it cannot open it.
fn is_frozen(file: &Path) -> bool {
    let is_read_only =
        |at: &Path| statvfs(at).is_ok_and(|disk| disk.f_flag.contains(StatVfsMountFlags::RDONLY));
    let has_log = || fs::metadata(backup::with(file, "-wal")).is_ok_and(|log| log.len() > 0);
    is_read_only(file) && !has_log()
}

/// The file and what SQLite makes beside it (which takes its rights) are for its owner alone.
fn make_private(file: &Path, must_exist: bool) -> Result<()> {
    let sentence = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::StorageFull => StoreError::Full,
        std::io::ErrorKind::NotFound if must_exist => {
            StoreError::Stop(format!("there is no record at {}: start `sscd run` first", file.display()))
        }
        _ => StoreError::Stop(format!("the record {} cannot be opened: {e}", file.display())),
    };
    if must_exist {
        return fs::File::open(file).map(drop).map_err(sentence);
    }
    let opened = fs::OpenOptions::new().append(true).create(true).mode(0o600).open(file).map_err(sentence)?;
    let mut rights = opened.metadata().map_err(sentence)?.permissions();
    if rights.mode() & 0o077 != 0 {
        rights.set_mode(0o600);
        opened.set_permissions(rights).map_err(sentence)?;
    }
    Ok(())
}

async fn pool(connect: AnyConnectOptions, engine: Engine, size: u32, setup: &'static str) -> Result<AnyPool> {
    let options = AnyPoolOptions::new()
        .max_connections(size)
        .min_connections(if engine == Engine::Sqlite { size } else { 0 })
        .idle_timeout(None)
        .max_lifetime(None)
        // A local file does not go away between two statements; a server may.
        .test_before_acquire(engine == Engine::Postgres)
        .after_connect(move |conn, _| {
            Box::pin(async move {
                sqlx::raw_sql(setup).execute(conn).await?;
                Ok(())
            })
        });
    Ok(options.connect_with(connect).await?)
}

//! Copies of the record, out and back. In: a path, and the installation's keys; out: a file that was opened, checked
//! and found whole before it got its name.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use chrono::{DateTime, Utc};
use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, ConnectOptions, Connection};

use super::Store;
use super::dialect::Engine;
use super::error::{Result, StoreError};
use super::journal::Verified;
use super::open::{Options, sqlite_file};
use super::sql::{Cells, Session, Sql, statements};

/// SQLite alone knows it.
const COPY: Sql = Sql("VACUUM INTO ?");

statements! {
    PUT_KEYS = "INSERT INTO meta (name, number, words) VALUES ('keys', NULL, ?) \
        ON CONFLICT (name) DO UPDATE SET words = excluded.words";
    KEYS = "SELECT words FROM meta WHERE name = 'keys'";
    DROP_KEYS = "DELETE FROM meta WHERE name = 'keys'";
}

impl Store {
    /// Writes a verified copy of the whole record to a new file, and into it the keys without which its letters are
    /// strangers; the end of its journal.
    ///
    /// # Errors
    /// [`StoreError::Stop`] when the file is there already, or on PostgreSQL, whose own tool is `pg_dump`.
    pub async fn backup(&self, to: &Path, keys: Option<&str>) -> Result<Verified> {
        if self.inner.engine == Engine::Postgres {
            return Err(StoreError::Stop(
                "a record in PostgreSQL is backed up with its own tool: pg_dump --format=custom".into(),
            ));
        }
        // A connection of its own: nobody waits for the copy.
        let mut conn = AnyConnection::connect_with(&self.inner.connect).await?;
        copy(&mut conn, to, keys).await?;
        conn.close().await?;
        let copy = Self::open(&url_of(to)?, &Options { n_readers: 1, read_only: true }).await?;
        let verified = copy.verify().await;
        copy.close().await;
        verified
    }

    /// The keys that a restored record has brought along, until they are in their folder.
    ///
    /// # Errors
    /// As any reading.
    pub async fn keys_brought(&self) -> Result<Option<String>> {
        self.read().await?.maybe(KEYS, |q| q).await?.map(|row| row.text(0)).transpose()
    }

    /// They are in their folder, and nowhere else.
    ///
    /// # Errors
    /// As any writing.
    pub async fn keys_are_kept(&self) -> Result<()> {
        let mut tx = self.write().await?;
        tx.run(DROP_KEYS, |q| q).await?;
        tx.done().await
    }
}

/// What a restore did.
#[derive(Debug)]
pub struct Replaced {
    pub verified: Verified,
    /// Where the old record is kept; `None` where there was none.
    pub aside: Option<PathBuf>,
}

impl Store {
    /// Puts a verified copy of `backup` in place of the record at `url`, which nobody may have open. A step that fails
    /// leaves the old record under its name or beside it, complete. The copy knows that it is one ([`Store::restored`]).
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the backup is not whole; [`StoreError::Stop`] on PostgreSQL.
    pub async fn restore(url: &str, backup: &Path, now: DateTime<Utc>) -> Result<Replaced> {
        if Engine::of(url) != Some(Engine::Sqlite) {
            return Err(StoreError::Stop(
                "a record in PostgreSQL is restored with its own tool: pg_restore".into(),
            ));
        }
        sqlx::any::install_default_drivers();
        let file = sqlite_file(url)?;
        let cannot = |e: std::io::Error| match e.kind() {
            std::io::ErrorKind::StorageFull => StoreError::Full,
            _ => StoreError::Stop(format!("the record {} cannot be replaced: {e}", file.display())),
        };
        if !backup.is_file() {
            return Err(StoreError::Stop(format!("there is no backup at {}", backup.display())));
        }
        let fresh = beside(&file, "restoring");
        remove_record(&fresh).map_err(cannot)?;
        let verified = match prepare(backup, &fresh).await {
            Ok(verified) => verified,
            Err(error) => {
                remove_record(&fresh).map_err(cannot)?;
                return Err(error);
            }
        };
        let aside = beside(&file, &now.format("before-restore-%Y%m%dT%H%M%S%3fZ").to_string());
        let aside = keep_aside(&file, &aside).map_err(cannot)?.then_some(aside);
        // The log of the old record must not be applied to the new one.
        for log in ["-wal", "-shm"] {
            gone(fs::remove_file(with(&file, log))).map_err(cannot)?;
        }
        fs::rename(&fresh, &file).map_err(cannot)?;
        if let Some(folder) = file.parent() {
            fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(cannot)?;
        }
        Ok(Replaced { verified, aside })
    }
}

/// A checked copy in the form of this program, its journal proven whole.
async fn prepare(backup: &Path, fresh: &Path) -> Result<Verified> {
    let connect = AnyConnectOptions::from_str(&url_of(backup)?)?.disable_statement_logging();
    let mut conn = AnyConnection::connect_with(&connect).await?;
    let copied = copy(&mut conn, fresh, None).await;
    conn.close().await?;
    copied?;
    let store = Store::open(&url_of(fresh)?, &Options { n_readers: 1, read_only: false }).await?;
    let verified = store.verify().await;
    let marked = store.mark_restored().await;
    store.close().await;
    marked?;
    match verified? {
        Verified::Broken { seq, why } => Err(StoreError::Corrupt(format!(
            "event {seq} of the journal in {}: {why}; take another backup",
            backup.display()
        ))),
        whole @ Verified::Whole { .. } => Ok(whole),
    }
}

/// A file that SQLite keeps beside another.
pub(super) fn with(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn beside(file: &Path, word: &str) -> PathBuf {
    file.with_extension(format!("{word}.db"))
}

fn gone(removed: std::io::Result<()>) -> std::io::Result<()> {
    removed.or_else(|e| if e.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(e) })
}

/// Removes what an earlier restore left half done.
fn remove_record(file: &Path) -> std::io::Result<()> {
    ["", "-wal", "-shm"].into_iter().try_for_each(|suffix| gone(fs::remove_file(with(file, suffix))))
}

/// Gives a record and its log a second name; false where there is none.
fn keep_aside(file: &Path, aside: &Path) -> std::io::Result<bool> {
    if !file.exists() {
        return Ok(false);
    }
    fs::hard_link(file, aside)?;
    gone(fs::hard_link(with(file, "-wal"), with(aside, "-wal")))?;
    Ok(true)
}

/// Copies an SQLite record to a new file, checked by the engine before it gets its name.
pub(super) async fn copy(conn: &mut AnyConnection, to: &Path, keys: Option<&str>) -> Result<()> {
    let cannot = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::StorageFull => StoreError::Full,
        _ => StoreError::Stop(format!("the backup {} cannot be written: {e}", to.display())),
    };
    if to.exists() {
        return Err(StoreError::Stop(format!(
            "{} is there already: a backup never overwrites; name a new file",
            to.display()
        )));
    }
    let part = PathBuf::from(format!("{}.part", to.display()));
    gone(fs::remove_file(&part)).map_err(cannot)?;
    // SQLite accepts an empty file; so the copy is for its owner alone from its first byte on.
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part).map_err(cannot)?;
    let path =
        part.to_str().ok_or_else(|| StoreError::Stop(format!("{} is no path in UTF-8", part.display())))?;
    let path = path.to_owned();
    Session { conn, engine: Engine::Sqlite }.run(COPY, |q| q.bind(path)).await?;
    finish(&part, keys).await?;
    fs::File::open(&part).and_then(|file| file.sync_all()).map_err(cannot)?;
    fs::rename(&part, to).map_err(cannot)?;
    if let Some(folder) = to.parent() {
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(cannot)?;
    }
    Ok(())
}

/// Adds the keys, and has the engine look at every page.
async fn finish(file: &Path, keys: Option<&str>) -> Result<()> {
    let connect = AnyConnectOptions::from_str(&url_of(file)?)?.disable_statement_logging();
    let mut conn = AnyConnection::connect_with(&connect).await?;
    if let Some(keys) = keys {
        let keys = keys.to_owned();
        Session { conn: &mut conn, engine: Engine::Sqlite }.run(PUT_KEYS, |q| q.bind(keys)).await?;
    }
    let found = sqlx::query("PRAGMA integrity_check(1)").fetch_one(&mut conn).await?.text(0)?;
    conn.close().await?;
    match found.as_str() {
        "ok" => Ok(()),
        _ => Err(StoreError::Corrupt(format!("the copy {} is not whole: {found}", file.display()))),
    }
}

/// The address of a file.
fn url_of(file: &Path) -> Result<String> {
    let absolute = std::path::absolute(file)
        .map_err(|e| StoreError::Stop(format!("{} is no path: {e}", file.display())))?;
    let text = absolute
        .to_str()
        .ok_or_else(|| StoreError::Stop(format!("{} is no path in UTF-8", absolute.display())))?;
    Ok(format!("sqlite://{}", text.replace('%', "%25").replace('?', "%3f").replace('#', "%23")))
}

//! Copies of the record. In: a path; out: a file that was opened, checked and found whole before it got its name.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, ConnectOptions, Connection};

use super::Store;
use super::dialect::Engine;
use super::error::{Result, StoreError};
use super::journal::Verified;
use super::open::Options;
use super::sql::{Cells, Session, Sql};

/// SQLite alone knows it.
const COPY: Sql = Sql("VACUUM INTO ?");

impl Store {
    /// Writes a verified copy of the whole record to a new file; the end of its journal.
    ///
    /// # Errors
    /// [`StoreError::Stop`] when the file is there already, or on PostgreSQL, whose own tool is `pg_dump`.
    pub async fn backup(&self, to: &Path) -> Result<Verified> {
        if self.inner.engine == Engine::Postgres {
            return Err(StoreError::Stop(
                "a record in PostgreSQL is backed up with its own tool: pg_dump --format=custom".into(),
            ));
        }
        // A connection of its own: nobody waits for the copy.
        let mut conn = AnyConnection::connect_with(&self.inner.connect).await?;
        copy(&mut conn, to).await?;
        conn.close().await?;
        let copy = Self::open(&url_of(to)?, &Options { n_readers: 1, read_only: true }).await?;
        let verified = copy.verify().await;
        copy.close().await;
        verified
    }
}

/// Copies an SQLite record to a new file, checked by the engine before it gets its name.
pub(super) async fn copy(conn: &mut AnyConnection, to: &Path) -> Result<()> {
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
    fs::remove_file(&part)
        .or_else(|e| if e.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(e) })
        .map_err(cannot)?;
    // SQLite accepts an empty file; so the copy is for its owner alone from its first byte on.
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part).map_err(cannot)?;
    let path =
        part.to_str().ok_or_else(|| StoreError::Stop(format!("{} is no path in UTF-8", part.display())))?;
    let path = path.to_owned();
    Session { conn, engine: Engine::Sqlite }.run(COPY, |q| q.bind(path)).await?;
    check(&part).await?;
    fs::File::open(&part).and_then(|file| file.sync_all()).map_err(cannot)?;
    fs::rename(&part, to).map_err(cannot)?;
    if let Some(folder) = to.parent() {
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(cannot)?;
    }
    Ok(())
}

async fn check(file: &Path) -> Result<()> {
    let connect = AnyConnectOptions::from_str(&url_of(file)?)?.disable_statement_logging();
    let mut conn = AnyConnection::connect_with(&connect).await?;
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

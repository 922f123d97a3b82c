//! Bringing a record to the form that this program knows. In: a connection; out: the form, or a sentence. Invariant:
//! what holds something is copied, and the copy checked, before it is changed.

use std::path::{Path, PathBuf};

use sqlx::AnyConnection;
use sqlx::migrate::{Migrate, MigrateError, Migrator};

use super::backup;
use super::dialect::Engine;
use super::error::{Result, StoreError};
use super::sql::{Session, Sql};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

pub(super) fn migrator(engine: Engine) -> &'static Migrator {
    match engine {
        Engine::Sqlite => &SQLITE,
        Engine::Postgres => &POSTGRES,
    }
}

/// Brings the record to our form; one that holds something is copied first, and the copy is checked.
pub(super) async fn migrate(
    conn: &mut AnyConnection,
    engine: Engine,
    migrator: &Migrator,
    file: Option<&Path>,
) -> Result<()> {
    let applied = applied(conn, engine, migrator).await?;
    refuse_newer(&applied, migrator)?;
    if migrator.iter().all(|m| applied.contains(&m.version)) {
        return Ok(());
    }
    if let Some(form) = applied.iter().max() {
        if let Some(file) = file {
            backup::copy(conn, &free_name(file, *form), None).await?;
        } else {
            tracing::warn!("the record is migrated, each step in one transaction; its backup is pg_dump's");
        }
    }
    migrator.run(conn).await.map_err(migration_error)
}

/// For those who only look: the record must have our form already.
pub(super) async fn require(conn: &mut AnyConnection, engine: Engine, migrator: &Migrator) -> Result<()> {
    let applied = applied(conn, engine, migrator).await?;
    refuse_newer(&applied, migrator)?;
    if migrator.iter().all(|m| applied.contains(&m.version)) {
        return Ok(());
    }
    Err(StoreError::Stop(
        "the record was written by an older sscd, or holds nothing yet: start `sscd run` once, which brings it up \
         to date"
            .into(),
    ))
}

/// The versions that the database has gone through; none for an empty one.
async fn applied(conn: &mut AnyConnection, engine: Engine, migrator: &Migrator) -> Result<Vec<i64>> {
    let table = migrator.table_name.as_ref();
    let exists = Sql(engine.table_exists());
    let there = Session { conn: &mut *conn, engine }.maybe(exists, |q| q.bind(table.to_owned())).await?;
    if there.is_none() {
        return Ok(Vec::new());
    }
    let list = conn.list_applied_migrations(table).await.map_err(migration_error)?;
    Ok(list.iter().map(|m| m.version).collect())
}

fn refuse_newer(applied: &[i64], migrator: &Migrator) -> Result<()> {
    let known = migrator.iter().map(|m| m.version).max().unwrap_or_default();
    match applied.iter().max() {
        Some(found) if *found > known => Err(StoreError::Stop(format!(
            "the record has form {found} and this sscd knows form {known} at most: a newer sscd wrote it; start \
             that one, or restore a backup from before"
        ))),
        _ => Ok(()),
    }
}

/// A new name beside the record, for a migration may fail and be tried again.
fn free_name(file: &Path, form: i64) -> PathBuf {
    let name = |n: u32| file.with_extension(format!("form-{form}.{n}.backup"));
    (1..1000).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(0))
}

fn migration_error(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(e) | MigrateError::ExecuteMigration(e, _) => e.into(),
        e => StoreError::Stop(format!("the record has not the form that this sscd expects: {e}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Options, Store};
    use sqlx::migrate::{Migration, MigrationType};
    use sqlx::{Connection, SqlSafeStr};

    /// The form that this program knows.
    fn form() -> i64 {
        SQLITE.iter().map(|step| step.version).max().unwrap()
    }

    async fn migrate_to(url: &str, file: &Path, sql: &'static str) -> Result<()> {
        let mut steps: Vec<Migration> = SQLITE.iter().cloned().collect();
        steps.push(Migration::new(
            form() + 1,
            "next".into(),
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        ));
        let mut conn = AnyConnection::connect(url).await.unwrap();
        let done = migrate(&mut conn, Engine::Sqlite, &Migrator::with_migrations(steps), Some(file)).await;
        conn.close().await.unwrap();
        done
    }

    #[tokio::test]
    async fn what_holds_something_is_copied_before_it_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("record.db");
        let url = format!("sqlite://{}", file.display());
        let at = chrono::DateTime::UNIX_EPOCH;
        let store = Store::open(&url, &Options::default()).await.unwrap();
        store.raise("disk", "the disk is full", at).await.unwrap();
        store.close().await;

        migrate_to(&url, &file, "ALTER TABLE alarm ADD COLUMN a TEXT; SELECT nonsense").await.unwrap_err();
        migrate_to(&url, &file, "ALTER TABLE alarm ADD COLUMN a TEXT").await.unwrap();
        for n in [1, 2] {
            let copy = folder.path().join(format!("record.form-{}.{n}.backup", form()));
            let copy =
                Store::open(&format!("sqlite://{}", copy.display()), &Options::default()).await.unwrap();
            assert_eq!(copy.alarms().await.unwrap().len(), 1);
        }
        let newer = Store::open(&url, &Options::default()).await.unwrap_err();
        assert!(newer.to_string().contains(&format!("form {}", form() + 1)), "{newer}");
    }
}

//! The few real differences between SQLite and PostgreSQL. In: which engine; out: texts. All other SQL is written
//! once, see [`Sql`](super::sql::Sql).

/// The database behind the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The embedded default.
    Sqlite,
    Postgres,
}

impl Engine {
    /// From the scheme of an address.
    pub(super) fn of(url: &str) -> Option<Self> {
        let (scheme, _) = url.split_once(':')?;
        match scheme {
            "sqlite" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            _ => None,
        }
    }

    /// SQLite takes the write lock at once: a transaction that reads first and writes later could not wait for it.
    pub(super) fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// Everything that is read until its end is of one moment.
    pub(super) fn begin_snapshot(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// Run on every new connection that writes.
    pub(super) fn writer_setup(self) -> &'static str {
        match self {
            // page_size: a mail of ten kilobytes in fewer pages, a tenth less work (it counts for a new file only).
            // recursive_triggers: else INSERT OR REPLACE deletes without asking the triggers that forbid it.
            Self::Sqlite => {
                "PRAGMA busy_timeout = 10000; PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; \
                 PRAGMA synchronous = FULL; \
                 PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; PRAGMA trusted_schema = OFF; \
                 PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4000; \
                 PRAGMA journal_size_limit = 67108864"
            }
            Self::Postgres => {
                "SET synchronous_commit = on; SET lock_timeout = '10s'; SET client_min_messages = warning"
            }
        }
    }

    /// Run on every new connection that reads.
    pub(super) fn reader_setup(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "PRAGMA busy_timeout = 10000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                 PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4000; \
                 PRAGMA query_only = ON"
            }
            Self::Postgres => "SET default_transaction_read_only = on; SET client_min_messages = warning",
        }
    }

    /// What says whether a commit survives a loss of power: name, and the query that reads it.
    pub(super) fn settings(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Sqlite => &[
                ("journal_mode", "PRAGMA journal_mode"),
                (
                    "synchronous",
                    "SELECT CASE synchronous WHEN 2 THEN 'full' WHEN 1 THEN 'normal' WHEN 0 \
                                 THEN 'off' ELSE 'extra' END FROM pragma_synchronous",
                ),
                (
                    "foreign_keys",
                    "SELECT CASE foreign_keys WHEN 1 THEN 'on' ELSE 'off' END FROM pragma_foreign_keys",
                ),
            ],
            Self::Postgres => &[
                ("fsync", "SELECT current_setting('fsync')"),
                ("synchronous_commit", "SELECT current_setting('synchronous_commit')"),
                ("full_page_writes", "SELECT current_setting('full_page_writes')"),
            ],
        }
    }

    /// Is there a table of this name? One row if so.
    pub(super) fn table_exists(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = ?",
            Self::Postgres => {
                "SELECT CAST(table_name AS TEXT) FROM information_schema.tables \
                 WHERE table_schema = current_schema() AND table_name = ?"
            }
        }
    }

    /// Before a body is erased: freed pages are overwritten with zeros.
    pub(super) fn before_erasure(self) -> Option<&'static str> {
        (self == Self::Sqlite).then_some("PRAGMA secure_delete = ON")
    }

    /// After a body was erased: older copies of its page leave the disk too.
    pub(super) fn after_erasure(self) -> &'static str {
        match self {
            Self::Sqlite => "PRAGMA secure_delete = OFF; PRAGMA wal_checkpoint(TRUNCATE)",
            Self::Postgres => "VACUUM journal_body",
        }
    }

    pub(super) fn n_bytes(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
            Self::Postgres => "SELECT pg_database_size(current_database())",
        }
    }

    /// Rows that say what is wrong with the database file; `ok`, or none, when nothing is.
    pub(super) fn self_check(self) -> Option<&'static str> {
        (self == Self::Sqlite).then_some("PRAGMA integrity_check(10)")
    }
}

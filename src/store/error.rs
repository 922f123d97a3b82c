//! What can go wrong with the record, named by what happens next. In: errors of the driver; out: [`StoreError`],
//! whose text never holds a value from a row.

use sqlx::error::{DatabaseError, ErrorKind};

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It breaks a rule that the database holds, uniqueness among them: refuse it, or set the one signal aside.
    #[error("the record refused it: {0}")]
    Conflict(String),
    /// Another process decides now: stop deciding.
    #[error("this process no longer holds the lease of the record: another one decides")]
    Lost,
    /// No room left: stop collecting, raise the alarm, try later.
    #[error("the disk that holds the record is full: free some space, nothing was lost")]
    Full,
    /// Busy or out of reach: try again.
    #[error("the record cannot be reached at the moment: {0}")]
    Retry(String),
    /// The record is not as it was written: set the subject aside, raise the alarm.
    #[error("the record is damaged: {0}")]
    Corrupt(String),
    /// It cannot work until a person does something: end with this sentence.
    #[error("{0}")]
    Stop(String),
}

pub type Result<T> = std::result::Result<T, StoreError>;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(e) => from_database(e.as_ref()),
            sqlx::Error::Configuration(e) => {
                Self::Stop(format!("the address of the record cannot be used: {e}"))
            }
            sqlx::Error::Io(e) if e.kind() == std::io::ErrorKind::StorageFull => Self::Full,
            e @ (sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed) => Self::Retry(e.to_string()),
            e => Self::Corrupt(e.to_string()),
        }
    }
}

fn from_database(error: &dyn DatabaseError) -> StoreError {
    let code = error.code().unwrap_or_default();
    let said = || error.message().to_owned();
    match error.kind() {
        ErrorKind::UniqueViolation
        | ErrorKind::ForeignKeyViolation
        | ErrorKind::NotNullViolation
        | ErrorKind::CheckViolation => return StoreError::Conflict(said()),
        _ => {}
    }
    match code.parse::<u32>() {
        // SQLite gives extended result codes as numbers; PostgreSQL's five characters never mean these when numeric.
        Ok(number) if code.len() < 5 => from_sqlite(number, said()),
        _ => from_postgres(&code, said()),
    }
}

/// <https://www.sqlite.org/rescode.html>: the lower byte is the primary code.
fn from_sqlite(code: u32, said: String) -> StoreError {
    match code & 0xff {
        // SQLITE_FULL; SQLITE_IOERR_SHMSIZE is how a full disk shows when the shared memory file must grow.
        13 => StoreError::Full,
        _ if code == 4874 => StoreError::Full,
        8 => StoreError::Stop(format!(
            "the record cannot be written ({said}): give this user the right to write its file and folder"
        )),
        11 | 26 => StoreError::Corrupt(format!("{said}; restore it from a backup")),
        14 => StoreError::Stop(format!("the record cannot be opened ({said}): check its path and rights")),
        18..=20 => StoreError::Conflict(said),
        5 | 6 | 10 => StoreError::Retry(said),
        _ => StoreError::Corrupt(said),
    }
}

/// Classes of PostgreSQL's Appendix A.
fn from_postgres(code: &str, said: String) -> StoreError {
    match code {
        "53100" => StoreError::Full,
        "25006" => StoreError::Stop(format!(
            "the record cannot be written ({said}): connect to the primary server, with a user who may write"
        )),
        "28000" | "28P01" | "3D000" | "42501" => {
            StoreError::Stop(format!("the record cannot be opened: {said}"))
        }
        _ if code.starts_with("22") || code.starts_with("23") => StoreError::Conflict(said),
        _ if ["08", "40", "53", "55", "57"].iter().any(|class| code.starts_with(class)) => {
            StoreError::Retry(said)
        }
        _ => StoreError::Corrupt(said),
    }
}

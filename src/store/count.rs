//! How much of what the record holds, and whether it is sound. In: nothing; out: numbers and remarks.

use sqlx::Executor;

use super::error::Result;
use super::journal::Verified;
use super::rows::{DeliveryState, Outcome};
use super::sql::{Cells, Session, Sql, statements};
use super::{STATEMENTS, Store};

statements! {
    INBOX = "SELECT outcome, count(*) FROM inbox GROUP BY outcome ORDER BY outcome";
    DELIVERIES = "SELECT state, count(*) FROM delivery GROUP BY state ORDER BY state";
    LETTERS = "SELECT state, count(*) FROM letter GROUP BY state ORDER BY state";
    SUBJECTS = "SELECT kind, stage, count(*) FROM register GROUP BY kind, stage ORDER BY kind, stage";
    REST = "SELECT (SELECT count(*) FROM journal), (SELECT count(*) FROM timer), (SELECT count(*) FROM sighting)";
}

/// The record in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    pub inbox: Vec<(Outcome, i64)>,
    pub deliveries: Vec<(DeliveryState, i64)>,
    /// By state: draft, sealed, discarded.
    pub letters: Vec<(String, i64)>,
    /// By kind and stage.
    pub subjects: Vec<(String, String, i64)>,
    pub n_events: i64,
    pub n_timers: i64,
    pub n_sightings: i64,
    pub n_bytes: i64,
}

impl Counts {
    /// Deliveries that have not come to an end.
    #[must_use]
    pub fn n_open_deliveries(&self) -> i64 {
        self.deliveries.iter().filter(|(state, _)| !state.is_final()).map(|(_, n)| n).sum()
    }
}

impl Store {
    /// The record in numbers, all of one moment.
    ///
    /// # Errors
    /// As any reading.
    pub async fn counts(&self) -> Result<Counts> {
        let engine = self.inner.engine;
        let conn = self.inner.readers.begin_with(engine.begin_snapshot()).await?;
        let mut reader = Session { conn, engine };
        let mut inbox = Vec::new();
        for row in reader.all(INBOX, |q| q).await? {
            inbox.push((Outcome::read(row.cell(0)?)?, row.int(1)?));
        }
        let mut deliveries = Vec::new();
        for row in reader.all(DELIVERIES, |q| q).await? {
            deliveries.push((DeliveryState::read(row.cell(0)?)?, row.int(1)?));
        }
        let letters = reader.all(LETTERS, |q| q).await?;
        let letters = letters.iter().map(|row| Ok((row.text(0)?, row.int(1)?))).collect::<Result<_>>()?;
        let subjects = reader.all(SUBJECTS, |q| q).await?;
        let subjects = subjects
            .iter()
            .map(|row| Ok((row.text(0)?, row.text(1)?, row.int(2)?)))
            .collect::<Result<_>>()?;
        let rest = reader.one(REST, |q| q).await?;
        let n_bytes = reader.one(Sql(engine.n_bytes()), |q| q).await?.int(0)?;
        reader.conn.rollback().await?;
        Ok(Counts {
            inbox,
            deliveries,
            letters,
            subjects,
            n_events: rest.int(0)?,
            n_timers: rest.int(1)?,
            n_sightings: rest.int(2)?,
            n_bytes,
        })
    }

    /// Everything that is wrong with the record, in sentences; none when it is sound. Asks the engine, prepares each
    /// statement of this program, and computes the chain again.
    ///
    /// # Errors
    /// As any reading; a record that is not sound is an answer and no error.
    pub async fn integrity_check(&self) -> Result<Vec<String>> {
        let mut remarks = Vec::new();
        let mut reader = self.read().await?;
        if let Some(check) = self.inner.engine.self_check() {
            for row in reader.all(Sql(check), |q| q).await? {
                let said = row.text(0)?;
                if said != "ok" {
                    remarks.push(said);
                }
            }
        }
        drop(reader);
        remarks.extend(self.unfit_statements().await?);
        if let Verified::Broken { seq, why } = self.verify().await? {
            remarks.push(format!("event {seq} of the journal: {why}"));
        }
        Ok(remarks)
    }

    /// Statements of this program that the database does not understand.
    async fn unfit_statements(&self) -> Result<Vec<String>> {
        let engine = self.inner.engine;
        let mut remarks = Vec::new();
        let mut reader = self.read().await?;
        for sql in STATEMENTS.iter().copied().flatten() {
            for n in [1, 8] {
                let text = sqlx::AssertSqlSafe(sql.text(engine, n));
                if let Err(e) = (&mut *reader.conn).prepare(sqlx::SqlSafeStr::into_sql_str(text)).await {
                    remarks.push(format!("the statement {:?} does not fit: {e}", sql.0));
                }
            }
        }
        Ok(remarks)
    }
}

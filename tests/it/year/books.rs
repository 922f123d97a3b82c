//! The books of a simulated year, kept by a second hand: each event once, in its order. In: an engine; out: what every
//! subject comes to, and whether the register and the timers say the same.

use std::collections::{BTreeMap, BTreeSet};

use sscd::domain::case::{self, Case};
use sscd::domain::desk::{self, Desk};
use sscd::domain::id::SubjectId;
use sscd::domain::review::{self, Review, ReviewId};
use sscd::engine::Engine;
use sscd::store::Entry;

use crate::scenario::record::{check_case, check_desk, check_review};

#[derive(Default)]
pub struct Books {
    seq: i64,
    pub cases: BTreeMap<SubjectId, Case>,
    pub reviews: BTreeMap<SubjectId, Review>,
    desk: Desk,
    /// Since the last check.
    changed: BTreeSet<SubjectId>,
}

impl Books {
    /// Enters what happened.
    pub async fn catch_up(&mut self, engine: &Engine) -> Result<(), String> {
        let recorded = engine.store.journal_all(self.seq, i64::MAX).await;
        for one in recorded.map_err(|error| error.to_string())? {
            self.seq = one.seq;
            self.enter(&one.entry)
                .map_err(|error| format!("event {} of {}: {error:#}", one.seq, one.entry.subject.0))?;
            self.changed.insert(one.entry.subject);
        }
        Ok(())
    }

    fn enter(&mut self, entry: &Entry) -> anyhow::Result<()> {
        let (of, schema, body) = (&entry.subject, entry.schema, &entry.body);
        if *of == SubjectId::desk() {
            let event = desk::Event::decode(schema, body)?;
            self.desk = desk::apply(std::mem::take(&mut self.desk), &event, entry.at)?;
        } else if ReviewId::of(of).is_some() {
            let review =
                review::apply(self.reviews.remove(of), &review::Event::decode(schema, body)?, entry.at)?;
            self.reviews.insert(of.clone(), review);
        } else {
            let case = case::apply(self.cases.remove(of), &case::Event::decode(schema, body)?, entry.at)?;
            self.cases.insert(of.clone(), case);
        }
        Ok(())
    }

    /// Whatever was changed since the last check stands in the register, with its waits.
    pub async fn check(&mut self, engine: &Engine) -> Result<(), String> {
        let changed: Vec<SubjectId> = std::mem::take(&mut self.changed).into_iter().collect();
        let rows = engine.store.registers(&changed).await.map_err(|error| error.to_string())?;
        if rows.len() != changed.len() {
            return Err(format!("{} rows of the register for {} subjects", rows.len(), changed.len()));
        }
        for row in &rows {
            if let Some(case) = self.cases.get(&row.subject) {
                check_case(engine, row, case).await?;
            } else if let Some(review) = self.reviews.get(&row.subject) {
                check_review(engine, row, review).await?;
            } else {
                check_desk(engine, row, &self.desk).await?;
            }
        }
        Ok(())
    }
}

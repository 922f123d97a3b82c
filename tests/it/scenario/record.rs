//! What must hold of every record, whatever was played. In: an engine; out: nothing, or what does not hold; and what its
//! cases went through.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sscd::domain::case::{Case, Event, next, waits};
use sscd::domain::desk::{self, Desk};
use sscd::domain::id::SubjectId;
use sscd::domain::review::{self, Review, ReviewId};
use sscd::engine::{Engine, fold, fold_desk, fold_review};
use sscd::store::{Recorded, RegisterFilter, RegisterRow, Verified};

use crate::journal::new_parts;

/// As [`check_caches`]; and every form of an event is one that `tests/journal` keeps.
pub async fn check_record(engine: &Engine) -> Result<(), String> {
    for recorded in engine.store.journal_all(0, i64::MAX).await.unwrap() {
        new_parts(&recorded.entry.kind, recorded.entry.schema, &recorded.entry.body)?;
    }
    check_caches(engine).await
}

/// The chain is whole, and the register and timers are what the journal comes to.
pub async fn check_caches(engine: &Engine) -> Result<(), String> {
    let store = &engine.store;
    if !matches!(store.verify().await.unwrap(), Verified::Whole { .. }) {
        return Err("the journal's chain is broken".into());
    }
    for row in store.register_list(&RegisterFilter::All, None, i64::MAX).await.unwrap() {
        check_row(engine, &row).await?;
    }
    Ok(())
}

/// A row of the register, and the timers of its subject, are what its journal comes to.
async fn check_row(engine: &Engine, row: &RegisterRow) -> Result<(), String> {
    let journal = engine.store.journal(&row.subject).await.unwrap();
    let entries: Vec<_> = journal.into_iter().map(|recorded| recorded.entry).collect();
    let said = |error: anyhow::Error| format!("{error:#}");
    let nothing = "a row without a fact";
    if row.subject == SubjectId::desk() {
        check_desk(engine, row, &fold_desk(&entries).map_err(said)?).await
    } else if ReviewId::of(&row.subject).is_some() {
        check_review(engine, row, &fold_review(&entries).map_err(said)?.ok_or(nothing)?).await
    } else {
        check_case(engine, row, &fold(&entries).map_err(said)?.ok_or(nothing)?).await
    }
}

/// The events of all cases and reviews, and of the Desk, that led to another status, each with the status.
pub async fn moves(engine: &Engine) -> BTreeSet<(String, &'static str)> {
    let mut moves = BTreeSet::new();
    let store = &engine.store;
    for row in store.register_list(&RegisterFilter::Kind("case".into()), None, i64::MAX).await.unwrap() {
        let mut stage = None;
        for recorded in store.journal(&row.subject).await.unwrap() {
            let event = Event::decode(recorded.entry.schema, &recorded.entry.body).unwrap();
            let to = next(stage, event.kind());
            if to != stage {
                moves.extend(to.map(|to| (event.kind().to_string(), to.title())));
            }
            stage = to;
        }
    }
    for row in store.register_list(&RegisterFilter::Kind("review".into()), None, i64::MAX).await.unwrap() {
        let mut stage = None;
        for recorded in store.journal(&row.subject).await.unwrap() {
            let event = review::Event::decode(recorded.entry.schema, &recorded.entry.body).unwrap();
            let to = review::next(stage, event.kind());
            if to != stage {
                moves.extend(to.map(|to| (format!("review {}", event.kind()), to.title())));
            }
            stage = to;
        }
    }
    moves.extend(moves_of_desk(&store.journal(&SubjectId::desk()).await.unwrap()));
    moves
}

/// The same for the parts of the Desk; each is where the picture says.
fn moves_of_desk(journal: &[Recorded]) -> BTreeSet<(String, &'static str)> {
    let mut moves = BTreeSet::new();
    let mut before = desk::Desk::default();
    for recorded in journal {
        let event = desk::Event::decode(recorded.entry.schema, &recorded.entry.body).unwrap();
        let after = desk::apply(before.clone(), &event, recorded.entry.at).unwrap();
        if let Some(about) = desk::About::of(&event) {
            let (from, to) = (about.stage(&before), about.stage(&after));
            assert_eq!(desk::next(from, about.kind), Some(to), "{event:?}");
            if from != to {
                moves.insert((format!("desk {}", about.kind), to.title()));
            }
        }
        before = after;
    }
    moves
}

pub async fn check_case(engine: &Engine, row: &RegisterRow, case: &Case) -> Result<(), String> {
    let waits = waits(case, &engine.world());
    check(engine, row, case, waits.iter().map(|wait| (wait.kind.name(), wait.due_at))).await
}

pub async fn check_review(engine: &Engine, row: &RegisterRow, review: &Review) -> Result<(), String> {
    let waits = review::waits(review, &engine.world());
    check(engine, row, review, waits.iter().map(|wait| (wait.kind.name(), wait.due_at))).await
}

pub async fn check_desk(engine: &Engine, row: &RegisterRow, desk: &Desk) -> Result<(), String> {
    let waits = desk::waits(desk, &engine.world());
    check(engine, row, desk, waits.iter().map(|wait| (wait.kind.name(), wait.due_at))).await
}

async fn check(
    engine: &Engine,
    row: &RegisterRow,
    subject: &impl Serialize,
    waits: impl Iterator<Item = (&'static str, DateTime<Utc>)>,
) -> Result<(), String> {
    if serde_json::to_vec(subject).unwrap() != row.body {
        return Err(format!("the register's {} is not what the journal comes to", row.subject.0));
    }
    let timers = engine.store.timers(&row.subject).await.unwrap();
    let timers: BTreeSet<_> = timers.iter().map(|timer| (timer.kind.as_str(), timer.due_at)).collect();
    if timers == waits.collect() {
        Ok(())
    } else {
        Err(format!("the timers of {} are not its waits: {timers:?}", row.subject.0))
    }
}

//! Register and timers from the journal alone: they are caches, and a bug in a cache is never a loss.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::fold::{rows_of, rows_of_desk};
use super::review::{row_of, timers_of};
use crate::domain::case::{Case, Event, apply};
use crate::domain::desk::{self, Desk};
use crate::domain::id::SubjectId;
use crate::domain::review::{self, Review, ReviewId};
use crate::domain::world::World;
use crate::store::{Store, Term};

const PAGE: i64 = 1_000;

/// Folds the whole journal and replaces register and timers; the number of cases. `progress` hears of each page.
///
/// # Errors
/// When an event does not read, may not follow, or was erased: the sentence names it.
pub async fn rebuild(
    store: &Store,
    term: Term,
    world: &World,
    mut progress: impl FnMut(u64),
) -> anyhow::Result<usize> {
    let mut cases: BTreeMap<SubjectId, (Option<Case>, i64, DateTime<Utc>)> = BTreeMap::new();
    let mut reviews: BTreeMap<SubjectId, (Option<Review>, i64, DateTime<Utc>)> = BTreeMap::new();
    let mut desk: Option<(Desk, i64, DateTime<Utc>)> = None;
    let mut after = 0;
    loop {
        let page = store.journal_all(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        progress(page.len() as u64);
        for recorded in &page {
            let entry = &recorded.entry;
            if entry.subject == SubjectId::desk() {
                let event = desk::Event::decode(entry.schema, &entry.body)
                    .map_err(|corrupt| anyhow::anyhow!("event {}: {corrupt}", recorded.seq))?;
                let (before, ..) = desk.take().unwrap_or_default();
                desk = Some((desk::apply(before, &event, entry.at)?, entry.version, entry.at));
                continue;
            }
            if ReviewId::of(&entry.subject).is_some() {
                let (review, version, at) =
                    reviews.entry(entry.subject.clone()).or_insert((None, 0, entry.at));
                let event = review::Event::decode(entry.schema, &entry.body)
                    .map_err(|corrupt| anyhow::anyhow!("event {}: {corrupt}", recorded.seq))?;
                *review = Some(review::apply(review.take(), &event, entry.at)?);
                (*version, *at) = (entry.version, entry.at);
                continue;
            }
            let (case, version, at) = cases.entry(entry.subject.clone()).or_insert((None, 0, entry.at));
            let event = Event::decode(entry.schema, &entry.body)
                .map_err(|corrupt| anyhow::anyhow!("event {}: {corrupt}", recorded.seq))?;
            *case = Some(apply(case.take(), &event, entry.at)?);
            (*version, *at) = (entry.version, entry.at);
        }
    }
    let (mut rows, mut timers) = (Vec::new(), Vec::new());
    for (subject, (case, version, at)) in cases {
        let Some(case) = case else { continue };
        let (row, waits) = rows_of(&case, version, world, at)?;
        rows.push(row);
        timers.push((subject, waits));
    }
    let n = rows.len();
    for (subject, (review, version, at)) in reviews {
        let Some(review) = review else { continue };
        rows.push(row_of(&review, version, at)?);
        timers.push((subject, timers_of(&review, world)));
    }
    if let Some((desk, version, at)) = desk {
        let (row, waits) = rows_of_desk(&desk, version, world, at)?;
        rows.push(row);
        timers.push((SubjectId::desk(), waits));
    }
    store.replace_register(term, &rows, &timers).await?;
    Ok(n)
}

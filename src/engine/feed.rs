//! A reader's calendar from the record. In: the record, the files and the day; out: the calendar as text. Invariant: it
//! writes nothing, and the same record gives the same bytes.

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::calendar;
use crate::domain::case::Case;
use crate::domain::desk::Desk;
use crate::domain::directory::Person;
use crate::domain::feed::{Followed, entries};
use crate::domain::id::SubjectId;
use crate::domain::review::{Event, Stage};
use crate::domain::world::World;
use crate::store::{RegisterFilter, RegisterRow, Store};

const PAGE: i64 = 200;
/// As the reader's program shows it.
const NAME: &str = "SSC: due dates and meetings";

/// A calendar, and how many entries it has.
#[derive(Debug)]
pub struct Feed {
    pub text: String,
    pub n_entries: usize,
}

/// # Errors
/// When the record cannot be read.
pub async fn feed(store: &Store, world: &World, reader: &Person, on: NaiveDate) -> anyhow::Result<Feed> {
    let mut reviews = Vec::new();
    let is_over =
        |row: &RegisterRow| [Stage::Completed, Stage::Dropped].iter().any(|one| one.name() == row.stage);
    for row in rows(store, "review").await?.into_iter().filter(|row| !is_over(row)) {
        reviews.extend(followed(store, &row.subject).await?);
    }
    let mut cases = Vec::new();
    for row in rows(store, "case").await? {
        let case: Case = serde_json::from_slice(&row.body)
            .with_context(|| format!("the register's {} does not read: run `sscd rebuild`", row.subject.0))?;
        cases.extend(case.review.is_some().then_some(case));
    }
    let desk = store.registers(&[SubjectId::desk()]).await?.pop();
    let desk: Option<Desk> = desk.map(|row| serde_json::from_slice(&row.body)).transpose()?;
    let since = desk.and_then(|desk| desk.opened_at).unwrap_or(DateTime::<Utc>::UNIX_EPOCH);
    let entries = entries(reader, &reviews, &cases, since, world, on);
    Ok(Feed { text: calendar::feed(NAME, &entries), n_entries: entries.len() })
}

async fn followed(store: &Store, subject: &SubjectId) -> anyhow::Result<Option<Followed>> {
    let mut events = Vec::new();
    for recorded in store.journal(subject).await? {
        let entry = recorded.entry;
        events.push((entry.at, Event::decode(entry.schema, &entry.body)?));
    }
    Ok(Followed::of(events)?)
}

async fn rows(store: &Store, kind: &str) -> anyhow::Result<Vec<RegisterRow>> {
    let filter = RegisterFilter::Kind(kind.into());
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = store.register_list(&filter, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after = Some(last.subject.clone());
        all.extend(page);
    }
}

//! The figures for the Desk's letters, read from the record page by page. In: the record; out: [`Figures`]. Invariant:
//! every list that is read has an end, however large the record is.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::domain::case::Case;
use crate::domain::desk::{Desk, Figures, MOST, Mail, OfLetter};
use crate::domain::folder::FolderRole;
use crate::domain::letter::Swept;
use crate::domain::message::Classification;
use crate::domain::review::Review;
use crate::domain::world::World;
use crate::store::{
    DeliveryState, InboxFilter, InboxRow, Letter, LetterState, Outcome, RegisterFilter, RegisterRow, Store,
};

const PAGE: i64 = 200;
/// Pages of mails: what is beyond was there before, and waits already.
const PAGES: usize = 50;

/// # Errors
/// As any reading.
pub(super) async fn look_up(
    store: &Store,
    desk: &Desk,
    world: &World,
    now: DateTime<Utc>,
    mailboxes: Option<&BTreeSet<String>>,
) -> anyhow::Result<Figures> {
    let mut figures = Figures::new(desk, world, now);
    each(store, "case", |case: &Case| figures.case(case, world)).await?;
    each(store, "review", |review: &Review| {
        if !review.stage.is_over() {
            figures.review(review, world);
        }
    })
    .await?;
    mails(store, world, now, &mut figures).await?;
    let most = i64::try_from(MOST)?;
    let (drafts, n) = store.oldest_drafts(most).await?;
    figures.drafts(drafts.iter().map(draft), n);
    let (failed, n) = store.oldest_failed(most).await?;
    figures.failed(failed.iter().map(lost), n);
    for alarm in store.alarms().await? {
        figures.alarm(&alarm.key, &alarm.text, alarm.raised_at);
    }
    for cursor in store.cursors().await? {
        if mailboxes.is_none_or(|here| here.contains(&cursor.mailbox)) {
            figures.mailbox(Swept {
                name: cursor.mailbox,
                swept_at: cursor.swept_at,
                reconciled_at: cursor.reconciled_at,
                n_found_missing: cursor.n_found_missing,
            });
        }
    }
    let head = store.head().await?;
    figures.ends_at(head.seq, HEXLOWER.encode(&head.hash));
    Ok(figures)
}

/// Takes every subject of that kind as the register has it.
async fn each<T: DeserializeOwned>(
    store: &Store,
    kind: &str,
    mut take: impl FnMut(&T),
) -> anyhow::Result<()> {
    let filter = RegisterFilter::Kind(kind.into());
    let mut after = None;
    loop {
        let page = store.register_list(&filter, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.subject.clone());
        page.iter().filter_map(decoded).for_each(|subject| take(&subject));
    }
}

fn decoded<T: DeserializeOwned>(row: &RegisterRow) -> Option<T> {
    let decoded = serde_json::from_slice(&row.body);
    if decoded.is_err() {
        tracing::error!(subject = row.subject.0, "the register does not read: run `sscd rebuild`");
    }
    decoded.ok()
}

async fn mails(
    store: &Store,
    world: &World,
    now: DateTime<Utc>,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let mut before = None;
    for _ in 0..PAGES {
        let page = store.inbox_list(&InboxFilter::Open, before, PAGE).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.inbox);
        for row in &page {
            figures.open_mail(&mail(row, row.received_at, row.reason.clone()), world);
        }
    }
    let (since, until) = (figures.since(), now);
    let filter = InboxFilter::Ended { outcome: Outcome::NotANotification, since, until };
    let mut before = None;
    for _ in 0..PAGES {
        let page = store.inbox_list(&filter, before, PAGE).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.inbox);
        // What colleagues wrote, and what was filed to a case, is ours.
        for row in page.iter().filter(|row| row.role != FolderRole::Sent && row.subjects.is_empty()) {
            figures.not_ours(&mail(row, row.done_at.unwrap_or(row.received_at), None));
        }
    }
    Ok(())
}

/// All that is asked of a reading here.
#[derive(Deserialize)]
struct Marked {
    classification: Classification,
}

fn mail(row: &InboxRow, at: DateTime<Utc>, why: Option<String>) -> Mail {
    let marked = row.reading.as_ref().and_then(|reading| serde_json::from_slice::<Marked>(reading).ok());
    let is_red = marked.is_some_and(|marked| marked.classification >= Classification::Red);
    Mail {
        inbox: row.inbox,
        at,
        sender: row.sender.clone(),
        title: row.title.clone(),
        why: why.filter(|_| !is_red),
        is_red,
    }
}

fn draft(letter: &Letter) -> OfLetter {
    let LetterState::Draft { because, .. } = &letter.state else {
        return of(letter, letter.made_at, String::new());
    };
    of(letter, letter.made_at, because.clone())
}

/// Since when somebody has not got it, who, and what was said.
fn lost(letter: &Letter) -> OfLetter {
    let failed = letter
        .deliveries
        .iter()
        .filter(|one| matches!(one.state, DeliveryState::Refused | DeliveryState::Expired));
    let mut at = letter.made_at;
    let mut said = Vec::new();
    for one in failed {
        at = at.max(one.settled_at.unwrap_or(at));
        said.push(format!("{}: {}", one.recipient, one.answer.as_deref().unwrap_or("no answer")));
    }
    of(letter, at, said.join("; "))
}

fn of(letter: &Letter, at: DateTime<Utc>, why: String) -> OfLetter {
    let Letter { letter, subject, kind, .. } = letter;
    OfLetter { letter: *letter, subject: subject.clone(), kind: kind.clone(), at, why }
}

//! What the daemon will send if nobody does anything. In: a rehearsal on a copy of the record, and a day; out: each letter
//! with its time, its readers and its reason, and what stands still and waits for a person. Invariant: no letter's text
//! and no value that a User stated is in it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use chrono::{DateTime, Utc};

use super::{Rehearsal, reason};
use crate::domain::case::{Case, waits};
use crate::domain::id::{LetterId, SubjectId};
use crate::store::{InboxFilter, LetterFilter, LetterState, RegisterFilter};

/// A letter that will leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreseen {
    pub at: DateTime<Utc>,
    pub letter: LetterId,
    pub kind: String,
    pub to: Vec<String>,
    pub subject: SubjectId,
    /// The cases that it speaks of, where the record says which.
    pub about: BTreeSet<String>,
    pub why: String,
}

#[derive(Debug, Clone, Default)]
pub struct Forecast {
    pub letters: Vec<Foreseen>,
    /// What waits for a person at the end, each with the case where it is about one.
    pub standing: Vec<(Option<SubjectId>, String)>,
    /// Alarms that would be raised on the way.
    pub alarms: Vec<String>,
    /// Where it was given up before its end.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Turns of the clock before it is given up: years of a busy office.
pub const MOST_STEPS: usize = 20_000;

/// Lets the time pass until `until`, from wait to wait.
///
/// # Errors
/// When the record cannot be read or written, or its services never come to rest.
pub async fn forecast(
    rehearsal: &mut Rehearsal,
    until: DateTime<Utc>,
    most_steps: usize,
) -> anyhow::Result<Forecast> {
    let mut forecast = Forecast::default();
    let mut seq = rehearsal.engine.store.head().await?.seq;
    let stood: BTreeSet<String> =
        rehearsal.engine.store.alarms().await?.into_iter().map(|one| one.key).collect();
    let (mut reasons, mut expected) = (BTreeMap::new(), waited_for(rehearsal, rehearsal.now()).await?);
    let mut steps = 0..most_steps;
    loop {
        let next = rehearsal.settle().await?;
        let recorded = rehearsal.engine.store.journal_all(seq, i64::MAX).await?;
        seq = recorded.last().map_or(seq, |last| last.seq);
        reasons.extend(reason::of_letters(&recorded, &expected));
        take(rehearsal, &mut reasons, &mut forecast.letters).await?;
        let Some(next) = next.filter(|next| *next <= until) else { break };
        if steps.next().is_none() {
            forecast.ended_at = Some(rehearsal.now());
            break;
        }
        expected = waited_for(rehearsal, next).await?;
        rehearsal.clock.turn_to(next);
    }
    let alarms = rehearsal.engine.store.alarms().await?.into_iter();
    forecast.alarms = alarms.filter(|alarm| !stood.contains(&alarm.key)).map(|alarm| alarm.text).collect();
    forecast.standing = standing(rehearsal).await?;
    Ok(forecast)
}

/// What the waits that are over at `at` wait for, by subject and kind.
async fn waited_for(
    rehearsal: &Rehearsal,
    at: DateTime<Utc>,
) -> anyhow::Result<BTreeMap<(SubjectId, String), String>> {
    let store = &rehearsal.engine.store;
    let due = store.due_timers(at, i64::MAX).await?;
    let subjects: BTreeSet<SubjectId> = due.into_iter().map(|timer| timer.subject).collect();
    let subjects: Vec<SubjectId> = subjects.into_iter().collect();
    let world = rehearsal.engine.world();
    let mut all = BTreeMap::new();
    for row in store.registers(&subjects).await?.into_iter().filter(|row| row.kind == "case") {
        let case: Case = serde_json::from_slice(&row.body).context("read the register")?;
        let waits = waits(&case, &world).into_iter();
        all.extend(waits.map(|wait| ((row.subject.clone(), wait.kind.name().to_owned()), wait.what)));
    }
    Ok(all)
}

/// The letters that left by now.
async fn take(
    rehearsal: &Rehearsal,
    reasons: &mut BTreeMap<LetterId, reason::Reason>,
    letters: &mut Vec<Foreseen>,
) -> anyhow::Result<()> {
    let store = &rehearsal.engine.store;
    let mut taken = Vec::new();
    for sent in rehearsal.post.take() {
        let letter = store.by_message_id(&sent.message_id).await?;
        let letter = letter.context("a letter left that the record does not know")?;
        if !reasons.contains_key(&letter.letter) {
            let before = store.journal(&letter.subject).await?;
            let earlier = reason::of_letters(&before, &BTreeMap::new());
            reasons.extend(earlier.into_iter().filter(|(one, _)| *one == letter.letter));
        }
        // As the record orders them: they are handed over side by side.
        let recipients = letter.deliveries.iter().map(|delivery| delivery.recipient.to_string());
        let to = recipients.filter(|recipient| sent.to.contains(recipient)).collect();
        let reason = reasons.get(&letter.letter).cloned().unwrap_or_default();
        taken.push(Foreseen {
            at: rehearsal.now(),
            letter: letter.letter,
            kind: letter.kind,
            to,
            subject: letter.subject,
            about: reason.about,
            why: reason.why,
        });
    }
    taken.sort_by_key(|letter| letter.letter);
    letters.extend(taken);
    Ok(())
}

/// What only a person moves on.
async fn standing(rehearsal: &Rehearsal) -> anyhow::Result<Vec<(Option<SubjectId>, String)>> {
    let store = &rehearsal.engine.store;
    let mut all = Vec::new();
    for row in store.inbox_list(&InboxFilter::Open, None, i64::MAX).await?.into_iter().rev() {
        let why = row.reason.unwrap_or_else(|| row.outcome.as_str().replace('_', " "));
        all.push((row.subjects.first().cloned(), format!("mail {}: {why}", row.inbox.0)));
    }
    for letter in store.letters(&LetterFilter::Drafts, None, i64::MAX).await?.into_iter().rev() {
        if let LetterState::Draft { because, .. } = letter.state {
            let (n, kind) = (letter.letter.0, letter.kind.replace('_', " "));
            let what = format!("letter {n}, {kind} of {}: {because}", letter.subject.0);
            all.push((Some(letter.subject), what));
        }
    }
    let world = rehearsal.engine.world();
    for row in store.register_list(&RegisterFilter::Kind("case".into()), None, i64::MAX).await? {
        let case: Case = serde_json::from_slice(&row.body).context("read the register")?;
        let mut says =
            |what: String| all.push((Some(row.subject.clone()), format!("{}: {what}", case.reference)));
        if let Some(hold) = &case.on_hold {
            says(format!("on hold: {}", hold.reason));
        }
        if let Some(answering) = &case.answering {
            says(format!("a person has yet to answer mail {}", answering.inbox.0));
        }
        if !case.stage.is_over() && waits(&case, &world).is_empty() {
            says(format!("{}; nothing of it comes by itself", case.stage.title()));
        }
    }
    Ok(all)
}

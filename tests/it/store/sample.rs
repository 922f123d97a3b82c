//! Rows to write.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sscd::domain::folder::FolderRole;
use sscd::domain::id::{Address, InboxId, Key, LetterId, SubjectId};
use sscd::store::*;

pub fn at(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_790_000_000_000 + ms).unwrap()
}

pub fn subject(n: i64) -> SubjectId {
    SubjectId(format!("SUS-2026-{n:04}"))
}

pub fn arrival(locator: &str, bytes: &[u8]) -> Arrival {
    let content = Content::Whole(bytes.to_vec());
    Arrival { locator: locator.into(), received_at: at(0), role: FolderRole::Notices, content }
}

pub fn cursor(position: i64) -> Cursor {
    Cursor {
        mailbox: "notices".into(),
        epoch: 7,
        position,
        swept_at: Some(at(1)),
        reconciled_at: None,
        n_found_missing: 0,
    }
}

pub async fn lead(store: &Store) -> Term {
    store.lead("me", at(0), Duration::from_mins(1)).await.unwrap().unwrap()
}

pub fn entry(n: i64, version: i64, body: &str) -> Entry {
    Entry {
        subject: subject(n),
        version,
        kind: "Received".into(),
        schema: 1,
        at: at(version),
        cause: format!("inbox:{n}:{version}"),
        actor: "daemon".into(),
        world_sha256: [3; 32],
        body: body.into(),
    }
}

pub fn register(n: i64, version: i64) -> RegisterRow {
    RegisterRow {
        subject: subject(n),
        kind: "case".into(),
        user: Some(Key(format!("user-{}", n % 3))),
        stage: "received".into(),
        version,
        body: format!("{{\"version\":{version}}}").into(),
        updated_at: at(version),
    }
}

pub fn timers(n: i64, due: &[i64]) -> (SubjectId, Vec<TimerRow>) {
    let row = |(ordinal, ms): (i64, &i64)| TimerRow { kind: "reminder".into(), ordinal, due_at: at(*ms) };
    (subject(n), (0..).zip(due).map(row).collect())
}

pub fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub fn delivery(id: i64, recipient: &str) -> DeliveryRow {
    DeliveryRow {
        delivery: id,
        recipient: address(recipient),
        envelope_sender: address(&format!("bounces+{id}@sec.test")),
        not_before: at(0),
        not_after: at(1_000_000),
    }
}

pub fn letter(id: i64, state: LetterState, deliveries: Vec<DeliveryRow>) -> LetterRow {
    LetterRow {
        letter: LetterId(id),
        subject: subject(id),
        version: 1,
        kind: "acknowledgement".into(),
        message_id: format!("{id}@sec.test"),
        state,
        made_at: at(1),
        facts: None,
        deliveries,
    }
}

pub fn sealed(id: i64) -> LetterRow {
    let bytes = format!("letter {id}").into_bytes();
    letter(id, LetterState::Sealed { bytes }, vec![delivery(id, &format!("ann{id}@power.test"))])
}

pub fn done(inbox: InboxId, outcome: Outcome) -> InboxDone {
    InboxDone {
        inbox,
        outcome,
        reason: "a notification".into(),
        kind: Some("notification".into()),
        sender: Some("ann@power.test".into()),
        title: Some("Second User System".into()),
        message_id: Some(format!("m{}@power.test", inbox.0)),
        content_key: Some(format!("key{}", inbox.0)),
        reading: Some(b"{}".to_vec()),
        duplicate_of: None,
        subjects: vec![subject(inbox.0)],
        only_as: None,
    }
}

/// What one mail comes to: a case with its event, register row, timer and letter, and the inbox row done.
pub fn case(n: i64) -> Commit {
    Commit {
        at: at(5),
        events: vec![entry(n, 1, "{\"a\":1}")],
        handled: vec![(subject(n), format!("inbox:{n}"))],
        registers: vec![register(n, 1)],
        timers: vec![timers(n, &[100 + n, 200 + n])],
        letters: vec![sealed(n)],
        inbox: vec![done(InboxId(n), Outcome::Case)],
        ..Commit::default()
    }
}

/// Several commits as one.
pub fn together(commits: impl IntoIterator<Item = Commit>) -> Commit {
    let mut out = Commit::default();
    for one in commits {
        out.at = one.at;
        out.events.extend(one.events);
        out.handled.extend(one.handled);
        out.registers.extend(one.registers);
        out.timers.extend(one.timers);
        out.letters.extend(one.letters);
        out.letter_moves.extend(one.letter_moves);
        out.deliveries.extend(one.deliveries);
        out.inbox.extend(one.inbox);
        out.erasures.extend(one.erasures);
    }
    out
}

/// `n` mails taken in, ids 1 to `n`.
pub async fn mails(store: &Store, n: i64) {
    let arrivals = (1..=n).map(|i| arrival(&i.to_string(), format!("mail {i}").as_bytes())).collect();
    let taken = store.take_in(arrivals, &cursor(n), at(0)).await.unwrap();
    assert!(taken.iter().zip(1..).all(|(taken, i)| taken.inbox == InboxId(i) && taken.is_new));
}

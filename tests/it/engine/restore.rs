//! A record that was put back from a backup: what it no longer knows does harm to nobody.

use chrono::TimeDelta;
use sscd::domain::id::{InboxId, LetterId};
use sscd::engine::Ask;
use sscd::store::{LetterFilter, LetterState, Outcome, Restored, Store};

use super::{Office, url};

/// At the backup: a case whose letter has left and that is to be put before the SSC in an hour, one whose letter waits,
/// a mail that is not read. After it: that mail and another are answered. Then the backup is put back.
async fn restored() -> Office {
    let mut office = Office::new().await;
    office.drop_mail("form-complete.eml");
    office.collect().await;
    office.read().await;
    office.deliver().await;
    office.drop_mail("incomplete.eml");
    office.collect().await;
    office.read().await;
    office.drop_mail("already-in-use.eml");
    office.collect().await;
    let backup = office.path("backup.db");
    office.engine.store.backup(&backup, None).await.unwrap();
    office.drop_mail("ids-withheld.eml");
    office.collect().await;
    office.read().await;
    office.deliver().await;
    assert_eq!(office.n_letters(LetterFilter::All).await, 4, "all of them were answered");
    office.engine.store.close().await;
    Store::restore(&url(&office.path("")), &backup, super::noon()).await.unwrap();
    office.restart().await;
    office
}

async fn outcomes(office: &Office) -> Vec<Outcome> {
    let rows = office.engine.store.inbox_list(&sscd::store::InboxFilter::All, None, 10).await.unwrap();
    rows.iter().rev().map(|row| row.outcome).collect()
}

async fn n_events(office: &Office) -> i64 {
    office.engine.store.counts().await.unwrap().n_events
}

#[tokio::test]
async fn nothing_is_decided_before_every_mailbox_was_swept_again() {
    let mut office = restored().await;
    assert_eq!(office.engine.store.restored().await.unwrap(), Restored::HoldLetters);
    let mailboxes = || ["shared", "second"].map(String::from);
    office.engine.watches(mailboxes()).await.unwrap();
    assert_eq!(office.n_letters(LetterFilter::Open).await, 0, "what was under way is held");
    assert_eq!(office.n_letters(LetterFilter::Failed).await, 1);
    let n_before = n_events(&office).await;

    // Waits are over by now, and one of two mailboxes is swept; the daemon starts anew in between.
    office.pass(TimeDelta::hours(2));
    office.collect().await;
    office.restart().await;
    office.engine.watches(mailboxes()).await.unwrap();
    for _ in 0..2 {
        office.read().await;
        office.wake().await;
        assert_eq!(n_events(&office).await, n_before, "nobody decides");
        assert_eq!(outcomes(&office).await[2..], [Outcome::Waiting; 2]);
    }
    assert!(office.alarms().await[0].contains("until every mailbox was swept again"));

    sscd::adapters::maildir::create(&office.path("second")).unwrap();
    office.collect_from("second", "second").await;
    assert_eq!(office.engine.store.restored().await.unwrap(), Restored::UpTo(InboxId(4)));
    office.read().await;
    office.wake().await;
    assert_eq!(outcomes(&office).await, [Outcome::Case; 4]);
    let first = office.engine.store.journal(&office.letter(1).await.subject).await.unwrap();
    assert_eq!(first.last().unwrap().entry.kind, "PutBeforeSsc", "timers go on");
}

#[tokio::test]
async fn mail_that_was_perhaps_answered_is_answered_again_only_by_a_person() {
    let mut office = restored().await;
    office.engine.watches(["shared".to_owned()]).await.unwrap();
    office.collect().await;
    office.read().await;
    office.deliver().await;
    assert_eq!(office.n_letters(LetterFilter::Open).await, 0);
    let drafts = office.engine.store.letters(&LetterFilter::Drafts, None, 10).await.unwrap();
    let because: Vec<_> = drafts.iter().map(|draft| &draft.state).collect();
    let [LetterState::Draft { because: a, .. }, LetterState::Draft { because: b, .. }] = because[..] else {
        panic!("{drafts:?}")
    };
    assert!(a.contains("may have been answered before") && b.contains("may have been answered before"));
    let alarms = office.alarms().await.join("\n");
    assert!(alarms.contains("restored: a restore holds 3 letters"), "{alarms}");
    assert!(!office.is_well());

    // A person finds out: one letter never left, one was answered, and of one nobody knows.
    let retry = Ask::Retry { letter: LetterId(2), reason: "it never left".into() };
    office.ask(retry).await.unwrap();
    let (one, other) = (drafts[0].letter, drafts[1].letter);
    office.ask(Ask::Discard { letter: one, reason: "it has one".into() }).await.unwrap();
    assert!(office.alarms().await.join("\n").contains("a restore holds 1 letters"));
    office.ask(Ask::Release { letter: other, to: Vec::new() }).await.unwrap();
    assert_eq!(office.alarms().await, [""; 0], "the restore is over");
    assert!(office.is_well());
    office.deliver().await;
    assert_eq!(office.n_letters(LetterFilter::Failed).await, 0);

    // What comes now is answered as ever.
    office.drop_mail("outlook-table.eml");
    office.collect().await;
    office.read().await;
    assert_eq!(office.n_letters(LetterFilter::Drafts).await, 0);
    assert_eq!(office.n_letters(LetterFilter::Open).await, 1);
}

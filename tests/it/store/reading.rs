//! What is read, and what is found again.

use sscd::domain::folder::FolderRole;
use sscd::domain::id::{InboxId, LetterId};
use sscd::store::*;

use super::place::{Place, block};
use super::sample::*;

pub fn a_mail_that_kills_the_reader_is_counted(place: &Place) {
    block(async {
        let store = place.open().await;
        mails(&store, 5).await;
        let term = lead(&store).await;
        store.begin_reading(&[InboxId(1), InboxId(2)]).await.unwrap();
        store.begin_reading(&[InboxId(3)]).await.unwrap();
        store.commit(term, case(1)).await.unwrap();
        store.close().await;
        let store = place.open().await;
        assert_eq!(store.rescue(at(0)).await.unwrap().n_reading, 2);
        let attempts =
            |rows: Vec<Waiting>| rows.iter().map(|w| (w.inbox.0, w.n_attempts)).collect::<Vec<_>>();
        let now = attempts(store.waiting(9, None).await.unwrap());
        assert_eq!(now, [(2, 1), (3, 1), (4, 0), (5, 0)]);
        assert_eq!(store.rescue(at(0)).await.unwrap().n_reading, 0, "counted once");
        store.begin_reading(&[InboxId(4)]).await.unwrap();
        store.end_reading().await.unwrap();
        assert_eq!(store.rescue(at(0)).await.unwrap().n_reading, 0, "an orderly stop is no attempt");
    });
}

pub fn the_inbox_lists_and_finds(place: &Place) {
    block(async {
        let store = place.open().await;
        mails(&store, 70).await;
        let term = lead(&store).await;
        let triage = InboxDone { subjects: vec![], ..done(InboxId(2), Outcome::Triage) };
        let copy = InboxDone {
            duplicate_of: Some(InboxId(1)),
            content_key: Some("key1".into()),
            message_id: Some("m1@power.test".into()),
            ..done(InboxId(3), Outcome::Duplicate)
        };
        let rest = Commit { at: at(6), inbox: vec![triage.clone(), copy.clone()], ..Commit::default() };
        store.commit(term, together([case(1), rest])).await.unwrap();
        let expected = InboxRow {
            inbox: InboxId(3),
            raw_sha256: store.inbox_row(InboxId(3)).await.unwrap().unwrap().raw_sha256,
            n_bytes: 6,
            received_at: at(0),
            role: FolderRole::Notices,
            recorded_at: at(0),
            message_id: copy.message_id,
            content_key: copy.content_key,
            n_attempts: 0,
            outcome: Outcome::Duplicate,
            kind: copy.kind,
            sender: copy.sender,
            title: copy.title,
            reason: Some(copy.reason),
            reading: copy.reading,
            duplicate_of: Some(InboxId(1)),
            subjects: vec![subject(3)],
            done_at: Some(at(6)),
            vouched: None,
        };
        assert_eq!(store.inbox_row(InboxId(3)).await.unwrap(), Some(expected));
        assert_eq!(store.inbox_row(InboxId(71)).await.unwrap(), None);
        let list = |filter, before: Option<i64>, limit| {
            let store = store.clone();
            async move {
                let rows = store.inbox_list(&filter, before.map(InboxId), limit).await.unwrap();
                rows.iter().map(|row| row.inbox.0).collect::<Vec<_>>()
            }
        };
        assert_eq!(list(InboxFilter::All, None, 3).await, [70, 69, 68]);
        assert_eq!(list(InboxFilter::All, Some(3), 3).await, [2, 1]);
        assert_eq!(list(InboxFilter::Open, None, 9).await, [2]);
        assert_eq!(list(InboxFilter::Of(Outcome::Case), None, 9).await, [1]);
        assert_eq!(list(InboxFilter::Of(Outcome::Waiting), None, 99).await.len(), 67);
        assert_eq!(list(InboxFilter::About(subject(3)), None, 9).await, [3]);

        let found = store.by_content_keys(&["key1".into(), "key9".into()]).await.unwrap();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [("key1".to_owned(), InboxId(1))]);
        let ids = ["m1@power.test", "1@sec.test", "nobody@knows.test"].map(String::from);
        let found = store.by_message_ids(&ids).await.unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[&ids[0]].inbox, Some(InboxId(1)), "the first of that Message-ID");
        assert_eq!(found[&ids[0]].subjects, [subject(1), subject(3)]);
        assert_eq!((found[&ids[1]].letter, &found[&ids[1]].subjects), (Some(LetterId(1)), &vec![subject(1)]));

        // Hostile words are kept as far as a database can hold them.
        let hostile = InboxDone {
            title: Some("a\0b".into()),
            message_id: Some("\0@x.test".into()),
            ..done(InboxId(4), Outcome::NotANotification)
        };
        store.commit(term, Commit { at: at(7), inbox: vec![hostile], ..Commit::default() }).await.unwrap();
        assert_eq!(store.inbox_row(InboxId(4)).await.unwrap().unwrap().title.as_deref(), Some("a\u{fffd}b"));
        assert_eq!(store.by_message_ids(&["\0@x.test".into()]).await.unwrap().len(), 1);

        // A person looks at what waited for one, and it becomes a case after all.
        let accepted = InboxDone { outcome: Outcome::Case, subjects: vec![subject(1)], ..triage };
        store.commit(term, Commit { at: at(8), inbox: vec![accepted], ..Commit::default() }).await.unwrap();
        let row = store.inbox_row(InboxId(2)).await.unwrap().unwrap();
        assert_eq!((row.outcome, row.done_at, row.subjects), (Outcome::Case, Some(at(8)), vec![subject(1)]));
    });
}

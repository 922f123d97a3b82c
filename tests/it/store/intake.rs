//! Mail in.

use sha2::{Digest, Sha256};
use sscd::domain::folder::FolderRole;
use sscd::domain::id::{InboxId, SubjectId};
use sscd::store::*;

use super::place::{Place, block};
use super::sample::*;

pub fn mail_is_taken_in_once_and_waits(place: &Place) {
    block(async {
        let store = place.open().await;
        assert_eq!(store.cursor("notices").await.unwrap(), None);
        mails(&store, 100).await;
        let waiting = store.waiting(1000, None).await.unwrap();
        assert_eq!(waiting.len(), 100);
        let role = FolderRole::Notices;
        let expected = Waiting {
            inbox: InboxId(96),
            received_at: at(0),
            n_bytes: 7,
            n_attempts: 0,
            role,
            vouched: None,
        };
        assert_eq!(store.waiting(1, Some(InboxId(95))).await.unwrap(), [expected]);
        assert_eq!(store.raw(InboxId(7)).await.unwrap(), b"mail 7");
        let ids: Vec<_> = waiting.iter().map(|w| w.inbox).collect();
        let raws = store.raws(&ids).await.unwrap();
        assert!(ids.iter().all(|id| raws[id] == format!("mail {}", id.0).as_bytes()));
        assert_eq!(store.cursor("notices").await.unwrap(), Some(cursor(100)));
        let later = Cursor { reconciled_at: Some(at(9)), n_found_missing: 2, ..cursor(120) };
        assert_eq!(store.take_in(vec![], &later, at(9)).await.unwrap(), []);
        assert_eq!(store.cursor("notices").await.unwrap(), Some(later));
    });
}

pub fn the_same_bytes_are_one_mail_seen_twice(place: &Place) {
    block(async {
        let store = place.open().await;
        let batch = || vec![arrival("1", b"one"), arrival("2", b""), arrival("3", b"one")];
        let taken = store.take_in(batch(), &cursor(3), at(0)).await.unwrap();
        assert_eq!(taken.iter().map(|t| t.is_new).collect::<Vec<_>>(), [true, true, false]);
        assert_eq!(taken[0].inbox, taken[2].inbox);
        let again = store.take_in(batch(), &cursor(3), at(1)).await.unwrap();
        assert!(again.iter().all(|t| !t.is_new), "the same sighting again changes nothing");
        let alias = Cursor { mailbox: "alias".into(), ..cursor(9) };
        store.take_in(vec![arrival("9", b"one")], &alias, at(2)).await.unwrap();
        assert_eq!(store.waiting(10, None).await.unwrap().len(), 2);
        let known = store.sightings("notices", 7).await.unwrap();
        assert_eq!(known, ["1", "2", "3"].map(String::from).into());
        assert_eq!(store.n_sightings("notices", 7).await.unwrap(), 3);
        assert_eq!(store.n_sightings("notices", 8).await.unwrap(), 0, "another UIDVALIDITY");
        let seen = store.seen_at(taken[0].inbox).await.unwrap();
        assert_eq!(seen[2], ("alias".into(), 7, "9".into()));
        assert_eq!(store.raw(taken[1].inbox).await.unwrap(), b"", "an empty mail is a mail");
    });
}

pub fn what_was_put_aside_as_junk_waits_again_once_it_is_a_notice(place: &Place) {
    block(async {
        let store = place.open().await;
        let from = |role| Arrival { role, ..arrival("1", b"one") };
        let take = async |mailbox: &str, role| {
            let cursor = Cursor { mailbox: mailbox.into(), ..cursor(1) };
            store.take_in(vec![from(role)], &cursor, at(0)).await.unwrap()[0].inbox
        };
        let inbox = take("junk", FolderRole::Junk).await;
        let state = async || {
            let row = store.inbox_row(inbox).await.unwrap().unwrap();
            (row.role, row.outcome)
        };
        let end = |only_as, subjects: Vec<SubjectId>| InboxDone {
            only_as,
            subjects,
            ..done(inbox, Outcome::NotANotification)
        };
        let term = lead(&store).await;
        let commit = async |done| {
            let commit = Commit { at: at(5), inbox: vec![done], ..Commit::default() };
            store.commit(term, commit).await.unwrap();
        };
        commit(end(Some(FolderRole::Junk), vec![])).await;
        assert_eq!(take("sent", FolderRole::Sent).await, inbox);
        assert_eq!(state().await, (FolderRole::Junk, Outcome::NotANotification));
        take("shared", FolderRole::Notices).await;
        assert_eq!(state().await, (FolderRole::Notices, Outcome::Waiting));
        assert_eq!(store.waiting(9, None).await.unwrap()[0].role, FolderRole::Notices);
        // Decided while it lay in junk only, and it does no more.
        commit(end(Some(FolderRole::Junk), vec![])).await;
        assert_eq!(state().await.1, Outcome::Waiting);
        // What was decided among notices stays so.
        commit(end(None, vec![])).await;
        take("alias", FolderRole::Notices).await;
        assert_eq!(state().await.1, Outcome::NotANotification);
    });
}

pub fn a_big_mail_comes_in_pieces(place: &Place) {
    block(async {
        let store = place.open().await;
        let bytes: Vec<u8> = (0..3_300_000_u32).map(|i| (i % 251) as u8).collect();
        let mut raw = None;
        for piece in bytes.chunks(1_200_000) {
            raw = Some(store.stage(raw, piece).await.unwrap());
        }
        let staged =
            |locator: &str, raw: RawId| Arrival { content: Content::Staged(raw), ..arrival(locator, b"") };
        let batch = vec![arrival("1", b"small"), staged("2", raw.unwrap())];
        let taken = store.take_in(batch, &cursor(2), at(0)).await.unwrap();
        assert!(taken[1].is_new);
        assert_eq!(store.raw(taken[1].inbox).await.unwrap(), bytes);
        let row = store.inbox_row(taken[1].inbox).await.unwrap().unwrap();
        assert_eq!(row.raw_sha256, <[u8; 32]>::from(Sha256::digest(&bytes)));
        assert_eq!(row.n_bytes, 3_300_000);
        // The same again, whole and in pieces: a second and a third sighting, and no byte more.
        let again = store.take_in(vec![arrival("3", &bytes)], &cursor(3), at(1)).await.unwrap();
        let raw = store.stage(None, &bytes).await.unwrap();
        let third = store.take_in(vec![staged("4", raw)], &cursor(4), at(1)).await.unwrap();
        let known = TakenIn { is_new: false, ..taken[1] };
        assert_eq!((again[0], third[0]), (known, known));
        assert!(!store.raws(&[InboxId(raw.0)]).await.unwrap().contains_key(&InboxId(raw.0)));
        let gone = store.take_in(vec![staged("5", raw)], &cursor(5), at(1)).await.unwrap_err();
        assert!(matches!(gone, StoreError::Conflict(_)), "{gone}");
    });
}

pub fn pieces_that_stopped_coming_are_swept(place: &Place) {
    block(async {
        let store = place.open().await;
        let given_up = store.stage(None, b"the first pi").await.unwrap();
        store.unstage(given_up).await.unwrap();
        assert!(store.stage(Some(given_up), b"ece").await.is_err());
        let crashed = store.stage(None, b"half").await.unwrap();
        store.close().await;
        let store = place.open().await;
        assert_eq!(store.rescue(at(0)).await.unwrap().n_staged, 1);
        assert_eq!(store.raws(&[InboxId(crashed.0)]).await.unwrap().len(), 0);
        assert_eq!(store.rescue(at(0)).await.unwrap().n_staged, 0);
    });
}

pub fn older_mail_is_recorded_and_done(place: &Place) {
    block(async {
        let store = place.open().await;
        let content = Content::Older { sha256: [9; 32], n_bytes: 400 };
        let taken =
            store.take_in(vec![Arrival { content, ..arrival("1", b"") }], &cursor(1), at(3)).await.unwrap();
        assert_eq!(store.waiting(10, None).await.unwrap(), []);
        let row = store.inbox_row(taken[0].inbox).await.unwrap().unwrap();
        assert_eq!((row.outcome, row.done_at, row.n_bytes), (Outcome::Older, Some(at(3)), 400));
        assert!(matches!(store.raw(taken[0].inbox).await, Err(StoreError::Conflict(_))));
    });
}

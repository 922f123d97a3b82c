//! Decisions down.

use std::time::Duration;

use sscd::domain::id::InboxId;
use sscd::store::*;

use super::place::{Place, block};
use super::sample::*;

pub fn a_decision_goes_down_whole(place: &Place) {
    block(async {
        let store = place.open().await;
        mails(&store, 100).await;
        let term = lead(&store).await;
        let committed = store.commit(term, together((1..=100).map(case))).await.unwrap();
        assert_eq!(committed.n_events, 100);
        assert!(matches!(store.verify().await.unwrap(), Verified::Whole { n: 100, .. }));
        assert_eq!(store.waiting(10, None).await.unwrap(), []);
        let ids: Vec<_> = (1..=100).map(subject).collect();
        let mut registers = store.registers(&ids).await.unwrap();
        registers.sort_by(|a, b| a.subject.cmp(&b.subject));
        assert_eq!(registers, (1..=100).map(|n| register(n, 1)).collect::<Vec<_>>());
        assert_eq!(store.timers(&subject(9)).await.unwrap(), timers(9, &[109, 209]).1);
        assert!(store.is_handled(&subject(9), "inbox:9").await.unwrap());
        let claimed = store.claim("me", 64, at(1)).await.unwrap();
        assert_eq!(claimed.len(), 64);
        assert_eq!(claimed[3].bytes.as_slice(), b"letter 4");
        let events = store.journal(&subject(4)).await.unwrap();
        assert_eq!(events[0].entry, entry(4, 1, "{\"a\":1}"));
        let counts = store.counts().await.unwrap();
        assert_eq!(counts.inbox, [(Outcome::Case, 100)]);
        assert_eq!(counts.subjects, [("case".into(), "received".into(), 100)]);
        assert_eq!((counts.n_events, counts.n_timers, counts.n_sightings), (100, 200, 100));
        assert_eq!(counts.deliveries, [(DeliveryState::Queued, 36), (DeliveryState::Transmitting, 64)]);
    });
}

/// Each commit adds one of everything that is counted here.
pub fn what_is_counted_together_was_so_at_one_moment(place: &Place) {
    block(async {
        let store = place.open().await;
        let n_commits = 200;
        mails(&store, n_commits).await;
        let term = lead(&store).await;
        let writer = store.clone();
        let written = tokio::spawn(async move {
            for n in 1..=n_commits {
                writer.commit(term, case(n)).await.unwrap();
            }
        });
        let mut n_between = 0;
        loop {
            let ended = written.is_finished();
            let counts = store.counts().await.unwrap();
            let n_cases = counts.inbox.iter().filter(|(outcome, _)| *outcome == Outcome::Case);
            let n_cases = n_cases.map(|(_, n)| *n).sum::<i64>();
            let n_deliveries: i64 = counts.deliveries.iter().map(|(_, n)| *n).sum();
            let n_letters: i64 = counts.letters.iter().map(|(_, n)| *n).sum();
            let n_subjects: i64 = counts.subjects.iter().map(|(_, _, n)| *n).sum();
            assert_eq!([n_cases, n_deliveries, n_letters, n_subjects], [counts.n_events; 4], "{counts:?}");
            n_between += usize::from(counts.n_events > 0 && counts.n_events < n_commits);
            if ended {
                break;
            }
        }
        written.await.unwrap();
        assert!(n_between > 0, "counted while it was written");
        assert_eq!(store.counts().await.unwrap().n_events, n_commits);
    });
}

/// What is wrong, and how a good commit comes to it.
type Spoilt = (&'static str, fn(&mut Commit));

/// Each of these breaks a rule that the database holds; nothing of the commit around it may remain.
pub fn what_fails_leaves_nothing_behind(place: &Place) {
    block(async {
        let store = place.open().await;
        mails(&store, 3).await;
        let term = lead(&store).await;
        store.commit(term, case(1)).await.unwrap();
        let before = (store.counts().await.unwrap(), store.head().await.unwrap());
        let spoilt: [Spoilt; 9] = [
            ("a signal that was handled", |c| c.handled = case(1).handled),
            ("a version that is taken", |c| c.events[0] = entry(1, 1, "{}")),
            ("a Message-ID that is taken", |c| c.letters[0].message_id = "1@sec.test".into()),
            ("one letter twice to one recipient", |c| {
                c.letters[0].deliveries.push(delivery(77, "ann2@power.test"));
            }),
            ("a duplicate of nothing", |c| c.inbox[0].outcome = Outcome::Duplicate),
            ("a draft that is none", |c| {
                let deliveries = vec![delivery(78, "bob@power.test")];
                let letter = LetterState::Draft { facts: vec![], because: "budget".into() };
                c.letters[0] = LetterRow { state: letter, deliveries, ..sealed(2) };
            }),
            ("a letter that is no draft", |c| {
                c.letter_moves = vec![LetterMove::Discard { letter: sealed(1).letter }];
            }),
            ("a delivery that is not there", |c| c.deliveries = vec![accepted(999)]),
            ("an erasure of nothing", |c| c.erasures = vec![999]),
        ];
        for (what, spoil) in spoilt {
            let mut commit = case(2);
            spoil(&mut commit);
            let refused = store.commit(term, commit).await.unwrap_err();
            assert!(matches!(refused, StoreError::Conflict(_)), "{what}: {refused:?}");
            let same_size = Counts { n_bytes: before.0.n_bytes, ..store.counts().await.unwrap() };
            assert_eq!((same_size, store.head().await.unwrap()), before, "{what}");
        }
        store.commit(term, case(2)).await.unwrap();
        assert!(matches!(store.verify().await.unwrap(), Verified::Whole { n: 2, .. }));
        assert_eq!(store.waiting(9, None).await.unwrap()[0].inbox, InboxId(3));
    });
}

fn accepted(delivery: i64) -> DeliveryMove {
    DeliveryMove::settled(delivery, DeliveryState::Accepted, "250 ok")
}

pub fn who_was_overtaken_writes_nothing(place: &Place) {
    block(async {
        let (old, new) = (place.open().await, place.open().await);
        let ttl = Duration::from_mins(1);
        let term = old.lead("old", at(0), ttl).await.unwrap().unwrap();
        old.commit(term, Commit { inbox: vec![], ..case(1) }).await.unwrap();
        let next = new.seize("new", at(1), ttl).await.unwrap();
        let lost = old.commit(term, Commit { inbox: vec![], ..case(2) }).await.unwrap_err();
        assert!(matches!(lost, StoreError::Lost), "{lost}");
        assert!(matches!(old.replace_register(term, &[], &[]).await, Err(StoreError::Lost)));
        new.commit(next, Commit { inbox: vec![], ..case(2) }).await.unwrap();
        // And if it leads again, it goes on from the end that the other made.
        let term = old.seize("old", at(2), ttl).await.unwrap();
        old.commit(term, Commit { inbox: vec![], ..case(3) }).await.unwrap();
        assert!(matches!(old.verify().await.unwrap(), Verified::Whole { n: 3, .. }));
    });
}

pub fn the_lease_passes_on_when_it_is_over(place: &Place) {
    block(async {
        let store = place.open().await;
        let ttl = Duration::from_millis(10);
        let first = store.lead("a", at(0), ttl).await.unwrap();
        assert!(first.is_some());
        assert_eq!(store.lead("b", at(9), ttl).await.unwrap(), None);
        assert_eq!(store.lead("a", at(9), ttl).await.unwrap(), first, "renewed, the same term");
        assert_eq!(store.lead("b", at(18), ttl).await.unwrap(), None);
        let second = store.lead("b", at(19), ttl).await.unwrap();
        assert!(second.is_some() && second != first);
        assert_eq!(store.lead("a", at(20), ttl).await.unwrap(), None);
    });
}

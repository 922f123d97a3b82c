//! Letters out.

use std::collections::HashSet;
use std::time::Duration;

use sscd::domain::folder::FolderRole;
use sscd::domain::id::{InboxId, LetterId};
use sscd::store::*;

use super::place::{Place, block};
use super::sample::*;

fn letters(letters: Vec<LetterRow>) -> Commit {
    Commit { at: at(1), letters, ..Commit::default() }
}

fn moved(delivery: i64, to: DeliveryState, not_before: Option<i64>) -> Commit {
    let not_before = not_before.map(at);
    let one = DeliveryMove { not_before, ..DeliveryMove::settled(delivery, to, "the other side") };
    Commit { at: at(9), deliveries: vec![one], ..Commit::default() }
}

pub fn a_letter_leaves_once_and_is_settled_once(place: &Place) {
    block(async {
        let store = place.open().await;
        let term = lead(&store).await;
        assert_eq!(store.next_ids().await.unwrap(), (LetterId(1), 1));
        store.commit(term, letters(vec![sealed(1), sealed(2)])).await.unwrap();
        assert_eq!(store.next_ids().await.unwrap(), (LetterId(3), 3));
        assert_eq!(store.next_delivery_at().await.unwrap(), Some(at(0)));
        let claimed = store.claim("me", 1, at(0)).await.unwrap();
        let expected = Claimed {
            delivery: 1,
            letter: LetterId(1),
            subject: subject(1),
            message_id: "1@sec.test".into(),
            recipient: address("ann1@power.test"),
            envelope_sender: address("bounces+1@sec.test"),
            n_attempts: 1,
            not_after: at(1_000_000),
            possible_duplicate: false,
            bytes: b"letter 1".to_vec().into(),
        };
        assert_eq!(claimed, [expected]);
        assert_eq!(store.claim("me", 9, at(0)).await.unwrap()[0].delivery, 2);
        assert_eq!(store.claim("me", 9, at(0)).await.unwrap(), []);
        store.commit(term, moved(1, DeliveryState::Accepted, None)).await.unwrap();
        let again = store.commit(term, moved(1, DeliveryState::Refused, None)).await.unwrap_err();
        assert!(matches!(again, StoreError::Conflict(_)), "{again}");
        store.commit(term, moved(2, DeliveryState::Refused, None)).await.unwrap();
        let settled = store.delivery(1).await.unwrap().unwrap();
        assert_eq!((settled.state, settled.settled_at), (DeliveryState::Accepted, Some(at(9))));
        assert_eq!(settled.answer.as_deref(), Some("the other side"));
        let view = store.clone();
        let list = move |filter| {
            let store = view.clone();
            async move { store.letters(&filter, None, 10).await.unwrap() }
        };
        assert_eq!(list(LetterFilter::All).await.len(), 2);
        assert_eq!(list(LetterFilter::Open).await, []);
        assert_eq!(list(LetterFilter::Failed).await[0].letter, LetterId(2));
        assert_eq!(list(LetterFilter::Of(subject(1))).await[0].deliveries, [settled]);
        let letter = store.by_message_id("1@sec.test").await.unwrap().unwrap();
        assert_eq!(letter.state, LetterState::Sealed { bytes: b"letter 1".to_vec() });
        assert_eq!(store.by_message_id("3@sec.test").await.unwrap(), None);
        assert_eq!(store.delivery(3).await.unwrap(), None);
    });
}

pub fn what_is_called_back_leaves_no_more_and_a_claim_comes_first_or_not_at_all(place: &Place) {
    block(async {
        let store = place.open().await;
        let term = lead(&store).await;
        store.commit(term, letters(vec![sealed(1), sealed(2)])).await.unwrap();
        assert_eq!(store.claim("me", 1, at(0)).await.unwrap()[0].delivery, 1);
        let call_back = |n: i64, is_under_way: bool| {
            let to = vec![address(&format!("Ann{n}@power.test"))];
            let (queued, under_way) = if is_under_way { (vec![], to) } else { (to, vec![]) };
            let one =
                LetterMove::CallBack { letter: LetterId(n), queued, under_way, why: "it is over".into() };
            Commit { at: at(2), letter_moves: vec![one], ..Commit::default() }
        };
        let found = store.unsettled(&subject(1)).await.unwrap().remove(0);
        assert_eq!((found.queued, found.under_way), (vec![], vec![address("ann1@power.test")]));
        // Looked at before it was claimed, or claimed no more by now.
        for (n, is_under_way) in [(1, false), (2, true)] {
            let refused = store.commit(term, call_back(n, is_under_way)).await.unwrap_err();
            assert!(matches!(refused, StoreError::Conflict(_)), "{refused}");
        }
        store.commit(term, call_back(2, false)).await.unwrap();
        let called = store.delivery(2).await.unwrap().unwrap();
        assert_eq!((called.state, called.settled_at), (DeliveryState::Cancelled, Some(at(2))));
        assert_eq!(called.answer.as_deref(), Some("called back: it is over"));
        assert_eq!(store.claim("me", 9, at(9)).await.unwrap(), []);
        assert_eq!(store.unsettled(&subject(2)).await.unwrap(), []);
        // What was leaving is not tried again, whether it came to nothing or its deliverer ended.
        store.commit(term, call_back(1, true)).await.unwrap();
        assert_eq!(store.rescue(at(3)).await.unwrap().n_transmitting, 1);
        assert_eq!(store.claim("me", 9, at(9)).await.unwrap(), []);
        assert_eq!(store.overdue(9, at(9)).await.unwrap()[0].delivery, 1);
    });
}

pub fn only_a_letter_to_one_is_known_by_its_copy_in_sent(place: &Place) {
    block(async {
        let store = place.open().await;
        let term = lead(&store).await;
        let bytes = b"letter 2".to_vec();
        let two = vec![delivery(2, "bob@power.test"), delivery(3, "eve@power.test")];
        let made = vec![sealed(1), letter(2, LetterState::Sealed { bytes }, two)];
        store.commit(term, letters(made)).await.unwrap();
        let claimed = store.claim("me", 9, at(0)).await.unwrap();
        let seen = async |n: usize| store.seen_in_sent(&claimed[n]).await.unwrap();
        let copy =
            |n: i64| Arrival { role: FolderRole::Sent, ..arrival(&n.to_string(), n.to_string().as_bytes()) };
        let sent = Cursor { mailbox: "sent".into(), ..cursor(2) };
        store.take_in(vec![copy(1), copy(2)], &sent, at(0)).await.unwrap();
        assert!(!seen(0).await, "it is not read yet");
        let read = |n: i64| InboxDone {
            message_id: Some(format!("{n}@sec.test")),
            subjects: vec![],
            ..done(InboxId(n), Outcome::NotANotification)
        };
        let inbox = vec![read(1), read(2)];
        store.commit(term, Commit { at: at(2), inbox, ..Commit::default() }).await.unwrap();
        assert_eq!([seen(0).await, seen(1).await, seen(2).await], [true, false, false]);
        assert_eq!(store.rescue(at(10)).await.unwrap().n_transmitting, 3);
        assert_eq!(store.next_delivery_at().await.unwrap(), Some(at(60_010)));
    });
}

pub fn a_retry_waits_for_its_time(place: &Place) {
    block(async {
        let store = place.open().await;
        let term = lead(&store).await;
        store.commit(term, letters(vec![sealed(1)])).await.unwrap();
        store.claim("me", 9, at(0)).await.unwrap();
        store.commit(term, moved(1, DeliveryState::Queued, Some(50))).await.unwrap();
        assert_eq!(store.next_delivery_at().await.unwrap(), Some(at(50)));
        assert_eq!(store.claim("me", 9, at(49)).await.unwrap(), []);
        let claimed = store.claim("me", 9, at(50)).await.unwrap();
        assert_eq!((claimed[0].n_attempts, claimed[0].possible_duplicate), (2, false));
        store.commit(term, moved(1, DeliveryState::Expired, None)).await.unwrap();
        assert_eq!(store.next_delivery_at().await.unwrap(), None);
        // A person lets it try again.
        store.commit(term, moved(1, DeliveryState::Queued, Some(60))).await.unwrap();
        assert_eq!(store.claim("me", 9, at(60)).await.unwrap().len(), 1);
    });
}

pub fn a_clock_that_was_ahead_puts_nothing_off(place: &Place) {
    block(async {
        let store = place.open().await;
        let term = lead(&store).await;
        store.commit(term, letters(vec![sealed(1)])).await.unwrap();
        // Made by a clock that was ahead, and set back since.
        assert_eq!(store.claim("me", 9, at(-50_000_000)).await.unwrap().len(), 1);
        // Put off by one that was hours ahead.
        store.commit(term, moved(1, DeliveryState::Queued, Some(10_000_000))).await.unwrap();
        assert_eq!(store.claim("me", 9, at(7_000_000)).await.unwrap(), [], "in 50 minutes");
        assert_eq!(store.claim("me", 9, at(100)).await.unwrap().len(), 1, "in almost three hours");
    });
}

pub fn what_is_past_its_time_never_leaves(place: &Place) {
    block(async {
        let store = place.open().await;
        let term = lead(&store).await;
        store.commit(term, letters(vec![sealed(1), sealed(2)])).await.unwrap();
        store.claim("me", 1, at(0)).await.unwrap();
        let over = at(1_000_000);
        assert_eq!(store.overdue(9, at(999_999)).await.unwrap(), []);
        assert_eq!(store.claim("me", 9, over).await.unwrap(), []);
        let overdue = store.overdue(9, over).await.unwrap();
        assert_eq!(overdue.iter().map(|one| one.delivery).collect::<Vec<_>>(), [2], "1 is under way");
        store.commit(term, moved(2, DeliveryState::Expired, None)).await.unwrap();
        assert_eq!(store.overdue(9, over).await.unwrap(), []);
        // A person gives it another while.
        let mut again = moved(2, DeliveryState::Queued, Some(1_000_001));
        again.deliveries[0].not_after = Some(at(1_000_009));
        store.commit(term, again).await.unwrap();
        assert_eq!(store.claim("me", 9, at(1_000_009)).await.unwrap(), []);
        assert_eq!(store.claim("me", 9, at(1_000_008)).await.unwrap()[0].not_after, at(1_000_009));
        store.commit(term, moved(2, DeliveryState::Accepted, None)).await.unwrap();
        let twice = store.commit(term, moved(2, DeliveryState::Queued, Some(0))).await.unwrap_err();
        assert!(matches!(twice, StoreError::Conflict(_)), "what was accepted is not sent again: {twice}");
    });
}

pub fn a_draft_never_leaves(place: &Place) {
    block(async {
        let store = place.open().await;
        let term = lead(&store).await;
        let state =
            || LetterState::Draft { facts: b"{}".to_vec(), because: "a person must release it".into() };
        let drafts = (1..=2).map(|id| letter(id, state(), vec![])).collect();
        store.commit(term, letters(drafts)).await.unwrap();
        assert_eq!(store.claim("me", 9, at(5)).await.unwrap(), []);
        let smuggled = "INSERT INTO delivery (delivery_id, letter_id, recipient, envelope_sender, state, \
            not_before_ms, not_after_ms) VALUES (1, 1, 'x@y.test', 'z@y.test', 'queued', 0, 0)";
        let said = place.run(smuggled).await.unwrap_err();
        assert!(said.contains("only when it is sealed"), "{said}");
        assert_eq!(store.letter(LetterId(1)).await.unwrap().unwrap().state, state());
        let moves = |letter_moves| Commit { at: at(7), letter_moves, ..Commit::default() };
        let seal = || LetterMove::Seal {
            letter: LetterId(1),
            bytes: b"now".to_vec(),
            deliveries: vec![delivery(1, "ann@power.test")],
        };
        store.commit(term, moves(vec![seal(), LetterMove::Discard { letter: LetterId(2) }])).await.unwrap();
        assert_eq!(store.claim("me", 9, at(7)).await.unwrap()[0].bytes.as_slice(), b"now");
        let letters = store.letters(&LetterFilter::All, None, 9).await.unwrap();
        assert_eq!(letters[0].state, LetterState::Discarded);
        assert_eq!(letters[1].sealed_at, Some(at(7)));
        assert!(store.letters(&LetterFilter::Drafts, None, 9).await.unwrap().is_empty());
        assert!(matches!(store.commit(term, moves(vec![seal()])).await, Err(StoreError::Conflict(_))));
    });
}

pub fn a_sealed_letter_is_never_changed(place: &Place) {
    block(async {
        let store = place.open().await;
        store.commit(lead(&store).await, letters(vec![sealed(1)])).await.unwrap();
        for sql in ["UPDATE letter SET kind = 'other'", "DELETE FROM letter"] {
            let said = place.run(sql).await.unwrap_err();
            assert!(said.contains("never") || said.contains("foreign key"), "{sql}: {said}");
        }
        for sql in [
            "UPDATE delivery SET state = 'accepted'",
            "UPDATE delivery SET settled_at_ms = 1",
            "UPDATE delivery SET state = 'lost'",
        ] {
            assert!(place.run(sql).await.is_err(), "{sql}");
        }
    });
}

pub fn what_was_under_way_at_a_crash_is_sent_again_and_flagged(place: &Place) {
    block(async {
        let store = place.open().await;
        let term = lead(&store).await;
        store.commit(term, letters((1..=3).map(sealed).collect())).await.unwrap();
        store.claim("me", 2, at(0)).await.unwrap();
        store.commit(term, moved(1, DeliveryState::Accepted, None)).await.unwrap();
        store.close().await;
        let store = place.open().await;
        assert_eq!(store.rescue(at(0)).await.unwrap().n_transmitting, 1);
        let claimed = store.claim("me", 9, at(0)).await.unwrap();
        let seen: Vec<_> = claimed.iter().map(|c| (c.delivery, c.n_attempts, c.possible_duplicate)).collect();
        assert_eq!(seen, [(2, 2, true), (3, 1, false)]);
        assert_eq!(claimed[0].bytes.as_slice(), b"letter 2", "the same bytes");
    });
}

pub fn what_a_living_daemon_has_claimed_is_its_own(place: &Place) {
    block(async {
        let (a, b) = (place.open().await, place.open().await);
        let term = lead(&a).await;
        a.commit(term, letters((1..=4).map(sealed).collect())).await.unwrap();
        let minute = Duration::from_millis(60);
        a.live("a", at(0), minute).await.unwrap();
        b.live("b", at(0), minute).await.unwrap();
        assert_eq!(a.claim("a", 2, at(0)).await.unwrap().len(), 2);
        assert_eq!(b.claim("b", 9, at(0)).await.unwrap().len(), 2);
        assert_eq!(a.rescue(at(59)).await.unwrap().n_transmitting, 0, "both live");
        a.live("a", at(59), minute).await.unwrap();
        assert_eq!(a.requeue(at(60)).await.unwrap(), 2, "b said nothing for a minute");
        let again = a.claim("a", 9, at(60)).await.unwrap();
        let seen: Vec<_> = again.iter().map(|c| (c.delivery, c.possible_duplicate)).collect();
        assert_eq!(seen, [(3, true), (4, true)], "its own two are still under way");
        // Whoever holds the state folder knows that all others are gone.
        a.seize("c", at(61), minute).await.unwrap();
        assert_eq!(a.requeue(at(61)).await.unwrap(), 4);
    });
}

pub fn two_deliverers_never_claim_the_same(place: &Place) {
    block(async {
        let (a, b) = (place.open().await, place.open().await);
        a.commit(lead(&a).await, letters((1..=200).map(sealed).collect())).await.unwrap();
        let drain = |store: Store| async move {
            let mut mine = Vec::new();
            // Where both look at the same rows at once, one of them may come back with none: that is no end yet.
            while store.next_delivery_at().await.unwrap().is_some() {
                mine.extend(store.claim("me", 7, at(0)).await.unwrap().into_iter().map(|c| c.delivery));
            }
            mine
        };
        let (a, b) = tokio::join!(tokio::spawn(drain(a)), tokio::spawn(drain(b)));
        let all: Vec<i64> = a.unwrap().into_iter().chain(b.unwrap()).collect();
        assert_eq!(all.len(), 200);
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 200);
    });
}

//! The chain.

use sscd::domain::id::SubjectId;
use sscd::store::*;

use super::place::{Place, block};
use super::sample::*;

fn only(events: Vec<Entry>) -> Commit {
    Commit { at: at(5), events, ..Commit::default() }
}

pub fn the_chain_holds_over_a_restart_and_a_clock_set_back(place: &Place) {
    block(async {
        let store = place.open().await;
        let term = lead(&store).await;
        store.commit(term, only(vec![entry(1, 1, "a"), entry(2, 1, "b")])).await.unwrap();
        store.close().await;
        let store = place.open().await;
        assert_eq!(store.head().await.unwrap().seq, 2);
        let early = Entry { at: at(-1_000_000), ..entry(1, 2, "c") };
        let committed = store.commit(lead(&store).await, only(vec![early])).await.unwrap();
        assert_eq!((committed.head.seq, committed.head.at), (3, at(1)), "never before its predecessor");
        let all = store.journal_all(0, 100).await.unwrap();
        assert_eq!(all.iter().map(|e| e.seq).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(store.journal_all(2, 100).await.unwrap(), all[2..]);
        let whole = Verified::Whole { n: 3, n_erased: 0, head: committed.head };
        assert_eq!(store.verify().await.unwrap(), whole);
    });
}

pub fn a_body_can_be_erased_and_the_chain_stays_whole(place: &Place) {
    block(async {
        let store = place.open().await;
        let term = lead(&store).await;
        let secret = "Ann Other, 12 Long Lane".repeat(400);
        store.commit(term, only(vec![entry(1, 1, &secret), entry(1, 2, "b")])).await.unwrap();
        let erased = Entry { kind: "BodyErased".into(), ..entry(1, 3, "{\"seq\":1}") };
        let commit = Commit { erasures: vec![1], ..only(vec![erased]) };
        let committed = store.commit(term, commit).await.unwrap();
        let whole = Verified::Whole { n: 3, n_erased: 1, head: committed.head };
        assert_eq!(store.verify().await.unwrap(), whole);
        let events = store.journal(&subject(1)).await.unwrap();
        assert!(events[0].is_erased && events[0].entry.body.is_empty() && events[0].salt.is_empty());
        assert_eq!(events[1].entry.body, b"b");
        store.close().await;
        if let Some(path) = place.url.strip_prefix("sqlite://") {
            let file = std::fs::read(path).unwrap();
            assert!(!file.windows(9).any(|w| w == b"Ann Other"), "it is in no page of the file either");
        }
    });
}

pub fn the_journal_is_not_changed(place: &Place) {
    block(async {
        let store = place.open().await;
        store.commit(lead(&store).await, only(vec![entry(1, 1, "a"), entry(1, 2, "b")])).await.unwrap();
        for sql in [
            "UPDATE journal SET actor = 'nobody'",
            "DELETE FROM journal WHERE seq = 2",
            "DELETE FROM journal_body",
            "UPDATE journal_body SET bytes = salt",
        ] {
            let said = place.run(sql).await.unwrap_err();
            assert!(said.contains("never") || said.contains("not changed"), "{sql}: {said}");
        }
        assert!(matches!(store.verify().await.unwrap(), Verified::Whole { n: 2, .. }));
    });
}

pub fn a_change_behind_our_back_is_found(place: &Place) {
    block(async {
        let store = place.open().await;
        let entries = (1..=4).map(|n| entry(n, 1, "a")).collect();
        store.commit(lead(&store).await, only(entries)).await.unwrap();
        let drop_trigger = match place.engine() {
            Engine::Sqlite => "DROP TRIGGER journal_is_not_changed",
            Engine::Postgres => "DROP TRIGGER journal_is_not_changed ON journal",
        };
        place.run(drop_trigger).await.unwrap();
        place.run("UPDATE journal SET actor = 'nobody' WHERE seq = 3").await.unwrap();
        let Verified::Broken { seq, why } = store.verify().await.unwrap() else { panic!("it was not found") };
        assert_eq!((seq, why.as_str()), (3, "it was changed after it was written"));
        let remarks = store.integrity_check().await.unwrap();
        assert_eq!(remarks, ["event 3 of the journal: it was changed after it was written"]);
    });
}

pub fn references_count_on_beyond_four_digits(place: &Place) {
    block(async {
        let store = place.open().await;
        assert_eq!(store.next_number(2026).await.unwrap(), 1);
        let entries = [9, 9_999, 10_000, 42].map(|n| entry(n, 1, "a"));
        store.commit(lead(&store).await, only(entries.into())).await.unwrap();
        assert_eq!(store.next_number(2026).await.unwrap(), 10_001);
        assert_eq!(store.next_number(2027).await.unwrap(), 1);
        assert_eq!(store.journal(&SubjectId::desk()).await.unwrap(), []);
    });
}

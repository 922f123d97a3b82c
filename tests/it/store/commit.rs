//! Decisions down.

use super::place::{Place, block};
use super::sample::*;
use sscd::store::*;

#[test]
fn a_decision_goes_down_whole() {
    block(async {
        let place = Place::sqlite();
        let store = place.open().await;
        mails(&store, 100).await;
        let term = lead(&store).await;
        let committed = store.commit(term, together((1..=100).map(case))).await.unwrap();
        assert_eq!(committed.n_events, 100);
        assert!(matches!(store.verify().await.unwrap(), Verified::Whole { n: 100, .. }));
        assert_eq!(store.waiting(10, None).await.unwrap(), []);
        let ids: Vec<_> = (1..=100).map(subject).collect();
        assert_eq!(store.registers(&ids).await.unwrap().len(), 100);
        let claimed = store.claim(64, at(1)).await.unwrap();
        assert_eq!(claimed.len(), 64);
        assert_eq!(claimed[3].bytes.as_slice(), b"letter 4");
        assert_eq!(store.integrity_check().await.unwrap(), Vec::<String>::new());
    });
}

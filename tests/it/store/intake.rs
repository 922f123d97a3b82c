//! Mail in.

use super::place::{Place, block};
use super::sample::*;
use sscd::domain::id::InboxId;
use sscd::store::*;

#[test]
fn mail_is_taken_in_once_and_waits() {
    block(async {
        let place = Place::sqlite();
        let store = place.open().await;
        mails(&store, 100).await;
        let waiting = store.waiting(1000, None).await.unwrap();
        assert_eq!(waiting.len(), 100);
        assert_eq!(store.waiting(10, Some(InboxId(95))).await.unwrap().len(), 5);
        assert_eq!(store.raw(InboxId(7)).await.unwrap(), b"mail 7");
        let ids: Vec<_> = waiting.iter().map(|w| w.inbox).collect();
        assert_eq!(store.raws(&ids).await.unwrap().len(), 100);
        assert_eq!(store.cursor("notices").await.unwrap(), Some(cursor(100)));
        let again = store.take_in(vec![arrival("200", b"mail 7")], &cursor(200), at(1)).await.unwrap();
        assert_eq!(again, [TakenIn { inbox: InboxId(7), is_new: false }]);
        assert_eq!(store.n_sightings("notices", 7).await.unwrap(), 101);
    });
}

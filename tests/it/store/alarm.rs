//! The alarm list.

use super::place::{Place, block};
use super::sample::at;

pub fn an_alarm_stands_until_it_is_cleared(place: &Place) {
    block(async {
        let store = place.open().await;
        assert!(store.raise("disk", "the disk is full", at(1)).await.unwrap(), "new");
        assert!(!store.raise("disk", "the disk is still full", at(2)).await.unwrap(), "stood before");
        store.raise("imap", "the password is wrong", at(3)).await.unwrap();
        let alarms = store.alarms().await.unwrap();
        assert_eq!(alarms.iter().map(|a| a.key.as_str()).collect::<Vec<_>>(), ["disk", "imap"]);
        assert_eq!((alarms[0].raised_at, alarms[0].last_at, alarms[0].n_raised), (at(1), at(2), 2));
        assert_eq!(alarms[0].text, "the disk is still full");
        assert!(store.clear("disk", at(4)).await.unwrap());
        assert!(!store.clear("disk", at(5)).await.unwrap(), "it stood no more");
        assert!(store.raise("disk", "full again", at(6)).await.unwrap());
        assert_eq!(store.alarms().await.unwrap()[1].raised_at, at(6));
    });
}

//! What is committed outlives a loss of power, on whichever connection it was committed.

use super::place::{Place, block};

#[test]
fn every_pooled_connection_keeps_what_it_commits() {
    block(async {
        let place = Place::sqlite();
        let store = place.open().await;
        let settings = store.settings().await.unwrap();
        let of = |name| -> Vec<_> {
            let ours = settings.iter().filter(|setting| setting.name == name);
            ours.map(|setting| (setting.connection.as_str(), setting.value.as_str())).collect()
        };
        assert_eq!(of("synchronous"), [("writer", "full"), ("reader 1", "full"), ("reader 2", "full")]);
        assert_eq!(of("journal_mode"), [("writer", "wal"), ("reader 1", "wal"), ("reader 2", "wal")]);
    });
}

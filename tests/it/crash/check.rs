//! What must hold however often it ended: record, other side, and the two against each other.

use std::collections::BTreeSet;
use std::time::Duration;

use sscd::adapters::clock::SystemClock;
use sscd::config::build_world;
use sscd::engine::{fold, rebuild};
use sscd::ports::Clock as _;
use sscd::store::{
    DeliveryState, LetterFilter, LetterState, Options, Outcome, RegisterFilter, RegisterRow, Store, TimerRow,
    Verified,
};

use super::{Around, Repeated};

pub async fn check<A: Around>(around: &A, n: usize, n_crashes: usize, what: &str) -> Repeated {
    let store = around.place().store(&Options::default()).await.unwrap();
    counts(&store, i64::try_from(n).unwrap(), what).await;
    let repeated = letters(&store, around, n, what).await;
    let bound = A::IN_FLIGHT * i64::try_from(n_crashes).unwrap();
    assert!(repeated.n_sends <= bound, "{what}: {repeated}, and at most {bound} may be");
    is_as_the_journal_says(&store, around, n, what).await;
    store.close().await;
    repeated
}

async fn counts(store: &Store, n: i64, what: &str) {
    let counts = store.counts().await.unwrap();
    assert_eq!(counts.inbox, [(Outcome::Case, n)], "{what}: every mail is in a case");
    assert_eq!(counts.n_sightings, n, "{what}: every mail was seen once");
    assert_eq!(
        counts.subjects,
        [("case".into(), "for_ssc_consideration".into(), n)],
        "{what}: one case a mail"
    );
    assert_eq!(counts.letters, [("sealed".into(), n)], "{what}: one letter a case");
    assert_eq!(counts.deliveries, [(DeliveryState::Accepted, n)], "{what}: no delivery is open");
    assert!(matches!(store.verify().await.unwrap(), Verified::Whole { .. }), "{what}: the chain is whole");
    assert_eq!(store.integrity_check().await.unwrap(), Vec::<String>::new(), "{what}");
}

/// One acknowledgement a case, by distinct Message-ID and with the sealed bytes at the other side. What was sent again
/// says so, and nothing lies there more often than it was sent.
async fn letters(store: &Store, around: &impl Around, n: usize, what: &str) -> Repeated {
    let there = around.letters();
    let letters = store.letters(&LetterFilter::All, None, i64::MAX).await.unwrap();
    let of_cases: BTreeSet<_> = letters.iter().map(|letter| &letter.subject).collect();
    assert_eq!(of_cases.len(), n, "{what}: every case has its own letter");
    let sent: BTreeSet<_> = letters.iter().map(|letter| &letter.message_id).collect();
    assert_eq!(sent, there.keys().collect(), "{what}: what lies there is what was decided");
    let mut repeated = Repeated::default();
    for letter in &letters {
        assert_eq!(letter.kind, "acknowledgement", "{what}");
        let (bytes, n_there) = &there[&letter.message_id];
        let sealed = store.letter(letter.letter).await.unwrap().unwrap().state;
        assert_eq!(sealed, LetterState::Sealed { bytes: bytes.clone() }, "{what}: byte for byte");
        let [delivery] = letter.deliveries.as_slice() else { panic!("{what}: {:?}", letter.deliveries) };
        assert_eq!(delivery.possible_duplicate, delivery.n_attempts > 1, "{what}: a repeated send says so");
        assert!(*n_there <= delivery.n_attempts, "{what}: {n_there} copies, {} sends", delivery.n_attempts);
        repeated += Repeated { n_sends: delivery.n_attempts - 1, n_copies: n_there - 1 };
    }
    repeated
}

/// Register and timers are what the journal comes to.
async fn is_as_the_journal_says(store: &Store, around: &impl Around, n: usize, what: &str) {
    let (register, timers) = caches(store).await;
    for row in &register {
        let journal = store.journal(&row.subject).await.unwrap();
        let entries: Vec<_> = journal.into_iter().map(|recorded| recorded.entry).collect();
        let case = fold(&entries).unwrap().unwrap();
        let case = serde_json::to_vec(&case).unwrap();
        assert_eq!(case, row.body, "{what}: the register is the fold of the journal");
        assert_eq!(entries.last().unwrap().version, row.version, "{what}");
    }
    let term = store.seize("the crash test", SystemClock.now(), Duration::from_mins(1)).await.unwrap();
    let world = build_world(&around.place().config()).unwrap();
    assert_eq!(rebuild(store, term, &world, |_| {}).await.unwrap(), n, "{what}");
    assert_eq!(caches(store).await, (register, timers), "{what}: rebuilding changes nothing");
}

async fn caches(store: &Store) -> (Vec<RegisterRow>, Vec<Vec<TimerRow>>) {
    let register = store.register_list(&RegisterFilter::All, None, i64::MAX).await.unwrap();
    let mut timers = Vec::new();
    for row in &register {
        timers.push(store.timers(&row.subject).await.unwrap());
    }
    (register, timers)
}

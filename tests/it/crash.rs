//! The real process ends in the middle, again and again; afterwards every mail is one case, every case has one
//! acknowledgement at the other side, and what was handed over twice is within its bound (FIELD.md 9).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use rustix::process::Signal;
use sscd::adapters::clock::SystemClock;
use sscd::config::build_world;
use sscd::engine::{fold, rebuild};
use sscd::ports::Clock as _;
use sscd::store::{
    Counts, DeliveryState, LetterFilter, Options, Outcome, RegisterFilter, RegisterRow, Store, TimerRow,
    Verified,
};

use super::daemon::{Daemon, Place};
use super::notice::notice;

/// Lanes of the folder of letters x 16.
const IN_FLIGHT: i64 = 4 * 16;

/// A Maildir that is filled little by little.
struct Feed<'a> {
    place: &'a Place,
    n_put: usize,
}

impl Feed<'_> {
    fn put(&mut self, n: usize) {
        for n in self.n_put..self.n_put + n {
            self.place.put(&format!("{n:06}.crash"), &notice(n));
        }
        self.n_put += n;
    }
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn is_done(counts: &Counts, n: usize) -> bool {
    let n = i64::try_from(n).unwrap();
    let n_settled: i64 = counts.deliveries.iter().filter(|(state, _)| state.is_final()).map(|(_, n)| n).sum();
    let n_waiting: i64 =
        counts.inbox.iter().filter(|(outcome, _)| *outcome == Outcome::Waiting).map(|(_, n)| n).sum();
    n_settled >= n && n_waiting == 0
}

/// Comes back when there is nothing left to do; `false` when the daemon ended before.
fn settle(daemon: &mut Daemon<'_>, place: &Place, n: usize) -> bool {
    daemon.until(|_| {
        place.n_letters() >= n
            && block(async {
                let Some(store) = place.store(&Options { n_readers: 1, read_only: true }).await else {
                    return false;
                };
                let counts = store.counts().await;
                store.close().await;
                counts.is_ok_and(|counts| is_done(&counts, n))
            })
    })
}

/// Runs without faults until all is done, stops softly, and checks everything. The number of repeated sends.
fn finish(place: &Place, n: usize, n_crashes: usize, what: &str) -> i64 {
    let mut daemon = place.start(None);
    assert!(settle(&mut daemon, place, n), "{what}: it ended: {:?}", daemon.said);
    // Before it listens for the signal, SIGTERM simply ends it.
    assert!(daemon.until(|daemon| daemon.has_said("sscd runs")), "{what}: it ended: {:?}", daemon.said);
    assert_eq!(daemon.end(Signal::TERM).code(), Some(0), "{what}");
    block(check(place, n, n_crashes, what))
}

async fn caches(store: &Store) -> (Vec<RegisterRow>, Vec<Vec<TimerRow>>) {
    let register = store.register_list(&RegisterFilter::All, None, i64::MAX).await.unwrap();
    let mut timers = Vec::new();
    for row in &register {
        timers.push(store.timers(&row.subject).await.unwrap());
    }
    (register, timers)
}

/// The Message-IDs in the folder of letters, each with the number of its files.
fn message_ids(place: &Place) -> BTreeMap<String, usize> {
    let mut ids = BTreeMap::new();
    for entry in fs::read_dir(place.path("letters/new")).unwrap() {
        let letter = fs::read_to_string(entry.unwrap().path()).unwrap();
        let id = letter.lines().find_map(|line| line.strip_prefix("Message-ID: <")?.strip_suffix('>'));
        *ids.entry(id.unwrap().to_owned()).or_default() += 1;
    }
    ids
}

async fn check(place: &Place, n: usize, n_crashes: usize, what: &str) -> i64 {
    let store = place.store(&Options::default()).await.unwrap();
    let as_count = i64::try_from(n).unwrap();
    let counts = store.counts().await.unwrap();
    assert_eq!(counts.inbox, [(Outcome::Case, as_count)], "{what}: every mail is in a case");
    assert_eq!(counts.n_sightings, as_count, "{what}: every mail was seen once");
    assert_eq!(
        counts.subjects,
        [("case".into(), "for_ssc_consideration".into(), as_count)],
        "{what}: one case a mail"
    );
    assert_eq!(counts.letters, [("sealed".into(), as_count)], "{what}: one letter a case");
    assert_eq!(counts.deliveries, [(DeliveryState::Accepted, as_count)], "{what}: no delivery is open");
    assert!(matches!(store.verify().await.unwrap(), Verified::Whole { .. }), "{what}: the chain is whole");
    assert_eq!(store.integrity_check().await.unwrap(), Vec::<String>::new(), "{what}");

    let ids = message_ids(place);
    assert!(ids.values().all(|n| *n == 1), "{what}: a letter lies there once");
    let letters = store.letters(&LetterFilter::All, None, i64::MAX).await.unwrap();
    let of_cases: BTreeSet<_> = letters.iter().map(|letter| &letter.subject).collect();
    assert_eq!(of_cases.len(), n, "{what}: every case has its own letter");
    assert!(letters.iter().all(|letter| letter.kind == "acknowledgement"), "{what}");
    let sent: BTreeSet<_> = letters.iter().map(|letter| &letter.message_id).collect();
    assert_eq!(sent, ids.keys().collect(), "{what}: what lies there is what was decided");

    let again: Vec<_> =
        letters.iter().flat_map(|letter| &letter.deliveries).filter(|d| d.n_attempts > 1).collect();
    assert!(
        again.iter().all(|delivery| delivery.possible_duplicate),
        "{what}: a repeated send is marked as one"
    );
    let n_repeated: i64 = again.iter().map(|delivery| delivery.n_attempts - 1).sum();
    assert!(
        n_repeated <= IN_FLIGHT * i64::try_from(n_crashes).unwrap(),
        "{what}: {n_repeated} repeated sends"
    );

    let (register, timers) = caches(&store).await;
    for row in &register {
        let journal = store.journal(&row.subject).await.unwrap();
        let entries: Vec<_> = journal.into_iter().map(|recorded| recorded.entry).collect();
        let case = fold(&entries).unwrap().unwrap();
        assert_eq!(
            serde_json::to_vec(&case).unwrap(),
            row.body,
            "{what}: the register is the fold of the journal"
        );
        assert_eq!(entries.last().unwrap().version, row.version, "{what}");
    }
    let term = store.seize("the crash test", SystemClock.now(), Duration::from_mins(1)).await.unwrap();
    let world = build_world(&place.config()).unwrap();
    assert_eq!(rebuild(&store, term, &world, |_| {}).await.unwrap(), n, "{what}");
    assert_eq!(caches(&store).await, (register, timers), "{what}: rebuilding changes nothing");
    store.close().await;
    n_repeated
}

/// Twenty mails, some waiting and some arriving; the process ends at the n-th point, then runs on without a fault.
#[test]
fn wherever_it_ends_nothing_is_lost_or_doubled() {
    const PORTIONS: [usize; 4] = [8, 5, 4, 3];
    let (mut n_repeated, mut at) = (0, std::collections::BTreeMap::<String, usize>::new());
    for n in 1.. {
        let place = Place::new();
        let mut feed = Feed { place: &place, n_put: 0 };
        feed.put(PORTIONS[0]);
        let mut daemon = place.start(Some(n));
        let mut runs_on = true;
        for portion in &PORTIONS[1..] {
            runs_on = runs_on && daemon.until(|_| place.n_letters() >= feed.n_put);
            feed.put(*portion);
        }
        if runs_on && settle(&mut daemon, &place, feed.n_put) {
            daemon.end(Signal::KILL);
            block(check(&place, feed.n_put, 0, "undisturbed"));
            eprintln!("{} ends: {at:?}; {n_repeated} sends were repeated", n - 1);
            assert!(n > 60, "the points were not passed");
            return;
        }
        assert_eq!(daemon.wait().signal(), Some(Signal::ABORT.as_raw()), "{:?}", daemon.said);
        let place_of_end = daemon.said.last().cloned().unwrap_or_default();
        *at.entry(place_of_end.clone()).or_default() += 1;
        drop(daemon);
        n_repeated += finish(&place, feed.n_put, 1, &format!("point {n}: {place_of_end}"));
    }
}

/// Numbers that follow from a seed (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % n as u64).unwrap()
    }
}

/// Kills it `n_kills` times, each after a number of letters, and then some changes of its files, that the dice chose.
fn killed(n_mails: usize, n_kills: usize) {
    let seed = std::env::var("SSCD_SEED").map_or(20_261_102, |seed| seed.parse().unwrap());
    eprintln!("SSCD_SEED={seed}: {n_mails} mails, {n_kills} kills");
    let mut dice = Dice(seed);
    let mut kills: Vec<usize> = (0..n_kills).map(|_| dice.below(n_mails)).collect();
    kills.sort_unstable();
    let place = Place::new();
    let mut feed = Feed { place: &place, n_put: 0 };
    for n_letters in kills {
        let mut daemon = place.start(None);
        let mut n_more = dice.below(60);
        while place.n_letters() < n_letters || n_more > 0 {
            if place.n_letters() >= n_letters {
                n_more -= 1;
            }
            if feed.n_put < place.n_letters() + 60 {
                feed.put((1 + dice.below(80)).min(n_mails - feed.n_put));
            }
            // Nothing more to do is a moment as good as any other.
            if feed.n_put == n_mails && place.n_letters() == n_mails {
                break;
            }
            assert!(daemon.next(), "it ended by itself: {:?}", daemon.said);
        }
        assert_eq!(daemon.end(Signal::KILL).signal(), Some(Signal::KILL.as_raw()));
    }
    feed.put(n_mails - feed.n_put);
    let n_repeated = finish(&place, n_mails, n_kills, &format!("seed {seed}"));
    eprintln!(
        "{n_repeated} sends were repeated, at most {} may be",
        IN_FLIGHT * i64::try_from(n_kills).unwrap()
    );
}

#[test]
fn two_hundred_mails_outlive_ten_kills() {
    killed(200, 10);
}

#[test]
#[ignore = "takes minutes: `tests/run.sh --all` runs it"]
fn a_thousand_mails_outlive_forty_kills() {
    killed(1_000, 40);
}

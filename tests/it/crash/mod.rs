//! The real process ends in the middle, again and again; afterwards every mail is one case, every case has one
//! acknowledgement at the other side, and what was handed over twice is within its bound (FIELD.md 9).

mod check;
mod maildir;
mod servers;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::os::unix::process::ExitStatusExt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rustix::process::Signal;
use sscd::store::{Counts, Options, Outcome};

use super::daemon::{Daemon, Place};
use super::dice::Dice;
use check::check;

/// A daemon's surroundings: where its mail comes from, and where its letters go.
trait Around {
    /// At most this many letters are under way when it ends: connections x 16.
    const IN_FLIGHT: i64;

    fn place(&self) -> &Place;
    /// These mails arrive.
    fn put(&self, mails: Range<usize>);
    /// How many letters lie at the other side, copies not counted.
    fn n_letters(&self) -> usize;
    /// What lies at the other side, by Message-ID: the bytes of the letter, and how many copies there are of it.
    fn letters(&self) -> BTreeMap<String, (Vec<u8>, i64)>;
}

/// The Message-ID of a letter.
fn id_of(letter: &str) -> String {
    let id = letter.lines().find_map(|line| line.strip_prefix("Message-ID: <")?.strip_suffix('>'));
    id.unwrap().to_owned()
}

/// Mail that comes little by little.
struct Feed<'a, A> {
    around: &'a A,
    n_put: Cell<usize>,
}

impl<'a, A: Around> Feed<'a, A> {
    fn to(around: &'a A) -> Self {
        Self { around, n_put: Cell::new(0) }
    }

    fn n_put(&self) -> usize {
        self.n_put.get()
    }

    fn put(&self, n: usize) {
        let from = self.n_put();
        self.around.put(from..from + n);
        self.n_put.set(from + n);
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
fn settle(daemon: &mut Daemon<'_>, around: &impl Around, n: usize) -> bool {
    daemon.until(|_| {
        around.n_letters() >= n
            && block(async {
                let Some(store) = around.place().store(&Options { n_readers: 1, read_only: true }).await
                else {
                    return false;
                };
                let counts = store.counts().await;
                store.close().await;
                counts.is_ok_and(|counts| is_done(&counts, n))
            })
    })
}

/// Runs without faults until all is done, stops softly, and checks everything.
fn finish(around: &impl Around, n: usize, n_crashes: usize, what: &str) -> Repeated {
    let mut daemon = around.place().start(None);
    assert!(settle(&mut daemon, around, n), "{what}: it ended: {:?}", daemon.said);
    // Before it listens for the signal, SIGTERM simply ends it.
    assert!(daemon.until(|daemon| daemon.has_said("sscd runs")), "{what}: it ended: {:?}", daemon.said);
    assert_eq!(daemon.end(Signal::TERM).code(), Some(0), "{what}");
    block(check(around, n, n_crashes, what))
}

/// What was handed over more than once.
#[derive(Debug, Default, Clone, Copy)]
struct Repeated {
    /// As the record counts it: handed over again after an end in the middle.
    n_sends: i64,
    /// As the other side counts it: letters that lie there once more.
    n_copies: i64,
}

impl std::ops::AddAssign for Repeated {
    fn add_assign(&mut self, more: Self) {
        self.n_sends += more.n_sends;
        self.n_copies += more.n_copies;
    }
}

impl std::fmt::Display for Repeated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} sends were repeated, of which {} arrived twice", self.n_sends, self.n_copies)
    }
}

/// What an exhaustive run came by.
#[derive(Default)]
struct Seen {
    n_ends: u64,
    repeated: Repeated,
    /// How often it ended where.
    at: BTreeMap<String, usize>,
}

/// Ends each process at another point, in surroundings of its own, until one passes no more points than that: at the
/// first and each `stride`-th after it. A few go on beside each other: much of it is waiting.
fn wherever_it_ends<A: Around>(stride: u64, surroundings: impl Fn(u64) -> A + Sync) {
    const N_BESIDE_EACH_OTHER: usize = 4;
    let (next, has_failed, seen) = (AtomicU64::new(1), AtomicBool::new(false), Mutex::new(Seen::default()));
    let one_after_the_other = || {
        while !has_failed.load(Ordering::Relaxed) {
            let n = next.fetch_add(stride, Ordering::Relaxed);
            let ended = catch_unwind(AssertUnwindSafe(|| ends_at(&surroundings(n), n)));
            let ended = ended.unwrap_or_else(|panic| {
                has_failed.store(true, Ordering::Relaxed);
                resume_unwind(panic)
            });
            let Some((at, repeated)) = ended else { break };
            let mut seen = seen.lock().unwrap();
            seen.n_ends += 1;
            seen.repeated += repeated;
            *seen.at.entry(at).or_default() += 1;
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..N_BESIDE_EACH_OTHER {
            scope.spawn(one_after_the_other);
        }
    });
    let Seen { n_ends, repeated, at } = seen.into_inner().unwrap();
    eprintln!("{n_ends} ends: {at:?}; {repeated}");
    assert!(n_ends * stride > 60, "the points were not passed");
}

/// Twenty mails, some waiting and some arriving; the process ends at the n-th point, then runs on without a fault.
/// `None` when it came to its end undisturbed.
fn ends_at(around: &impl Around, n: u64) -> Option<(String, Repeated)> {
    const PORTIONS: [usize; 4] = [8, 5, 4, 3];
    let feed = Feed::to(around);
    feed.put(PORTIONS[0]);
    let mut daemon = around.place().start(Some(n));
    let mut runs_on = true;
    for portion in &PORTIONS[1..] {
        runs_on = runs_on && daemon.until(|_| around.n_letters() >= feed.n_put());
        feed.put(*portion);
    }
    if runs_on && settle(&mut daemon, around, feed.n_put()) {
        daemon.end(Signal::KILL);
        block(check(around, feed.n_put(), 0, "undisturbed"));
        return None;
    }
    assert_eq!(daemon.wait().signal(), Some(Signal::ABORT.as_raw()), "{:?}", daemon.said);
    let at = daemon.said.last().cloned().unwrap_or_default();
    drop(daemon);
    let repeated = finish(around, feed.n_put(), 1, &format!("point {n}: {at}"));
    Some((at, repeated))
}

/// Kills it `n_kills` times, each after a number of letters, and then some changes of its files, that the dice chose.
fn killed<A: Around>(around: &A, n_mails: usize, n_kills: usize) {
    let seed = std::env::var("SSCD_SEED").map_or(20_261_102, |seed| seed.parse().unwrap());
    eprintln!("SSCD_SEED={seed}: {n_mails} mails, {n_kills} kills");
    let mut dice = Dice(seed);
    let mut kills: Vec<usize> = (0..n_kills).map(|_| dice.below(n_mails)).collect();
    kills.sort_unstable();
    let feed = Feed::to(around);
    for n_letters in kills {
        let mut daemon = around.place().start(None);
        let mut n_more = dice.below(60);
        loop {
            let n_there = around.n_letters();
            if n_there >= n_letters {
                if n_more == 0 {
                    break;
                }
                n_more -= 1;
            }
            if feed.n_put() < n_there + 60 {
                feed.put((1 + dice.below(80)).min(n_mails - feed.n_put()));
            }
            // Nothing more to do is a moment as good as any other.
            if n_there == n_mails {
                break;
            }
            assert!(daemon.next(), "it ended by itself: {:?}", daemon.said);
        }
        assert_eq!(daemon.end(Signal::KILL).signal(), Some(Signal::KILL.as_raw()));
    }
    feed.put(n_mails - feed.n_put());
    let repeated = finish(around, n_mails, n_kills, &format!("seed {seed}"));
    eprintln!("{repeated}; at most {} may be", A::IN_FLIGHT * i64::try_from(n_kills).unwrap());
}

//! What growth costs: ten waits that are over in a small record and in a large one, and a digest over open cases. The real
//! engine decides and commits to a real record; the clock is turned.
//!
//! `cargo bench --bench cost -- [--small 1000] [--large 100000] [--digest 10000]`

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on says so and ends"
)]

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use sscd::config::{Config, build_world, write_sample};
use sscd::domain::case::{Channel, Signal};
use sscd::domain::id::Key;
use sscd::domain::notification::{Notification, enter};
use sscd::domain::route::{Target, entered_by_person};
use sscd::engine::{Alarms, CaseWork, Engine, Idle, Service as _, Wake, Work};
use sscd::ports::Clock as _;
use sscd::rehearse::Hands;
use sscd::store::{Options, RegisterFilter, Store};

/// The daemon's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BATCH: usize = 128;
/// Waits that are over at once.
const DUE: usize = 10;
const ROUNDS: usize = 15;

/// A record with a clock, and with or without an office that writes by itself.
struct Place {
    _folder: tempfile::TempDir,
    engine: Arc<Engine>,
    clock: Arc<Hands>,
    wake: Wake,
    n_cases: usize,
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, default: usize| {
        let at = words.iter().position(|word| word == name);
        at.map_or(default, |at| words.get(at + 1).and_then(|n| n.parse().ok()).expect("a number"))
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut ticks = Vec::new();
        for n in [number("--small", 1_000), number("--large", 100_000)] {
            let mut place = Place::open(false).await;
            place.fill(n).await;
            let took = place.ticks().await;
            println!("{DUE} waits that are over among {n} cases: {:.1} ms", millis(took));
            ticks.push(took);
        }
        println!("the larger record costs {:.2} times as much", millis(ticks[1]) / millis(ticks[0]));
        let n = number("--digest", 10_000);
        let mut place = Place::open(true).await;
        place.fill(n).await;
        println!("a digest over {n} open cases: {:.0} ms", millis(place.digest().await));
    });
}

fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1_000.0
}

impl Place {
    async fn open(writes_digests: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_sample(folder.path()).unwrap();
        let digest = if writes_digests { "0 30 8 * * Mon-Fri" } else { "" };
        let environment = [
            ("SSCD_DESK__DIGEST".into(), digest.into()),
            ("SSCD_DESK__LETTERS".into(), "false".into()),
            ("SSCD_REVIEWS__ENABLED".into(), "false".into()),
        ];
        let config =
            Config::load(Some(&folder.path().join("sscd.toml")), Path::new(""), &environment).unwrap();
        fs::create_dir_all(&config.state.folder).unwrap();
        let world = Arc::new(build_world(&config).unwrap());
        let clock = Arc::new(Hands::at("2026-11-02T10:00:00Z".parse().unwrap()));
        let url = format!("sqlite://{}", folder.path().join("sscd.db").display());
        let store = Store::open(&url, &Options { n_readers: 2, read_only: false }).await.unwrap();
        let alarms = Alarms::new(store.clone(), clock.clone(), Vec::new());
        let engine = Engine::start(store, world, clock.clone(), alarms, "cost".into()).await.unwrap();
        let wake = Wake { engine: engine.clone() };
        Self { _folder: folder, engine, clock, wake, n_cases: 0 }
    }

    /// With so many cases, all of them before the SSC.
    async fn fill(&mut self, n: usize) {
        while self.n_cases < n {
            self.log(BATCH.min(n - self.n_cases)).await;
        }
        self.pass(TimeDelta::hours(2)).await;
    }

    /// Cases of other Users, each of its own.
    async fn log(&mut self, n: usize) {
        let now = self.clock.now();
        let work = (self.n_cases..self.n_cases + n).map(|n| notified(n, now, &self.engine)).collect();
        let handled = self.engine.handle(work).await.unwrap();
        assert!(handled.iter().all(Result::is_ok), "a notice is logged");
        self.n_cases += n;
    }

    /// Time passes, and whatever is over is done.
    async fn pass(&mut self, by: TimeDelta) {
        self.clock.advance(by);
        self.rest().await;
    }

    async fn rest(&mut self) {
        loop {
            let now = self.clock.now();
            match self.wake.run_once().await.unwrap() {
                Idle::Never => {}
                Idle::Until(at) if at <= now => {}
                Idle::Until(_) | Idle::UntilTold => return,
            }
        }
    }

    /// The median of several times that ten cases go before the SSC.
    async fn ticks(&mut self) -> Duration {
        let mut took = Vec::new();
        for _ in 0..ROUNDS {
            self.log(DUE).await;
            self.clock.advance(TimeDelta::minutes(61));
            let begun = Instant::now();
            self.rest().await;
            took.push(begun.elapsed());
        }
        took.sort_unstable();
        took[ROUNDS / 2]
    }

    /// One digest, on the next morning.
    async fn digest(&mut self) -> Duration {
        let morning: DateTime<Utc> = "2026-11-03T08:29:00Z".parse().unwrap();
        self.pass(morning - self.clock.now()).await;
        let rows = self.engine.store.register_list(&RegisterFilter::All, None, 1).await.unwrap();
        assert!(!rows.is_empty(), "there are cases");
        self.clock.advance(TimeDelta::minutes(2));
        let before = self.engine.store.head().await.unwrap().seq;
        let begun = Instant::now();
        self.rest().await;
        let took = begun.elapsed();
        assert!(self.engine.store.head().await.unwrap().seq > before, "a digest was written");
        took
    }
}

fn notified(n: usize, now: DateTime<Utc>, engine: &Engine) -> Work {
    let world = engine.world();
    let mut notification = Notification::default();
    let by = Key("priya.nair".into());
    let name = format!("Party {n} Energy Ltd");
    for (field, text) in [
        ("user_party_name", name.as_str()),
        ("user_roles", "Import Supplier"),
        ("system_ordinal", "second"),
        ("employment_stage", "Testing"),
        ("intended_start", "1 March 2027"),
        ("id_arrangement", "Single existing"),
        ("provision", "In-house"),
        ("previously_assessed", "No"),
    ] {
        enter(&mut notification.fields, field, text, &by, &world.policy.user_roles)
            .expect("a value that reads");
    }
    notification.missing = notification.fields.missing();
    let signal = entered_by_person(Channel::Telephone, now, None, notification, None, &world);
    Work::Case(Box::new(CaseWork {
        target: Target::NewCase,
        cause: format!("operator:cost-{n}"),
        actor: "priya.nair".into(),
        signal: Signal::Notified(Box::new(signal)),
        inbox: Vec::new(),
        deliveries: Vec::new(),
    }))
}

//! A simulated year: two hundred Users, twenty members, four hundred notifications, and people, mail and post that do as
//! chance has it. It is a conversation that writes itself, so a seed that fails prints a story that can be played again.
//! After every day what must always hold is looked at.

mod books;
mod check;
mod letters;
mod life;
mod mail;
mod office;
mod people;

use life::Life;

/// Lives through so many days from that one on, and says how much happened.
fn live(seed: u64, from: &str, n_days: usize) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut life = Life::begin(seed, from.parse().unwrap(), n_days).await;
        while life.has_days() {
            if let Err(why) = Box::pin(life.day()).await {
                let (story, history) = (life.story(), life.history(&why).await);
                panic!("its story, to be played with sscd rehearse:\n{story}\n{history}seed {seed}: {why}");
            }
        }
        life.n_events().await
    })
}

/// A month with each change of the clocks; a whole year of an unoptimised program takes minutes.
#[test]
fn a_spring_passes() {
    live(1, "2027-03-08", 30);
}

#[test]
fn an_autumn_passes() {
    live(2, "2026-10-12", 30);
}

/// `cargo test --profile long --test it year::twenty -- --ignored --nocapture`.
#[cfg(not(debug_assertions))]
#[test]
#[ignore = "minutes"]
fn twenty_years_pass() {
    let seeds = std::sync::atomic::AtomicU64::new(1);
    let next = || Some(seeds.fetch_add(1, std::sync::atomic::Ordering::Relaxed)).filter(|seed| *seed <= 20);
    let one = |seed| told(seed, 365);
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    let begun = std::time::Instant::now();
    let n_events: usize = std::thread::scope(|scope| {
        let some = || scope.spawn(|| std::iter::from_fn(next).map(one).sum::<usize>());
        let threads: Vec<_> = std::iter::repeat_with(some).take(n_threads).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    println!("twenty years: {n_events} events in {:.1} s", begun.elapsed().as_secs_f64());
}

/// Lives through them and says what it took.
fn told(seed: u64, n_days: usize) -> usize {
    let begun = std::time::Instant::now();
    let n_events = live(seed, "2026-11-02", n_days);
    let seconds = begun.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let pace = n_events as f64 / seconds;
    println!("seed {seed}, {n_days} days: {n_events} events in {seconds:.1} s, {pace:.0} a second");
    n_events
}

/// For whoever looks for a seed that fails: `SSCD_SEED=7 SSCD_DAYS=365`.
#[test]
#[ignore = "minutes, of a seed of one's own"]
fn a_year_of_ones_own_passes() {
    let number = |name: &str, default: u64| {
        std::env::var(name).ok().map_or(default, |text| text.parse().expect("a number"))
    };
    let n_days = usize::try_from(number("SSCD_DAYS", 30)).unwrap();
    told(number("SSCD_SEED", 7), n_days);
}

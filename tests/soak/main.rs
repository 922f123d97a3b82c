//! A soak: a steady stream of mail through the real daemon between a real Dovecot and a real SMTP server, while servers
//! restart, lines are cut or go silent, the disk fills, the clock is set and the process is killed. Afterwards the
//! counters of both sides must agree, and memory, handles and latency be flat. In: minutes and a seed; out: figures, and
//! a picture of the run.
//!
//! `cargo bench --bench soak -- [--minutes 30] [--seed 20261124] [--pace 6] [--plot tests/soak/plot.svg]`

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a soak that cannot go on says so and ends"
)]

#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../it/servers/authority.rs"]
mod authority;
mod check;
mod daemon;
#[path = "../it/dice.rs"]
mod dice;
mod disk;
#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../it/servers/dovecot.rs"]
mod dovecot;
mod fault;
#[expect(dead_code, reason = "the benchmark needs more of it")]
#[path = "../bench/load.rs"]
mod load;
#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../it/notice.rs"]
mod notice;
mod plot;
#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../it/servers/post.rs"]
mod post;
#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../it/servers/process.rs"]
mod process;
#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../it/servers/proxy.rs"]
mod proxy;
mod run;
mod stream;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use daemon::Daemon;
use dice::Dice;
use disk::Disk;
use dovecot::Dovecot;
use fault::{Around, Faults};
use load::Place;
use post::PostOffice;
use proxy::Proxy;
use run::Run;
use rustix::process::Signal;
use stream::Stream;

struct Args {
    minutes: u32,
    seed: u64,
    /// Mails a second.
    pace: u32,
    plot: Option<PathBuf>,
}

impl Args {
    fn read() -> Self {
        let words: Vec<String> = std::env::args().skip(1).collect();
        let word = |name: &str| {
            let at = words.iter().position(|word| word == name)?;
            Some(words.get(at + 1).unwrap_or_else(|| panic!("a value after {name}")).clone())
        };
        Self {
            minutes: word("--minutes").map_or(30, |n| n.parse().expect("minutes")),
            seed: word("--seed").map_or(20_261_124, |n| n.parse().expect("a seed")),
            pace: word("--pace").map_or(6, |n| n.parse().expect("mails a second")),
            plot: word("--plot").map(PathBuf::from),
        }
    }
}

fn main() -> ExitCode {
    let args = Args::read();
    println!("--minutes {} --seed {} --pace {}", args.minutes, args.seed, args.pace);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (dovecot, post) = (Dovecot::start(), PostOffice::start(&[]));
    let mailbox_line = runtime.block_on(Proxy::to(dovecot.imap_port));
    let post_line = runtime.block_on(Proxy::to(post.port));
    // Each notice is a User's own.
    let n_users = usize::try_from(args.minutes * 60 * args.pace * 3 / 2).unwrap();
    let place = Place::new(
        &format!("port = {}\nsilence_seconds = 3\nidle_seconds = 5", mailbox_line.port),
        &format!("port = {}\nsilence_seconds = 3", post_line.port),
        n_users,
    );
    without_budgets(&place);
    let disk = Disk::mount(&place.path("disk.image"), &place.path("state"));
    if let Err(why) = &disk {
        println!("no disk is filled: {why}");
    }
    if !Daemon::can_set_clock() {
        println!("no clock is set: the package faketime is not there");
    }
    let mut around = Around {
        dovecot: &dovecot,
        post: &post,
        mailbox_line: &mailbox_line,
        post_line: &post_line,
        disk: disk.as_ref().ok(),
        daemon: Daemon::start(&place),
        mailbox_is_down: false,
    };
    let mut run = Run::new(Stream::new(args.seed), args.pace, Dice(args.seed ^ 0x9ACE));
    let mut faults = Faults::new(args.seed);
    run.go(f64::from(args.minutes) * 60.0, &mut around, &mut faults);
    let drained = Instant::now();
    let is_drained = run.drain(&place, &mut around);
    println!("all was done {:.1} s after the last fault ended", drained.elapsed().as_secs_f64());
    around.daemon.end(Signal::TERM);
    if let Some(path) = &args.plot {
        std::fs::write(path, plot::draw(&run, &faults)).unwrap();
    }
    let remarks = runtime.block_on(check::check(&place, &around, &run, &faults));
    if is_drained && remarks.is_empty() {
        println!("all of it is so");
        return ExitCode::SUCCESS;
    }
    for remark in &remarks {
        println!("NOT SO: {remark}");
    }
    let kept = tempfile::tempdir().unwrap().keep();
    for name in ["sscd.log", "state/sscd.db"] {
        std::fs::copy(place.path(name), kept.join(name.rsplit('/').next().unwrap())).unwrap();
    }
    println!("record and log are kept in {}", kept.display());
    ExitCode::FAILURE
}

/// The corpus writes from the same few addresses again and again, and no budget is to limit the run. Nor is it counted on
/// what the office writes by itself.
fn without_budgets(place: &Place) {
    let budgets = ["answers_to_address", "to_domain", "in_all"];
    let config = std::fs::read_to_string(place.path("sscd.toml")).unwrap();
    let raised = config.lines().map(|line| match budgets.iter().find(|name| line.starts_with(**name)) {
        Some(name) => format!("{name} = {{ hour = 1_000_000, day = 1_000_000 }}\n"),
        None if line.starts_with("digest = ") => "digest = \"\"\n".into(),
        None if line.starts_with("letters = ") => "letters = false\n".into(),
        None => format!("{line}\n"),
    });
    std::fs::write(place.path("sscd.toml"), raised.collect::<String>()).unwrap();
}

//! The whole path under load: mails wait in a real Dovecot, the real daemon takes them in, decides, and answers through
//! a real SMTP server (Postfix's `smtp-sink`). Beside it, from the same run, the bare limits of this machine.
//!
//! `cargo bench --bench path -- [--mails 20000] [--cases 100000] [--single 100] [--large]`

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on says so and ends"
)]

#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../it/servers/authority.rs"]
mod authority;
mod bare;
mod daemon;
#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../it/servers/dovecot.rs"]
mod dovecot;
mod load;
#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../it/notice.rs"]
mod notice;
#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../it/servers/process.rs"]
mod process;
mod sink;

use std::time::Duration;

use daemon::Daemon;
use dovecot::Dovecot;
use load::Place;
use sink::Sink;

/// What is measured.
struct Args {
    n_mails: usize,
    n_cases: usize,
    n_single: usize,
    large: bool,
}

impl Args {
    fn read() -> Self {
        let words: Vec<String> = std::env::args().skip(1).collect();
        let number = |name: &str, default| {
            let at = words.iter().position(|word| word == name);
            at.map_or(default, |at| words.get(at + 1).and_then(|n| n.parse().ok()).expect("a number"))
        };
        Self {
            n_mails: number("--mails", 20_000),
            n_cases: number("--cases", 0),
            n_single: number("--single", 100),
            large: words.iter().any(|word| word == "--large"),
        }
    }
}

fn main() {
    let args = Args::read();
    let dovecot = Dovecot::start();
    let sink = Sink::start();
    let (mailbox, post) = (format!("port = {}", dovecot.imap_port), format!("port = {}", sink.port));
    let place = Place::new(&mailbox, &post, args.n_cases + args.n_mails + args.n_single);
    if args.n_cases > 0 {
        let mails = load::mails(0..args.n_cases);
        dovecot.lay_down(&mails);
        let mut daemon = Daemon::start(&place);
        daemon.until_accepted(args.n_cases);
        println!("{} cases stand in the record ({:.1} s)", args.n_cases, daemon.age().as_secs_f64());
        daemon.stop();
        dovecot.doveadm(&["expunge", "-u", dovecot::OFFICE, "mailbox", "INBOX", "all"]);
    }
    let (first, end) = (args.n_cases, args.n_cases + args.n_mails);
    let mut mails = load::mails(first..end);
    if args.large {
        mails.insert(args.n_mails / 2, load::large());
    }
    dovecot.lay_down(&mails);
    let fetch = bare::fetch(&dovecot);

    let mut daemon = Daemon::start(&place);
    daemon.until_accepted(args.n_mails);
    let whole = daemon.age();
    let rate = per_second(args.n_mails, whole);
    println!("everything as shipped but the breaker over all letters: budget.in_all = {}", load::IN_ALL);
    println!("whole path: {} mails in {:.2} s: {rate:.0}/s", args.n_mails, whole.as_secs_f64());
    println!("  memory: {} MB at most (VmHWM)", daemon.peak_memory() / 1024);
    let busy = daemon.processor_time().as_secs_f64();
    println!("  processors: {:.2} of them busy with the daemon", busy / whole.as_secs_f64());
    if args.n_single > 0 {
        let mut singles = daemon.singles(&dovecot, end, args.n_single);
        singles.sort_unstable();
        let at = |share: usize| singles[(singles.len() - 1) * share / 100].as_millis();
        println!("single mail, LMTP to accepted: median {} ms, p99 {} ms", at(50), at(99));
    }
    let stages = daemon.stop();
    for (stage, busy) in stages {
        println!("  {stage:<18} {:>5.1} % of the time", 100.0 * busy.as_secs_f64() / whole.as_secs_f64());
    }
    let smtp = bare::smtp(&sink, &bare::letter(&place), args.n_mails);
    let bare = bare::sqlite(&place, first, args.n_mails);
    for (what, limit) in [("IMAP fetch", fetch), ("SMTP, four connections", smtp), ("bare SQLite", bare)] {
        println!("{what} alone: {limit:.0}/s; the whole path is {:.2} of it", rate / limit);
    }
    let idle = Daemon::start(&Place::new(&mailbox, &post, 0));
    println!("idle: {} MB (VmHWM)", idle.peak_memory() / 1024);
}

fn per_second(n: usize, took: Duration) -> f64 {
    f64::from(u32::try_from(n).unwrap()) / took.as_secs_f64()
}

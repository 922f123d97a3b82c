//! The real daemon, as a child. It is not asked while it works: its log tells how far it is.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::dovecot::Dovecot;
use super::load::{self, Place};

const PATIENCE: Duration = Duration::from_mins(1);

pub struct Daemon {
    child: Child,
    said: Receiver<(Instant, Value)>,
    runs_since: Instant,
    last: Instant,
    n_accepted: u64,
}

impl Daemon {
    /// Comes back when it has said that it runs.
    pub fn start(place: &Place) -> Self {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--", env!("CARGO_BIN_EXE_sscd"), "run", "--config"]);
        command.arg(place.path("sscd.toml")).env("SSCD_LOG__FORMAT", "json");
        command.env("SSCD_LOG__LEVEL", "info,sscd::engine::stage=debug");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (teller, said) = channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let Ok(line) = serde_json::from_str(&line) else { panic!("sscd says {line}") };
                drop(teller.send((Instant::now(), line)));
            }
        });
        let mut daemon =
            Self { child, said, runs_since: Instant::now(), last: Instant::now(), n_accepted: 0 };
        daemon.runs_since = daemon.until(|_, line| line["message"] == "sscd runs");
        daemon
    }

    fn until(&mut self, mut is_it: impl FnMut(&mut Self, &Value) -> bool) -> Instant {
        loop {
            let (at, line) = self.said.recv_timeout(PATIENCE).expect("the daemon goes on");
            if line["level"] != "INFO" && line["level"] != "DEBUG" {
                eprintln!("{line}");
            }
            if is_it(self, &line) {
                return at;
            }
        }
    }

    /// Comes back when so many letters were accepted since it started, or since the last call.
    pub fn until_accepted(&mut self, n: usize) {
        let end = self.n_accepted + n as u64;
        self.last = self.until(|daemon, line| {
            if line["message"] == "letters accepted" {
                daemon.n_accepted += line["letter.n"].as_u64().unwrap();
            }
            daemon.n_accepted >= end
        });
    }

    /// From the moment in which it ran to the last letter that was accepted.
    pub fn age(&self) -> Duration {
        self.last - self.runs_since
    }

    /// One mail after the other, each from its LMTP delivery to the acceptance of its acknowledgement.
    pub fn singles(&mut self, dovecot: &Dovecot, first: usize, n: usize) -> Vec<Duration> {
        (first..first + n)
            .map(|n| {
                let mail = load::mails(n..n + 1);
                let start = Instant::now();
                dovecot.deliver([mail[0].as_slice()]);
                self.until_accepted(1);
                self.last - start
            })
            .collect()
    }

    /// kB.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Processor time so far, its own and the kernel's for it.
    pub fn processor_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let ticks: u64 = fields.split(' ').skip(11).take(2).map(|n| n.parse::<u64>().unwrap()).sum();
        // proc(5): in ticks, of which Linux tells a hundred a second.
        Duration::from_millis(10 * ticks)
    }

    /// Stops it softly; how long each of its stages was busy.
    pub fn stop(mut self) -> Vec<(String, Duration)> {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        let mut stages = Vec::new();
        self.until(|_, line| {
            if line["message"] == "stage" {
                let busy = Duration::from_millis(line["stage.busy_ms"].as_u64().unwrap());
                stages.push((line["stage.name"].as_str().unwrap().to_owned(), busy));
            }
            line["message"] == "stopped"
        });
        self.child.wait().unwrap();
        stages
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

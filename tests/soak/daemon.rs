//! The daemon under test: started again whenever it has ended, as a service manager does; looked at from outside; its
//! clock can be set (libfaketime of the Debian package `faketime`).

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::load::Place;

const LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/// What the process takes.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Seconds since the start of the run.
    pub at: f64,
    pub memory_mb: f64,
    pub handles: f64,
    pub threads: f64,
}

pub struct Daemon<'a> {
    place: &'a Place,
    child: Child,
    pub n_kills: u32,
    /// Ends that nobody asked for: it does not start without its disk.
    pub n_ends: u32,
}

impl<'a> Daemon<'a> {
    pub fn start(place: &'a Place) -> Self {
        set_clock(place, 0);
        Self { place, child: spawn(place), n_kills: 0, n_ends: 0 }
    }

    pub fn can_set_clock() -> bool {
        Path::new(LIBRARY).exists()
    }

    /// So many seconds from the true time.
    pub fn set_clock(&self, offset: i64) {
        set_clock(self.place, offset);
    }

    /// Starts it where it has ended by itself.
    pub fn look(&mut self) {
        if self.child.try_wait().unwrap().is_some() {
            self.n_ends += 1;
            self.child = spawn(self.place);
        }
    }

    pub fn kill(&mut self) {
        self.end(Signal::KILL);
        self.n_kills += 1;
        self.child = spawn(self.place);
    }

    pub fn end(&mut self, signal: Signal) {
        if let Ok(None) = self.child.try_wait() {
            kill_process(Pid::from_child(&self.child), signal).unwrap();
        }
        self.child.wait().unwrap();
    }

    /// `None` while it ends or starts.
    pub fn sample(&self, at: f64) -> Option<Sample> {
        let process = PathBuf::from(format!("/proc/{}", self.child.id()));
        let status = fs::read_to_string(process.join("status")).ok()?;
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim().trim_end_matches(" kB").parse::<f64>().ok()
        };
        let handles = u32::try_from(fs::read_dir(process.join("fd")).ok()?.count()).ok()?;
        let memory_mb = number("VmRSS:")? / 1024.0;
        Some(Sample { at, memory_mb, handles: handles.into(), threads: number("Threads:")? })
    }
}

fn set_clock(place: &Place, offset: i64) {
    fs::write(place.path("clock.new"), format!("{offset:+}\n")).unwrap();
    fs::rename(place.path("clock.new"), place.path("clock")).unwrap();
}

fn spawn(place: &Place) -> Child {
    let log = File::options().create(true).append(true).open(place.path("sscd.log")).unwrap();
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--", env!("CARGO_BIN_EXE_sscd"), "run", "--config"]);
    command.arg(place.path("sscd.toml"));
    if Daemon::can_set_clock() {
        command.env("LD_PRELOAD", LIBRARY).env("FAKETIME_TIMESTAMP_FILE", place.path("clock"));
        command.envs([
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ("FAKETIME_CACHE_DURATION", "1"),
            ("NO_FAKE_STAT", "1"),
        ]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap()
}

impl Drop for Daemon<'_> {
    fn drop(&mut self) {
        self.end(Signal::KILL);
    }
}

//! What reading one mail may cost: ten seconds and 128 MiB, and no panic. What costs more is written to `target/fuzz`.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use sscd::domain::notification::Reading;
use sscd::domain::world::World;

use crate::corpus::{read, world};

const PATIENCE: Duration = Duration::from_secs(10);
const MEMORY: u64 = 128 << 20;
/// Address space of the whole process.
const SPACE: u64 = 8 << 30;

enum Word {
    Begins(String, Arc<[u8]>),
    Ends,
}

/// Reads mails under guard.
pub struct Watch {
    world: World,
    guard: Sender<Word>,
    pub slowest: Duration,
    pub largest: u64,
}

impl Watch {
    pub fn new() -> Self {
        let (guard, heard) = channel();
        std::thread::spawn(move || stand_by(&heard));
        if is_alone() {
            let space = rustix::process::Rlimit { current: Some(SPACE), maximum: Some(SPACE) };
            rustix::process::setrlimit(rustix::process::Resource::As, space).unwrap();
        }
        Self { world: world(), guard, slowest: Duration::ZERO, largest: 0 }
    }

    /// What is read from a mail; the name is that of the file if it must be kept.
    pub fn read(&mut self, name: &str, mail: Vec<u8>) -> Result<Reading, String> {
        let mail: Arc<[u8]> = mail.into();
        self.guard.send(Word::Begins(name.into(), Arc::clone(&mail))).unwrap();
        let before = begin_to_measure();
        let began = Instant::now();
        let reading = catch_unwind(AssertUnwindSafe(|| read(&mail, &self.world).1));
        self.slowest = self.slowest.max(began.elapsed());
        let grown = peak().saturating_sub(before);
        self.guard.send(Word::Ends).unwrap();
        let reading = reading.map_err(|_| format!("a panic: {}", keep(name, &mail)))?;
        if is_alone() {
            self.largest = self.largest.max(grown);
            if grown > MEMORY {
                return Err(format!("{} MiB: {}", grown >> 20, keep(name, &mail)));
            }
        }
        Ok(reading)
    }
}

fn stand_by(heard: &Receiver<Word>) {
    while let Ok(Word::Begins(name, mail)) = heard.recv() {
        if matches!(heard.recv_timeout(PATIENCE), Err(RecvTimeoutError::Timeout)) {
            eprintln!("longer than {PATIENCE:?}: {}", keep(&name, &mail));
            std::process::abort();
        }
    }
}

/// Writes a mail down; how to read it again.
fn keep(name: &str, mail: &[u8]) -> String {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/fuzz"));
    fs::create_dir_all(&folder).unwrap();
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let path = folder.join(format!("{plain}.eml"));
    fs::write(&path, mail).unwrap();
    format!("{name}; again with: sscd read {}", path.display())
}

/// Under nextest each test has a process to itself, and its memory is its own.
fn is_alone() -> bool {
    std::env::var_os("NEXTEST").is_some()
}

/// Lets the peak begin anew; octets in use now.
fn begin_to_measure() -> u64 {
    fs::write("/proc/self/clear_refs", "5").unwrap();
    of_status("VmRSS:")
}

fn peak() -> u64 {
    of_status("VmHWM:")
}

fn of_status(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let value = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    value.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

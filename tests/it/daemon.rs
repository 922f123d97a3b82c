//! The real daemon as a child of the test, on a folder of its own: mail is put into its Maildir, letters are found in
//! its folder. It is watched, never polled: files that change and lines that it says are one stream.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use notify::{EventKind, RecursiveMode, Watcher};
use rustix::process::{Pid, Signal, kill_process};
use sscd::adapters::maildir;
use sscd::config::{Config, write_sample};
use sscd::store::{Options, Store};

/// Long for a silence; tests end far sooner.
const PATIENCE: Duration = Duration::from_secs(30);
/// No test waits longer for one thing, whatever else happens meanwhile.
const LONGEST: Duration = Duration::from_mins(10);

/// Most of these tests are about other things, and have much mail of few Users.
const LARGE_BUDGETS: &str = "answers_to_address = { hour = 100000, day = 100000 }\n\
    to_domain = { hour = 100000, day = 100000 }\nin_all = { hour = 100000, day = 100000 }\n";

const SHIPPED: &str = include_str!("../../config/sscd.toml");

fn shipped_budgets() -> &'static str {
    let (_, budgets) = SHIPPED.split_once("[budget]\n").unwrap();
    budgets.split_inclusive("\n\n").next().unwrap()
}

fn with_large_budgets() -> String {
    SHIPPED.replace(shipped_budgets(), LARGE_BUDGETS)
}

/// What the office writes by itself comes by the clock on the wall, which these tests do not turn.
pub fn without_desk(config: &str) -> String {
    let quiet = config.replace("digest = \"0 30 8 * * Mon-Fri\"", "digest = \"\"");
    assert_ne!(quiet, config);
    let quiet = quiet.replace("letters = true ", "letters = false ");
    quiet.replace("enabled = true ", "enabled = false ")
}

pub enum Heard {
    /// A file was made or written.
    Changed,
    Said(String),
    /// The daemon's output has ended, and with it the daemon.
    Ended,
}

pub struct Place {
    folder: tempfile::TempDir,
    tell: Sender<Heard>,
    pub heard: Receiver<Heard>,
    watcher: notify::RecommendedWatcher,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_sample(folder.path()).unwrap();
        fs::write(folder.path().join("sscd.toml"), without_desk(&with_large_budgets())).unwrap();
        for maildir in ["mail", "letters"] {
            maildir::create(&folder.path().join(maildir)).unwrap();
        }
        fs::create_dir(folder.path().join("state")).unwrap();
        let (tell, heard) = channel();
        let teller = tell.clone();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if matches!(event.unwrap().kind, EventKind::Create(_) | EventKind::Modify(_)) {
                drop(teller.send(Heard::Changed));
            }
        })
        .unwrap();
        for watched in ["letters/new", "state"] {
            watcher.watch(&folder.path().join(watched), RecursiveMode::NonRecursive).unwrap();
        }
        Self { folder, tell, heard, watcher }
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Reads and sends as these sections say, in place of the sample's mailbox and folder of letters.
    pub fn connect(&self, sections: &str) {
        let text = without_desk(&with_large_budgets());
        let (head, rest) = text.split_once("# A mailbox to read").unwrap();
        let (_, tail) = rest.split_once("[log]").unwrap();
        fs::write(self.path("sscd.toml"), format!("{head}{sections}\n[log]{tail}")).unwrap();
    }

    /// Goes back to the budgets that are shipped.
    pub fn ship_budgets(&self) {
        let (shipped, text) = (shipped_budgets(), fs::read_to_string(self.path("sscd.toml")).unwrap());
        fs::write(self.path("sscd.toml"), text.replace(LARGE_BUDGETS, shipped)).unwrap();
    }

    /// A file that nobody else can read.
    pub fn keep_secret(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), PermissionsExt::from_mode(0o600)).unwrap();
    }

    /// What happens in this folder wakes whoever waits, too.
    pub fn watch(&mut self, folder: &Path) {
        self.watcher.watch(folder, RecursiveMode::NonRecursive).unwrap();
    }

    /// What a command prints as JSON, and its exit code.
    pub fn ask(&self, words: &[&str]) -> (serde_json::Value, Option<i32>) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sscd"));
        command.arg("--config").arg(self.path("sscd.toml")).args(words).arg("--json");
        let output = command.output().unwrap();
        let printed = serde_json::from_slice(&output.stdout);
        (printed.unwrap_or_else(|_| panic!("{words:?}: {output:?}")), output.status.code())
    }

    pub fn put(&self, name: &str, mail: &str) {
        self.put_bytes(name, mail.as_bytes());
    }

    pub fn put_bytes(&self, name: &str, mail: &[u8]) {
        let tmp = self.path("mail/tmp").join(name);
        fs::write(&tmp, mail).unwrap();
        fs::rename(tmp, self.path("mail/new").join(name)).unwrap();
    }

    pub fn n_letters(&self) -> usize {
        fs::read_dir(self.path("letters/new")).unwrap().count()
    }

    pub fn config(&self) -> Config {
        Config::load(Some(&self.path("sscd.toml")), Path::new(""), &[]).unwrap()
    }

    pub async fn store(&self, options: &Options) -> Option<Store> {
        let url = format!("sqlite://{}", self.path("state/sscd.db").display());
        Store::open(&url, options).await.ok()
    }

    /// Starts the daemon; `abort_at` is where it is to end by itself.
    pub fn start(&self, abort_at: Option<u64>) -> Daemon<'_> {
        let abort_at = abort_at.map(|n| ("SSCD_ABORT_AT", n.to_string()));
        self.start_with(abort_at.as_slice())
    }

    /// Starts the daemon with these environment variables.
    pub fn start_with(&self, variables: &[(&str, String)]) -> Daemon<'_> {
        while self.heard.try_recv().is_ok() {}
        // It ends with us, however we end.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--", env!("CARGO_BIN_EXE_sscd"), "run", "--config"]);
        command.arg(self.path("sscd.toml")).current_dir(self.folder.path());
        command.env_remove("SSCD_ABORT_AT").envs(variables.iter().cloned());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (stderr, teller) = (child.stderr.take().unwrap(), self.tell.clone());
        let listener = std::thread::spawn(move || {
            let lines = std::io::BufRead::lines(std::io::BufReader::new(stderr));
            lines.map_while(Result::ok).for_each(|line| drop(teller.send(Heard::Said(line))));
            drop(teller.send(Heard::Ended));
        });
        Daemon { place: self, child, listener: Some(listener), said: Vec::new(), has_ended: false }
    }
}

pub struct Daemon<'a> {
    place: &'a Place,
    child: Child,
    /// Passes on what it says.
    listener: Option<JoinHandle<()>>,
    pub said: Vec<String>,
    has_ended: bool,
}

impl Daemon<'_> {
    /// Comes back at the next thing that happens: `false` when the daemon has ended.
    pub fn next(&mut self) -> bool {
        if self.has_ended {
            return false;
        }
        let mut heard = self.place.heard.recv_timeout(PATIENCE).ok();
        assert!(
            heard.is_some(),
            "nothing happens; the daemon said:\n{}\nits status is {:#}",
            self.said.join("\n"),
            self.place.ask(&["status"]).0
        );
        while let Some(one) = heard {
            match one {
                Heard::Changed => {}
                Heard::Said(line) => self.said.push(line),
                Heard::Ended => {
                    self.has_ended = true;
                    return false;
                }
            }
            heard = self.place.heard.try_recv().ok();
        }
        true
    }

    /// Comes back when `is_so`: `false` when the daemon has ended before.
    pub fn until(&mut self, mut is_so: impl FnMut(&Self) -> bool) -> bool {
        let start = Instant::now();
        while !is_so(self) {
            assert!(start.elapsed() < LONGEST, "in vain; the daemon said:\n{}", self.said.join("\n"));
            if !self.next() {
                return false;
            }
        }
        true
    }

    pub fn has_said(&self, words: &str) -> bool {
        self.n_said(words) > 0
    }

    pub fn n_said(&self, words: &str) -> usize {
        self.said.iter().filter(|line| line.contains(words)).count()
    }

    /// The most memory that it had so far, in kB.
    pub fn peak_kb(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        peak.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Sends it a signal, by its id.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Sends it a signal, by its id, and waits for its end.
    pub fn end(mut self, signal: Signal) -> ExitStatus {
        if let Ok(None) = self.child.try_wait() {
            self.signal(signal);
        }
        self.wait()
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        self.until(|_| false);
        self.child.wait().unwrap()
    }
}

impl Drop for Daemon<'_> {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            drop(self.child.kill());
            drop(self.child.wait());
        }
        // Else its end would be heard as that of the next one.
        drop(self.listener.take().map(JoinHandle::join));
    }
}

#[test]
fn a_second_daemon_on_the_folder_says_why_it_does_not_start() {
    let place = Place::new();
    let mut first = place.start(None);
    assert!(first.until(|first| first.has_said("sscd runs")), "{:?}", first.said);
    let output = Command::new(env!("CARGO_BIN_EXE_sscd"))
        .args(["run", "--config"])
        .arg(place.path("sscd.toml"))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("sscd: another sscd works on the state folder"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert_eq!(first.end(Signal::TERM).code(), Some(0));
}

#[test]
fn sigterm_stops_it_within_five_seconds_with_exit_code_0() {
    let place = Place::new();
    for n in 0..50 {
        place.put(&format!("{n}.test"), "From: a@b.test\r\nSubject: hello\r\n\r\nNothing for you.\r\n");
    }
    let mut daemon = place.start(None);
    assert!(daemon.until(|daemon| daemon.has_said("took mail in")), "{:?}", daemon.said);
    let asked = Instant::now();
    let status = daemon.end(Signal::TERM);
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    assert_eq!((status.code(), status.signal()), (Some(0), None));
}

#[test]
fn a_maildir_of_old_mail_is_recorded_and_not_answered() {
    let place = Place::new();
    let config = fs::read_to_string(place.path("sscd.toml")).unwrap();
    let from = "kind = \"maildir\"  ";
    assert!(config.contains(from));
    let config = config.replace(from, "kind = \"maildir\"\nstart_from = 2026-01-05 #");
    fs::write(place.path("sscd.toml"), config).unwrap();
    for n in 0..3 {
        place.put(&format!("{n}.test"), &crate::notice::notice(n));
    }
    let written = chrono::DateTime::UNIX_EPOCH + chrono::Days::new(20_000);
    for n in 0..2 {
        let file = fs::File::options().append(true).open(place.path(format!("mail/new/{n}.test"))).unwrap();
        file.set_modified(written.into()).unwrap();
    }
    let mut daemon = place.start(None);
    assert!(daemon.until(|_| place.n_letters() == 1), "{:?}", daemon.said);
    assert_eq!(place.ask(&["status"]).0["counts"]["inbox"], serde_json::json!({"case": 1, "older": 2}));
    let (mails, _) = place.ask(&["inbox", "list"]);
    let received = |outcome: &str| {
        let all = mails.as_array().unwrap().iter().filter(|mail| mail["outcome"] == outcome);
        all.map(|mail| mail["received_at"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(received("older"), ["2024-10-04T00:00:00Z"; 2], "{mails:#}");
    assert_eq!(daemon.end(Signal::TERM).code(), Some(0));
}

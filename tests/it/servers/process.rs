//! A server as a child of the test: started, waited for by its own word, ended by its id.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

const START_AT_MOST: Duration = Duration::from_secs(30);
const ANSWER_AT_MOST: Duration = Duration::from_mins(2);

#[derive(Debug)]
pub struct Server {
    child: Child,
    stdin: Option<ChildStdin>,
    said: Receiver<String>,
    heard: RefCell<Vec<String>>,
}

impl Server {
    /// Starts it, and comes back when it has said a line with `ready` in it.
    pub fn start(command: &mut Command, ready: &str) -> Self {
        let name = format!("{command:?}");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name}: {error}; `tests/run.sh` installs what the tests need"));
        let (teller, said) = channel();
        let outputs: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for output in outputs {
            let teller = teller.clone();
            // It also keeps the pipe empty, so that the server never waits for us.
            std::thread::spawn(move || {
                BufReader::new(output).lines().map_while(Result::ok).for_each(|line| drop(teller.send(line)));
            });
        }
        let stdin = child.stdin.take();
        let server = Self { child, stdin, said, heard: RefCell::default() };
        let mut heard = Vec::new();
        while heard.last().is_none_or(|line: &String| !line.contains(ready)) {
            let Ok(line) = server.said.recv_timeout(START_AT_MOST) else {
                panic!("{name} does not start; it said: {}", heard.join("\n"))
            };
            heard.push(line);
        }
        server
    }

    /// Says a line to it and comes back when it has said `ok`.
    pub fn tell(&mut self, line: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{line}").unwrap();
        while self.said.recv_timeout(START_AT_MOST).expect("an answer to an order") != "ok" {}
    }

    /// Says a line to it and gives what it says behind `answer `, within two minutes.
    pub fn ask(&mut self, line: &str) -> String {
        writeln!(self.stdin.as_mut().unwrap(), "{line}").unwrap();
        loop {
            let said = self.said.recv_timeout(ANSWER_AT_MOST).unwrap_or_else(|error| {
                panic!("{line}: {error}; it said: {}", self.heard.borrow().join("\n"))
            });
            if let Some(answer) = said.strip_prefix("answer ") {
                return answer.to_owned();
            }
            self.heard.borrow_mut().push(said);
        }
    }

    /// How many lines of its log say this, so far.
    pub fn n_said(&self, words: &str) -> usize {
        let mut heard = self.heard.borrow_mut();
        heard.extend(self.said.try_iter());
        heard.iter().filter(|line| line.contains(words)).count()
    }

    fn end(&mut self, signal: Signal) {
        self.stdin = None;
        if let Ok(None) = self.child.try_wait() {
            kill_process(Pid::from_child(&self.child), signal).unwrap();
        }
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end(Signal::TERM);
        if std::thread::panicking() {
            self.heard.take().into_iter().chain(self.said.try_iter()).for_each(|line| eprintln!("{line}"));
        }
    }
}

/// Runs as the plain user that Dovecot and PostgreSQL insist on where we are root; dies with us.
pub fn as_plain_user(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "TERM"]);
    if let Some(user) = PlainUser::of_root() {
        command
            .arg(format!("--reuid={}", user.uid))
            .arg(format!("--regid={}", user.gid))
            .arg("--clear-groups");
    }
    command.arg("--").arg(program);
    command
}

#[derive(Debug, Clone, Copy)]
pub struct PlainUser {
    pub uid: u32,
    pub gid: u32,
}

impl PlainUser {
    pub const NAME: &str = "sscd-test";

    /// `None` where we are a plain user ourselves.
    pub fn of_root() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            return None;
        }
        let user = uzers::get_user_by_name(Self::NAME).unwrap_or_else(|| {
            panic!(
                "there is no user {}; `tests/run.sh` makes it, for Dovecot does not run as root",
                Self::NAME
            )
        });
        Some(Self { uid: user.uid(), gid: user.primary_group_id() })
    }

    pub fn of_us() -> Self {
        Self::of_root().unwrap_or_else(|| Self {
            uid: rustix::process::getuid().as_raw(),
            gid: rustix::process::getgid().as_raw(),
        })
    }

    /// Gives a folder to the plain user.
    pub fn own(path: &Path) {
        if let Some(user) = Self::of_root() {
            std::os::unix::fs::chown(path, Some(user.uid), Some(user.gid)).unwrap();
        }
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    free_ports::<1>()[0]
}

/// Ports that were free a moment ago, each another one.
pub fn free_ports<const N: usize>() -> [u16; N] {
    let listeners = [(); N].map(|()| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

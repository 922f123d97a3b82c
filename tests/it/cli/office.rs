//! The sample office in a folder of its own, worked with from the command line.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use notify::{RecursiveMode, Watcher};
use serde_json::Value;

use crate::servers::process::Server;

const AT_MOST: Duration = Duration::from_secs(30);

pub struct Office {
    folder: tempfile::TempDir,
}

impl Office {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = sscd::config::write_sample(folder.path()).unwrap();
        // Letters to members leave by the clock on the wall.
        let text = fs::read_to_string(&config).unwrap();
        fs::write(&config, text.replace("calendar = true ", "calendar = false ")).unwrap();
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sscd"));
        command.arg("--config").arg(self.path("sscd.toml"));
        command
    }

    pub fn daemon(&self) -> Server {
        Server::start(self.command().arg("run"), "sscd runs")
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    /// What a command prints that ends well.
    pub fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.says(&[arguments, &["--json"]].concat())).unwrap()
    }

    /// What a command says on stderr that ends with `code`.
    pub fn fails(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Drops a mail as a mail server does.
    pub fn drop_mail(&self, name: &str, bytes: &[u8]) {
        let written = self.path("mail/tmp").join(name);
        fs::write(&written, bytes).unwrap();
        fs::rename(written, self.path("mail/new").join(name)).unwrap();
    }

    /// Looks at each change of the record until `find` finds something.
    pub fn until<T>(&self, what: &str, mut find: impl FnMut() -> Option<T>) -> T {
        let (teller, told) = channel();
        let mut watcher = notify::recommended_watcher(move |event| drop(teller.send(event))).unwrap();
        watcher.watch(&self.path("state"), RecursiveMode::NonRecursive).unwrap();
        let start = Instant::now();
        loop {
            if let Some(found) = find() {
                return found;
            }
            assert!(start.elapsed() < AT_MOST, "{what} does not come");
            // A change that came before the watch was seen by `find`.
            let _ = told.recv_timeout(Duration::from_secs(1));
        }
    }

    /// The mails once none of `n` waits any more.
    pub fn mails(&self, n: usize) -> Vec<Value> {
        self.until("the mail", || {
            let mails = self.json(&["inbox", "list"]).as_array().unwrap().clone();
            let done = mails.iter().filter(|mail| mail["outcome"] != "waiting").count();
            (done == n).then_some(mails)
        })
    }
}

//! A real SMTP server for one test (`tests/servers/post.py`, on aiosmtpd), which fails where it is told to.

use std::cell::RefCell;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use sscd::adapters::link::{Peer, Security};
use sscd::adapters::login::Login;
use sscd::adapters::smtp::Post;

use super::authority::Authority;
use super::dovecot::Dovecot;
use super::process::{Server, free_port};

pub struct PostOffice {
    server: RefCell<Option<Server>>,
    words: Vec<String>,
    folder: tempfile::TempDir,
    pub port: u16,
}

/// A letter that the server took.
#[derive(Debug, serde::Deserialize)]
pub struct Taken {
    pub number: u32,
    pub connection: u32,
    pub sender: String,
    pub recipients: Vec<String>,
    pub dsn: Vec<String>,
    pub login: bool,
    /// MAIL came with more behind it (RFC 2920).
    pub together: bool,
    /// When, in seconds of its clock.
    pub at: f64,
}

pub const USER: &str = "secas";
pub const PASSWORD: &str = "letters = 1";

impl PostOffice {
    pub fn start(words: &[&str]) -> Self {
        Self::on(free_port(), words)
    }

    pub fn on(port: u16, words: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        let office = Self { server: RefCell::default(), words, folder, port };
        office.run();
        office
    }

    /// Starts it, or starts it again: it goes on where it was stopped.
    pub fn run(&self) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/post.py");
        let mut command = Command::new("/usr/bin/python3");
        command
            .arg(script)
            .args(["--port", &self.port.to_string()])
            .arg("--folder")
            .arg(self.folder.path())
            .args(&self.words);
        self.server.replace(Some(Server::start(&mut command, "ready")));
    }

    pub fn stop(&self) {
        self.server.take();
    }

    /// Letters go on into the mailboxes of this Dovecot.
    pub fn delivering_to(dovecot: &Dovecot, words: &[&str]) -> Self {
        let lmtp = format!("127.0.0.1:{}", dovecot.lmtp_port);
        Self::start(&[&["--lmtp", &lmtp], words].concat())
    }

    pub fn secured(security: &str, authority: &Authority) -> Self {
        let [cert, key] = [&authority.cert_file, &authority.key_file].map(|path| path.to_str().unwrap());
        Self::start(&["--security", security, "--cert", cert, "--key", key])
    }

    /// Fails the next `times` letters at a stage (mail, rcpt, data, after, drop, slow) with this reply.
    pub fn fault(&self, stage: &str, times: u32, reply: &str) {
        self.tell(&format!("fault {stage} {times} {reply}"));
    }

    pub fn clear(&self) {
        self.tell("clear");
    }

    fn tell(&self, line: &str) {
        self.server.borrow_mut().as_mut().expect("a server that runs").tell(line);
    }

    /// Where each letter that it took becomes a file.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.taken_after(0)
    }

    /// What it took after the first `n`.
    pub fn taken_after(&self, n: usize) -> Vec<Taken> {
        let log = std::fs::read_to_string(self.folder.path().join("taken.jsonl")).unwrap_or_default();
        // The last line may be half written.
        let whole = log.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().skip(n).map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub fn bytes(&self, taken: &Taken) -> Vec<u8> {
        std::fs::read(self.folder.path().join(format!("{:06}.eml", taken.number))).unwrap()
    }

    pub fn post(&self) -> Post {
        Post {
            peer: Peer {
                host: "127.0.0.1".into(),
                port: self.port,
                security: Security::Plain,
                ca_file: None,
                patience: Duration::from_secs(20),
            },
            login: None,
            hello: "office.sec.test".into(),
            n_connections: 1,
            ask_after: Duration::from_secs(30),
        }
    }
}

pub fn login() -> Login {
    Login::with_password(USER, PASSWORD)
}

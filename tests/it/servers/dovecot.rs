//! A real Dovecot for one test: accounts of the office and of those who write to it, IMAP and LMTP on loopback.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sscd::adapters::clock::SystemClock;
use sscd::adapters::imap::{Account, Imap};
use sscd::adapters::link::{Peer, Security};
use sscd::adapters::login::Login;
use sscd::ports::Clock as _;

use super::authority::Authority;
use super::process::{PlainUser, Server, as_plain_user, free_ports};
use crate::notice::NOTIFIERS;

pub const OFFICE: &str = "secas@sec.test";
pub const ALIAS: &str = "ssc@sec.test";
pub const USER: &str = "ann@power.test";
/// Of the SSC, in the sample directory.
pub const MEMBER: &str = "ingrid.solheim@harbourlight.test";
pub const PASSWORD: &str = "long \"and\" \\odd";

/// Of the provider whose tokens it trusts.
pub const KEY: &[u8] = b"of the provider that it trusts..";

pub struct Dovecot {
    server: RefCell<Option<Server>>,
    folder: tempfile::TempDir,
    pub imap_port: u16,
    pub tls_port: u16,
    pub lmtp_port: u16,
}

impl Dovecot {
    pub fn start() -> Self {
        Self::with("ssl = no\n")
    }

    pub fn with_tls(authority: &Authority) -> Self {
        Self::with(&format!(
            "ssl = yes\nssl_cert = <{}\nssl_key = <{}\n",
            authority.cert_file.display(),
            authority.key_file.display()
        ))
    }

    /// Starts with these settings beside the usual ones.
    pub fn with(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        PlainUser::own(folder.path());
        let [imap_port, tls_port, lmtp_port] = free_ports();
        let dovecot = Self { server: RefCell::default(), folder, imap_port, tls_port, lmtp_port };
        let accounts =
            [OFFICE, ALIAS, USER, MEMBER].into_iter().chain(NOTIFIERS.map(|(_, _, contact)| contact));
        let users: String = accounts.flat_map(|user| [user, ":{PLAIN}", PASSWORD, "\n"]).collect();
        let key = "keys/default/HS256/default";
        std::fs::create_dir_all(dovecot.path(key).parent().unwrap()).unwrap();
        let tokens = format!(
            "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={}/\nusername_attribute = email\n",
            dovecot.path("keys").display()
        );
        let files = [
            ("users", users),
            ("tokens", tokens),
            (key, data_encoding::BASE64.encode(KEY)),
            ("dovecot.conf", dovecot.settings(settings)),
        ];
        for (name, text) in files {
            std::fs::write(dovecot.path(name), text).unwrap();
            PlainUser::own(&dovecot.path(name));
        }
        dovecot.run();
        dovecot
    }

    pub fn run(&self) {
        // A socket left over from before delays the first login by 5 s (Dovecot 2.3.19, 2026-11).
        let _ = std::fs::remove_dir_all(self.path("run"));
        let mut command = as_plain_user("/usr/sbin/dovecot");
        command.arg("-F").arg("-c").arg(self.path("dovecot.conf"));
        self.server.replace(Some(Server::start(&mut command, "starting up")));
    }

    /// Sessions that spoke a moment ago go on for 10 s before they hear the goodbye (2.3.19, 2026-11).
    pub fn stop(&self) {
        self.server.take();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn settings(&self, more: &str) -> String {
        let PlainUser { uid, gid } = PlainUser::of_us();
        let name = |kind: &str| {
            let output = std::process::Command::new("id").args([kind, &uid.to_string()]).output().unwrap();
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        };
        let (user, group, dir) = (name("-un"), name("-gn"), self.folder.path().display());
        let Self { imap_port, tls_port, lmtp_port, .. } = self;
        let mut text = format!(
            "base_dir = {dir}/run
state_dir = {dir}/state
log_path = /dev/stderr
protocols = imap lmtp
listen = 127.0.0.1
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_username_format = %Lu
auth_failure_delay = 0
first_valid_uid = 0
mail_location = maildir:~/Maildir
mail_fsync = never
recipient_delimiter = +
lmtp_hdr_delivery_address = final
shutdown_clients = yes
hostname = mail.sec.test
auth_verbose = yes
"
        );
        let places = [
            (
                "passdb",
                format!(
                    "driver = passwd-file\nmechanisms = plain login none\nargs = scheme=PLAIN {dir}/users"
                ),
            ),
            ("passdb", format!("driver = oauth2\nmechanisms = xoauth2 oauthbearer\nargs = {dir}/tokens")),
            (
                "userdb",
                format!(
                    "driver = static
args = uid={uid} gid={gid} home={dir}/mail/%u"
                ),
            ),
            (
                "service imap-login",
                format!(
                    "chroot =\ninet_listener imap {{\nport = {imap_port}\n}}\ninet_listener imaps {{\nport = {tls_port}\nssl = yes\n}}"
                ),
            ),
            ("service lmtp", format!("inet_listener lmtp {{\naddress = 127.0.0.1\nport = {lmtp_port}\n}}")),
            ("service anvil", "chroot =\nunix_listener anvil-auth-penalty {\nmode = 0\n}".into()),
            ("service stats", "chroot =".into()),
        ];
        for (place, settings) in places {
            let _ = write!(text, "{place} {{\n{settings}\n}}\n");
        }
        text + more
    }

    /// What an operator or a colleague does: `doveadm` with these words; gives what it prints.
    pub fn doveadm(&self, words: &[&str]) -> String {
        let mut command = as_plain_user("/usr/bin/doveadm");
        let output = command.arg("-c").arg(self.path("dovecot.conf")).args(words).output().unwrap();
        assert!(output.status.success(), "doveadm {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn n_logged(&self, words: &str) -> usize {
        self.server.borrow().as_ref().map_or(0, |server| server.n_said(words))
    }

    /// Delivers mails to the office by LMTP, all on one line.
    pub fn deliver<'a>(&self, mails: impl IntoIterator<Item = &'a [u8]>) {
        self.deliver_to(&[OFFICE], mails);
    }

    pub fn deliver_to<'a>(&self, accounts: &[&str], mails: impl IntoIterator<Item = &'a [u8]>) {
        self.deliver_from(USER, accounts, mails);
    }

    pub fn deliver_from<'a>(
        &self,
        sender: &str,
        accounts: &[&str],
        mails: impl IntoIterator<Item = &'a [u8]>,
    ) {
        let stream = TcpStream::connect(("127.0.0.1", self.lmtp_port)).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut answers = BufReader::new(stream.try_clone().unwrap()).lines();
        let mut out = std::io::BufWriter::new(stream);
        let mut expect = |code: &str| {
            let last = answers.by_ref().map(Result::unwrap).find(|line| line.as_bytes()[3] == b' ').unwrap();
            assert!(last.starts_with(code), "LMTP: {last}");
        };
        expect("220");
        let mut say = |n_answers: usize, text: &[u8], code: &str| {
            out.write_all(text).unwrap();
            out.write_all(b"\r\n").unwrap();
            out.flush().unwrap();
            (0..n_answers).for_each(|_| expect(code));
        };
        say(1, b"LHLO mx.sec.test", "250");
        for mail in mails {
            say(1, format!("MAIL FROM:<{sender}>").as_bytes(), "250");
            for account in accounts {
                say(1, format!("RCPT TO:<{account}>").as_bytes(), "250");
            }
            say(1, b"DATA", "354");
            let text = mail.strip_suffix(b"\r\n").unwrap_or(mail);
            let dotted = [text, b"\r\n."].concat();
            assert!(!text.windows(3).any(|three| three == b"\n.\r"), "a test mail has a line of one dot");
            // LMTP answers the data once for each recipient.
            say(accounts.len(), &dotted, "250");
        }
        say(1, b"QUIT", "221");
    }

    /// The Maildir of an account, made if it is not there.
    pub fn maildir(&self, account: &str) -> PathBuf {
        let home = self.path("mail").join(account);
        let maildir = home.join("Maildir");
        sscd::adapters::maildir::create(&maildir).unwrap();
        let inner = ["tmp", "cur", "new"].map(|name| maildir.join(name));
        [self.path("mail"), home, maildir.clone()].iter().chain(&inner).for_each(|path| PlainUser::own(path));
        maildir
    }

    /// Puts many mails into the office's folder at once, as a delivery agent does by hand.
    pub fn lay_down(&self, mails: &[Vec<u8>]) {
        self.lay_down_for(OFFICE, mails, SystemClock.now().into());
    }

    /// Puts mails into a folder as received at `at`.
    pub fn lay_down_for(&self, account: &str, mails: &[Vec<u8>], at: SystemTime) {
        let (new, second) =
            (self.maildir(account).join("new"), at.duration_since(UNIX_EPOCH).unwrap().as_secs());
        for (number, mail) in mails.iter().enumerate() {
            let path = new.join(format!("{second}.M{number:06}.test,S={}", mail.len()));
            std::fs::write(&path, mail).unwrap();
            std::fs::File::open(&path).unwrap().set_modified(at).unwrap();
            PlainUser::own(&path);
        }
    }

    pub fn account(&self) -> Account {
        Account {
            peer: Peer {
                host: "127.0.0.1".into(),
                port: self.imap_port,
                security: Security::Plain,
                ca_file: None,
                patience: Duration::from_secs(20),
            },
            login: Login::with_password(OFFICE, PASSWORD),
            folder: "INBOX".into(),
            idle_at_most: Duration::from_mins(9),
            poll_after: Duration::from_millis(100),
        }
    }

    pub fn mailbox(&self) -> Imap {
        Imap::new(self.account())
    }
}

/// A small mail whose subject says its number.
pub fn mail(number: usize) -> Vec<u8> {
    format!(
        "From: Ann <{USER}>\r\nTo: {OFFICE}\r\nSubject: mail {number}\r\nMessage-ID: <{number}@power.test>\r\nDate: Mon, 2 Nov 2026 09:00:00 +0000\r\n\r\nHello.\r\n"
    )
    .into_bytes()
}

//! The whole daemon between real servers: `sscd run` reads a Dovecot by IMAP and answers through an SMTP server that
//! delivers back into it by LMTP, where the answers are fetched and looked at.

mod answer;
mod colleagues;
mod conversation;
mod lines;
mod load;
mod oauth;
mod poison;
mod refusals;
mod sightings;
mod thunderbird;
mod trust;
mod vacation;

use std::collections::BTreeMap;

use mail_parser::MessageParser;
use rustix::process::Signal;
use serde_json::{Value, json};
use sscd::adapters::imap::Imap;
use sscd::ports::{Body, Mailbox as _, Which};
use sscd::store::{Counts, Options, Outcome, Store, Verified};
use tokio::runtime::Runtime;

use super::dovecot::{Dovecot, OFFICE, PASSWORD};
use super::post::PostOffice;
use crate::daemon::{Daemon, Place};
use crate::notice::{NOTIFIERS, message_id, notice};

/// An office with its servers. The daemon is not part of it: a test starts and ends it.
pub struct Office {
    pub dovecot: Dovecot,
    pub post: PostOffice,
    pub place: Place,
    pub runtime: Runtime,
}

/// What the Users have in their mailboxes.
pub struct Answers {
    /// The Message-ID of the notice that each answers, one for each Message-ID of ours, sorted.
    pub to: Vec<String>,
    /// Letters that name no mail which they answer: it had no Message-ID.
    n_to_nameless: usize,
    /// Letters beyond the first under one Message-ID.
    pub n_copies: usize,
}

impl Office {
    /// One mailbox and one post, neither secured.
    pub fn open() -> Self {
        Self::with(Dovecot::start())
    }

    pub fn with(dovecot: Dovecot) -> Self {
        let post = PostOffice::delivering_to(&dovecot, &[]);
        Self::between(dovecot, post)
    }

    pub fn between(dovecot: Dovecot, post: PostOffice) -> Self {
        let mut place = Place::new();
        place.keep_secret("password", PASSWORD);
        for (_, _, contact) in NOTIFIERS {
            place.watch(&dovecot.maildir(contact).join("new"));
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let office = Self { dovecot, post, place, runtime: runtime.unwrap() };
        office.connect(&[""], "");
        office
    }

    /// The daemon is to read these mailboxes and send by this post; each is what differs from the plain one.
    pub fn connect(&self, mailboxes: &[&str], post: &str) {
        let Self { dovecot, post: server, .. } = self;
        let plain = format!(
            "name = 'shared'\nkind = 'imap'\nhost = '127.0.0.1'\nport = {}\ntls = 'none'\nuser = '{OFFICE}'\n\
             password_file = 'password'\nstart_from = '2020-01-01'",
            dovecot.imap_port
        );
        let table = |plain: &str, more: &str| {
            let mut table: toml::Table = plain.parse().unwrap();
            table.extend(more.parse::<toml::Table>().unwrap());
            if table.contains_key("oauth") {
                table.remove("password_file");
            }
            toml::Value::Table(table)
        };
        let mut sections = toml::Table::new();
        let mailboxes = mailboxes.iter().map(|more| table(&plain, more)).collect();
        sections.insert("mailbox".into(), toml::Value::Array(mailboxes));
        let plain = format!("kind = 'smtp'\nhost = '127.0.0.1'\nport = {}\ntls = 'none'", server.port);
        sections.insert("transport".into(), table(&plain, post));
        self.place.connect(&sections.to_string());
    }

    pub fn start(&self) -> Daemon<'_> {
        let mut daemon = self.place.start(None);
        assert!(daemon.until(|daemon| daemon.has_said("sscd runs")), "{}", daemon.said.join("\n"));
        daemon
    }

    /// Delivers notices by LMTP.
    pub fn deliver(&self, numbers: impl IntoIterator<Item = usize>) {
        let mails: Vec<String> = numbers.into_iter().map(notice).collect();
        self.dovecot.deliver(mails.iter().map(String::as_bytes));
    }

    /// Lays notices into the office's folder.
    pub fn lay_down(&self, numbers: impl IntoIterator<Item = usize>) {
        let mails: Vec<Vec<u8>> = numbers.into_iter().map(|n| notice(n).into_bytes()).collect();
        self.dovecot.lay_down(&mails);
    }

    pub fn block<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    pub async fn store(&self) -> Store {
        self.place.store(&Options { n_readers: 1, read_only: true }).await.unwrap()
    }

    pub fn counts(&self) -> Counts {
        self.block(async {
            let store = self.store().await;
            let counts = store.counts().await.unwrap();
            store.close().await;
            counts
        })
    }

    /// Letters in the mailboxes of the Users, copies included.
    pub fn n_letters(&self) -> usize {
        let new = |contact: &str| self.dovecot.path("mail").join(contact).join("Maildir/new");
        NOTIFIERS.iter().map(|(_, _, contact)| std::fs::read_dir(new(contact)).unwrap().count()).sum()
    }

    /// Comes back when nothing waits and `n` letters have been settled.
    pub fn settle(&self, daemon: &mut Daemon<'_>, n: usize) {
        let is_settled = |counts: &Counts| {
            let waiting = counts.inbox.iter().filter(|(outcome, _)| *outcome == Outcome::Waiting);
            let final_ones = counts.deliveries.iter().filter(|(state, _)| state.is_final());
            waiting.count() == 0 && final_ones.map(|(_, n)| usize::try_from(*n).unwrap()).sum::<usize>() >= n
        };
        let is_done = daemon.until(|_| self.n_letters() >= n && is_settled(&self.counts()));
        assert!(is_done, "it ended:\n{}", daemon.said.join("\n"));
    }

    /// Fetches everything that an account has in its INBOX.
    pub fn fetch(&self, account: &str) -> Vec<Vec<u8>> {
        let mut wanted = self.dovecot.account();
        account.clone_into(&mut wanted.login.user);
        self.block(async {
            let mut mailbox = Imap::new(wanted);
            let listing = mailbox.list(Which::After(0)).await.unwrap();
            let mut mails = Vec::new();
            for batch in sscd::ports::in_batches(&listing.found) {
                for fetched in mailbox.fetch(listing.epoch, batch).await.unwrap() {
                    let Body::Whole(bytes) = fetched.body else { panic!("{fetched:?}") };
                    mails.push(bytes);
                }
            }
            mails
        })
    }

    pub fn answers(&self) -> Answers {
        let mut letters: BTreeMap<String, (Option<String>, usize)> = BTreeMap::new();
        for (_, _, contact) in NOTIFIERS {
            for bytes in self.fetch(contact) {
                let mail = MessageParser::default().parse(&bytes).unwrap();
                let to = mail.in_reply_to().as_text().map(str::to_owned);
                let letter = letters.entry(mail.message_id().unwrap().to_owned()).or_insert((to, 0));
                letter.1 += 1;
            }
        }
        let n_copies = letters.values().map(|(_, n)| n - 1).sum();
        let n_letters = letters.len();
        let mut to: Vec<String> = letters.into_values().filter_map(|(to, _)| to).collect();
        to.sort();
        Answers { n_to_nameless: n_letters - to.len(), to, n_copies }
    }

    /// Asserts that these notices have been answered, each once, and nothing else.
    pub fn assert_answered(&self, numbers: impl IntoIterator<Item = usize>) {
        let answers = self.answers();
        let mut expected: Vec<String> = numbers.into_iter().map(message_id).collect();
        expected.sort();
        assert_eq!(answers.to, expected);
        assert_eq!(answers.n_copies, 0, "letters that came twice");
        assert_eq!(answers.n_to_nameless, 0, "letters that answer nothing");
    }

    /// `sscd status` as JSON.
    pub fn status(&self) -> Value {
        self.place.ask(&["status"]).0
    }

    /// Stops the daemon softly; the record must then be whole, with `n` cases, each with one accepted letter. Gives
    /// what `sscd status` says.
    pub fn close(&self, daemon: Daemon<'_>, n: usize) -> Value {
        assert_eq!(daemon.end(Signal::TERM).code(), Some(0));
        let status = self.status();
        let counts = &status["counts"];
        assert_eq!(counts["cases"], json!({"for_ssc_consideration": n}), "{status:#}");
        assert_eq!(counts["deliveries"], json!({"accepted": n}), "{status:#}");
        let verified = self.block(async { self.store().await.verify().await.unwrap() });
        assert!(matches!(verified, Verified::Whole { .. }), "{verified:?}");
        status
    }

    /// How many mails of the office's INBOX `doveadm search` finds.
    pub fn n_in_folder(&self, words: &[&str]) -> usize {
        let all = [&["search", "-u", OFFICE, "mailbox", "INBOX"], words].concat();
        self.dovecot.doveadm(&all).lines().count()
    }
}

/// The sentences of the alarms that stand.
pub fn alarms(status: &Value) -> Vec<String> {
    let texts = status["alarms"].as_array().unwrap().iter().map(|alarm| alarm["text"].as_str().unwrap());
    texts.map(str::to_owned).collect()
}

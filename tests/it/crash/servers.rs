//! Mail comes from a real Dovecot by IMAP, letters go to a real SMTP server. One pair of servers serves every process
//! of a test: each has a folder of the shared mailbox, and an envelope sender, of its own.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::sync::Mutex;

use sscd::adapters::maildir;

use super::{Around, id_of, killed, wherever_it_ends};
use crate::daemon::Place;
use crate::notice::notice;
use crate::servers::dovecot::{Dovecot, OFFICE, PASSWORD};
use crate::servers::post::PostOffice;
use crate::servers::process::PlainUser;

const CONNECTIONS: i64 = 3;

struct Servers {
    dovecot: Dovecot,
    post: PostOffice,
}

impl Servers {
    fn start() -> Mutex<Self> {
        let dovecot = Dovecot::with("ssl = no\nprotocol lmtp {\nlmtp_save_to_detail_mailbox = yes\n}\n");
        Mutex::new(Self { dovecot, post: PostOffice::start(&[]) })
    }
}

/// One daemon, with what is its own at the servers.
struct Tenant<'a> {
    servers: &'a Mutex<Servers>,
    name: String,
    place: Place,
    seen: RefCell<Seen>,
}

/// What was seen so far of what the SMTP server took.
#[derive(Default)]
struct Seen {
    n_taken: usize,
    letters: BTreeMap<String, (Vec<u8>, i64)>,
}

impl<'a> Tenant<'a> {
    fn of(servers: &'a Mutex<Servers>, name: &str) -> Self {
        let Servers { dovecot, post } = &*servers.lock().unwrap();
        let folder = dovecot.maildir(OFFICE).join(format!(".{name}"));
        maildir::create(&folder).unwrap();
        for inner in ["", "tmp", "new", "cur"] {
            PlainUser::own(&folder.join(inner));
        }
        let mut place = Place::new();
        place.watch(post.folder());
        place.keep_secret("password", PASSWORD);
        place.connect(&format!(
            "[[mailbox]]\nname = 'shared'\nkind = 'imap'\nhost = '127.0.0.1'\nport = {}\ntls = 'none'\n\
             user = '{OFFICE}'\npassword_file = 'password'\nfolders = ['{name}']\nstart_from = '2020-01-01'\n\
             [transport]\nkind = 'smtp'\nhost = '127.0.0.1'\nport = {}\ntls = 'none'\nconnections = {CONNECTIONS}",
            dovecot.imap_port, post.port
        ));
        let config = fs::read_to_string(place.path("sscd.toml")).unwrap();
        let bounces = format!("[office]\nbounces = 'bounces-{name}@sec.test'");
        fs::write(place.path("sscd.toml"), config.replace("[office]", &bounces)).unwrap();
        Self { servers, name: name.into(), place, seen: RefCell::default() }
    }

    /// Reads on in what the SMTP server took.
    fn look(&self) -> std::cell::RefMut<'_, Seen> {
        let mut seen = self.seen.borrow_mut();
        let post = &self.servers.lock().unwrap().post;
        let ours = format!("bounces-{}+", self.name);
        for taken in post.taken_after(seen.n_taken) {
            seen.n_taken += 1;
            if taken.sender.starts_with(&ours) {
                let bytes = post.bytes(&taken);
                let id = id_of(std::str::from_utf8(&bytes).unwrap());
                let (first, n) = seen.letters.entry(id).or_insert((bytes.clone(), 0));
                assert_eq!(first, &bytes, "a repeated letter is the same, byte for byte");
                *n += 1;
            }
        }
        seen
    }
}

impl Around for Tenant<'_> {
    const IN_FLIGHT: i64 = CONNECTIONS * 16;

    fn place(&self) -> &Place {
        &self.place
    }

    fn put(&self, mails: Range<usize>) {
        let mails: Vec<String> = mails.map(notice).collect();
        let address = OFFICE.replace('@', &format!("+{}@", self.name));
        self.servers.lock().unwrap().dovecot.deliver_to(&[&address], mails.iter().map(String::as_bytes));
    }

    fn n_letters(&self) -> usize {
        self.look().letters.len()
    }

    fn letters(&self) -> BTreeMap<String, (Vec<u8>, i64)> {
        self.look().letters.clone()
    }
}

#[test]
fn at_many_points_its_end_loses_and_doubles_nothing_over_the_servers() {
    let servers = Servers::start();
    wherever_it_ends(3, |n| Tenant::of(&servers, &format!("point{n}")));
}

#[test]
#[ignore = "takes minutes: `tests/run.sh --all` runs it"]
fn wherever_it_ends_nothing_is_lost_or_doubled_over_the_servers() {
    let servers = Servers::start();
    wherever_it_ends(1, |n| Tenant::of(&servers, &format!("point{n}")));
}

#[test]
fn a_hundred_mails_outlive_eight_kills_over_the_servers() {
    killed(&Tenant::of(&Servers::start(), "killed"), 100, 8);
}

#[test]
#[ignore = "takes minutes: `tests/run.sh --all` runs it"]
fn a_thousand_mails_outlive_forty_kills_over_the_servers() {
    killed(&Tenant::of(&Servers::start(), "killed"), 1_000, 40);
}

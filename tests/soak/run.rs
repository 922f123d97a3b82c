//! The run: mail is delivered at its pace, faults begin and end, letters are counted and the process is looked at. In: a
//! stream and what surrounds the daemon; out: what was delivered, what came back and when, and samples.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sscd::adapters::clock::SystemClock;
use sscd::ports::Clock as _;
use sscd::store::{Alarm, Options, Outcome, Store};

use super::daemon::Sample;
use super::dice::Dice;
use super::fault::{Around, Faults};
use super::load::Place;
use super::post::PostOffice;
use super::stream::{Mail, Stream};

/// How long everything may take that is left to do when the faults are over.
const DRAIN_AT_MOST: Duration = Duration::from_mins(5);
const TICK: Duration = Duration::from_millis(50);

/// A letter as it lies at the other side.
pub struct There {
    /// Of the first copy, as the server counts.
    pub number: u32,
    pub n_copies: i64,
}

/// From delivery to answer.
#[derive(Clone, Copy)]
pub struct Answered {
    /// Seconds since the start of the run.
    pub from: f64,
    pub to: f64,
}

pub struct Run {
    began: Instant,
    pub stream: Stream,
    dice: Dice,
    pace: f64,
    next_mail_at: f64,
    held_back: Vec<Mail>,
    delivered_at: BTreeMap<String, f64>,
    pub n_delivered: usize,
    n_taken: usize,
    /// By Message-ID.
    pub letters: BTreeMap<String, There>,
    pub answered: Vec<Answered>,
    pub samples: Vec<Sample>,
}

impl Run {
    pub fn new(stream: Stream, pace: u32, dice: Dice) -> Self {
        Self {
            began: Instant::now(),
            stream,
            dice,
            pace: pace.into(),
            next_mail_at: 5.0,
            held_back: Vec::new(),
            delivered_at: BTreeMap::new(),
            n_delivered: 0,
            n_taken: 0,
            letters: BTreeMap::new(),
            answered: Vec::new(),
            samples: Vec::new(),
        }
    }

    fn now(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    pub fn go(&mut self, seconds: f64, around: &mut Around<'_>, faults: &mut Faults) {
        let mut look_at = 0.0;
        while self.now() < seconds {
            faults.turn(self.now(), around);
            around.daemon.look();
            self.deliver_what_is_due(around);
            if self.now() >= look_at {
                look_at = self.now() + 1.0;
                self.count(around.post);
                self.samples.extend(around.daemon.sample(self.now()));
            }
            rest();
        }
        faults.end(self.now(), around);
        around.daemon.set_clock(0);
        for bytes in self.stream.rest() {
            self.held_back.push(Mail { bytes, notice: None });
        }
        self.deliver_what_is_held_back(around);
    }

    fn deliver_what_is_due(&mut self, around: &Around<'_>) {
        while self.now() >= self.next_mail_at {
            // Twice the mean at most.
            let share = f64::from(u32::try_from(self.dice.below(2_000)).unwrap()) / 1_000.0;
            self.next_mail_at += share / self.pace;
            let mail = self.stream.next();
            self.held_back.push(mail);
        }
        if !around.mailbox_is_down {
            self.deliver_what_is_held_back(around);
        }
    }

    /// As the server before ours would: what could not be delivered waits there.
    fn deliver_what_is_held_back(&mut self, around: &Around<'_>) {
        for mail in std::mem::take(&mut self.held_back) {
            if let Some(notice) = mail.notice {
                self.delivered_at.insert(notice, self.now());
            }
            around.dovecot.deliver([mail.bytes.as_slice()]);
            self.n_delivered += 1;
        }
    }

    /// Reads on in what the SMTP server took.
    fn count(&mut self, post: &PostOffice) {
        let now = self.now();
        let clock = SystemClock.now().timestamp_micros();
        for taken in post.taken_after(self.n_taken) {
            self.n_taken += 1;
            let bytes = post.bytes(&taken);
            let id = header(&bytes, "Message-ID: ").expect("a letter with a Message-ID");
            if let Some(there) = self.letters.get_mut(&id) {
                there.n_copies += 1;
                continue;
            }
            if let Some(notice) = header(&bytes, "In-Reply-To: ") {
                self.stream.was_answered(&notice, &id);
                if let Some(from) = self.delivered_at.remove(&notice) {
                    let ago = Duration::from_micros(u64::try_from(clock).unwrap()).as_secs_f64() - taken.at;
                    self.answered.push(Answered { from, to: now - ago });
                }
            }
            self.letters.insert(id, There { number: taken.number, n_copies: 1 });
        }
    }

    /// Waits until nothing is left to do; `false` when that takes too long.
    pub fn drain(&mut self, place: &Place, around: &mut Around<'_>) -> bool {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let began = Instant::now();
        while began.elapsed() < DRAIN_AT_MOST {
            around.daemon.look();
            self.count(around.post);
            for bytes in self.stream.rest() {
                around.dovecot.deliver([bytes.as_slice()]);
                self.n_delivered += 1;
            }
            if runtime.block_on(is_done(place, self.n_delivered)) {
                self.count(around.post);
                return true;
            }
            (0..10).for_each(|_| rest());
        }
        false
    }
}

async fn is_done(place: &Place, n_delivered: usize) -> bool {
    let Ok(store) = open(place).await else { return false };
    let (counts, alarms) = (store.counts().await.unwrap(), store.alarms().await.unwrap());
    store.close().await;
    let n_waiting = counts.inbox.iter().filter(|(outcome, _)| *outcome == Outcome::Waiting).count();
    usize::try_from(counts.n_sightings) == Ok(n_delivered)
        && n_waiting == 0
        && counts.n_open_deliveries() == 0
        && alarms.iter().all(is_expected)
}

/// A second reply within a day gets no receipt by itself, which stands as an alarm until somebody looks.
pub fn is_expected(alarm: &Alarm) -> bool {
    alarm.key == "budget"
}

pub async fn open(place: &Place) -> anyhow::Result<Store> {
    let url = format!("sqlite://{}", place.path("state/sscd.db").display());
    Ok(Store::open(&url, &Options { n_readers: 1, read_only: true }).await?)
}

/// What stands between the angle brackets of a header.
pub fn header(mail: &[u8], name: &str) -> Option<String> {
    let head = String::from_utf8_lossy(&mail[..mail.len().min(16_384)]);
    let head = head.split("\r\n\r\n").next()?.replace("\r\n ", " ").replace("\r\n\t", " ");
    let value = head.lines().find_map(|line| line.strip_prefix(name))?;
    Some(value.split_once('<')?.1.split_once('>')?.0.to_owned())
}

fn rest() {
    #[expect(clippy::disallowed_methods, reason = "time is what a soak is made of")]
    std::thread::sleep(TICK);
}

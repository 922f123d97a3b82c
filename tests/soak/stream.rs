//! What arrives: a seeded stream of notices from many Users, some with gaps that a reply fills later, programs' mail,
//! odd mail of the corpus, and copies. In: dice, and letters of the daemon; out: mails, and what must become of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use super::dice::Dice;
use super::load;

pub struct Mail {
    pub bytes: Vec<u8>,
    /// The Message-ID, where this is a notice that comes for the first time.
    pub notice: Option<String>,
}

/// What was sent, by Message-ID.
#[derive(Default)]
pub struct Sent {
    /// Each is a case with one acknowledgement.
    pub notices: BTreeSet<String>,
    /// Each belongs to the case of this notice.
    pub replies: BTreeMap<String, String>,
    /// None is ever answered.
    pub robots: BTreeSet<String>,
    pub n_odd: usize,
    pub n_copies: usize,
}

pub struct Stream {
    dice: Dice,
    n: usize,
    odd: Vec<Vec<u8>>,
    robots: Vec<Vec<u8>>,
    lately: VecDeque<Vec<u8>>,
    /// Users whose notice had gaps, by its Message-ID, until it is answered.
    gaps: BTreeMap<String, usize>,
    replies: VecDeque<Vec<u8>>,
    pub sent: Sent,
}

const GAPS: [&str; 3] = ["Architecture: ToFollow", "Assessed before: No", "Customers served: Domestic"];

impl Stream {
    pub fn new(seed: u64) -> Self {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail");
        let mut odd: Vec<_> = ["odd", "hostile"]
            .iter()
            .flat_map(|folder| std::fs::read_dir(corpus.join(folder)).unwrap())
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|kind| kind == "eml"))
            .collect();
        odd.sort();
        let robots = ["odd/out-of-office-unmarked.eml", "odd/newsletter.eml"];
        Self {
            dice: Dice(seed),
            n: 0,
            odd: odd.iter().map(|path| std::fs::read(path).unwrap()).collect(),
            robots: robots.iter().map(|path| std::fs::read(corpus.join(path)).unwrap()).collect(),
            lately: VecDeque::new(),
            gaps: BTreeMap::new(),
            replies: VecDeque::new(),
            sent: Sent::default(),
        }
    }

    pub fn next(&mut self) -> Mail {
        self.n += 1;
        let n = self.n;
        let what = self.dice.below(100);
        let mut notice = None;
        let bytes = match what {
            _ if self.replies.len() > 3 => self.replies.pop_front().unwrap(),
            92.. if !self.lately.is_empty() => {
                self.sent.n_copies += 1;
                let at = self.dice.below(self.lately.len());
                return Mail { bytes: self.lately[at].clone(), notice };
            }
            84..92 => {
                self.sent.n_odd += 1;
                let at = self.dice.below(self.odd.len());
                numbered(&self.odd[at], n).0
            }
            76..84 => {
                let at = self.dice.below(self.robots.len());
                let (bytes, id) = numbered(&self.robots[at], n);
                self.sent.robots.insert(id.unwrap());
                bytes
            }
            _ => {
                let mut mail = load::mails(n..n + 1).remove(0);
                let id = format!("bench.{n}@u{n}.test");
                if what < 20 {
                    let text = String::from_utf8(mail).unwrap();
                    let is_gap = |line: &&str| GAPS.iter().any(|gap| line.starts_with(gap));
                    mail = text.split_inclusive('\n').filter(|line| !is_gap(line)).collect::<String>().into();
                    self.gaps.insert(id.clone(), n);
                }
                self.sent.notices.insert(id.clone());
                notice = Some(id);
                mail
            }
        };
        self.lately.push_back(bytes.clone());
        if self.lately.len() > 100 {
            self.lately.pop_front();
        }
        Mail { bytes, notice }
    }

    /// A letter of ours answers this mail: its User may fill the gaps.
    pub fn was_answered(&mut self, notice: &str, letter: &str) {
        let Some(n) = self.gaps.remove(notice) else { return };
        if self.dice.below(2) == 0 {
            return;
        }
        let id = format!("reply.{n}@u{n}.test");
        let mail = format!(
            "Authentication-Results: mx.sec.test; dmarc=pass header.from=u{n}.test\r\n\
             From: Hannah Okafor <security@u{n}.test>\r\nTo: SECAS <secas@sec.test>\r\n\
             Subject: Re: Second User System: notification\r\nDate: Tue, 03 Nov 2026 09:14:07 +0000\r\n\
             Message-ID: <{id}>\r\nIn-Reply-To: <{letter}>\r\nReferences: <{notice}> <{letter}>\r\n\
             MIME-Version: 1.0\r\nContent-Type: text/plain; charset=\"utf-8\"\r\n\r\n{}\r\n\r\nHannah\r\n",
            GAPS.join("\r\n")
        );
        self.replies.push_back(mail.into_bytes());
        self.sent.replies.insert(id, notice.to_owned());
    }

    /// What is still to be sent at the end.
    pub fn rest(&mut self) -> Vec<Vec<u8>> {
        self.replies.drain(..).collect()
    }
}

/// Another mail of the same words: its Message-ID says its number, where it has one.
fn numbered(mail: &[u8], n: usize) -> (Vec<u8>, Option<String>) {
    const NAME: &[u8] = b"Message-ID: <";
    let Some(at) = mail.windows(NAME.len()).position(|words| words.eq_ignore_ascii_case(NAME)) else {
        return (mail.to_vec(), None);
    };
    let (before, after) = mail.split_at(at + NAME.len());
    let numbered = [before, format!("soak{n}.").as_bytes(), after].concat();
    let rest = &numbered[at + NAME.len()..];
    let end = rest.iter().position(|byte| *byte == b'>').unwrap();
    let id = String::from_utf8(rest[..end].to_vec()).unwrap();
    (numbered, Some(id))
}

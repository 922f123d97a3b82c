//! The poison table (FIELD.md): 60 good mails with each kind of odd one between them, through the real daemon. All 60
//! are served at once, the odd ones are stored and shown, and nothing waits in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Instant;

use sha2::{Digest, Sha256};
use sscd::store::Outcome;

use super::odd::{AT_ONCE, N_GOOD, kinds};
use super::rows;
use crate::daemon::{Daemon, Place};
use crate::notice::message_id;

#[test]
fn sixty_good_mails_are_served_whatever_lies_between_them() {
    let place = Place::new();
    let mut daemon = place.start(None);
    let mut answered = Answered::default();
    let kinds = kinds();
    for (index, kind) in kinds.iter().enumerate() {
        let began = Instant::now();
        let numbers = index * N_GOOD..(index + 1) * N_GOOD;
        for (at, mail) in kind.among_good(numbers.start).iter().enumerate() {
            place.put_bytes(&format!("{index}.{at}"), mail);
        }
        let all: Vec<String> = numbers.map(message_id).collect();
        assert!(daemon.until(|_| answered.has(&place, &all)), "{}: {:?}", kind.name, daemon.said);
        let took = began.elapsed();
        eprintln!("{:<32} {} odd, {N_GOOD} good served in {took:.1?}", kind.name, kind.mails.len());
        assert!(took < AT_ONCE, "{}: {took:?}", kind.name);
    }
    let n_mails = kinds.len() * N_GOOD + kinds.iter().map(|kind| kind.mails.len()).sum::<usize>();
    let (listed, code) = until_nothing_waits(&place, &mut daemon, n_mails);
    assert_eq!(code, Some(0));
    drop(daemon);
    let mut wrong = Vec::new();
    for kind in &kinds {
        let hashes = kind.mails.iter().map(|mail| data_encoding::HEXLOWER.encode(&Sha256::digest(mail)));
        let found = hashes.filter_map(|hash| listed.get(&hash).map(String::as_str)).collect();
        wrong.extend(kind.wrong(found));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let good = rows(&place).into_iter().filter(|row| {
        row.message_id.as_deref().is_some_and(|id| id.starts_with("notice.")) && row.outcome == Outcome::Case
    });
    assert_eq!(good.count(), kinds.len() * N_GOOD);
}

/// The mails that a letter answers.
#[derive(Default)]
struct Answered {
    seen: BTreeSet<std::ffi::OsString>,
    ids: BTreeSet<String>,
}

impl Answered {
    fn has(&mut self, place: &Place, all: &[String]) -> bool {
        for entry in fs::read_dir(place.path("letters/new")).unwrap() {
            let entry = entry.unwrap();
            if self.seen.insert(entry.file_name()) {
                let letter = String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned();
                let ids = letter.lines().filter_map(|line| line.strip_prefix("In-Reply-To: <"));
                self.ids.extend(ids.map(|id| id.trim_end_matches('>').to_owned()));
            }
        }
        all.iter().all(|id| self.ids.contains(id))
    }
}

/// What `sscd inbox list` shows when nothing waits any more: outcomes by hash.
fn until_nothing_waits(
    place: &Place,
    daemon: &mut Daemon<'_>,
    n_mails: usize,
) -> (BTreeMap<String, String>, Option<i32>) {
    let mut answer = (BTreeMap::new(), None);
    let is_done = daemon.until(|_| {
        let (rows, code) = place.ask(&["inbox", "list", "--limit", "100000"]);
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let rows = rows.as_array().unwrap().iter();
        answer = (rows.map(|row| (text(&row["sha256"]), text(&row["outcome"]))).collect(), code);
        answer.0.len() == n_mails && answer.0.values().all(|outcome| outcome != Outcome::Waiting.as_str())
    });
    assert!(is_done, "{:?}", daemon.said);
    answer
}

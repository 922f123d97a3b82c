//! Mail comes by a Maildir, letters go to a folder: the embedded default.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;

use super::{Around, id_of, killed, wherever_it_ends};
use crate::daemon::Place;
use crate::notice::notice;

/// A letter that is handed over again has the same file name: no copy ever lies there.
impl Around for Place {
    const IN_FLIGHT: i64 = 4 * 16;

    fn place(&self) -> &Place {
        self
    }

    fn put(&self, mails: Range<usize>) {
        for n in mails {
            Self::put(self, &format!("{n:06}.crash"), &notice(n));
        }
    }

    fn n_letters(&self) -> usize {
        Self::n_letters(self)
    }

    fn letters(&self) -> BTreeMap<String, (Vec<u8>, i64)> {
        let mut letters = BTreeMap::new();
        for entry in fs::read_dir(self.path("letters/new")).unwrap() {
            let letter = fs::read_to_string(entry.unwrap().path()).unwrap();
            // The envelope stands above the letter.
            let letter = letter.splitn(3, "\r\n").last().unwrap();
            let copies = letters.entry(id_of(letter)).or_insert((letter.into(), 0));
            copies.1 += 1;
        }
        letters
    }
}

#[test]
fn at_many_points_its_end_loses_and_doubles_nothing() {
    wherever_it_ends(7, |_| Place::new());
}

#[test]
#[ignore = "takes minutes: `tests/run.sh --all` runs it"]
fn wherever_it_ends_nothing_is_lost_or_doubled() {
    wherever_it_ends(1, |_| Place::new());
}

#[test]
fn two_hundred_mails_outlive_ten_kills() {
    killed(&Place::new(), 200, 10);
}

#[test]
#[ignore = "takes minutes: `tests/run.sh --all` runs it"]
fn a_thousand_mails_outlive_forty_kills() {
    killed(&Place::new(), 1_000, 40);
}

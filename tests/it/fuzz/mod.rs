//! The readers of mail, office documents, PDF, winmail.dat and calendars with seeds of the corpus that accidents befell,
//! outside and within their packing: no panic, none slow, none large. In the ordinary suite a fixed number of cases; with
//! `tests/run.sh --all` for `SSCD_FUZZ_SECONDS` (600) each. `SSCD_SEED` plays other cases.

mod accident;
mod inside;
mod seed;

use std::time::{Duration, Instant};

use crate::dice::Dice;
use crate::watch::Watch;

pub use accident::befall;
use seed::seeds;
pub use seed::{Reader, mails};

/// Cases of each reader in the ordinary suite.
const FEW: usize = 150;

fn play(reader: Reader, goes_on: impl Fn(usize, Instant) -> bool) {
    let first: u64 = std::env::var("SSCD_SEED").map_or(20_261_102, |seed| seed.parse().unwrap());
    let seeds = seeds(reader);
    assert!(seeds.len() >= 3, "{} seeds for {reader:?}", seeds.len());
    let (mut watch, mut findings) = (Watch::new(), Vec::new());
    let began = Instant::now();
    let mut n = 0;
    while goes_on(n, began) && findings.len() < 20 {
        let seed = first + n as u64;
        let case = inside::befallen(reader, &seeds, &mut Dice(seed));
        findings.extend(watch.read(&format!("{reader:?}-{seed}"), reader.mail(&case)).err());
        n += 1;
    }
    eprintln!(
        "{reader:?}: {n} cases of {} seeds from SSCD_SEED={first} in {:.1?}; the slowest {:.1?}, the largest {} MiB",
        seeds.len(),
        began.elapsed(),
        watch.slowest,
        watch.largest >> 20
    );
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

fn shortly(reader: Reader) {
    play(reader, |n, _| n < FEW);
}

fn long(reader: Reader) {
    let seconds = std::env::var("SSCD_FUZZ_SECONDS").map_or(600, |seconds| seconds.parse().unwrap());
    play(reader, |_, began| began.elapsed() < Duration::from_secs(seconds));
}

macro_rules! readers {
    ($($short:ident, $long:ident, $reader:ident;)*) => {$(
        #[test]
        fn $short() {
            shortly(Reader::$reader);
        }

        #[test]
        #[ignore = "takes ten minutes: `tests/run.sh --all` runs it"]
        fn $long() {
            long(Reader::$reader);
        }
    )*};
}

readers! {
    damaged_mails_are_read, mails_damaged_for_ten_minutes, Mail;
    damaged_office_documents_are_read, office_documents_damaged_for_ten_minutes, Office;
    damaged_pdfs_are_read, pdfs_damaged_for_ten_minutes, Pdf;
    damaged_winmail_dats_are_read, winmail_dats_damaged_for_ten_minutes, Tnef;
    damaged_calendars_are_read, calendars_damaged_for_ten_minutes, Calendar;
}

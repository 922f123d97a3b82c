//! Much mail at once, and one large mail: all of it is taken in whole and answered, and memory stays flat.

use std::time::Instant;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::{Office, alarms};
use crate::notice::{large, notice};
use crate::servers::dovecot::OFFICE;

fn waiting_at_the_start(n: usize) {
    let office = Office::open();
    office.lay_down(0..n);
    let began = Instant::now();
    let mut daemon = office.start();
    office.settle(&mut daemon, n);
    let (took, peak) = (began.elapsed(), daemon.peak_kb());
    eprintln!(
        "{n} mails by IMAP, answered by SMTP into Dovecot, in {took:?}: {:.0} a second; at most {} MB",
        f64::from(u32::try_from(n).unwrap()) / took.as_secs_f64(),
        peak / 1024
    );
    office.assert_answered(0..n);
    let status = office.close(daemon, n);
    assert_eq!(status["counts"]["n_sightings"], n);
    assert!(alarms(&status).is_empty(), "{status:#}");
    assert_eq!(office.n_in_folder(&["unseen"]), n);
}

#[test]
fn two_hundred_mails_that_wait_at_the_start_are_one_case_and_one_letter_each() {
    waiting_at_the_start(200);
}

#[test]
#[ignore = "takes long: `tests/run.sh --all` runs it"]
fn a_thousand_mails_that_wait_at_the_start_are_one_case_and_one_letter_each() {
    waiting_at_the_start(1_000);
}

#[test]
fn a_mail_of_forty_megabytes_is_taken_in_whole_and_the_ones_behind_it_are_answered() {
    let office = Office::open();
    let mail = large(0, 40 << 20);
    let mut mails = vec![mail.clone()];
    mails.extend((1..6).map(|n| notice(n).into_bytes()));
    office.dovecot.lay_down(&mails);
    let began = Instant::now();
    let mut daemon = office.start();
    office.settle(&mut daemon, 6);
    let peak = daemon.peak_kb();
    eprintln!(
        "a mail of {} MB, answered after {:?}; at most {} MB",
        mail.len() >> 20,
        began.elapsed(),
        peak / 1024
    );
    office.assert_answered(0..6);
    assert!(peak < 400 * 1024, "{peak} kB");
    let row = office.block(async {
        let store = office.store().await;
        let rows = store.inbox_list(&sscd::store::InboxFilter::All, None, 10).await.unwrap();
        let row = rows.into_iter().max_by_key(|row| row.n_bytes).unwrap();
        assert_eq!(Sha256::digest(store.raw(row.inbox).await.unwrap()).as_slice(), row.raw_sha256);
        row
    });
    assert_eq!(HEXLOWER.encode(&row.raw_sha256), HEXLOWER.encode(&Sha256::digest(&mail)));
    office.close(daemon, 6);
    assert_eq!(
        office.dovecot.doveadm(&["search", "-u", OFFICE, "mailbox", "INBOX", "unseen"]).lines().count(),
        6
    );
}

//! One mail seen more than once is one case and one acknowledgement: a new UIDVALIDITY, two mailboxes, another folder;
//! and what is older than `start_from` is none.

use std::time::{Duration, SystemTime};

use serde_json::json;
use sha2::{Digest, Sha256};
use sscd::adapters::clock::SystemClock;
use sscd::ports::Clock as _;
use sscd::store::{InboxFilter, Outcome};

use super::Office;
use crate::notice::notice;
use crate::servers::dovecot::{ALIAS, OFFICE};

#[test]
fn a_new_uidvalidity_answers_nothing_twice() {
    let office = Office::open();
    let mut daemon = office.start();
    office.deliver(0..3);
    office.settle(&mut daemon, 3);
    office.dovecot.doveadm(&["mailbox", "update", "-u", OFFICE, "--uid-validity", "4711", "INBOX"]);
    office.deliver([3]);
    office.settle(&mut daemon, 4);
    // What the open session was told of the change is the server's affair; a new one is told of it for sure.
    office.dovecot.doveadm(&["kick", OFFICE]);
    assert!(daemon.until(|daemon| daemon.has_said("UIDVALIDITY changed")), "{}", daemon.said.join("\n"));
    office.deliver([4]);
    office.settle(&mut daemon, 5);
    assert!(daemon.until(|_| office.status()["mailboxes"][0]["position"] == 5));
    office.assert_answered(0..5);
    let status = office.close(daemon, 5);
    assert_eq!(status["mailboxes"][0]["epoch"], 4711, "{status:#}");
    assert_eq!(status["counts"]["inbox"], json!({"case": 5}), "{status:#}");
    // The first three were seen in both; the fourth in both or in the new one only.
    let n_sightings = status["counts"]["n_sightings"].as_i64().unwrap();
    assert!((8..=9).contains(&n_sightings), "{status:#}");
    let (first, _) = office.place.ask(&["inbox", "show", "1"]);
    assert_eq!(first["seen"].as_array().unwrap().len(), 2, "{first:#}");
}

#[test]
fn the_same_mail_in_two_mailboxes_is_one_case() {
    let office = Office::open();
    office.connect(&["", &format!("name = 'alias'\nuser = '{ALIAS}'")], "");
    // Byte for byte the same, as a rule of the server copies it; and once more as two deliveries of one mail.
    let now = SystemTime::from(SystemClock.now());
    for account in [OFFICE, ALIAS] {
        office.dovecot.lay_down_for(account, &[notice(0).into_bytes()], now);
    }
    let mut daemon = office.start();
    office.settle(&mut daemon, 1);
    for account in [OFFICE, ALIAS] {
        office.dovecot.deliver_to(&[account], [notice(1).as_bytes()]);
    }
    office.settle(&mut daemon, 2);
    assert!(daemon.until(|_| office.counts().n_sightings == 4), "{}", daemon.said.join("\n"));
    assert!(daemon.until(|_| !office.counts().inbox.iter().any(|(o, _)| *o == Outcome::Waiting)));
    office.assert_answered(0..2);
    let status = office.close(daemon, 2);
    assert_eq!(status["counts"]["inbox"], json!({"case": 2, "duplicate": 1}), "{status:#}");
    let (same, _) = office.place.ask(&["inbox", "show", "1"]);
    let seen = same["seen"].as_array().unwrap();
    let mut mailboxes: Vec<&str> = seen.iter().map(|place| place["mailbox"].as_str().unwrap()).collect();
    mailboxes.sort_unstable();
    assert_eq!(mailboxes, ["alias/INBOX", "shared/INBOX"]);
}

#[test]
fn what_is_older_than_start_from_is_recorded_and_never_answered() {
    let office = Office::open();
    let (now, day) = (SystemTime::from(SystemClock.now()), Duration::from_hours(24));
    let old: Vec<Vec<u8>> = (0..20).map(|n| notice(n).into_bytes()).collect();
    office.dovecot.lay_down_for(OFFICE, &old, now - 30 * day);
    let start_from = chrono::DateTime::<chrono::Utc>::from(now - 10 * day);
    office.connect(&[&format!("start_from = '{}'", start_from.to_rfc3339())], "");
    let mut daemon = office.start();
    office.deliver([20]);
    office.settle(&mut daemon, 1);
    assert!(daemon.until(|_| office.counts().n_sightings == 21));
    office.assert_answered([20]);
    let status = office.close(daemon, 1);
    assert_eq!(status["counts"]["inbox"], json!({"case": 1, "older": 20}), "{status:#}");
    office.block(async {
        let store = office.store().await;
        let rows = store.inbox_list(&InboxFilter::Of(Outcome::Older), None, 100).await.unwrap();
        let hashes = |mails: &[Vec<u8>]| -> std::collections::BTreeSet<[u8; 32]> {
            mails.iter().map(|mail| Sha256::digest(mail).into()).collect()
        };
        assert_eq!(
            rows.iter().map(|row| row.raw_sha256).collect::<std::collections::BTreeSet<_>>(),
            hashes(&old)
        );
        for row in rows {
            assert!(row.received_at < start_from && row.title.is_none() && row.reading.is_none());
            assert!(
                store.raw(row.inbox).await.is_err_and(|error| !error.to_string().is_empty()),
                "no bytes are kept"
            );
        }
    });
}

//! A mail that ends whoever reads it is set aside after two restarts and the others go on; a mail that was merely there
//! when the daemon was killed is read, however often that was.

mod mutated;
pub mod odd;
mod table;

use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;
use sha2::{Digest, Sha256};
use sscd::domain::id::InboxId;
use sscd::store::{InboxRow, Options, Outcome};

use super::daemon::Place;
use super::engine::Office;
use super::notice::EXCHANGE_STUB;
use super::servers::process::Server;

const PATIENCE: Duration = Duration::from_secs(30);

fn good() -> String {
    std::fs::read_to_string("tests/mail/good/form-complete.eml").unwrap()
}

/// The daemon as it is in the hands of a mail that holds `word`; ended for us if it does not end.
fn command(place: &Place, word: &str) -> Command {
    let mut command = Command::new("timeout");
    command.args(["60", env!("CARGO_BIN_EXE_sscd"), "run", "--config"]).arg(place.path("sscd.toml"));
    command.env("SSCD_ABORT_ON", word).env_remove("SSCD_ABORT_AT");
    command
}

fn rows(place: &Place) -> Vec<InboxRow> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = place.store(&Options { n_readers: 1, read_only: true }).await.unwrap();
        let mut rows = store.inbox_list(&sscd::store::InboxFilter::All, None, 100_000).await.unwrap();
        store.close().await;
        rows.sort_by_key(|row| row.inbox);
        rows
    })
}

#[test]
fn a_mail_that_ends_its_reader_is_set_aside_and_the_others_go_on() {
    let place = Place::new();
    let other = |n: usize| {
        good().replace("11.0c11@", &format!("other.{n}@")).replace("Aurora portal", &format!("Aurora {n}"))
    };
    let n_good = odd::N_GOOD;
    let killer = other(0).replace("Aurora", "POISON");
    for n in 1..=n_good {
        place.put(&format!("{n:02}"), &other(n));
        if n == n_good / 2 {
            place.put("killer", &killer);
        }
    }
    for _ in 0..2 {
        let output = command(&place, "POISON").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.signal(), Some(Signal::ABORT.as_raw()), "{said}");
    }
    let daemon = Server::start(&mut command(&place, "POISON"), "set aside for a person: mail ");
    while place.n_letters() < n_good {
        place.heard.recv_timeout(PATIENCE).expect("the letters for the others");
    }
    drop(daemon);
    let rows = rows(&place);
    let of = |outcome| rows.iter().filter(move |row| row.outcome == outcome);
    assert_eq!((of(Outcome::Case).count(), of(Outcome::SetAside).count()), (n_good, 1), "{rows:?}");
    let aside = of(Outcome::SetAside).next().unwrap();
    assert_eq!(aside.raw_sha256.as_slice(), Sha256::digest(&killer).as_slice());
    let reason = aside.reason.as_deref().unwrap();
    assert!(reason.contains("reading it ends the program with signal 6"), "{reason}");
}

#[test]
fn forty_kills_at_the_worst_moment_set_no_innocent_mail_aside() {
    let place = Place::new();
    place.put("1", &good());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let daemon = place.start(None);
    while place.n_letters() < 1 {
        place.heard.recv_timeout(PATIENCE).expect("the first letter");
    }
    assert!(daemon.end(Signal::KILL).signal().is_some());
    runtime.block_on(async {
        let store = place.store(&Options::default()).await.unwrap();
        let mail = good().replace("11.0c11@", "innocent@").replace("Aurora portal", "Borealis");
        let arrival = sscd::store::Arrival {
            locator: "2".into(),
            received_at: "2026-11-02T09:00:00Z".parse().unwrap(),
            role: sscd::domain::folder::FolderRole::Notices,
            content: sscd::store::Content::Whole(mail.into_bytes()),
        };
        let cursor = store.cursor("shared").await.unwrap().unwrap();
        store.take_in(vec![arrival], &cursor, "2026-11-02T09:00:00Z".parse().unwrap()).await.unwrap();
        for _ in 0..40 {
            // The process is killed after it has named what it reads, and the next one takes over.
            store.begin_reading(&[InboxId(2)]).await.unwrap();
            assert_eq!(store.rescue("2026-11-02T09:00:00Z".parse().unwrap()).await.unwrap().n_reading, 1);
        }
        store.close().await;
    });
    assert_eq!(rows(&place)[1].n_attempts, 40);
    let daemon = place.start(None);
    while place.n_letters() < 2 {
        place.heard.recv_timeout(PATIENCE).expect("the letter for the innocent mail");
    }
    assert!(daemon.end(Signal::KILL).signal().is_some());
    assert_eq!(rows(&place)[1].outcome, Outcome::Case);
}

/// Exchange says so in a mail of its own where it cannot convert one for IMAP (FIELD.md 11).
#[tokio::test]
async fn what_stands_in_for_a_mail_is_not_filed_and_fetched_again() {
    let office = Office::new().await;
    let place = office.path("mail/new/1204");
    std::fs::write(&place, EXCHANGE_STUB).unwrap();
    office.drop_mail("incomplete.eml");
    office.collect().await;
    office.read().await;
    let alarms = office.alarms().await;
    assert!(
        alarms.iter().any(|alarm| alarm.contains("mail 1204 of shared cannot be fetched: Exchange")),
        "{alarms:?}"
    );
    let n_rows = || async {
        office.engine.store.inbox_list(&sscd::store::InboxFilter::All, None, 100).await.unwrap().len()
    };
    assert_eq!(n_rows().await, 1);
    std::fs::write(&place, good()).unwrap();
    office.collect().await;
    assert_eq!(n_rows().await, 2);
    assert!(office.alarms().await.is_empty());
}

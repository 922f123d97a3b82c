//! A large mail is read by a process of its own, and says there what it says here.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use sscd::domain::id::InboxId;
use sscd::engine::{Probe, Read, read_mail};
use sscd::store::{InboxRow, Outcome};

use super::{Office, idle};
use crate::notice::large;

const N_BYTES: usize = 9 << 20;

async fn take_in(office: &Office) {
    fs::write(office.path("mail/new/large"), large(0, N_BYTES)).unwrap();
    office.collect().await;
}

/// What becomes of a large mail that this program is to read.
async fn read_by(office: &Office, program: PathBuf) -> InboxRow {
    idle(Read::new(office.engine.clone(), Probe::new(program, Some(office.path("sscd.toml"))))).await;
    office.engine.store.inbox_row(InboxId(1)).await.unwrap().unwrap()
}

fn script(office: &Office, words: &str) -> PathBuf {
    let path = office.path("reader");
    fs::write(&path, format!("#!/bin/sh\n{words}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    path
}

fn assert_read(office: &Office, row: &InboxRow) {
    assert_eq!(row.outcome, Outcome::Case, "{:?}", row.reason);
    let here = read_mail(&large(0, N_BYTES), &office.engine.world());
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(row.reading.as_deref().unwrap()).unwrap(),
        serde_json::json!(here)
    );
}

#[tokio::test]
async fn what_another_process_reads_is_what_would_be_read_here() {
    let office = Office::new().await;
    take_in(&office).await;
    // It must have been asked: it leaves a trace, and reads as ever.
    let real = format!("touch asked; exec {} \"$@\"", env!("CARGO_BIN_EXE_sscd"));
    let reader = script(&office, &real.replace("asked", office.path("asked").to_str().unwrap()));
    let row = read_by(&office, reader).await;
    assert_read(&office, &row);
    assert!(office.path("asked").exists());
}

#[tokio::test]
async fn a_large_mail_that_ends_its_reader_is_set_aside_at_once() {
    let office = Office::new().await;
    take_in(&office).await;
    let row = read_by(&office, script(&office, "kill -SEGV $$")).await;
    assert_eq!(row.outcome, Outcome::SetAside);
    assert_eq!(row.reason.as_deref(), Some("reading it ends the program with signal 11"));
}

#[tokio::test]
async fn a_large_mail_that_was_being_read_when_the_daemon_ended_is_read_apart_again() {
    let mut office = Office::new().await;
    take_in(&office).await;
    office.engine.store.begin_reading(&[InboxId(1)]).await.unwrap();
    office.restart().await;
    assert_eq!(office.engine.store.waiting(1, None).await.unwrap()[0].n_attempts, 1);
    let row = read_by(&office, script(&office, "kill -SEGV $$")).await;
    assert_eq!(row.outcome, Outcome::SetAside);
}

#[tokio::test]
async fn where_the_other_process_says_nothing_the_mail_is_read_here() {
    let office = Office::new().await;
    take_in(&office).await;
    let row = read_by(&office, script(&office, "cat > /dev/null; echo no configuration >&2; exit 2")).await;
    assert_read(&office, &row);
}

#[tokio::test]
async fn files_that_are_not_in_force_yet_have_no_say() {
    let office = Office::new().await;
    take_in(&office).await;
    office.edit("sscd.toml", "mx.sec.test", "mx.other.test");
    let row = read_by(&office, env!("CARGO_BIN_EXE_sscd").into()).await;
    assert_read(&office, &row);
    let reading: serde_json::Value = serde_json::from_slice(row.reading.as_deref().unwrap()).unwrap();
    assert_eq!(
        reading["sender"]["verdict"], "verified",
        "under mx.other.test nobody would have vouched for it"
    );
}

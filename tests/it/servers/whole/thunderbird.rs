//! A real Thunderbird on the real Dovecot: what we invite to it shows with buttons, its answer counts with us, and what we
//! move and cancel moves and goes in its calendar.

use std::process::Command;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use rustix::process::Signal;
use serde_json::{Value, json};
use sscd::adapters::clock::SystemClock;
use sscd::domain::workday::{OPEN, local, london_date};
use sscd::ports::Clock as _;

use super::Office;
use crate::servers::dovecot::{Dovecot, MEMBER, PASSWORD};
use crate::servers::post::PostOffice;
use crate::servers::process::{Server, free_port};

const CASE: &str = "SUS-2026-0001";

struct Thunderbird {
    server: Server,
    folder: tempfile::TempDir,
}

impl Thunderbird {
    fn start(office: &Office) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("/usr/bin/python3");
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers/thunderbird.py"));
        let ports = [
            ("--imap", office.dovecot.imap_port),
            ("--smtp", office.post.port),
            ("--marionette", free_port()),
        ];
        for (name, port) in ports {
            command.arg(name).arg(port.to_string());
        }
        command.args(["--address", MEMBER, "--name", "Ingrid Solheim", "--password", PASSWORD]);
        command.arg("--folder").arg(folder.path());
        Self { server: Server::start(&mut command, "ready"), folder }
    }

    fn ask(&mut self, line: &str) -> Value {
        serde_json::from_str(&self.server.ask(line)).unwrap()
    }

    /// Shows the n-th mail; asserts that its bar offers these buttons.
    fn open(&mut self, n: usize, subject: &str, wanted: &[&str]) {
        let shown = self.ask(&format!("open {n}"));
        assert!(shown["subject"].as_str().unwrap().contains(subject), "{shown:#}");
        let buttons: Vec<&str> =
            shown["buttons"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(wanted.iter().all(|button| buttons.contains(button)), "{shown:#}");
    }

    fn press(&mut self, button: &str) {
        assert_eq!(self.ask(&format!("press {button}")), json!({ "is_gone": true }), "{button}");
    }

    /// What its calendar holds once it is as wanted, or when it has not become so.
    fn calendar(&mut self, start: Option<DateTime<Utc>>) -> Value {
        self.ask(&format!("calendar {}", start.map_or("none".into(), text)))
    }
}

fn text(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn do_it(office: &Office, words: &[&str]) {
    let (said, code) = office.place.ask(&[words, &["--by", "priya.nair"]].concat());
    assert_eq!(code, Some(0), "{words:?}: {said:#}");
}

/// The part of the SSC: what the member answered, and when it begins.
fn attendance(office: &Office) -> (String, DateTime<Utc>) {
    let (said, _) = office.place.ask(&["meeting", "attendance", CASE]);
    let part = said.as_array().unwrap().iter().find(|part| part["part"] == "ssc").unwrap();
    let member = part["people"].as_array().unwrap().iter().find(|one| one["address"] == MEMBER).unwrap();
    let start_at = part["start_at"].as_str().unwrap().parse().unwrap();
    (member["attendance"].as_str().unwrap().to_owned(), start_at)
}

#[test]
#[ignore = "needs Thunderbird: `tests/run.sh --all` installs it and runs this"]
fn thunderbird_shows_answers_moves_and_cancels() {
    let dovecot = Dovecot::start();
    let post = PostOffice::delivering_to(&dovecot, &["--authserv", "mx.sec.test"]);
    let office = Office::between(dovecot, post);
    let mut daemon = office.start();
    office.deliver([0]);
    office.settle(&mut daemon, 1);
    do_it(&office, &["case", "decide", CASE, "--outcome", "ad-hoc-review", "--minute", "SSC-2026-24/8"]);
    do_it(&office, &["meeting", "invite", CASE]);
    let (answer, first) = attendance(&office);
    assert_eq!(answer, "no answer");

    let mut thunderbird = Thunderbird::start(&office);
    let answers = ["imipAcceptButton", "imipTentativeButton", "imipDeclineButton"];
    thunderbird.open(1, "SSC ad-hoc review on", &answers);
    let picture = thunderbird.folder.path().join("invitation.png");
    thunderbird.ask(&format!("picture {}", picture.display()));
    if let Some(kept) = std::env::var_os("SSCD_PICTURES") {
        std::fs::copy(&picture, std::path::Path::new(&kept).join("thunderbird.png")).unwrap();
    }
    assert!(std::fs::read(&picture).unwrap().starts_with(b"\x89PNG"));
    assert_eq!(thunderbird.calendar(None), json!([]), "nothing is in it before somebody answers");

    let entry = |start: DateTime<Utc>, sequence: &str| {
        json!([{
            "uid": "SUS-2026-0001.meeting-1@sec.test", "title": format!("SSC ad-hoc review, case {CASE}"),
            "start": text(start), "end": text(start + TimeDelta::hours(2)), "status": "CONFIRMED",
            "sequence": sequence, "privacy": "CONFIDENTIAL", "answer": "ACCEPTED",
        }])
    };
    thunderbird.press("imipAcceptButton");
    assert_eq!(thunderbird.calendar(Some(first)), entry(first, "0"));
    assert!(daemon.until(|_| attendance(&office).0 == "accepted"), "{:?}", daemon.said);

    // In two weeks, at the same hour of London's clock and at another than before.
    let on = london_date(SystemClock.now()) + TimeDelta::days(14);
    let second = local(on, NaiveTime::from_hms_opt(14, 0, 0).unwrap_or(OPEN));
    let start = format!("{on} 14:00");
    do_it(&office, &["meeting", "move", CASE, "--start", &start, "--reason", "the User asked for it"]);
    assert_eq!(attendance(&office), ("answered the old time".into(), second));
    thunderbird.open(2, "moved to", &answers);
    assert_eq!(thunderbird.calendar(Some(first)), entry(first, "0"), "a move waits for an answer");
    thunderbird.press("imipAcceptButton");
    assert_eq!(thunderbird.calendar(Some(second)), entry(second, "1"));
    assert!(daemon.until(|_| attendance(&office).0 == "accepted"), "{:?}", daemon.said);

    do_it(&office, &["meeting", "cancel", CASE, "--reason", "no quorum"]);
    thunderbird.open(3, "cancelled", &["imipDeleteButton"]);
    thunderbird.press("imipDeleteButton");
    assert_eq!(thunderbird.calendar(None), json!([]));
    // Nothing that it did counts as more than the two answers.
    assert_eq!(attendance(&office), ("accepted".into(), second));
    let answers = office.counts().inbox.iter().map(|(_, n)| n).sum::<i64>();
    assert_eq!(answers, 3, "the notice and two answers");
    assert_eq!(daemon.end(Signal::TERM).code(), Some(0));
}

//! Forecast equals fate with the real process: three months of an office in which nobody acts, lived through by `sscd run`
//! under a wall clock that runs fast (libfaketime), are what `sscd forecast --json` said on the first day; and the dates
//! are those that Python works out from the rules (`tests/calendar/dates.py`).
//!
//! The process works in real time while its clock runs away, so a letter may leave some simulated hours late: it must leave
//! on the foretold day of London, never before its time, and letters of one sort to one reader in the foretold order.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rustix::process::Signal;
use serde_json::{Value, json};
use sscd::domain::case::Reference;
use sscd::domain::workday::london_date;
use sscd::store::{LetterFilter, Options};

use crate::daemon::Place;

const LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
const DAY_0: &str = "2026-11-02";
const UNTIL: &str = "2027-02-02";
/// Simulated seconds in one.
const SPEED: u32 = 20_000;
/// A quarter of an hour, simulated.
const TOUCH_AFTER: Duration = Duration::from_millis(45);
/// Automatic mail may leave for eight hours of a day.
const LATE_AT_MOST: TimeDelta = TimeDelta::hours(8);

const NOTICES: [(&str, &str); 3] = [
    ("in-use", include_str!("../mail/good/already-in-use.eml")),
    ("complete", include_str!("../mail/good/form-complete.eml")),
    ("incomplete", include_str!("../mail/good/incomplete.eml")),
];

/// When, of what, about what, to whom.
type Fate = (NaiveDate, String, String, Vec<String>);

fn clock(at: &str, speed: u32) -> [(&'static str, String); 6] {
    [
        ("LD_PRELOAD", LIBRARY.into()),
        ("FAKETIME", format!("@{DAY_0} {at} x{speed}")),
        ("TZ", "UTC".into()),
        // Files keep their times, and how long something lasted is measured in real time.
        ("NO_FAKE_STAT", "1".into()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
        ("SSCD_LOOK_AGAIN_MS", "2".into()),
    ]
}

fn said(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn foretold(place: &Place) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sscd"));
    command.args(["forecast", "--json", "--until", UNTIL, "--config"]).arg(place.path("sscd.toml"));
    let told = said(command.envs(clock("09:40:00", 1)));
    assert_eq!((&told["alarms"], &told["ended_at"]), (&json!([]), &Value::Null));
    told["letters"].as_array().unwrap().clone()
}

fn word(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn readers(value: &Value) -> Vec<String> {
    let mut to: Vec<String> = value.as_array().unwrap().iter().map(word).collect();
    to.sort();
    to
}

fn instant(letter: &Value) -> DateTime<Utc> {
    word(&letter["at"]).parse().unwrap()
}

/// The kinds whose days the rules give.
const RULED: [&str; 8] = [
    "digest",
    "decision_request",
    "paper_notice",
    "deadline_note",
    "note",
    "start_question",
    "review_reminder",
    "members_reminder",
];

/// Day, kind, the case where it is about one, and the reader where the rules name one.
type Ruled = (String, String, String, String);

fn ruled(letter: &Value) -> Option<Ruled> {
    let (kind, subject) = (word(&letter["kind"]), word(&letter["subject"]));
    let is_case = Reference::parse(&subject).is_some();
    let names_reader = ["paper_notice", "members_reminder", "review_reminder"].contains(&&*kind);
    let to = if names_reader { word(&letter["to"][0]) } else { String::new() };
    let day = london_date(instant(letter)).to_string();
    RULED.contains(&&*kind).then(|| (day, kind, if is_case { subject } else { String::new() }, to))
}

fn by_the_rules(place: &Place) -> Vec<Ruled> {
    let case = |n: usize, asked: bool| json!({ "reference": format!("SUS-2026-000{n}"), "received": DAY_0, "asked_for_information": asked });
    let mut complete = case(2, false);
    complete["intended_start"] = json!("2027-03-01");
    let cases = [case(1, false), complete, case(3, true)];
    fs::write(
        place.path("record.json"),
        json!({ "day_0": DAY_0, "until": UNTIL, "cases": cases }).to_string(),
    )
    .unwrap();
    let mut command = Command::new("/usr/bin/python3");
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calendar/dates.py"));
    let rows = said(command.arg(place.path("")).arg(place.path("record.json")));
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| (word(&row[0]), word(&row[1]), word(&row[2]), word(&row[3]))).collect()
}

#[test]
#[ignore = "takes minutes and needs libfaketime: `tests/run.sh --all` installs it and runs this"]
fn the_daemon_does_what_was_foretold() {
    assert!(Path::new(LIBRARY).exists(), "no {LIBRARY}: `tests/run.sh --all` installs faketime");
    let place = Place::new();
    fs::write(place.path("sscd.toml"), include_str!("../../config/sscd.toml")).unwrap();
    let mut daemon = place.start_with(&clock("09:30:00", 1));
    for (n, (name, notice)) in NOTICES.iter().enumerate() {
        place.put(name, notice);
        let acknowledged = |file: &str| file.starts_with(&format!("sus-2026-000{}", n + 1));
        let letters =
            || fs::read_dir(place.path("letters/new")).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(
            daemon.until(|_| letters().any(|name| acknowledged(&name.to_string_lossy()))),
            "{:?}",
            daemon.said
        );
    }
    // The reviews have their own reminders for the day on which the daemon is first started.
    let is_open = |place: &Place| place.ask(&["status"]).0["counts"]["deliveries"]["queued"].is_number();
    assert!(daemon.until(|_| !is_open(&place)), "{:?}", daemon.said);
    assert_eq!(daemon.end(Signal::TERM).code(), Some(0));

    let letters = foretold(&place);
    let mut told: Vec<_> = letters.iter().filter_map(ruled).collect();
    let mut rules = by_the_rules(&place);
    told.sort();
    rules.sort();
    let beyond = |all: &[Ruled], others: &[Ruled]| {
        all.iter().filter(|one| !others.contains(one)).cloned().collect::<Vec<Ruled>>()
    };
    assert!(beyond(&told, &rules).is_empty(), "foretold, not by the rules: {:?}", beyond(&told, &rules));
    assert!(beyond(&rules, &told).is_empty(), "by the rules, not foretold: {:?}", beyond(&rules, &told));
    assert_eq!(told.len(), rules.len());

    // A file for each reader.
    let n_before = place.n_letters();
    let n_foretold: usize = letters.iter().map(|letter| readers(&letter["to"]).len()).sum();
    let mut daemon = place.start_with(&clock("09:45:00", SPEED));
    // A folder in which nothing changes is looked at once a real minute, which is two weeks here.
    let mut touched_at = Instant::now();
    let touch = || fs::set_permissions(place.path("mail/new"), PermissionsExt::from_mode(0o755)).unwrap();
    // The digest of the day after the last stands for its end.
    let is_over = daemon.until(|_| {
        if touched_at.elapsed() > TOUCH_AFTER {
            touch();
            touched_at = Instant::now();
        }
        place.n_letters() > n_before + n_foretold
    });
    assert!(is_over, "{:?}", daemon.said);
    assert_eq!(daemon.end(Signal::TERM).code(), Some(0));
    let (came, alarms) = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = place.store(&Options { n_readers: 1, read_only: true }).await.unwrap();
        let letters = store.letters(&LetterFilter::All, None, i64::MAX).await.unwrap();
        (letters, store.alarms().await.unwrap())
    });
    assert_eq!(alarms, []);

    let until: NaiveDate = UNTIL.parse().unwrap();
    let mut came: Vec<(DateTime<Utc>, Fate)> = came
        .into_iter()
        .filter_map(|letter| {
            let at = letter.deliveries.iter().filter_map(|one| one.settled_at).max()?;
            let mut to: Vec<String> = letter.deliveries.iter().map(|one| one.recipient.to_string()).collect();
            to.sort();
            let fate = (london_date(at), letter.kind, letter.subject.0, to);
            (fate.0 > DAY_0.parse().unwrap() && fate.0 <= until).then_some((at, fate))
        })
        .collect();
    let mut told: Vec<(DateTime<Utc>, Fate)> = letters
        .iter()
        .map(|one| {
            let at = instant(one);
            (at, (london_date(at), word(&one["kind"]), word(&one["subject"]), readers(&one["to"])))
        })
        .collect();
    // By day, kind, subject and readers, and where they are the same by time.
    let order = |(at, fate): &(DateTime<Utc>, Fate)| (fate.clone(), *at);
    came.sort_by_key(order);
    told.sort_by_key(order);
    let mut late: Vec<TimeDelta> = Vec::new();
    for ((foretold, what), (at, came)) in told.iter().zip(&came) {
        assert_eq!(what, came, "foretold for {foretold}, and this came at {at}");
        late.push(*at - *foretold);
    }
    assert_eq!(told.len(), came.len());
    late.sort();
    let kinds: BTreeSet<&str> = told.iter().map(|(_, (_, kind, _, _))| kind.as_str()).collect();
    eprintln!(
        "{} letters of {} kinds: late by {} to {} minutes of the fast clock, half of them by {} at most",
        late.len(),
        kinds.len(),
        late[0].num_minutes(),
        late[late.len() - 1].num_minutes(),
        late[late.len() / 2].num_minutes()
    );
    assert!(late[0] >= TimeDelta::zero(), "before its time");
    assert!(late[late.len() - 1] < LATE_AT_MOST, "later than the clock's speed excuses");
}

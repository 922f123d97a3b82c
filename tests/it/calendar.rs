//! Calendars as their readers get them: whole, as snapshots, and as other programs read them (Python's icalendar, and
//! ical.js where node has it).

use std::path::Path;
use std::process::Command;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};
use sscd::domain::calendar::{
    Attendee, FeedEntry, Invitation, Link, PartStat, Status, Uid, When, Whom, cancel, decline_counter, feed,
    request,
};
use sscd::domain::id::{Address, LetterId, Named, SubjectId};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn named(name: &str, address: &str) -> Named {
    Named { name: Some(name.into()), address: Address::parse(address).unwrap() }
}

fn hours(start: &str, end: &str) -> When {
    When::Time { start: at(start), end: at(end) }
}

fn day(on: &str) -> When {
    When::Day(on.parse::<NaiveDate>().unwrap())
}

fn invitation() -> Invitation {
    let attendee = |name: &str, address: &str, partstat| Attendee { named: named(name, address), partstat };
    Invitation {
        uid: Uid::of_meeting(&SubjectId("SUS-2026-0007".into()), 1, "sec.test"),
        sequence: 0,
        dtstamp: at("2026-11-27T15:00:00Z"),
        when: hours("2026-12-08T10:00:00Z", "2026-12-08T12:00:00Z"),
        summary: "SSC ad-hoc review, case SUS-2026-0007".into(),
        description: "The Security Sub-Committee reviews the case; please answer by the buttons of your \
                      program.\nReference: SUS-2026-0007"
            .into(),
        location: Some("By video".into()),
        url: Some(Link::parse("https://meet.sec.test/j/123?a=1;b,c").unwrap()),
        organizer: named("SECAS", "secas+o1abcdefghijklmnopqrstuvwxyz@sec.test"),
        attendees: vec![
            attendee("Ann Field", "ann.field@northwind.test", PartStat::NeedsAction),
            attendee("O'Hara, Zoë", "zoe.ohara@ssc.test", PartStat::Accepted),
        ],
        status: Status::Confirmed,
        asks_answer: true,
    }
}

/// Without a `\n` in two characters, which Python's icalendar 4.0.3 takes for a line end although its `\` is escaped.
fn hostile() -> Invitation {
    let evil = "\"Ann\"\r\nATTENDEE:mailto:x@y.test;CN=a:b,c\\x^n \u{202e}é🎈 ".repeat(6);
    Invitation {
        summary: evil.clone(),
        description: evil.clone(),
        location: Some(evil.clone()),
        organizer: named(&evil, "secas+o1@sec.test"),
        attendees: vec![Attendee {
            named: named(&evil, "o'hara+x@ssc.test"),
            partstat: PartStat::NeedsAction,
        }],
        ..invitation()
    }
}

fn due_date() -> Invitation {
    Invitation {
        uid: Uid::of_due_date(&SubjectId("SUS-2026-0007".into()), LetterId(1), "sec.test"),
        when: day("2027-02-28"),
        summary: "Annual review due".into(),
        asks_answer: false,
        ..invitation()
    }
}

/// Working days on both sides of each change of the clock, and a due date.
fn entries() -> Vec<FeedEntry> {
    let around = [
        day("2027-02-28"),
        hours("2026-03-27T10:00:00Z", "2026-03-27T12:00:00Z"),
        hours("2026-03-30T09:00:00Z", "2026-03-30T11:00:00Z"),
        hours("2026-10-23T09:00:00Z", "2026-10-23T11:00:00Z"),
        hours("2026-10-26T10:00:00Z", "2026-10-26T12:00:00Z"),
        hours("2027-03-25T10:00:00Z", "2027-03-25T12:00:00Z"),
        hours("2027-03-30T09:00:00Z", "2027-03-30T11:00:00Z"),
        hours("2027-10-29T09:00:00Z", "2027-10-29T11:00:00Z"),
        hours("2027-11-01T10:00:00Z", "2027-11-01T12:00:00Z"),
    ];
    let entry = |(n, when): (u32, When)| FeedEntry {
        uid: Uid::of_meeting(&SubjectId("SUS-2026-0007".into()), n, "sec.test"),
        sequence: n,
        dtstamp: at("2026-11-27T15:00:00Z"),
        when,
        summary: format!("SSC, entry {n}"),
        description: String::new(),
        status: Status::Confirmed,
    };
    (1..).zip(around).map(entry).collect()
}

/// Each with the invitation that it is of.
fn samples() -> Vec<(&'static str, String, Option<Invitation>)> {
    let scheduled = |text: String, of: Invitation| (text, Some(of));
    let ann = Address::parse("ann.field@northwind.test").unwrap();
    let moved = Invitation {
        sequence: 1,
        when: hours("2027-04-06T09:00:00Z", "2027-04-06T11:00:00Z"),
        ..invitation()
    };
    let alone = Invitation { attendees: moved.attendees.iter().take(1).cloned().collect(), ..moved.clone() };
    let cancelled = Invitation { status: Status::Cancelled, asks_answer: false, ..moved.clone() };
    let no_answer = Invitation { asks_answer: false, ..alone.clone() };
    let all = [
        ("request_winter", scheduled(request(&invitation()).text, invitation())),
        ("request_summer", scheduled(request(&moved).text, moved.clone())),
        ("request_due_date", scheduled(request(&due_date()).text, due_date())),
        ("request_hostile", scheduled(request(&hostile()).text, hostile())),
        ("cancel_all", scheduled(cancel(&moved, &Whom::All).text, cancelled)),
        ("cancel_one", scheduled(cancel(&moved, &Whom::One(ann.clone())).text, no_answer.clone())),
        (
            "decline_counter",
            scheduled(decline_counter(&moved, &ann, "The Chair cannot come then; sorry.").text, no_answer),
        ),
        ("feed", (feed("SSC, due; dates", &entries()), None)),
    ];
    all.into_iter().map(|(name, (text, of))| (name, text, of)).collect()
}

#[test]
fn every_calendar_whole() {
    for (name, text, _) in samples() {
        assert!(text.ends_with("\r\n"));
        for line in text.split_terminator("\r\n") {
            assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{name}: {line:?}");
        }
        insta::assert_snapshot!(name, text.replace("\r\n", "\n"));
    }
}

/// What `program` read of each of these; none where its library is not there.
pub fn read_by(
    program: &str,
    script: &str,
    probe: &[&str],
    calendars: &[(&str, &str)],
) -> Option<Vec<Value>> {
    let is_there = Command::new(program).args(probe).output().is_ok_and(|output| output.status.success());
    if !is_there {
        eprintln!("{program} has no library for calendars here: not compared");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let write = |(name, text): &(&str, &str)| {
        let path = folder.path().join(format!("{name}.ics"));
        std::fs::write(&path, text).unwrap();
        path
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calendar").join(script);
    let output = Command::new(program).arg(script).args(calendars.iter().map(write)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// As Python's icalendar reads them, where it is installed.
pub fn read_by_python(calendars: &[(&str, &str)]) -> Option<Vec<Value>> {
    read_by("/usr/bin/python3", "read.py", &["-c", "import icalendar"], calendars)
}

fn instants(when: When) -> [String; 2] {
    match when {
        When::Time { start, end } => [start, end].map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
        When::Day(on) => [on, on.succ_opt().unwrap()].map(|on| on.to_string()),
    }
}

fn check(read: &[Value]) {
    for ((name, text, of), read) in samples().iter().zip(read) {
        let is_zoned = text.contains("DTSTART;TZID");
        assert_eq!(read["zones"], if is_zoned { json!(["Europe/London"]) } else { json!([]) }, "{name}");
        let Some(of) = of else {
            check_feed(read);
            continue;
        };
        let event = &read["events"][0];
        assert_eq!(read["events"].as_array().unwrap().len(), 1, "{name}");
        assert_eq!(event["errors"], Value::Null, "{name}");
        assert_eq!(json!([event["DTSTART"], event["DTEND"]]), json!(instants(of.when)), "{name}");
        assert_eq!(event["UID"], of.uid.as_str());
        assert_eq!(event["SEQUENCE"], of.sequence.to_string());
        assert_eq!(event["DTSTAMP"], "2026-11-27T15:00:00Z");
        assert_eq!(event["CLASS"], "CONFIDENTIAL");
        assert_eq!(event["URL"], of.url.as_ref().unwrap().as_str());
        assert_eq!(event["ORGANIZER"]["address"], format!("mailto:{}", of.organizer.address));
        let attendees = event["ATTENDEE"].as_array().unwrap();
        assert_eq!(attendees.len(), of.attendees.len(), "{name}");
        for (found, meant) in attendees.iter().zip(&of.attendees) {
            assert_eq!(found["address"], format!("mailto:{}", meant.named.address));
            assert_eq!(found["RSVP"], if of.asks_answer { "TRUE" } else { "FALSE" }, "{name}");
            if *name != "request_hostile" {
                assert_eq!(found["CN"], meant.named.name.as_deref().unwrap());
            }
        }
        if *name == "request_hostile" {
            check_hostile(event);
        } else {
            assert_eq!(event["SUMMARY"], of.summary);
            assert_eq!(event["DESCRIPTION"], of.description);
        }
    }
}

/// Everything is there, on lines of its own, and nothing else.
fn check_hostile(event: &Value) {
    let words = r#""Ann" ATTENDEE:mailto:x@y.test;CN=a:b,c\x^n é🎈 "Ann" ATTENDEE:"#;
    assert!(event["SUMMARY"].as_str().unwrap().starts_with(words), "{event:#}");
    assert!(event["LOCATION"].as_str().unwrap().starts_with(words), "{event:#}");
    let description = event["DESCRIPTION"].as_str().unwrap();
    assert_eq!(description.lines().count(), 7, "{event:#}");
    assert!(description.ends_with(r"ATTENDEE:mailto:x@y.test;CN=a:b,c\x^n  é🎈"), "{event:#}");
    let name = "'Ann' ATTENDEE:mailto:x@y.test;CN=a:b,c/x n é🎈 'Ann'";
    for named in [&event["ORGANIZER"], &event["ATTENDEE"][0]] {
        let found = named["CN"].as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(found.starts_with(name), "{named:#}");
    }
}

fn check_feed(read: &Value) {
    assert_eq!(read["properties"]["X-WR-CALNAME"], "SSC due dates");
    assert_eq!(read["properties"]["METHOD"], Value::Null);
    let events = read["events"].as_array().unwrap();
    assert_eq!(events.len(), entries().len());
    for (event, meant) in events.iter().zip(entries()) {
        assert_eq!(json!([event["DTSTART"], event["DTEND"]]), json!(instants(meant.when)));
        assert_eq!(event["UID"], meant.uid.in_feed().as_str());
        assert_eq!((&event["SUMMARY"], &event["ATTENDEE"]), (&json!(meant.summary), &json!([])));
    }
}

#[test]
fn pythons_reader_reads_what_was_meant() {
    let samples = samples();
    let calendars: Vec<_> = samples.iter().map(|(name, text, _)| (*name, text.as_str())).collect();
    if let Some(read) = read_by_python(&calendars) {
        check(&read);
    }
}

/// Thunderbird reads with this library. `NODE_PATH` says where it is; it is in no package of Debian 12.
#[test]
fn thunderbirds_reader_reads_what_was_meant() {
    let samples = samples();
    let calendars: Vec<_> = samples.iter().map(|(name, text, _)| (*name, text.as_str())).collect();
    if let Some(read) = read_by("node", "read.js", &["-e", "require('ical.js')"], &calendars) {
        check(&read);
    }
}

//! What is written, looked at line by line. Whole calendars stand in tests/it/calendar.rs.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Attendee, FeedEntry, Invitation, Link, Method, PartStat, Status, Uid, When, Whom, cancel,
    decline_counter, feed, request,
};
use crate::domain::id::{Address, LetterId, Named, SubjectId};

pub(super) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(super) fn named(name: &str, address: &str) -> Named {
    Named { name: Some(name.into()), address: Address::parse(address).unwrap() }
}

pub(super) fn invitation() -> Invitation {
    let attendee = |name: &str, address: &str, partstat| Attendee { named: named(name, address), partstat };
    Invitation {
        uid: Uid::of_meeting(&SubjectId("SUS-2026-0007".into()), 1, "sec.test"),
        sequence: 0,
        dtstamp: at("2027-03-29T15:00:00Z"),
        when: When::Time { start: at("2027-04-06T09:00:00Z"), end: at("2027-04-06T11:00:00Z") },
        summary: "SSC ad-hoc review, case SUS-2026-0007".into(),
        description: "The Security Sub-Committee reviews the case; please answer.\nReference: SUS-2026-0007"
            .into(),
        location: Some("By video".into()),
        url: Some(Link::parse("https://meet.sec.test/j/123?a=1;b,c").unwrap()),
        organizer: named("SECAS", "secas+o1@sec.test"),
        attendees: vec![
            attendee("Ann Field", "ann.field@northwind.test", PartStat::NeedsAction),
            attendee("O'Hara, Bob", "bob@ssc.test", PartStat::Accepted),
        ],
        status: Status::Confirmed,
        asks_answer: true,
    }
}

fn unfolded(text: &str) -> Vec<String> {
    text.replace("\r\n ", "").split_terminator("\r\n").map(Into::into).collect()
}

fn value(text: &str, name: &str) -> Option<String> {
    let is_it = |line: &&String| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([':', ';']));
    // Behind the zone, which has times of its own.
    let lines = unfolded(text).into_iter().skip_while(|line| line != "BEGIN:VEVENT").collect::<Vec<_>>();
    lines.iter().find(is_it).and_then(|line| line.get(name.len()..)).map(Into::into)
}

#[test]
fn a_time_is_told_by_the_clock_of_london_and_the_zone_comes_with_it() {
    let check = |start: &str, end: &str, expected: [&str; 2]| {
        let when = When::Time { start: at(start), end: at(end) };
        let text = request(&Invitation { when, ..invitation() }).text;
        let found = [value(&text, "DTSTART").unwrap(), value(&text, "DTEND").unwrap()];
        assert_eq!(found, expected);
        assert_eq!(text.matches("BEGIN:VTIMEZONE").count(), 1);
        assert!(text.find("END:VTIMEZONE") < text.find("BEGIN:VEVENT"));
    };
    let zoned = |wall: &str| format!(";TZID=Europe/London:{wall}");
    let (before, after) = (zoned("20260327T100000"), zoned("20260330T100000"));
    check("2026-03-27T10:00:00Z", "2026-03-30T09:00:00Z", [&before, &after]);
    let (before, after) = (zoned("20261023T100000"), zoned("20261026T100000"));
    check("2026-10-23T09:00:00Z", "2026-10-26T10:00:00Z", [&before, &after]);
    // The hour that comes twice: its first by the clock, its second in UTC.
    check("2026-10-25T00:30:00Z", "2026-10-25T01:30:00.7Z", [&zoned("20261025T013000"), ":20261025T013000Z"]);
}

#[test]
fn a_due_date_takes_no_time_and_asks_for_no_answer() {
    let when = When::Day(NaiveDate::from_ymd_opt(2026, 12, 31).unwrap());
    let text = request(&Invitation { when, asks_answer: false, ..invitation() }).text;
    assert_eq!(value(&text, "DTSTART").unwrap(), ";VALUE=DATE:20261231");
    assert_eq!(value(&text, "DTEND").unwrap(), ";VALUE=DATE:20270101");
    assert_eq!(value(&text, "TRANSP").unwrap(), ":TRANSPARENT");
    assert_eq!(value(&text, "CLASS").unwrap(), ":CONFIDENTIAL");
    assert!(text.contains("RSVP=FALSE") && !text.contains("RSVP=TRUE") && !text.contains("VTIMEZONE"));
}

#[test]
fn a_cancellation_for_one_leaves_the_meeting_to_the_others() {
    let meeting = Invitation { sequence: 1, ..invitation() };
    let all = cancel(&meeting, &Whom::All);
    assert_eq!((all.method.as_str(), value(&all.text, "STATUS").unwrap().as_str()), ("CANCEL", ":CANCELLED"));
    assert_eq!(all.text.matches("ATTENDEE").count(), 2);
    let bob = Address::parse("BOB@ssc.test").unwrap();
    let one = cancel(&meeting, &Whom::One(bob)).text;
    assert_eq!((value(&one, "STATUS"), one.matches("ATTENDEE").count()), (None, 1));
    assert_eq!(value(&one, "SEQUENCE").unwrap(), ":1");
    for name in ["UID", "ORGANIZER", "DTSTART", "DTEND"] {
        assert_eq!(value(&one, name), value(&request(&meeting).text, name), "{name}");
    }
    let stranger = Address::parse("carl@ssc.test").unwrap();
    assert!(cancel(&meeting, &Whom::One(stranger)).text.contains("mailto:carl@ssc.test"));
}

#[test]
fn a_proposal_is_declined_with_a_sentence() {
    let ann = Address::parse("ann.field@northwind.test").unwrap();
    let declined = decline_counter(&invitation(), &ann, "The Chair cannot come then; sorry.");
    assert_eq!(declined.method, Method::DeclineCounter);
    assert_eq!(value(&declined.text, "COMMENT").unwrap(), r":The Chair cannot come then\; sorry.");
    assert_eq!(declined.text.matches("ATTENDEE").count(), 1);
}

#[test]
fn a_feed_invites_nobody() {
    let entry = |n, when| FeedEntry {
        uid: Uid::of_due_date(&SubjectId(format!("SUS-2026-{n:04}")), LetterId(1), "sec.test"),
        sequence: 2,
        dtstamp: at("2026-11-27T09:00:00Z"),
        when,
        summary: "Annual review due".into(),
        description: String::new(),
        status: Status::Confirmed,
    };
    let day = When::Day(NaiveDate::from_ymd_opt(2027, 2, 28).unwrap());
    let days = feed("SSC, due; dates", &[entry(1, day)]);
    assert!(!days.contains("VTIMEZONE"));
    let text =
        feed("SSC, due; dates", &[entry(1, day), entry(2, invitation().when), entry(3, invitation().when)]);
    for absent in ["METHOD", "ATTENDEE", "ORGANIZER", "RSVP"] {
        assert!(!text.contains(absent), "{absent}");
    }
    assert_eq!((text.matches("BEGIN:VTIMEZONE").count(), text.matches("BEGIN:VEVENT").count()), (1, 3));
    let lines = unfolded(&text);
    assert!(lines.contains(&"X-WR-CALNAME:SSC due dates".into()));
    assert!(lines.contains(&"REFRESH-INTERVAL;VALUE=DURATION:PT4H".into()));
    assert!(lines.contains(&"UID:SUS-2026-0002.due-1.feed@sec.test".into()));
    assert_eq!(feed("x", &[]).matches("BEGIN:").count(), 1);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(request(&invitation()), request(&invitation()));
    assert!(!request(&invitation()).text.contains("APPT-SEQUENCE"));
}

#[test]
fn lines_end_where_the_standard_says() {
    for n in 60..160 {
        let text = request(&Invitation { summary: "x".repeat(n), ..invitation() }).text;
        assert!(text.split_terminator("\r\n").all(|line| line.len() <= 75), "{n}");
        let text = request(&Invitation { summary: format!("{}é🎈", "x".repeat(n)), ..invitation() }).text;
        assert!(text.split_terminator("\r\n").all(|line| line.len() <= 75), "{n}");
        assert_eq!(value(&text, "SUMMARY").unwrap(), format!(":{}é🎈", "x".repeat(n)));
    }
}

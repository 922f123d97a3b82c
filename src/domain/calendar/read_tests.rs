//! What is read of the calendars that programs write, beside them in `tests/calendar`, and of broken ones.

use chrono::{DateTime, Utc};

use super::read::{Part, read, read_parts};
use super::{Method, PartStat, Reply, Responder};
use crate::domain::id::Address;

const ANN: &str = "ann.field@northwind.test";

fn at(text: &str) -> Option<DateTime<Utc>> {
    text.parse().ok()
}

fn ann(partstat: PartStat) -> Vec<Responder> {
    vec![Responder { address: Address::parse(ANN).unwrap(), partstat }]
}

/// The invitation of the samples: 10:00 to 12:00 BST.
fn expected(partstat: PartStat, dtstamp: &str) -> Reply {
    Reply {
        method: Method::Reply,
        uid: "SUS-2026-0007.meeting-1@sec.test".into(),
        recurrence_id: None,
        sequence: Some(0),
        dtstamp: at(dtstamp),
        attendees: ann(partstat),
        start: at("2027-04-06T09:00:00Z"),
        end: at("2027-04-06T11:00:00Z"),
        comment: None,
    }
}

fn check(bytes: &[u8], expected: &Reply) {
    let (mut replies, problems) = read(bytes, None);
    assert_eq!((replies.len(), problems), (1, vec![]), "{}", String::from_utf8_lossy(bytes));
    let mut reply = replies.remove(0);
    for responder in &mut reply.attendees {
        responder.address = Address::parse(&responder.address.as_str().to_lowercase()).unwrap();
    }
    assert_eq!(&reply, expected);
}

#[test]
fn answers_are_read_as_programs_write_them() {
    use PartStat::{Accepted, Declined, Tentative};
    check(include_bytes!("../../../tests/calendar/outlook.ics"), &expected(Accepted, "2027-03-30T09:15:00Z"));
    let declined = Reply {
        comment: Some("I am on leave that week, sorry.".into()),
        ..expected(Declined, "2027-03-30T09:14:00Z")
    };
    check(include_bytes!("../../../tests/calendar/exchange.ics"), &declined);
    check(
        include_bytes!("../../../tests/calendar/outlook_com.ics"),
        &expected(Tentative, "2027-03-30T09:13:00Z"),
    );
    check(include_bytes!("../../../tests/calendar/google.ics"), &expected(Accepted, "2027-03-30T09:12:00Z"));
    check(include_bytes!("../../../tests/calendar/apple.ics"), &expected(Accepted, "2027-03-30T09:11:00Z"));
    check(
        include_bytes!("../../../tests/calendar/thunderbird.ics"),
        &expected(Declined, "2027-03-30T09:10:05Z"),
    );
}

#[test]
fn proposals_requests_and_bare_answers_are_read() {
    let counter = Reply {
        method: Method::Counter,
        start: at("2027-04-07T13:00:00Z"),
        end: at("2027-04-07T15:00:00Z"),
        comment: Some("Could we meet on Wednesday afternoon?".into()),
        ..expected(PartStat::Tentative, "2027-03-30T09:12:00Z")
    };
    check(include_bytes!("../../../tests/calendar/google_counter.ics"), &counter);
    let refresh = Reply {
        method: Method::Refresh,
        sequence: None,
        start: None,
        end: None,
        ..expected(PartStat::NeedsAction, "2027-03-30T09:10:00Z")
    };
    check(include_bytes!("../../../tests/calendar/refresh.ics"), &refresh);
    let bob =
        Responder { address: Address::parse("bob@northwind.test").unwrap(), partstat: PartStat::NeedsAction };
    let delegated = Reply {
        start: None,
        end: None,
        attendees: [ann(PartStat::Delegated), vec![bob]].concat(),
        ..expected(PartStat::Delegated, "2027-03-30T09:10:00Z")
    };
    check(include_bytes!("../../../tests/calendar/delegated.ics"), &delegated);
    assert_eq!(delegated.attendee(), None);
    let bare =
        Reply { dtstamp: None, sequence: None, ..expected(PartStat::Accepted, "2027-03-30T09:10:00Z") };
    check(include_bytes!("../../../tests/calendar/bare.ics"), &bare);
    let nobody = Reply { attendees: vec![], ..bare };
    check(include_bytes!("../../../tests/calendar/nobody.ics"), &nobody);
}

#[test]
fn line_ends_do_not_matter() {
    for sample in [
        &include_bytes!("../../../tests/calendar/outlook.ics")[..],
        include_bytes!("../../../tests/calendar/apple.ics"),
    ] {
        let text = String::from_utf8(sample.to_vec()).unwrap();
        let as_sent = read(sample, Some("utf-8"));
        for other in [text.replace("\r\n", "\n"), text.replace("\r\n", "\r\r\n"), format!("\u{feff}{text}")] {
            assert_eq!(read(other.as_bytes(), Some("UTF-8")), as_sent);
        }
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&wide, Some("utf-16le")), as_sent);
    }
}

fn event(lines: &str) -> Vec<u8> {
    format!("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:x\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
        .into_bytes()
}

#[test]
fn zones_are_known_by_their_names() {
    let check = |lines: &str, start: Option<&str>, n_problems: usize| {
        let (replies, problems) = read(&event(lines), None);
        assert_eq!(
            (replies[0].start, problems.len()),
            (start.and_then(at), n_problems),
            "{lines} {problems:?}"
        );
    };
    let summer = Some("2027-07-01T09:00:00Z");
    check("DTSTART:20270701T090000Z", summer, 0);
    check("DTSTART;TZID=Europe/London:20270701T100000", summer, 0);
    check("DTSTART;TZID=GMT Standard Time:20270701T100000", summer, 0);
    check("DTSTART;TZID=\"(UTC+00:00) Dublin, Edinburgh, Lisbon, London\":20270701T100000", summer, 0);
    check(
        "DTSTART;TZID=\"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna\":20270701T110000",
        summer,
        0,
    );
    check("DTSTART;TZID=(UTC) Coordinated Universal Time:20270701T090000", summer, 0);
    check("DTSTART;TZID=(UTC+01:00) Elsewhere:20270701T110000", None, 1);
    check("DTSTART;TZID=/softwarestudio.org/Olson_20011030_5/Europe/London:20270701T100000", summer, 0);
    check("DTSTART;TZID=\"tzone://Microsoft/Utc\":20270701T090000", summer, 0);
    check("DTSTART;TZID=W. Europe Standard Time:20270701T110000", summer, 0);
    check("DTSTART;TZID=Eastern Standard Time:20270701T050000", summer, 0);
    check("DTSTART;TZID=Greenwich Standard Time:20270701T090000", summer, 0);
    check("DTSTART:20270701T100000", summer, 1);
    check("DTSTART;VALUE=DATE:20270701", Some("2027-06-30T23:00:00Z"), 0);
    check("DTSTART;TZID=Customized Time Zone:20270701T100000", None, 1);
    check("DTSTART;TZID=Nowhere/Land:20270701T100000", None, 1);
    check("DTSTART;TZID=Europe/London:20270328T013000", Some("2027-03-28T01:30:00Z"), 0);
    check("DTSTART;TZID=Europe/London:20261025T013000", Some("2026-10-25T00:30:00Z"), 0);
    check("DTSTART:20271301T090000Z", None, 1);
    check("DTSTART:tomorrow", None, 1);
    check("DTSTART:", None, 1);
    check("DTSTART:20270701T090000Z\r\nDURATION:P999999999W", summer, 1);
    check("SUMMARY:x", None, 0);
}

#[test]
fn microsofts_greenwich_with_summer_time_is_london() {
    let zone = include_str!("../../../tests/calendar/outlook.ics")
        .replace("GMT Standard Time", "Greenwich Standard Time");
    let (replies, problems) = read(zone.as_bytes(), None);
    assert_eq!((replies[0].start, problems), (at("2027-04-06T09:00:00Z"), vec![]));
}

#[test]
fn an_address_is_found_wherever_it_stands() {
    let check = |line: &str, expected: Option<&str>| {
        let (replies, problems) = read(&event(line), None);
        let found = replies[0].attendee().map(|attendee| attendee.address.as_str());
        assert_eq!((found, problems.is_empty()), (expected, expected.is_some()), "{line} {problems:?}");
    };
    check("ATTENDEE;PARTSTAT=accepted:MAILTO:ann@power.test", Some("ann@power.test"));
    check("ATTENDEE:ann@power.test", Some("ann@power.test"));
    check("ATTENDEE:mailto:ann%2Bx@power.test", Some("ann+x@power.test"));
    check("ATTENDEE:mailto:<ann@power.test>", Some("ann@power.test"));
    check("ATTENDEE;EMAIL=ann@power.test:/principals/users/17", Some("ann@power.test"));
    check("ATTENDEE;CN=\"Field; Ann: x\":mailto:ann@power.test", Some("ann@power.test"));
    check("ATTENDEE:mailto:/O=EXCH/OU=ORG/CN=ANN", None);
    check("ATTENDEE:invalid:nomail", None);
}

#[test]
fn what_is_said_twice_is_told_once() {
    let google = &include_bytes!("../../../tests/calendar/google.ics")[..];
    let part = Part { bytes: google, charset: None, method: Some("REPLY") };
    let (replies, problems) = read_parts(&[part, part]);
    assert_eq!((replies.len(), problems.len()), (1, 0));
    let both = [google, google].concat();
    assert_eq!(read(&both, None).0.len(), 1);
}

#[test]
fn the_method_is_the_calendars_else_its_parts() {
    let check = |line: &str, stated: Option<&str>, expected: Method| {
        let bytes = format!("BEGIN:VCALENDAR\n{line}BEGIN:VEVENT\nUID:x\nEND:VEVENT\nEND:VCALENDAR\n");
        let part = Part { bytes: bytes.as_bytes(), charset: None, method: stated };
        assert_eq!(read_parts(&[part]).0[0].method, expected, "{line} {stated:?}");
    };
    check("METHOD:reply\n", Some("REQUEST"), Method::Reply);
    check("METHOD:Counter\n", None, Method::Counter);
    check("", Some("reply"), Method::Reply);
    check("", None, Method::Publish);
    check("METHOD:DECLINECOUNTER\n", None, Method::Other("DECLINECOUNTER".into()));
    check("METHOD:X-EAT\n", None, Method::Other("X-EAT".into()));
    // Outlook's forwarding of an event alone.
    let (replies, _) = read(b"BEGIN:VEVENT\nUID:x\nEND:VEVENT\n", None);
    assert_eq!(replies.len(), 1);
}

#[test]
fn text_is_unfolded_before_it_is_decoded() {
    let check = |octets: &[u8], charset: Option<&str>, expected: &str, n_problems: usize| {
        let bytes = [&event("COMMENT:@")[..]].concat();
        let at = bytes.iter().position(|octet| *octet == b'@').unwrap();
        let bytes = [&bytes[..at], octets, &bytes[at + 1..]].concat();
        let (replies, problems) = read(&bytes, charset);
        assert_eq!(
            (replies[0].comment.as_deref(), problems.len()),
            (Some(expected), n_problems),
            "{octets:?}"
        );
    };
    check("café".as_bytes(), None, "café", 0);
    check(b"caf\xc3\r\n \xa9", None, "café", 0);
    check(b"caf\xc3\n\t\xa9", Some("utf-8"), "café", 0);
    check(b"caf\xe9", None, "café", 1);
    check(b"caf\xe9", Some("ISO-8859-1"), "café", 0);
    check(b"a\\, b\\; c\\\\ d\\ne", None, "a, b; c\\ d\ne", 0);
}

#[test]
fn reading_has_its_limits() {
    let check = |bytes: &[u8], n_replies: usize| {
        let (replies, problems) = read(bytes, None);
        assert_eq!(replies.len(), n_replies, "{problems:?}");
        assert!(!problems.is_empty());
    };
    let events: Vec<String> = (0..1_000).map(|n| format!("BEGIN:VEVENT\nUID:{n}\nEND:VEVENT\n")).collect();
    check(format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", events.concat()).as_bytes(), 50);
    check(&event(&"X-A:b\n".repeat(10_000)), 1);
    check(&event(&format!("COMMENT:{}", "x".repeat(1 << 20))), 1);
    check("BEGIN:VEVENT\n".repeat(100_000).as_bytes(), 0);
    check(&event(&"ATTENDEE:nobody\n".repeat(4_000)), 1);
    check(b"", 0);
    check(b"see attached", 0);
    check(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR\n", 0);
}

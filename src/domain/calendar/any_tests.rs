//! Whatever people are called and whatever bytes come: a calendar says what was meant, and reading answers.

use icalendar::parser::{Component, Property, read_calendar, unfold};
use proptest::prelude::*;

use super::read::{Part, read, read_parts};
use super::words::{Parameter, Words};
use super::write_tests::{invitation, named};
use super::{Attendee, FeedEntry, Invitation, PartStat, Whom, cancel, decline_counter, feed, request};
use crate::domain::id::Address;

/// What breaks calendars when it stands where nobody expects it.
const PIECES: [&str; 26] = [
    "\r\n",
    "\r",
    "\n",
    "\n ",
    "\r\nATTENDEE:mailto:x@y.test\r\n",
    "\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\n",
    "\"",
    "\"\"",
    "'",
    "\\",
    "\\n",
    ";",
    ":",
    ",",
    "=",
    "^n",
    "^'",
    "é",
    "🎈",
    "\u{202e}",
    "\u{0}",
    "\t",
    "Ann",
    " ",
    "END:VCALENDAR",
    "TZID=Europe/London",
];

fn words() -> impl Strategy<Value = String> {
    let pieces =
        prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..12).prop_map(|all| all.concat());
    prop_oneof![4 => pieces, 1 => ".{0,40}", 1 => "[xé ]{300}", 1 => "x{300}"]
}

fn address() -> impl Strategy<Value = Address> {
    "[a-z!#$&'*/=?^_`{|}~+-]{1,60}@[a-z]{1,60}(\\.[a-z]{1,60}){1,3}"
        .prop_filter_map("address", |text| Address::parse(&text).ok())
}

fn hostile() -> impl Strategy<Value = Invitation> {
    let attendees = prop::collection::vec((words(), address()), 0..4);
    (words(), words(), words(), words(), attendees, 0..100_u32).prop_map(
        |(summary, description, location, organizer, attendees, sequence)| Invitation {
            summary,
            description,
            location: Some(location),
            organizer: named(&organizer, "secas+o1@sec.test"),
            attendees: attendees
                .into_iter()
                .map(|(name, address)| Attendee {
                    named: crate::domain::id::Named { name: Some(name), address },
                    partstat: PartStat::Declined,
                })
                .collect(),
            sequence,
            ..invitation()
        },
    )
}

fn find<'a>(event: &'a Component<'_>, name: &str) -> Vec<&'a Property<'a>> {
    event.properties.iter().filter(|property| property.name == name).collect()
}

/// The one event of a calendar, as the library's own parser reads it.
fn with_event(text: &str, look: impl FnOnce(&Component<'_>)) {
    for line in text.split_terminator("\r\n") {
        assert!(line.len() <= 75 && !line.contains(|c: char| c.is_control()), "{line:?}");
    }
    assert!(text.ends_with("END:VCALENDAR\r\n"));
    let unfolded = unfold(text);
    let calendar = read_calendar(&unfolded).unwrap();
    let names: Vec<_> = calendar.components.iter().map(|component| component.name.as_str()).collect();
    assert_eq!(names, ["VTIMEZONE", "VEVENT"], "{text}");
    look(&calendar.components[1]);
}

fn says(event: &Component<'_>, name: &str, expected: &str) {
    let found: Vec<_> = find(event, name).iter().map(|property| property.val.as_str().to_owned()).collect();
    let expected: Vec<String> =
        Some(expected.to_owned()).filter(|expected| !expected.is_empty()).into_iter().collect();
    assert_eq!(found, expected, "{name}");
}

proptest! {
    #[test]
    fn an_invitation_says_what_was_meant(invitation in hostile()) {
        let text = request(&invitation).text;
        prop_assert_eq!(&text, &request(&invitation).text);
        with_event(&text, |event| {
            says(event, "DESCRIPTION", Words::lines(&invitation.description).as_str());
            says(event, "LOCATION", Words::line(invitation.location.as_deref().unwrap()).as_str());
            assert_eq!(find(event, "SUMMARY")[0].val.as_str(), Words::line(&invitation.summary).as_str());
            assert_eq!(find(event, "ORGANIZER").len(), 1);
            let attendees = find(event, "ATTENDEE");
            assert_eq!(attendees.len(), invitation.attendees.len());
            for (found, meant) in attendees.iter().zip(&invitation.attendees) {
                assert_eq!(found.val.as_str(), format!("mailto:{}", meant.named.address));
                let name = Parameter::of(meant.named.name.as_deref().unwrap());
                let cn = found.params.iter().find(|parameter| parameter.key == "CN");
                let cn = cn.and_then(|cn| cn.val.as_ref()).map_or("", |cn| cn.as_str());
                assert_eq!(cn.trim_matches('"'), name.as_str());
                assert_eq!(found.params.len(), if name.as_str().is_empty() { 4 } else { 5 });
            }
            let n_others = event.properties.iter().filter(|property| property.name != "ATTENDEE").count();
            assert!(n_others <= 14, "{n_others}");
        });
    }

    #[test]
    fn what_we_write_our_reader_reads(invitation in hostile(), why in words()) {
        let one = Whom::One(Address::parse("bob@ssc.test").unwrap());
        let bob = Address::parse("bob@ssc.test").unwrap();
        for sent in [
            request(&invitation),
            cancel(&invitation, &Whom::All),
            cancel(&invitation, &one),
            decline_counter(&invitation, &bob, &why),
        ] {
            with_event(&sent.text, |_| ());
            let (replies, problems) = read(sent.text.as_bytes(), Some("utf-8"));
            prop_assert_eq!((replies.len(), problems), (1, vec![]));
            prop_assert_eq!(replies[0].uid.as_str(), invitation.uid.as_str());
            prop_assert_eq!(replies[0].sequence, Some(invitation.sequence));
            prop_assert_eq!(replies[0].dtstamp, Some(invitation.dtstamp));
            let super::When::Time { start, end } = invitation.when else { unreachable!() };
            prop_assert_eq!((replies[0].start, replies[0].end), (Some(start), Some(end)));
            prop_assert_eq!(replies[0].method.as_str(), sent.method.as_str());
            if sent == request(&invitation) {
                let found: Vec<_> = replies[0].attendees.iter().map(|found| found.address.clone()).collect();
                let meant: Vec<_> = invitation.attendees.iter().map(|meant| meant.named.address.clone()).collect();
                prop_assert_eq!(found, meant);
            }
        }
    }

    #[test]
    fn a_feed_says_what_was_meant(name in words(), summary in words(), description in words()) {
        let like = invitation();
        let entry = FeedEntry {
            uid: like.uid,
            sequence: like.sequence,
            dtstamp: like.dtstamp,
            when: like.when,
            summary,
            description,
            status: like.status,
        };
        let text = feed(&name, std::slice::from_ref(&entry));
        with_event(&text, |event| {
            assert_eq!(find(event, "SUMMARY")[0].val.as_str(), Words::line(&entry.summary).as_str());
            says(event, "DESCRIPTION", Words::lines(&entry.description).as_str());
        });
    }

    #[test]
    fn reading_answers_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..2_000), charset in "[a-z0-9-]{0,10}") {
        let _ = read(&bytes, None);
        let _ = read_parts(&[Part { bytes: &bytes, charset: Some(&charset), method: Some(&charset) }]);
    }

    #[test]
    fn reading_answers_broken_calendars(
        place in any::<prop::sample::Index>(),
        piece in prop::sample::select(PIECES.to_vec()),
        cut in any::<prop::sample::Index>(),
        sample in prop::sample::select(vec![
            include_str!("../../../tests/calendar/outlook.ics"),
            include_str!("../../../tests/calendar/apple.ics"),
            include_str!("../../../tests/calendar/google_counter.ics"),
        ]),
    ) {
        let chars: Vec<char> = sample.chars().collect();
        let (before, after) = chars.split_at(place.index(chars.len()));
        let broken: String = before.iter().copied().chain(piece.chars()).chain(after.iter().copied()).collect();
        let _ = read(broken.as_bytes(), None);
        let _ = read(&broken.as_bytes()[..cut.index(broken.len())], None);
        let _ = read(broken.to_uppercase().as_bytes(), None);
    }

    #[test]
    fn reading_answers_lines_of_punctuation(
        name in prop::sample::select(vec!["DTSTART", "DTEND", "DURATION", "ATTENDEE", "SEQUENCE", "UID", "RRULE", "COMMENT",
            "RECURRENCE-ID", "ATTACH", "GEO", "METHOD", "BEGIN", "END", "TZID", "REQUEST-STATUS", "FREEBUSY"]),
        value in "[=:;,\"\\\\()<>@*'./%_a-fA-FZTP0-9+ \r\n\té-]{0,80}",
        again in "[=:;,A-Z0-9-]{0,30}",
    ) {
        let body = format!("BEGIN:VCALENDAR\n{name};{again}:{value}\nBEGIN:VEVENT\nUID:x\n{name}{value}\n{name};VALUE={again}:{value}\n");
        let _ = read(body.as_bytes(), None);
    }
}

//! Calendars that come in, whoever's program wrote them. In: the bytes of calendar parts; out: what each event says,
//! and what could not be read. Invariant: reading never fails, and looks at no more than its limits.

use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarParameterName,
    ICalendarProperty, ICalendarValue,
};
use calcard::{Entry, Parser};

use super::instant::{Read, Zones};
use super::{Method, PartStat, Reply, Responder};
use crate::domain::id::Address;
use crate::domain::message::{Problem, decode_text};

/// Octets of one part; an answer has a few thousand.
const SIZE: usize = 256 << 10;
const LINES: usize = 5_000;
const COMPONENTS: usize = 200;
const ATTENDEES: usize = 500;
/// Events of a mail that are told.
const REPLIES: usize = 50;
const PROBLEMS: usize = 20;
const COMMENT_CHARS: usize = 2_000;
const UID_CHARS: usize = 1_000;

/// A `text/calendar`, `application/ics` or `*.ics` part, its transfer encoding undone.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    pub bytes: &'a [u8],
    /// The parameter of its Content-Type.
    pub charset: Option<&'a str>,
    /// Likewise; counts where the calendar states none.
    pub method: Option<&'a str>,
}

/// Reads one part.
#[must_use]
pub fn read(bytes: &[u8], charset: Option<&str>) -> (Vec<Reply>, Vec<Problem>) {
    read_parts(&[Part { bytes, charset, method: None }])
}

/// Reads the calendar parts of one mail. What is said twice is told once: programs send a copy as an attachment.
#[must_use]
pub fn read_parts(parts: &[Part<'_>]) -> (Vec<Reply>, Vec<Problem>) {
    let mut found = Found::default();
    for part in parts {
        found.part(part);
    }
    (found.replies, found.problems)
}

#[derive(Default)]
struct Found {
    replies: Vec<Reply>,
    problems: Vec<Problem>,
}

impl Found {
    fn part(&mut self, part: &Part<'_>) {
        let bytes = part.bytes.get(..SIZE).unwrap_or(part.bytes);
        if bytes.len() < part.bytes.len() {
            self.problem(
                "a calendar of more than 256 KiB",
                "an answer in a few lines; the rest was not read",
            );
        }
        let text = decode_text(&unfolded(bytes, part.charset), part.charset);
        if let Some(doubt) = text.doubt {
            self.problem(doubt, "text in the charset that its part states");
        }
        let text = self.bounded(&text.text);
        let mut parser = Parser::new(text);
        let mut is_calendar = false;
        // Each entry takes a line at least.
        for _ in 0..=LINES {
            match parser.entry() {
                Entry::ICalendar(calendar) => {
                    is_calendar = true;
                    self.calendar(&calendar, part.method);
                }
                Entry::Eof => break,
                _ => {}
            }
        }
        if !is_calendar {
            self.problem("no calendar in a calendar's part", "BEGIN:VCALENDAR and an event");
        }
    }

    /// As many lines and components as are read.
    fn bounded<'a>(&mut self, text: &'a str) -> &'a str {
        let (mut end, mut n_components) = (0, 0);
        for (n_lines, line) in text.split_inclusive('\n').enumerate() {
            let begins = line.trim_start().get(..6).is_some_and(|start| start.eq_ignore_ascii_case("BEGIN:"));
            n_components += usize::from(begins);
            if n_lines >= LINES || n_components > COMPONENTS {
                self.problem("a calendar of many events", "an answer in a few lines; the rest was not read");
                break;
            }
            end += line.len();
        }
        text.get(..end).unwrap_or(text)
    }

    fn calendar(&mut self, calendar: &ICalendar, stated: Option<&str>) {
        let root = calendar.components.first();
        let inner = root.and_then(|root| words(root, &ICalendarProperty::Method));
        let method = method(inner.or(stated));
        let zones = Zones::of(calendar);
        let is_event = |part: &&ICalendarComponent| part.component_type == ICalendarComponentType::VEvent;
        for event in calendar.components.iter().filter(is_event) {
            if self.replies.len() >= REPLIES {
                self.problem("more than 50 events", "one answer; the others were not read");
                break;
            }
            let reply = self.event(&zones, event, &method);
            self.replies.extend(reply.filter(|reply| !self.replies.contains(reply)));
        }
    }

    fn event(&mut self, zones: &Zones<'_>, event: &ICalendarComponent, method: &Method) -> Option<Reply> {
        let uid =
            words(event, &ICalendarProperty::Uid).map(|uid| uid.trim().chars().take(UID_CHARS).collect());
        let Some(uid) = uid.filter(|uid: &String| !uid.is_empty()) else {
            self.problem("an event without UID", "the UID of the invitation that it answers");
            return None;
        };
        let at = |name: ICalendarProperty| zones.instant(event, &name);
        let recurrence_id = at(ICalendarProperty::RecurrenceId);
        if recurrence_id.is_err() {
            self.time("RECURRENCE-ID", recurrence_id);
            return None;
        }
        let recurrence_id = self.time("RECURRENCE-ID", recurrence_id);
        let start = self.time("DTSTART", at(ICalendarProperty::Dtstart));
        let end = self.time("DTEND", zones.end(event, start));
        let dtstamp = self.time("DTSTAMP", at(ICalendarProperty::Dtstamp));
        let attendees: Vec<_> = event.properties(&ICalendarProperty::Attendee).take(ATTENDEES).collect();
        let attendees = attendees.into_iter().filter_map(|entry| self.responder(entry)).collect();
        let sequence = self.sequence(event);
        let comments = event.properties(&ICalendarProperty::Comment).filter_map(|entry| entry.values.first());
        let comment = comments.filter_map(ICalendarValue::as_text).collect::<Vec<_>>().join("\n");
        let comment: String = comment.trim().chars().take(COMMENT_CHARS).collect();
        let comment = Some(comment).filter(|comment| !comment.is_empty());
        let method = method.clone();
        Some(Reply { method, uid, recurrence_id, sequence, dtstamp, attendees, start, end, comment })
    }

    fn time(
        &mut self,
        name: &str,
        read: Result<Option<Read>, String>,
    ) -> Option<chrono::DateTime<chrono::Utc>> {
        let doubt = match &read {
            Ok(read) => read.as_ref().and_then(|(_, doubt)| doubt.clone()),
            Err(found) => Some(found.clone()),
        };
        if let Some(doubt) = doubt {
            self.problem(
                format!("{doubt} as {name}"),
                "a time in UTC or in a zone that is known by its name",
            );
        }
        read.ok().flatten().map(|(at, _)| at)
    }

    fn sequence(&mut self, event: &ICalendarComponent) -> Option<u32> {
        let entry = event.property(&ICalendarProperty::Sequence)?;
        let number = entry.values.first().and_then(ICalendarValue::as_integer);
        let number = number.and_then(|number| u32::try_from(number).ok());
        if number.is_none() {
            self.problem("a SEQUENCE that is no number", "the number that the invitation had");
        }
        number
    }

    /// The address, or where it is no mail address (Apple's own, Exchange's X.500) the one beside it (RFC 7986 6.2).
    fn responder(&mut self, entry: &ICalendarEntry) -> Option<Responder> {
        let beside = || entry.parameter(&ICalendarParameterName::Email).and_then(|email| email.as_text());
        let address = entry.calendar_address().and_then(address).or_else(|| address(beside()?));
        let Some(address) = address else {
            self.problem("an ATTENDEE without a mail address", "mailto: and the address that was invited");
            return None;
        };
        let said = entry.parameter(&ICalendarParameterName::Partstat).and_then(|said| said.as_text());
        let partstat = match said.unwrap_or_default().trim().to_ascii_uppercase().as_str() {
            "ACCEPTED" => PartStat::Accepted,
            "TENTATIVE" => PartStat::Tentative,
            "DECLINED" => PartStat::Declined,
            "DELEGATED" => PartStat::Delegated,
            // What is not said is not answered (RFC 5545 3.2.12).
            "" | "NEEDS-ACTION" => PartStat::NeedsAction,
            other => {
                let other: String = other.chars().take(40).collect();
                self.problem(format!("the PARTSTAT {other:?}"), "ACCEPTED, TENTATIVE, DECLINED or DELEGATED");
                PartStat::NeedsAction
            }
        };
        Some(Responder { address, partstat })
    }

    fn problem(&mut self, found: impl Into<String>, expected: &str) {
        let problem = Problem { field: "calendar".into(), found: found.into(), expected: expected.into() };
        if self.problems.len() < PROBLEMS && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

fn words<'a>(component: &'a ICalendarComponent, name: &ICalendarProperty) -> Option<&'a str> {
    component.property(name)?.values.first()?.as_text()
}

fn method(word: Option<&str>) -> Method {
    let word: String = word.unwrap_or_default().trim().chars().take(40).collect();
    let word = word.to_ascii_uppercase();
    match word.as_str() {
        "" | "PUBLISH" => Method::Publish,
        "REQUEST" => Method::Request,
        "REPLY" => Method::Reply,
        "CANCEL" => Method::Cancel,
        "REFRESH" => Method::Refresh,
        "COUNTER" => Method::Counter,
        _ => Method::Other(word),
    }
}

/// With or without `mailto:`; some programs write `+` as `%2B` (RFC 6068 2), or brackets around it.
fn address(text: &str) -> Option<Address> {
    let is_mailto = |(scheme, _): &(&str, &str)| scheme.eq_ignore_ascii_case("mailto");
    let text = text.trim();
    let text = text.split_once(':').filter(is_mailto).map_or(text, |(_, rest)| rest);
    let undone = text.replace("%2B", "+").replace("%2b", "+").replace("%40", "@");
    let bare = || Address::parse(undone.trim().trim_matches(['<', '>', '"', '\'']));
    Address::parse(&undone).or_else(|_| bare()).ok()
}

/// Undoes folding before anything is decoded, for some programs fold inside of a character (RFC 5545 3.1). In
/// UTF-16 a line end is not one octet; the parser unfolds that.
fn unfolded(bytes: &[u8], charset: Option<&str>) -> Vec<u8> {
    let is_wide = charset.is_some_and(|charset| {
        let charset = charset.trim().trim_matches('"').to_ascii_lowercase();
        charset.starts_with("utf-16") || charset.starts_with("utf-32")
    });
    if is_wide || bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return bytes.to_vec();
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut octets = bytes.iter().copied().peekable();
    while let Some(octet) = octets.next() {
        if octet == b'\n' && octets.next_if(|next| matches!(next, b' ' | b'\t')).is_some() {
            while out.last() == Some(&b'\r') {
                out.pop();
            }
            continue;
        }
        out.push(octet);
    }
    out
}

//! Review meetings in a conversation: what people of the office do with one, and what the invited answer from their
//! calendars. In: the words of a line; out: what the command line would ask, or a mail as a calendar program writes it.

use crate::domain::case::{Guest, Meet, Reference};
use crate::domain::id::{Address, Key, Named};
use crate::domain::world::Office;
use crate::engine::Ask;
use chrono::{DateTime, TimeDelta, Utc};
use mail_parser::{MessageParser, MimeHeaders};

use super::ask::instant;
use super::mail::authserv;
use super::script::Step;

pub const FORM: &str = "PERSON proposes DATE TIME for the review of REFERENCE[ in PLACE]: WHY, \
    PERSON invites to the review of REFERENCE, PERSON moves the review of REFERENCE to DATE TIME: WHY, \
    PERSON cancels the review of REFERENCE: WHY, PERSON adds KEY|ADDRESS to the review of REFERENCE: WHY, \
    PERSON removes ADDRESS from the review of REFERENCE: WHY, PERSON notes that WHO accepted|tentative|declined the review of REFERENCE: HOW, PERSON refuses the time of ADDRESS for the review of \
    REFERENCE: WHY, PERSON records the review of REFERENCE on DATE with WHO, ..: WHY";

pub fn meet(what: &str) -> Option<Ask> {
    let of = |reference: &str, what: Meet| {
        Some(Ask::Meet { reference: Reference::parse(reference)?, what: Box::new(what) })
    };
    if let Some(reference) = what.strip_prefix("invites to the review of ") {
        return of(reference, Meet::Invite);
    }
    let (what, reason) = what.split_once(": ").map(|(what, reason)| (what, reason.to_owned()))?;
    if let Some(rest) = what.strip_prefix("proposes ") {
        let (start, rest) = rest.split_once(" for the review of ")?;
        let (reference, place) =
            rest.split_once(" in ").map_or((rest, None), |(one, place)| (one, Some(place.into())));
        return of(reference, Meet::Propose { start_at: instant(start)?, minutes: 120, place, reason });
    }
    if let Some(rest) = what.strip_prefix("moves the review of ") {
        let (reference, start) = rest.split_once(" to ")?;
        return of(reference, Meet::Move { start_at: instant(start)?, minutes: None, place: None, reason });
    }
    if let Some(reference) = what.strip_prefix("cancels the review of ") {
        return of(reference, Meet::Cancel { reason });
    }
    if let Some(rest) = what.strip_prefix("adds ") {
        let (who, reference) = rest.split_once(" to the review of ")?;
        let who = match Address::parse(who) {
            Ok(address) => Guest::Guest(Named { name: None, address }),
            Err(_) => Guest::Person(Key(who.into())),
        };
        return of(reference, Meet::Add { who, reason });
    }
    if let Some(rest) = what.strip_prefix("removes ") {
        let (address, reference) = rest.split_once(" from the review of ")?;
        return of(reference, Meet::Remove { address: Address::parse(address).ok()?, reason });
    }
    if let Some(rest) = what.strip_prefix("notes that ") {
        let (who, rest) = rest.split_once(' ')?;
        let (answer, reference) = rest.split_once(" the review of ")?;
        let partstat = serde_json::from_value(answer.into()).ok()?;
        return of(reference, Meet::Answer { who: who.into(), partstat, reason });
    }
    if let Some(rest) = what.strip_prefix("refuses the time of ") {
        let (address, reference) = rest.split_once(" for the review of ")?;
        return of(reference, Meet::Decline { address: Address::parse(address).ok()?, reason });
    }
    let (reference, rest) = what.strip_prefix("records the review of ")?.split_once(" on ")?;
    let (on, present) = rest.split_once(" with ").unwrap_or((rest, ""));
    let present = present.split(", ").filter(|who| !who.is_empty()).map(String::from).collect();
    of(reference, Meet::Held { on: on.parse().ok()?, present, reason })
}

/// An invitation and whoever answers it.
pub struct Answering<'a> {
    pub office: &'a Office,
    pub letter: &'a [u8],
    pub from: &'a str,
    pub now: DateTime<Utc>,
    pub n: usize,
}

const ANSWERS: &str = "answer to letter N from ADDRESS: accepted|tentative|declined|delegated|asks again|proposes DATE \
    TIME, and for ADDRESS, without a token, vouched for by nobody, as Outlook writes, N hours ago";

/// The mail in which a calendar program answers.
pub fn answer(step: &Step, answering: &Answering<'_>, said: &str) -> Result<String, String> {
    let Answering { office, letter, from, now, n } = answering;
    let mut parts = said.split(", ");
    let answer = parts.next().unwrap_or_default();
    let (mut attendee, mut at) = ((*from).to_owned(), *now);
    let (mut has_token, mut is_vouched, mut has_failed, mut of_outlook) = (true, true, false, false);
    for how in parts {
        if let Some(other) = how.strip_prefix("for ") {
            other.clone_into(&mut attendee);
        } else if let Some(hours) = how.strip_suffix(" hours ago") {
            at -= TimeDelta::hours(step.needs(hours.parse().ok(), ANSWERS)?);
        } else {
            match how {
                "without a token" => has_token = false,
                "vouched for by nobody" => is_vouched = false,
                "its authentication failed" => has_failed = true,
                "as Outlook writes" => of_outlook = true,
                _ => return Err(format!("found {how:?}, expected {ANSWERS}")),
            }
        }
    }
    let calendar = calendar_of(letter)?;
    // The zone has a DTSTART of its own.
    let calendar = calendar.split_once("BEGIN:VEVENT").ok_or("a calendar without an event")?.1;
    let line = |name: &str| {
        let found = calendar.lines().find(|line| line.starts_with(name));
        found.map(str::to_owned).ok_or_else(|| format!("the invitation has no {name}"))
    };
    let organizer = line("ORGANIZER")?;
    let organizer = organizer.rsplit_once("mailto:").ok_or("an ORGANIZER without an address")?.1;
    let to = if has_token { organizer.to_owned() } else { organizer.replace(tag_of(organizer), "") };
    let (mut start, mut end) = (line("DTSTART")?, line("DTEND")?);
    let (method, partstat) = match answer {
        "accepted" => ("REPLY", "ACCEPTED"),
        "tentative" => ("REPLY", "TENTATIVE"),
        "declined" => ("REPLY", "DECLINED"),
        "delegated" => ("REPLY", "DELEGATED"),
        "asks again" => ("REFRESH", "NEEDS-ACTION"),
        _ => {
            let time = step.needs(answer.strip_prefix("proposes ").and_then(instant), ANSWERS)?;
            let utc = |at: DateTime<Utc>| at.format("%Y%m%dT%H%M%SZ").to_string();
            start = format!("DTSTART:{}", utc(time));
            end = format!("DTEND:{}", utc(time + TimeDelta::hours(2)));
            ("COUNTER", "TENTATIVE")
        }
    };
    let stamp = at.format("%Y%m%dT%H%M%SZ");
    // Exchange writes neither ORGANIZER nor, at times, a zone that anybody else knows (INTEROP.md 2.2).
    let (organizer_line, start, end) = if of_outlook {
        let zone = |line: &str| line.replace("Europe/London", "GMT Standard Time");
        (String::new(), zone(&start), zone(&end))
    } else {
        (format!("ORGANIZER:mailto:{organizer}\r\n"), start, end)
    };
    let body = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Somebody//Calendar//EN\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\n\
         {}\r\n{}\r\nDTSTAMP:{stamp}\r\n{start}\r\n{end}\r\n{organizer_line}\
         ATTENDEE;PARTSTAT={partstat}:MAILTO:{attendee}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        line("UID")?,
        line("SEQUENCE")?,
    );
    let domain = from.split('@').nth(1).unwrap_or("nowhere.test");
    let verdict = if has_failed { "fail" } else { "pass" };
    let vouched = if is_vouched {
        format!("Authentication-Results: {}; dmarc={verdict} header.from={domain}\r\n", authserv(office))
    } else {
        String::new()
    };
    Ok(format!(
        "Return-Path: <{from}>\r\nDelivered-To: {to}\r\n{vouched}From: {from}\r\nTo: {to}\r\n\
         Subject: {answer}: SSC ad-hoc review\r\nMessage-ID: <{n}.calendar@{domain}>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/calendar; method={method}; charset=UTF-8\r\n\r\n{body}"
    ))
}

fn tag_of(address: &str) -> &str {
    let start = address.find('+').unwrap_or(address.len());
    address.get(start..address.find('@').unwrap_or(start)).unwrap_or_default()
}

/// The calendar of a letter, its lines unfolded.
pub fn calendar_of(letter: &[u8]) -> Result<String, String> {
    let message = MessageParser::default().parse(letter).ok_or("the letter is no mail")?;
    let is_calendar = |part: &&mail_parser::MessagePart<'_>| {
        part.content_type().is_some_and(|kind| kind.ctype() == "text" && kind.subtype() == Some("calendar"))
    };
    let part = message.parts.iter().find(is_calendar).ok_or("the letter has no calendar")?;
    let text = String::from_utf8(part.contents().to_vec()).map_err(|_| "a calendar in another charset")?;
    Ok(text.replace("\r\n ", "").replace("\r\n", "\n"))
}

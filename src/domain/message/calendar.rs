//! Whether a mail carries a calendar, and what that asks. In: parts; out: its METHOD (RFC 5546 1.4). Invariant: a
//! calendar in an attached message is no answer of this sender's (INTEROP.md 2).

use super::super::calendar::{self, Reply};
use super::attachment::file_name;
use super::decode::transfer;
use super::part::{Kind, Part, Parts};

/// Octets of a calendar in which the method is looked for; it stands near the top.
const MAX: usize = 256 << 10;

/// The METHOD of the first calendar that states one, in upper case: in the calendar itself, else in the part's
/// header (RFC 6047 2.4; where they differ the calendar is what the sender's program wrote last).
pub(super) fn method(parts: &Parts<'_>) -> Option<String> {
    let calendars =
        parts.list.iter().filter(|part| part.kind == Kind::Leaf && !part.is_attached && is_calendar(part));
    let mut named = None;
    for part in calendars {
        if let Some(method) = in_body(part) {
            return Some(method);
        }
        named = named.or_else(|| word(part.parameter("method")?));
    }
    named
}

/// What an organizer is answered; of mail that carries another calendar, or none, nothing is read.
pub(super) fn answers(parts: &Parts<'_>, method: Option<&str>) -> Vec<Reply> {
    if !method.is_some_and(|method| ["REPLY", "COUNTER", "REFRESH"].contains(&method)) {
        return Vec::new();
    }
    let calendars =
        parts.list.iter().filter(|part| part.kind == Kind::Leaf && !part.is_attached && is_calendar(part));
    let bodies: Vec<_> = calendars.map(|part| (part, transfer(part.body, part.encoding(), MAX))).collect();
    let read: Vec<calendar::Part<'_>> = bodies
        .iter()
        .map(|(part, bytes)| calendar::Part {
            bytes,
            charset: part.parameter("charset"),
            method: part.parameter("method"),
        })
        .collect();
    calendar::read_parts(&read).0
}

fn is_calendar(part: &Part<'_>) -> bool {
    part.is("text", "calendar")
        || part.is("application", "ics")
        || file_name(part).is_some_and(|name| name.to_ascii_lowercase().ends_with(".ics"))
}

fn in_body(part: &Part<'_>) -> Option<String> {
    let body = transfer(part.body, part.encoding(), MAX);
    // Unfolding comes first (RFC 5545 3.1): even a property name may be folded.
    let lines: Vec<u8> = body.iter().copied().filter(|byte| *byte != b'\r').collect();
    let text = String::from_utf8_lossy(&lines).replace("\n ", "").replace("\n\t", "");
    let stated = |line: &str| {
        let (name, value) = line.split_once(':')?;
        let name = name.split(';').next()?.trim();
        name.eq_ignore_ascii_case("METHOD").then(|| word(value)).flatten()
    };
    text.lines().find_map(stated)
}

fn word(text: &str) -> Option<String> {
    let word: String = text.trim().chars().take_while(char::is_ascii_alphanumeric).take(40).collect();
    (!word.is_empty()).then(|| word.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use crate::domain::message::read::tests::with_own;
    use crate::domain::message::read_message;

    #[test]
    fn the_method_is_found_wherever_the_calendar_lies() {
        let check = |mail: &str, expected: Option<&str>| {
            for mail in [mail.to_owned(), mail.replace('\n', "\r\n")] {
                let message = with_own(|own| read_message(mail.as_bytes(), own));
                assert_eq!(message.calendar_method.as_deref(), expected, "{mail}");
            }
        };
        let reply = "BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n";
        let deep = |part: &str| {
            format!(
                "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=b\n\n\
                 --b\n\nyes\n--b\n{part}\n--b--\n--a--\n"
            )
        };
        check(&format!("Content-Type: text/calendar; method=reply\n\n{reply}"), Some("REPLY"));
        check(&deep(&format!("Content-Type: text/calendar; method=REQUEST\n\n{reply}")), Some("REPLY"));
        check(&deep(&format!("Content-Type: application/ics; name=x\n\n{reply}")), Some("REPLY"));
        check(
            &deep(
                "Content-Type: application/octet-stream; name=\"Invite.ICS\"\nContent-Transfer-Encoding: base64\n\nTUVUSE9EOkNPVU5URVI=",
            ),
            Some("COUNTER"),
        );
        check("Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nMET\n HOD;X=1: re\n ply\n", Some("REPLY"));
        check("Content-Type: text/calendar; method=cancel\n\nBEGIN:VCALENDAR\n", Some("CANCEL"));
        check("Content-Type: text/calendar\n\nBEGIN:VCALENDAR\n", None);
        check(
            &deep(&format!("Content-Type: message/rfc822\n\nContent-Type: text/calendar\n\n{reply}")),
            None,
        );
        check("A: b\n\nMETHOD:REPLY\n", None);
    }
}

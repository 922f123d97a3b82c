//! A mail forwarded within the text, as Outlook, Gmail, Apple Mail and Thunderbird do it. In: the texts of a mail; out:
//! the text of each mail within, and whom it names as its sender. Invariant: what it says of itself is somebody's claim;
//! a letter of ours that comes back is none, and neither is what a reply quotes.

use super::document::one_line;
use super::{Document, Message, Own, TextPart};
use crate::domain::id::Address;

/// How a person is told where it stands.
const NAME: &str = "the forwarded mail";
/// Lines that its header may take.
const HEADER_LINES: usize = 16;
/// Forwards of forwards.
const DEPTH: usize = 4;

/// Adds each mail that is forwarded within the text as a text of its own, numbered behind `n_parts` and all texts.
pub(super) fn add(n_parts: usize, message: &mut Message, own: &Own<'_>) {
    let first = |html: bool| {
        let mut texts = message.texts.iter().filter(|text| text.document.is_none() && text.is_html == html);
        texts.find_map(|text| within(&text.text, is_forward_subject(&message.subject)))
    };
    let mut next = first(false).or_else(|| first(true));
    let last = message.texts.iter().map(|text| text.part + 1).max().unwrap_or(0);
    let parts = last.max(u32::try_from(n_parts).unwrap_or(u32::MAX))..;
    for (number, part) in (0..DEPTH).zip(parts) {
        let Some(Forwarded { header, text }) = next.take() else { return };
        if is_of(&header.from, own) || text.trim().is_empty() {
            return;
        }
        next = within(&text, is_forward_subject(&header.subject));
        let claimed_sender = Some(header.from);
        let document = Document { name: NAME.into(), number, remarks: Vec::new(), claimed_sender };
        message.texts.push(TextPart { part, is_html: false, text, document: Some(document) });
    }
}

/// "FW:", "WG:", "TR:" and the like.
#[must_use]
pub fn is_forward_subject(subject: &str) -> bool {
    let head = subject.split_once(':').map(|(head, _)| head.trim().to_lowercase());
    head.is_some_and(|head| ["fw", "fwd", "wg", "tr", "i", "rv"].contains(&head.as_str()))
}

/// Does the header name one of our own addresses?
fn is_of(from: &str, own: &Own<'_>) -> bool {
    let words = from.split(|c: char| c.is_whitespace() || "<>[]():;,\"'".contains(c));
    words.filter_map(|word| Address::parse(word).ok()).any(|address| own.has(&address))
}

struct Forwarded {
    header: Header,
    text: String,
}

/// The first mail that a text forwards. Outlook's block of headers stands above what is quoted, too: there only the
/// subject tells that it is a forward.
fn within(text: &str, is_forward: bool) -> Option<Forwarded> {
    let lines: Vec<&str> = text.lines().collect();
    let (at, header) = (0..lines.len()).find_map(|at| {
        let mut rest = lines.get(at..)?.iter().copied().peekable();
        let is_begun = rest.peek().is_some_and(|line| !line.starts_with('>') && is_banner(line));
        let at = if is_begun { at + 1 } else { at };
        let header = (is_begun || is_forward).then(|| header(rest.skip(usize::from(is_begun))))??;
        Some((at, header))
    })?;
    let body = lines.get(at + header.n_lines..)?.iter();
    let is_marked = lines.get(at..)?.iter().find(|line| !line.trim().is_empty())?.starts_with('>');
    let unmarked =
        |line: &&str| line.strip_prefix('>').map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned());
    let text: Vec<String> = if is_marked {
        body.map_while(unmarked).collect()
    } else {
        body.map(|line| (*line).to_owned()).collect()
    };
    Some(Forwarded { header, text: text.join("\n") })
}

/// The line above a forwarded mail, in the languages of their users.
#[must_use]
pub fn is_banner(line: &str) -> bool {
    let line = line.trim().trim_matches(['-', ' ', ':']);
    let banners = [
        "forwarded message",
        "begin forwarded message",
        "weitergeleitete nachricht",
        "anfang der weitergeleiteten nachricht",
        "d\u{e9}but du message r\u{e9}exp\u{e9}di\u{e9}",
        "d\u{e9}but du message transf\u{e9}r\u{e9}",
        "message transf\u{e9}r\u{e9}",
    ];
    let begins = |words: &str| line.get(..words.len()).is_some_and(|head| head.eq_ignore_ascii_case(words));
    banners.iter().any(|words| line.eq_ignore_ascii_case(words)) || begins("forwarded by ")
}

/// Does a block of headers begin with this line?
#[must_use]
pub fn is_header<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let mut lines = lines.peekable();
    let is_sender = lines.peek().is_some_and(|line| matches!(key(line), Some((Key::From, _))));
    is_sender && header(lines).is_some()
}

/// A block of headers within a text.
struct Header {
    from: String,
    subject: String,
    n_lines: usize,
}

/// Reads the block of headers that begins here: a sender, and two of date, recipient and subject at least.
fn header<'a>(lines: impl Iterator<Item = &'a str>) -> Option<Header> {
    let mut found = Header { from: String::new(), subject: String::new(), n_lines: 0 };
    let (mut n_others, mut was_blank) = (0, false);
    for (n, line) in (1..=HEADER_LINES).zip(lines) {
        let line = line.trim_start_matches(['>', ' ']).trim();
        match key(line) {
            Some((Key::From, value)) if found.from.is_empty() => found.from = one_line(value),
            Some((Key::Subject, value)) => {
                found.subject = one_line(value);
                n_others += 1;
            }
            Some((Key::Other, _)) => n_others += 1,
            // What was rendered from paragraphs has blank lines between.
            None if line.is_empty() && !was_blank => {
                was_blank = true;
                continue;
            }
            // Lists of recipients break.
            None if !line.is_empty() && !was_blank && n_others > 0 && line.contains('@') => {}
            _ => break,
        }
        was_blank = false;
        found.n_lines = n;
    }
    (n_others >= 2 && !found.from.is_empty()).then_some(found)
}

enum Key {
    From,
    Subject,
    Other,
}

/// The name of a header and what stands behind it, in the languages of their users.
fn key(line: &str) -> Option<(Key, &str)> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim_matches(['*', ' ', '\u{a0}']);
    let is = |known: &&str| name.eq_ignore_ascii_case(known);
    let others = [
        "sent",
        "date",
        "to",
        "cc",
        "importance",
        "reply-to",
        "gesendet",
        "datum",
        "an",
        "kopie",
        "envoy\u{e9}",
        "\u{e0}",
    ];
    let key = match name {
        _ if ["from", "von", "de"].iter().any(is) => Key::From,
        _ if ["subject", "betreff", "objet"].iter().any(is) => Key::Subject,
        _ if others.iter().any(is) => Key::Other,
        _ => return None,
    };
    Some((key, value.trim_matches(['*', ' ', '\u{a0}'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, is_forward: bool, expected: Option<(&str, &str)>) {
        let found = within(text, is_forward);
        let found = found.as_ref().map(|found| (found.header.from.as_str(), found.text.as_str()));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn the_mail_within_is_told_from_what_is_quoted() {
        let ann = "Ann <ann@power.test>";
        let outlook =
            "See below.\n\nFrom: Ann <ann@power.test>\nSent: 2 November 2026\nTo: Bob\nSubject: b\n\nc\nd";
        check(outlook, true, Some((ann, "\nc\nd")));
        check(outlook, false, None);
        let web = "FYI\n\n________________________________\nFrom: Ann <ann@power.test>\n\nSent: 2 November\n\nTo: B\n\nc";
        check(web, true, Some((ann, "\nc")));
        let gmail = "FYI\n\n---------- Forwarded message ---------\nFrom: Ann <ann@power.test>\nDate: Mon, 2 Nov 2026\n\
                     Subject: b\nTo: <bob@power.test>\n\n\nc";
        check(gmail, false, Some((ann, "\n\nc")));
        let apple = "FYI\n\nBegin forwarded message:\n\n> From: Ann <ann@power.test>\n> Subject: b\n\
                     > Date: 2 November 2026\n> To: bob@power.test\n> \n> c\n> > d\n\nBob";
        check(apple, false, Some((ann, "\nc\n> d")));
        check("> ---------- Forwarded message ---------\n> From: Ann\n> Date: b\n> To: c\n\nd", false, None);
        check("From: the first of March\nTo: the last\nwe test", true, None);
    }
}

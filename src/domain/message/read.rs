//! The door: bytes in, [`Message`] out. Invariant: it answers for any bytes whatever, in time and memory that grow
//! with their length alone; what could not be read is a [`Problem`].

use std::borrow::Cow;

use memchr::memchr;
use sha2::{Digest, Sha256};

use super::attachment::{describe, file_name, is_attachment, measure};
use super::content_key::ContentKey;
use super::decode::{Text, text, transfer};
use super::document::{Documents, File, MAGIC, may_be_document, sealed};
use super::header::Headers;
use super::html::render;
use super::part::{Encoding, Kind, Part, Parts, split};
use super::{Message, Own, Problem, TextPart, bounce, calendar, forwarded, limit, marking, sign, tag};

/// Reads a mail as far as it can be read.
#[must_use]
pub fn read_message(raw: &[u8], own: &Own<'_>) -> Message {
    let mut message = Message::default();
    let prepared = prepare(raw, &mut message.problems);
    if prepared.is_empty() {
        message.problems.push(Problem::of_mail("an empty mail", "a mail with headers and text"));
    }
    let parts = split(&prepared);
    let Some(mail) = parts.list.first() else { return message };
    read_headers(&mail.headers, &mut message);
    tell_limits(&parts, &mut message.problems);
    read_bodies(&parts, &mut message);
    if message.message_id.is_none() && message.author().is_none() && message.subject.is_empty() {
        // Nothing of it is a mail: only the same bytes are the same.
        message.content_key = Sha256::digest(&prepared).into();
    }
    message.tags = tag::read(&mail.headers, &message, own);
    message.signs = sign::read(mail, &message, own);
    message.bounce = bounce::read(&parts, &message, own);
    if message.bounce.is_none() && mail.is("multipart", "report") {
        // A receipt seldom says what it answers but in the fields that it gives back.
        let ids = bounce::message_ids(&parts, own).into_iter().filter(|id| own.keys.wrote(id));
        message.thread.extend(ids.take(limit::THREAD.saturating_sub(message.thread.len())));
    }
    message.calendar_method = calendar::method(&parts);
    message.calendar_answers = calendar::answers(&parts, message.calendar_method.as_deref());
    message.marking = marking::read(&mail.headers, &message.subject, &message.texts);
    forwarded::add(parts.list.len(), &mut message, own);
    message.problems.truncate(limit::TOLD);
    message.signs.truncate(limit::TOLD);
    message
}

/// Leaves out what mailboxes put before a mail, and what lies beyond the limit.
fn prepare<'x>(raw: &'x [u8], problems: &mut Vec<Problem>) -> Cow<'x, [u8]> {
    let kept = raw.get(..limit::MAIL).unwrap_or(raw);
    if kept.len() < raw.len() {
        let found = format!("a mail of {} octets, of which the first {} were read", raw.len(), kept.len());
        problems.push(Problem::of_mail(found, "a mail of at most 64 MiB"));
    }
    if memchr(b'\n', kept).is_none() && memchr(b'\r', kept).is_some() {
        // Lines ended by CR alone, as nothing sends them any more but some gateways write them.
        let lines: Vec<u8> = kept.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect();
        return Cow::Owned(skip_preface(&lines).to_vec());
    }
    Cow::Borrowed(skip_preface(kept))
}

/// A byte order mark, blank lines, an mbox line `From ann@power.test Mon Mar 1 ...`.
pub(super) fn skip_preface(raw: &[u8]) -> &[u8] {
    let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw).trim_ascii_start();
    let is_mbox = raw.starts_with(b"From ") || raw.starts_with(b">From ");
    match memchr(b'\n', raw) {
        Some(end) if is_mbox => raw.get(end + 1..).unwrap_or_default(),
        _ => raw,
    }
}

fn read_headers(headers: &Headers<'_>, message: &mut Message) {
    let problems = &mut message.problems;
    let mut addresses = |name: &str| {
        let (good, bad) = headers.addresses(name);
        let expected = "addresses of the form name@domain";
        problems.extend(bad.into_iter().map(|bad| Problem::of_mail(format!("{name}: {bad}"), expected)));
        good
    };
    message.from = addresses("From");
    message.sender = addresses("Sender").into_iter().next();
    message.reply_to = addresses("Reply-To");
    message.to = addresses("To");
    message.cc = addresses("Cc");
    match message.from.as_slice() {
        [_] => {}
        [] => problems.push(Problem::of_mail("no From address", "one From address")),
        more => problems.push(Problem::of_mail(format!("{} From addresses", more.len()), "one From address")),
    }
    message.subject = headers.first("Subject").map(|header| header.text()).unwrap_or_default();
    message.message_id = headers.first("Message-ID").and_then(|header| header.ids().into_iter().next());
    if let Some(date) = headers.first("Date") {
        message.dated_at = date.date();
        if message.dated_at.is_none() {
            let found: String = date.raw().chars().take(100).collect();
            problems.push(Problem::of_mail(
                format!("Date: {found}"),
                "a date such as Mon, 1 Mar 2027 09:30:00 +0000",
            ));
        }
    }
    let fields = headers.all("References").take(limit::SAME_NAME);
    for header in fields.chain(headers.all("In-Reply-To").take(limit::SAME_NAME)) {
        let ids = header.ids();
        let n_older = ids.len().saturating_sub(limit::THREAD);
        for id in ids.into_iter().skip(n_older) {
            if id.contains('@') && !message.thread.contains(&id) {
                if message.thread.len() == limit::THREAD {
                    message.thread.remove(0);
                }
                message.thread.push(id);
            }
        }
    }
    message.null_return_path = headers
        .first("Return-Path")
        .is_some_and(|header| header.raw().split_whitespace().collect::<String>() == "<>");
    for name in ["From", "Sender", "To", "Cc", "Subject"] {
        if headers.all(name).any(|header| header.is_guessed()) {
            let found = format!("{name} in 8-bit text that is not UTF-8; read as windows-1252");
            problems.push(Problem::of_mail(found, "headers in ASCII or UTF-8"));
        }
    }
}

fn tell_limits(parts: &Parts<'_>, problems: &mut Vec<Problem>) {
    let over: usize = parts.list.iter().map(|part| part.headers.n_over).sum();
    if over > 0 {
        let expected = format!("at most {} header fields", limit::HEADERS);
        problems.push(Problem::of_mail(format!("{over} header fields more than are read"), expected));
    }
    if parts.list.iter().any(|part| part.headers.cut) {
        let found = "a header field longer than is read";
        problems.push(Problem::of_mail(found, format!("fields of at most {} octets", limit::FIELD)));
    }
    if let Some(over) = parts.over {
        let expected = format!("at most {} parts, {} deep", limit::PARTS, limit::DEPTH);
        problems.push(Problem::of_mail(over, expected));
    }
    if parts.list.first().is_some_and(|mail| mail.headers.unended) {
        problems.push(Problem::of_mail("no blank line after the headers", "a blank line before the text"));
    }
    if parts.list.iter().any(|part| part.kind == Kind::Broken && !part.is_attached) {
        let found = "a multipart without any part; its content was read as text";
        problems.push(Problem::of_mail(found, "parts between the boundary lines that it names"));
    }
}

/// Texts, attachments and the content key, in one walk.
fn read_bodies(parts: &Parts<'_>, message: &mut Message) {
    let dated = message.dated_at.map(|at| at.to_rfc3339()).unwrap_or_default();
    let from = message.author().map(|author| author.address.to_string()).unwrap_or_default();
    let mut key = match &message.message_id {
        Some(id) => ContentKey::new(&[id]),
        None => ContentKey::new(&["", &from, &dated, &message.subject]),
    };
    let mut room = limit::TEXT;
    let mut documents = Documents::default();
    // The mail within a report is our own letter, come back.
    let is_report = parts.list.first().is_some_and(|mail| mail.is("multipart", "report"));
    for (index, part) in (0..).zip(&parts.list) {
        if part.is_attached || part.kind == Kind::Multipart {
            continue;
        }
        let is_html = part.is("text", "html");
        let is_text = is_html || part.kind == Kind::Broken || is_plain(part);
        if is_text && !is_attachment(part) {
            let text = read_text(part, is_html, &mut room, &mut message.problems);
            key.lines(if is_html { "text/html" } else { "text/plain" }, text.as_bytes());
            message.texts.push(TextPart { part: index, is_html, text, document: None });
            if file_name(part).is_none() {
                continue;
            }
        }
        let (digest, size) = measure(part);
        let mut attachment = describe(part, &digest, size);
        attachment.is_read = !is_report && read_document(part, &attachment.name, &mut documents);
        message.attachments.push(attachment);
        match part.encoding() {
            _ if is_text && !is_attachment(part) => {}
            Encoding::Base64 if part.kind == Kind::Leaf => key.octets(&part.media_type(), &digest),
            encoding => key.lines(&part.media_type(), &transfer(part.body, encoding, usize::MAX)),
        }
    }
    message.content_key = key.finish();
    add_documents(documents, parts.list.len(), &mut room, message);
}

/// Reads an attachment that is a document; whether it was one that could be read.
fn read_document(part: &Part<'_>, name: &str, documents: &mut Documents) -> bool {
    // Four octets of base64 are three, and lines may break before them.
    let head = transfer(part.body.get(..4 * MAGIC).unwrap_or(part.body), part.encoding(), MAGIC);
    let media_type = part.media_type();
    if !may_be_document(&head, name, &media_type) {
        return false;
    }
    let octets = transfer(part.body, part.encoding(), limit::DOCUMENT + 1);
    documents.take(&File { name, media_type: &media_type, octets: &octets })
}

/// Their texts behind those of the mail, numbered behind its parts.
fn add_documents(documents: Documents, n_parts: usize, room: &mut usize, message: &mut Message) {
    for (part, (document, text)) in (n_parts..).zip(documents.texts) {
        let kept = text.get(..text.floor_char_boundary(*room)).unwrap_or_default();
        *room -= kept.len();
        let (kept, is_cut) = cut_lines(kept.to_owned());
        if is_cut || kept.len() < text.len() {
            let found = format!("{}: more text, or longer lines, than is read", document.name);
            message.problems.push(Problem::of_mail(found, "the answers alone"));
        }
        let part = u32::try_from(part).unwrap_or(u32::MAX);
        message.texts.push(TextPart { part, is_html: false, text: kept, document: Some(document) });
    }
    message.problems.extend(documents.problems);
    message.outlook_class = documents.outlook_class;
}

/// Text that is read as it stands (RFC 2046 4.1.4 lets unknown kinds of text be shown so; tables, cards and
/// calendars are no text for a reader).
fn is_plain(part: &Part<'_>) -> bool {
    ["text/plain", "text/markdown", "text/enriched"].contains(&part.media_type().as_str())
}

const SEPARATORS: [char; 2] = ['\u{2028}', '\u{2029}'];

fn read_text(part: &Part<'_>, is_html: bool, room: &mut usize, problems: &mut Vec<Problem>) -> String {
    let octets = transfer(part.body, part.encoding(), room.saturating_add(1));
    let is_over = octets.len() > *room;
    let octets = octets.get(..*room).unwrap_or(&octets);
    *room -= octets.len();
    let Text { text, doubt } = text(octets, part.parameter("charset"));
    if let Some(unknown) = part.unknown_encoding() {
        let found = format!("the unknown transfer encoding {unknown:?}; the text was taken as it stands");
        problems.push(Problem::of_mail(found, "7bit, 8bit, quoted-printable or base64"));
    }
    if let Some(doubt) = doubt {
        problems.push(Problem::of_mail(doubt, "text in the charset that the mail names, best UTF-8"));
    }
    let text = if is_html { render(&text) } else { opened(text, problems) };
    // Apple's programs end lines with these.
    let text = if text.contains(SEPARATORS) { text.replace(SEPARATORS, "\n") } else { text };
    let (text, is_cut) = cut_lines(text);
    if is_over || is_cut {
        let expected = format!("at most {} octets of text, in lines of at most {}", limit::TEXT, limit::LINE);
        problems.push(Problem::of_mail("more text, or longer lines, than is read", expected));
    }
    text
}

/// Without the armor of a signature that stands within the text.
fn opened(text: String, problems: &mut Vec<Problem>) -> String {
    let clear = sealed::clear(&text);
    if clear.is_some() || sealed::is_encrypted(&text) {
        let told = sealed::told(clear.is_some());
        problems.push(Problem::of_mail(told.found, told.expected));
    }
    clear.unwrap_or(text)
}

fn cut_lines(text: String) -> (String, bool) {
    if text.len() <= limit::LINE || text.split('\n').all(|line| line.len() <= limit::LINE) {
        return (text, false);
    }
    let cut = |line: &str| line.get(..line.floor_char_boundary(limit::LINE)).unwrap_or(line).to_owned();
    (text.split('\n').map(cut).collect::<Vec<_>>().join("\n"), true)
}

#[cfg(test)]
#[path = "read_tests.rs"]
pub(crate) mod tests;

#[cfg(test)]
#[path = "any_tests.rs"]
mod any_tests;

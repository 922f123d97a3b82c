//! A page and its envelope in, finished MIME out (RFC 5322, 2045 to 2049). Invariant: the same input gives the same
//! bytes, no header holds a control character, and no line is longer than 998 octets.

use std::time::SystemTime;

use data_encoding::HEXLOWER;
use lettre::message::header::{self, ContentTransferEncoding, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Mailboxes, MessageBuilder, MultiPart, MultiPartBuilder, SinglePart};
use sha2::{Digest, Sha256};

use super::super::calendar::Scheduling;
use super::super::id::{Address, Named};
use super::super::message::Classification;
use super::super::token::MARK_HEADER;
use super::template::Page;
use super::{Envelope, RenderError, text};

/// Message-IDs in References: the first and the most recent (RFC 5322 3.6.4 lets old ones go).
const REFERENCES: usize = 20;
const NAME_CHARS: usize = 120;

/// The attached copy of an invitation, for programs that show no buttons.
const INVITE: &str = "invite.ics";

/// What goes with the words of a letter.
#[derive(Debug, Default)]
pub(super) struct Beside {
    pub calendar: Option<Scheduling>,
    /// Shown where the HTML names it; nowhere else is it of any use.
    pub picture: Option<Picture>,
    /// Name and bytes of an `.xlsx`.
    pub workbook: Option<(String, Vec<u8>)>,
}

/// A PNG.
#[derive(Debug)]
pub(super) struct Picture {
    /// Its Content-ID (RFC 2392), without brackets.
    pub id: String,
    bytes: Vec<u8>,
}

impl Picture {
    /// Named by its bytes: another picture has another Content-ID, whatever a mail program remembers.
    pub(super) fn new(bytes: Vec<u8>, office: &Address) -> Self {
        let digest = Sha256::digest(&bytes);
        let name = HEXLOWER.encode(digest.get(..16).unwrap_or_default());
        Self { id: format!("{name}@{}", office.domain()), bytes }
    }
}

/// Writes the letter and what goes with it: a calendar (RFC 6047 2.4, INTEROP.md 1), a picture (RFC 2387), tables.
pub(super) fn write(
    page: Page,
    classification: Classification,
    envelope: &Envelope,
    beside: &Beside,
) -> Result<Vec<u8>, RenderError> {
    let id = |id: &str| format!("<{id}>");
    if !is_message_id(&envelope.message_id) {
        return Err(RenderError::MessageId { found: envelope.message_id.clone() });
    }
    let reply_to = Named { name: envelope.from.name.clone(), address: envelope.reply_to.clone() };
    let from = mailbox(&envelope.from)?;
    let (to, cc) = (mailboxes(&envelope.to)?, mailboxes(&envelope.cc)?);
    // Given, lest lettre read it back from the headers; what is sent to whom is the outbox's own.
    let recipients = to.iter().chain(cc.iter()).map(|one| one.email.clone()).collect();
    let sent = lettre::address::Envelope::new(Some(from.email.clone()), recipients).map_err(unwritable)?;
    let mut message = lettre::Message::builder()
        .envelope(sent)
        .message_id(Some(id(&envelope.message_id)))
        .date(SystemTime::from(envelope.dated_at))
        .from(from)
        .reply_to(mailbox(&reply_to)?)
        .header(header::To::from(to));
    if !envelope.cc.is_empty() {
        message = message.header(header::Cc::from(cc));
    }
    message = message.subject(page.subject);
    if let Some(parent) = envelope.in_reply_to.as_deref().filter(|parent| is_message_id(parent)) {
        message = message.in_reply_to(id(parent));
    }
    let references = references(&envelope.references);
    if !references.is_empty() {
        message = message.references(references.into_iter().map(id).collect::<Vec<_>>().join(" "));
    }
    // RFC 3834 5.2 and INTEROP.md 3: not `All`, which would also suppress the bounces that we need.
    let how = if envelope.in_reply_to.is_some() { "auto-replied" } else { "auto-generated" };
    message = with(message, HeaderName::new_from_ascii_str("Auto-Submitted"), how);
    message = with(
        message,
        HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"),
        "DR, RN, NRN, OOF, AutoReply",
    );
    message = with(message, HeaderName::new_from_ascii_str(MARK_HEADER), &envelope.message_id);
    message = with(message, HeaderName::new_from_ascii_str("X-Classification"), classification.title());
    let html = SinglePart::builder().header(header::ContentType::TEXT_HTML).body(body(&page.html));
    let alternatives = multipart("alternative", &envelope.message_id)?
        .singlepart(SinglePart::builder().header(header::ContentType::TEXT_PLAIN).body(body(&page.text)));
    let picture = beside.picture.as_ref().filter(|picture| page.html.contains(&picture.id));
    let alternatives = match picture {
        None => alternatives.singlepart(html),
        Some(picture) => alternatives.multipart(shown(html, picture, &envelope.message_id)?),
    };
    let bodies = match &beside.calendar {
        None => alternatives,
        Some(calendar) => invitation(alternatives, calendar, &envelope.message_id)?,
    };
    let bodies = match &beside.workbook {
        None => bodies,
        Some((name, bytes)) => multipart("mixed", &format!("{}/mixed", envelope.message_id))?
            .multipart(bodies)
            .singlepart(workbook(name, bytes)?),
    };
    let message = message.multipart(bodies).map_err(unwritable)?;
    Ok(message.formatted())
}

fn multipart(kind: &str, boundary_from: &str) -> Result<MultiPartBuilder, RenderError> {
    let kind = format!("multipart/{kind}; boundary=\"{}\"", boundary(boundary_from));
    Ok(MultiPart::builder().header(header::ContentType::parse(&kind).map_err(unwritable)?))
}

/// The calendar is the last of the alternatives, without a Content-Disposition: else Outlook and Gmail show no buttons.
/// The attachment has the same bytes.
fn invitation(
    alternatives: MultiPart,
    calendar: &Scheduling,
    message_id: &str,
) -> Result<MultiPart, RenderError> {
    let octets = || base64(calendar.text.clone().into_bytes());
    let kind = format!("text/calendar; charset=UTF-8; method={}", calendar.method.as_str());
    let part = SinglePart::builder().header(header::ContentType::parse(&kind).map_err(unwritable)?);
    let kind = format!("application/ics; name=\"{INVITE}\"");
    let attachment = SinglePart::builder()
        .header(header::ContentType::parse(&kind).map_err(unwritable)?)
        .header(header::ContentDisposition::attachment(INVITE));
    let mixed = multipart("mixed", &format!("{message_id}/mixed"))?
        .multipart(alternatives.singlepart(part.body(octets()?)))
        .singlepart(attachment.body(octets()?));
    Ok(mixed)
}

fn shown(html: SinglePart, picture: &Picture, message_id: &str) -> Result<MultiPart, RenderError> {
    let part = SinglePart::builder()
        .header(header::ContentType::parse("image/png").map_err(unwritable)?)
        .header(header::ContentId::from(format!("<{}>", picture.id)))
        .header(header::ContentDisposition::inline_with_name("calendar.png"));
    let picture = part.body(base64(picture.bytes.clone())?);
    Ok(multipart("related", &format!("{message_id}/related"))?.singlepart(html).singlepart(picture))
}

fn workbook(name: &str, bytes: &[u8]) -> Result<SinglePart, RenderError> {
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let part = SinglePart::builder()
        .header(header::ContentType::parse(kind).map_err(unwritable)?)
        .header(header::ContentDisposition::attachment(name));
    Ok(part.body(base64(bytes.to_vec())?))
}

fn base64(bytes: Vec<u8>) -> Result<Body, RenderError> {
    Body::new_with_encoding(bytes, ContentTransferEncoding::Base64)
        .map_err(|_| unwritable("the bytes have no base64"))
}

fn with(message: MessageBuilder, name: HeaderName, value: &str) -> MessageBuilder {
    message.raw_header(HeaderValue::new(name, value.to_owned()))
}

fn unwritable(error: impl std::fmt::Display) -> RenderError {
    RenderError::Header { reason: error.to_string() }
}

fn mailboxes(all: &[Named]) -> Result<Mailboxes, RenderError> {
    all.iter().map(mailbox).collect()
}

fn mailbox(named: &Named) -> Result<Mailbox, RenderError> {
    let address = address(&named.address)?;
    let name =
        named.name.as_deref().map(|name| text::one_line(name.trim()).chars().take(NAME_CHARS).collect());
    Ok(Mailbox::new(name.filter(|name: &String| !name.is_empty()), address))
}

fn address(address: &Address) -> Result<lettre::Address, RenderError> {
    lettre::Address::new(address.local(), address.domain())
        .map_err(|error| RenderError::Header { reason: format!("{address} cannot be written to: {error}") })
}

fn references(all: &[String]) -> Vec<&str> {
    let good: Vec<&str> = all.iter().map(String::as_str).filter(|id| is_message_id(id)).collect();
    let dropped = good.len().saturating_sub(REFERENCES);
    good.iter().take(1).chain(good.iter().skip(1 + dropped)).copied().collect()
}

/// A msg-id (RFC 5322 3.6.4) that is safe between angle brackets on one line.
fn is_message_id(id: &str) -> bool {
    id.len() <= 250 && id.contains('@') && id.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>')
}

/// Nobody can foresee it, for our Message-IDs hold a MAC; so no quoted value can end a part early.
fn boundary(message_id: &str) -> String {
    let digest = Sha256::digest(message_id.as_bytes());
    format!("=_{}", HEXLOWER.encode(digest.get(..16).unwrap_or_default()))
}

/// ASCII in lines of at most 998 octets goes as it is (7bit, RFC 2045 2.7), so a stored letter can be read with the
/// bare eye; all else as lettre finds shortest. Lines end with CR LF.
fn body(text: &str) -> Body {
    let mut lines = String::with_capacity(text.len() + text.len() / 16);
    let mut longest = 0;
    for line in text.lines() {
        longest = longest.max(line.len());
        lines.push_str(line);
        lines.push_str("\r\n");
    }
    if longest <= 998 && lines.is_ascii() {
        return Body::dangerous_pre_encoded(lines.into_bytes(), ContentTransferEncoding::SevenBit);
    }
    Body::new(lines)
}

#[cfg(test)]
mod tests {
    use mail_parser::{MessageParser, MimeHeaders, PartType};

    use super::*;
    use crate::domain::calendar::Method;

    const CALENDAR: &str = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nX-WR-CALNAME:Zo\u{eb}\r\nEND:VCALENDAR\r\n";

    fn letter(calendar: Option<Scheduling>) -> String {
        let page = Page { subject: "Review".into(), text: "Hello\n".into(), html: "<p>Hello</p>\n".into() };
        let mail = write(
            page,
            Classification::Amber,
            &Envelope::sample(),
            &Beside { calendar, ..Beside::default() },
        )
        .unwrap();
        String::from_utf8(mail).unwrap()
    }

    #[test]
    fn an_invitation_is_the_last_alternative_and_an_attachment() {
        let calendar = Scheduling { method: Method::Request, text: CALENDAR.into() };
        let mail = letter(Some(calendar.clone()));
        assert_eq!(mail, letter(Some(calendar)));
        let read = MessageParser::default().parse(mail.as_bytes()).unwrap();
        let kinds: Vec<String> = read
            .parts
            .iter()
            .map(|part| {
                let kind = part.content_type().unwrap();
                format!("{}/{}", kind.ctype(), kind.subtype().unwrap())
            })
            .collect();
        let expected = [
            "multipart/mixed",
            "multipart/alternative",
            "text/plain",
            "text/html",
            "text/calendar",
            "application/ics",
        ];
        assert_eq!(kinds, expected);
        let [part, attachment] = [&read.parts[4], &read.parts[5]];
        let kind = part.content_type().unwrap();
        assert_eq!(kind.attribute("method"), Some("REQUEST"));
        assert!(kind.attribute("charset").unwrap().eq_ignore_ascii_case("utf-8"));
        assert!(part.content_disposition().is_none());
        assert_eq!(attachment.attachment_name(), Some(INVITE));
        assert!(attachment.content_disposition().unwrap().is_attachment());
        for part in [part, attachment] {
            assert_eq!(part.content_transfer_encoding(), Some("base64"));
            let octets = match &part.body {
                PartType::Text(text) => text.as_bytes(),
                PartType::Binary(octets) | PartType::InlineBinary(octets) => octets,
                other => panic!("{other:?}"),
            };
            assert_eq!(octets, CALENDAR.as_bytes());
        }
        assert!(mail.is_ascii() && mail.split("\r\n").all(|line| line.len() <= 998 && !line.contains('\n')));
    }

    #[test]
    fn a_letter_without_a_calendar_has_its_two_bodies() {
        let mail = letter(None);
        assert!(mail.contains("multipart/alternative") && !mail.contains("multipart/mixed"));
        let boundary = boundary(&Envelope::sample().message_id);
        assert_eq!(mail.matches(&format!("--{boundary}\r\n")).count(), 2);
    }
}

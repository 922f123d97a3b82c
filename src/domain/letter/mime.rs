//! A page and its envelope in, finished MIME out (RFC 5322, 2045 to 2049). Invariant: the same input gives the same
//! bytes, no header holds a control character, and no line is longer than 998 octets.

use std::time::SystemTime;

use data_encoding::HEXLOWER;
use lettre::message::header::{self, ContentTransferEncoding, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Mailboxes, MessageBuilder, MultiPart, SinglePart};
use sha2::{Digest, Sha256};

use super::super::id::{Address, Named};
use super::super::message::Classification;
use super::super::token::MARK_HEADER;
use super::template::Page;
use super::{Envelope, RenderError, text};

/// Message-IDs in References: the first and the most recent (RFC 5322 3.6.4 lets old ones go).
const REFERENCES: usize = 20;
const NAME_CHARS: usize = 120;

/// Writes the letter.
pub(super) fn write(
    page: Page,
    classification: Classification,
    envelope: &Envelope,
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
    message = with(message, HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-replied");
    message = with(
        message,
        HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"),
        "DR, RN, NRN, OOF, AutoReply",
    );
    message = with(message, HeaderName::new_from_ascii_str(MARK_HEADER), &envelope.message_id);
    message = with(message, HeaderName::new_from_ascii_str("X-Classification"), classification.title());
    let kind = format!("multipart/alternative; boundary=\"{}\"", boundary(&envelope.message_id));
    let bodies = MultiPart::builder()
        .header(header::ContentType::parse(&kind).map_err(unwritable)?)
        .singlepart(SinglePart::builder().header(header::ContentType::TEXT_PLAIN).body(body(&page.text)))
        .singlepart(SinglePart::builder().header(header::ContentType::TEXT_HTML).body(body(&page.html)));
    let message = message.multipart(bodies).map_err(unwritable)?;
    Ok(message.formatted())
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

//! A mail within a mail (RFC 5322), as a file or signed. In: its octets; out: its text, and its attachments as files.
//! Invariant: what it says of itself is somebody's claim; nobody vouches for its sender.

use super::mapi::{FILES, one_line};
use super::{Content, Unreadable, remark, sealed, unreadable};
use crate::domain::message::attachment::{file_name, is_attachment};
use crate::domain::message::decode::{text, transfer};
use crate::domain::message::html::render;
use crate::domain::message::part::{Kind, Part, split};
use crate::domain::message::{limit, read::skip_preface};

const INSTEAD: &str = "the mail itself, forwarded within the text";

pub(super) fn read(octets: &[u8]) -> Result<Content, Unreadable> {
    let octets = skip_preface(octets.get(..limit::MAIL).unwrap_or(octets));
    let parts = split(octets);
    let mut content = Content::default();
    let (mut plain, mut pages) = (Vec::new(), Vec::new());
    let mut room = limit::TEXT;
    for part in parts.list.iter().filter(|part| !part.is_attached && part.kind != Kind::Multipart) {
        let is_html = part.is("text", "html");
        let is_text = is_html || part.is("text", "plain") || part.media_type() == "text/plain";
        if is_text && !is_attachment(part) {
            let text = read_text(part, &mut room);
            content.remarks.extend(sealed::is_encrypted(&text).then(|| sealed::told(false)));
            let into = if is_html { &mut pages } else { &mut plain };
            into.push(if is_html { render(&text) } else { sealed::clear(&text).unwrap_or(text) });
        } else if content.files.len() < FILES {
            let name = file_name(part).unwrap_or_else(|| kind_as_name(&part.media_type()));
            content.files.push((name, transfer(part.body, part.encoding(), limit::MAIL).into_owned()));
        } else {
            content.remarks.push(remark("more files in an attached mail than are read", INSTEAD));
            break;
        }
    }
    let from = parts.list.first().and_then(|mail| mail.headers.first("From"));
    content.sender = from.map(|from| one_line(&from.text()));
    // Of the plain and the HTML form of a text one alone is read, so that nothing is said twice.
    let has_plain = plain.iter().any(|text| !text.trim().is_empty());
    content.texts = if has_plain { plain } else { pages };
    if content.texts.iter().all(|text| text.trim().is_empty()) && content.files.is_empty() {
        return Err(unreadable("a mail within without any text", INSTEAD));
    }
    Ok(content)
}

fn read_text(part: &Part<'_>, room: &mut usize) -> String {
    let octets = transfer(part.body, part.encoding(), *room);
    *room = room.saturating_sub(octets.len());
    text(&octets, part.parameter("charset")).text
}

/// A name whose ending says what kind it is.
fn kind_as_name(media_type: &str) -> String {
    let ending = match media_type {
        "application/pdf" => "pdf",
        "message/rfc822" => "eml",
        "application/ms-tnef" => "tnef",
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => "p7m",
        "application/pgp-encrypted" => "pgp",
        "application/vnd.ms-outlook" => "msg",
        _ => "bin",
    };
    format!("unnamed.{ending}")
}

//! What is recorded of an attachment. In: a part; out: name, type, size and SHA-256 of its decoded octets. Invariant:
//! of the octets themselves nothing is kept, and only those of a document stand in memory a second time.

use sha2::{Digest, Sha256};

use super::Attachment;
use super::decode::{base64, transfer};
use super::header::one_line;
use super::part::{Encoding, Kind, Part};

pub(super) fn describe(part: &Part<'_>, digest: &[u8; 32], size: u64) -> Attachment {
    let media_type = part.media_type();
    let name = file_name(part).unwrap_or_else(|| match media_type.as_str() {
        "message/rfc822" => "attached message".into(),
        "text/calendar" => "calendar".into(),
        _ => "unnamed".into(),
    });
    Attachment {
        name,
        media_type: one_line(&media_type),
        size,
        sha256: data_encoding::HEXLOWER.encode(digest),
        is_read: false,
    }
}

/// Size and digest after decoding.
pub(super) fn measure(part: &Part<'_>) -> ([u8; 32], u64) {
    let mut hasher = Sha256::new();
    let mut size = 0;
    match part.encoding() {
        Encoding::Base64 if part.kind == Kind::Leaf => base64(part.body, |octets| {
            hasher.update(octets);
            size += octets.len() as u64;
            true
        }),
        encoding => {
            let octets = transfer(part.body, encoding, usize::MAX);
            hasher.update(&octets);
            size = octets.len() as u64;
        }
    }
    (hasher.finalize().into(), size)
}

/// The name that the sender gave (RFC 2183 2.3), reduced to its last component.
pub(super) fn file_name(part: &Part<'_>) -> Option<String> {
    let disposition = part.headers.first("Content-Disposition").and_then(|header| header.content());
    let name =
        disposition.as_ref().and_then(|d| d.attribute("filename")).or_else(|| part.parameter("name"))?;
    let name = one_line(name.rsplit(['/', '\\']).next().unwrap_or_default());
    (!name.is_empty()).then_some(name)
}

/// Is it to be read in its place, or taken along?
pub(super) fn is_attachment(part: &Part<'_>) -> bool {
    let disposition = part.headers.first("Content-Disposition").and_then(|header| header.content());
    disposition.is_some_and(|disposition| disposition.c_type == "attachment")
}

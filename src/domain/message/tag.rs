//! Recipient tags: the `TOKEN` of `secas+TOKEN@` that a server delivered to. In: headers; out: the tags of our own
//! addresses, likeliest first (INTEROP.md 4). They are claims until [`Keys`](crate::domain::token::Keys) hold them.

use super::Own;
use super::header::Headers;
use crate::domain::id::Address;

pub(super) fn read(headers: &Headers<'_>, own: &Own<'_>) -> Vec<String> {
    let named = |name| headers.addresses(name).0.into_iter().map(|named| named.address);
    let delivered = ["Delivered-To", "X-Original-To", "Envelope-To"].into_iter().flat_map(named);
    let received = headers.first("Received").and_then(|header| recipient(&header.raw()));
    let mut tags: Vec<String> = Vec::new();
    for address in delivered.chain(received).chain(named("To")).chain(named("Cc")) {
        let Some(tag) = address.tag().filter(|tag| !tag.is_empty() && own.has(&address)) else { continue };
        if !tags.iter().any(|known| known.eq_ignore_ascii_case(tag)) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

/// The `for <..>` of a Received field (RFC 5321 4.4).
fn recipient(received: &str) -> Option<Address> {
    let start = received.to_ascii_lowercase().find(" for ")? + " for ".len();
    let word = received.get(start..)?.trim_start().split([' ', ';', '\t']).next()?;
    Address::parse(word.trim_matches(['<', '>'])).ok()
}

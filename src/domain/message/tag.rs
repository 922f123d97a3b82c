//! Recipient tags: the `TOKEN` of `secas+TOKEN@` that a server delivered to. In: headers; out: the tags of our own
//! addresses, likeliest first (INTEROP.md 4). They are claims until [`Keys`](crate::domain::token::Keys) hold them.

use super::header::Headers;
use super::{Message, Own};
use crate::domain::id::Address;

pub(super) fn read(headers: &Headers<'_>, message: &Message, own: &Own<'_>) -> Vec<String> {
    let named = |name| headers.addresses(name).0.into_iter().map(|named| named.address);
    let delivered = ["Delivered-To", "X-Original-To", "Envelope-To"].into_iter().flat_map(named);
    let received = headers.first("Received").and_then(|header| recipient(&header.raw()));
    let mut tags: Vec<String> = Vec::new();
    let addressed = message.to.iter().chain(&message.cc).map(|named| named.address.clone());
    for address in delivered.chain(received).chain(addressed) {
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

#[cfg(test)]
mod tests {
    use crate::domain::message::read::tests::with_own;
    use crate::domain::message::read_message;

    #[test]
    fn tags_of_our_own_addresses_are_read_likeliest_first() {
        let check = |headers: &str, expected: &[&str]| {
            let message = with_own(|own| read_message(format!("{headers}\n\nbody").as_bytes(), own));
            assert_eq!(message.tags, expected, "{headers}");
        };
        check("To: secas+one@sec.test", &["one"]);
        check(
            "Cc: c <ssc+four@sec.test>\nTo: secas+three@sec.test\nX-Original-To: bounces+two@sec.test\nDelivered-To: SECAS+one@SEC.test",
            &["one", "two", "three", "four"],
        );
        check(
            "Envelope-To: secas+one@sec.test\nReceived: from a by b with LMTP\n id 1 for <secas+two@sec.test>; Mon\nReceived: by c for <secas+no@sec.test>",
            &["one", "two"],
        );
        check("Received: by b for secas+one@sec.test; Mon", &["one"]);
        check("To: secas@sec.test, secas+@sec.test, other+x@sec.test, secas+y@evil.test", &[]);
        check("Delivered-To: secas+One@sec.test\nTo: secas+ONE@sec.test", &["One"]);
        check("", &[]);
    }
}

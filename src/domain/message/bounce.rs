//! Reports that a letter did not arrive (RFC 3464; INTEROP.md 4). In: a mail's parts; out: whom it did not reach,
//! why, and the Message-IDs in it. Invariant: it is a claim, for strangers can write bounces: the VERP tag's or the
//! Message-ID's HMAC proves which letter it speaks of.

use super::decode::{text, transfer};
use super::header::{Headers, one_line};
use super::part::{Kind, Part, Parts};
use super::{Bounce, Message, Own, limit, undelivered};
use crate::domain::id::Address;

/// Octets of one part in which a report is looked for.
const MAX: usize = 256 << 10;
/// Recipients of one report, and Message-IDs that are kept.
const MAX_GROUPS: usize = 200;
const MAX_IDS: usize = 20;

pub(super) fn read(parts: &Parts<'_>, message: &Message, own: &Own<'_>) -> Option<Bounce> {
    let mail = parts.list.first()?;
    let is_report = mail.is("multipart", "report");
    let about = mail.parameter("report-type").unwrap_or_default().to_ascii_lowercase();
    let is_receipt = about == "disposition-notification" && !undelivered::is_rejected(message);
    if is_report && (is_receipt || about == "feedback-report") {
        return None;
    }
    let is_status = |part: &&Part<'_>| {
        !part.is_attached
            && (part.is("message", "delivery-status") || part.is("message", "global-delivery-status"))
    };
    let mut bounce = match parts.list.iter().find(is_status) {
        Some(status) => from_status(status),
        None if is_report && about == "delivery-status" || undelivered::is_told(parts, message, own) => {
            from_prose(mail, message, own)
        }
        None => return None,
    };
    // Exim writes 5.0.0 beside `550 5.1.1` (Exim 4.96).
    if bounce.status.as_deref().is_none_or(|status| status.ends_with(".0.0")) {
        let better = bounce.diagnostic.as_deref().and_then(enhanced_code);
        bounce.status = better.or(bounce.status);
    }
    bounce.message_ids = message_ids(parts, own);
    Some(bounce)
}

/// The group of fields of the first recipient that failed, else of the first (RFC 3464 2.3).
fn from_status(part: &Part<'_>) -> Bounce {
    let body = transfer(part.body, part.encoding(), MAX);
    let mut groups = Vec::new();
    let mut at = 0;
    while at < body.len() && groups.len() < MAX_GROUPS {
        let (fields, next) = Headers::read(&body, at, limit::PART_HEADERS, |_| false);
        groups.push(fields);
        // What is no field is passed over, line by line.
        let line = || memchr::memchr(b'\n', body.get(at..)?).map(|end| at + end + 1);
        at = if next > at { next } else { line().unwrap_or(body.len()) };
    }
    let groups: Vec<_> = groups.iter().map(recipient).filter(|bounce| bounce.recipient.is_some()).collect();
    let failed = groups.iter().find(|bounce| bounce.action.as_deref() == Some("failed"));
    failed.or(groups.first()).cloned().unwrap_or_default()
}

fn recipient(fields: &Headers<'_>) -> Bounce {
    let value = |name: &str| {
        let value = fields.first(name)?.raw();
        Some(one_line(&value.split_whitespace().collect::<Vec<_>>().join(" ")))
    };
    // `rfc822; ann@power.test`: what stands before the semicolon is the kind.
    let typed = |name: &str| {
        let value = value(name)?;
        Some(value.split_once(';').map_or(value.as_str(), |(_, value)| value).trim().to_owned())
    };
    let address = |name: &str| {
        let address = typed(name)?;
        let address = address.trim_matches(['<', '>']);
        (!address.is_empty()).then(|| address.to_owned())
    };
    Bounce {
        // The address that we wrote to is the original one; behind it the mail may have been sent on.
        recipient: address("Original-Recipient").or_else(|| address("Final-Recipient")),
        status: value("Status").as_deref().and_then(enhanced_code),
        action: value("Action")
            .and_then(|action| Some(action.split_whitespace().next()?.to_ascii_lowercase())),
        diagnostic: typed("Diagnostic-Code"),
        message_ids: Vec::new(),
    }
}

fn from_prose(mail: &Part<'_>, message: &Message, own: &Own<'_>) -> Bounce {
    let failed = mail.headers.first("X-Failed-Recipients").map(|header| header.raw().into_owned());
    let failed = failed.and_then(|all| Some(all.split(',').next()?.trim().to_owned()));
    let text = message.texts.first().map(|part| part.text.as_str()).unwrap_or_default();
    let words = text.split(|c: char| c.is_whitespace() || "<>()[],;\"'".contains(c));
    let is_theirs = |word: &&str| {
        Address::parse(word).is_ok_and(|address| {
            address.domain().contains('.')
                && !own.has(&address)
                && !message.from.iter().any(|from| from.address.same(&address))
        })
    };
    let named = words.map(|word| word.trim_matches([':', '.'])).find(is_theirs);
    let line = text.lines().find(|line| enhanced_code(line).is_some());
    Bounce {
        recipient: failed.or_else(|| named.map(String::from)),
        status: None,
        action: Some(if undelivered::is_delay(message) { "delayed" } else { "failed" }.into()),
        diagnostic: line.map(one_line),
        message_ids: Vec::new(),
    }
}

/// An RFC 3463 code such as `5.1.1`, and no IP address and no version.
fn enhanced_code(text: &str) -> Option<String> {
    let is_code = |word: &&str| {
        let numbers: Vec<Option<u16>> = word.split('.').map(|n| n.parse().ok()).collect();
        matches!(numbers.as_slice(), [Some(2 | 4 | 5), Some(0..=7), Some(0..=999)])
    };
    let mut words = text.split(|c: char| !c.is_ascii_digit() && c != '.').map(|word| word.trim_matches('.'));
    words.find(is_code).map(String::from)
}

/// Where a Message-ID was found, surest first: a returned letter's References name letters that did arrive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// RFC 3464 2.2.1: what we gave the letter as ENVID.
    EnvelopeId,
    MessageId,
    Anywhere,
}

/// Every Message-ID that stands in a field of that name, and every word anywhere that our own keys signed.
pub(super) fn message_ids(parts: &Parts<'_>, own: &Own<'_>) -> Vec<String> {
    let mut ids: Vec<(Place, String)> = Vec::new();
    let mut keep = |place: Place, id: String| {
        if let Some((known, _)) = ids.iter_mut().find(|(_, known)| *known == id) {
            *known = place.min(*known);
        } else if ids.len() < MAX_IDS {
            ids.push((place, id));
        }
    };
    for part in &parts.list {
        if part.is_attached {
            let fields = part.headers.first("Message-ID").into_iter();
            fields.flat_map(|header| header.ids()).for_each(|id| keep(Place::MessageId, id));
        }
        let media_type = part.media_type();
        let is_read = media_type.starts_with("text/") || media_type.starts_with("message/");
        if part.kind == Kind::Multipart || part.kind == Kind::Message || !is_read {
            continue;
        }
        let text = text(&transfer(part.body, part.encoding(), MAX), part.parameter("charset")).text;
        let mut label = Place::Anywhere;
        for word in text.split(|c: char| c.is_whitespace() || "<>()[],;\"'".contains(c)) {
            let is_id = word.contains('@');
            if is_id && (label == Place::MessageId || own.keys.wrote(word)) {
                keep(label, word.chars().take(limit::ID).collect());
            }
            label = match word {
                "" => label,
                word if word.eq_ignore_ascii_case("Message-ID:") => Place::MessageId,
                word if word.eq_ignore_ascii_case("Original-Envelope-Id:") => Place::EnvelopeId,
                _ => Place::Anywhere,
            };
        }
    }
    ids.sort_by_key(|(place, _)| *place);
    ids.into_iter().map(|(_, id)| id).collect()
}

#[cfg(test)]
#[path = "bounce_tests.rs"]
mod tests;

//! A mail server's prose about a letter that did not arrive, where RFC 3464 would have fields. In: a mail; out: whether it
//! is such a report. Invariant: a person who writes about lost mail is no server: words alone never make a bounce.

use super::part::{Kind, Part, Parts};
use super::{Message, Own};

/// Local parts of mail servers; `-`, `_` and `.` in them do not matter.
const SERVERS: [&str; 4] = ["mailerdaemon", "postmaster", "mdaemon", "maildeliverysystem"];

const SUBJECTS: [&str; 26] = [
    "undeliver",
    "delivery status notification",
    "delivery failed",
    "delivery failure",
    "failure delivery",
    "failure notice",
    "mail failure",
    "mail failed",
    "returned mail",
    "delivery has failed",
    "could not be delivered",
    "not delivered",
    "mail delivery",
    "non-delivery",
    "delayed mail",
    "delivery delayed",
    "message delayed",
    "not yet been delivered",
    "unzustellbar",
    "nicht zustellbar",
    "non remis",
    "non distribuable",
    "\u{e9}chec de la remise",
    "onbestelbaar",
    "no se puede entregar",
    "non recapitabile",
];

/// What they begin with.
const OPENINGS: [&str; 20] = [
    "could not be delivered",
    "couldn't be delivered",
    "cannot be delivered",
    "was not delivered",
    "wasn't able to deliver",
    "not able to deliver",
    "unable to deliver",
    "could not deliver",
    "not yet been delivered",
    "following recipients failed",
    "following recipients was aborted",
    "no valid recipients were found",
    "no such user here",
    "automatically rejected",
    "konnte nicht zugestellt werden",
    "nicht zugestellt werden",
    "n'a pas pu \u{ea}tre remis",
    "n'a pas pu etre delivre",
    "returned because it encountered an error",
    "this is the mail system at host",
];

/// What says that a server still tries.
const DELAYS: [&str; 8] = [
    "not yet been delivered",
    "will continue to try",
    "will continue to attempt",
    "attempts will continue",
    "will be retried",
    "has been postponed",
    "is only a warning",
    "just a warning",
];

/// Lines of text in which a server says what it has to say.
const N_LINES: usize = 12;

/// Does a mail server say in prose that a letter did not arrive?
pub(super) fn is_told(parts: &Parts<'_>, message: &Message, own: &Own<'_>) -> bool {
    let Some(mail) = parts.list.first() else { return false };
    if mail.headers.first("X-Failed-Recipients").is_some() {
        return true;
    }
    let subject = message.subject.to_lowercase();
    let by_subject = SUBJECTS.iter().any(|words| subject.contains(words));
    let opening = opening(message);
    let by_words = OPENINGS.iter().any(|words| opening.contains(words));
    if is_from_server(mail, message) {
        return by_subject || by_words && (!is_reply(mail) || is_rejected(message));
    }
    by_subject && by_words && returns_ours(parts, own)
}

/// Does it say that the letter may still arrive?
pub(super) fn is_delay(message: &Message) -> bool {
    let opening = opening(message);
    message.subject.to_lowercase().contains("delay") || DELAYS.iter().any(|words| opening.contains(words))
}

/// A reader's server that refused a letter on the reader's behalf (RFC 5429 2.2: as a receipt).
pub(super) fn is_rejected(message: &Message) -> bool {
    opening(message).contains("automatically rejected")
}

fn opening(message: &Message) -> String {
    let text = message.texts.first().map(|part| part.text.as_str()).unwrap_or_default();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(N_LINES);
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).take(300).collect();
    words.join(" ").to_lowercase()
}

fn is_from_server(mail: &Part<'_>, message: &Message) -> bool {
    let is_server = |local: &str| {
        let plain: String = local.chars().filter(|c| !"-_.".contains(*c)).collect();
        SERVERS.contains(&plain.to_ascii_lowercase().as_str())
    };
    let path = mail.headers.addresses("Return-Path").0;
    let mut addresses = message.author().into_iter().chain(&path);
    let is_named = message.author().and_then(|author| author.name.as_deref()).is_some_and(|name| {
        ["mail delivery s", "mail delivery-s"].iter().any(|start| name.to_lowercase().starts_with(start))
    });
    message.null_return_path || is_named || addresses.any(|named| is_server(named.address.local()))
}

/// An absence notice may say so too, of itself.
fn is_reply(mail: &Part<'_>) -> bool {
    let value = mail.headers.first("Auto-Submitted").map(|header| header.raw().to_lowercase());
    value.is_some_and(|value| value.contains("auto-replied"))
}

/// Is a letter in it that our own keys signed?
fn returns_ours(parts: &Parts<'_>, own: &Own<'_>) -> bool {
    parts.list.iter().any(|part| part.kind == Kind::Message)
        && super::bounce::message_ids(parts, own).iter().any(|id| own.keys.wrote(id))
}

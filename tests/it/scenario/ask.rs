//! What a person of the office does in a conversation: `priya.nair accepts mail 2`, with fields in the block. In: the
//! words; out: what the command line would ask the engine for.

use std::collections::BTreeMap;

use chrono::{NaiveDateTime, Utc};
use sscd::domain::case::{Channel, Move, Reference};
use sscd::domain::id::{Address, InboxId, Key, LetterId};
use sscd::domain::workday::local;
use sscd::engine::{Ask, Asking};

use super::script::{Step, number};

const FORM: &str = "PERSON opens a case by telephone|letter|secure-form received DATE TIME, PERSON accepts mail N, \
    PERSON dismisses mail N: WHY, PERSON links mail N to REFERENCE, PERSON has answered REFERENCE: HOW, \
    PERSON holds REFERENCE: WHY, PERSON resumes REFERENCE: WHY, \
    PERSON withdraws REFERENCE: WHY, PERSON supersedes REFERENCE with REFERENCE: WHY, \
    PERSON reopens REFERENCE: WHY, PERSON tables REFERENCE on DATE: WHY, PERSON tables REFERENCE out of cycle: WHY, \
    PERSON releases letter N [to ADDRESS], PERSON discards letter N: WHY, PERSON sends letter N again: WHY";

pub fn asking(step: &Step, id: String) -> Result<Asking, String> {
    let (by, what) = step.needs(step.words.split_once(' '), FORM)?;
    let ask = step.needs(ask(step, what), FORM)?;
    Ok(Asking { by: Key(by.into()), id, login: None, ask })
}

fn ask(step: &Step, what: &str) -> Option<Ask> {
    let set = || -> Option<BTreeMap<String, String>> {
        let pair = |line: &String| line.split_once(": ").map(|(name, value)| (name.into(), value.into()));
        step.block.iter().map(pair).collect()
    };
    if let Some(rest) = what.strip_prefix("opens a case by ") {
        let (channel, received) = rest.split_once(" received ")?;
        let channel = match channel {
            "telephone" => Channel::Telephone,
            "letter" => Channel::Letter,
            "secure-form" => Channel::SecureForm,
            _ => return None,
        };
        return Some(Ask::Open { channel, received_at: instant(received)?, set: set()? });
    }
    if let Some(rest) = what.strip_prefix("accepts ") {
        return Some(Ask::Accept { inbox: InboxId(number(rest, "mail")?), set: set()? });
    }
    if let Some(rest) = what.strip_prefix("dismisses ") {
        let (mail, reason) = rest.split_once(": ")?;
        return Some(Ask::Dismiss { inbox: InboxId(number(mail, "mail")?), reason: reason.into() });
    }
    if let Some(rest) = what.strip_prefix("links ") {
        let (mail, reference) = rest.split_once(" to ")?;
        return Some(Ask::Link {
            inbox: InboxId(number(mail, "mail")?),
            reference: Reference::parse(reference)?,
        });
    }
    if let Some((reference, what, reason)) = moved(what) {
        return Some(Ask::Move { reference, what, reason });
    }
    if let Some(rest) = what.strip_prefix("releases ") {
        let (letter, to) = rest.split_once(" to ").unwrap_or((rest, ""));
        let to = to.split(", ").filter(|to| !to.is_empty()).map(|to| Address::parse(to).ok());
        return Some(Ask::Release {
            letter: LetterId(number(letter, "letter")?),
            to: to.collect::<Option<_>>()?,
        });
    }
    if let Some(rest) = what.strip_prefix("discards ") {
        let (letter, reason) = rest.split_once(": ")?;
        return Some(Ask::Discard { letter: LetterId(number(letter, "letter")?), reason: reason.into() });
    }
    let (letter, reason) = what.strip_prefix("sends ")?.split_once(" again: ")?;
    Some(Ask::Retry { letter: LetterId(number(letter, "letter")?), reason: reason.into() })
}

/// `holds REFERENCE: WHY` and its like.
fn moved(text: &str) -> Option<(Reference, Move, String)> {
    let (what, reason) = text.split_once(": ")?;
    let (verb, rest) = what.strip_prefix("has ").unwrap_or(what).split_once(' ')?;
    let (reference, more) = rest.split_once(' ').unwrap_or((rest, ""));
    let what = match verb {
        "answered" => Move::Answered,
        "holds" => Move::Hold,
        "resumes" => Move::Resume,
        "withdraws" => Move::Withdraw,
        "supersedes" => Move::Supersede { by: Reference::parse(more.strip_prefix("with ")?)? },
        "reopens" => Move::Reopen,
        "tables" if more == "out of cycle" => Move::Table { meeting_on: None },
        "tables" => Move::Table { meeting_on: Some(more.strip_prefix("on ")?.parse().ok()?) },
        _ => return None,
    };
    Some((Reference::parse(reference)?, what, reason.into()))
}

/// `2026-11-02 09:30`, in Europe/London.
pub fn instant(text: &str) -> Option<chrono::DateTime<Utc>> {
    let at = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").ok()?;
    Some(local(at.date(), at.time()))
}

//! What a person of the office does in a conversation: `priya.nair accepts mail 2`, with fields in the block. In: the
//! words; out: what the command line would ask the engine for.

use std::collections::BTreeMap;

use crate::domain::case::{Channel, Move, Reference, Referral};
use crate::domain::id::{Address, InboxId, Key, LetterId};
use crate::domain::outcome::{Outcome, Said};
use crate::domain::workday::local;
use crate::engine::{Ask, Asking};
use chrono::{NaiveDateTime, Utc};

use super::meet::meet;
use super::review::review;
use super::script::{Step, number};

const FORM: &str = "PERSON opens a case by telephone|letter|secure-form received DATE TIME, PERSON accepts mail N, \
    PERSON splits mail N, PERSON has mail N read again, \
    PERSON dismisses mail N: WHY, PERSON links mail N to REFERENCE, PERSON has answered REFERENCE: HOW, \
    PERSON holds REFERENCE: WHY, PERSON resumes REFERENCE: WHY, \
    PERSON withdraws REFERENCE: WHY, PERSON supersedes REFERENCE with REFERENCE: WHY, \
    PERSON reopens REFERENCE: WHY, PERSON tables REFERENCE on DATE: WHY, PERSON tables REFERENCE out of cycle: WHY, \
    PERSON informs about REFERENCE: WHY, PERSON stays REFERENCE until DATE: WHY, PERSON closes REFERENCE: WHY, \
    PERSON refers REFERENCE considered GROUND|panel DATE|determined now, minute TEXT: WHY, \
    PERSON de-escalates REFERENCE: WHY, PERSON records REFERENCE STEP on DATE: WHY, PERSON drafts the paper on REFERENCE, \
    PERSON decides REFERENCE OUTCOME, minute TEXT[, type KIND][, due DATE][, on DATE][, corrects N] (advice and \
    `Condition: ...` in the block), PERSON releases letter N [to ADDRESS], PERSON discards letter N: WHY, PERSON sends letter N again: WHY";

pub fn asking(step: &Step, id: String) -> Result<Asking, String> {
    let (by, what) = step.needs(step.words.split_once(' '), FORM)?;
    let ask = meet(what).or_else(|| review(what)).or_else(|| ask(step, what));
    let ask = step.needs(ask, &format!("{FORM}, {}, {}", super::meet::FORM, super::review::FORM))?;
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
    if let Some(rest) = what.strip_prefix("splits ") {
        return Some(Ask::Split { inbox: InboxId(number(rest, "mail")?), into: None, set: set()? });
    }
    if let Some(mail) = what.strip_prefix("has ").and_then(|rest| rest.strip_suffix(" read again")) {
        return Some(Ask::Reread { inbox: InboxId(number(mail, "mail")?) });
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
    if let Some(rest) = what.strip_prefix("decides ") {
        let (reference, rest) = rest.split_once(' ')?;
        return Some(Ask::Decide {
            reference: Reference::parse(reference)?,
            said: Box::new(said(rest, &step.block)?),
        });
    }
    if let Some(reference) = what.strip_prefix("drafts the paper on ") {
        return Some(Ask::Paper { reference: Reference::parse(reference)? });
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

/// What the SSC decided: `await-annual-review, minute 24/7`.
fn said(text: &str, block: &[String]) -> Option<Said> {
    let mut parts = text.split(", ");
    let mut said = Said {
        outcome: Outcome::named(parts.next()?)?,
        minute: String::new(),
        on: None,
        advice: None,
        conditions: Vec::new(),
        assessment: None,
        due_on: None,
        corrects: None,
    };
    for part in parts {
        let (key, value) = part.split_once(' ')?;
        match key {
            "minute" => said.minute = value.into(),
            "type" => said.assessment = Some(serde_json::from_value(value.into()).ok()?),
            "due" => said.due_on = Some(value.parse().ok()?),
            "on" => said.on = Some(value.parse().ok()?),
            "corrects" => said.corrects = Some(value.parse().ok()?),
            _ => return None,
        }
    }
    let (conditions, advice): (Vec<&String>, Vec<&String>) =
        block.iter().partition(|line| line.starts_with("Condition: "));
    said.conditions =
        conditions.iter().filter_map(|line| line.strip_prefix("Condition: ")).map(String::from).collect();
    let advice = advice.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n");
    said.advice = (!advice.is_empty()).then_some(advice);
    Some(said)
}

/// `holds REFERENCE: WHY` and its like.
fn moved(text: &str) -> Option<(Reference, Move, String)> {
    let (what, reason) = text.split_once(": ")?;
    if let Some(reference) = what.strip_prefix("informs about ") {
        return Some((Reference::parse(reference)?, Move::Inform, reason.into()));
    }
    let (verb, rest) = what.strip_prefix("has ").unwrap_or(what).split_once(' ')?;
    let (reference, more) = rest.split_once(' ').unwrap_or((rest, ""));
    let what = match verb {
        "answered" => Move::Answered,
        "holds" => Move::Hold,
        "resumes" => Move::Resume,
        "withdraws" => Move::Withdraw,
        "supersedes" => Move::Supersede { by: Reference::parse(more.strip_prefix("with ")?)? },
        "reopens" => Move::Reopen,
        "de-escalates" => Move::Deescalate,
        "refers" => {
            let (what, minute) = more.split_once(", minute ")?;
            let to = match what.split_once(' ')? {
                ("considered", ground) => {
                    Referral::Considered { ground: serde_json::from_value(ground.into()).ok()? }
                }
                ("panel", on) => Referral::Panel { meeting_on: on.parse().ok()? },
                ("determined", _) => Referral::Determined,
                _ => return None,
            };
            Move::Refer { to, minute: minute.into() }
        }
        "closes" => Move::Close,
        "stays" => Move::Stay { until: more.strip_prefix("until ")?.parse().ok()? },
        "records" => {
            let (step, on) = more.split_once(" on ")?;
            Move::Record {
                step: serde_json::from_value(step.replace('-', "_").into()).ok()?,
                on: on.parse().ok()?,
            }
        }
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

//! What a case says to its User: facts for the letters, in the User's own words and DOMAIN.md's. In: a case and the
//! world; out: [`Facts`] and whom they go to.

use chrono::{DateTime, Utc};

use super::answer::{Answer, AnswerTo};
use super::{Case, Channel, Mail};
use crate::domain::directory::{Contact, Standing, User};
use crate::domain::id::{Address, LetterId, Named, SubjectId};
use crate::domain::letter::{Acknowledgement, Facts, Missing, Receipt, Stated, Step};
use crate::domain::message::{Classification, Verdict};
use crate::domain::notification::{
    Notification, Shown,
    labels::{label_of, missing_line},
};
use crate::domain::token::Claim;
use crate::domain::workday::Due;
use crate::domain::world::World;

/// A letter as decided: sealed and queued at once, or kept as a draft where `held` says why.
#[derive(Debug, Clone)]
pub struct LetterOut {
    pub letter: LetterId,
    /// The subject's version that decided it.
    pub version: i64,
    pub message_id: String,
    pub facts: Facts,
    pub to: Vec<Recipient>,
    /// Message-ID of the User's mail that it answers; never another's.
    pub in_reply_to: Option<String>,
    pub held: Option<String>,
    /// A draft that a person released: its id and Message-ID are those of the draft.
    pub is_release: bool,
}

impl LetterOut {
    /// Letter number `ordinal` of a subject's version.
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "each is a part of a letter")]
    pub fn compose(
        letter: LetterId,
        version: i64,
        ordinal: i64,
        subject: &SubjectId,
        facts: Facts,
        to: Vec<Recipient>,
        held: Option<String>,
        world: &World,
    ) -> Self {
        let claim = Claim { subject, version, recipient: "" };
        let message_id = world.keys.message_id(claim, ordinal, world.office.mailbox.address.domain());
        Self { letter, version, message_id, facts, to, in_reply_to: None, held, is_release: false }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    pub named: Named,
    pub is_copy: bool,
}

/// Whom the answer goes to; empty where a person must name somebody.
pub(super) fn recipients(answer: &Answer, mail: Option<&Mail>, user: Option<&User>) -> Vec<Recipient> {
    let contact = user.map(|user| Recipient { named: contact_of(&user.contact), is_copy: false });
    let sender = mail.and_then(|mail| {
        let address = mail.sender.address.clone()?;
        Some(Recipient { named: Named { name: mail.sender.name.clone(), address }, is_copy: false })
    });
    match answer.to {
        AnswerTo::Nobody => Vec::new(),
        AnswerTo::RegisteredContact => contact.into_iter().collect(),
        AnswerTo::Sender => {
            let copy = contact
                .filter(|contact| {
                    !sender.as_ref().is_some_and(|sender| sender.named.address.same(&contact.named.address))
                })
                .map(|contact| Recipient { is_copy: true, ..contact });
            sender.into_iter().chain(copy).collect()
        }
    }
}

pub(super) fn contact_of(contact: &Contact) -> Named {
    Named { name: Some(contact.name.clone()), address: contact.email.clone() }
}

/// A recipient that a person named.
pub(super) fn named_by_person(address: &Address) -> Recipient {
    Recipient { named: Named { name: None, address: address.clone() }, is_copy: false }
}

pub(super) fn acknowledgement(case: &Case, confirm: bool, now: DateTime<Utc>, world: &World) -> Facts {
    let due = information_due(&case.notification, now, world);
    let fields = &case.notification.fields;
    let start = fields.actual_start.as_ref().or(fields.intended_start.as_ref());
    let start = start.filter(|_| case.classification < Classification::Red);
    Facts::Acknowledgement(Acknowledgement {
        reference: case.reference.to_string(),
        user: case.user_name().to_string(),
        received_at: case.received_at,
        start_as_stated: start.and_then(|field| match &field.source {
            crate::domain::notification::Source::Mail { words, .. } => Some(words.clone()),
            _ => None,
        }),
        understood: fields.shown().into_iter().map(|shown| stated(shown, case.classification)).collect(),
        missing: case.notification.missing.iter().map(|name| missing(name)).collect(),
        missing_due_on: due.as_ref().map(|due| due.on),
        withheld: case.notification.withheld.iter().map(|item| item.title().to_owned()).collect(),
        problems: case.notification.problems.clone(),
        confirm,
        sent_by: sender(case, confirm).map(ToString::to_string),
        came: came(case.channel).map(str::to_owned),
        next: steps(case, due.as_ref()),
        classification: case.classification,
    })
}

/// Who wrote what is acknowledged. Somebody else may have written first, and the User after it.
fn sender(case: &Case, confirm: bool) -> Option<&Address> {
    let own = case.mails.iter().rev().find(|mail| is_own_word(mail)).filter(|_| !confirm);
    own.or(case.mails.first())?.sender.address.as_ref()
}

pub(super) fn is_own_word(mail: &Mail) -> bool {
    mail.standing == Standing::User && mail.sender.vouch.verdict == Verdict::Verified
}

fn came(channel: Channel) -> Option<&'static str> {
    match channel {
        Channel::Email => None,
        Channel::Telephone => Some("by telephone"),
        Channel::Letter => Some("by letter"),
        Channel::SecureForm => Some("through the secure form"),
    }
}

pub(super) fn receipt(case: &Case, mail: &Mail, changed: &[String], classification: Classification) -> Facts {
    let changed = case
        .notification
        .fields
        .shown()
        .into_iter()
        .filter(|shown| changed.iter().any(|name| name == shown.name))
        .map(|shown| stated(shown, classification));
    let due = case.information_due.as_ref();
    Facts::Receipt(Receipt {
        reference: case.reference.to_string(),
        user: case.user_name().to_string(),
        received_at: mail.received_at,
        changed: changed.collect(),
        missing: case.notification.missing.iter().map(|name| missing(name)).collect(),
        missing_due_on: due.map(|due| due.on),
        problems: case.notification.problems.clone(),
        next: steps(case, due.map(|due| Due { on: due.on, at: due.at, why: due.why.clone() }).as_ref()),
        classification,
    })
}

/// The same receipt on today's gaps and dates.
pub(super) fn receipt_again(case: &Case, old: &Receipt) -> Facts {
    let due = case.information_due.as_ref();
    Facts::Receipt(Receipt {
        missing: case.notification.missing.iter().map(|name| missing(name)).collect(),
        missing_due_on: due.map(|due| due.on),
        next: steps(case, due.map(|due| Due { on: due.on, at: due.at, why: due.why.clone() }).as_ref()),
        ..old.clone()
    })
}

/// The day by which a User supplies what is missing, counted from the letter that asks for it.
pub(super) fn information_due(notification: &Notification, now: DateTime<Utc>, world: &World) -> Option<Due> {
    if notification.missing.is_empty() {
        return None;
    }
    world.working_days.due(now, world.policy.information_after).ok()
}

pub(super) fn stated(shown: Shown, classification: Classification) -> Stated {
    let label = label_of(shown.name).unwrap_or(shown.name).to_string();
    if classification == Classification::Red {
        return Stated { label, words: None, understood: None };
    }
    let words = shown.words.unwrap_or_else(|| shown.value.clone());
    let understood = (plain(&words) != plain(&shown.value)).then_some(shown.value);
    Stated { label, words: Some(words), understood }
}

/// The words in any order, without case and punctuation: what needs no second telling.
fn plain(text: &str) -> Vec<String> {
    let text = text.replace(',', "").to_lowercase();
    let mut words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(String::from)
        .collect();
    words.sort();
    words
}

pub(super) fn missing(name: &str) -> Missing {
    let (label, expected, example) = missing_line(name).unwrap_or((name, "", ""));
    Missing { label: label.into(), expected: expected.into(), example: example.into() }
}

/// What comes next, when, and why then.
fn steps(case: &Case, due: Option<&Due>) -> Vec<Step> {
    let mut steps = Vec::new();
    if let Some(due) = due {
        steps.push(Step {
            what: "You send us what is still missing".into(),
            on: Some(due.on),
            by_five: true,
            why: due.why.clone(),
        });
    }
    steps.push(match &case.notification.fields.confidentiality_objection {
        None => Step {
            what: "Your notification goes before the Security Sub-Committee (SSC)".into(),
            on: case.meeting_on,
            by_five: false,
            why: case.meeting_why.clone(),
        },
        Some(_) => Step {
            what: "A person speaks with you before anything goes to the Security Sub-Committee (SSC)".into(),
            on: None,
            by_five: false,
            why: "you would rather it were not informed".into(),
        },
    });
    steps.push(Step {
        what: "The SSC decides whether to wait for your next annual review or to arrange an ad-hoc review, and we write to you".into(),
        on: None,
        by_five: false,
        why: "after the SSC has considered it".into(),
    });
    steps
}

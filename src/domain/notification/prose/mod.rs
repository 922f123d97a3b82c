//! A notice in its writer's own words. In: the texts of a mail that reads like a notice; out: what its sentences state
//! for certain. Invariant: precision before recall. A sentence that asks, doubts, denies or speaks of somebody else says
//! nothing, and what is read here only helps a person: it never makes a mail a notification.

mod company;
mod sentence;
mod stage;
mod states;

#[cfg(test)]
mod tests;

use super::subject_matter::says_intention;
use super::together::complete;
use super::values::text::plain;
use super::{Field, FieldName, Fields, Notification};
use crate::domain::message::TextPart;
use sentence::{Sentence, sentences};
use states::states;

/// Sentences that a notice may have.
const SENTENCES: usize = 300;

/// Phrases of somebody who takes a notice back, or for whom the matter is over.
const TAKEN_BACK: &[&str] = &[
    "no longer",
    "not intend",
    "not intending",
    "not planning",
    "not plan",
    "no plans",
    "no plan to",
    "no intention",
    "not employ",
    "not be employing",
    "not use",
    "not be using",
    "not utilise",
    "not proceed",
    "not proceeding",
    "not going ahead",
    "not go ahead",
    "not go live",
    "decided against",
    "changed our mind",
    "cancelled",
    "abandoned",
    "withdraw",
    "withdrawn",
    "ceased",
    "decommission",
    "decommissioned",
    "decommissioning",
    "retired",
    "stopped using",
    "on hold",
    "not have",
    "disregard",
];

/// What the sentences of a mail state. `None` where they state nothing, or speak of more than one system.
#[must_use]
pub fn prose(texts: &[TextPart], roles: &[String]) -> Option<Notification> {
    let plain_ones =
        |text: &&TextPart| text.document.is_none() && !text.is_html && !text.text.trim().is_empty();
    let has_plain = texts.iter().any(|text| plain_ones(&text));
    let of_mail = |text: &&TextPart| text.document.is_none() && text.is_html != has_plain;
    let found = read(texts.iter().filter(of_mail), roles);
    found.or_else(|| read(texts.iter().filter(|text| text.document.is_some()), roles))
}

fn read<'a>(texts: impl Iterator<Item = &'a TextPart>, roles: &[String]) -> Option<Notification> {
    let mut claimed_sender = None;
    let mut sentences: Vec<Sentence<'a>> = Vec::new();
    for text in texts {
        claimed_sender = claimed_sender.or(text.document.as_ref().and_then(|d| d.claimed_sender.clone()));
        sentences.extend(self::sentences(text).into_iter().take(SENTENCES - sentences.len()));
    }
    let of_matter = ["system", "systems", "it", "this", "that", "to", "notice", "notification"];
    let is_taken_back = sentences.iter().any(|one| one.says(&of_matter) && one.says(TAKEN_BACK));
    if is_taken_back || is_of_several(&sentences) || !sentences.iter().any(gives_notice) {
        return None;
    }
    let mut found = Notification { claimed_sender, ..Notification::default() };
    // Two answers are none: both are told.
    for sentence in sentences.iter().filter(|sentence| !sentence.is_doubtful()) {
        let fields = FieldName::ALL.into_iter().fold(Fields::default(), |mut fields, field| {
            fields.complete(&states(field, sentence, roles));
            fields
        });
        let one = Notification { fields, ..Notification::default() };
        found = complete(&found, &one);
    }
    found.fields.employment_stage = stage::stage(&sentences);
    let found = Notification {
        claimed_sender: found.claimed_sender,
        ..Notification::of(found.fields, found.problems)
    };
    (found.fields.n_stated() > 0).then_some(found)
}

/// Does the writer, and nobody else, speak of a second or later system, and in earnest?
fn gives_notice(sentence: &Sentence<'_>) -> bool {
    let notifies = ["notify", "notifies", "notice", "notification", "hereby", "inform", "let you know"];
    let is_ours = sentence.says(&["our", "its", "we"]) || company::notifier(sentence.words()).is_some();
    let is_earnest = !sentence.is_doubtful() && !sentence.is_denied && !sentence.ordinals().is_empty();
    let is_notice =
        sentence.says(&notifies) || says_intention(sentence.words()) || stage::of(sentence).next().is_some();
    is_earnest && is_ours && is_notice
}

/// Do the sentences speak of two systems or more?
fn is_of_several(sentences: &[Sentence<'_>]) -> bool {
    let several = [
        "two user systems",
        "three user systems",
        "both user systems",
        "these user systems",
        "new user systems",
        "additional user systems",
        "further user systems",
        "two new user systems",
        "two further user systems",
        "two additional user systems",
        "second and third",
        "third and fourth",
    ];
    let ordinals: Vec<String> = sentences.iter().flat_map(Sentence::ordinals).map(plain).collect();
    let is_one = ordinals.iter().all(|one| ordinals.first() == Some(one));
    !is_one || sentences.iter().any(|sentence| sentence.says(&several))
}

/// A value with its place.
fn field<'a, T>(sentence: &Sentence<'a>, words: &'a str, value: T) -> Field<T> {
    Field { value, source: sentence.stretch.inner(words).source() }
}

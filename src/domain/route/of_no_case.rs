//! Answers to letters that are of no case: the Desk's, and those of an annual review. In: a mail and what was looked up for
//! it; out: a person looks, and sees of which review it speaks.

use super::{Lookup, ReadMail, Route};
use crate::domain::id::SubjectId;
use crate::domain::review::ReviewId;

/// Does somebody answer who was written to about many cases?
pub(super) fn answers_desk(mail: &ReadMail, lookup: &impl Lookup) -> bool {
    answered(mail, lookup).any(|subject| subject == SubjectId::desk())
}

/// The subjects whose letters a mail answers, by thread and by our own tag.
fn answered(mail: &ReadMail, lookup: &impl Lookup) -> impl Iterator<Item = SubjectId> {
    let reading = &mail.reading;
    let by_thread = reading.thread.iter().rev().filter_map(|id| lookup.thread(id));
    by_thread.chain(reading.tags.iter().filter_map(|tag| lookup.replied(tag)))
}

/// A person looks, and sees of which annual review it speaks.
pub(super) fn for_a_person(mail: &ReadMail, lookup: &impl Lookup, reason: String) -> Route {
    match answered(mail, lookup).find(|subject| ReviewId::of(subject).is_some()) {
        Some(review) => {
            let reason = format!("it answers a letter about annual review {}", review.0);
            Route::Triage { reason, review: Some(review) }
        }
        None => Route::Triage { reason, review: None },
    }
}

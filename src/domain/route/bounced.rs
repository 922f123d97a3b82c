//! Which letter of ours a bounce speaks of. In: a bounce and what was looked up for it; out: the delivery that came
//! back. Invariant: a tag or a Message-ID that our keys did not sign names nothing.

use super::{Lookup, ReadMail, Route, Target, spoke};
use crate::domain::case::Signal;
use crate::domain::id::Address;
use crate::domain::notification::Reading;
use crate::domain::review::ReviewId;
use crate::domain::token::Keys;
use crate::domain::world::World;

/// The Message-IDs of ours that a bounce names, surest first: ENVID, those in it, then its own References (INTEROP.md
/// 4). What our keys did not sign is none of ours: no stranger can make a letter come back.
#[must_use]
pub fn returned_ids(reading: &Reading, keys: &Keys) -> Vec<String> {
    let bounce = reading.bounce.iter().flat_map(|bounce| &bounce.message_ids);
    let ids = bounce.chain(reading.thread.iter().rev()).filter(|id| keys.wrote(id));
    ids.map(|id| id.to_lowercase()).collect()
}

/// A bounce is matched by its tag, else by a Message-ID; of either the HMAC held.
pub(super) fn bounced(mail: &ReadMail, lookup: &impl Lookup, world: &World) -> Route {
    let reading = &mail.reading;
    let bounce = reading.bounce.clone().unwrap_or_default();
    let by_tag = reading.tags.iter().find_map(|tag| lookup.bounced(tag));
    let by_tag = by_tag.map(|(subject, letter, recipient)| (subject, letter, Some(recipient)));
    let by_id = || {
        let ids = returned_ids(reading, &world.keys);
        let (subject, letter, to) = ids.iter().find_map(|id| lookup.letter(id))?;
        Some((subject, letter, the_one(&to, bounce.recipient.as_deref())))
    };
    let Some((subject, letter, recipient)) = by_tag.or_else(by_id) else {
        let reason = "a bounce, and neither its tag nor a Message-ID in it names a letter of ours";
        return Route::NotOurs { reason: reason.into() };
    };
    let Some(recipient) = recipient else {
        let reason = format!("letter {} came back, and from which of its readers is not said", letter.0);
        return Route::Triage { reason, review: ReviewId::of(&subject).map(|review| review.subject()) };
    };
    if !bounce.is_failure() {
        let said = [bounce.action, bounce.status].into_iter().flatten().collect::<Vec<_>>().join(", ");
        let reason =
            format!("a server reports on letter {} to {recipient}, and it did not fail ({said})", letter.0);
        return match lookup.case(&subject) {
            Some(case) => spoke(mail, case, world, false, reason),
            None => Route::NotOurs { reason },
        };
    }
    let reason = format!("letter {} to {recipient} came back", letter.0);
    let signal = Signal::Bounced { letter, recipient, inbox: mail.inbox, bounce };
    Route::Signals { signals: vec![(Target::Case(subject), signal)], triage: None, reason }
}

/// Of those whom a letter went to, the one that a bounce names, or the only one.
fn the_one(to: &[Address], named: Option<&str>) -> Option<Address> {
    let is_named = |to: &&Address| named.is_some_and(|named| named.eq_ignore_ascii_case(to.as_str()));
    match to {
        [one] => Some(one.clone()),
        more => more.iter().find(is_named).cloned(),
    }
}

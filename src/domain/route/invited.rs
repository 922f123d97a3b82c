//! A calendar's answer. In: a mail with one; out: the case whose meeting it answers, or why a person must look.
//! Invariant: attendance changes by the attendee's own word alone, of which our own token or the attendee's server
//! vouches (INTEROP.md 2.5).

use super::{Lookup, ReadMail, Route, Target, evidence, for_a_person, spoke, thread};
use crate::domain::calendar::{Method, Reply, Uid};
use crate::domain::case::{Case, Signal};
use crate::domain::meeting::{Meeting, Outcome, Part, answer};
use crate::domain::message::Verdict;
use crate::domain::world::World;

pub(super) fn invited(mail: &ReadMail, lookup: &impl Lookup, world: &World) -> Route {
    let reading = &mail.reading;
    let because = reading.reasons.join("; ");
    let mut signals = Vec::new();
    for reply in &reading.answers {
        let Some((case, part, meeting)) = answered(reply, lookup) else { continue };
        if let Some(why) = doubt(mail, reply, case, meeting, lookup) {
            return spoke(mail, case, world, true, why);
        }
        let (reply, mail) = (Box::new(reply.clone()), Box::new(evidence(mail, world)));
        let target = Target::Case(case.reference.subject());
        signals.push((target, Signal::CalendarAnswered { part, reply, mail }));
    }
    if !signals.is_empty() {
        return Route::Signals { signals, triage: None, reason: because };
    }
    let domain = world.office.mailbox.address.domain();
    let asks_nothing = |reply: &Reply| {
        let has_words = reply.comment.as_ref().is_some_and(|words| !words.trim().is_empty());
        reply.method == Method::Reply && !has_words && Uid::is_due_date(&reply.uid, domain)
    };
    if !reading.answers.is_empty() && reading.answers.iter().all(asks_nothing) {
        return Route::NotOurs { reason: "an answer to a due date, of which none was asked".into() };
    }
    let why = format!("{because}, and it answers no meeting of ours that is known");
    match thread(mail, lookup, world) {
        Some(case) => spoke(mail, case, world, true, why),
        None => for_a_person(mail, lookup, why),
    }
}

fn answered<'a>(reply: &Reply, lookup: &'a impl Lookup) -> Option<(&'a Case, Part, &'a Meeting)> {
    let (subject, _) = Uid::meeting_of(&reply.uid)?;
    let case = lookup.case(&subject)?;
    let (part, meeting) = case.review.as_ref()?.part_of(&reply.uid)?;
    Some((case, part, meeting))
}

/// Why a person looks first, if so it is.
fn doubt(
    mail: &ReadMail,
    reply: &Reply,
    case: &Case,
    meeting: &Meeting,
    lookup: &impl Lookup,
) -> Option<String> {
    let sender = &mail.reading.sender;
    let Some(from) = &sender.address else { return Some("a calendar's answer from nobody".into()) };
    match answer(meeting, reply, from, mail.received_at) {
        Outcome::Unexpected { .. } => {
            return Some(
                "a calendar's answer from somebody who was not invited: attendance is as it was".into(),
            );
        }
        Outcome::Held { why } => {
            return Some(format!("a calendar's answer that is not certain ({why}): attendance is as it was"));
        }
        _ => {}
    }
    if sender.vouch.verdict == Verdict::Failed {
        return Some("a calendar's answer whose authentication failed: attendance is as it was".into());
    }
    let by_token = || {
        mail.reading.tags.iter().filter_map(|tag| lookup.invited(tag)).any(|(of, to)| {
            of == case.reference.subject()
                && meeting.invitee(from).is_some_and(|invitee| invitee.named.address.same(&to))
        })
    };
    let is_vouched = sender.vouch.verdict == Verdict::Verified || by_token();
    (!is_vouched)
        .then(|| "a calendar's answer for whose sender nobody vouches: attendance is as it was".into())
}

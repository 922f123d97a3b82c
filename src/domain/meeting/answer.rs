//! An answer to an invitation, judged. In: the meeting, what a mail's calendar says, and who verifiably sent it; out:
//! what follows. Invariant: the same answer twice changes nothing the second time, and an older one nothing at all.

use chrono::{DateTime, Timelike, Utc};

use super::{Answer, Invitee, Meeting};
use crate::domain::calendar::{Method, PartStat, Reply, Responder, Status};
use crate::domain::id::Address;

/// What follows of a mail with a calendar. Addresses are those that were invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It speaks of another meeting.
    OfAnother,
    /// The meeting was cancelled: nobody is asked any more.
    Cancelled,
    Answered {
        invitee: Address,
        answer: Answer,
    },
    /// Kept, and not counted; asked again once for each time.
    AnsweredOldTime {
        invitee: Address,
        answer: Answer,
        ask_again: bool,
    },
    /// What we know is this one or newer.
    Known {
        invitee: Address,
    },
    /// Another time is proposed: a person decides.
    Proposed {
        invitee: Address,
        start: Option<DateTime<Utc>>,
        end: Option<DateTime<Utc>>,
        comment: Option<String>,
    },
    /// The invitation is asked for again.
    SendAgain {
        invitee: Address,
    },
    /// From somebody who was not invited: changes nothing, and a person looks.
    Unexpected {
        who: Option<Address>,
    },
    /// A person looks, because of this.
    Held {
        why: String,
    },
    /// A calendar that asks nothing of an organizer.
    NoAnswer {
        method: Method,
    },
}

/// Judges a reply that verifiably comes from `from`: whether to believe the sender is asked before (INTEROP.md 2.5).
#[must_use]
pub fn answer(meeting: &Meeting, reply: &Reply, from: &Address, received_at: DateTime<Utc>) -> Outcome {
    if reply.uid != meeting.uid.as_str() {
        return Outcome::OfAnother;
    }
    if !matches!(reply.method, Method::Reply | Method::Counter | Method::Refresh) {
        return Outcome::NoAnswer { method: reply.method.clone() };
    }
    if meeting.status == Status::Cancelled {
        return Outcome::Cancelled;
    }
    if reply.recurrence_id.is_some() {
        return held("it answers one instance of a series, and the meeting is none");
    }
    let (invitee, said) = match who(meeting, reply, from) {
        Ok(who) => who,
        Err(outcome) => return outcome,
    };
    let address = invitee.named.address.clone();
    match (&reply.method, said) {
        (Method::Counter, _) => Outcome::Proposed {
            invitee: address,
            start: reply.start,
            end: reply.end,
            comment: reply.comment.clone(),
        },
        (Method::Refresh, _) => Outcome::SendAgain { invitee: address },
        (_, Some(said)) => judge(meeting, invitee, read(meeting, reply, said.partstat, received_at)),
        (_, None) => held("it names no attendee, so it does not say what the answer is"),
    }
}

fn held(why: &str) -> Outcome {
    Outcome::Held { why: why.into() }
}

/// The one attendee, of several the sender's; without any, From says who.
fn who<'a, 'b>(
    meeting: &'a Meeting,
    reply: &'b Reply,
    from: &Address,
) -> Result<(&'a Invitee, Option<&'b Responder>), Outcome> {
    let sender = meeting.invitee(from);
    let Some(said) = reply.attendee() else {
        let sender = sender.ok_or_else(|| Outcome::Unexpected { who: Some(from.clone()) })?;
        let own = reply.attendees.iter().find(|said| sender.has(&said.address));
        if own.is_none() && !reply.attendees.is_empty() {
            return Err(held("it names several attendees, and the sender is none of them"));
        }
        return Ok((sender, own));
    };
    let Some(invitee) = meeting.invitee(&said.address) else {
        return Err(Outcome::Unexpected { who: Some(said.address.clone()) });
    };
    if !invitee.has(from) {
        return Err(held("it comes from another address than the attendee's"));
    }
    Ok((invitee, Some(said)))
}

/// A DTSTAMP that is not there is the time of receipt, and none is later, as no SEQUENCE is beyond ours: one wrong answer
/// must not make every
/// later one an old one.
fn read(meeting: &Meeting, reply: &Reply, partstat: PartStat, received_at: DateTime<Utc>) -> Answer {
    let received_at = received_at.with_nanosecond(0).unwrap_or(received_at);
    let current = (meeting.start, meeting.end);
    let time = match (reply.start, reply.end) {
        (Some(start), Some(end)) => Some((start, end)),
        (Some(start), None) if start == meeting.start => Some(current),
        (Some(start), None) => Some((start, start)),
        // RFC 5546 3.2.3: a reply need not repeat the time, and a missing SEQUENCE is 0.
        (None, _) => (reply.sequence.unwrap_or(0) >= meeting.timed_at_sequence).then_some(current),
    };
    let unsaid = if time == Some(current) { meeting.sequence } else { 0 };
    Answer {
        partstat,
        sequence: reply.sequence.unwrap_or(unsaid).min(meeting.sequence),
        dtstamp: reply.dtstamp.map_or(received_at, |stamp| stamp.min(received_at)),
        time,
    }
}

fn judge(meeting: &Meeting, invitee: &Invitee, answer: Answer) -> Outcome {
    let address = invitee.named.address.clone();
    let order = |answer: &Answer| (answer.sequence, answer.dtstamp);
    if invitee.answer.is_some_and(|last| order(&last) >= order(&answer)) {
        return Outcome::Known { invitee: address };
    }
    let is_current = answer.time == Some((meeting.start, meeting.end));
    if is_current || answer.partstat == PartStat::NeedsAction {
        return Outcome::Answered { invitee: address, answer };
    }
    let ask_again = invitee.asked_again_at != Some(meeting.timed_at_sequence);
    Outcome::AnsweredOldTime { invitee: address, answer, ask_again }
}

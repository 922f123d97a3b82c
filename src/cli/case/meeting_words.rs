//! What happened to a review meeting, in English. In: a change; out: one sentence, with text of mails still to be escaped.

use crate::cli::check::moment;
use crate::domain::calendar::PartStat;
use crate::domain::case::{Again, AttendanceStep, Change};
use crate::domain::id::Address;
use crate::domain::meeting::Part;

pub(super) fn met(part: Part, change: &Change) -> String {
    let side = part.title();
    match change {
        Change::Called { start_at, invitees, .. } => {
            format!(
                "{side} invited to a review at {}: {}",
                moment(*start_at),
                all(invitees.iter().map(|one| &one.named.address))
            )
        }
        Change::Moved { start_at, reason, .. } => {
            format!("the review moved to {} for {side}: {reason}", moment(*start_at))
        }
        Change::Cancelled { reason, .. } => format!("the review cancelled for {side}: {reason}"),
        Change::AttendeeAdded { invitee, reason, .. } => {
            format!("{} invited to the review: {reason}", invitee.named.address)
        }
        Change::AttendeeRemoved { address, reason, .. } => {
            format!("{address} not invited to the review any more: {reason}")
        }
        Change::InvitationRepeated { to, because, .. } => {
            let why = match because {
                Again::NoAnswer => "no answer had come",
                Again::OldTime => "the old time was answered",
                Again::OnRequest => "they asked for it",
                Again::AttendeesChanged => "others are invited now",
            };
            format!("the invitation sent again to {}: {why}", all(to))
        }
        Change::Answered { invitee, answer, of_old_time, inbox } => {
            let said = said(answer.partstat);
            let old = if *of_old_time { ", to an earlier time" } else { "" };
            format!("{invitee} {said}{old} (mail {})", inbox.0)
        }
        Change::AnswerEntered { invitee, answer, entered_by, reason } => {
            format!("{invitee} {}, entered by {}: {reason}", said(answer.partstat), entered_by.0)
        }
        Change::TimeProposed { by, start_at, inbox, letter, .. } => {
            let when = start_at.map_or_else(|| "another time".into(), moment);
            format!("{by} proposed {when} (mail {}); SECAS told in letter {}", inbox.0, letter.0)
        }
        Change::ProposalDeclined { by, reason, .. } => {
            format!("the time that {by} proposed is not taken up: {reason}")
        }
        Change::AttendanceReviewed { step, n_accepted, quorum, letter, .. } => {
            let what = match step {
                AttendanceStep::Chase => "before whoever had not answered was asked again",
                AttendanceStep::Quorum => "ahead of the review",
            };
            let told =
                letter.map_or_else(String::new, |letter| format!("; SECAS told in letter {}", letter.0));
            format!("{n_accepted} of the SSC had accepted {what}, {quorum} are needed{told}")
        }
        Change::RosterDiffers { what, letter } => {
            format!("SECAS told in letter {}: {}", letter.0, what.join("; "))
        }
    }
}

fn said(partstat: PartStat) -> &'static str {
    match partstat {
        PartStat::NeedsAction => "took the answer back",
        PartStat::Accepted => "accepted",
        PartStat::Tentative => "comes perhaps",
        PartStat::Declined => "declined",
        PartStat::Delegated => "sends somebody else",
    }
}

fn all<'a>(addresses: impl IntoIterator<Item = &'a Address>) -> String {
    addresses.into_iter().map(Address::as_str).collect::<Vec<_>>().join(", ")
}

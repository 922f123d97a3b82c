//! The facts of a case in English. In: an event; out: one sentence, with text of mails still to be escaped.

use crate::cli::check::{day, moment};
use chrono::NaiveDate;

use super::meeting_words::met;
use crate::domain::case::{Event, Ground, Level, Ruling};
use crate::domain::id::{Address, LetterId};
use crate::domain::notification::label_of;

#[must_use]
#[expect(clippy::too_many_lines, reason = "one line for each event")]
pub fn sentence(event: &Event) -> String {
    match event {
        Event::CaseLogged(logged) => format!("logged; {}", logged.user_because),
        Event::LetterMade { letter, kind, to, held, .. } => {
            let kind = kind.replace('_', " ");
            match held {
                Some(why) => format!("{kind} drafted as letter {}, and held: {why}", letter.0),
                None => format!("{kind} made as letter {} for {}", letter.0, all(to)),
            }
        }
        Event::LetterReleased { letter, to } => format!("letter {} released for {}", letter.0, all(to)),
        Event::LetterSuperseded { letter, by } => {
            format!("letter {} is outdated; letter {} stands in its place", letter.0, by.0)
        }
        Event::LetterDiscarded { letter, reason } => format!("letter {} discarded: {reason}", letter.0),
        Event::LetterCalledBack { letter, recipients, under_way, reason } => {
            called_back(*letter, recipients, under_way, reason)
        }
        Event::LetterAccepted { letter, recipient, answer } => {
            format!("letter {} accepted for {recipient}: {answer}", letter.0)
        }
        Event::LetterFailed { letter, recipient, answer } => {
            format!("letter {} failed for {recipient}: {answer}", letter.0)
        }
        Event::LetterBounced { letter, recipient, inbox, status, diagnostic } => {
            let said = [status.as_deref(), diagnostic.as_deref()];
            let said = said.into_iter().flatten().collect::<Vec<_>>().join(" ");
            format!("letter {} came back from {recipient} (mail {}) {said}", letter.0, inbox.0)
        }
        Event::Acknowledged { letter } => format!("acknowledged by letter {}", letter.0),
        Event::InformationRequested { missing, due_on, why, letter, instead_of, .. } => {
            let before = instead_of.map_or_else(String::new, |on| format!(", instead of {}", day(on)));
            let (asked, due_on) = (labels(missing), day(*due_on));
            format!("asked in letter {} for {asked} by {due_on}, 17:00{before} ({why})", letter.0)
        }
        Event::InformationSupplied { mail, changed, missing, .. } => {
            let said = match changed.as_slice() {
                [] => "says the same again".into(),
                changed => format!("supplied {}", labels(changed)),
            };
            let left = if missing.is_empty() { "nothing".into() } else { labels(missing) };
            format!("mail {} {said}; {left} still missing", mail.inbox.0)
        }
        Event::ReadAgain { inbox, reader, changed, unread, missing, .. } => {
            let list = |verb: &str, names: &[String]| {
                if names.is_empty() { String::new() } else { format!("; {verb} {}", labels(names)) }
            };
            let said = list("better read:", changed) + &list("not stated after all:", unread);
            let left = if missing.is_empty() { "nothing".into() } else { labels(missing) };
            format!("mail {} was read again by {reader}{said}; {left} missing", inbox.0)
        }
        Event::InformationOverdue { due_at } => {
            format!("what was asked for had not come by {}", moment(*due_at))
        }
        Event::MailFiled { mail, why } => format!("mail {} filed: {why}", mail.inbox.0),
        Event::PersonAnswering { mail, why, by_colleague: true } => {
            format!("mail {} answers by hand: {why}; automatic letters wait", mail.inbox.0)
        }
        Event::PersonAnswering { mail, why, by_colleague: false } => {
            format!("a person must answer mail {}: {why}", mail.inbox.0)
        }
        Event::AnsweringEnded { reason } => format!("a person has answered: {reason}"),
        Event::PutOnHold { reason } => format!("put on hold: {reason}; automatic letters wait"),
        Event::Resumed { reason } => format!("resumed: {reason}"),
        Event::PutBeforeSsc { meeting_on, why } => {
            format!("put before the SSC of {} ({why})", day(*meeting_on))
        }
        Event::Tabled { meeting_on: Some(on), reason, .. } => {
            format!("put before the SSC of {} on the Chair's word: {reason}", day(*on))
        }
        Event::Tabled { meeting_on: None, until, reason } => {
            format!("put before the SSC out of cycle until {} on the Chair's word: {reason}", day(*until))
        }
        Event::ObjectionReleased { reason } => format!("the SSC may be told: {reason}"),
        Event::DecisionRequested { letter, before, .. } => {
            format!("the Chair asked in letter {} for a decision by {}", letter.0, day(*before))
        }
        Event::Decided { ruling } => decided(ruling),
        Event::ReviewProposed { start_at, why, .. } => {
            format!("a review at {} is proposed: {why}", moment(*start_at))
        }
        Event::ReviewScheduled { on, reason } => format!("review booked for {}: {reason}", day(*on)),
        Event::Meeting { part, change } => met(*part, change),
        Event::ReviewHeld { on, reason, present } => {
            let there = if present.is_empty() {
                String::new()
            } else {
                format!("; there were {}", present.join(", "))
            };
            format!("review held until {}: {reason}{there}", day(*on))
        }
        Event::ReportReceived { on, reason } => format!("report received on {}: {reason}", day(*on)),
        Event::ResponseRequested { due_on, reason } => {
            format!("the SSC set {}, 17:00 for the response: {reason}", day(*due_on))
        }
        Event::ResponseReceived { on, reason } => format!("response received on {}: {reason}", day(*on)),
        Event::RemediationBegun { on, reason } => format!("remediation since {}: {reason}", day(*on)),
        Event::InformationReceived { on, reason } => {
            format!("what the SSC asked for had come on {}: {reason}", day(*on))
        }
        Event::DeadlineSet { of, due_on, why, letter, .. } => {
            format!(
                "told in letter {} that {} is due by {}, 17:00 ({why})",
                letter.0,
                of.title(),
                day(*due_on)
            )
        }
        Event::DeadlinePassed { of, due_at } => {
            format!("{} had not come by {}", of.title(), moment(*due_at))
        }
        Event::StartAsked { start_on, has_passed, letter } => {
            let when = if *has_passed { "after" } else { "before" };
            format!("asked in letter {} about the start of {}, {when} it", letter.0, day(*start_on))
        }
        Event::OfficeReminded { n, letter, why } => {
            format!("the office reminded in letter {}, time {n}: {why}", letter.0)
        }
        Event::Escalated { level, ground, letter, minute, meeting_on, reason } => {
            escalated(*level, *ground, *letter, minute.as_deref(), *meeting_on, reason)
        }
        Event::Deescalated { reason } => format!("de-escalated: {reason}"),
        Event::Closed { reason } => format!("closed: {reason}"),
        Event::Stayed { until, reason } => format!("stayed until {}: {reason}", day(*until)),
        Event::Withdrawn { reason } => format!("withdrawn by the User: {reason}"),
        Event::Superseded { by, reason } => format!("superseded by {by}: {reason}"),
        Event::Reopened { reason } => format!("reopened: {reason}"),
        Event::StepDeferred { step, reason, until } => {
            format!("{} waits until {}: {reason}", step.replace('_', " "), moment(*until))
        }
    }
}

fn called_back(letter: LetterId, recipients: &[Address], under_way: &[Address], reason: &str) -> String {
    let called = (!recipients.is_empty()).then(|| format!("called back for {}", all(recipients)));
    let leaving = (!under_way.is_empty())
        .then(|| format!("was leaving for {} and could not be called back", all(under_way)));
    let what = called.into_iter().chain(leaving).collect::<Vec<_>>().join(", ");
    format!("letter {} {what}: {reason}", letter.0)
}

fn escalated(
    level: Level,
    ground: Ground,
    letter: Option<LetterId>,
    minute: Option<&str>,
    meeting_on: Option<NaiveDate>,
    reason: &str,
) -> String {
    let ground = match ground {
        Ground::Overdue => "overdue",
        Ground::Finding => "a finding",
    };
    let mut said = format!("step {level} of the ladder ({ground}): {reason}");
    let letter = letter.map(|letter| format!("; letter {}", letter.0));
    let minute = minute.map(|minute| format!("; minute {minute}"));
    let meeting = meeting_on.map(|on| format!("; for the Panel of {}", day(on)));
    said.extend([letter, minute, meeting].into_iter().flatten());
    said
}

fn decided(ruling: &Ruling) -> String {
    let mut said = format!(
        "decision {} of the SSC on {}, minute {}: {}",
        ruling.number,
        day(ruling.decided_on),
        ruling.minute,
        ruling.outcome.title().to_lowercase()
    );
    let due = ruling.due_on.map(|on| format!("; due by {}, 17:00", day(on)));
    let meeting = ruling.meeting_on.map(|on| format!("; at the meeting of {}", day(on)));
    let corrects = ruling.corrects.map(|number| format!("; it corrects decision {number}"));
    let advice = ruling.advice.as_ref().map(|advice| format!("; advice: {advice}"));
    let conditions = ruling.conditions.iter().map(|condition| format!("; condition: {condition}"));
    said.extend([due, meeting, corrects, advice].into_iter().flatten().chain(conditions));
    said
}

/// Fields by the labels of the form.
#[must_use]
pub fn labels(names: &[String]) -> String {
    names.iter().map(|name| label_of(name).unwrap_or(name)).collect::<Vec<_>>().join(", ")
}

fn all(to: &[Address]) -> String {
    match to {
        [] => "nobody yet".into(),
        to => to.iter().map(Address::as_str).collect::<Vec<_>>().join(", "),
    }
}

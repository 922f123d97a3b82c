//! Why a letter was written. In: facts as they were recorded, and what was waited for; out: a sentence for each letter
//! that they make. It reads the facts of all subjects alike: those of one decision stand beside each other.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::Value;

use crate::domain::id::{LetterId, SubjectId};
use crate::store::Recorded;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reason {
    pub why: String,
    pub about: BTreeSet<String>,
}

/// What was waited for, by subject and kind of wait.
type Expected = BTreeMap<(SubjectId, String), String>;

pub(super) fn of_letters(recorded: &[Recorded], expected: &Expected) -> Vec<(LetterId, Reason)> {
    let one =
        |a: &Recorded, b: &Recorded| a.entry.subject == b.entry.subject && a.entry.cause == b.entry.cause;
    recorded.chunk_by(one).flat_map(|decision| of_decision(decision, expected)).collect()
}

fn of_decision(decision: &[Recorded], expected: &Expected) -> Vec<(LetterId, Reason)> {
    let Some(first) = decision.first() else { return Vec::new() };
    let bodies: Vec<Value> =
        decision.iter().filter_map(|one| serde_json::from_slice(&one.entry.body).ok()).collect();
    let (mut made, others): (Vec<&Value>, Vec<&Value>) =
        bodies.iter().partition(|body| text(body, "event") == Some("letter_made"));
    made.extend(bodies.iter().filter(|body| text(body, "event") == Some("letter_released")));
    let because = because(&first.entry.cause, &first.entry.subject, expected);
    let is_desk = first.entry.subject == SubjectId::desk();
    // The Desk's morning has steps of many cases; a case takes one step at a time.
    let said = others.iter().find_map(|body| says(body)).filter(|_| !is_desk);
    let letter_of = |body: &&Value| number(body, "letter").map(LetterId);
    let reason = |letter: LetterId| {
        let own = others.iter().filter(|body| names(body, letter));
        let step = own.clone().find_map(|body| says(body)).or_else(|| said.clone());
        let of_desk = own.clone().filter(|_| is_desk).find_map(|body| of_desk(body));
        let mut about: BTreeSet<String> = own.flat_map(|body| cases(body, letter)).collect();
        if !is_desk {
            about.insert(first.entry.subject.0.clone());
        }
        let why = match of_desk.or(step) {
            Some(step) if is_desk => step,
            Some(step) if !because.contains(&step) => format!("{because}: {step}"),
            _ => because.clone(),
        };
        Reason { why, about }
    };
    made.iter().filter_map(letter_of).map(|letter| (letter, reason(letter))).collect()
}

/// The cause of a decision, for people.
fn because(cause: &str, subject: &SubjectId, expected: &Expected) -> String {
    let mut parts = cause.split(':');
    match (parts.next(), parts.next()) {
        (Some("wait"), Some(kind)) => {
            let what = expected.get(&(subject.clone(), kind.to_owned()));
            what.cloned().unwrap_or_else(|| format!("its {}", kind.replace('_', " ")))
        }
        (Some("mail"), Some(n)) => format!("it answers mail {n}"),
        (Some("operator"), _) => "a person asked for it".into(),
        (Some("delivery"), _) => "what became of an earlier letter".into(),
        (Some("revisit" | "world"), _) => "the files that the office goes by were edited".into(),
        _ => cause.to_owned(),
    }
}

/// What the step says of itself.
fn says(body: &Value) -> Option<String> {
    let said = text(body, "why").or_else(|| text(body, "reason"))?;
    (!said.is_empty()).then(|| said.to_owned())
}

/// What the office itself does each day.
fn of_desk(body: &Value) -> Option<String> {
    let meeting = || {
        let on: NaiveDate = text(body, "meeting_on")?.parse().ok()?;
        Some(on.format("%-d %B %Y").to_string())
    };
    Some(match text(body, "event")? {
        "digest_made" => "the digest of the day".into(),
        "chair_told" => "cases of which the Chair was not told yet".into(),
        "members_reminded" => "annual reviews of which members are to hear".into(),
        "due_dates_sent" => "the day of an annual review, as it should stand in a member's calendar".into(),
        "papers_issued" => format!("the papers for the meeting of {} are issued", meeting()?),
        "chair_briefed" => format!("the meeting of {} is near", meeting()?),
        _ => return None,
    })
}

/// The step names this letter as its own.
fn names(body: &Value, letter: LetterId) -> bool {
    let is_it = |name| number(body, name) == Some(letter.0);
    is_it("letter") || is_it("agenda") || notice(body, letter).is_some()
}

fn notice(body: &Value, letter: LetterId) -> Option<&Value> {
    list(body, "notices").find(|notice| number(notice, "letter") == Some(letter.0))
}

/// The cases that a step of the Desk names for this letter.
fn cases(body: &Value, letter: LetterId) -> Vec<String> {
    let of = |value: &Value| -> Vec<String> {
        list(value, "cases").filter_map(|one| one.as_str().map(String::from)).collect()
    };
    match notice(body, letter) {
        Some(notice) => of(notice),
        None if number(body, "agenda") == Some(letter.0) => list(body, "notices").flat_map(of).collect(),
        None => of(body),
    }
}

fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body.get(name)?.as_str()
}

fn number(body: &Value, name: &str) -> Option<i64> {
    body.get(name)?.as_i64()
}

fn list<'a>(body: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    body.get(name).and_then(Value::as_array).into_iter().flatten()
}

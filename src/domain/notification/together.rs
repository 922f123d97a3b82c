//! What a mail and its documents state of the same notification, put together. In: what each of them notifies by
//! itself; out: what they notify as one. Invariant: where two of them state a field differently neither is taken, and
//! a person is shown both with their places.

use super::triage::n_telling;
use super::values::text::is_elsewhere;
use super::{Field, FieldName, Fields, Notification, Ordinal};
use crate::domain::directory::normal_name;
use crate::domain::message::{Document, Problem};

/// Fields that hardly any other text states, from which on a document speaks of the notification.
const N_TELLING: usize = 2;
/// Required fields beside the name from which on a notification stands by itself.
const N_WHOLE: usize = 4;

/// Puts together what the mail says and what each of its documents says.
#[must_use]
pub fn together(
    mail: Vec<Notification>,
    documents: Vec<(&Document, Vec<Notification>)>,
) -> Vec<Notification> {
    let mut found = Vec::new();
    for (document, mut said) in documents {
        // A drawing's caption, a covering letter: their labels are not those of the form.
        if !said.iter().any(|one| n_telling(&one.fields) >= N_TELLING) {
            continue;
        }
        for one in &mut said {
            one.problems.extend(document.remarks.iter().cloned());
            one.claimed_sender.clone_from(&document.claimed_sender);
        }
        found = join(found, said, false);
    }
    if found.is_empty() { mail } else { join(mail, found, true) }
}

/// Joins what two texts notify. Of two documents that name different systems each stands by itself; the mail and its
/// document are of one matter, unless each is whole.
fn join(known: Vec<Notification>, more: Vec<Notification>, is_one_matter: bool) -> Vec<Notification> {
    if known.iter().all(|one| one.fields.n_stated() == 0) {
        return told(more, known);
    }
    if more.iter().all(|one| one.fields.n_stated() == 0) {
        return told(known, more);
    }
    if let ([one], [other]) = (known.as_slice(), more.as_slice()) {
        let is_apart = differs(&one.fields, &other.fields)
            && (!is_one_matter || is_whole(&one.fields) && is_whole(&other.fields));
        return if is_apart { apart(known, more) } else { vec![complete(one, other)] };
    }
    if let ([shared], true) = (known.as_slice(), is_one_matter) {
        // What the mail says beside several forms, it says for each that it does not contradict.
        let fits = |one: &Notification| !differs(&shared.fields, &one.fields);
        if more.iter().any(fits) {
            let each = more.iter().map(|one| if fits(one) { complete(shared, one) } else { one.clone() });
            return each.collect();
        }
    }
    let mut known = known;
    for one in more {
        let mut alike = known.iter_mut().filter(|k| is_same(&k.fields, &one.fields));
        match (alike.next(), alike.next()) {
            (Some(same), None) => *same = complete(same, &one),
            _ => known.push(one),
        }
    }
    known
}

/// Problems alone do not make a notification; they are told with the first.
fn told(mut found: Vec<Notification>, beside: Vec<Notification>) -> Vec<Notification> {
    let Some(first) = found.first_mut() else { return beside };
    let stated =
        |problem: &Problem| FieldName::from_name(&problem.field).is_some_and(|f| first.fields.has(f));
    let left: Vec<Problem> =
        beside.into_iter().flat_map(|one| one.problems).filter(|problem| !stated(problem)).collect();
    first.problems.extend(left);
    found
}

fn apart(known: Vec<Notification>, more: Vec<Notification>) -> Vec<Notification> {
    known.into_iter().chain(more).collect()
}

fn is_whole(fields: &Fields) -> bool {
    fields.user_party_name.is_some() && fields.n_required_answered() >= N_WHOLE
}

/// Whether two name the same thing by that name: `None` where one of them does not name it.
fn compared(one: &Fields, other: &Fields) -> [Option<bool>; 4] {
    let text = |field: &Option<Field<String>>| field.as_ref().map(|field| normal_name(&field.value));
    let same = |a: Option<String>, b: Option<String>| Some(a? == b?);
    let number = |fields: &Fields| match fields.system_ordinal.as_ref()?.value {
        Ordinal::Exactly(n) => Some(n.to_string()),
        Ordinal::AtLeast { .. } => None,
    };
    [
        same(text(&one.user_party_name), text(&other.user_party_name)),
        same(text(&one.party_id), text(&other.party_id)),
        same(text(&one.system_label), text(&other.system_label)),
        same(number(one), number(other)),
    ]
}

fn differs(one: &Fields, other: &Fields) -> bool {
    compared(one, other).contains(&Some(false))
}

fn is_same(one: &Fields, other: &Fields) -> bool {
    let compared = compared(one, other);
    !compared.contains(&Some(false)) && compared.contains(&Some(true))
}

/// What is expected where two texts differ.
const ONE_ANSWER: &str = "one answer; none of them was taken";

/// One notification of what two texts say of it. What was once in dispute stays so, whatever a third text says.
pub(super) fn complete(one: &Notification, other: &Notification) -> Notification {
    let mut fields = one.fields.clone();
    let differing = fields.complete(&other.fields);
    let all = || one.problems.iter().chain(&other.problems);
    let disputed = all().filter(|problem| problem.expected == ONE_ANSWER);
    let disputed: Vec<String> = disputed.map(|problem| problem.field.clone()).collect();
    fields.forget(&disputed);
    // "See the attached form", and the form says it.
    let is_answered = |problem: &Problem| {
        let field = FieldName::from_name(&problem.field);
        field.is_some_and(|field| fields.has(field)) && is_elsewhere(&problem.found)
    };
    let mut problems: Vec<Problem> = Vec::new();
    for problem in all().filter(|problem| !is_answered(problem)) {
        if !problems.contains(problem) {
            problems.push(problem.clone());
        }
    }
    problems.extend(differing.into_iter().map(|(name, found)| Problem {
        field: name.to_owned(),
        found,
        expected: ONE_ANSWER.to_owned(),
    }));
    // A claim that adds nothing takes nothing from what the mail itself says.
    let is_claimed = fields != one.fields;
    let claimed = one.claimed_sender.as_ref().or(other.claimed_sender.as_ref().filter(|_| is_claimed));
    Notification { claimed_sender: claimed.cloned(), ..Notification::of(fields, problems) }
}

//! A decision by mail. In: a mail that states one; out: the case that it decides, or why a person must look. Invariant: it
//! counts from the one person who was asked, from that person's own verified address, with the token that went there.

use super::{Lookup, ReadMail, Route, Target, evidence, for_a_person, spoke, thread};
use crate::domain::case::Signal;
use crate::domain::directory::Role;
use crate::domain::message::Verdict;
use crate::domain::workday::london_date;
use crate::domain::world::World;

pub(super) fn decided(mail: &ReadMail, lookup: &impl Lookup, world: &World) -> Route {
    match judged(mail, lookup, world) {
        Ok(route) => route,
        Err(why) => match thread(mail, lookup, world) {
            Some(case) => spoke(mail, case, world, true, why),
            None => for_a_person(mail, lookup, why),
        },
    }
}

fn judged(mail: &ReadMail, lookup: &impl Lookup, world: &World) -> Result<Route, String> {
    let reading = &mail.reading;
    let not = |why: &str| {
        format!("it states a decision of the SSC, {why}: nothing was changed, enter it if it is one")
    };
    let stated = reading.decision.as_ref().ok_or_else(|| not("which does not read"))?;
    let (subject, letter, asked) =
        lookup.decided(&stated.token).ok_or_else(|| not("and its token is none that we gave"))?;
    let from = reading.sender.address.as_ref();
    if !from.is_some_and(|from| from.same(&asked)) {
        return Err(not("and comes from another address than the one that was asked"));
    }
    if reading.sender.vouch.verdict != Verdict::Verified {
        return Err(not("and nobody vouches for its sender"));
    }
    let person = world.directory.person_by_email(&asked, london_date(mail.received_at));
    let person = person.filter(|person| person.role == Role::SscChair);
    let person = person.ok_or_else(|| not("and whoever was asked is not Chair any more"))?;
    if let Some(problem) = stated.problems.first() {
        return Err(not(&format!(
            "and not all of it reads (found {:?}, expected {})",
            problem.found, problem.expected
        )));
    }
    let signal = Signal::Answered {
        letter,
        person: person.key.clone(),
        mail: Box::new(evidence(mail, world)),
        said: Box::new(stated.said.clone()),
    };
    Ok(Route::Signals {
        signals: vec![(Target::Case(subject), signal)],
        triage: None,
        reason: reading.reasons.join("; "),
    })
}

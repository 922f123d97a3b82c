//! Who may read which letter of a simulated year, when it leaves, and what it says.

use chrono::{DateTime, NaiveDate, Utc};
use sscd::domain::case::Case;
use sscd::domain::desk;
use sscd::domain::directory::Role;
use sscd::domain::id::{Address, LetterId, SubjectId};
use sscd::domain::review::Review;
use sscd::domain::workday::london_date;
use sscd::domain::world::World;
use sscd::engine::Engine;
use sscd::store::LetterState;

use super::check::Watch;

/// What leaves at any hour: it answers a mail, or comes by its own clock.
const AT_ONCE: [&str; 3] = ["acknowledgement", "receipt", "digest"];
/// What is written to Users, and nobody else but SECAS.
const TO_USERS: [&str; 5] =
    ["acknowledgement", "receipt", "deadline_note", "start_question", "response_request"];

impl Watch {
    /// A member is told of nothing in which it has an interest, and of nobody's name.
    pub(super) async fn notice(
        &self,
        engine: &Engine,
        world: &World,
        notice: &desk::Notice,
        at: DateTime<Utc>,
    ) -> Result<(), String> {
        let text = text(engine, notice.letter).await?;
        for reference in &notice.cases {
            let case = case(engine, &reference.subject()).await?;
            let srp = case.notification.fields.srp_name.as_ref().map(|field| field.value.as_str());
            let conflicts = world.directory.conflicts(case.user.as_ref(), srp, london_date(at));
            if conflicts.iter().any(|(person, _)| person.key == notice.person) {
                return Err(format!("{} has an interest in {reference}", notice.person.0));
            }
            if text.contains(case.user_name()) {
                return Err(format!("{} reads the name of the User of {reference}", notice.person.0));
            }
        }
        Ok(())
    }

    pub(super) async fn reminded(
        &self,
        engine: &Engine,
        world: &World,
        notice: &desk::ReviewNotice,
        on: NaiveDate,
    ) -> Result<(), String> {
        let text = text(engine, notice.letter).await?;
        for id in &notice.reviews {
            let review = review_of(engine, &id.subject()).await?;
            let conflicts = world.directory.conflicts(Some(&review.user), None, on);
            if conflicts.iter().any(|(person, _)| person.key == notice.person) {
                return Err(format!("{} has an interest in {id}", notice.person.0));
            }
            let name = world.directory.user(&review.user).map_or("", |user| user.name.as_str());
            if !name.is_empty() && text.contains(name) {
                return Err(format!("{} reads the name of {name}", notice.person.0));
            }
        }
        Ok(())
    }

    /// In its window, and within its budget.
    pub(super) fn leaves(
        &mut self,
        world: &World,
        kind: &str,
        to: &[Address],
        is_released: bool,
    ) -> Result<(), String> {
        if is_released {
            return Ok(());
        }
        let (answers, others) = (world.budget.answers_to_address.day, world.budget.others_to_address.day);
        for to in to.iter().filter(|to| !world.is_ours(to)) {
            let is_answer = matches!(kind, "acknowledgement" | "receipt");
            let most = if is_answer { answers } else { others } as usize;
            let n = self.n_letters.entry((to.to_string(), is_answer.to_string())).or_default();
            *n += 1;
            if *n > most {
                return Err(format!("{n} letters to {to} in a day, at most {most}"));
            }
        }
        Ok(())
    }

    /// Whoever reads a letter of a case is known, and of that case.
    pub(super) async fn reads(
        &self,
        engine: &Engine,
        world: &World,
        subject: &SubjectId,
        kind: &str,
        to: &[Address],
    ) -> Result<(), String> {
        let now = engine.clock.now();
        known(world, to, now)?;
        let case = case(engine, subject).await?;
        if TO_USERS.contains(&kind) {
            let user = case.user.as_ref().and_then(|user| world.directory.user(user));
            for to in to.iter().filter(|to| !world.is_ours(to)) {
                let is_theirs =
                    user.is_some_and(|user| world.directory.registered_to(to, user, london_date(now)));
                if !is_theirs {
                    return Err(format!("{kind} to {to}, which is not of {:?}", case.user));
                }
            }
        }
        if kind == "decision_request" {
            let srp = case.notification.fields.srp_name.as_ref().map(|field| field.value.as_str());
            let conflicts = world.directory.conflicts(case.user.as_ref(), srp, london_date(now));
            let has_interest = |to: &Address| {
                conflicts.iter().any(|(person, _)| person.emails.iter().any(|one| one.same(to)))
            };
            if let Some(to) = to.iter().find(|to| has_interest(to)) {
                return Err(format!("{to} has an interest, and is asked to decide"));
            }
        }
        Ok(())
    }

    /// Of no other case, and to a User of nobody's lateness but its own.
    pub(super) async fn written(
        &self,
        engine: &Engine,
        world: &World,
        letter: LetterId,
        to: &[Address],
        kind: &str,
    ) -> Result<(), String> {
        if kind != "deadline_note" {
            return Ok(());
        }
        let found = engine.store.letter(letter).await.map_err(|error| error.to_string())?;
        let of = found.ok_or("a letter that is not there")?.subject.0;
        let text = text(engine, letter).await?;
        let others = text.split("SUS-").skip(1).filter_map(|rest| rest.get(..9));
        if let Some(other) =
            others.map(|rest| format!("SUS-{rest}")).find(|other| !of.starts_with(other.as_str()))
        {
            return Err(format!("the note to {} speaks of {other}", to.first().map_or("", |to| to.as_str())));
        }
        let owned = world.directory.people().iter().filter(|person| person.role != Role::Secas);
        let is_of_others =
            |to: &Address| owned.clone().any(|person| person.emails.iter().any(|one| one.same(to)));
        match to.iter().find(|to| is_of_others(to)) {
            Some(to) => Err(format!("{to} reads of a User's lateness")),
            None => Ok(()),
        }
    }
}

/// What no person released leaves no earlier than the window opens.
pub(super) async fn in_window(
    engine: &Engine,
    world: &World,
    letter: LetterId,
    is_released: bool,
) -> Result<(), String> {
    let found = engine.store.letter(letter).await.map_err(|error| error.to_string())?;
    let found = found.ok_or("a letter that is not there")?;
    if is_released || AT_ONCE.contains(&found.kind.as_str()) {
        return Ok(());
    }
    let opens = world.working_days.next_sending(found.made_at).map_err(|error| error.to_string())?;
    for delivery in &found.deliveries {
        let at = delivery.settled_at.unwrap_or(delivery.not_before);
        if at < opens {
            return Err(format!("{} at {at}, before its window, which opens at {opens}", found.kind));
        }
    }
    Ok(())
}

/// Somebody of the directory, or at a domain that is registered to a User.
pub(super) fn known(world: &World, to: &[Address], at: DateTime<Utc>) -> Result<(), String> {
    let on = london_date(at);
    let is_known = |to: &&Address| {
        world.is_ours(to)
            || world.directory.people().iter().any(|person| person.emails.iter().any(|one| one.same(to)))
            || world.directory.users().iter().any(|user| world.directory.registered_to(to, user, on))
    };
    match to.iter().find(|to| !is_known(to)) {
        Some(to) => Err(format!("a letter to {to}, whom nobody knows")),
        None => Ok(()),
    }
}

pub(super) async fn case(engine: &Engine, subject: &SubjectId) -> Result<Case, String> {
    let rows =
        engine.store.registers(std::slice::from_ref(subject)).await.map_err(|error| error.to_string())?;
    serde_json::from_slice(&rows.first().ok_or("a case that is not there")?.body)
        .map_err(|error| error.to_string())
}

pub(super) async fn review_of(engine: &Engine, subject: &SubjectId) -> Result<Review, String> {
    let rows =
        engine.store.registers(std::slice::from_ref(subject)).await.map_err(|error| error.to_string())?;
    serde_json::from_slice(&rows.first().ok_or("a review that is not there")?.body)
        .map_err(|error| error.to_string())
}

pub(super) async fn text(engine: &Engine, letter: LetterId) -> Result<String, String> {
    let found = engine.store.letter(letter).await.map_err(|error| error.to_string())?;
    let LetterState::Sealed { bytes } = found.ok_or("a letter that is not there")?.state else {
        return Ok(String::new());
    };
    let mail = mail_parser::MessageParser::default().parse(&bytes).ok_or("a letter that is no mail")?;
    Ok(format!("{} {}", mail.subject().unwrap_or_default(), mail.body_text(0).unwrap_or_default()))
}

//! What people ask of letters: release, discard, retry. In: the letter's id; out: work for the decider, or why not.

use chrono::{DateTime, Utc};

use super::{Ask, Asking, Prepared, asked, case_work};
use crate::domain::case::{Asked, Case, Event, Meet, Refusal, Stage, tells_decision};
use crate::domain::desk;
use crate::domain::id::{Address, LetterId, SubjectId};
use crate::domain::letter::Facts;
use crate::domain::route::Target;
use crate::engine::{Engine, Work};
use crate::store::{Delivery, DeliveryMove, DeliveryState, Letter, LetterState};

impl Engine {
    pub(super) async fn release(
        &self,
        letter: LetterId,
        to: &[Address],
        asking: &Asking,
    ) -> anyhow::Result<Prepared> {
        let Some(row) = self.store.letter(letter).await? else { return Ok(Err(no_letter(letter))) };
        let LetterState::Draft { facts, .. } = &row.state else {
            return Ok(Err(Refusal::new(format!(
                "letter {} is no draft: it was sealed or discarded",
                letter.0
            ))));
        };
        let draft: Facts = serde_json::from_slice(facts)?;
        let what = Asked::Release { letter, version: row.version, draft: Box::new(draft), to: to.to_vec() };
        let said = format!("letter {} of {{case}} was released", letter.0);
        Ok(Ok((case_work(Target::Case(row.subject), asked(asking, what), asking), said)))
    }

    /// That nothing was sent although its release was asked for, if so it is.
    pub(super) async fn not_sent(&self, ask: &Ask, subjects: &[SubjectId]) -> anyhow::Result<Option<String>> {
        match (ask, subjects) {
            (Ask::Release { letter, .. }, [subject]) => self.superseded(*letter, subject).await,
            (Ask::Meet { reference, what }, _) if **what == Meet::Invite => {
                self.left_to_invite(*reference).await
            }
            _ => Ok(None),
        }
    }

    /// That another draft stands in the place of a letter whose release was asked for, if so it is.
    async fn superseded(&self, letter: LetterId, subject: &SubjectId) -> anyhow::Result<Option<String>> {
        for recorded in self.store.journal(subject).await?.iter().rev() {
            match Event::decode(recorded.entry.schema, &recorded.entry.body) {
                Ok(Event::LetterReleased { letter: released, .. }) if released == letter => break,
                // An invitation is superseded by those that left.
                Ok(Event::LetterSuperseded { letter: old, by })
                    if old == letter && self.store.letter(by).await?.is_some_and(|new| is_draft(&new)) =>
                {
                    return Ok(Some(format!(
                        "the facts of letter {} of {{case}}, or whom it goes to, had changed, so nothing was sent: letter \
                         {new} is drafted in its place, see `sscd outbox show {new}` and release that",
                        letter.0,
                        new = by.0
                    )));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// A draft is never sent; a letter that somebody did not get is not tried again.
    pub(super) async fn discard(
        &self,
        letter: LetterId,
        reason: &str,
        asking: &Asking,
    ) -> anyhow::Result<Prepared> {
        let Some(row) = self.store.letter(letter).await? else { return Ok(Err(no_letter(letter))) };
        if failed(&row).next().is_some() {
            let event = desk::Event::DeliveryGivenUp { letter, reason: reason.into() };
            let answer = format!("given up by {}: {reason}", asking.by.0);
            let give_up = |one: &Delivery| {
                DeliveryMove::settled(one.delivery, DeliveryState::Cancelled, answer.as_str())
            };
            let work = desk_work(event, failed(&row).map(give_up).collect(), asking);
            return Ok(Ok((work, format!("letter {} will not be sent again", letter.0))));
        }
        let what = Asked::Discard { letter, reason: reason.into() };
        let said = format!("letter {} of {{case}} will not be sent", letter.0);
        Ok(Ok((case_work(Target::Case(row.subject), asked(asking, what), asking), said)))
    }

    /// What is said of a command, and which letters it called back.
    pub(super) async fn with_called_back(
        &self,
        asking: &Asking,
        subjects: &[SubjectId],
        said: String,
    ) -> anyhow::Result<String> {
        let ([subject], true) = (subjects, super::is_on_the_outbox(&asking.ask)) else { return Ok(said) };
        let all = |to: &[Address]| to.iter().map(Address::as_str).collect::<Vec<_>>().join(", ");
        let (cause, mut parts) = (asking.cause(), vec![said]);
        for recorded in self.store.journal(subject).await? {
            let entry = &recorded.entry;
            if entry.cause != cause || recorded.is_erased {
                continue;
            }
            match Event::decode(entry.schema, &entry.body) {
                Ok(Event::LetterCalledBack { letter, recipients, under_way, .. }) => {
                    let (n, leaving) = (letter.0, all(&under_way));
                    parts.push(match (recipients.is_empty(), under_way.is_empty()) {
                        (_, true) => format!("letter {n}, which was queued, does not leave"),
                        (true, false) => format!("letter {n} was leaving for {leaving} already"),
                        (false, false) => {
                            let not = all(&recipients);
                            format!(
                                "letter {n} does not leave for {not}, and was leaving for {leaving} already"
                            )
                        }
                    });
                }
                Ok(Event::LetterMade { letter, held: Some(_), .. }) => {
                    parts.push(format!("letter {} is a draft in its place", letter.0));
                }
                _ => {}
            }
        }
        Ok(parts.join("; "))
    }

    async fn of_case_that_is_over(&self, letter: &Letter) -> anyhow::Result<Option<Refusal>> {
        let row = self.store.registers(std::slice::from_ref(&letter.subject)).await?.pop();
        let Some(row) = row.filter(|row| row.kind == "case") else { return Ok(None) };
        let case: Case = serde_json::from_slice(&row.body)?;
        if !case.stage.is_over() || tells_the_end(&case, letter) {
            return Ok(None);
        }
        Ok(Some(Refusal::new(format!(
            "{} is {}: discard the letter, or reopen the case",
            case.reference,
            case.stage.title().to_lowercase()
        ))))
    }

    /// Takes deliveries up again that were refused or expired, for another while.
    pub(super) async fn retry(
        &self,
        letter: LetterId,
        reason: &str,
        asking: &Asking,
    ) -> anyhow::Result<Prepared> {
        let Some(row) = self.store.letter(letter).await? else { return Ok(Err(no_letter(letter))) };
        let Some(first) = failed(&row).next() else {
            return Ok(Err(Refusal::new(format!("letter {} has no delivery that failed", letter.0))));
        };
        if let Some(refusal) = self.of_case_that_is_over(&row).await? {
            return Ok(Err(refusal));
        }
        let event = desk::Event::DeliveryRetried { letter, delivery: first.delivery, reason: reason.into() };
        let now = self.clock.now();
        let until = self.world().policy.deliver_until(now);
        let answer = format!("taken up again by {}: {reason}", asking.by.0);
        let again = |one: &Delivery| queued_again(one.delivery, &answer, now, until);
        let work = desk_work(event, failed(&row).map(again).collect(), asking);
        Ok(Ok((work, format!("letter {} will be sent again", letter.0))))
    }
}

/// What ended a case is told although it is over.
fn tells_the_end(case: &Case, letter: &Letter) -> bool {
    case.stage == Stage::Closed && tells_decision(&letter.kind)
}

fn is_draft(letter: &Letter) -> bool {
    matches!(letter.state, LetterState::Draft { .. })
}

fn failed(letter: &Letter) -> impl Iterator<Item = &Delivery> {
    letter
        .deliveries
        .iter()
        .filter(|one| matches!(one.state, DeliveryState::Refused | DeliveryState::Expired))
}

fn queued_again(delivery: i64, answer: &str, now: DateTime<Utc>, until: DateTime<Utc>) -> DeliveryMove {
    DeliveryMove {
        not_before: Some(now),
        not_after: Some(until),
        ..DeliveryMove::settled(delivery, DeliveryState::Queued, answer)
    }
}

fn desk_work(event: desk::Event, deliveries: Vec<DeliveryMove>, asking: &Asking) -> Work {
    let signal = desk::Signal::Noted(event);
    Work::Desk { cause: asking.cause(), actor: String::new(), signal, inbox: Vec::new(), deliveries }
}

fn no_letter(letter: LetterId) -> Refusal {
    Refusal::new(format!("there is no letter {}: see `sscd outbox list`", letter.0))
}

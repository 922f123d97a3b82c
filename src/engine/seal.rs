//! Decided letters become finished bytes, beside the writer and never changed again (DESIGN.md 2, "Draft and sealed").
//! In: facts and recipients; out: rows for the outbox.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::case::LetterOut;
use crate::domain::id::{Named, SubjectId};
use crate::domain::letter::{Envelope, render};
use crate::domain::token::{Claim, Purpose};
use crate::domain::world::World;
use crate::store::{DeliveryRow, LetterMove, LetterRow, LetterState};

/// A letter with the subject that decided it.
#[derive(Debug)]
pub(super) struct Decided {
    pub(super) subject: SubjectId,
    pub(super) letter: LetterOut,
    pub(super) leaves_at: DateTime<Utc>,
}

#[derive(Default)]
pub(super) struct Sealed {
    pub(super) made: Vec<LetterRow>,
    pub(super) released: Vec<LetterMove>,
}

/// Renders a batch on a thread of its own. Delivery ids are allotted first, in order: they stand in the tags.
pub(super) async fn seal(
    letters: Vec<Decided>,
    world: Arc<World>,
    now: DateTime<Utc>,
    next_delivery: &mut i64,
) -> anyhow::Result<Sealed> {
    if letters.is_empty() {
        return Ok(Sealed::default());
    }
    let mut numbered = Vec::with_capacity(letters.len());
    for decided in letters {
        let first = *next_delivery;
        if decided.letter.held.is_none() {
            *next_delivery += i64::try_from(decided.letter.to.len())?;
        }
        numbered.push((first, decided));
    }
    super::beside::compute(move || {
        let mut sealed = Sealed::default();
        for (first, decided) in numbered {
            one(&mut sealed, decided, first, &world, now)?;
        }
        Ok(sealed)
    })
    .await?
}

fn one(
    sealed: &mut Sealed,
    decided: Decided,
    first: i64,
    world: &World,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let Decided { subject, letter, leaves_at } = decided;
    if let Some(because) = letter.held.clone() {
        let facts = serde_json::to_vec(&letter.facts)?;
        sealed.made.push(row(subject, &letter, LetterState::Draft { facts, because }, Vec::new(), now));
        return Ok(());
    }
    let bytes = render(&letter.facts, &envelope(&subject, &letter, world, now), &world.templates)?;
    let deliveries = deliveries(&subject, &letter, first, world, leaves_at);
    if letter.is_release {
        sealed.released.push(LetterMove::Seal { letter: letter.letter, bytes, deliveries });
    } else {
        let row = row(subject, &letter, LetterState::Sealed { bytes }, deliveries, now);
        let facts =
            letter.facts.may_be_drafted_anew().then(|| serde_json::to_vec(&letter.facts)).transpose()?;
        sealed.made.push(LetterRow { facts, ..row });
    }
    Ok(())
}

fn row(
    subject: SubjectId,
    letter: &LetterOut,
    state: LetterState,
    deliveries: Vec<DeliveryRow>,
    now: DateTime<Utc>,
) -> LetterRow {
    LetterRow {
        letter: letter.letter,
        subject,
        version: letter.version,
        kind: letter.facts.kind().to_string(),
        message_id: letter.message_id.clone(),
        state,
        made_at: now,
        facts: None,
        deliveries,
    }
}

fn envelope(subject: &SubjectId, letter: &LetterOut, world: &World, now: DateTime<Utc>) -> Envelope {
    let claim = Claim { subject, version: letter.version, recipient: "" };
    let tag = world.keys.tag(Purpose::Reply, letter.letter.0, claim);
    let side = |is_copy: bool| -> Vec<Named> {
        let recipients = letter.to.iter().filter(|recipient| recipient.is_copy == is_copy);
        recipients.map(|recipient| recipient.named.clone()).collect()
    };
    Envelope {
        message_id: letter.message_id.clone(),
        dated_at: now,
        from: letter.facts.organizer().unwrap_or(&world.office.mailbox).clone(),
        reply_to: world.office.tagged(&world.office.mailbox.address, &tag),
        to: side(false),
        cc: side(true),
        in_reply_to: letter.in_reply_to.clone(),
        references: letter.in_reply_to.iter().cloned().collect(),
    }
}

fn deliveries(
    subject: &SubjectId,
    letter: &LetterOut,
    first: i64,
    world: &World,
    not_before: DateTime<Utc>,
) -> Vec<DeliveryRow> {
    let not_after = world.policy.deliver_until(not_before);
    let delivery = |(delivery, recipient): (i64, &crate::domain::case::Recipient)| {
        let address = &recipient.named.address;
        let claim = Claim { subject, version: letter.version, recipient: address.as_str() };
        let tag = world.keys.tag(Purpose::Bounce, delivery, claim);
        let envelope_sender = world.office.tagged(&world.office.bounces, &tag);
        DeliveryRow { delivery, recipient: address.clone(), envelope_sender, not_before, not_after }
    };
    (first..).zip(&letter.to).map(delivery).collect()
}

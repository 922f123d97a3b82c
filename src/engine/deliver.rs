//! Letters leave. In: claimed deliveries, their attempts counted before they are made; out: what the other side said,
//! as a signal where it is final. At most lanes x 16 are in flight (FIELD.md 9).

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use futures::StreamExt;

use super::service::{Idle, Service};
use super::{CaseWork, Engine, Stage, Work};
use crate::domain::case::Signal;
use crate::domain::route::Target;
use crate::ports::{Answer, Failure, Outgoing, Transport};
use crate::store::{Claimed, Delivery, DeliveryMove, DeliveryState};

pub struct Deliver {
    pub engine: Arc<Engine>,
    pub transport: Arc<dyn Transport>,
}

const PER_LANE: usize = 16;
const LATE: &str = "not accepted in its time; the last answer was";

#[async_trait]
impl Service for Deliver {
    fn name(&self) -> String {
        "deliver".into()
    }

    async fn run_once(&mut self) -> anyhow::Result<Idle> {
        let engine = &self.engine;
        let lanes = self.transport.lanes();
        let limit = i64::try_from(lanes * PER_LANE)?;
        let overdue = engine.store.overdue(limit, engine.clock.now()).await?;
        if !overdue.is_empty() {
            self.settle(overdue.iter().map(expired).collect()).await?;
            return Ok(Idle::Never);
        }
        let claimed = engine.store.claim(&engine.holder, limit, engine.clock.now());
        let claimed = engine.during(Stage::Claim, claimed).await?;
        if claimed.is_empty() {
            let next = engine.store.next_delivery_at().await?;
            return Ok(next.map_or(Idle::UntilTold, Idle::Until));
        }
        let transport = &self.transport;
        let sent = futures::stream::iter(claimed)
            .map(|delivery| async move {
                let letter = Outgoing {
                    sender: &delivery.envelope_sender,
                    recipient: &delivery.recipient,
                    message_id: &delivery.message_id,
                    bytes: &delivery.bytes,
                };
                crate::fault::point("before a send");
                let answer = transport.send(letter).await;
                crate::fault::point("after a send");
                (delivery, answer)
            })
            .buffer_unordered(lanes)
            .collect::<Vec<(Claimed, Result<Answer, Failure>)>>();
        let sent = engine.during(Stage::Send, sent).await;
        let now = engine.clock.now();
        let down = sent.iter().find_map(|(_, answer)| answer.as_ref().err().cloned());
        let work = sent.iter().map(|(delivery, answer)| work_of(delivery, answer, now)).collect();
        self.settle(work).await?;
        let accepted = sent.iter().filter(|(_, answer)| matches!(answer, Ok(Answer::Accepted { .. })));
        tracing::info!(letter.n = accepted.count(), "letters accepted");
        down.map_or(Ok(Idle::Never), |failure| Err(failure.into()))
    }
}

impl Deliver {
    /// Hands on what became of deliveries; a person is told of what failed, and no longer of what is in order again.
    async fn settle(&self, work: Vec<Work>) -> anyhow::Result<()> {
        let is_failure =
            |work: &Work| matches!(work, Work::Case(work) if matches!(work.signal, Signal::Failed { .. }));
        let has_failed = work.iter().any(is_failure);
        let done = self.engine.handle(work).await?;
        // What cannot be settled would come back at once and for ever: it waits, and is told as a failing service.
        if let Some(Err(refusal)) = done.iter().find(|done| done.is_err()) {
            anyhow::bail!("a delivery cannot be settled: {refusal}");
        }
        if has_failed || self.engine.alarms.any().await {
            self.engine.review_alarms().await?;
        }
        Ok(())
    }
}

/// It waited past its time: while the daemon stood still, or because nobody would have it.
fn expired(delivery: &Delivery) -> Work {
    let last = delivery.answer.as_deref().unwrap_or("it was never tried");
    let answer = format!("{LATE}: {last}");
    let (letter, recipient) = (delivery.letter, delivery.recipient.clone());
    let to = DeliveryState::Expired;
    Work::Case(Box::new(CaseWork {
        target: Target::Case(delivery.subject.clone()),
        cause: format!("delivery:{}:overdue:{}", delivery.delivery, delivery.not_after.timestamp_millis()),
        actor: "daemon".into(),
        signal: Signal::Failed { letter, recipient, answer: answer.clone() },
        inbox: Vec::new(),
        deliveries: vec![DeliveryMove::settled(delivery.delivery, to, answer)],
    }))
}

fn work_of(delivery: &Claimed, answer: &Result<Answer, Failure>, now: DateTime<Utc>) -> Work {
    let (to, answer, delay) = match answer {
        Ok(Answer::Accepted { answer }) => (DeliveryState::Accepted, answer.clone(), None),
        Ok(Answer::Rejected { answer }) => (DeliveryState::Refused, answer.clone(), None),
        Ok(Answer::Retry { answer, .. }) => again(delivery, answer, patience(delivery), now),
        Err(failure) => again(delivery, &failure.to_string(), Duration::zero(), now),
    };
    let settled = DeliveryMove {
        not_before: delay.map(|delay| now + delay),
        ..DeliveryMove::settled(delivery.delivery, to, answer.as_str())
    };
    let (letter, recipient) = (delivery.letter, delivery.recipient.clone());
    let signal = match to {
        DeliveryState::Accepted => Signal::Accepted { letter, recipient, answer },
        DeliveryState::Refused | DeliveryState::Expired => Signal::Failed { letter, recipient, answer },
        DeliveryState::Queued | DeliveryState::Transmitting | DeliveryState::Cancelled => {
            return Work::Deliveries(vec![settled]);
        }
    };
    Work::Case(Box::new(CaseWork {
        target: Target::Case(delivery.subject.clone()),
        cause: format!("delivery:{}:{}:{}", delivery.delivery, to.as_str(), delivery.n_attempts),
        actor: "daemon".into(),
        signal,
        inbox: Vec::new(),
        deliveries: vec![settled],
    }))
}

fn again(
    delivery: &Claimed,
    answer: &str,
    delay: Duration,
    now: DateTime<Utc>,
) -> (DeliveryState, String, Option<Duration>) {
    if now + delay < delivery.not_after {
        return (DeliveryState::Queued, answer.into(), Some(delay));
    }
    (DeliveryState::Expired, format!("{LATE}: {answer}"), None)
}

/// Attempts to the power of four in seconds, at most an hour, with up to a tenth of jitter from the delivery's own
/// number, so that letters that failed together do not come back together.
fn patience(delivery: &Claimed) -> Duration {
    let base = delivery.n_attempts.clamp(1, 8).pow(4).min(3600) * 1000;
    Duration::milliseconds(base + base / 1000 * (delivery.delivery % 100))
}

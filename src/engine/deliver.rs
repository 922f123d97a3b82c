//! Letters leave. In: claimed deliveries, their attempts counted before they are made; out: what the other side said,
//! as a signal where it is final. At most lanes x 16 are in flight (FIELD.md 9), and a slow one holds up no other.

use std::collections::HashSet;
use std::sync::Arc;

use anyhow::Context;
use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::service::{Idle, Service};
use super::work::DAEMON;
use super::{CaseWork, Engine, Handled, Stage, Work};
use crate::domain::case::{Refusal, Signal};
use crate::domain::route::Target;
use crate::ports::{Answer, Failure, Outgoing, Transport};
use crate::store::{Claimed, Delivery, DeliveryMove, DeliveryState};

pub struct Deliver {
    engine: Arc<Engine>,
    transport: Arc<dyn Transport>,
    /// Closed when no more letter is to be begun.
    lanes: Arc<Semaphore>,
    under_way: JoinSet<Sent>,
    /// Kept until the record has it: nothing else knows what was answered.
    answered: Vec<Sent>,
    /// What was answered and the record would not settle: not sent again before the next start.
    unsettled: HashSet<i64>,
}

type Sent = (Claimed, Result<Answer, Failure>);

const PER_LANE: usize = 16;
/// Answers that come within this time of each other are settled together.
const TOGETHER: std::time::Duration = std::time::Duration::from_millis(50);
/// What was lost from sight is tried again after this time.
const LATER: Duration = Duration::minutes(1);
const SEEN: &str = "seen in the Sent folder: an earlier attempt had left";
const LATE: &str = "not accepted in its time; the last answer was";

#[async_trait]
impl Service for Deliver {
    fn name(&self) -> String {
        "deliver".into()
    }

    async fn run_once(&mut self) -> anyhow::Result<Idle> {
        let engine = self.engine.clone();
        let mut told = engine.told.deliver.listen();
        let limit = self.transport.lanes() * PER_LANE;
        let room = i64::try_from(limit.saturating_sub(self.under_way.len()))?;
        if self.answered.is_empty() {
            let overdue = engine.store.overdue(i64::try_from(limit)?, engine.clock.now()).await?;
            if !overdue.is_empty() {
                self.settle_overdue(&overdue).await?;
                return Ok(Idle::Never);
            }
            if room > 0 {
                let claimed = engine.store.claim(&engine.holder, room, engine.clock.now());
                let claimed = engine.during(Stage::Claim, claimed).await?;
                self.begin(claimed);
            }
        } else {
            self.settle_answered(room).await?;
        }
        if self.under_way.len() == limit {
            engine.during(Stage::Send, self.wait(&mut told, None)).await?;
        } else {
            let next = engine.store.next_delivery_at().await?;
            if self.under_way.is_empty() {
                if self.take_up_again().await? {
                    return Ok(Idle::Never);
                }
                return Ok(next.map_or(Idle::UntilTold, Idle::Until));
            }
            engine.during(Stage::Send, self.wait(&mut told, next)).await?;
        }
        let down = self.answered.iter().find_map(|(_, answer)| answer.as_ref().err().cloned());
        if let Some(failure) = down {
            self.take_answers().await?;
            self.settle_answered(0).await?;
            return Err(failure.into());
        }
        Ok(Idle::Never)
    }

    /// What was begun is finished, what was not goes back into the queue.
    async fn finish(&mut self) -> anyhow::Result<()> {
        self.lanes.close();
        self.take_answers().await?;
        self.settle_answered(0).await
    }
}

async fn send(
    engine: Arc<Engine>,
    transport: Arc<dyn Transport>,
    lanes: Arc<Semaphore>,
    delivery: Claimed,
) -> Sent {
    let Ok(_lane) = lanes.acquire().await else {
        return (delivery, Err(Failure::retry("the daemon stopped before its turn came")));
    };
    if delivery.possible_duplicate {
        match engine.store.seen_in_sent(&delivery).await {
            Ok(false) => {}
            Ok(true) => return (delivery, Ok(Answer::Accepted { answer: SEEN.into() })),
            Err(error) => return (delivery, Err(Failure::retry(error.to_string()))),
        }
    }
    let world = engine.world();
    let letter = Outgoing {
        sender: world.office.envelope_sender(&delivery.envelope_sender),
        recipient: &delivery.recipient,
        message_id: &delivery.message_id,
        bytes: &delivery.bytes,
    };
    crate::fault::point("before a send").await;
    let answer = transport.send(letter).await;
    crate::fault::point("after a send").await;
    (delivery, answer)
}

impl Deliver {
    #[must_use]
    pub fn new(engine: Arc<Engine>, transport: Arc<dyn Transport>) -> Self {
        let lanes = Arc::new(Semaphore::new(transport.lanes()));
        Self {
            engine,
            transport,
            lanes,
            under_way: JoinSet::new(),
            answered: Vec::new(),
            unsettled: HashSet::new(),
        }
    }

    fn begin(&mut self, claimed: Vec<Claimed>) {
        for delivery in claimed {
            let (transport, lanes) = (self.transport.clone(), self.lanes.clone());
            self.under_way.spawn(send(self.engine.clone(), transport, lanes, delivery));
        }
    }

    /// Waits for an answer, and a moment for those that come with it; or until there may be another letter.
    async fn wait(
        &mut self,
        told: &mut watch::Receiver<u64>,
        next: Option<DateTime<Utc>>,
    ) -> anyhow::Result<()> {
        let clock = self.engine.clock.clone();
        let another = async {
            match next {
                Some(next) => clock.sleep_until(next).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(sent) = self.under_way.join_next() => self.answered.push(sent.context("a letter's way ended")?),
            _ = told.changed() => return Ok(()),
            () = another => return Ok(()),
        }
        tokio::time::timeout(TOGETHER, self.take_answers()).await.unwrap_or(Ok(()))
    }

    /// Waits for every letter that is under way.
    async fn take_answers(&mut self) -> anyhow::Result<()> {
        while let Some(sent) = self.under_way.join_next().await {
            self.answered.push(sent.context("a letter's way ended")?);
        }
        Ok(())
    }

    /// Settles what was answered and claims as many as there is room for, in one commit.
    async fn settle_answered(&mut self, room: i64) -> anyhow::Result<()> {
        if self.answered.is_empty() {
            return Ok(());
        }
        let now = self.engine.clock.now();
        let work: Vec<Work> =
            self.answered.iter().map(|(delivery, answer)| work_of(delivery, answer, now)).collect();
        let has_failed = work.iter().any(is_failure);
        let has_settled = work.iter().any(|work| !matches!(work, Work::Deliveries(_)));
        let (done, claimed) = self.engine.handle_and_claim(work, room).await?;
        let accepted =
            self.answered.iter().filter(|(_, answer)| matches!(answer, Ok(Answer::Accepted { .. })));
        tracing::info!(letter.n = accepted.count(), "letters accepted");
        let refused = self.answered.iter().zip(&done).filter(|(_, done)| done.is_err());
        let refused: Vec<i64> = refused.map(|((delivery, _), _)| delivery.delivery).collect();
        self.answered.clear();
        self.begin(claimed);
        let mut refusal = None;
        if !refused.is_empty() {
            // What is settled by now was so by a batch whose own end nobody heard.
            let open = self.engine.store.under_way(&self.engine.holder).await?;
            let stuck: Vec<i64> = refused.into_iter().filter(|delivery| open.contains(delivery)).collect();
            refusal = refusal_of(&done).filter(|_| !stuck.is_empty());
            self.unsettled.extend(stuck);
        }
        // What is only tried again later changes nothing that a person was told of.
        if has_settled || refusal.is_some() { self.look_after(refusal, has_failed).await } else { Ok(()) }
    }

    /// What this daemon claimed and has not in hand: the answer to a claim was lost, or a letter's way ended early.
    async fn take_up_again(&self) -> anyhow::Result<bool> {
        let engine = &self.engine;
        let claimed = engine.store.under_way(&engine.holder).await?;
        let lost: Vec<i64> = claimed.into_iter().filter(|one| !self.unsettled.contains(one)).collect();
        if lost.is_empty() {
            return Ok(false);
        }
        tracing::warn!(delivery.n = lost.len(), "claimed and lost from sight: queued again");
        engine.store.let_go(&lost, engine.clock.now() + LATER).await?;
        Ok(true)
    }

    async fn settle_overdue(&self, overdue: &[Delivery]) -> anyhow::Result<()> {
        let done = self.engine.handle(overdue.iter().map(expired).collect()).await?;
        self.look_after(refusal_of(&done), true).await
    }

    /// A person is told of what failed, and no longer of what is in order again.
    async fn look_after(&self, refusal: Option<&Refusal>, has_failed: bool) -> anyhow::Result<()> {
        // What cannot be settled would come back at once and for ever: it waits, and is told as a failing service.
        if let Some(refusal) = refusal {
            anyhow::bail!("a delivery cannot be settled: {refusal}");
        }
        if has_failed || self.engine.alarms.any().await {
            self.engine.review_alarms().await?;
        }
        Ok(())
    }
}

fn refusal_of(done: &[Handled]) -> Option<&Refusal> {
    done.iter().find_map(|done| done.as_ref().err())
}

fn is_failure(work: &Work) -> bool {
    matches!(work, Work::Case(work) if matches!(work.signal, Signal::Failed { .. }))
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
        actor: DAEMON.into(),
        signal: Signal::Failed { letter, recipient, answer: answer.clone() },
        inbox: Vec::new(),
        deliveries: vec![DeliveryMove::settled(delivery.delivery, to, answer)],
    }))
}

fn work_of(delivery: &Claimed, result: &Result<Answer, Failure>, now: DateTime<Utc>) -> Work {
    let (to, answer, delay) = match result {
        Ok(Answer::Accepted { answer }) => (DeliveryState::Accepted, answer.clone(), None),
        Ok(Answer::Rejected { answer }) => (DeliveryState::Refused, answer.clone(), None),
        Ok(Answer::Retry { answer, .. }) => again(delivery, answer, patience(delivery), now),
        Err(failure) => again(delivery, &failure.to_string(), Duration::zero(), now),
    };
    let settled = DeliveryMove {
        not_before: delay.map(|delay| now + delay),
        perhaps_sent: matches!(result, Ok(Answer::Retry { perhaps_sent: true, .. })),
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
        actor: DAEMON.into(),
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

//! Waits that are over become signals, once the World in force was carried to every case. In: the timer table; out:
//! work for the decider.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::review::review_work;
use super::service::{Idle, Service};
use super::work::DAEMON;
use super::{CaseWork, Engine, LEASE, Work};
use crate::domain::case::{Signal, WaitKind};
use crate::domain::desk;
use crate::domain::id::SubjectId;
use crate::domain::review::{self, ReviewId};
use crate::domain::route::Target;
use crate::ports::Clock;

pub struct Wake {
    pub engine: Arc<Engine>,
}

const BATCH: i64 = 200;
/// What moved nothing is tried again after this time.
const LATER: chrono::TimeDelta = chrono::TimeDelta::minutes(5);

#[async_trait]
impl Service for Wake {
    fn name(&self) -> String {
        "wake".into()
    }

    async fn run_once(&mut self) -> anyhow::Result<Idle> {
        self.engine.keep_lead().await?;
        if self.engine.is_held_back() {
            return Ok(Idle::UntilTold);
        }
        if self.engine.revisit().await? {
            return Ok(Idle::Never);
        }
        let now = self.engine.clock.now();
        let due = self.engine.store.due_timers(now, BATCH).await?;
        if due.is_empty() {
            let next = self.engine.store.next_due().await?;
            return Ok(next.map_or(Idle::UntilTold, Idle::Until));
        }
        let (of_reviews, due): (Vec<_>, Vec<_>) =
            due.into_iter().partition(|timer| ReviewId::of(&timer.subject).is_some());
        let (at_desk, due): (Vec<_>, Vec<_>) =
            due.into_iter().partition(|timer| timer.subject == SubjectId::desk());
        let mut done = Vec::new();
        // What they are due to tell members, the Desk tells in the morning that may have come with them.
        let work = of_reviews.into_iter().filter_map(|timer| {
            let wait = review::WaitKind::named(&timer.timer.kind)?;
            let cause = format!("wait:{}:{}", timer.timer.kind, timer.timer.due_at.timestamp_millis());
            Some(review_work(timer.subject, review::Signal::WaitOver { wait }, cause))
        });
        let work: Vec<Work> = work.collect();
        if !work.is_empty() {
            done.extend(self.engine.handle(work).await?);
        }
        for timer in at_desk {
            let Some(wait) = desk::WaitKind::named(&timer.timer.kind) else { continue };
            let work = Work::Desk {
                cause: format!("wait:{}:{}", timer.timer.kind, timer.timer.due_at.timestamp_millis()),
                actor: DAEMON.into(),
                signal: desk::Signal::WaitOver { wait },
                inbox: Vec::new(),
                deliveries: Vec::new(),
            };
            done.extend(self.engine.handle_settled(work).await?);
        }
        let work = due.into_iter().filter_map(|timer| {
            let wait = WaitKind::named(&timer.timer.kind)?;
            Some(Work::Case(Box::new(CaseWork {
                cause: format!("wait:{}:{}", timer.timer.kind, timer.timer.due_at.timestamp_millis()),
                target: Target::Case(timer.subject),
                actor: DAEMON.into(),
                signal: Signal::WaitOver { wait },
                inbox: Vec::new(),
                deliveries: Vec::new(),
            })))
        });
        let work: Vec<Work> = work.collect();
        if !work.is_empty() {
            done.extend(self.engine.handle(work).await?);
        }
        let has_moved = done.iter().any(Result::is_ok);
        if done.iter().all(Result::is_ok) {
            self.engine.alarms.clear("wake").await;
        }
        for handled in done {
            if let Err(refusal) = handled {
                tracing::error!(reason = refusal.because, "a wait that is over moved nothing");
                self.engine
                    .alarms
                    .raise("wake", &format!("a wait that is over moved nothing: {refusal}"))
                    .await;
            }
        }
        Ok(if has_moved { Idle::Never } else { Idle::Until(now + LATER) })
    }

    /// Never so long that the lease runs out.
    async fn rest(&mut self, at_most: Duration, clock: &dyn Clock) -> anyhow::Result<()> {
        clock.sleep_until(clock.now() + at_most.min(LEASE / 3)).await;
        Ok(())
    }
}

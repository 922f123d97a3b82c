//! One service, five times: look at the state, do the next thing, say when to look again. A service takes no input; it
//! is woken by a signal or a time, and the wake-up only saves waiting (DESIGN.md 6).

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::FutureExt as _;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::Alarms;
use crate::ports::{Clock, Failure};

/// When a service must look again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idle {
    /// At once: there is more.
    Never,
    Until(DateTime<Utc>),
    UntilTold,
}

#[async_trait]
pub trait Service: Send {
    fn name(&self) -> String;

    /// Does the next thing.
    async fn run_once(&mut self) -> anyhow::Result<Idle>;

    /// What the service waits on by itself, beside being told: a mailbox's own notice. Comes back after `at_most`;
    /// with an error where it cannot be waited for.
    async fn rest(&mut self, at_most: Duration, clock: &dyn Clock) -> anyhow::Result<()> {
        let until = clock.now() + at_most;
        clock.sleep_until(until).await;
        Ok(())
    }

    /// Ends what is under way, at a stop.
    async fn finish(&mut self) -> anyhow::Result<()> {
        Ok(())
    }
}

/// A bell that remembers that it rang.
#[derive(Debug, Clone)]
pub struct Bell(watch::Sender<u64>);

impl Default for Bell {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Bell {
    pub fn tell(&self) {
        self.0.send_modify(|n| *n += 1);
    }

    #[must_use]
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}

/// Who can be told that there is something to do.
#[derive(Debug, Clone, Default)]
pub struct Told {
    pub collect: Bell,
    pub read: Bell,
    pub wake: Bell,
    pub deliver: Bell,
    pub renew: Bell,
    pub reload: Bell,
}

/// What it had in hand is let go, and it begins again.
const PANICKED: &str = "the program failed in it: please report what the log says";

/// A service looks at least this often, whatever happens.
const AT_MOST: Duration = Duration::from_mins(1);
/// A stop waits this long for the thing in hand.
const PATIENCE: Duration = Duration::from_secs(4);
const SLOW: Duration = Duration::from_mins(5);

/// Runs a service until `shutdown`: waiting, back-off, alarms and stopping in one place. It asks to be told before it
/// looks, so nothing that happens in between is missed.
pub async fn run(
    mut service: Box<dyn Service>,
    mut told: watch::Receiver<u64>,
    clock: Arc<dyn Clock>,
    alarms: Alarms,
    shutdown: CancellationToken,
) {
    let name = service.name();
    let (mut n_failures, mut n_disturbed) = (0_u32, 0_u32);
    while !shutdown.is_cancelled() {
        told.borrow_and_update();
        let outcome = tokio::select! {
            outcome = AssertUnwindSafe(service.run_once()).catch_unwind() => {
                Some(outcome.unwrap_or_else(|_| Err(anyhow::anyhow!(PANICKED))))
            }
            () = patience(&shutdown) => None,
        };
        let at_most = match outcome {
            None => break,
            Some(Ok(idle)) => {
                // It may stand since an earlier process: what was wrong has been set right in between.
                alarms.clear(&name).await;
                n_failures = 0;
                match idle {
                    Idle::Never => continue,
                    Idle::Until(at) => (at - clock.now()).to_std().unwrap_or_default().min(AT_MOST),
                    Idle::UntilTold => AT_MOST,
                }
            }
            Some(Err(error)) => {
                n_failures = n_failures.saturating_add(1);
                let (delay, must_act) = back_off(&error, n_failures);
                let error = format!("{error:#}");
                tracing::warn!(service = name, error, retry.after_s = delay.as_secs(), "service failed");
                if must_act || n_failures >= 3 {
                    alarms.raise(&name, &format!("{name}: {error}")).await;
                }
                tokio::select! {
                    () = clock.sleep_until(clock.now() + delay) => {}
                    () = shutdown.cancelled() => {}
                }
                continue;
            }
        };
        let rest = async {
            let Err(error) = service.rest(at_most, clock.as_ref()).await else {
                n_disturbed = 0;
                return;
            };
            let (delay, _) = back_off(&error, n_disturbed);
            n_disturbed = n_disturbed.saturating_add(1);
            let error = format!("{error:#}");
            tracing::info!(service = name, error, retry.after_s = delay.as_secs_f64(), "waiting ended early");
            clock.sleep_until(clock.now() + delay).await;
        };
        tokio::select! {
            () = rest => {}
            _ = told.changed() => {}
            () = shutdown.cancelled() => {}
        }
    }
    match tokio::time::timeout(PATIENCE, service.finish()).await {
        Ok(Ok(())) => tracing::debug!(service = name, "service stopped"),
        Ok(Err(error)) => {
            tracing::warn!(service = name, error = format!("{error:#}"), "stopped with a failure");
        }
        Err(_) => tracing::warn!(service = name, "stopped with something under way"),
    }
}

async fn patience(shutdown: &CancellationToken) {
    shutdown.cancelled().await;
    tokio::time::sleep(PATIENCE).await;
}

/// How long to wait after the n-th failure in a row, and whether a person must act: a refused password is not tried
/// again quickly.
fn back_off(error: &anyhow::Error, n_failures: u32) -> (Duration, bool) {
    match error.downcast_ref::<Failure>() {
        Some(Failure::Rejected { .. }) => (SLOW, true),
        _ => (Duration::from_millis(500).saturating_mul(1 << n_failures.min(7)), false),
    }
}

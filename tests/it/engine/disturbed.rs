//! A mailbox that cannot be waited on: it is asked ever more slowly.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use sscd::engine::{Bell, Idle, Service, run};
use sscd::ports::{BoxFuture, Clock};
use tokio_util::sync::CancellationToken;

use super::{Office, noon};

struct Disturbed;

#[async_trait]
impl Service for Disturbed {
    fn name(&self) -> String {
        "disturbed".into()
    }

    async fn run_once(&mut self) -> anyhow::Result<Idle> {
        Ok(Idle::UntilTold)
    }

    async fn rest(&mut self, _: Duration, _: &dyn Clock) -> anyhow::Result<()> {
        anyhow::bail!("the server closes the line")
    }
}

/// Stands still, notes how long it was to be slept, and ends the tenth sleep with the service.
#[derive(Default)]
struct Notes {
    slept: Mutex<Vec<TimeDelta>>,
    shutdown: CancellationToken,
}

impl Clock for Notes {
    fn now(&self) -> DateTime<Utc> {
        noon()
    }

    fn sleep_until(&self, at: DateTime<Utc>) -> BoxFuture<'_, ()> {
        let mut slept = self.slept.lock().unwrap();
        slept.push(at - noon());
        if slept.len() == 10 {
            self.shutdown.cancel();
        }
        Box::pin(async {})
    }
}

#[tokio::test]
async fn who_is_disturbed_again_and_again_rests_ever_longer() {
    let office = Office::new().await;
    let (clock, bell) = (Arc::new(Notes::default()), Bell::default());
    let (alarms, shutdown) = (office.engine.alarms.clone(), clock.shutdown.clone());
    run(Box::new(Disturbed), bell.listen(), clock.clone(), alarms, shutdown).await;
    let slept: Vec<i64> = clock.slept.lock().unwrap().iter().map(TimeDelta::num_milliseconds).collect();
    assert_eq!(slept, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 64_000, 64_000]);
}

//! A service that panics: it begins again, and the others never notice.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use sscd::adapters::clock::SystemClock;
use sscd::engine::{Bell, Idle, Service, run};
use tokio_util::sync::CancellationToken;

use super::Office;

struct Falls {
    n_runs: Arc<AtomicU32>,
    shutdown: CancellationToken,
}

#[async_trait]
impl Service for Falls {
    fn name(&self) -> String {
        "falls".into()
    }

    async fn run_once(&mut self) -> anyhow::Result<Idle> {
        assert!(self.n_runs.fetch_add(1, Ordering::Relaxed) > 0, "on purpose");
        self.shutdown.cancel();
        Ok(Idle::UntilTold)
    }
}

#[tokio::test]
async fn a_service_that_panics_begins_again() {
    let office = Office::new().await;
    let (n_runs, shutdown) = (Arc::new(AtomicU32::new(0)), CancellationToken::new());
    let service = Falls { n_runs: n_runs.clone(), shutdown: shutdown.clone() };
    let (bell, alarms) = (Bell::default(), office.engine.alarms.clone());
    run(Box::new(service), bell.listen(), Arc::new(SystemClock), alarms, shutdown).await;
    assert_eq!(n_runs.load(Ordering::Relaxed), 2);
}

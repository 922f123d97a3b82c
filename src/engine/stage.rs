//! How long each stage of the path was busy, since the start. In: work as it is done; out: a line a stage in the log
//! when the daemon stops, at level debug. Stages run side by side, so their times may add up to more than the whole.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::ports::Clock;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Mail comes from the mailbox.
    Fetch,
    /// Bytes, hashes and sightings are committed.
    TakeIn,
    /// Waiting rows and their bytes come from the record.
    Load,
    Read,
    /// What a batch is about comes from the record.
    LookUp,
    Decide,
    /// Letters are rendered.
    Seal,
    Commit,
    /// Deliveries are marked, and their letters come from the record.
    Claim,
    Send,
}

const ALL: [(Stage, &str); 10] = [
    (Stage::Fetch, "fetch"),
    (Stage::TakeIn, "take in"),
    (Stage::Load, "load"),
    (Stage::Read, "read"),
    (Stage::LookUp, "look up"),
    (Stage::Decide, "decide"),
    (Stage::Seal, "seal"),
    (Stage::Commit, "commit"),
    (Stage::Claim, "claim"),
    (Stage::Send, "send"),
];

#[derive(Debug, Default)]
pub struct Stages([AtomicU64; ALL.len()]);

impl Stages {
    pub(super) async fn during<T>(
        &self,
        stage: Stage,
        clock: &dyn Clock,
        work: impl Future<Output = T>,
    ) -> T {
        let start = clock.now();
        let done = work.await;
        let busy = (clock.now() - start).num_microseconds().unwrap_or_default();
        if let Some(sum) = self.0.get(stage as usize) {
            sum.fetch_add(u64::try_from(busy).unwrap_or_default(), Ordering::Relaxed);
        }
        done
    }

    pub fn log(&self) {
        for ((_, name), sum) in ALL.iter().zip(&self.0) {
            tracing::debug!(stage.name = name, stage.busy_ms = sum.load(Ordering::Relaxed) / 1000, "stage");
        }
    }
}

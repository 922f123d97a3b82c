//! `sscd rebuild`: register and timers anew from the journal, with the daemon stopped.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use super::progress::bar;
use super::screen::{counted, say, say_json};
use super::{Common, look, run};
use crate::adapters::clock::SystemClock;
use crate::config::build_world;
use crate::control::Locked;
use crate::engine;
use crate::ports::Clock as _;
use crate::store::Engine as Database;

/// Make the register and the waits anew from the journal, with the daemon stopped.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  systemctl stop sscd && sscd rebuild && systemctl start sscd")]
pub struct Rebuild {}

const LEASE: Duration = Duration::from_mins(1);

/// # Errors
/// When a daemon runs, or an event of the journal does not read.
pub async fn command(_: Rebuild, common: &Common) -> anyhow::Result<ExitCode> {
    let config = common.load()?;
    look::require(&config.state).await?;
    let _lock = Locked::take(&config.state.folder)?;
    let world = build_world(&config)?;
    let store = run::open_store(&config).await?;
    let (holder, now) = (run::random_id()?, SystemClock.now());
    let term = match store.engine() {
        Database::Sqlite => Some(store.seize(&holder, now, LEASE).await?),
        Database::Postgres => store.lead(&holder, now, LEASE).await?,
    };
    let term = term.context("another sscd leads this record: stop it first")?;
    let bar = bar("rebuild", u64::try_from(store.counts().await?.n_events).ok());
    let n = engine::rebuild(&store, term, &world, |n| bar.inc(n)).await;
    bar.finish_and_clear();
    // Nobody need wait for the lease to run out.
    store.lead(&holder, now - LEASE, LEASE).await?;
    store.close().await;
    let n = n?;
    if common.json {
        say_json(&json!({ "n_cases": n }))?;
    } else {
        say(&format!(
            "Made {} anew from the journal, with what is waited for.\n",
            counted(i64::try_from(n)?, "case")
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

//! `sscd check`: is the configuration sound, and what will the daemon do with it? Reads everything, writes nothing.

mod outlook;
mod preview;
mod print;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;

use super::Common;
use crate::adapters::clock::SystemClock;
use crate::config::{Config, ConfigError, Fault, Snapshot, environment, load_keys};
use crate::domain::desk::Move;
use crate::domain::token::Keys;
use crate::ports::Clock as _;
use outlook::Outlook;
pub use outlook::{brief, day, moment};
use preview::preview;

/// Validate configuration and directory, and print what the daemon will do.
///
/// Every fault is told with its file, line and key, what was found there and what is expected. Nothing is written and
/// no server is asked. Where the record is at hand and goes by other files still, it is also said which cases would
/// move if these came into force. The exit code is 1 when anything is wrong.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sscd check --config /etc/sscd/sscd.toml")]
pub struct Check {}

#[derive(Serialize)]
struct Report {
    sound: bool,
    faults: Vec<Fault>,
    #[serde(flatten)]
    outlook: Option<Outlook>,
    /// What would move if these files came into force.
    #[serde(skip_serializing_if = "Option::is_none")]
    moves: Option<Vec<Move>>,
}

/// # Errors
/// When the record cannot be read, or nobody takes what is printed.
pub async fn check(_: Check, common: &Common) -> anyhow::Result<ExitCode> {
    let now = SystemClock.now();
    let (outlook, moves, faults) = match examine(common.config.as_deref()) {
        Ok((config, snapshot, keys)) => {
            let outlook = Outlook::new(&config, &snapshot, now);
            let moves = preview(&config, &snapshot.world(&config, keys), now).await?;
            (Some(outlook), moves, Vec::new())
        }
        Err(ConfigError(faults)) => (None, None, faults),
    };
    let exit_code = if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    let text = if common.json {
        let report = Report { sound: faults.is_empty(), faults, outlook, moves };
        format!("{}\n", serde_json::to_string(&report).context("write the report as JSON")?)
    } else {
        match &outlook {
            Some(outlook) => print::outlook(outlook) + &print::moves(moves.as_deref()),
            None => print::faults(&faults),
        }
    };
    std::io::stdout().write_all(text.as_bytes()).context("print the report")?;
    Ok(exit_code)
}

fn examine(path: Option<&Path>) -> Result<(Config, Snapshot, Keys), ConfigError> {
    let (config, snapshot) = Config::examine(path, Path::new(""), &environment())?;
    let keys = load_keys(&config.state.folder.join("keys"))?;
    Ok((config, snapshot, keys.unwrap_or_else(Keys::none)))
}

//! `sscd check`: is the configuration sound, and what will the daemon do with it? Reads everything, writes nothing;
//! with `--connect` it walks the whole way to the servers, too.

mod connect;
mod here;
mod outlook;
mod own_mail;
mod preview;
mod print;
mod step;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;

use super::Common;
use super::screen::{counted, say, say_json};
use crate::adapters::clock::SystemClock;
use crate::config::{Config, ConfigError, Fault, Snapshot, environment, load_keys};
use crate::domain::desk::Move;
use crate::domain::token::Keys;
use crate::ports::Clock as _;
pub use here::free_mb;
use outlook::Outlook;
pub use outlook::{brief, day, moment};
use preview::preview;
use step::{Step, Steps};

/// Validate configuration and directory, and print what the daemon will do.
///
/// Every fault is told with its file, line and key, what was found there and what is expected. Without --connect
/// nothing is written and no server is asked. Where the record is at hand and goes by other files still, it is also said
/// which cases would move if these came into force. The exit code is 1 when anything is wrong.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  sscd check --config /etc/sscd/sscd.toml\n  sscd check --connect --config /etc/sscd/sscd.toml"
)]
pub struct Check {
    /// Walk the whole way: servers, certificates, logins, folders, a mail to ourselves, clocks, disk.
    #[arg(long)]
    connect: bool,
    /// How long to wait for the mail to ourselves.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "connect")]
    wait: u64,
}

#[derive(Serialize)]
struct Report {
    sound: bool,
    faults: Vec<Fault>,
    #[serde(flatten)]
    outlook: Option<Outlook>,
    /// What would move if these files came into force.
    #[serde(skip_serializing_if = "Option::is_none")]
    moves: Option<Vec<Move>>,
    /// With `--connect` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<Step>>,
}

/// # Errors
/// When the record cannot be read, or nobody takes what is printed.
pub async fn command(args: Check, common: &Common) -> anyhow::Result<ExitCode> {
    let now = SystemClock.now();
    let (outlook, moves, faults) = match examine(common.config.as_deref()) {
        Ok((config, snapshot, keys)) if args.connect => {
            return connect(config, snapshot, keys, Duration::from_secs(args.wait), common.json).await;
        }
        Ok((config, snapshot, keys)) => {
            let outlook = Outlook::new(&config, &snapshot, now);
            let moves = preview(&config, &snapshot.world(&config, keys), now).await?;
            (Some(outlook), moves, Vec::new())
        }
        Err(ConfigError(faults)) => (None, None, faults),
    };
    let exit_code = if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    let text = if common.json {
        let report = Report { sound: faults.is_empty(), faults, outlook, moves, steps: None };
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

/// The configuration, what stands beside it, and the keys; none before the first start.
fn examine(path: Option<&Path>) -> Result<(Config, Snapshot, Keys), ConfigError> {
    let (config, snapshot) = Config::examine(path, Path::new(""), &environment())?;
    let keys = load_keys(&config.state.keys())?;
    Ok((config, snapshot, keys.unwrap_or_else(Keys::none)))
}

async fn connect(
    config: Config,
    snapshot: Snapshot,
    keys: Keys,
    wait: Duration,
    is_json: bool,
) -> anyhow::Result<ExitCode> {
    let outlook = is_json.then(|| Outlook::new(&config, &snapshot, SystemClock.now()));
    let world = snapshot.world(&config, keys);
    let mut steps = Steps::new(is_json);
    connect::walk(&config, &world, wait, &mut steps).await?;
    let n = steps.n_failed();
    if is_json {
        let report =
            Report { sound: true, faults: Vec::new(), outlook, moves: None, steps: Some(steps.into_all()) };
        say_json(&serde_json::to_value(&report)?)?;
    } else if n == 0 {
        say("\nThe whole way is open.\n")?;
    } else {
        say(&format!("\n{} failed.\n", counted(n.try_into()?, "step")))?;
    }
    Ok(if n == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

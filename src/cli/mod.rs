//! The commands, one file each: arguments in, an exit code out (0 done, 1 refused or found wrong, 2 used wrongly).
//! stdout belongs to what was asked for; everything else goes to stderr.

mod argument;
mod ask;
mod backup;
mod case;
mod check;
mod demo;
mod dry_run;
mod evidence;
mod feed;
mod forecast;
mod form;
mod inbox;
mod journal;
mod look;
mod meeting;
mod outbox;
mod own_text;
mod progress;
mod read;
mod rebuild;
mod rehearse;
mod reload;
mod reread;
mod restore;
mod review;
mod run;
mod screen;
mod status;
mod wiring;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, ConfigError, State, environment};

/// Keeps the record of second and subsequent User System notifications (SEC, SECMP0057).
#[derive(Debug, Parser)]
#[command(name = "sscd", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes, before or after its name.
#[derive(Debug, clap::Args)]
pub struct Common {
    /// The configuration file; without it the built-in sample applies.
    #[arg(long, global = true, env = "SSCD_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print data as JSON.
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Backup(backup::Backup),
    Case(case::Cases),
    Check(check::Check),
    Demo(demo::Args),
    Feed(feed::Args),
    Forecast(forecast::Args),
    Form(form::Form),
    Inbox(inbox::Inbox),
    Journal(journal::Journal),
    Meeting(meeting::Meetings),
    Outbox(outbox::Outbox),
    Read(read::Read),
    Rebuild(rebuild::Rebuild),
    Rehearse(rehearse::Args),
    Reread(reread::Reread),
    Restore(restore::Restore),
    Review(review::Reviews),
    Run(run::Args),
    Status(status::Status),
}

fn block_on(command: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Runtime::new()?.block_on(command)
}

impl Common {
    /// The configuration that these arguments and the environment name.
    fn load(&self) -> Result<Config, ConfigError> {
        Config::load(self.config.as_deref(), std::path::Path::new(""), &environment())
    }

    /// Where the record and the daemon are, also where the rest of the configuration is broken.
    fn state(&self) -> Result<State, ConfigError> {
        let load = |error| {
            let state = Config::state_of(self.config.as_deref(), std::path::Path::new(""), &environment());
            state.ok_or(error)
        };
        self.load().map(|config| config.state).or_else(load)
    }
}

/// Does what the arguments ask for. Errors go to stderr as one sentence with its causes.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let done: anyhow::Result<ExitCode> = match cli.command {
        Command::Backup(args) => block_on(backup::command(args, &cli.common)),
        Command::Case(args) => block_on(case::command(args, &cli.common)),
        Command::Check(args) => block_on(check::command(args, &cli.common)),
        Command::Demo(args) => block_on(demo::command(args)),
        Command::Feed(args) => block_on(feed::command(args, &cli.common)),
        Command::Forecast(args) => block_on(forecast::command(args, &cli.common)),
        Command::Form(args) => form::form(&args),
        Command::Inbox(args) => block_on(inbox::command(args, &cli.common)),
        Command::Journal(args) => block_on(journal::command(args, &cli.common)),
        Command::Meeting(args) => block_on(meeting::command(args, &cli.common)),
        Command::Outbox(args) => block_on(outbox::command(args, &cli.common)),
        Command::Read(args) => read::read(&cli.common, &args),
        Command::Rebuild(args) => block_on(rebuild::command(args, &cli.common)),
        Command::Rehearse(args) => block_on(rehearse::command(args, &cli.common)),
        Command::Reread(args) => block_on(reread::command(args, &cli.common)),
        Command::Restore(args) => block_on(restore::command(args, &cli.common)),
        Command::Review(args) => block_on(review::command(args, &cli.common)),
        Command::Run(args) => block_on(run::command(args, &cli.common)),
        Command::Status(args) => block_on(status::command(args, &cli.common)),
    };
    done.unwrap_or_else(|error| {
        // Whoever reads has had enough, as `head` does.
        if error.root_cause().downcast_ref::<std::io::Error>().is_some_and(is_broken_pipe) {
            return ExitCode::SUCCESS;
        }
        eprintln!("sscd: {error:#}");
        ExitCode::from(1)
    })
}

fn is_broken_pipe(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::BrokenPipe
}

//! `sscd restore`: a backup becomes the record. The old record is kept aside, every letter that was under way waits
//! for a person (it may have left after the backup was made), and every mailbox is to be swept from its beginning.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::ask::{By, login, refused};
use super::screen::{counted, say, say_json};
use super::{Common, journal, look, run};
use crate::adapters::clock::SystemClock;
use crate::config::{Config, environment};
use crate::control::Locked;
use crate::domain::directory::Act;
use crate::domain::token::Keys;
use crate::engine::{Engine, permitted};
use crate::ports::Clock as _;
use crate::store::{Replaced, Store, StoreError};

/// Put a backup in place of the record, with the daemon stopped.
///
/// The old record is kept beside it. Letters that were under way when the backup was made may have left since: they
/// wait for `sscd outbox retry`. Every mailbox is swept again from its beginning before anything is decided; nothing is
/// taken in twice. Letters for mail that came in until then are drafts: its sender may have been answered before. Only a
/// person who may operate the daemon puts a backup in place, and the journal says who did.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  systemctl stop sscd && sscd restore /var/backups/sscd-2026-11-02.db --by priya.nair && \
    systemctl start sscd"
)]
pub struct Restore {
    /// A file that `sscd backup` wrote.
    file: PathBuf,
    #[command(flatten)]
    by: By,
}

/// # Errors
/// When the configuration is wrong, a daemon runs, the backup is not whole, or the record is in PostgreSQL.
pub async fn command(args: Restore, common: &Common) -> anyhow::Result<ExitCode> {
    let (config, snapshot) = Config::examine(common.config.as_deref(), Path::new(""), &environment())?;
    crate::telemetry::init(&config.log);
    // No key is made here: the backup brings its own.
    let world = snapshot.world(&config, Keys::none());
    if let Err(refusal) = permitted(&world, &args.by.key(), Act::Operate, SystemClock.now()) {
        return refused(common, &refusal);
    }
    let _lock = Locked::take(&config.state.folder)?;
    let url = run::database_url(&config.state)?;
    let restored = Store::restore(url.reveal(), &args.file, SystemClock.now()).await;
    let restored = restored.map_err(|error| match error {
        StoreError::Corrupt(why) => {
            let why = why.trim_end_matches("; restore it from a backup");
            anyhow::anyhow!("{} is no sound backup, and the record is as it was: {why}", args.file.display())
        }
        other => other.into(),
    })?;
    let engine = run::open_engine(&config).await?;
    let done = settle(&engine, &config, &args.by, &restored).await;
    engine.store.close().await;
    let (n_held, n_mailboxes) = done?;
    let aside = restored.aside.as_ref().map(|path| path.display().to_string());
    if common.json {
        say_json(&json!({
            "by": args.by.key(),
            "backup": journal::data(&restored.verified),
            "old_record": aside,
            "n_letters_held": n_held,
            "n_mailboxes_to_sweep": n_mailboxes,
        }))?;
    } else {
        let aside = aside.map_or_else(String::new, |path| format!("The old record is {path}.\n"));
        say(&format!(
            "{}\n{} put it in place of the record.\n{aside}{} held: see `sscd outbox list --failed`, and send \
             again with `sscd outbox retry`.\n{} to be swept again from the beginning before anything is decided; letters for the mail found there \
             are drafts.\n",
            journal::sentence(&restored.verified),
            args.by.key().0,
            counted(i64::try_from(n_held)?, "letter"),
            counted(i64::try_from(n_mailboxes)?, "mailbox folder")
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn settle(
    engine: &Engine,
    config: &Config,
    by: &By,
    restored: &Replaced,
) -> anyhow::Result<(usize, usize)> {
    engine.was_restored(&by.key(), &login(), &run::random_id()?, &restored.verified).await?;
    let n_held = engine.hold_letters().await?;
    let mut n_mailboxes = 0;
    for mailbox in look::mailboxes(config) {
        n_mailboxes += usize::from(engine.store.cursor(&mailbox).await?.is_some());
    }
    Ok((n_held, n_mailboxes))
}

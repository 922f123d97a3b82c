//! `sscd backup`: a verified copy of the record while the daemon works on.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::journal::say_verified;
use super::progress::bar;
use super::{Common, look};
use crate::config::keys_text;

/// Write a verified copy of the record to a new file; the daemon may run.
///
/// It holds the signing keys too, and is for its owner alone. A record in PostgreSQL is backed up with its own tool
/// (`pg_dump`), and with it the folder `keys`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sscd backup /var/backups/sscd-$(date +%F).db")]
pub struct Backup {
    /// A file that is not there yet.
    file: PathBuf,
}

/// # Errors
/// When the file is there already or cannot be written.
pub async fn command(args: Backup, common: &Common) -> anyhow::Result<ExitCode> {
    let state = common.state()?;
    let keys = keys_text(&state.keys())?;
    let store = look::store(&state).await?;
    let bar = bar("backup", None);
    let verified = store.backup(&args.file, keys.as_deref()).await;
    bar.finish_and_clear();
    store.close().await;
    say_verified(common, &verified?)
}

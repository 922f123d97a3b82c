//! `sscd backup`: a verified copy of the record while the daemon works on.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::journal::say_verified;
use super::progress::bar;
use super::{Common, look};

/// Write a verified copy of the record to a new file; the daemon may run.
///
/// The `keys` folder beside the record is not in it: copy that too.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sscd backup /var/backups/sscd-$(date +%F).db")]
pub struct Backup {
    /// A file that is not there yet.
    file: PathBuf,
}

/// # Errors
/// When the file is there already or cannot be written.
pub async fn command(args: Backup, common: &Common) -> anyhow::Result<ExitCode> {
    let store = look::store(&common.state()?).await?;
    let bar = bar("backup", None);
    let verified = store.backup(&args.file).await;
    bar.finish_and_clear();
    store.close().await;
    say_verified(common, &verified?)
}

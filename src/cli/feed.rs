//! `sscd feed`: what one person may see as a calendar to subscribe to. In: the record and the directory; out: iCalendar on
//! stdout, or a file that appears whole or not at all. Nothing is sent and nothing recorded.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use clap::Args as Arguments;
use serde_json::json;

use super::Common;
use super::look::Looking;
use super::screen::{one_line, say, say_json};
use crate::adapters::clock::SystemClock;
use crate::domain::directory::InForce as _;
use crate::domain::id::Key;
use crate::domain::workday::london_date;
use crate::engine::feed;
use crate::ports::Clock as _;

/// Write the due dates and meetings that one person may see, as a calendar (.ics).
#[derive(Debug, Arguments)]
#[command(after_help = "Example:\n  sscd feed --for priya.nair --out /srv/calendars/priya.ics")]
pub struct Args {
    /// Whose: a key of people.toml. SECAS reads the Users' names, Chair and members pseudonyms, a User CIO its own Users.
    #[arg(long = "for", value_name = "PERSON")]
    reader: String,
    /// Into this file, whole or not at all, for its owner alone; one that is there is replaced. Without it, to stdout.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// # Errors
/// When there is no such person in office, the record cannot be read, or the file cannot be written.
pub async fn command(args: Args, common: &Common) -> anyhow::Result<ExitCode> {
    let looking = Looking::open(common).await?;
    let today = london_date(SystemClock.now());
    let reader = looking.world.directory.person(&Key(args.reader.clone()));
    let reader = reader
        .with_context(|| format!("found {:?}, expected the key of a person in people.toml", args.reader))?;
    ensure!(
        reader.in_force(today),
        "{} is not in office on {today}: a feed is for whoever is (valid_from, valid_until in people.toml)",
        reader.name
    );
    let calendar = feed(&looking.store, &looking.world, reader, today).await?;
    let Some(out) = args.out else {
        if common.json {
            say_json(&json!({ "calendar": calendar.text, "entries": calendar.n_entries }))?;
        } else {
            say(&calendar.text)?;
        }
        return Ok(ExitCode::SUCCESS);
    };
    write(&out, &calendar.text).with_context(|| format!("write {}", out.display()))?;
    let done = format!("{} entries for {} are in {}", calendar.n_entries, reader.name, out.display());
    if common.json {
        say_json(&json!({ "done": done, "entries": calendar.n_entries }))?;
    } else {
        say(&format!("{}\n", one_line(&done)))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut draft = tempfile::NamedTempFile::new_in(folder)?;
    draft.write_all(text.as_bytes())?;
    draft.as_file().sync_all()?;
    draft.persist(file)?;
    Ok(std::fs::File::open(folder)?.sync_all()?)
}

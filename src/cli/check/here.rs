//! The steps of `check --connect` that need no server: keys, rights, room on the disk, and the data that run out.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use chrono::{Months, NaiveDate};
use rustix::fs::{Access, access, statvfs};

use super::outlook::day;
use super::step::Steps;
use crate::adapters::clock::SystemClock;
use crate::cli::screen::counted;
use crate::config::Config;
use crate::domain::directory::Body;
use crate::domain::workday::london_date;
use crate::domain::world::World;
use crate::ports::Clock as _;

/// Less room is worth a word; less than the second stops the daemon soon.
const ROOM_MB: (u64, u64) = (1024, 100);

/// # Errors
/// When nobody takes what is printed.
pub fn walk(config: &Config, world: &World, steps: &mut Steps) -> anyhow::Result<()> {
    steps.about("this machine")?;
    match world.keys.keys.len() {
        0 => steps.good("keys", "none yet: the daemon makes them at its first start")?,
        n => steps
            .good("keys", format!("{}, which nobody else can read", counted(n.try_into()?, "signing key")))?,
    }
    rights(&config.state.folder, steps)?;
    room(&config.state.folder, steps)?;
    let today = london_date(SystemClock.now());
    let a_year_on = today.checked_add_months(Months::new(12)).unwrap_or(NaiveDate::MAX);
    match world.working_days.horizon() {
        Some(until) if until >= a_year_on => steps.good("holidays", format!("known until {}", day(until)))?,
        until => {
            let found =
                until.map_or_else(|| "none known".into(), |until| format!("known until {} only", day(until)));
            steps.warn("holidays", found, "fetch GOV.UK's bank-holidays.json")?;
        }
    }
    for body in [Body::Ssc, Body::Panel] {
        let n = world.directory.n_meetings_left(body, today);
        let found = format!("{n} of the {body} left");
        if n < usize::try_from(config.policy.meetings_left_warning)? {
            steps.warn("meetings", found, "add dates to meetings.toml")?;
        } else {
            steps.good("meetings", found)?;
        }
    }
    Ok(())
}

/// A Maildir, which the daemon makes where there is none.
pub fn maildir(path: &Path, steps: &mut Steps) -> anyhow::Result<()> {
    let shown = path.display();
    match fs::read_dir(path.join("new")) {
        Ok(_) => steps.good("Maildir", format!("{shown} can be read")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            steps.good("Maildir", format!("{shown} is not there yet: the daemon makes it at its first start"))
        }
        Err(error) => {
            steps.fail("Maildir", format!("{shown}: {error}"), "let the daemon's user read and write it")
        }
    }
}

/// The folder, or the nearest above it that is there.
fn nearest(folder: &Path) -> Option<&Path> {
    folder
        .ancestors()
        .map(|path| if path.as_os_str().is_empty() { Path::new(".") } else { path })
        .find(|path| path.exists())
}

fn rights(folder: &Path, steps: &mut Steps) -> anyhow::Result<()> {
    let shown = folder.display();
    let writable =
        nearest(folder).is_some_and(|path| access(path, Access::WRITE_OK | Access::EXEC_OK).is_ok());
    if !writable {
        let todo = "run this as the daemon's user, or give that user the folder";
        return steps.fail("state", format!("{shown} cannot be written to"), todo);
    }
    let Ok(found) = fs::metadata(folder) else {
        return steps
            .good("state", format!("{shown} is not there yet: the daemon makes it at its first start"));
    };
    let mode = found.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let found = format!("{shown} has mode {mode:04o}, and others can look into it");
        return steps.warn("state", found, &format!("chmod 700 {shown}"));
    }
    if found.uid() != rustix::process::geteuid().as_raw() {
        let todo = "run this as the daemon's user, and see that the folder is that user's";
        return steps.warn("state", format!("{shown} belongs to somebody else (user {})", found.uid()), todo);
    }
    steps.good("state", format!("{shown}, mode {mode:04o}"))
}

/// What is left of the disk that holds a folder; `None` where nobody says.
#[must_use]
pub fn free_mb(folder: &Path) -> Option<u64> {
    let disk = statvfs(nearest(folder)?).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize) >> 20)
}

fn room(folder: &Path, steps: &mut Steps) -> anyhow::Result<()> {
    let Some(mb) = free_mb(folder) else {
        return steps.warn("disk", "its free space cannot be found out", "look with df");
    };
    let (found, todo) =
        (format!("{mb} MB free"), "free some space: a full disk stops the daemon from taking mail in");
    match mb {
        _ if mb < ROOM_MB.1 => steps.fail("disk", found, todo),
        _ if mb < ROOM_MB.0 => steps.warn("disk", found, todo),
        // Exact figures would only be noise.
        _ => steps.good("disk", format!("{} GB free", mb >> 10)),
    }
}

//! Passwords and whatever else nobody may read in a log: shown as `***`, taken from a file that only its owner reads.

use std::fmt;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use serde::Deserialize;

/// Text that no log shows.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one who must present it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Found and expected, for the key that names the file.
pub type Trouble = (String, String);

/// The first line of a secret file.
///
/// # Errors
/// When it cannot be read, is empty, or others than its owner can read it.
pub fn read_secret(path: &Path) -> Result<Secret, Trouble> {
    only_owner(path)?;
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    match text.lines().next().map(str::trim_end) {
        Some(line) if !line.is_empty() => Ok(Secret::new(line)),
        _ => Err((format!("{} without a first line", path.display()), "the secret in the first line".into())),
    }
}

/// A file of our own is ours alone; one of another owner (root's, or a credential that systemd hands over) must reach
/// us through its group, which may then read it and no more.
///
/// # Errors
/// When the file is not there, or others can read it.
pub fn only_owner(path: &Path) -> Result<(), Trouble> {
    let file = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    let is_ours = file.uid() == rustix::process::geteuid().as_raw();
    let mode = file.permissions().mode() & 0o777;
    let too_much = mode & if is_ours { 0o077 } else { 0o037 };
    if too_much == 0 {
        return Ok(());
    }
    let found = format!("{} with mode {mode:04o}, which others can read", path.display());
    Err((found, format!("mode 0600: chmod 600 {}", path.display())))
}

pub fn unreadable(path: &Path, error: &std::io::Error) -> Trouble {
    (format!("{} ({error})", path.display()), "a file that the daemon can read".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show() {
        assert_eq!(format!("{:?}", Some(Secret::new("hunter2"))), "Some(***)");
    }

    #[test]
    fn a_secret_file_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        fs::write(&path, "hunter2\nnot this\n").unwrap();
        for mode in [0o644, 0o640, 0o604] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(read_secret(&path).unwrap_err().1.contains("chmod 600"));
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        assert_eq!(read_secret(&path).unwrap().reveal(), "hunter2");
    }
}

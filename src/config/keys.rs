//! The installation's signing keys, made at first run and never again: whoever loses them cannot tell its own bounces
//! and replies any more. In: the folder; out: [`Keys`], oldest first.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use super::document::Document;
use super::fault::{ConfigError, Fault};
use super::secret::only_owner;
use crate::domain::token::Keys;

const FILE: &str = "signing.toml";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    installation: String,
    /// Lower-case hex, 32 octets each, oldest first.
    keys: Vec<String>,
}

/// Reads the keys in `folder` (`state/keys`), or makes them where there are none.
///
/// # Errors
/// When they cannot be read or made, or others can read them.
pub fn load_or_make_keys(folder: &Path) -> Result<Keys, ConfigError> {
    if let Some(keys) = load_keys(folder)? {
        return Ok(keys);
    }
    let path = folder.join(FILE);
    make(folder, &path)
        .map_err(|error| fault(&path, error.to_string(), "a folder that the daemon can write to"))?;
    let made = load_keys(folder)?;
    made.ok_or_else(|| {
        fault(&path, "nothing, just after it was made".into(), "the keys of this installation").into()
    })
}

/// Reads the keys in `folder`; `None` before the first run.
///
/// # Errors
/// When they cannot be read, or others can read them.
pub fn load_keys(folder: &Path) -> Result<Option<Keys>, ConfigError> {
    let path = folder.join(FILE);
    keys_text(folder)?.map(|text| read(path.display().to_string(), &text)).transpose()
}

/// The keys in `folder` as a backup takes them along; `None` before the first run.
///
/// # Errors
/// When they cannot be read, or others can read them.
pub fn keys_text(folder: &Path) -> Result<Option<String>, ConfigError> {
    let path = folder.join(FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault(&path, error.to_string(), "the keys of this installation").into()),
    };
    only_owner(&path).map_err(|(found, expected)| fault(&path, found, &expected))?;
    Ok(Some(text))
}

/// Puts the keys of a restored record (from [`keys_text`]) in force. Those of the same installation that are in `folder`
/// already stay beside them; those of another are kept in a file of their own, whose path comes back.
///
/// # Errors
/// When either cannot be read or written.
pub fn restore_keys(folder: &Path, text: &str) -> Result<Option<PathBuf>, ConfigError> {
    let path = folder.join(FILE);
    let mut keys = read("the keys in the backup".into(), text)?;
    let aside = match load_keys(folder)? {
        Some(here) if here.installation == keys.installation => {
            let more: Vec<_> = here.keys.into_iter().filter(|key| !keys.keys.contains(key)).collect();
            keys.keys.extend(more);
            None
        }
        Some(here) => Some(path.with_file_name(format!("signing-of-{}.toml", here.installation))),
        None => None,
    };
    let put = || {
        aside.as_ref().map_or(Ok(()), |aside| fs::copy(&path, aside).map(drop))?;
        write(folder, &path, &keys)
    };
    put().map_err(|error| {
        ConfigError::from(fault(&path, error.to_string(), "a file that the daemon can write to"))
    })?;
    Ok(aside)
}

fn fault(path: &Path, found: String, expected: &str) -> Fault {
    Fault {
        file: path.display().to_string(),
        line: None,
        key: String::new(),
        found,
        expected: expected.into(),
    }
}

fn read(name: String, text: &str) -> Result<Keys, ConfigError> {
    let document = Document::toml(name, text).map_err(ConfigError)?;
    let mut faults = Vec::new();
    let Some(file) = document.read::<File>("", &mut faults) else { return Err(ConfigError(faults)) };
    let mut keys = Vec::new();
    for (index, key) in file.keys.iter().enumerate() {
        let octets = HEXLOWER.decode(key.as_bytes()).ok();
        if let Some(key) = octets.and_then(|octets| <[u8; 32]>::try_from(octets).ok()) {
            keys.push(key);
        } else {
            let expected = "64 digits of lower-case hex: restore this file from a backup";
            faults.push(document.fault(&format!("keys[{index}]"), "no key", expected));
        }
    }
    if file.keys.is_empty() || file.keys.len() > usize::from(u8::MAX) || file.installation.is_empty() {
        let found = format!("{} keys", file.keys.len());
        faults.push(document.fault(
            "keys",
            found,
            "1 to 255 keys and an installation: restore this file from a backup",
        ));
    }
    if faults.is_empty() {
        Ok(Keys { installation: file.installation, keys })
    } else {
        Err(ConfigError(faults))
    }
}

fn make(folder: &Path, path: &Path) -> io::Result<()> {
    let mut installation = [0_u8; 16];
    let mut key = [0_u8; 32];
    for random in [installation.as_mut_slice(), key.as_mut_slice()] {
        getrandom::fill(random).map_err(|error| io::Error::other(error.to_string()))?;
    }
    write(folder, path, &Keys { installation: HEXLOWER.encode(&installation), keys: vec![key] })
}

/// The file appears whole or not at all.
fn write(folder: &Path, path: &Path, keys: &Keys) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let hex = keys.keys.iter().map(|key| HEXLOWER.encode(key)).collect();
    let file = File { installation: keys.installation.clone(), keys: hex };
    let text = toml::to_string(&file).map_err(io::Error::other)?;
    let draft = path.with_extension("new");
    let mut writer = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    writer.write_all(
        b"# Signs our envelope senders, Reply-To addresses and Message-IDs. Every backup has them.\n",
    )?;
    writer.write_all(text.as_bytes())?;
    writer.sync_all()?;
    fs::rename(&draft, path)?;
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn keys_are_made_once_and_kept_from_others() {
        let state = tempfile::tempdir().unwrap();
        let folder = state.path().join("keys");
        let made = load_or_make_keys(&folder).unwrap();
        let again = load_or_make_keys(&folder).unwrap();
        assert_eq!((&made.installation, &made.keys), (&again.installation, &again.keys));
        assert_ne!(made.keys, [[0; 32]]);
        let path = folder.join(FILE);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(load_or_make_keys(&folder).unwrap_err().to_string().contains("chmod 600"));
    }

    #[test]
    fn keys_come_back_from_a_backup() {
        let state = tempfile::tempdir().unwrap();
        let (old, new) = (state.path().join("old"), state.path().join("new"));
        let before = load_or_make_keys(&old).unwrap();
        let backup = keys_text(&old).unwrap().unwrap();
        // A key that was added after the backup stays.
        let rotated = Keys { keys: vec![before.keys[0], [7; 32]], ..before.clone() };
        write(&old, &old.join(FILE), &rotated).unwrap();
        assert_eq!(restore_keys(&old, &backup).unwrap(), None);
        assert_eq!(load_keys(&old).unwrap().unwrap().keys, rotated.keys);
        // On another machine, where a start has made other keys.
        let others = load_or_make_keys(&new).unwrap();
        let aside = restore_keys(&new, &backup).unwrap().unwrap();
        assert_eq!(load_keys(&new).unwrap().unwrap().keys, before.keys);
        assert!(fs::read_to_string(&aside).unwrap().contains(&others.installation));
        assert_eq!(fs::metadata(&aside).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn broken_keys_are_not_made_anew() {
        let broken = "installation = \"a\"\nkeys = [\n  \"00\",\n]\n";
        let error = read("signing.toml".into(), broken).unwrap_err();
        assert_eq!((error.0[0].line, error.0[0].key.as_str()), (Some(3), "keys[0]"));
        assert!(error.to_string().contains("backup"));
    }
}

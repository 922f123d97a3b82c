//! The installation's signing keys, made at first run and never again: whoever loses them cannot tell its own bounces
//! and replies any more. In: the folder; out: [`Keys`], oldest first.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

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
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault(&path, error.to_string(), "the keys of this installation").into()),
    };
    only_owner(&path).map_err(|(found, expected)| fault(&path, found, &expected))?;
    read(path.display().to_string(), &text).map(Some)
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

/// The file appears whole or not at all.
fn make(folder: &Path, path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut installation = [0_u8; 16];
    let mut key = [0_u8; 32];
    for random in [installation.as_mut_slice(), key.as_mut_slice()] {
        getrandom::fill(random).map_err(|error| io::Error::other(error.to_string()))?;
    }
    let file = File { installation: HEXLOWER.encode(&installation), keys: vec![HEXLOWER.encode(&key)] };
    let text = toml::to_string(&file).map_err(io::Error::other)?;
    let draft = path.with_extension("new");
    let mut writer = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    writer.write_all(
        b"# Signs our envelope senders, Reply-To addresses and Message-IDs. Keep it, and back it up.\n",
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
    fn broken_keys_are_not_made_anew() {
        let broken = "installation = \"a\"\nkeys = [\n  \"00\",\n]\n";
        let error = read("signing.toml".into(), broken).unwrap_err();
        assert_eq!((error.0[0].line, error.0[0].key.as_str()), (Some(3), "keys[0]"));
        assert!(error.to_string().contains("backup"));
    }
}

//! The refresh token that a provider gave in exchange for an earlier one. In: the file; out: the token. Invariant: the
//! file is there whole or not at all, on disk when `keep` comes back, and its owner's alone.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// `None` where none was exchanged yet.
pub(super) fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text.lines().next().map(str::to_owned).filter(|token| !token.is_empty())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Held by the one process that exchanges the token; `WouldBlock` for any other.
pub(super) fn lock(path: &Path) -> io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder(path))?;
    let file = create(&path.with_extension("lock"))?;
    file.try_lock()?;
    Ok(file)
}

pub(super) fn keep(path: &Path, token: &str) -> io::Result<()> {
    let draft = path.with_extension("new");
    let mut file = create(&draft)?;
    file.write_all(format!("{token}\n").as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    File::open(folder(path))?.sync_all()
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_last_one_is_kept_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("oauth/one.token");
        assert_eq!(read(&path).unwrap(), None);
        let held = lock(&path).unwrap();
        assert_eq!(lock(&path).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        drop(held);
        for token in ["first", "second"] {
            keep(&path, token).unwrap();
            assert_eq!(read(&path).unwrap().as_deref(), Some(token));
        }
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path().join("oauth")).unwrap().count(), 2);
    }
}

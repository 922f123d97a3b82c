//! Configurations as people write them, sound and broken, and what is said of each.

use std::path::Path;

use super::*;
use crate::domain::token::Keys;

#[test]
fn the_sample_is_sound() {
    let base = Path::new("/srv/sscd");
    let (config, snapshot) = Config::examine(None, base, &[]).unwrap_or_else(|error| panic!("{error}"));
    assert!(snapshot.directory.users().len() >= 12);
    assert_eq!(config.database_url().reveal(), "sqlite:///srv/sscd/state/sscd.db");
}

#[test]
fn the_sample_written_out_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = write_sample(folder.path()).unwrap();
    let (config, written) =
        Config::examine(Some(&path), Path::new(""), &[]).unwrap_or_else(|error| panic!("{error}"));
    let (sample, built_in) = Config::examine(None, folder.path(), &[]).unwrap();
    assert_eq!((&config.mailboxes, &config.files), (&sample.mailboxes, &sample.files));
    let keys = || Keys { installation: "test".into(), keys: vec![[1; 32]] };
    assert_eq!(written.world(&config, keys()).sha256, built_in.world(&sample, keys()).sha256);
}

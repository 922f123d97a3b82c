use std::path::Path;

use super::*;
use crate::domain::token::Keys;

#[test]
fn the_sample_is_sound() {
    let config = Config::sample(Path::new("/srv/sscd"), &[]).unwrap();
    let keys = Keys { installation: "test".into(), keys: vec![[1; 32]] };
    let world = build_world(&config, keys).unwrap_or_else(|error| panic!("{error}"));
    assert!(world.directory.users().len() >= 12);
}

//! The sample that is shipped in `config/`: a whole, fictitious office. It applies where no configuration is named, and
//! can be written out to start from.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub const CONFIG: &str = include_str!("../../config/sscd.toml");

const FILES: [(&str, &str); 6] = [
    ("sscd.toml", CONFIG),
    ("bank-holidays.json", include_str!("../../config/bank-holidays.json")),
    ("directory/users.toml", include_str!("../../config/directory/users.toml")),
    ("directory/providers.toml", include_str!("../../config/directory/providers.toml")),
    ("directory/people.toml", include_str!("../../config/directory/people.toml")),
    ("directory/meetings.toml", include_str!("../../config/directory/meetings.toml")),
];

/// The text of a file of the sample, by its path under `config/`.
pub fn file(name: &str) -> Option<&'static str> {
    FILES.iter().find(|(path, _)| *path == name).map(|(_, text)| *text)
}

/// Writes the sample into `folder`; what is there already stays. Answers with the path of its `sscd.toml`.
///
/// # Errors
/// When a file cannot be written.
pub fn write_sample(folder: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(folder.join("directory"))?;
    for (name, text) in FILES {
        let path = folder.join(name);
        if !path.exists() {
            fs::write(path, text)?;
        }
    }
    Ok(folder.join("sscd.toml"))
}

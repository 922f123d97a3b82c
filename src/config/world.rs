//! From configuration to [`World`]: the files are read, judged as a whole, and named by one SHA-256.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::directory::{Text, Texts, read_directory};
use super::fault::{ConfigError, Fault};
use super::{Config, Files, load_or_make_keys, sample};
use crate::domain::directory::Directory;
use crate::domain::letter::Templates;
use crate::domain::policy::Policy;
use crate::domain::token::Keys;
use crate::domain::workday::{BadHolidays, WorkingDays};
use crate::domain::world::World;

/// What the files beside the configuration say, as a whole.
#[derive(Debug)]
pub struct Snapshot {
    pub directory: Directory,
    pub working_days: WorkingDays,
    pub templates: Templates,
    /// Over the texts of all files, each with its length.
    sha256: [u8; 32],
}

/// The World with the keys of this installation, which are made at first run.
///
/// # Errors
/// Everything that is wrong with the files beside the configuration, or with the keys.
pub fn build_world(config: &Config) -> Result<World, ConfigError> {
    let snapshot =
        Snapshot::read(config.path.is_none(), &config.files, &config.policy).map_err(ConfigError)?;
    let keys = load_or_make_keys(&config.state.keys())?;
    Ok(snapshot.world(config, keys))
}

impl Config {
    /// Every file that it and its World are made from, as they are there now.
    #[must_use]
    pub fn sources(&self) -> Vec<PathBuf> {
        let Files { directory, holidays, templates } = &self.files;
        let named = self.path.iter().chain([holidays]).cloned();
        let folders = [Some(directory), templates.as_ref()].into_iter().flatten();
        named.chain(folders.flat_map(|folder| files_under(folder))).collect()
    }
}

impl Snapshot {
    /// Reads the files; the built-in ones where the configuration is the built-in sample.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn read(built_in: bool, files: &Files, policy: &Policy) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let (texts, holidays) = texts(built_in, files, &mut faults);
        let working_days = holidays.as_ref().and_then(|text| {
            let bad = |bad: BadHolidays| Fault {
                file: text.name.clone(),
                line: Some(bad.line),
                key: bad.key,
                found: bad.found,
                expected: bad.expected,
            };
            WorkingDays::from_gov_uk(&text.text).map_err(|error| faults.push(bad(error))).ok()
        });
        let directory = texts.as_ref().and_then(|texts| {
            read_directory(texts, policy, working_days.as_ref()).map_err(|more| faults.extend(more)).ok()
        });
        let template_texts = template_texts(files, &mut faults);
        let templates = templates(files, &template_texts, &mut faults);
        let parts = texts.zip(holidays).zip(working_days).zip(directory).zip(templates);
        match parts.filter(|_| faults.is_empty()) {
            Some(((((texts, holidays), working_days), directory), templates)) => {
                let sha256 = sha256(&texts, &holidays, &template_texts);
                Ok(Self { directory, working_days, templates, sha256 })
            }
            None => Err(faults),
        }
    }

    /// The World of this configuration and these keys.
    #[must_use]
    pub fn world(self, config: &Config, keys: Keys) -> World {
        let said = serde_json::to_vec(&(
            &config.office,
            &config.policy,
            &config.budget,
            &config.desk,
            &config.reviews,
        ))
        .unwrap_or_default();
        World {
            sha256: Sha256::new().chain_update(self.sha256).chain_update(said).finalize().into(),
            office: config.office.clone(),
            policy: config.policy.clone(),
            budget: config.budget,
            desk: config.desk.clone(),
            reviews: config.reviews.clone(),
            directory: self.directory,
            working_days: self.working_days,
            templates: self.templates,
            keys,
        }
    }
}

fn texts(built_in: bool, files: &Files, faults: &mut Vec<Fault>) -> (Option<Texts>, Option<Text>) {
    let mut text = |name: &str, path: &Path| {
        let read = if built_in {
            sample::file(name).map(String::from).ok_or_else(missing)
        } else {
            fs::read_to_string(path)
        };
        let shown = if built_in { format!("built-in {name}") } else { path.display().to_string() };
        match read {
            Ok(text) => Some(Text { name: shown, text }),
            Err(error) => {
                faults.push(whole_file(
                    Path::new(&shown),
                    error.to_string(),
                    "a file in UTF-8 that the daemon can read",
                ));
                None
            }
        }
    };
    let folder = &files.directory;
    let mut of_directory = |name: &str| text(&format!("directory/{name}"), &folder.join(name));
    let users =
        of_directory(if folder.join("users.csv").exists() && !built_in { "users.csv" } else { "users.toml" });
    let (providers, people) = (of_directory("providers.toml"), of_directory("people.toml"));
    let meetings = of_directory("meetings.toml");
    let holidays = text("bank-holidays.json", &files.holidays);
    if !built_in && folder.join("users.csv").exists() && folder.join("users.toml").exists() {
        faults.push(Fault {
            file: folder.display().to_string(),
            line: None,
            key: "users".into(),
            found: "both users.toml and users.csv".into(),
            expected: "one of them".into(),
        });
    }
    let all = users.zip(providers).zip(people.zip(meetings));
    (
        all.map(|((users, providers), (people, meetings))| Texts { users, providers, people, meetings }),
        holidays,
    )
}

fn missing() -> std::io::Error {
    std::io::ErrorKind::NotFound.into()
}

/// The templates of the configured folder, by path below it.
fn template_texts(files: &Files, faults: &mut Vec<Fault>) -> BTreeMap<String, String> {
    let Some(folder) = &files.templates else { return BTreeMap::new() };
    let mut texts = BTreeMap::new();
    for path in files_under(folder) {
        match fs::read_to_string(&path) {
            Ok(text) => {
                let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
                texts.insert(name, text);
            }
            Err(error) => faults.push(whole_file(&path, error.to_string(), "a template in UTF-8")),
        }
    }
    texts
}

fn templates(files: &Files, texts: &BTreeMap<String, String>, faults: &mut Vec<Fault>) -> Option<Templates> {
    let bad = match Templates::new(texts) {
        Ok(templates) => return Some(templates),
        Err(bad) => bad,
    };
    let path = files.templates.clone().unwrap_or_default().join(&bad.file);
    let expected = "a template of ours that says every sample letter as it must be said";
    faults.push(Fault { line: bad.line, ..whole_file(&path, bad.reason, expected) });
    None
}

fn whole_file(path: &Path, found: String, expected: &str) -> Fault {
    Fault {
        file: path.display().to_string(),
        line: None,
        key: String::new(),
        found,
        expected: expected.into(),
    }
}

fn sha256(texts: &Texts, holidays: &Text, templates: &BTreeMap<String, String>) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    for Text { text, .. } in [&texts.users, &texts.providers, &texts.people, &texts.meetings, holidays] {
        add(text.as_bytes());
    }
    for (name, text) in templates {
        add(name.as_bytes());
        add(text.as_bytes());
    }
    hash.finalize().into()
}

/// What an editor leaves beside the file that it edits.
fn is_of_an_editor(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~')
}

/// All files below a folder, in order of their paths.
fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let entries =
        entries.filter(|entry| !is_of_an_editor(&entry.file_name().to_string_lossy())).map(|e| e.path());
    let (folders, mut files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| files_under(folder)));
    files.sort();
    files
}

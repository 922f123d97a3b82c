//! The office that a conversation is held with. In: a configuration and what the conversation's first line says of it; out:
//! a rehearsal on an empty record, whose files can be edited. Invariant: the configuration's own files stay as they are.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use tempfile::TempDir;

use super::play::told;
use super::{Rehearsal, Tray};
use crate::config::{Config, build_world, write_sample};
use crate::domain::folder::FolderRole;
use crate::domain::world::World;
use crate::engine::Probe;

/// What conversations are held with.
pub struct Setting {
    config: PathBuf,
    environment: Vec<(String, String)>,
    /// Where `mail good/notice.eml` is found.
    pub(super) mails: PathBuf,
    probe: Probe,
    worlds: Mutex<Vec<(Kind, Arc<World>)>>,
    /// Where the sample is written out.
    _sample: Option<TempDir>,
}

/// What the first line of a conversation says of the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    /// The server takes a tagged sender.
    pub is_tagged: bool,
    /// It writes digests, agenda lists and the like by itself.
    pub has_desk: bool,
    pub reviews: Reviews,
    /// The breaker over all letters, where it is not the configuration's.
    pub an_hour: Option<u32>,
}

/// Whether it follows annual reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reviews {
    None,
    Followed,
    /// Their days go into the members' calendars, too.
    InCalendars,
}

impl Kind {
    fn environment(self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        if !self.is_tagged {
            all.push(("SSCD_OFFICE__TAGGED_ADDRESSES".into(), "false".into()));
        }
        if !self.has_desk {
            all.push(("SSCD_DESK__DIGEST".into(), String::new()));
            all.push(("SSCD_DESK__LETTERS".into(), "false".into()));
        }
        if let Some(n) = self.an_hour {
            all.push(("SSCD_BUDGET__IN_ALL__HOUR".into(), n.to_string()));
        }
        all.push(("SSCD_REVIEWS__ENABLED".into(), (self.reviews >= Reviews::Followed).to_string()));
        let is_in_calendars = self.reviews == Reviews::InCalendars;
        all.push(("SSCD_REVIEWS__CALENDAR".into(), is_in_calendars.to_string()));
        all
    }
}

impl Setting {
    /// With this `sscd.toml` and variables that go before it, or the sample that is shipped.
    ///
    /// # Errors
    /// When the sample cannot be written out.
    pub fn new(
        config: Option<&Path>,
        environment: Vec<(String, String)>,
        mails: PathBuf,
        probe: Probe,
    ) -> anyhow::Result<Self> {
        let sample = config.is_none().then(tempfile::tempdir).transpose().context("make a folder")?;
        let config = match &sample {
            Some(folder) => write_sample(folder.path()).context("write the sample out")?,
            None => config.map(Path::to_path_buf).unwrap_or_default(),
        };
        Ok(Self { config, environment, mails, probe, worlds: Mutex::default(), _sample: sample })
    }

    /// The files as they are, read once for each kind of office.
    fn world(&self, kind: Kind) -> anyhow::Result<Arc<World>> {
        let mut worlds = self.worlds.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, world)) = worlds.iter().find(|(known, _)| *known == kind) {
            return Ok(world.clone());
        }
        let folder = tempfile::tempdir().context("make a folder")?;
        let world = Arc::new(build_world(&self.read(kind, folder.path(), None)?)?);
        worlds.push((kind, world.clone()));
        Ok(world)
    }

    /// The configuration of an office whose state is in `folder`, perhaps with another directory.
    /// Its own file goes before that of the setting.
    fn read(&self, kind: Kind, folder: &Path, directory: Option<&Path>) -> anyhow::Result<Config> {
        let path = |path: &Path| {
            path.to_str().map(String::from).with_context(|| format!("{} is no path in UTF-8", path.display()))
        };
        let mut environment = self.environment.clone();
        environment.extend(kind.environment());
        environment.push(("SSCD_STATE__FOLDER".into(), path(folder)?));
        if let Some(directory) = directory {
            environment.push(("SSCD_FILES__DIRECTORY".into(), path(directory)?));
        }
        let load = |file: &Path, environment: &[_]| Config::load(Some(file), Path::new(""), environment);
        let own = folder.join(CONFIG);
        if own.exists() {
            let there = load(&self.config, &environment)?.files.holidays;
            environment.push(("SSCD_FILES__HOLIDAYS".into(), path(&there)?));
            return Ok(load(&own, &environment)?);
        }
        Ok(load(&self.config, &environment)?)
    }
}

/// The configuration, where a conversation edits it.
const CONFIG: &str = "sscd.toml";

pub(super) struct Office {
    folder: TempDir,
    pub rehearsal: Rehearsal,
    setting: Arc<Setting>,
    kind: Kind,
    n_mails: usize,
}

/// The folders of the office's mailbox.
const FOLDERS: [(&str, FolderRole); 3] =
    [("mail", FolderRole::Notices), ("junk", FolderRole::Junk), ("sent", FolderRole::Sent)];

impl Office {
    pub async fn open(setting: &Arc<Setting>, at: DateTime<Utc>, kind: Kind) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("make a folder")?;
        let trays = FOLDERS.map(|(name, role)| Tray::new(name.into(), role)).into();
        let (record, world) = (folder.path().join("sscd.db"), setting.world(kind)?);
        let rehearsal = Rehearsal::begin(record, world, at, trays, setting.probe.clone()).await?;
        Ok(Self { folder, rehearsal, setting: setting.clone(), kind, n_mails: 0 })
    }

    /// The files that people edit, as copies.
    fn directory(&self) -> anyhow::Result<PathBuf> {
        let folder = self.folder.path().join("directory");
        if !folder.exists() {
            let there = self.setting.read(self.kind, self.folder.path(), None)?.files.directory;
            fs::create_dir(&folder)?;
            for entry in fs::read_dir(there)? {
                let entry = entry?;
                fs::copy(entry.path(), folder.join(entry.file_name()))?;
            }
        }
        Ok(folder)
    }

    /// The directory knows no last assessment of any other User; then it is edited.
    pub async fn assessed(&mut self, users: &[&str], lines: &[String]) -> Result<(), String> {
        let path = self.directory().map_err(told)?.join("users.toml");
        let text = fs::read_to_string(&path).map_err(told)?;
        let mut is_kept = true;
        let mut kept = String::new();
        for line in text.lines() {
            if let Some(key) = line.strip_prefix("key = ") {
                is_kept = users.contains(&key.trim_matches('"'));
            }
            if is_kept || !line.starts_with("last_assessment") {
                kept += line;
                kept.push('\n');
            }
        }
        fs::write(&path, kept).map_err(told)?;
        Box::pin(self.edit("users.toml", lines)).await
    }

    /// A file of the directory, or the configuration, is edited, `old => new` in each line with `\n` for a line's end, and taken up.
    pub async fn edit(&mut self, file: &str, lines: &[String]) -> Result<(), String> {
        let folder = self.directory().map_err(told)?;
        let cannot = |error: std::io::Error| format!("{file}: {error}");
        let config = |directory| self.setting.read(self.kind, self.folder.path(), directory);
        let path = if file == CONFIG { self.folder.path() } else { &folder }.join(file);
        let source = if path.exists() { &path } else { &self.setting.config };
        let mut text = fs::read_to_string(source).map_err(cannot)?;
        for line in lines {
            let (old, new) = line.split_once(" => ").ok_or("lines `old => new` in the block")?;
            let (old, new) = (old.replace("\\n", "\n"), new.replace("\\n", "\n"));
            if !text.contains(&old) {
                return Err(format!("{file} does not say {old:?}"));
            }
            text = text.replacen(&old, &new, 1);
        }
        fs::write(&path, text).map_err(cannot)?;
        let config = config(Some(&folder)).map_err(told)?;
        let world = build_world(&config).map_err(told)?;
        let keys = self.rehearsal.engine.world().keys.clone();
        Box::pin(self.rehearsal.adopt(Arc::new(World { keys, ..world }))).await.map_err(told)
    }

    /// Counts on, so that no two mails are the same.
    pub fn next_mail(&mut self) -> usize {
        self.n_mails += 1;
        self.n_mails
    }

    /// A mail is laid into these folders and worked.
    pub async fn receive(&mut self, raw: &str, folders: &[&str]) -> anyhow::Result<()> {
        let now = self.rehearsal.now();
        for tray in self.rehearsal.trays.iter().filter(|tray| folders.contains(&tray.name.as_str())) {
            tray.put(raw.as_bytes().to_vec(), now);
        }
        self.rehearsal.settle().await.map(drop)
    }
}

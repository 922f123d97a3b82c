//! `sscd.toml`: every key, its default and its check; and the files beside it that make the World. In: files and
//! environment variables; out: a [`Config`] and a World that are sound as a whole, or everything that is wrong.

mod csv_rows;
mod directory;
mod document;
mod explain;
mod fault;
mod keys;
mod sample;
mod secret;
mod section;
mod tree;
mod world;

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use crate::domain::budget::Limits;
use crate::domain::desk::Settings;
use crate::domain::policy::Policy;
use crate::domain::review;
use crate::domain::world::Office;

use document::Document;
use section::Reader;

pub use fault::{ConfigError, Fault};
pub use keys::{keys_text, load_keys, load_or_make_keys, restore_keys};
pub use sample::write_sample;
pub use secret::Secret;
pub use section::{
    Alarm, Files, Grant, Imap, Log, LogFormat, Login, Mailbox, MailboxKind, OAuth, Proof, Server, Smtp,
    State, Tls, Transport,
};
pub use world::{Snapshot, build_world};

/// The whole configuration; relative paths in it start at the folder of its file.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file that it was read from; `None` for the built-in sample.
    pub path: Option<PathBuf>,
    pub office: Office,
    pub state: State,
    pub mailboxes: Vec<Mailbox>,
    pub transport: Transport,
    pub log: Log,
    pub alarm: Alarm,
    pub policy: Policy,
    pub budget: Limits,
    pub desk: Settings,
    pub reviews: review::Settings,
    pub files: Files,
}

const SECTIONS: [&str; 11] = [
    "office",
    "state",
    "mailbox",
    "transport",
    "log",
    "alarm",
    "policy",
    "budget",
    "desk",
    "reviews",
    "files",
];

/// Environment variables as name and value.
pub type Environment = [(String, String)];

impl Config {
    /// Reads `path`; variables named `SSCD_SECTION__KEY` (`SSCD_MAILBOX__0__PASSWORD_FILE`) go before what it says.
    /// Without a path the built-in sample applies, as if its file stood in `base`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(path: Option<&Path>, base: &Path, environment: &Environment) -> Result<Self, ConfigError> {
        let source = Source::open(path, base)?;
        let document = source.document(environment)?;
        let (parts, faults) = source.parts(&document);
        parts.whole(&source).filter(|_| faults.is_empty()).ok_or(ConfigError(faults))
    }

    /// Where the record is, as far as that can be made out of a configuration that is broken elsewhere: the daemon that
    /// runs must be reached by those who want to know what is wrong.
    #[must_use]
    pub fn state_of(path: Option<&Path>, base: &Path, environment: &Environment) -> Option<State> {
        let source = Source::open(path, base).ok()?;
        let document = with(environment, Document::recovered(&*source.name, &source.text));
        section::state(&mut source.reader(&document))
    }

    /// Reads the configuration and the files beside it, and writes nothing.
    ///
    /// # Errors
    /// Everything that is wrong with any of them.
    pub fn examine(
        path: Option<&Path>,
        base: &Path,
        environment: &Environment,
    ) -> Result<(Self, Snapshot), ConfigError> {
        let source = Source::open(path, base)?;
        let document = source.document(environment)?;
        let (parts, mut faults) = source.parts(&document);
        // What a broken section would have said about the files is not guessed; a sound one's files are looked at.
        let files = parts.files.clone().zip(parts.policy.clone());
        let snapshot = files.and_then(|(files, policy)| {
            Snapshot::read(path.is_none(), &files, &policy).map_err(|more| faults.extend(more)).ok()
        });
        parts.whole(&source).zip(snapshot).filter(|_| faults.is_empty()).ok_or(ConfigError(faults))
    }

    /// Where the record is, as a URL; it may hold a password.
    #[must_use]
    pub fn database_url(&self) -> Secret {
        self.state.database_url()
    }
}

/// This process's variables; only those of our name are taken.
#[must_use]
pub fn environment() -> Vec<(String, String)> {
    let text = |text: std::ffi::OsString| text.into_string().ok();
    let all = std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?)));
    all.filter(|(name, _)| name.starts_with("SSCD_")).collect()
}

/// The text of a configuration, and where it stands.
struct Source<'p> {
    name: String,
    text: Cow<'static, str>,
    path: Option<&'p Path>,
    base: &'p Path,
}

/// The sections that could be read.
struct Parts {
    office: Option<Office>,
    state: Option<State>,
    mailboxes: Vec<Mailbox>,
    transport: Option<Transport>,
    log: Option<Log>,
    alarm: Option<Alarm>,
    policy: Option<Policy>,
    budget: Option<Limits>,
    desk: Option<Settings>,
    reviews: Option<review::Settings>,
    files: Option<Files>,
}

impl<'p> Source<'p> {
    fn open(path: Option<&'p Path>, base: &'p Path) -> Result<Self, Fault> {
        let Some(path) = path else {
            let name = "built-in sscd.toml".into();
            return Ok(Self { name, text: Cow::Borrowed(sample::CONFIG), path, base });
        };
        let name = path.display().to_string();
        match fs::read_to_string(path) {
            Ok(text) => {
                let base = path.parent().unwrap_or(Path::new(""));
                Ok(Self { name, text: Cow::Owned(text), path: Some(path), base })
            }
            Err(error) => Err(Fault {
                file: name,
                line: None,
                key: String::new(),
                found: error.to_string(),
                expected: "the configuration file (sscd.toml)".into(),
            }),
        }
    }

    fn document<'a>(&'a self, environment: &'a Environment) -> Result<Document<'a>, ConfigError> {
        let document = Document::toml(self.name.clone(), &self.text).map_err(ConfigError)?;
        Ok(with(environment, document))
    }

    fn reader<'a>(&'a self, document: &'a Document<'a>) -> Reader<'a> {
        Reader { document, base: self.base, path: self.path, faults: Vec::new() }
    }

    fn parts(&self, document: &Document<'_>) -> (Parts, Vec<Fault>) {
        let mut reader = self.reader(document);
        for section in document.sections().filter(|section| !SECTIONS.contains(section)) {
            let all = SECTIONS.join(", ");
            let near = explain::nearest(section, SECTIONS);
            let expected =
                near.map_or_else(|| all.clone(), |near| format!("{near} (the nearest); all are {all}"));
            reader.faults.push(document.fault(section, format!("an unknown section {section:?}"), expected));
        }
        let parts = Parts {
            office: section::office(&mut reader),
            state: section::state(&mut reader),
            mailboxes: section::mailboxes(&mut reader),
            transport: section::transport(&mut reader),
            log: section::log(&mut reader),
            alarm: section::alarm(&mut reader),
            policy: section::policy(&mut reader),
            budget: section::budget(&mut reader),
            desk: section::desk(&mut reader),
            reviews: section::reviews(&mut reader),
            files: section::files(&mut reader),
        };
        letters_are_no_mailbox(&mut reader, &parts);
        let mut faults = reader.faults;
        faults.sort_by_key(|fault| fault.line);
        (parts, faults)
    }
}

impl Parts {
    fn whole(self, source: &Source<'_>) -> Option<Config> {
        Some(Config {
            path: source.path.map(Path::to_path_buf),
            office: self.office?,
            state: self.state?,
            mailboxes: self.mailboxes,
            transport: self.transport?,
            log: self.log?,
            alarm: self.alarm?,
            policy: self.policy?,
            budget: self.budget?,
            desk: self.desk?,
            reviews: self.reviews?,
            files: self.files?,
        })
    }
}

/// The variables go before what the file says.
fn with<'a>(environment: &'a Environment, mut document: Document<'a>) -> Document<'a> {
    for (variable, value) in environment {
        if let Some(path) = variable_path(variable) {
            document.put(&path, variable, value);
        }
    }
    document
}

/// `SSCD_LOG__LEVEL` as `log`, `level`. A name without `__` is not about a key (`SSCD_CONFIG`).
fn variable_path(variable: &str) -> Option<Vec<String>> {
    let path: Vec<_> = variable.strip_prefix("SSCD_")?.split("__").map(str::to_lowercase).collect();
    (path.len() > 1).then_some(path)
}

/// Letters laid down where mail is read from would be read as mail.
fn letters_are_no_mailbox(reader: &mut Reader<'_>, parts: &Parts) {
    let Some(Transport::Folder { path: letters }) = &parts.transport else { return };
    let same =
        |mailbox: &&Mailbox| matches!(&mailbox.kind, MailboxKind::Maildir { path, .. } if path == letters);
    if let Some(mailbox) = parts.mailboxes.iter().find(same) {
        let found = format!("the folder of the mailbox {:?}", mailbox.name);
        let fault = reader.document.fault("transport.path", found, "a folder that is no mailbox of ours");
        reader.faults.push(fault);
    }
}

#[cfg(test)]
mod tests;

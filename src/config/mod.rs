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
mod world;

use std::fs;
use std::path::{Path, PathBuf};

use crate::domain::policy::Policy;
use crate::domain::world::Office;

use document::Document;
use section::Reader;

pub use fault::{ConfigError, Fault};
pub use keys::load_or_make_keys;
pub use sample::write_sample;
pub use secret::Secret;
pub use section::{
    Alarm, Files, Imap, Log, LogFormat, Login, Mailbox, MailboxKind, Server, Smtp, State, Tls, Transport,
};
pub use world::{build_world, load_world};

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
    pub files: Files,
}

const SECTIONS: [&str; 8] = ["office", "state", "mailbox", "transport", "log", "alarm", "policy", "files"];

/// Environment variables as name and value.
pub type Environment = [(String, String)];

impl Config {
    /// Reads `path`; variables named `SSCD_SECTION__KEY` (`SSCD_MAILBOX__0__PASSWORD_FILE`) go before what it says.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(path: &Path, environment: &Environment) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| Fault {
            file: name.clone(),
            line: None,
            key: String::new(),
            found: error.to_string(),
            expected: "the configuration file (sscd.toml)".into(),
        })?;
        let base = path.parent().unwrap_or(Path::new(""));
        Self::read(name, &text, Some(path), base, environment)
    }

    /// The built-in sample, as if its file stood in `base`.
    ///
    /// # Errors
    /// When a variable is wrong.
    pub fn sample(base: &Path, environment: &Environment) -> Result<Self, ConfigError> {
        Self::read("built-in sscd.toml".into(), sample::CONFIG, None, base, environment)
    }

    /// `path`, or without one the built-in sample in `base`.
    ///
    /// # Errors
    /// As [`Config::load`] and [`Config::sample`].
    pub fn load_or_sample(
        path: Option<&Path>,
        base: &Path,
        environment: &Environment,
    ) -> Result<Self, ConfigError> {
        path.map_or_else(|| Self::sample(base, environment), |path| Self::load(path, environment))
    }

    fn read(
        name: String,
        text: &str,
        path: Option<&Path>,
        base: &Path,
        environment: &Environment,
    ) -> Result<Self, ConfigError> {
        let mut document = Document::toml(name, text).map_err(ConfigError)?;
        for (variable, value) in environment {
            if let Some(path) = variable_path(variable) {
                document.put(&path, variable, value);
            }
        }
        let mut reader = Reader { document: &document, base, path, faults: Vec::new() };
        for section in document.sections().filter(|section| !SECTIONS.contains(section)) {
            let all = SECTIONS.join(", ");
            let near = explain::nearest(section, SECTIONS);
            let expected =
                near.map_or_else(|| all.clone(), |near| format!("{near} (the nearest); all are {all}"));
            reader.faults.push(document.fault(section, format!("an unknown section {section:?}"), expected));
        }
        let office = section::office(&mut reader);
        let state = section::state(&mut reader);
        let mailboxes = section::mailboxes(&mut reader);
        let transport = section::transport(&mut reader);
        let log = section::log(&mut reader);
        let alarm = section::alarm(&mut reader);
        let policy = section::policy(&mut reader);
        let files = section::files(&mut reader);
        letters_are_no_mailbox(&mut reader, &mailboxes, transport.as_ref());
        let mut faults = reader.faults;
        let whole = (|| {
            let path = path.map(Path::to_path_buf);
            let (office, state, transport) = (office?, state?, transport?);
            let (log, alarm, policy, files) = (log?, alarm?, policy?, files?);
            Some(Self { path, office, state, mailboxes, transport, log, alarm, policy, files })
        })();
        match whole {
            Some(config) if faults.is_empty() => Ok(config),
            _ => {
                faults.sort_by_key(|fault| fault.line);
                Err(ConfigError(faults))
            }
        }
    }
}

/// `SSCD_LOG__LEVEL` as `log`, `level`. A name without `__` is not about a key (`SSCD_CONFIG`).
fn variable_path(variable: &str) -> Option<Vec<String>> {
    let path: Vec<_> = variable.strip_prefix("SSCD_")?.split("__").map(str::to_lowercase).collect();
    (path.len() > 1).then_some(path)
}

/// Letters laid down where mail is read from would be read as mail.
fn letters_are_no_mailbox(reader: &mut Reader<'_>, mailboxes: &[Mailbox], transport: Option<&Transport>) {
    let Some(Transport::Folder { path: letters }) = transport else { return };
    let same = |mailbox: &&Mailbox| matches!(&mailbox.kind, MailboxKind::Maildir { path } if path == letters);
    if let Some(mailbox) = mailboxes.iter().find(same) {
        let found = format!("the folder of the mailbox {:?}", mailbox.name);
        let fault = reader.document.fault("transport.path", found, "a folder that is no mailbox of ours");
        reader.faults.push(fault);
    }
}

#[cfg(test)]
mod tests;

//! The sections of `sscd.toml`: each reads its own keys, with their defaults and checks. In: the document; out: values
//! that the rest of the program can use as they are, or faults.

mod mailbox;
mod oauth;
mod server;
mod small;
mod transport;

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::document::Document;
use super::fault::Fault;
use super::secret::{self, Secret, read_secret};

pub use mailbox::{Imap, Mailbox, MailboxKind};
pub use oauth::{Grant, OAuth};
pub use server::{Login, Proof, Server, Tls};
pub use small::{Alarm, Files, Log, LogFormat, State};
pub use transport::{Smtp, Transport};

pub(super) use mailbox::mailboxes;
pub(super) use small::{alarm, budget, desk, files, log, office, policy, reviews, state};
pub(super) use transport::transport;

/// A document being read: where its relative paths start, and what was found wrong so far.
pub(super) struct Reader<'a> {
    pub document: &'a Document<'a>,
    /// The folder in which the file stands.
    pub base: &'a Path,
    /// The file itself, where there is one: whoever writes a password into it must keep it to himself.
    pub path: Option<&'a Path>,
    pub faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    fn section<T: Deserialize<'a>>(&mut self, path: &str) -> Option<T> {
        self.document.read(path, &mut self.faults)
    }

    fn fault(&mut self, path: &str, found: impl Into<String>, expected: impl Into<String>) {
        self.faults.push(self.document.fault(path, found, expected));
    }

    /// Whole, so that nothing depends on where the daemon is started.
    fn path(&self, path: &Path) -> PathBuf {
        let path = self.base.join(path);
        std::path::absolute(&path).unwrap_or(path)
    }

    /// A secret that stands in the file or in a file of its own (`password`, `password_file`), not in both.
    fn secret(&mut self, key: &str, inline: Option<Secret>, file: Option<&Path>) -> Option<Secret> {
        let file_key = format!("{key}_file");
        match (inline, file) {
            (Some(_), Some(_)) => {
                let last = key.rsplit('.').next().unwrap_or(key);
                self.fault(&file_key, "both", format!("{last} or {last}_file, not both"));
                None
            }
            (Some(secret), None) => {
                // An environment variable has no line: it is not read by those who can read the file.
                let in_file = self.document.fault(key, "", "").line.is_some();
                if let Some(Err((found, expected))) = self.path.filter(|_| in_file).map(secret::only_owner) {
                    self.fault(key, found, format!("{expected}, or {file_key}"));
                }
                Some(secret)
            }
            (None, Some(file)) => match read_secret(&self.path(file)) {
                Ok(secret) => Some(secret),
                Err((found, expected)) => {
                    self.fault(&file_key, found, expected);
                    None
                }
            },
            (None, None) => None,
        }
    }
}

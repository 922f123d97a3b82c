//! `[[mailbox]]`: the mailboxes that are read. Every key belongs to one kind; a key of the other kind is a fault, for
//! whoever wrote it believes that it does something.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::Deserialize;

use super::Reader;
use super::oauth::RawOAuth;
use super::server::{Raw, Server, Tls};
use crate::config::secret::Secret;
use crate::domain::folder::FolderRole;
use crate::domain::workday::local;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Names it in the record; a new name is a new mailbox.
    pub name: String,
    pub kind: MailboxKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailboxKind {
    Imap(Box<Imap>),
    Maildir {
        path: PathBuf,
        role: FolderRole,
        /// Files written before are recorded by name, date and hash alone, and never answered.
        start_from: Option<DateTime<Utc>>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imap {
    pub server: Server,
    /// Folders of notices.
    pub folders: Vec<String>,
    pub junk_folders: Vec<String>,
    pub sent_folders: Vec<String>,
    /// How often to look where the server has no IDLE.
    pub poll_after: Duration,
    /// The longest IDLE; after it the server is asked whether the line still stands.
    pub idle_at_most: Duration,
    /// Older mail is recorded by UID, date and hash alone, and never answered.
    pub start_from: DateTime<Utc>,
}

impl Imap {
    /// Every folder, and what it is for.
    pub fn all_folders(&self) -> impl Iterator<Item = (&str, FolderRole)> {
        let all = [
            (&self.folders, FolderRole::Notices),
            (&self.junk_folders, FolderRole::Junk),
            (&self.sent_folders, FolderRole::Sent),
        ];
        all.into_iter().flat_map(|(folders, role)| folders.iter().map(move |name| (name.as_str(), role)))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMailbox {
    name: String,
    kind: Kind,
    path: Option<PathBuf>,
    role: Option<FolderRole>,
    host: Option<String>,
    port: Option<u16>,
    tls: Option<Tls>,
    ca_file: Option<PathBuf>,
    user: Option<String>,
    password: Option<Secret>,
    password_file: Option<PathBuf>,
    oauth: Option<RawOAuth>,
    silence_seconds: Option<u64>,
    folders: Option<Vec<String>>,
    #[serde(default)]
    junk_folders: Vec<String>,
    #[serde(default)]
    sent_folders: Vec<String>,
    poll_after_seconds: Option<u64>,
    idle_seconds: Option<u64>,
    start_from: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Imap,
    Maildir,
}

pub fn mailboxes(reader: &mut Reader<'_>) -> Vec<Mailbox> {
    let n = reader.document.n_rows("mailbox");
    if n == 0 {
        reader.fault("mailbox", "none", "one [[mailbox]] or more");
    }
    let mut mailboxes: Vec<Mailbox> = Vec::new();
    let mut names = HashSet::new();
    for index in 0..n {
        let path = format!("mailbox[{index}]");
        let Some(raw) = reader.section::<RawMailbox>(&path) else { continue };
        let name = raw.name.clone();
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
            reader.fault(
                &format!("{path}.name"),
                format!("{name:?}"),
                "a word of letters, digits, '-', '_', '.'",
            );
        }
        if !names.insert(name.to_lowercase()) {
            reader.fault(
                &format!("{path}.name"),
                format!("{name:?} twice"),
                "a name of its own for every mailbox",
            );
        }
        let kind = match raw.kind {
            Kind::Imap => imap(reader, &path, raw).map(Box::new).map(MailboxKind::Imap),
            Kind::Maildir => maildir(reader, &path, raw),
        };
        let Some(kind) = kind else { continue };
        let maildir = |kind: &MailboxKind| match kind {
            MailboxKind::Maildir { path, .. } => Some(path.clone()),
            MailboxKind::Imap(_) => None,
        };
        if let Some(folder) = maildir(&kind)
            && let Some(other) = mailboxes.iter().find(|other| maildir(&other.kind).as_ref() == Some(&folder))
        {
            reader.fault(
                &format!("{path}.path"),
                format!("the folder of {:?}", other.name),
                "a folder of its own",
            );
        }
        mailboxes.push(Mailbox { name, kind });
    }
    mailboxes
}

fn maildir(reader: &mut Reader<'_>, path: &str, raw: RawMailbox) -> Option<MailboxKind> {
    let more = [
        ("folders", raw.folders.is_some()),
        ("junk_folders", !raw.junk_folders.is_empty()),
        ("sent_folders", !raw.sent_folders.is_empty()),
        ("poll_after_seconds", raw.poll_after_seconds.is_some()),
        ("idle_seconds", raw.idle_seconds.is_some()),
    ];
    for (key, stated) in server(&raw).is_stated().into_iter().chain(more) {
        if stated {
            reader.fault(&format!("{path}.{key}"), "a value", "no such key where kind is \"maildir\"");
        }
    }
    let folder = raw.path.filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_none() {
        reader.fault(&format!("{path}.path"), "nothing", "the folder of the Maildir");
    }
    let start_from = first_day(reader, path, raw.start_from.as_deref());
    Some(MailboxKind::Maildir { path: reader.path(&folder?), role: raw.role.unwrap_or_default(), start_from })
}

/// Folders of notices, of junk and of what was sent. A folder has one role: INBOX is for notices by default, and whatever
/// the case of its letters (RFC 9051 5.1).
fn folders(reader: &mut Reader<'_>, path: &str, raw: &mut RawMailbox) -> [Vec<String>; 3] {
    let notices = raw.folders.take().unwrap_or_else(|| vec!["INBOX".into()]);
    let folders = [notices, std::mem::take(&mut raw.junk_folders), std::mem::take(&mut raw.sent_folders)];
    let keys = ["folders", "junk_folders", "sent_folders"];
    let mut seen = HashSet::new();
    for (key, names) in keys.into_iter().zip(&folders) {
        let key = format!("{path}.{key}");
        for name in names {
            let inbox = name.eq_ignore_ascii_case("INBOX");
            if name.trim().is_empty() {
                reader.fault(&key, "no name", "the names of folders");
            } else if !seen.insert(if inbox { "INBOX" } else { name }) {
                reader.fault(&key, format!("{name:?} twice"), "one role for each folder");
            }
        }
    }
    if folders.iter().all(Vec::is_empty) {
        reader.fault(&format!("{path}.folders"), "no name", "the names of one folder or more");
    }
    folders
}

fn imap(reader: &mut Reader<'_>, path: &str, mut raw: RawMailbox) -> Option<Imap> {
    if raw.path.is_some() {
        reader.fault(&format!("{path}.path"), "a value", "no such key where kind is \"imap\" (folders is)");
    }
    if raw.role.is_some() {
        let expected = "no such key where kind is \"imap\" (junk_folders and sent_folders are)";
        reader.fault(&format!("{path}.role"), "a value", expected);
    }
    if raw.user.is_none() && raw.password.is_none() && raw.password_file.is_none() && raw.oauth.is_none() {
        let expected = "user, and password_file or oauth: IMAP has no other way in";
        reader.fault(&format!("{path}.user"), "nothing", expected);
    }
    let server = server(&raw).server(reader, path, [993, 143, 143]);
    let folders = folders(reader, path, &mut raw);
    let mut seconds = |key: &str, stated: Option<u64>| {
        let seconds = stated.unwrap_or(60);
        // Every service looks once a minute, whatever happens.
        if !(1..=60).contains(&seconds) {
            reader.fault(&format!("{path}.{key}"), seconds.to_string(), "1 to 60 seconds");
        }
        Duration::from_secs(seconds)
    };
    let poll_after = seconds("poll_after_seconds", raw.poll_after_seconds);
    let idle_at_most = seconds("idle_seconds", raw.idle_seconds);
    if raw.start_from.is_none() {
        reader.fault(&format!("{path}.start_from"), "nothing", FIRST_DAY);
    }
    let start_from = first_day(reader, path, raw.start_from.as_deref());
    let [folders, junk_folders, sent_folders] = folders;
    Some(Imap {
        server: server?,
        folders,
        junk_folders,
        sent_folders,
        poll_after,
        idle_at_most,
        start_from: start_from?,
    })
}

fn server(raw: &RawMailbox) -> Raw {
    Raw {
        host: raw.host.clone(),
        port: raw.port,
        tls: raw.tls,
        ca_file: raw.ca_file.clone(),
        user: raw.user.clone(),
        password: raw.password.clone(),
        password_file: raw.password_file.clone(),
        oauth: raw.oauth.clone(),
        silence_seconds: raw.silence_seconds,
    }
}

const FIRST_DAY: &str = "the day from which mail is answered, as YYYY-MM-DD or 2026-01-05T09:00:00Z (without it the \
                         first connection would answer years of old mail)";

/// `start_from`, where it is stated.
fn first_day(reader: &mut Reader<'_>, path: &str, text: Option<&str>) -> Option<DateTime<Utc>> {
    let text = text?;
    let first = start_from(text);
    if first.is_none() {
        reader.fault(&format!("{path}.start_from"), format!("{text:?}"), FIRST_DAY);
    }
    first
}

/// An instant, or a day, which begins at midnight in London.
fn start_from(text: &str) -> Option<DateTime<Utc>> {
    let day = |text: &str| text.parse::<NaiveDate>().ok().map(|on| local(on, NaiveTime::MIN));
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc()).or_else(|| day(text))
}

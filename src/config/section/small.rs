//! The sections of a few keys: who we are, where the record is, how we log, whom an alarm runs, the policy, the budgets,
//! the files.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use tracing_subscriber::EnvFilter;

use super::Reader;
use crate::config::explain::nearest;
use crate::config::secret::Secret;
use crate::domain::budget::Limits;
use crate::domain::desk::{Pattern, Settings};
use crate::domain::id::{Address, Named};
use crate::domain::policy::Policy;
use crate::domain::review;
use crate::domain::world::Office;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The record, the keys, the lock and the socket.
    pub folder: PathBuf,
    /// `None` is the embedded default: an SQLite file in the folder.
    pub database: Option<Secret>,
}

impl State {
    /// Where the record is, as a URL; it may hold a password.
    #[must_use]
    pub fn database_url(&self) -> Secret {
        self.database.clone().unwrap_or_else(|| {
            let path = self.folder.join("sscd.db");
            let path = path.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
            Secret::new(format!("sqlite://{path}"))
        })
    }

    /// The folder of the signing keys.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.folder.join("keys")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    /// A level (`info`) or directives (`info,sscd::engine=debug`).
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".into() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Alarm {
    /// A program and its arguments, without a shell; the alarm comes on its standard input. None when empty.
    pub command: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The folder of users, providers, people and meetings.
    pub directory: PathBuf,
    /// GOV.UK's `bank-holidays.json`.
    pub holidays: PathBuf,
    /// Letters in other words than the built-in ones.
    pub templates: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOffice {
    name: Option<String>,
    address: Address,
    bounces: Option<Address>,
    #[serde(default = "yes")]
    tagged_addresses: bool,
    #[serde(default)]
    own_addresses: Vec<Address>,
    #[serde(default)]
    authserv_ids: Vec<String>,
    #[serde(default)]
    verify_dkim: bool,
}

fn yes() -> bool {
    true
}

pub fn office(reader: &mut Reader<'_>) -> Option<Office> {
    let raw = reader.section::<RawOffice>("office")?;
    let stated = [("address", Some(&raw.address)), ("bounces", raw.bounces.as_ref())];
    for (key, address) in stated.into_iter().filter_map(|(key, address)| Some((key, address?))) {
        // A tag of 27 characters is put on (DESIGN.md 7.13), and the local part may have 64 octets (RFC 5321 4.5.3.1.1).
        if address.tag().is_some() || address.local().len() > 36 {
            let expected = "local@domain without a tag (+), at most 36 characters before the @: our own tag is put there";
            reader.fault(&format!("office.{key}"), format!("{:?}", address.as_str()), expected);
        }
    }
    for id in &raw.authserv_ids {
        if id.trim().is_empty() || id.contains(char::is_whitespace) {
            let expected = "the first word of your own server's Authentication-Results header";
            reader.fault("office.authserv_ids", format!("{id:?}"), expected);
        }
    }
    if raw.verify_dkim && !raw.authserv_ids.is_empty() {
        let expected =
            "false, or no authserv_ids: either your own server's word counts or our own check does";
        reader.fault("office.verify_dkim", "true, beside authserv_ids", expected);
    }
    let bounces = raw.bounces.unwrap_or_else(|| raw.address.clone());
    let mut own_addresses = vec![raw.address.clone()];
    for address in std::iter::once(&bounces).chain(&raw.own_addresses) {
        if !own_addresses.iter().any(|own| own.same(address)) {
            own_addresses.push(address.clone());
        }
    }
    Some(Office {
        mailbox: Named { name: raw.name.filter(|name| !name.trim().is_empty()), address: raw.address },
        bounces,
        tagged_addresses: raw.tagged_addresses,
        own_addresses,
        authserv_ids: raw.authserv_ids,
        verify_dkim: raw.verify_dkim,
    })
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawState {
    folder: PathBuf,
    database: Option<Secret>,
    database_file: Option<PathBuf>,
}

impl Default for RawState {
    fn default() -> Self {
        Self { folder: "state".into(), database: None, database_file: None }
    }
}

pub fn state(reader: &mut Reader<'_>) -> Option<State> {
    let raw = reader.section::<RawState>("state")?;
    let database = match raw.database {
        Some(url) if raw.database_file.is_none() && !has_password(url.reveal()) => Some(url),
        url => reader.secret("state.database", url, raw.database_file.as_deref()),
    };
    let known = |url: &Secret| {
        ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.reveal().starts_with(scheme))
    };
    if database.as_ref().is_some_and(|url| !known(url)) {
        reader.fault(
            "state.database",
            "another scheme",
            "a URL that begins with sqlite:, postgres:// or postgresql://",
        );
    }
    Some(State { folder: reader.path(&raw.folder), database })
}

/// `scheme://user:password@host/..`
fn has_password(url: &str) -> bool {
    let user_info =
        url.split_once("://").and_then(|(_, rest)| rest.split_once('@')).map(|(user_info, _)| user_info);
    user_info.is_some_and(|user_info| user_info.contains(':')) || url.contains("password=")
}

const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

/// The first directive that is one bare word and no level. The filter would take it for the name of a module, and let
/// nothing of any other one through.
fn no_level(directives: &str) -> Option<&str> {
    let is_level = |word: &str| LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word));
    let mut words = directives.split(',').map(str::trim);
    words.find(|word| !word.contains(['=', '[', ']', '{', '}']) && !is_level(word))
}

pub fn log(reader: &mut Reader<'_>) -> Option<Log> {
    let log = reader.section::<Log>("log")?;
    if let Some(word) = no_level(&log.level) {
        let near = nearest(word, LEVELS).map_or_else(String::new, |level| format!("{level} (the nearest); "));
        let expected =
            format!("{near}error, warn, info, debug, trace or off, or directives such as info,sscd=debug");
        let found = if word == log.level { String::new() } else { format!(", with {word:?}") };
        reader.fault("log.level", format!("{:?}{found}", log.level), expected);
    } else if let Err(error) = log.level.parse::<EnvFilter>() {
        let expected =
            format!("error, warn, info, debug or trace, or directives such as info,sscd=debug ({error})");
        reader.fault("log.level", format!("{:?}", log.level), expected);
    }
    Some(log)
}

pub fn alarm(reader: &mut Reader<'_>) -> Option<Alarm> {
    let alarm = reader.section::<Alarm>("alarm")?;
    if let Some(program) = alarm.command.first().filter(|program| !Path::new(program).is_absolute()) {
        reader.fault(
            "alarm.command",
            format!("{program:?}"),
            "a program by its whole path, then its arguments",
        );
    } else if let Some(program) = alarm.command.first().filter(|program| !Path::new(program).is_file()) {
        reader.fault(
            "alarm.command",
            format!("{program:?}, which is not there"),
            "a program that can be run",
        );
    }
    Some(alarm)
}

pub fn policy(reader: &mut Reader<'_>) -> Option<Policy> {
    let policy = reader.section::<Policy>("policy")?;
    for problem in policy.problems() {
        reader.fault(&format!("policy.{}", problem.field), problem.found, problem.expected);
    }
    Some(policy)
}

pub fn budget(reader: &mut Reader<'_>) -> Option<Limits> {
    let limits = reader.section::<Limits>("budget")?;
    for problem in limits.problems() {
        reader.fault(&format!("budget.{}", problem.field), problem.found, problem.expected);
    }
    Some(limits)
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawDesk {
    digest: String,
    letters: bool,
    picture: bool,
    tables: bool,
}

impl Default for RawDesk {
    fn default() -> Self {
        Self { digest: "0 30 8 * * Mon-Fri".into(), letters: true, picture: true, tables: false }
    }
}

pub fn desk(reader: &mut Reader<'_>) -> Option<Settings> {
    let raw = reader.section::<RawDesk>("desk")?;
    let mut digest = None;
    if !raw.digest.trim().is_empty() {
        match Pattern::read(&raw.digest) {
            Ok(pattern) => digest = Some(pattern),
            Err(error) => {
                let expected = "seconds, minutes, hours, days, months and days of the week, such as 0 30 8 * * Mon-Fri, or \
                                nothing at all for no digest";
                reader.fault("desk.digest", format!("{:?} ({error})", raw.digest), expected);
            }
        }
    }
    Some(Settings { digest, letters: raw.letters, picture: raw.picture, tables: raw.tables })
}

pub fn reviews(reader: &mut Reader<'_>) -> Option<review::Settings> {
    let settings = reader.section::<review::Settings>("reviews")?;
    for problem in settings.problems() {
        reader.fault(&format!("reviews.{}", problem.field), problem.found, problem.expected);
    }
    Some(settings)
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawFiles {
    directory: PathBuf,
    holidays: PathBuf,
    templates: Option<PathBuf>,
}

impl Default for RawFiles {
    fn default() -> Self {
        Self { directory: "directory".into(), holidays: "bank-holidays.json".into(), templates: None }
    }
}

pub fn files(reader: &mut Reader<'_>) -> Option<Files> {
    let raw = reader.section::<RawFiles>("files")?;
    let templates = raw.templates.map(|folder| reader.path(&folder));
    if let Some(folder) = templates.as_ref().filter(|folder| !folder.is_dir()) {
        let found = format!("{}, which is no folder", folder.display());
        reader.fault("files.templates", found, "a folder of templates, or no such key for the built-in ones");
    }
    Some(Files { directory: reader.path(&raw.directory), holidays: reader.path(&raw.holidays), templates })
}

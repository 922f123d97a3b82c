//! `sscd read FILE..`: what would be read from mails, without daemon or record. In: files; out: one JSON object a line
//! for each, or on a terminal the same for people. Nothing is written and nobody is answered.

use std::fs;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::{Value, json};

use super::Common;
use super::argument::instant;
use super::screen::escape;
use crate::adapters::clock::SystemClock;
use crate::config::{Config, environment, load_keys};
use crate::domain::case::answer::answer;
use crate::domain::notification::labels::label_of;
use crate::domain::notification::{FieldName, Reading};

use crate::domain::token::Keys;
use crate::domain::workday::london_date;
use crate::domain::world::World;
use crate::engine::{Heard, read_mail};
use crate::ports::Clock as _;

/// Show what is read from mails and who would be answered.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sscd read --json notice.eml | jq .notifications")]
pub struct Read {
    /// Mails as files, with their headers.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The server whose Authentication-Results count, in place of the configured ones; may be repeated.
    #[arg(long, value_name = "NAME")]
    authserv_id: Vec<String>,
    /// When the mail was received (RFC 3339), in place of now.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    received_at: Option<DateTime<Utc>>,
    /// All that the daemon must hear of a mail that this process reads for it.
    #[arg(long, hide = true, conflicts_with_all = ["authserv_id", "received_at"])]
    for_daemon: bool,
}

/// # Errors
/// When the configuration is wrong or nobody takes what is printed. A file that cannot be read is said on stderr.
pub fn read(common: &Common, read: &Read) -> anyhow::Result<ExitCode> {
    let (config, snapshot) = Config::examine(common.config.as_deref(), Path::new(""), &environment())?;
    // The keys of this installation, where it has some, tell our own mail. None are made.
    let keys = load_keys(&config.state.keys())?;
    let keys = keys.unwrap_or_else(Keys::none);
    let mut world = snapshot.world(&config, keys);
    if !read.authserv_id.is_empty() {
        world.office.authserv_ids.clone_from(&read.authserv_id);
    }
    let received_at = read.received_at.unwrap_or_else(|| SystemClock.now());
    let mut out = std::io::stdout().lock();
    let for_people = !common.json && out.is_terminal();
    let mut code = ExitCode::SUCCESS;
    for file in &read.files {
        let raw = match fs::read(file) {
            Ok(raw) => raw,
            Err(error) => {
                eprintln!("sscd: read {}: {error}", file.display());
                code = ExitCode::from(1);
                continue;
            }
        };
        if read.for_daemon {
            serde_json::to_writer(&mut out, &Heard::of(&raw, &world))
                .context("tell the daemon what was read")?;
            continue;
        }
        let reading = read_mail(&raw, &world);
        let text = if for_people {
            let notes = world.mistakable(&reading.sender, london_date(received_at));
            escape(&for_eyes(&file.display().to_string(), &reading, &notes))
        } else {
            let report = report(file, &reading, &world, received_at).to_string();
            // Programs that part lines at these, too, still find one object a line.
            let marks = [('\u{85}', "\\u0085"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")];
            marks.iter().fold(report, |report, (mark, escaped)| report.replace(*mark, escaped)) + "\n"
        };
        out.write_all(text.as_bytes()).context("print what was read")?;
    }
    Ok(code)
}

fn report(file: &Path, reading: &Reading, world: &World, received_at: DateTime<Utc>) -> Value {
    let sender = &reading.sender;
    let on = london_date(received_at);
    let standing = sender.address.as_ref().map(|address| world.directory.standing(address, on));
    let answer = answer(reading, &world.directory, on);
    json!({
        "file": file.display().to_string(),
        "kind": reading.kind,
        "reasons": reading.reasons,
        "sender": {
            "address": sender.address,
            "name": sender.name,
            "verdict": sender.vouch.verdict,
            "reasons": sender.vouch.reasons,
            "reply_to": sender.reply_to,
            "to_note": world.mistakable(sender, on),
            "standing": standing.unwrap_or(crate::domain::directory::Standing::Unknown),
        },
        "classification": reading.classification,
        "answer": answer.at_once,
        "answer_to": answer.to,
        "answer_reasons": answer.reasons,
        "references": reading.references,
        "attachments": reading.attachments,
        "notifications": reading.notifications,
        "problems": reading.problems,
    })
}

/// The same for people: what it is and why, what was understood, what is missing.
/// `notes` are what a person should note of its sender.
pub fn for_eyes(title: &str, reading: &Reading, notes: &[String]) -> String {
    let name = |value: &Value| value.as_str().unwrap_or_default().replace('_', " ");
    let mut lines = vec![format!("{title}: {}", name(&json!(reading.kind)))];
    lines.extend(reading.reasons.iter().map(|reason| format!("  because {reason}")));
    let address = reading.sender.address.as_ref().map_or("nobody that it names", |address| address.as_str());
    lines.push(format!("  from {address}, {}", name(&json!(reading.sender.vouch.verdict))));
    lines.extend(notes.iter().map(|note| format!("  to note: {note}")));
    for problem in &reading.problems {
        lines.push(format!("  found {}, expected {}", problem.found, problem.expected));
    }
    for notification in &reading.notifications {
        lines.push(String::new());
        let claimed = notification.claimed_sender.as_ref();
        lines.extend(claimed.map(|who| format!("  the mail within names {who} as its sender; not verified")));
        let fields = json!(notification.fields);
        for field in FieldName::ALL.map(FieldName::as_str) {
            let Some(found) = fields.get(field) else { continue };
            let words = found.get("words").and_then(Value::as_str).unwrap_or_default();
            let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
            let value = plain(found.get("value").unwrap_or(&Value::Null));
            let said = if value == words { String::new() } else { format!("  ({words:?})") };
            // What stands in the mail itself is found with a look.
            let document = found.get("document").and_then(Value::as_str);
            let line = found.get("line").and_then(Value::as_u64).unwrap_or_default();
            let place = document.map_or_else(String::new, |name| format!("  in {name}, line {line}"));
            lines.push(format!("  {}: {value}{said}{place}", label_of(field).unwrap_or(field)));
        }
        let missing: Vec<&str> =
            notification.missing.iter().map(|field| label_of(field).unwrap_or(field)).collect();
        if !missing.is_empty() {
            lines.push(format!("  missing: {}", missing.join(", ")));
        }
        for problem in &notification.problems {
            let label = label_of(&problem.field).unwrap_or(&problem.field);
            lines.push(format!("  {label}: found {:?}, expected {}", problem.found, problem.expected));
        }
    }
    lines.push(String::new());
    lines.join("\n") + "\n"
}

/// A value without the names of its parts.
fn plain(value: &Value) -> String {
    let joined = |values: &mut dyn Iterator<Item = &Value>| {
        values.filter(|value| !value.is_null()).map(plain).collect::<Vec<_>>().join(", ")
    };
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => joined(&mut values.iter()),
        Value::Object(parts) => joined(&mut parts.values()),
        other => other.to_string(),
    }
}

//! `sscd case pack`: the evidence of a case as a folder. In: its reference and a folder that is not there yet; out: its
//! mails, letters and history as files, and a manifest that `sha256sum -c SHA256SUMS` verifies. It assesses nothing.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use data_encoding::HEXLOWER;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::words::sentence;
use crate::cli::Common;
use crate::cli::check::moment;
use crate::cli::look::Looking;
use crate::cli::screen::{one_line, say, say_json};
use crate::domain::case::{Case, Event, Reference};
use crate::domain::letter::preview;
use crate::store::{Delivery, Letter, LetterFilter, LetterState, Recorded};

/// # Errors
/// When there is no such case, the folder is there already, or a file cannot be written.
pub async fn write(common: &Common, reference: Reference, into: &Path) -> anyhow::Result<ExitCode> {
    let looking = Looking::open(common).await?;
    let subject = reference.subject();
    let row = looking.store.registers(std::slice::from_ref(&subject)).await?.pop();
    let row = row.with_context(|| format!("there is no case {reference}: see `sscd case list`"))?;
    let case: Case = serde_json::from_slice(&row.body)
        .with_context(|| format!("the register's {reference} does not read: run `sscd rebuild`"))?;
    ensure!(!into.exists(), "found {}, expected a folder that is not there yet", into.display());
    fs::create_dir_all(into).with_context(|| format!("make {}", into.display()))?;
    let mut pack = Pack { into, manifest: String::new() };
    let journal = looking.store.journal(&subject).await?;
    pack.file("chronology.txt", chronology(&case, &journal).as_bytes())?;
    pack.file("journal.jsonl", &lines(&journal)?)?;
    for mail in &case.mails {
        let raw = looking.store.raw(mail.inbox).await?;
        pack.file(&format!("mail-{}.eml", mail.inbox.0), &raw)?;
    }
    let mut letters = looking.store.letters(&LetterFilter::Of(subject), None, i64::MAX).await?;
    letters.reverse();
    for letter in &letters {
        let id = letter.letter.0;
        match &letter.state {
            LetterState::Sealed { bytes } => pack.file(&format!("letter-{id}.eml"), bytes)?,
            LetterState::Draft { facts, .. } => {
                let facts = serde_json::from_slice(facts)?;
                let text = preview(&facts, &looking.world.office.mailbox, &looking.world.templates)?;
                pack.file(&format!("letter-{id}-draft.txt"), text.as_bytes())?;
            }
            LetterState::Discarded => {}
        }
    }
    pack.file("delivery.txt", deliveries(&letters).as_bytes())?;
    fs::write(into.join("SHA256SUMS"), &pack.manifest).context("write the manifest")?;
    let n = pack.manifest.lines().count();
    let done =
        format!("{n} files of {reference} are in {}: verify with sha256sum -c SHA256SUMS", into.display());
    if common.json {
        say_json(&json!({ "done": done, "files": n }))?;
    } else {
        say(&format!("{}\n", one_line(&done)))?;
    }
    Ok(ExitCode::SUCCESS)
}

struct Pack<'a> {
    into: &'a Path,
    manifest: String,
}

impl Pack<'_> {
    fn file(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        fs::write(self.into.join(name), bytes).with_context(|| format!("write {name}"))?;
        let _ = writeln!(self.manifest, "{}  {name}", HEXLOWER.encode(&Sha256::digest(bytes)));
        Ok(())
    }
}

fn chronology(case: &Case, journal: &[Recorded]) -> String {
    let mut text = format!("{}, {}\n\n", case.reference, one_line(case.user_name()));
    for recorded in journal {
        let entry = &recorded.entry;
        let said = Event::decode(entry.schema, &entry.body)
            .map_or_else(|corrupt| corrupt.what, |event| sentence(&event));
        let _ = writeln!(text, "{}  {}  {}", moment(entry.at), one_line(&entry.actor), one_line(&said));
    }
    text
}

/// One fact a line, as the journal keeps it, with its hash.
fn lines(journal: &[Recorded]) -> anyhow::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for recorded in journal {
        let body: serde_json::Value = serde_json::from_slice(&recorded.entry.body)?;
        let fact = json!({ "seq": recorded.seq, "at": recorded.entry.at, "kind": recorded.entry.kind,
            "actor": recorded.entry.actor, "cause": recorded.entry.cause, "body": body });
        serde_json::to_writer(&mut lines, &fact)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

fn deliveries(letters: &[Letter]) -> String {
    let mut text = String::new();
    for letter in letters {
        let _ =
            writeln!(text, "letter {}, {}, made {}", letter.letter.0, letter.kind, moment(letter.made_at));
        for Delivery { recipient, state, answer, .. } in &letter.deliveries {
            let answer = answer.as_deref().unwrap_or_default();
            let _ = writeln!(text, "    {recipient}: {}: {}", state.as_str(), one_line(answer));
        }
    }
    text
}

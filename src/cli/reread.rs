//! `sscd reread`: stored mail read again by the reader of today. In: which mails; out: what is read otherwise now, by mail
//! and field. Invariant: nothing is changed but with `--apply`, and then as any request of a person.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::Args;
use serde_json::json;

use super::Common;
use super::argument::{day, number};
use super::ask::{By, Hand};
use super::check::moment;
use super::look::Looking;
use super::progress::bar;
use super::screen::{Paint, Screen, counted, one_line, say, say_json, spaced};
use crate::domain::case::Refusal;
use crate::domain::id::InboxId;
use crate::domain::notification::{Difference, Reading, differences, label_of};
use crate::domain::workday::local;
use crate::engine::{Ask, read_mail};
use crate::store::{InboxRow, Outcome};

/// Read stored mail again, after `sscd` has learned to read better, and list what is read otherwise now.
///
/// Nothing is changed and nobody is written to, but with --apply: then a mail that waits for a person is decided by its new
/// reading, and a case takes over what is better read of its mail. What a person entered stays, and so does the verdict
/// about the sender. No letter leaves by itself: one that is due becomes a draft (`sscd outbox list --drafts`). Applying
/// twice changes nothing more.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  sscd reread\n  sscd reread --since 2026-11-02\n  sscd reread --mail 17 --apply --by priya.nair"
)]
pub struct Reread {
    /// Only mail that was received on this day (in London) or later.
    #[arg(long, value_name = "DATE", value_parser = day)]
    since: Option<NaiveDate>,
    /// Only this mail, as `sscd inbox list` numbers it.
    #[arg(long, value_name = "N", value_parser = number)]
    mail: Option<i64>,
    /// List only, which is also what happens without it.
    #[arg(long, conflicts_with = "apply")]
    dry_run: bool,
    /// Apply what is listed.
    #[arg(long, requires = "by")]
    apply: bool,
    /// Who applies it: the key of a person in the directory whose role permits it.
    #[arg(long, value_name = "PERSON", requires = "apply")]
    by: Option<String>,
}

/// Rows that are looked at together; their mails are read one after the other.
const PAGE: i64 = 64;
/// Characters of a value that are shown; `--json` has all of them.
const SHOWN: usize = 200;

/// # Errors
/// When the record cannot be read, or the daemon or the record cannot apply it now.
pub async fn command(args: Reread, common: &Common) -> anyhow::Result<ExitCode> {
    let looking = Looking::open(common).await?;
    if let Some(n) = args.mail {
        let none = || format!("there is no mail {n}: see `sscd inbox list`");
        looking.store.inbox_row(InboxId(n)).await?.with_context(none)?;
    }
    let by = args.by.filter(|_| args.apply).map(By::of);
    let mut hand = Hand::of(common)?;
    let since = args.since.map_or(DateTime::UNIX_EPOCH, |on| local(on, NaiveTime::MIN));
    let mut seen = Seen::default();
    let mut after = InboxId(args.mail.map_or(0, |n| n - 1));
    let progress = bar("reading again", None);
    loop {
        let rows = looking.store.read_since(since, after, PAGE).await?;
        let Some(last) = rows.last().map(|row| row.inbox) else { break };
        for row in rows.iter().filter(|row| args.mail.is_none_or(|n| row.inbox.0 == n)) {
            seen.n += 1;
            let found = compare(&looking, row).await?;
            if found.is_empty() {
                continue;
            }
            seen.n_otherwise += 1;
            let said = match &by {
                Some(by) => Some(Box::pin(hand.ask(by, Ask::Reread { inbox: row.inbox })).await?),
                None => None,
            };
            seen.count(said.as_ref());
            progress.suspend(|| tell(common, row, &found, said.as_ref()))?;
        }
        progress.set_position(u64::try_from(seen.n).unwrap_or_default());
        after = last;
        if args.mail.is_some() {
            break;
        }
    }
    progress.finish_and_clear();
    hand.let_go(seen.n_applied > 0).await;
    if !common.json {
        say(&seen.sum(by.is_some()))?;
    }
    Ok(if seen.n_refused > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

#[derive(Default)]
struct Seen {
    n: i64,
    n_otherwise: i64,
    n_applied: i64,
    n_refused: i64,
}

impl Seen {
    fn count(&mut self, said: Option<&Result<String, Refusal>>) {
        self.n_applied += i64::from(said.is_some_and(Result::is_ok));
        self.n_refused += i64::from(said.is_some_and(Result::is_err));
    }

    fn sum(&self, is_applied: bool) -> String {
        let read =
            format!("{} read again, {} otherwise than before", counted(self.n, "mail"), self.n_otherwise);
        match (self.n_otherwise, is_applied) {
            (0, _) => format!("{read}.\n"),
            (_, false) => format!("{read}; nothing was changed: add --apply --by PERSON to apply it.\n"),
            (_, true) => format!("{read}; {} applied, {} refused.\n", self.n_applied, self.n_refused),
        }
    }
}

/// What the reader of today reads otherwise. A mail that it fails on stays as it was read.
async fn compare(looking: &Looking, row: &InboxRow) -> anyhow::Result<Vec<Difference>> {
    let n = row.inbox.0;
    let none = || format!("the stored reading of mail {n} does not read");
    let stored = row.reading.as_deref().unwrap_or_default();
    let before: Reading = serde_json::from_slice(stored).with_context(none)?;
    let raw = looking.store.raw(row.inbox).await?;
    let fresh = catch_unwind(AssertUnwindSafe(|| read_mail(&raw, &looking.world)));
    let Ok(fresh) = fresh else {
        eprintln!("sscd: the reader failed on mail {n}: it stays as it was read; please report this mail");
        return Ok(Vec::new());
    };
    Ok(differences(&before, &before.read_again(fresh)))
}

fn tell(
    common: &Common,
    row: &InboxRow,
    found: &[Difference],
    said: Option<&Result<String, Refusal>>,
) -> anyhow::Result<()> {
    if common.json {
        return say_json(&json!({
            "mail": row.inbox,
            "received_at": row.received_at,
            "sender": row.sender,
            "outcome": row.outcome.as_str(),
            "cases": row.subjects,
            "differences": found,
            "applied": said.and_then(|said| said.as_ref().ok()),
            "refused": said.and_then(|said| said.as_ref().err()).map(|refusal| &refusal.because),
        }));
    }
    say(&page(Screen::stdout(), row, found, said))
}

fn page(
    screen: Screen,
    row: &InboxRow,
    found: &[Difference],
    said: Option<&Result<String, Refusal>>,
) -> String {
    let received_at: DateTime<Utc> = row.received_at;
    let sender = row.sender.as_deref().unwrap_or("nobody that it names");
    let subjects = row.subjects.iter().map(|subject| subject.0.as_str()).collect::<Vec<_>>().join(", ");
    let is = match row.outcome {
        Outcome::Triage => format!("waits for a person {subjects}"),
        outcome => format!("{} {subjects}", spaced(outcome.as_str())),
    };
    let title = format!("mail {}, {} from {sender}: {}", row.inbox.0, moment(received_at), is.trim_end());
    let mut text = screen.paint(Paint::Bold, &one_line(&title)) + "\n";
    let is_one = found.iter().all(|one| one.notification.is_none_or(|n| n == 1));
    let mut last = None;
    for one in found {
        if !is_one && one.notification != last {
            let _ = writeln!(text, "  notification {}", one.notification.unwrap_or_default());
            last = one.notification;
        }
        let value = |value: &Option<String>| value.as_deref().map_or_else(|| "nothing".to_owned(), cut);
        let name = label_of(&one.name).unwrap_or(&one.name);
        let change = format!("{} -> {}", value(&one.before), value(&one.after));
        text += &screen.paragraph(&format!("  {name}: "), 4, &change);
    }
    match said {
        Some(Ok(done)) => text += &screen.paragraph("  applied: ", 4, done),
        Some(Err(refusal)) => {
            text += &screen.paragraph("  not applied: ", 4, &refusal.because);
        }
        None => {}
    }
    text + "\n"
}

fn cut(text: &str) -> String {
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    text.chars().take(SHOWN).chain(['…']).collect()
}

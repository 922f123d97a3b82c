//! `sscd demo`: the whole daemon on the embedded default, in a folder of its own, on the sample directory. It plays a
//! few realistic mails, then the whole life of a case under a clock that is turned, then answers whatever is dropped in.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio_util::sync::CancellationToken;

use super::case::labels;
use super::rehearse::{line, people};
use super::run::{Daemon, probe};
use super::screen::{Screen, say};
use crate::adapters::clock::Stopwatch;
use crate::config::{Config, MailboxKind, write_sample};
use crate::domain::case::{Case, Event};
use crate::domain::id::InboxId;
use crate::rehearse::{Ends, Play, Setting, read_script};
use crate::store::{InboxFilter, InboxRow, LetterState, Outcome, Store};

/// Play a few mails through the whole daemon and a case's whole life in a minute, then answer what you drop in.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  sscd demo --once")]
pub struct Args {
    /// End when the mails have been played.
    #[arg(long)]
    once: bool,
}

/// What is played, and what it is an example of.
const MAILS: [(&str, &str, &str); 6] = [
    ("a complete notification", "complete", include_str!("../../tests/mail/good/form-complete.eml")),
    ("an incomplete one", "incomplete", include_str!("../../tests/mail/good/incomplete.eml")),
    ("a retrospective one", "retrospective", include_str!("../../tests/mail/good/already-in-use.eml")),
    ("one that withholds the User IDs", "withheld", include_str!("../../tests/mail/good/ids-withheld.eml")),
    ("a robot", "robot", include_str!("../../tests/mail/odd/out-of-office-unmarked.eml")),
    ("a forgery", "forgery", include_str!("../../tests/mail/hostile/look-alike-domain.eml")),
];

/// From the notification to the end, as the tests play it.
const LIFE: &str = include_str!("../../tests/scenarios/whole_life.txt");

/// After each line of the story.
const FOR_A_READER: Duration = Duration::from_millis(1_500);

/// The longest that a mail may take before the demo says that something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

pub async fn command(args: Args) -> anyhow::Result<ExitCode> {
    let folder =
        tempfile::Builder::new().prefix("sscd-demo-").tempdir().context("make a folder for the demo")?;
    let path = write_sample(folder.path()).context("write the sample configuration")?;
    // On a Working Day the sample's annual reviews would stand between these mails.
    let without_reviews = [("SSCD_REVIEWS__ENABLED".into(), "false".into())];
    let config = Config::load(Some(&path), folder.path(), &without_reviews)?;
    crate::telemetry::init(&crate::config::Log { level: "warn".into(), ..config.log.clone() });
    let Some(MailboxKind::Maildir { path: mailbox, .. }) =
        config.mailboxes.first().map(|mailbox| mailbox.kind.clone())
    else {
        anyhow::bail!("the sample configuration has no Maildir");
    };
    let daemon = Daemon::start(&config, probe(Some(&path))?, CancellationToken::new()).await?;
    println!("sscd runs on a sample directory of fictitious Users, in {}", folder.path().display());
    println!("Drop a mail into  {}", mailbox.join("new").display());
    println!("Letters appear in {}\n", folder.path().join("letters/new").display());
    let played = async {
        play(&daemon, &mailbox).await?;
        Box::pin(life()).await
    };
    let played = played.await;
    if played.is_ok() && !args.once {
        println!("Now it is your turn: drop a mail in, or press Ctrl-C to end.");
        tokio::select! {
            followed = follow(&daemon) => followed?,
            interrupted = tokio::signal::ctrl_c() => interrupted?,
        }
    }
    daemon.stop().await;
    played.map(|()| ExitCode::SUCCESS)
}

async fn play(daemon: &Daemon, mailbox: &Path) -> anyhow::Result<()> {
    for (what, name, mail) in MAILS {
        println!("--- {what}");
        let last = last_row(&daemon.engine.store).await?;
        let watch = Stopwatch::start();
        let file = mailbox.join("tmp").join(name);
        std::fs::write(&file, mail).and_then(|()| std::fs::rename(&file, mailbox.join("new").join(name)))?;
        let settled = tokio::time::timeout(PATIENCE, next_settled(daemon, last)).await;
        let row = settled.context("the mail was not answered in time; see the log above")??;
        print!("{}", told(&daemon.engine.store, &row).await?);
        println!("    done in {} ms\n", watch.elapsed().as_millis());
    }
    show_first_letter(&daemon.engine.store).await
}

/// Months of a case, from its notification to its end; a reader at a terminal is given time.
async fn life() -> anyhow::Result<()> {
    println!("--- the whole life of a case, under a clock that is turned\n");
    let steps = read_script(LIFE).map_err(anyhow::Error::msg)?;
    let setting = Setting::new(None, Vec::new(), PathBuf::new(), probe(None)?)?;
    let mut play = Play::begin(&steps, &Arc::new(setting), Ends::Never).await.map_err(anyhow::Error::msg)?;
    let pause = if std::io::stdout().is_terminal() { FOR_A_READER } else { Duration::ZERO };
    for step in &steps {
        let played = Box::pin(line(&mut play, step)).await?;
        if let Some(why) = &played.failed {
            anyhow::bail!("line {} of the story does not hold: {why}", step.line);
        }
        if !step.is_expectation() {
            say(&people(&played, Screen::stdout()))?;
            tokio::time::sleep(pause).await;
        }
    }
    println!();
    Ok(())
}

/// Tells of every mail as it is settled.
async fn follow(daemon: &Daemon) -> anyhow::Result<()> {
    let mut last = last_row(&daemon.engine.store).await?;
    loop {
        let row = next_settled(daemon, last).await?;
        println!("{}", told(&daemon.engine.store, &row).await?);
        last = row.inbox;
    }
}

async fn last_row(store: &Store) -> anyhow::Result<InboxId> {
    let rows = store.inbox_list(&InboxFilter::All, None, 1).await?;
    Ok(rows.first().map_or(InboxId(0), |row| row.inbox))
}

/// The first mail after `last`, once it is decided and its letters have left.
async fn next_settled(daemon: &Daemon, last: InboxId) -> anyhow::Result<InboxRow> {
    let store = &daemon.engine.store;
    let mut decided = daemon.engine.told.deliver.listen();
    loop {
        decided.borrow_and_update();
        let rows = store.inbox_list(&InboxFilter::All, None, 100).await?;
        let next = rows.into_iter().filter(|row| row.inbox > last).min_by_key(|row| row.inbox);
        if let Some(row) = next
            && row.outcome != Outcome::Waiting
            && store.counts().await?.n_open_deliveries() == 0
        {
            return Ok(row);
        }
        decided.changed().await?;
    }
}

/// What a mail brought about.
async fn told(store: &Store, row: &InboxRow) -> anyhow::Result<String> {
    let sender = row.sender.as_deref().unwrap_or("(no sender)");
    let title = row.title.as_deref().unwrap_or_default();
    let mut lines = vec![format!("{sender}: {title:?}")];
    let kind = row.kind.as_deref().unwrap_or("mail").replace('_', " ");
    lines.push(format!("    {kind}: {}", row.reason.as_deref().unwrap_or_default()));
    for register in store.registers(&row.subjects).await? {
        let case: Case = serde_json::from_slice(&register.body)?;
        let meeting =
            case.meeting_on.map(|on| on.format(" (SSC of %-d %B %Y)").to_string()).unwrap_or_default();
        lines.push(format!(
            "    case {}: {}{meeting}; {:?}",
            case.reference,
            case.stage.title(),
            case.timeliness
        ));
        if case.awaits_information() {
            lines.push(format!("    still missing: {}", labels(&case.notification.missing)));
        }
        if let Some(answering) = case.answering.as_ref().filter(|answering| answering.inbox == row.inbox) {
            lines.push(format!("    a person must answer it: {}", answering.why));
        }
        let because = format!("mail:{}:", row.inbox.0);
        let mut its_letters = Vec::new();
        for recorded in store.journal(&register.subject).await? {
            let entry = recorded.entry;
            if entry.cause.starts_with(&because)
                && let Event::LetterMade { letter, .. } = Event::decode(entry.schema, &entry.body)?
            {
                its_letters.push(letter);
            }
        }
        if its_letters.is_empty() {
            lines.push("    nobody is answered".into());
        }
        for (letter, note) in case.letters.iter().filter(|(letter, _)| its_letters.contains(letter)) {
            let to = note.to.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let fate = match &note.held {
                Some(because) => format!("held for a person: {because}"),
                None => format!("to {to}"),
            };
            lines.push(format!("    letter {} ({}) {fate}", letter.0, note.kind));
        }
    }
    if row.subjects.is_empty() {
        lines.push(format!("    nobody is answered; outcome: {}", row.outcome.as_str().replace('_', " ")));
    }
    Ok(lines.join("\n") + "\n")
}

/// The acknowledgement of the first mail, as its reader sees it in a plain-text client.
async fn show_first_letter(store: &Store) -> anyhow::Result<()> {
    let Some(letter) = store.letter(crate::domain::id::LetterId(1)).await? else { return Ok(()) };
    let LetterState::Sealed { bytes } = letter.state else { return Ok(()) };
    let mail = mail_parser::MessageParser::new().parse(&bytes).context("read our own letter")?;
    println!("--- the first acknowledgement\nSubject: {}", mail.subject().unwrap_or_default());
    println!("{}", mail.body_text(0).unwrap_or_default());
    Ok(())
}

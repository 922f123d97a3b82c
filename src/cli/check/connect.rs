//! `sscd check --connect`: the whole way that a mail and its answer go, walked once. In: a sound configuration; out:
//! steps, each with what was found and, where it failed, what to do. A short mail goes to ourselves; nothing else is
//! written, and a daemon that runs files that mail as our own.

use std::time::Duration;

use chrono::TimeDelta;

use super::outlook::day;
use super::step::Steps;
use super::{here, own_mail};
use crate::adapters::clock::SystemClock;
use crate::adapters::imap::{Account, Visit};
use crate::adapters::link::{Peer, Security, Way};
use crate::adapters::smtp::{Post, Smtp};
use crate::cli::screen::counted;
use crate::cli::wiring::Wiring;
use crate::config::{Config, Imap, MailboxKind, Transport};
use crate::domain::world::World;
use crate::ports::{Clock as _, Failure};

/// A certificate that ends sooner is worth a word.
const RENEW_WITHIN: TimeDelta = TimeDelta::days(21);
/// A folder receives mail when it received some within this time.
const RECENT: TimeDelta = TimeDelta::days(30);
pub const MOST_FOLDERS: usize = 200;
/// A mailbox that was entered, and the folders of it that are read.
pub struct Entered<'a> {
    pub name: &'a str,
    pub folders: Vec<String>,
    pub visit: Visit,
}

/// # Errors
/// When nobody takes what is printed.
pub async fn walk(config: &Config, world: &World, wait: Duration, steps: &mut Steps) -> anyhow::Result<()> {
    here::walk(config, world, steps)?;
    let mut wiring = Wiring::new(config, std::sync::Arc::new(SystemClock));
    let mut entered = Vec::new();
    for mailbox in &config.mailboxes {
        steps.about(&format!("the mailbox {}", mailbox.name))?;
        match &mailbox.kind {
            MailboxKind::Maildir { path, .. } => here::maildir(path, steps)?,
            MailboxKind::Imap(imap) => {
                let account = wiring.account(imap, imap.folders.first().map_or("INBOX", String::as_str))?;
                let visit = enter(&account, imap, steps).await?;
                let (name, folders) = (
                    mailbox.name.as_str(),
                    imap.all_folders().map(|(folder, _)| folder.to_owned()).collect::<Vec<_>>(),
                );
                entered.extend(visit.map(|visit| Entered { name, folders, visit }));
            }
        }
    }
    steps.about("the post")?;
    match &config.transport {
        Transport::Folder { path } => here::maildir(path, steps),
        Transport::Smtp(smtp) => {
            let post = wiring.post(smtp)?;
            if visit_post(&post, steps).await? {
                steps.about("a mail to ourselves")?;
                own_mail::send(config, world, &Smtp::new(post), entered, wait, steps).await?;
            }
            Ok(())
        }
    }
}

/// The steps of a way, as far as it went; false when it ended early.
fn steps_of(
    way: &Way,
    peer: &Peer,
    has_login: bool,
    end: Option<&Failure>,
    steps: &mut Steps,
) -> anyhow::Result<bool> {
    let mut failure = end;
    let mut fail = |step, todo, steps: &mut Steps| match failure.take() {
        Some(failure) => steps.fail(step, failure.to_string(), todo),
        None => Ok(()),
    };
    if way.addresses.is_empty() {
        fail("name", "is `host` right, and does this machine's name service know it?", steps)?;
        return Ok(false);
    }
    let addresses: Vec<String> = way.addresses.iter().map(ToString::to_string).collect();
    steps.good("name", format!("{} is {}", peer.host, addresses.join(", ")))?;
    let Some(connected) = way.connected else {
        fail("line", "is `port` right, and does every firewall on the way let this machine through?", steps)?;
        return Ok(false);
    };
    steps.good("line", format!("to {connected}"))?;
    match &way.tls {
        Some(tls) => {
            let until = tls.until.map_or_else(
                || "without an end".to_owned(),
                |until| {
                    let left = until - SystemClock.now();
                    format!(
                        "valid until {}, {} left",
                        day(until.date_naive()),
                        counted(left.num_days(), "day")
                    )
                },
            );
            let found = format!(
                "{}, {}, {until}",
                tls.version,
                counted(tls.n_certificates.try_into()?, "certificate")
            );
            if tls.until.is_some_and(|until| until - SystemClock.now() < RENEW_WITHIN) {
                steps.warn("TLS", found, "have the certificate renewed")?;
            } else {
                steps.good("TLS", found)?;
            }
        }
        None if peer.security == Security::Plain => steps.good("TLS", "none, on this machine")?,
        None => {
            fail("TLS", "", steps)?;
            return Ok(false);
        }
    }
    if has_login && !way.has_logged_in {
        fail("login", "", steps)?;
        return Ok(false);
    }
    steps.good("login", if has_login { "accepted" } else { "none is configured" })?;
    fail("server", "", steps)?;
    Ok(end.is_none())
}

async fn enter(account: &Account, imap: &Imap, steps: &mut Steps) -> anyhow::Result<Option<Visit>> {
    let mut way = Way::default();
    let begun = Visit::begin(account, &mut way).await;
    if !steps_of(&way, &account.peer, true, begun.as_ref().err(), steps)? {
        return Ok(None);
    }
    let Ok(mut visit) = begun else { return Ok(None) };
    // From here on a failure is about the line, and the rest would fail alike.
    match look_around(&mut visit, imap, steps).await? {
        Ok(()) => Ok(Some(visit)),
        Err(failure) => {
            steps.fail("folders", failure.to_string(), "")?;
            Ok(None)
        }
    }
}

async fn look_around(
    visit: &mut Visit,
    imap: &Imap,
    steps: &mut Steps,
) -> anyhow::Result<Result<(), Failure>> {
    match visit.server().await {
        Ok(Some(server)) if server.contains("Exchange") => steps.warn(
            "server",
            server,
            "calendar answers come as files only where ImapForceICalForCalendarRetrievalOption is set for this \
             mailbox (Set-CASMailbox); it cannot be seen from here",
        )?,
        Ok(server) => steps.good("server", server.unwrap_or_else(|| "does not say what it is".into()))?,
        Err(failure) => return Ok(Err(failure)),
    }
    if visit.has_idle() {
        steps.good("IDLE", "offered: mail is seen at once")?;
    } else {
        let found = format!("not offered: mail is looked for every {} s", imap.poll_after.as_secs());
        steps.good("IDLE", found)?;
    }
    let mut there = Vec::new();
    for (folder, _) in imap.all_folders() {
        match visit.open(folder).await {
            Ok(()) => there.push(folder),
            Err(failure @ Failure::Rejected { .. }) => {
                steps.fail("folders", failure.to_string(), "correct `folders`, or make the folder")?;
            }
            Err(failure) => return Ok(Err(failure)),
        }
    }
    if !there.is_empty() {
        steps.good("folders", format!("{} can be read", there.join(", ")))?;
    }
    for folder in there {
        match visit.n_stubs(folder).await {
            Ok(0) => {}
            Ok(n) => steps.warn(
                "stubs",
                format!(
                    "{} in {folder} that the server could not give and put a stub for",
                    counted(n.try_into()?, "mail")
                ),
                "read them in Outlook, and enter by hand what they say",
            )?,
            Err(failure) => return Ok(Err(failure)),
        }
    }
    unwatched(visit, imap, steps).await
}

/// Folders that receive mail and are not read: a rule or a filter moves notices there.
async fn unwatched(visit: &mut Visit, imap: &Imap, steps: &mut Steps) -> anyhow::Result<Result<(), Failure>> {
    let since = (SystemClock.now() - RECENT).date_naive();
    let places = match visit.folders().await {
        Ok(places) => places,
        Err(failure) => return Ok(Err(failure)),
    };
    let is_watched = |name: &str| imap.all_folders().any(|(folder, _)| folder.eq_ignore_ascii_case(name));
    let others = places.iter().filter(|place| !place.is_own && !is_watched(&place.name));
    let mut receive = Vec::new();
    for place in others.take(MOST_FOLDERS) {
        match visit.n_since(&place.name, since).await {
            Ok(0) | Err(Failure::Rejected { .. }) => {}
            Ok(n) => receive.push(format!("{} ({n})", place.name)),
            Err(failure) => return Ok(Err(failure)),
        }
    }
    match receive.as_slice() {
        [] => steps.good("unwatched", "no other folder received mail in the last 30 days")?,
        some => steps.warn(
            "unwatched",
            format!("these received mail in the last 30 days and are not read: {}", some.join(", ")),
            "if a notice could come there, add the folder to `folders`",
        )?,
    }
    Ok(Ok(()))
}

async fn visit_post(post: &Post, steps: &mut Steps) -> anyhow::Result<bool> {
    let mut way = Way::default();
    let offers = post.visit(&mut way).await;
    if !steps_of(&way, &post.peer, post.login.is_some(), offers.as_ref().err(), steps)? {
        return Ok(false);
    }
    let Ok(offers) = offers else { return Ok(false) };
    if offers.has_dsn {
        steps.good("DSN", "offered: the server tells of what it cannot deliver")?;
    } else {
        steps
            .good("DSN", "not offered: what cannot be delivered comes back as a bounce, known by its tag")?;
    }
    steps.good(
        "size",
        match offers.size {
            Some(bytes) if bytes > 0 => format!("letters of up to {} kB", bytes / 1024),
            _ => "no limit is told".into(),
        },
    )?;
    Ok(true)
}

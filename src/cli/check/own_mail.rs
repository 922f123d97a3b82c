//! The mail to ourselves of `check --connect`: sent as letters are, looked for where mail is read. In: the post and the
//! mailboxes that were entered; out: steps.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::connect::{Entered, MOST_FOLDERS};
use super::step::Steps;
use crate::adapters::clock::{Stopwatch, SystemClock};
use crate::adapters::imap::Seen;
use crate::adapters::smtp::Smtp;
use crate::config::Config;
use crate::domain::id::{Address, SubjectId};
use crate::domain::message::{SignKind, authserv_ids};
use crate::domain::token::{Claim, MARK_HEADER, Purpose};
use crate::domain::world::World;
use crate::engine::read_mail;
use crate::ports::{Answer, Clock as _, Failure, Outgoing, Transport as _};

const LOOK_AGAIN_AFTER: TimeDelta = TimeDelta::milliseconds(500);
/// Clocks that differ by more are worth a word; by more than the second, deadlines and certificates are in doubt.
const CLOCK_DIFFERS: (TimeDelta, TimeDelta) = (TimeDelta::seconds(30), TimeDelta::minutes(5));

/// # Errors
/// When nobody takes what is printed.
pub async fn send(
    config: &Config,
    world: &World,
    smtp: &Smtp,
    mut entered: Vec<Entered<'_>>,
    wait: Duration,
    steps: &mut Steps,
) -> anyhow::Result<()> {
    let sent_at = SystemClock.now();
    let own = Own::new(config, world, sent_at);
    let letter = Outgoing {
        sender: &own.sender,
        recipient: &own.recipient,
        message_id: &own.message_id,
        bytes: own.text.as_bytes(),
    };
    match smtp.send(letter).await {
        Ok(Answer::Accepted { answer }) => {
            steps.good("sent", format!("from {} to {}: {answer}", own.sender, own.recipient))?;
        }
        Ok(Answer::Retry { answer, .. } | Answer::Rejected { answer }) => {
            let todo = "does the server let us write from the address in `office.bounces`, with a tag?";
            return steps.fail("sent", answer, todo);
        }
        Err(failure) => return steps.fail("sent", failure.to_string(), ""),
    }
    if entered.is_empty() {
        return steps.warn(
            "arrival",
            "no IMAP mailbox was reached in which to look for it",
            "look for it by hand",
        );
    }
    let waiting = Stopwatch::start();
    let seen = loop {
        match find(&mut entered, &own.message_id).await {
            Ok(None) if waiting.elapsed() < wait => {}
            Ok(seen) => break seen,
            Err(failure) => return steps.fail("arrival", failure.to_string(), ""),
        }
        SystemClock.sleep_until(SystemClock.now() + LOOK_AGAIN_AFTER).await;
    };
    let Some((place, seen)) = seen else {
        let elsewhere = find_elsewhere(&mut entered, &own.message_id).await;
        let (found, todo) = match elsewhere {
            Some(place) => (
                format!("it lies in {place}, which is not read"),
                "whatever moves it there moves notices too: add the folder to `folders`, or end the rule",
            ),
            None => (
                format!("it is in no mailbox after {} s", wait.as_secs()),
                "does the server deliver what comes for an address with a tag? Look for a bounce, and into its log",
            ),
        };
        return steps.fail("arrival", found, todo);
    };
    steps.good("arrival", format!("in {place}, {} s after it was sent", waiting.elapsed().as_secs()))?;
    judge(world, &seen, sent_at, steps)
}

/// What the mail says that came back.
fn judge(world: &World, seen: &Seen, sent_at: DateTime<Utc>, steps: &mut Steps) -> anyhow::Result<()> {
    let reading = read_mail(&seen.bytes, world);
    if reading.signs.iter().any(|sign| sign.kind == SignKind::Own) {
        steps.good("ours", "known as our own mail: nobody answers it")?;
    } else {
        let todo =
            "something on its way rewrites From and the X-Sscd header: end that, or a loop is possible";
        steps.fail("ours", "it is not known as our own mail", todo)?;
    }
    let (said, expected) = (authserv_ids(&seen.bytes), &world.office.authserv_ids);
    let is_expected = |id: &String| expected.iter().any(|one| one.eq_ignore_ascii_case(id));
    let names = said.iter().map(|id| if id.is_empty() { "no name" } else { id.as_str() });
    let names = names.collect::<Vec<_>>().join(", ");
    match said.iter().find(|id| is_expected(id)) {
        Some(id) => steps.good("authserv", format!("Authentication-Results of {id}, as configured"))?,
        None if said.is_empty() => steps.warn(
            "authserv",
            "no Authentication-Results on it, as is usual for mail from inside",
            "compare `office.authserv_ids` with the headers of a mail that came from outside",
        )?,
        None if expected.is_empty() => steps.warn(
            "authserv",
            format!("Authentication-Results of {names}, and none is configured: every sender is unverified"),
            "if that is your own server, name it in `office.authserv_ids`",
        )?,
        None => steps.fail(
            "authserv",
            format!("Authentication-Results of {names}, expected {}", expected.join(" or ")),
            "if that is your own server, name it in `office.authserv_ids`: else every sender is unverified",
        )?,
    }
    let Some(received_at) = seen.received_at else {
        return steps.warn(
            "clock",
            "the server gives no time of receipt that can be read",
            "ask its operator",
        );
    };
    // It was received after it was sent and before it was found.
    let now = SystemClock.now();
    let differs = (sent_at - received_at).max(received_at - now).max(TimeDelta::zero());
    let found = format!("the server's differs from this machine's by {} s at least", differs.num_seconds());
    let todo = "set both by NTP: a notice counts from its time of receipt there";
    match differs {
        _ if differs > CLOCK_DIFFERS.1 => steps.fail("clock", found, todo),
        _ if differs > CLOCK_DIFFERS.0 => steps.warn("clock", found, todo),
        _ => steps.good("clock", "the server's and this machine's agree"),
    }
}

async fn find(entered: &mut [Entered<'_>], message_id: &str) -> Result<Option<(String, Seen)>, Failure> {
    for Entered { name, folders, visit } in entered {
        for folder in folders {
            match visit.find(folder, MARK_HEADER, message_id).await {
                Ok(Some(seen)) => return Ok(Some((format!("{name}/{folder}"), seen))),
                // A folder that does not open was told of before.
                Ok(None) | Err(Failure::Rejected { .. }) => {}
                Err(failure) => return Err(failure),
            }
        }
    }
    Ok(None)
}

/// The folder that holds the mail and is not read.
async fn find_elsewhere(entered: &mut [Entered<'_>], message_id: &str) -> Option<String> {
    for Entered { name, visit, .. } in entered {
        for place in visit.folders().await.ok()?.into_iter().take(MOST_FOLDERS) {
            if let Ok(Some(_)) = visit.find(&place.name, MARK_HEADER, message_id).await {
                return Some(format!("{name}/{}", place.name));
            }
        }
    }
    None
}

/// The mail to ourselves.
struct Own {
    sender: Address,
    recipient: Address,
    message_id: String,
    text: String,
}

impl Own {
    fn new(config: &Config, world: &World, at: DateTime<Utc>) -> Self {
        let office = &config.office;
        let (address, subject) = (&office.mailbox.address, SubjectId("check".into()));
        let claim = Claim { subject: &subject, version: at.timestamp_millis(), recipient: address.as_str() };
        let tag = |purpose| world.keys.tag(purpose, 0, claim);
        let sender = office.tagged(&office.bounces, &tag(Purpose::Bounce));
        let recipient = office.tagged(address, &tag(Purpose::Reply));
        let message_id = world.keys.message_id(Claim { recipient: "", ..claim }, 0, address.domain());
        let text = format!(
            "From: <{address}>\r\nTo: <{recipient}>\r\nSubject: sscd check: a mail to ourselves\r\nDate: {}\r\n\
             Message-ID: <{message_id}>\r\n{MARK_HEADER}: {message_id}\r\nAuto-Submitted: auto-generated\r\n\
             X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=us-ascii\r\n\r\n\
             Somebody ran `sscd check --connect`. This mail was sent to see whether it arrives.\r\n\
             It says nothing else and may be deleted.\r\n",
            at.to_rfc2822(),
        );
        Self { sender, recipient, message_id, text }
    }
}

//! One conversation with an IMAP server (RFC 3501). In: commands; out: responses as async-imap's decoder reads them,
//! and the tagged end. Invariant: an answer that was cut short is never taken for a whole one, and the decoder's
//! errors, which quote the mail, are never passed on.
//!
//! async-imap's own commands end quietly when the line is cut in the middle of a FETCH or when it ends with NO
//! (0.12, read 2026-11): a mail that is merely late would look like one that is gone. So they are put here in few
//! words over its decoder.

use std::io;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use async_imap::Client;
use async_imap::imap_proto::{MailboxDatum, Outcome, Response, Status};
use futures_util::FutureExt as _;
use tokio::io::AsyncWriteExt;

use crate::adapters::clock::Stopwatch;
use crate::adapters::link::Link;

#[derive(Debug)]
pub(super) struct Talk {
    client: Client<Link>,
    n_commands: u32,
    /// The server spoke of new mail since this was last set back.
    pub has_news: bool,
    /// How long it may say nothing to the point, however often it speaks.
    hears_remarks: Duration,
}

/// Why an exchange did not end with OK.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The line is gone.
    Lost(String),
    /// The server ended the conversation, in its words.
    Bye(String),
    /// The server said something that is no IMAP, and the place where its next answer begins is lost with it.
    Unreadable,
    /// NO or BAD, in the server's words. The line is as good as before.
    Refused(String),
}

impl Trouble {
    pub(super) fn why(self) -> String {
        match self {
            Self::Lost(why) | Self::Refused(why) => why,
            Self::Bye(why) => format!("the server says goodbye: {why}"),
            Self::Unreadable => "its answer cannot be understood as IMAP".into(),
        }
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        // The decoder's own errors are of this kind, and carry what it could not decode.
        if error.kind() == io::ErrorKind::Other { Self::Unreadable } else { Self::Lost(error.to_string()) }
    }
}

impl Talk {
    pub(super) fn over(link: Link, patience: Duration) -> Self {
        Self { client: Client::new(link), n_commands: 0, has_news: false, hears_remarks: patience * 10 }
    }

    pub(super) fn into_link(self) -> Link {
        self.client.into_inner()
    }

    pub(super) fn link(&mut self) -> &mut Link {
        self.client.get_mut()
    }

    /// Says one command, shows every response to `take`, and comes back at the tagged OK.
    pub(super) async fn exchange(
        &mut self,
        command: &str,
        take: impl FnMut(&Response<'_>),
    ) -> Result<(), Trouble> {
        let tag = self.say(command).await?;
        self.hear_out(&tag, take).await
    }

    /// Says a command and gives its tag.
    pub(super) async fn say(&mut self, command: &str) -> Result<String, Trouble> {
        self.n_commands += 1;
        let tag = format!("s{}", self.n_commands);
        self.say_bare(&format!("{tag} {command}")).await?;
        Ok(tag)
    }

    /// Says a line that has no tag: the end of an IDLE, an answer to a challenge.
    pub(super) async fn say_bare(&mut self, text: &str) -> Result<(), Trouble> {
        let link = self.client.get_mut();
        link.write_all(format!("{text}\r\n").as_bytes()).await?;
        link.flush().await?;
        Ok(())
    }

    /// Listens until the command of this tag has ended.
    pub(super) async fn hear_out(
        &mut self,
        tag: &str,
        mut take: impl FnMut(&Response<'_>),
    ) -> Result<(), Trouble> {
        self.hear_until(|response| {
            take(response);
            end_of(tag, response)
        })
        .await?
    }

    /// Listens until the server asks for more and gives its words, or until it ends the command of this tag instead.
    pub(super) async fn hear_more(&mut self, tag: &str) -> Result<Option<String>, Trouble> {
        self.hear_until(|response| match response {
            Response::Continue(Outcome { information, .. }) => {
                Some(Ok(Some(information.as_deref().unwrap_or_default().to_owned())))
            }
            response => end_of(tag, response).map(|ended| ended.map(|()| None)),
        })
        .await?
    }

    /// Listens until `take` has what it waits for. A server that is busy may remark that it is still there, but not for
    /// ever.
    async fn hear_until<T>(
        &mut self,
        mut take: impl FnMut(&Response<'_>) -> Option<T>,
    ) -> Result<T, Trouble> {
        let mut remarks_since = None;
        loop {
            let (taken, is_remark) = self.hear(|response| (take(response), is_remark(response))).await?;
            if let Some(taken) = taken {
                return Ok(taken);
            }
            if !is_remark {
                remarks_since = None;
            } else if remarks_since.get_or_insert_with(Stopwatch::start).elapsed() >= self.hears_remarks {
                let why = format!("for {} s it only says that it is there", self.hears_remarks.as_secs());
                return Err(Trouble::Lost(why));
            }
        }
    }

    /// The next response, whatever it belongs to.
    pub(super) async fn hear<T>(&mut self, take: impl FnOnce(&Response<'_>) -> T) -> Result<T, Trouble> {
        // The decoder panics at INTERNALDATE NIL (imap-proto 0.17, 2026-11).
        let heard = AssertUnwindSafe(self.client.read_response()).catch_unwind().await;
        let heard = heard.map_err(|_| Trouble::Unreadable)??;
        let heard = heard.ok_or_else(|| Trouble::Lost("the server closed the connection".into()))?;
        match heard.parsed() {
            Response::MailboxData(MailboxDatum::Exists(_)) => self.has_news = true,
            Response::Data { status: Status::Bye, outcome } => {
                return Err(Trouble::Bye(words(outcome)));
            }
            _ => {}
        }
        Ok(take(heard.parsed()))
    }
}

/// Nothing that was asked for.
fn is_remark(response: &Response<'_>) -> bool {
    matches!(response, Response::Data { status: Status::Ok, .. })
}

/// The response codes of RFC 5530 that say "not now" rather than "not you".
pub(super) fn is_passing(why: &str) -> bool {
    ["[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]"].iter().any(|code| why.contains(code))
}

fn end_of(tag: &str, response: &Response<'_>) -> Option<Result<(), Trouble>> {
    match response {
        Response::Done { tag: ended, status: Status::Ok, .. } if ended.0 == tag => Some(Ok(())),
        Response::Done { tag: ended, outcome, .. } if ended.0 == tag => {
            Some(Err(Trouble::Refused(words(outcome))))
        }
        _ => None,
    }
}

/// What the server says to people, as one short line.
pub(super) fn words(outcome: &Outcome<'_>) -> String {
    let said = outcome.information.as_deref().unwrap_or("no reason given");
    said.chars().filter(|c| !c.is_control()).take(300).collect()
}

//! The post by SMTP (RFC 5321). In: finished letters; out: what the server said to each. Invariant: a letter is
//! called refused only in the server's own words, and one whose answer was never heard is called perhaps sent.

mod line;
mod login;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::commands::{Mail, Rcpt};
use lettre::transport::smtp::extension::{MailBodyParameter, MailParameter, RcptParameter};
use lettre::transport::smtp::response::{Response, Severity};
use tokio::sync::Semaphore;

use super::clock::Stopwatch;
use super::link::{Peer, Way};
use super::login::Login;
use crate::domain::id::Address;
use crate::ports::{Answer, Failure, Outgoing, Transport};
use line::{Line, Unsent, is_goodbye, one_line, said};

#[derive(Debug, Clone)]
pub struct Post {
    pub peer: Peer,
    /// None for a server that knows us by our address.
    pub login: Option<Login>,
    /// What we call ourselves in EHLO.
    pub hello: String,
    /// Connections at once; Exchange Online allows three.
    pub n_connections: usize,
    /// A line that was silent for this long is asked whether it still stands before a letter is put on it.
    pub ask_after: Duration,
}

/// What a server offers to whoever is logged in.
#[derive(Debug, Clone, Copy)]
pub struct Offers {
    /// Delivery status notifications (RFC 3461).
    pub has_dsn: bool,
    /// The largest letter (RFC 1870); 0 says nothing.
    pub size: Option<u64>,
    /// Bytes above 127 may be sent (RFC 6152).
    pub is_8bit: bool,
    /// Commands may be said together, before the answer to the first (RFC 2920).
    pub is_pipelined: bool,
}

impl Post {
    /// Goes the way of a letter as far as the login, sends none, and notes what was met.
    ///
    /// # Errors
    /// As [`Transport::send`].
    pub async fn visit(&self, way: &mut Way) -> Result<Offers, Failure> {
        Ok(Line::open(self, way).await?.offers)
    }
}

/// A few lines that are kept open and used again.
#[derive(Debug)]
pub struct Smtp {
    post: Post,
    lanes: Semaphore,
    lines: Mutex<Vec<Line>>,
    /// Held while a line is opened: the last failure to, and since when.
    door: tokio::sync::Mutex<Option<(Failure, Stopwatch)>>,
}

/// How long a failure to open a line stands for every letter: a queue of them is one attempt and not a thousand.
const REST: Duration = Duration::from_secs(1);
/// And where a person must act, so that no server locks us out.
const LONG_REST: Duration = Duration::from_secs(30);

impl Smtp {
    #[must_use]
    pub fn new(post: Post) -> Self {
        let lanes = Semaphore::new(post.n_connections.max(1));
        Self { post, lanes, lines: Mutex::new(Vec::new()), door: tokio::sync::Mutex::default() }
    }

    fn take(&self) -> Option<Line> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn keep(&self, mut line: Line) {
        if line.is_lost {
            return;
        }
        line.idle = Stopwatch::start();
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// A line that was kept, and is heard from if it was silent for long.
    async fn kept(&self) -> Option<Line> {
        while let Some(mut line) = self.take() {
            if line.idle.elapsed() < self.post.ask_after || line.reset().await {
                return Some(line);
            }
        }
        None
    }

    async fn fresh(&self) -> Result<Line, Failure> {
        let mut door = self.door.lock().await;
        if let Some((failure, since)) = &*door {
            let rest = if matches!(failure, Failure::Retry { .. }) { REST } else { LONG_REST };
            if since.elapsed() < rest {
                return Err(failure.clone());
            }
        }
        let opened = Line::open(&self.post, &mut Way::default()).await;
        *door = opened.as_ref().err().map(|failure| (failure.clone(), Stopwatch::start()));
        opened
    }

    async fn hand_over(&self, line: &mut Line, letter: Outgoing<'_>) -> Result<Answer, Unsent> {
        let (mail, rcpt) = match envelope(line, letter) {
            Ok(envelope) => envelope,
            Err(answer) => return Ok(Answer::Rejected { answer }),
        };
        line.announce(mail, rcpt).await?;
        // The end of the data brings a line end of its own.
        let bytes = letter.bytes.strip_suffix(b"\r\n").unwrap_or(letter.bytes);
        let perhaps = |answer| Ok(Answer::Retry { answer, perhaps_sent: true });
        match line.message(bytes).await {
            Ok(response) if response.code().severity == Severity::PositiveCompletion => {
                Ok(Answer::Accepted { answer: words(&response) })
            }
            Ok(response) => {
                line.is_lost = true;
                perhaps(format!("the server answered a letter with what answers none: {}", words(&response)))
            }
            Err(error) if error.status().is_some() => Ok(judged(&error, letter.sender)),
            Err(error) => perhaps(format!("the line broke before the answer was heard: {}", said(&error))),
        }
    }
}

fn words(response: &Response) -> String {
    one_line(&format!("{} {}", response.code(), response.message().collect::<Vec<_>>().join(" ")))
}

#[async_trait]
impl Transport for Smtp {
    fn lanes(&self) -> usize {
        self.post.n_connections.max(1)
    }

    async fn send(&self, letter: Outgoing<'_>) -> Result<Answer, Failure> {
        let peer = &self.post.peer;
        let _lane = self.lanes.acquire().await.map_err(|error| Failure::retry(error.to_string()))?;
        loop {
            let kept = self.kept().await;
            let was_kept = kept.is_some();
            let mut line = match kept {
                Some(line) => line,
                None => self.fresh().await?,
            };
            let error = match self.hand_over(&mut line, letter).await {
                Ok(answer) => {
                    // A line that broke, or on which the server said goodbye (421), is let go.
                    if !matches!(answer, Answer::Retry { .. }) || line.reset().await {
                        self.keep(line);
                    }
                    return Ok(answer);
                }
                // It had been closed, or its login had ended, while nobody looked.
                Err(Unsent::AtMail(error)) if was_kept && (is_goodbye(&error) || wants_login(&error)) => {
                    continue;
                }
                Err(Unsent::AtMail(error)) if wants_login(&error) => {
                    return Err(Failure::rejected(format!(
                        "the SMTP server {peer} takes no letter from us: {}; does it want another login?",
                        said(&error)
                    )));
                }
                Err(Unsent::AtMail(error)) if wants_no_tag(&error, letter.sender) => {
                    return Err(Failure::rejected(format!(
                        "the SMTP server {peer} takes no letter from us: {}; {NO_TAG}",
                        said(&error)
                    )));
                }
                Err(Unsent::AtMail(error) | Unsent::Later(error)) => error,
                Err(Unsent::OutOfStep(response)) => {
                    let said = words(&response);
                    return Err(Failure::retry(format!(
                        "the SMTP server {peer} answers out of step: {said}"
                    )));
                }
            };
            if error.status().is_none() {
                return Err(Failure::retry(format!("the SMTP server {peer}: {}", said(&error))));
            }
            if line.reset().await {
                self.keep(line);
            }
            return Ok(judged(&error, letter.sender));
        }
    }
}

/// Authentication is required, or too weak, or wrong (RFC 4954 6): true of every letter, not of this one.
fn wants_login(error: &Error) -> bool {
    error.status().is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538))
}

const NO_TAG: &str = "if it takes no sender with a tag, set office.tagged_addresses = false";

/// It refuses our tagged sender by name, or says that the sender is what it refuses (RFC 3463 3.2 and 3.8; 5.2.252 and
/// 5.7.60 are Exchange Online's "not allowed to send as", 2026-11).
fn wants_no_tag(error: &Error, sender: &Address) -> bool {
    let words = said(error).to_lowercase();
    let names_it = words.contains(&sender.as_str().to_lowercase()) && words.contains("sender");
    let says_so = ["5.1.7", "5.1.8", "5.2.252", "5.7.60"].iter().any(|code| words.contains(code));
    sender.tag().is_some() && error.is_permanent() && (names_it || says_so)
}

fn judged(error: &Error, sender: &Address) -> Answer {
    let answer = said(error);
    if wants_no_tag(error, sender) {
        Answer::Rejected { answer: format!("{answer}; {NO_TAG}") }
    } else if error.is_permanent() {
        Answer::Rejected { answer }
    } else {
        Answer::Retry { answer, perhaps_sent: false }
    }
}

/// MAIL and RCPT, with what the server offers; `Err` when this letter cannot be said to it at all.
fn envelope(line: &Line, letter: Outgoing<'_>) -> Result<(Mail, Rcpt), String> {
    let read = |address: &Address| {
        let read = address.as_str().parse::<lettre::Address>();
        read.map_err(|error| format!("not sent: {address} is no address for SMTP: {error}"))
    };
    let (sender, recipient) = (read(letter.sender)?, read(letter.recipient)?);
    let mut mail = Vec::new();
    let mut rcpt = Vec::new();
    if !letter.bytes.is_ascii() {
        if !line.offers.is_8bit {
            return Err(
                "not sent: the letter has bytes above 127 and the server takes none (RFC 6152)".into()
            );
        }
        mail.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    if line.offers.has_dsn {
        let of = |keyword: &str, value: String| (keyword.to_owned(), Some(value));
        let (keyword, value) = of("RET", "HDRS".into());
        mail.push(MailParameter::Other { keyword, value });
        // RFC 3461 4.4 ends an ENVID at 100 characters.
        if letter.message_id.len() <= 100 {
            let (keyword, value) = of("ENVID", letter.message_id.into());
            mail.push(MailParameter::Other { keyword, value });
        }
        let original = format!("rfc822;{}", letter.recipient);
        for (keyword, value) in [of("NOTIFY", "FAILURE,DELAY".into()), of("ORCPT", original)] {
            rcpt.push(RcptParameter::Other { keyword, value });
        }
    }
    Ok((Mail::new(Some(sender), mail), Rcpt::new(recipient, rcpt)))
}

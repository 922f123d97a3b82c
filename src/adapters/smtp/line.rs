//! From a host name to a line over which letters can be handed (RFC 5321): TLS, EHLO, AUTH, and what the server
//! offers. Invariant: no password is said on a line that is not secured as the peer wants it.

use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::commands::{Data, Ehlo, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension};
use lettre::transport::smtp::response::{Response, Severity};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use super::login::log_in;
use super::{Offers, Post};
use crate::adapters::clock::Stopwatch;
use crate::adapters::link::{Link, Peer, Security, Way};
use crate::ports::Failure;

pub(super) struct Line {
    connection: AsyncSmtpConnection,
    pub offers: Offers,
    /// It may be out of step: for no other letter.
    pub is_lost: bool,
    pub idle: Stopwatch,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("offers", &self.offers).finish_non_exhaustive()
    }
}

impl AsyncTokioStream for Link {
    fn peer_addr(&self) -> std::io::Result<std::net::SocketAddr> {
        Self::peer_addr(self)
    }
}

impl Line {
    pub(super) async fn open(post: &Post, way: &mut Way) -> Result<Self, Failure> {
        let peer = &post.peer;
        let hello = ClientId::Domain(post.hello.clone());
        let mut link = Link::dial_noting(peer, way).await?;
        if peer.security == Security::StartTls {
            link = start_tls(link, peer, &hello, way).await?;
        }
        let opened = AsyncSmtpConnection::connect_with_transport(Box::new(link), &hello).await;
        let mut connection = opened.map_err(|error| lost(peer, &error))?;
        // lettre keeps of the offers only those that it uses itself (0.11, 2026-11), and a server may offer more
        // after the login: so they are asked for once more.
        let mut offers = offered(&mut connection, peer, &hello).await?;
        if let Some(login) = &post.login {
            log_in(&mut connection, &offers, peer, login).await?;
            way.has_logged_in = true;
            offers = offered(&mut connection, peer, &hello).await?;
        }
        let has = |word: &str| offers.message().any(|line| line.trim().eq_ignore_ascii_case(word));
        let offers = Offers {
            has_dsn: has("DSN"),
            size: offers.message().find_map(|line| line.trim().strip_prefix("SIZE ")?.trim().parse().ok()),
            is_8bit: connection.server_info().supports_feature(Extension::EightBitMime),
            is_pipelined: has("PIPELINING"),
        };
        Ok(Self { connection, offers, is_lost: false, idle: Stopwatch::start() })
    }

    /// MAIL, RCPT and DATA, up to the server's word to go on; in one go where it takes them so (RFC 2920).
    pub(super) async fn announce(&mut self, mail: Mail, rcpt: Rcpt) -> Result<(), Unsent> {
        let mut answers = Vec::with_capacity(3);
        if self.offers.is_pipelined {
            answers.push(self.command(format!("{mail}{rcpt}{Data}")).await);
            while answers.len() < 3 && !self.is_lost {
                let answer = self.connection.read_response().await;
                answers.push(self.heard(answer));
            }
        } else {
            for command in [mail.to_string(), rcpt.to_string(), Data.to_string()] {
                answers.push(self.command(command).await);
                if matches!(answers.last(), Some(Err(_))) {
                    break;
                }
            }
        }
        match answers.as_slice() {
            // It waits for a letter that nobody is to have: an empty one ends that (RFC 2920 3.1).
            [_, Err(_), Ok(_)] => drop(self.command(".\r\n").await),
            [Err(_), Ok(_), Ok(_)] => self.is_lost = true,
            _ => {}
        }
        for (nth, answer) in answers.into_iter().enumerate() {
            let answer = answer.map_err(if nth == 0 { Unsent::AtMail } else { Unsent::Later })?;
            if (nth == 2) != (answer.code().severity == Severity::PositiveIntermediate) {
                self.is_lost = true;
                return Err(Unsent::OutOfStep(answer));
            }
        }
        Ok(())
    }

    /// The letter itself, once it was announced.
    pub(super) async fn message(&mut self, bytes: &[u8]) -> Result<Response, Error> {
        let answer = self.connection.message(bytes).await;
        self.heard(answer)
    }

    /// Makes the line ready for another letter; false when it is of no more use.
    pub(super) async fn reset(&mut self) -> bool {
        !self.is_lost && self.command(Rset).await.is_ok()
    }

    async fn command(&mut self, command: impl std::fmt::Display) -> Result<Response, Error> {
        let answer = self.connection.command(command).await;
        self.heard(answer)
    }

    /// An answer that was not heard may come yet, and would be taken for that to the next command. After 421 there
    /// comes none (RFC 5321 3.8).
    fn heard(&mut self, answer: Result<Response, Error>) -> Result<Response, Error> {
        self.is_lost |= answer.as_ref().err().is_some_and(is_goodbye);
        answer
    }
}

/// Where an attempt ended before any byte of the letter was on its way.
pub(super) enum Unsent {
    AtMail(Error),
    Later(Error),
    /// What it said answers nothing that it was asked.
    OutOfStep(Response),
}

/// Closed without a word, or with 421 (RFC 5321 3.8).
pub(super) fn is_goodbye(error: &Error) -> bool {
    error.status().is_none_or(|code| u16::from(code) == 421)
}

async fn offered(
    connection: &mut AsyncSmtpConnection,
    peer: &Peer,
    hello: &ClientId,
) -> Result<Response, Failure> {
    connection.command(Ehlo::new(hello.clone())).await.map_err(|error| lost(peer, &error))
}

/// STARTTLS (RFC 3207) before lettre sees the line. lettre's own would read on from what was heard in the clear
/// (0.11, 2026-11), where somebody in between may have put answers of his own.
async fn start_tls(link: Link, peer: &Peer, hello: &ClientId, way: &mut Way) -> Result<Link, Failure> {
    let mut clear = BufReader::new(link);
    let retry = |why: String| Failure::retry(format!("the SMTP server {peer}: {why}"));
    let greeting = reply(&mut clear).await.map_err(retry)?;
    expect_positive(peer, &greeting)?;
    let offers = command(&mut clear, &format!("EHLO {hello}\r\n")).await.map_err(retry)?;
    let offered = offers.iter().any(|line| line.get(4..).is_some_and(|o| o.eq_ignore_ascii_case("STARTTLS")));
    if !offered {
        return Err(Failure::rejected(format!(
            "the SMTP server {peer} does not offer STARTTLS, so neither password nor letter was sent; somebody may be in between. Ask its operator, or use security \"tls\" with its port (mostly 465)"
        )));
    }
    let answer = command(&mut clear, "STARTTLS\r\n").await.map_err(retry)?;
    if !answer.iter().all(|line| line.starts_with("220")) {
        return Err(Failure::rejected(format!(
            "the SMTP server {peer} offers STARTTLS and refuses it, so nothing was sent: {}",
            answer.join(" ")
        )));
    }
    let mut link = clear.into_inner().secure(peer, way).await?;
    // There is no second greeting, and lettre begins with one.
    link.put_back(b"220 secured\r\n");
    Ok(link)
}

fn expect_positive(peer: &Peer, greeting: &[String]) -> Result<(), Failure> {
    let first = greeting.first().map_or("", String::as_str);
    match first.bytes().next() {
        Some(b'2') => Ok(()),
        Some(b'5') => Err(Failure::rejected(format!("the SMTP server {peer} will not have us: {first}"))),
        _ => Err(Failure::retry(format!("the SMTP server {peer} is not ready: {first}"))),
    }
}

async fn command(line: &mut BufReader<Link>, text: &str) -> Result<Vec<String>, String> {
    line.write_all(text.as_bytes()).await.map_err(|error| error.to_string())?;
    line.flush().await.map_err(|error| error.to_string())?;
    reply(line).await
}

/// All lines of one reply (RFC 5321 4.2.1): a hyphen after the code says that another follows.
async fn reply(line: &mut BufReader<Link>) -> Result<Vec<String>, String> {
    const MOST_BYTES: u64 = 65_536;
    let mut lines = Vec::new();
    let mut left = tokio::io::AsyncReadExt::take(line, MOST_BYTES);
    loop {
        let mut text = String::new();
        match left.read_line(&mut text).await {
            Ok(n) if n > 0 && text.ends_with('\n') => {}
            Ok(_) => return Err("it closed the connection in the middle of a reply".into()),
            Err(error) => return Err(error.to_string()),
        }
        let text = text.trim_end().to_owned();
        let is_last = text.as_bytes().get(3) != Some(&b'-');
        lines.push(text);
        if is_last {
            return Ok(lines);
        }
    }
}

/// The line did not come about. Nothing was sent.
pub(super) fn lost(peer: &Peer, error: &Error) -> Failure {
    if error.is_permanent() {
        Failure::rejected(format!("the SMTP server {peer} will not have us: {}", said(error)))
    } else {
        Failure::retry(format!("the SMTP server {peer}: {}", said(error)))
    }
}

/// The server's own words with their code where there are any, else what went wrong; one short line.
pub(super) fn said(error: &Error) -> String {
    let source = std::error::Error::source(error).map(ToString::to_string);
    let words = match (error.status(), source) {
        (Some(code), Some(words)) => format!("{code} {words}"),
        (Some(code), None) => code.to_string(),
        (None, Some(words)) => words,
        (None, None) => error.to_string(),
    };
    one_line(&words)
}

pub(super) fn one_line(words: &str) -> String {
    words
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(500)
        .collect::<String>()
        .trim()
        .to_owned()
}

//! From a host name to a line over which letters can be handed (RFC 5321): TLS, EHLO, AUTH, and what the server
//! offers. Invariant: no password is said on a line that is not secured as the peer wants it.

use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::commands::{Data, Ehlo, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension};
use lettre::transport::smtp::response::Response;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use super::Post;
use super::login::log_in;
use crate::adapters::clock::Stopwatch;
use crate::adapters::link::{Link, Peer, Security, Way};
use crate::ports::Failure;

pub(super) struct Line {
    pub connection: AsyncSmtpConnection,
    /// Delivery status notifications can be asked for (RFC 3461).
    pub has_dsn: bool,
    /// The largest letter that it takes (RFC 1870); 0 says nothing.
    pub size: Option<u64>,
    /// Bytes above 127 may be sent (RFC 6152).
    pub is_8bit: bool,
    /// Commands may be said together, before the answer to the first (RFC 2920).
    pub is_pipelined: bool,
    pub idle: Stopwatch,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("has_dsn", &self.has_dsn).finish_non_exhaustive()
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
        let (has_dsn, is_pipelined) = (has("DSN"), has("PIPELINING"));
        let size = offers.message().find_map(|line| line.trim().strip_prefix("SIZE ")?.trim().parse().ok());
        let is_8bit = connection.server_info().supports_feature(Extension::EightBitMime);
        Ok(Self { connection, has_dsn, size, is_8bit, is_pipelined, idle: Stopwatch::start() })
    }

    /// MAIL, RCPT and DATA: the answers up to the first without which nothing more can be asked.
    pub(super) async fn announce(&mut self, mail: Mail, rcpt: Rcpt) -> Vec<Result<Response, Error>> {
        if self.is_pipelined {
            return self.announce_at_once(mail, rcpt).await;
        }
        let mut answers = Vec::with_capacity(3);
        for command in [mail.to_string(), rcpt.to_string(), Data.to_string()] {
            let answer = self.connection.command(command).await;
            let is_refused = answer.is_err();
            answers.push(answer);
            if is_refused {
                break;
            }
        }
        answers
    }

    /// In one go, however each is answered (RFC 2920).
    async fn announce_at_once(&mut self, mail: Mail, rcpt: Rcpt) -> Vec<Result<Response, Error>> {
        let connection = &mut self.connection;
        let mut answers = vec![connection.command(format!("{mail}{rcpt}{Data}")).await];
        let was_heard =
            |answer: &Result<_, Error>| answer.as_ref().err().is_none_or(|e| e.status().is_some());
        while answers.len() < 3 && answers.last().is_some_and(was_heard) {
            answers.push(connection.read_response().await);
        }
        if let [.., Ok(_)] = answers.as_slice()
            && answers.iter().any(Result::is_err)
        {
            // It waits for a letter that nobody is to have: an empty one ends that (RFC 2920 3.1).
            let _ = connection.command(".\r\n").await;
        }
        answers
    }

    /// Makes the line ready for another letter; false when it is of no more use.
    pub(super) async fn reset(&mut self) -> bool {
        self.connection.command(Rset).await.is_ok()
    }
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

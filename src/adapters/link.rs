//! A line to a server: TCP without Nagle's delay and with keep-alive, TLS on it or not. In: host, port and how it is
//! to be secured; out: a stream on which no read and no write waits longer than its patience.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rustix::net::sockopt;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep, timeout};
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, CertificateError};

use super::tls::{self, Tls};
use crate::ports::Failure;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// Certificate authorities to trust instead of the machine's.
    pub ca_file: Option<PathBuf>,
    /// The longest silence of the other side while an answer is due.
    pub patience: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (RFC 8314 3).
    Tls,
    /// TLS on the server's offer; without that offer nothing is said.
    StartTls,
    /// Nothing, which is allowed to a loopback address only.
    Plain,
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// What was met on the way to a server. Where it ended early, the first that is missing says how far it came.
#[derive(Debug, Clone, Default)]
pub struct Way {
    pub addresses: Vec<IpAddr>,
    pub connected: Option<SocketAddr>,
    pub tls: Option<Tls>,
    pub has_logged_in: bool,
}

#[derive(Debug)]
pub struct Link {
    stream: Stream,
    /// Heard already, to be read first.
    ahead: Vec<u8>,
    reading: Patience,
    writing: Patience,
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Link {
    /// Connects; with [`Security::Tls`] the line is secured too.
    ///
    /// # Errors
    /// `Retry` when nobody answers, `Rejected` when whoever answers cannot be trusted.
    pub async fn dial(peer: &Peer) -> Result<Self, Failure> {
        Self::dial_noting(peer, &mut Way::default()).await
    }

    /// The same, and notes what was met.
    ///
    /// # Errors
    /// As [`Link::dial`].
    pub async fn dial_noting(peer: &Peer, way: &mut Way) -> Result<Self, Failure> {
        let stream = connect(peer, way).await?;
        let link = Self::new(Stream::Plain(stream), peer.patience);
        match peer.security {
            Security::Tls => link.secure(peer, way).await,
            Security::StartTls | Security::Plain => Ok(link),
        }
    }

    /// Puts TLS on the line. What was heard before and not read is dropped: somebody in between may have said it
    /// (RFC 3207 6, RFC 8314 B).
    ///
    /// # Errors
    /// As [`Link::dial`].
    pub async fn secure(self, peer: &Peer, way: &mut Way) -> Result<Self, Failure> {
        let Stream::Plain(stream) = self.stream else {
            return Err(Failure::rejected(format!("{peer} wants TLS inside TLS")));
        };
        let name = ServerName::try_from(peer.host.clone()).map_err(|_| {
            Failure::rejected(format!("{:?} is no host name that a certificate could be for", peer.host))
        })?;
        let connector = tls::connector(peer.ca_file.as_deref())?;
        match timeout(peer.patience, connector.connect(name, stream)).await {
            Ok(Ok(stream)) => {
                way.tls = Some(Tls::of(stream.get_ref().1));
                Ok(Self::new(Stream::Tls(Box::new(stream)), peer.patience))
            }
            Ok(Err(error)) => Err(distrusted(peer, &error)),
            Err(_) => Err(Failure::retry(format!("{peer} does not finish the TLS handshake"))),
        }
    }

    fn new(stream: Stream, patience: Duration) -> Self {
        let (reading, writing) = (Patience::new(patience), Patience::new(patience));
        Self { stream, ahead: Vec::new(), reading, writing }
    }

    /// How long a read may wait from now on.
    pub fn set_patience(&mut self, patience: Duration) {
        self.reading = Patience::new(patience);
    }

    /// The next reads give these bytes.
    pub fn put_back(&mut self, bytes: &[u8]) {
        self.ahead.splice(0..0, bytes.iter().copied());
    }

    /// # Errors
    /// When the line is closed.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.stream {
            Stream::Plain(stream) => stream.peer_addr(),
            Stream::Tls(stream) => stream.get_ref().0.peer_addr(),
        }
    }
}

/// Each address of the host in turn, so that one which is down does not hide the others.
async fn connect(peer: &Peer, way: &mut Way) -> Result<TcpStream, Failure> {
    let unreachable = |why: &dyn fmt::Display| Failure::retry(format!("{peer} cannot be reached: {why}"));
    let found = timeout(peer.patience, tokio::net::lookup_host((peer.host.as_str(), peer.port))).await;
    let addresses = found.map_err(|_| unreachable(&"the name service is silent"))?;
    let mut failure = unreachable(&"the name has no address");
    let addresses: Vec<SocketAddr> = addresses.map_err(|error| unreachable(&error))?.collect();
    way.addresses = addresses.iter().map(SocketAddr::ip).collect();
    for address in addresses {
        if peer.security == Security::Plain && !address.ip().is_loopback() {
            return Err(Failure::rejected(format!(
                "{peer} is not on this machine, and passwords and mail do not travel in the clear; set security to \"tls\" or \"starttls\""
            )));
        }
        match timeout(peer.patience, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                tune(&stream).map_err(|error| unreachable(&error))?;
                way.connected = Some(address);
                return Ok(stream);
            }
            Ok(Err(error)) => failure = unreachable(&error),
            Err(_) => failure = unreachable(&"no answer"),
        }
    }
    Err(failure)
}

/// Nagle's delay costs 40 ms at each SMTP DATA; keep-alive finds a peer that went without a word.
fn tune(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    sockopt::set_socket_keepalive(stream, true)?;
    sockopt::set_tcp_keepidle(stream, Duration::from_mins(1))?;
    sockopt::set_tcp_keepintvl(stream, Duration::from_secs(15))?;
    sockopt::set_tcp_keepcnt(stream, 4)?;
    Ok(())
}

fn distrusted(peer: &Peer, error: &io::Error) -> Failure {
    let why = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match why {
        Some(rustls::Error::InvalidCertificate(
            why @ (CertificateError::Expired | CertificateError::ExpiredContext { .. }),
        )) => Failure::rejected(format!(
            "the certificate of {peer} cannot be trusted: {}; have it renewed, unless this machine's clock is wrong",
            rustls::Error::InvalidCertificate(why.clone())
        )),
        Some(rustls::Error::InvalidCertificate(why)) => Failure::rejected(format!(
            "the certificate of {peer} cannot be trusted: {}; if its authority is your own, name it in `ca_file`",
            rustls::Error::InvalidCertificate(why.clone())
        )),
        Some(rustls::Error::InvalidMessage(_)) => Failure::rejected(format!(
            "{peer} does not speak TLS from the first byte; is it the port for \"starttls\"?"
        )),
        _ => Failure::retry(format!("no TLS with {peer}: {error}")),
    }
}

/// How long one direction has been waited for.
#[derive(Debug)]
struct Patience {
    limit: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Patience {
    fn new(limit: Duration) -> Self {
        Self { limit, waiting: None }
    }

    /// Passes on what is ready; turns a wait that is too long into an error.
    fn watch<T>(&mut self, cx: &mut Context<'_>, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.waiting = None;
            return poll;
        }
        let limit = self.limit;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(waiting.as_mut().poll(cx));
        let why = format!("the other side was silent for {} s", limit.as_secs());
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, why)))
    }
}

impl AsyncRead for Link {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.ahead.is_empty() {
            let n = buf.remaining().min(this.ahead.len());
            buf.put_slice(&this.ahead.drain(..n).collect::<Vec<u8>>());
            return Poll::Ready(Ok(()));
        }
        let poll = match &mut this.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        };
        this.reading.watch(cx, poll)
    }
}

impl AsyncWrite for Link {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let poll = match &mut this.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        };
        // Whoever speaks begins to wait anew.
        this.reading.waiting = None;
        this.writing.watch(cx, poll)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let poll = match &mut this.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        };
        this.writing.watch(cx, poll)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let poll = match &mut this.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        };
        this.writing.watch(cx, poll)
    }
}

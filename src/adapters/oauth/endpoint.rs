//! A provider's token endpoint, as one HTTP request on a line of its own. In: a form; out: status and body of the
//! answer. Invariant: the whole exchange ends within the peer's patience, and no answer is read beyond its limit.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;

use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONNECTION, CONTENT_TYPE, HOST, LOCATION};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use crate::adapters::link::{Link, Peer, Security};
use crate::ports::Failure;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub peer: Peer,
    /// Path and query.
    pub path: String,
}

/// What it answered.
pub(super) struct Answer {
    pub status: u16,
    /// Where it would send us instead.
    pub location: Option<String>,
    pub body: Vec<u8>,
}

/// Tokens of Microsoft 365 come to 2 to 5 kB.
const MOST_BYTES: usize = 65_536;

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the token endpoint {}", self.peer)
    }
}

impl Endpoint {
    /// # Errors
    /// `Retry` when it cannot be reached or does not answer as HTTP, `Rejected` when it cannot be trusted.
    pub(super) async fn ask(&self, form: String) -> Result<Answer, Failure> {
        let Peer { patience, .. } = self.peer;
        timeout(patience, self.exchange(form)).await.unwrap_or_else(|_| {
            Err(Failure::retry(format!("{self} has not answered within {} s", patience.as_secs())))
        })
    }

    async fn exchange(&self, form: String) -> Result<Answer, Failure> {
        let broken = |error: hyper::Error| Failure::retry(format!("{self} breaks off: {}", plainly(&error)));
        let link = Link::dial(&self.peer).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(link)).await.map_err(broken)?;
        let _connection = AbortOnDropHandle::new(tokio::spawn(connection));
        let request = Request::post(&self.path)
            .header(HOST, self.host())
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(CONNECTION, "close")
            .body(form)
            .map_err(|error| Failure::rejected(format!("{self} cannot be asked: {error}")))?;
        let response = sender.send_request(request).await.map_err(broken)?;
        let status = response.status().as_u16();
        let location = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned);
        let body = read(response).await.map_err(broken)?;
        Ok(Answer { status, location, body })
    }

    fn host(&self) -> String {
        let Peer { host, port, security, .. } = &self.peer;
        let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        let usual = if *security == Security::Plain { 80 } else { 443 };
        if *port == usual { host } else { format!("{host}:{port}") }
    }
}

/// At most the limit; what is longer is no token and is cut.
async fn read(response: Response<Incoming>) -> Result<Vec<u8>, hyper::Error> {
    let mut body = pin!(response.into_body());
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        if let Ok(data) = frame?.into_data() {
            bytes.extend_from_slice(&data);
        }
        if bytes.len() > MOST_BYTES {
            bytes.truncate(MOST_BYTES);
            break;
        }
    }
    Ok(bytes)
}

/// Without what was heard.
fn plainly(error: &hyper::Error) -> &'static str {
    if error.is_parse() {
        "what it says is no HTTP"
    } else if error.is_timeout() {
        "it fell silent"
    } else {
        "the line was closed in the middle of its answer"
    }
}

//! A line that goes bad on order: it swallows everything without a word, or it is cut after so many bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How the line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    Good,
    /// Bytes vanish in both directions, and nobody hears that the line is dead.
    BlackHole,
    /// Each connection ends when the server has said so many bytes on it.
    CutAfter(usize),
    /// What the server says after so many bytes of a connection waits until the line is another.
    HoldAfter(usize),
}

#[derive(Debug)]
pub struct Proxy {
    pub port: u16,
    line: Arc<watch::Sender<Line>>,
    n_connections: Arc<AtomicUsize>,
}

impl Proxy {
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            port: listener.local_addr().unwrap().port(),
            line: Arc::new(watch::Sender::new(Line::Good)),
            n_connections: Arc::default(),
        };
        let (line, n_connections) = (Arc::clone(&proxy.line), Arc::clone(&proxy.n_connections));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                n_connections.fetch_add(1, Ordering::Relaxed);
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { continue };
                let ((from_client, to_client), (from_server, to_server)) =
                    (client.into_split(), server.into_split());
                tokio::spawn(pump(from_client, to_server, line.subscribe(), false));
                tokio::spawn(pump(from_server, to_client, line.subscribe(), true));
            }
        });
        proxy
    }

    pub fn n_connections(&self) -> usize {
        self.n_connections.load(Ordering::Relaxed)
    }

    pub fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut line: watch::Receiver<Line>,
    is_server: bool,
) {
    let mut n_said = 0;
    let mut has_swallowed = false;
    let mut buffer = vec![0; 16_384];
    while let Ok(n) = from.read(&mut buffer).await {
        let now = *line.borrow();
        n_said += n;
        // What went down the hole is missing: nothing may follow it.
        has_swallowed |= now == Line::BlackHole;
        match now {
            // No FIN either.
            Line::BlackHole if n == 0 => {
                let _ = line.wait_for(|line| *line != Line::BlackHole).await;
                break;
            }
            _ if has_swallowed && n > 0 => continue,
            Line::CutAfter(most) if is_server && n_said > most => break,
            _ if n == 0 => break,
            Line::HoldAfter(most) if is_server && n_said > most => {
                let _ = line.wait_for(|line| !matches!(line, Line::HoldAfter(_))).await;
            }
            _ => {}
        }
        if to.write_all(&buffer[..n]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}

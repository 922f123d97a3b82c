//! An IMAP server that answers from a script, for what no good server says.

use std::time::Duration;

use sscd::adapters::imap::{Account, Imap};
use sscd::adapters::link::{Peer, Security};
use sscd::adapters::login::Login;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::dovecot::{OFFICE, PASSWORD};

/// A mailbox on such a server.
pub async fn mailbox_of(greeting: &'static str, script: fn(&str) -> Option<String>) -> Imap {
    with_patience(Duration::from_secs(5), greeting, script).await
}

/// One that waits for next to nothing.
pub async fn impatient(greeting: &'static str, script: fn(&str) -> Option<String>) -> Imap {
    with_patience(Duration::from_millis(50), greeting, script).await
}

async fn with_patience(
    patience: Duration,
    greeting: &'static str,
    script: fn(&str) -> Option<String>,
) -> Imap {
    let peer = Peer {
        host: "127.0.0.1".into(),
        port: serve(greeting, script).await,
        security: Security::Plain,
        ca_file: None,
        patience,
    };
    let login = Login::with_password(OFFICE, PASSWORD);
    let (idle_at_most, poll_after) = (Duration::from_mins(5), Duration::from_millis(300));
    Imap::new(Account { peer, login, folder: "INBOX".into(), idle_at_most, poll_after })
}

/// Answers each command with what `script` makes of it, `TAG` standing for its tag. `None`: a plain OK.
pub async fn serve(greeting: &'static str, script: fn(&str) -> Option<String>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (reader, mut writer) = stream.into_split();
                let mut lines = BufReader::new(reader).lines();
                let _ = writer.write_all(format!("{greeting}\r\n").as_bytes()).await;
                while let Ok(Some(line)) = lines.next_line().await {
                    let (tag, command) = line.split_once(' ').unwrap_or((&line, ""));
                    let usual = match command {
                        "CAPABILITY" => "* CAPABILITY IMAP4rev1\r\nTAG OK\r\n",
                        "EXAMINE \"INBOX\"" => {
                            "* OK [UIDVALIDITY 7] UIDs valid\r\nTAG OK [READ-ONLY] done\r\n"
                        }
                        _ => "TAG OK done\r\n",
                    };
                    let answer = script(command).unwrap_or_else(|| usual.into());
                    if writer.write_all(answer.replace("TAG", tag).as_bytes()).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    port
}

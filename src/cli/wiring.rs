//! From configuration to the concrete ways in and out. In: a section of the configuration; out: a mailbox or a post.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use crate::adapters::folder::Folder;
use crate::adapters::imap::{Account, Imap};
use crate::adapters::link::{self, Peer, Security};
use crate::adapters::smtp::{Post, Smtp};
use crate::config::{Imap as ImapSection, Login, Server, Tls, Transport as Section};
use crate::ports::Transport;

const ASK_AFTER: Duration = Duration::from_secs(30);

/// One folder of an IMAP account.
pub fn imap(section: &ImapSection, folder: &str) -> anyhow::Result<Imap> {
    let login = section.server.login.as_ref().map(login).context("IMAP needs user and password_file")?;
    Ok(Imap::new(Account {
        peer: peer(&section.server),
        login,
        folder: folder.into(),
        idle_at_most: section.idle_at_most,
        poll_after: section.poll_after,
    }))
}

/// The way that letters go.
///
/// # Errors
/// When the folder of letters cannot be made.
pub fn transport(section: &Section) -> anyhow::Result<Arc<dyn Transport>> {
    Ok(match section {
        Section::Folder { path } => {
            let open = Folder::open(path);
            Arc::new(open.with_context(|| format!("open the folder of letters {}", path.display()))?)
        }
        Section::Smtp(smtp) => Arc::new(Smtp::new(Post {
            peer: peer(&smtp.server),
            login: smtp.server.login.as_ref().map(login),
            hello: smtp.hello.clone().unwrap_or_else(host_name),
            n_connections: usize::try_from(smtp.connections)?,
            ask_after: ASK_AFTER,
        })),
    })
}

fn peer(server: &Server) -> Peer {
    let security = match server.tls {
        Tls::Implicit => Security::Tls,
        Tls::Starttls => Security::StartTls,
        Tls::None => Security::Plain,
    };
    let (host, port, ca_file) = (server.host.clone(), server.port, server.ca_file.clone());
    Peer { host, port, security, ca_file, patience: server.patience }
}

fn login(login: &Login) -> link::Login {
    link::Login { user: login.user.clone(), password: login.password.reveal().to_string() }
}

fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

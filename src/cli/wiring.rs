//! From configuration to the concrete ways in and out. In: a section of the configuration; out: a mailbox or a post.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use sha2::{Digest, Sha256};

use crate::adapters::dns::Dns;
use crate::adapters::folder::Folder;
use crate::adapters::imap::{Account, Imap};
use crate::adapters::link::{Peer, Security};
use crate::adapters::login::Login;
use crate::adapters::oauth::{Client, Endpoint, Grant, Tokens};
use crate::adapters::smtp::{Post, Smtp};
pub use crate::adapters::watch::Watch;
use crate::config::{
    Config, Grant as GrantSection, Imap as ImapSection, Login as LoginSection, OAuth, Proof, Server,
    Smtp as SmtpSection, Tls, Transport as Section,
};
use crate::engine::{Idle, Service};
use crate::ports::{Clock, Resolver, Transport};

const ASK_AFTER: Duration = Duration::from_secs(30);

/// Makes the ways in and out of one configuration. Sections that name the same account at a provider share its tokens.
pub struct Wiring {
    clock: Arc<dyn Clock>,
    /// Where exchanged refresh tokens are kept.
    folder: PathBuf,
    accounts: Vec<(Client, Arc<Tokens>)>,
}

impl Wiring {
    #[must_use]
    pub fn new(config: &Config, clock: Arc<dyn Clock>) -> Self {
        Self { clock, folder: config.state.folder.join("oauth"), accounts: Vec::new() }
    }

    /// One folder of an IMAP account.
    ///
    /// # Errors
    /// When the section has no login.
    pub fn imap(&mut self, section: &ImapSection, folder: &str) -> anyhow::Result<Imap> {
        Ok(Imap::new(self.account(section, folder)?))
    }

    /// # Errors
    /// When the section has no login.
    pub fn account(&mut self, section: &ImapSection, folder: &str) -> anyhow::Result<Account> {
        let login = section.server.login.as_ref().context("IMAP needs user, and password_file or oauth")?;
        Ok(Account {
            peer: peer(&section.server),
            login: self.login(login),
            folder: folder.into(),
            idle_at_most: section.idle_at_most,
            poll_after: section.poll_after,
        })
    }

    /// The way that letters go.
    ///
    /// # Errors
    /// When the folder of letters cannot be made.
    pub fn transport(&mut self, section: &Section) -> anyhow::Result<Arc<dyn Transport>> {
        Ok(match section {
            Section::Folder { path } => {
                let open = Folder::open(path);
                Arc::new(open.with_context(|| format!("open the folder of letters {}", path.display()))?)
            }
            Section::Smtp(smtp) => Arc::new(Smtp::new(self.post(smtp)?)),
        })
    }

    /// # Errors
    /// When there are more connections than this machine can count.
    pub fn post(&mut self, section: &SmtpSection) -> anyhow::Result<Post> {
        Ok(Post {
            peer: peer(&section.server),
            login: section.server.login.as_ref().map(|login| self.login(login)),
            hello: section.hello.clone().unwrap_or_else(host_name),
            n_connections: usize::try_from(section.connections)?,
            ask_after: ASK_AFTER,
        })
    }

    /// Who is asked for the keys of signatures.
    #[must_use]
    pub fn resolver() -> Arc<dyn Resolver> {
        Arc::new(Dns::default())
    }

    /// What renews the tokens of all accounts that were met so far.
    pub fn renewals(&self) -> impl Iterator<Item = Renew> {
        self.accounts.iter().zip(1..).map(|((_, tokens), number)| Renew { number, tokens: tokens.clone() })
    }

    fn login(&mut self, login: &LoginSection) -> Login {
        match &login.proof {
            Proof::Password(password) => Login::with_password(&login.user, password.reveal()),
            Proof::OAuth(oauth) => Login::with_tokens(&login.user, self.tokens(oauth)),
        }
    }

    fn tokens(&mut self, oauth: &OAuth) -> Arc<Tokens> {
        let client = Client {
            endpoint: Endpoint { peer: peer(&oauth.server), path: oauth.path.clone() },
            id: oauth.client_id.clone(),
            secret: oauth.client_secret.as_ref().map(|secret| secret.reveal().to_owned()),
            scope: oauth.scope.clone(),
            grant: self.grant(oauth),
        };
        if let Some((_, tokens)) = self.accounts.iter().find(|(known, _)| *known == client) {
            return tokens.clone();
        }
        let tokens = Arc::new(Tokens::new(client.clone(), self.clock.clone()));
        self.accounts.push((client, tokens.clone()));
        tokens
    }

    fn grant(&self, oauth: &OAuth) -> Grant {
        match &oauth.grant {
            GrantSection::ClientCredentials => Grant::ClientCredentials,
            GrantSection::RefreshToken(given) => {
                // Whoever puts another token into the configuration begins anew.
                let name = Sha256::new().chain_update(&oauth.client_id).chain_update("\0");
                let name = name.chain_update(given.reveal()).finalize();
                let name = data_encoding::HEXLOWER.encode(name.get(..8).unwrap_or_default());
                let kept = self.folder.join(format!("{name}.token"));
                Grant::RefreshToken { given: given.reveal().to_owned(), kept }
            }
        }
    }
}

/// Renews the tokens of one account before they end, so that a grant that died is an alarm while its last token still
/// works.
pub struct Renew {
    number: usize,
    tokens: Arc<Tokens>,
}

#[async_trait]
impl Service for Renew {
    fn name(&self) -> String {
        format!("oauth {}", self.number)
    }

    async fn run_once(&mut self) -> anyhow::Result<Idle> {
        Ok(Idle::Until(self.tokens.keep_fresh().await?))
    }
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

fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

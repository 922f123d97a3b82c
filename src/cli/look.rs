//! Looking at the record without touching it: no lock, no lease, nothing made. In: the common arguments; out: the
//! World that it describes and a record that nobody can write through.

use std::path::Path;

use anyhow::Context as _;

use super::{Common, run};
use crate::config::{Config, MailboxKind, State, environment, load_keys};
use crate::domain::token::Keys;
use crate::domain::world::World;
use crate::store::{Options, Store};

pub struct Looking {
    pub world: World,
    pub store: Store,
}

impl Looking {
    /// # Errors
    /// When the configuration is wrong, or there is no record yet.
    pub async fn open(common: &Common) -> anyhow::Result<Self> {
        let (config, snapshot) = Config::examine(common.config.as_deref(), Path::new(""), &environment())?;
        // Keys are made by the daemon; looking needs none.
        let keys = load_keys(&config.state.keys())?;
        let keys = keys.unwrap_or_else(Keys::none);
        let world = snapshot.world(&config, keys);
        let store = store(&config.state).await?;
        Ok(Self { world, store })
    }
}

/// The record of a configuration, to be read only.
pub async fn store(state: &State) -> anyhow::Result<Store> {
    let url = run::database_url(state)?;
    let options = Options { n_readers: 1, read_only: true };
    Store::open(url.reveal(), &options).await.context("open the record")
}

/// A folder that was mistyped must not become an empty record.
///
/// # Errors
/// When there is no record yet.
pub async fn require(state: &State) -> anyhow::Result<()> {
    store(state).await?.close().await;
    Ok(())
}

/// Each folder of an account is a mailbox of its own.
#[must_use]
pub fn mailboxes(config: &Config) -> Vec<String> {
    let names = config.mailboxes.iter().flat_map(|mailbox| match &mailbox.kind {
        MailboxKind::Maildir { .. } => vec![mailbox.name.clone()],
        MailboxKind::Imap(imap) => {
            imap.all_folders().map(|(folder, _)| format!("{}/{folder}", mailbox.name)).collect()
        }
    });
    names.collect()
}

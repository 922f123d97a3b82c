//! What we judge by: one immutable snapshot, swapped whole on reload.

use serde::Serialize;

use super::directory::Directory;
use super::id::{Address, Named};
use super::letter::Templates;
use super::policy::Policy;
use super::token::Keys;
use super::workday::WorkingDays;

#[derive(Debug)]
pub struct World {
    pub office: Office,
    pub policy: Policy,
    pub directory: Directory,
    pub working_days: WorkingDays,
    pub templates: Templates,
    pub keys: Keys,
    /// SHA-256 over the files that this snapshot was made from; every event names it.
    pub sha256: [u8; 32],
}

/// Who we are in mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Office {
    /// From of every letter, and with a tag its Reply-To: the shared mailbox that we also read.
    pub mailbox: Named,
    /// Local part and domain of tagged envelope senders (VERP), before the tag.
    pub bounces: Address,
    /// Our own addresses and their aliases: mail from them is ours, come back.
    pub own_addresses: Vec<Address>,
    /// authserv-ids whose Authentication-Results count (RFC 8601 2.2, INTEROP.md 5).
    pub authserv_ids: Vec<String>,
}

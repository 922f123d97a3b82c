//! What we judge by: one immutable snapshot, swapped whole on reload.

use chrono::NaiveDate;
use serde::Serialize;

use super::budget::Limits;
use super::desk;
use super::directory::{Directory, Role};
use super::id::{Address, Named};
use super::letter::Templates;
use super::message::Sender;
use super::policy::Policy;
use super::review;
use super::token::Keys;
use super::workday::WorkingDays;

#[derive(Debug)]
pub struct World {
    pub office: Office,
    pub policy: Policy,
    pub budget: Limits,
    pub desk: desk::Settings,
    pub reviews: review::Settings,
    pub directory: Directory,
    pub working_days: WorkingDays,
    pub templates: Templates,
    pub keys: Keys,
    /// SHA-256 over the files that this snapshot was made from; every event names it.
    pub sha256: [u8; 32],
}

impl World {
    /// Is it an address of SECAS: the office's own, or that of one of its people?
    #[must_use]
    pub fn is_ours(&self, address: &Address) -> bool {
        let mut own = self.office.own_addresses.iter();
        let mut people = self.directory.people().iter().filter(|person| person.role == Role::Secas);
        own.any(|own| own.same(address))
            || people.any(|person| person.emails.iter().any(|email| email.same(address)))
    }

    /// What a person should note of a mail's sender before believing it ([`Directory::mistakable`]).
    #[must_use]
    pub fn mistakable(&self, sender: &Sender, on: NaiveDate) -> Vec<String> {
        self.directory.mistakable(sender, &self.office.mailbox.address, on)
    }

    /// There is nothing that the Desk does by itself.
    #[must_use]
    pub fn is_desk_idle(&self) -> bool {
        self.desk.is_idle() && !self.reviews.enabled
    }
}

/// Who we are in mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Office {
    /// From of every letter, and with a tag its Reply-To: the shared mailbox that we also read.
    pub mailbox: Named,
    /// Local part and domain of tagged envelope senders (VERP), before the tag.
    pub bounces: Address,
    /// Off where the server takes no tagged sender: then a letter's Message-ID alone brings back what belongs to it.
    pub tagged_addresses: bool,
    /// Our own addresses and their aliases: mail from them is ours, come back.
    pub own_addresses: Vec<Address>,
    /// authserv-ids whose Authentication-Results count (RFC 8601 2.2, INTEROP.md 5).
    pub authserv_ids: Vec<String>,
    /// DKIM signatures are checked by ourselves, which asks the DNS: only where no authserv-id counts.
    pub verify_dkim: bool,
}

impl Office {
    /// What a letter bears of this address of ours and its tag.
    #[must_use]
    pub fn tagged(&self, address: &Address, tag: &str) -> Address {
        if self.tagged_addresses { address.tagged(tag) } else { address.clone() }
    }

    /// What stands on the outside of a letter: a letter that was sealed with a tag leaves without one where none is
    /// taken any more.
    #[must_use]
    pub fn envelope_sender<'a>(&'a self, sealed: &'a Address) -> &'a Address {
        if self.tagged_addresses { sealed } else { &self.bounces }
    }
}

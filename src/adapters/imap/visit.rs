//! A visit to an account as a whole, for whoever must know what is there. In: the account; out: its folders, what the
//! server offers, and a mail that is looked for. Invariant: as elsewhere, folders are examined and mails are peeked at.

use async_imap::imap_proto::{MailboxDatum, NameAttribute, Response, StatusAttribute};
use chrono::{DateTime, NaiveDate, Utc};

use super::name::{decoded, encoded};
use super::open::{Able, enter, examine, quoted};
use super::talk::{Talk, Trouble};
use super::{Account, read_body, read_found};
use crate::adapters::link::Way;
use crate::ports::Failure;

#[derive(Debug)]
pub struct Visit {
    account: Account,
    talk: Talk,
    able: Able,
}

/// A folder in which mail can lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub name: String,
    /// What people put there themselves, or nothing but a view of other folders (RFC 6154).
    pub is_own: bool,
}

/// A mail that was looked for.
#[derive(Debug, Clone)]
pub struct Seen {
    pub bytes: Vec<u8>,
    pub received_at: Option<DateTime<Utc>>,
}

impl Visit {
    /// Connects and logs in, and notes what was met.
    ///
    /// # Errors
    /// As any call of a mailbox.
    pub async fn begin(account: &Account, way: &mut Way) -> Result<Self, Failure> {
        let (talk, able) = enter(account, way).await?;
        Ok(Self { account: account.clone(), talk, able })
    }

    #[must_use]
    pub fn has_idle(&self) -> bool {
        self.able.to("IDLE")
    }

    /// What the server calls itself (RFC 2971), where it says so.
    ///
    /// # Errors
    /// When the line breaks.
    pub async fn server(&mut self) -> Result<Option<String>, Failure> {
        if !self.able.to("ID") {
            return Ok(None);
        }
        let mut name = None;
        let take = |response: &Response<'_>| {
            if let Response::Id(Some(said)) = response {
                name =
                    said.get("name").map(|name| name.chars().filter(|c| !c.is_control()).take(100).collect());
            }
        };
        self.say("ID NIL", take).await?;
        Ok(name)
    }

    /// Every folder in which mail can lie.
    ///
    /// # Errors
    /// When the server does not tell.
    pub async fn folders(&mut self) -> Result<Vec<Place>, Failure> {
        let mut places = Vec::new();
        let take = |response: &Response<'_>| {
            let Response::MailboxData(MailboxDatum::List(found)) = response else { return };
            let is = |wanted: &NameAttribute<'_>| found.name_attributes.contains(wanted);
            let own = [NameAttribute::Sent, NameAttribute::Drafts, NameAttribute::Trash, NameAttribute::All];
            if !is(&NameAttribute::NoSelect) {
                places.push(Place { name: decoded(&found.name), is_own: own.iter().any(is) });
            }
        };
        self.say("LIST \"\" \"*\"", take).await?;
        Ok(places)
    }

    /// How many mails came into a folder from this day on.
    ///
    /// # Errors
    /// When the server does not open the folder.
    pub async fn n_since(&mut self, folder: &str, day: NaiveDate) -> Result<usize, Failure> {
        if self.n_mails(folder).await? == 0 {
            return Ok(0);
        }
        Ok(self.search(folder, &format!("SINCE {}", day.format("%-d-%b-%Y"))).await?.len())
    }

    /// How many mails a folder holds that Exchange put in place of some that it could not give (FIELD.md 11).
    ///
    /// # Errors
    /// When the server does not open the folder.
    pub async fn n_stubs(&mut self, folder: &str) -> Result<usize, Failure> {
        let stub = "SUBJECT \"Retrieval using the IMAP4 protocol failed for the following message\"";
        Ok(self.search(folder, stub).await?.len())
    }

    /// Looks for a mail of ours, whose Message-ID may have been rewritten on its way and is said again in `mark`.
    ///
    /// # Errors
    /// When the server does not open the folder.
    pub async fn find(
        &mut self,
        folder: &str,
        mark: &str,
        message_id: &str,
    ) -> Result<Option<Seen>, Failure> {
        let criteria = format!("OR HEADER Message-ID \"{message_id}\" HEADER {mark} \"{message_id}\"");
        let Some(uid) = self.search(folder, &criteria).await?.first().copied() else { return Ok(None) };
        let mut seen = None;
        let take = |response: &Response<'_>| {
            if let Response::Fetch(_, attributes) = response
                && let Some(Ok(bytes)) = read_body(attributes)
            {
                let received_at = read_found(attributes).and_then(|found| found.received_at);
                seen = Some(Seen { bytes: bytes.to_vec(), received_at });
            }
        };
        self.say(&format!("UID FETCH {uid} (UID INTERNALDATE RFC822.SIZE BODY.PEEK[])"), take).await?;
        Ok(seen)
    }

    /// Opens a folder, to read only.
    ///
    /// # Errors
    /// When the server does not.
    pub async fn open(&mut self, folder: &str) -> Result<(), Failure> {
        examine(&self.account, &mut self.talk, folder).await.map(drop)
    }

    async fn n_mails(&mut self, folder: &str) -> Result<u32, Failure> {
        let mut n = 0;
        let take = |response: &Response<'_>| {
            if let Response::MailboxData(MailboxDatum::Status { status, .. }) = response {
                let messages = status.iter().find_map(|one| match one {
                    StatusAttribute::Messages(messages) => Some(*messages),
                    _ => None,
                });
                n = messages.unwrap_or(n);
            }
        };
        let name = quoted(&encoded(folder)).unwrap_or_default();
        self.say(&format!("STATUS {name} (MESSAGES)"), take).await?;
        Ok(n)
    }

    async fn search(&mut self, folder: &str, criteria: &str) -> Result<Vec<u32>, Failure> {
        self.open(folder).await?;
        let mut found = Vec::new();
        let take = |response: &Response<'_>| {
            if let Response::MailboxData(MailboxDatum::Search(uids)) = response {
                found.extend(uids);
            }
        };
        self.say(&format!("UID SEARCH {criteria}"), take).await?;
        Ok(found)
    }

    async fn say(&mut self, command: &str, take: impl FnMut(&Response<'_>)) -> Result<(), Failure> {
        let said = self.talk.exchange(command, take).await;
        said.map_err(|trouble: Trouble| self.account.later(trouble))
    }
}

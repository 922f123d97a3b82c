//! A folder of an IMAP account as a mailbox (RFC 3501, IDLE: RFC 2177). In: UIDs; out: mails. Invariant: the folder
//! is only examined and mails are only peeked at, so nothing in it changes through us.

mod data;
mod login;
mod name;
mod open;
mod talk;
mod visit;

use std::time::Duration;

use async_imap::imap_proto::Response;
use async_trait::async_trait;

use super::link::Peer;
use super::login::Login;
use super::oauth::explained;
use crate::ports::{Body, Failure, Fetched, Found, Listing, Mailbox, PIECE, Piece, Present, Which};
use data::{Nil, read_body, read_found, read_uid, set};
use talk::{Talk, Trouble};
pub use visit::{Place, Seen, Visit};

#[derive(Debug, Clone)]
pub struct Account {
    pub peer: Peer,
    pub login: Login,
    pub folder: String,
    /// The longest IDLE. Servers and routers forget a silent line after 10 minutes or more.
    pub idle_at_most: Duration,
    /// How often to ask a server that knows no IDLE.
    pub poll_after: Duration,
}

impl Account {
    fn lost(&self, trouble: Trouble) -> Failure {
        match trouble {
            Trouble::Refused(why) => {
                Failure::rejected(format!("the IMAP server {} refuses: {}", self.peer, explained(&why)))
            }
            trouble => Failure::retry(format!("the IMAP server {}: {}", self.peer, trouble.why())),
        }
    }

    /// A command that the server takes otherwise and refuses now.
    fn later(&self, trouble: Trouble) -> Failure {
        Failure::retry(format!("the IMAP server {}: {}", self.peer, trouble.why()))
    }
}

#[derive(Debug)]
pub struct Imap {
    account: Account,
    /// Taken out while a command is under way: whoever drops the call drops the line, never leaves it half-said.
    opened: Option<Opened>,
}

#[derive(Debug)]
struct Opened {
    talk: Talk,
    epoch: i64,
    has_idle: bool,
}

impl Imap {
    #[must_use]
    pub fn new(account: Account) -> Self {
        Self { account, opened: None }
    }

    async fn opened(&mut self) -> Result<Opened, Failure> {
        match self.opened.take() {
            Some(opened) => Ok(opened),
            None => open::open(&self.account).await,
        }
    }

    async fn opened_in(&mut self, epoch: i64) -> Result<Opened, Failure> {
        let opened = self.opened().await?;
        if opened.epoch == epoch {
            return Ok(opened);
        }
        let why = format!("UIDVALIDITY of {:?} is now {}, was {epoch}", self.account.folder, opened.epoch);
        self.opened = Some(opened);
        Err(Failure::retry(format!(
            "the IMAP server {}: {why}; its mails are listed anew",
            self.account.peer
        )))
    }

    /// Lists these; where the answer cannot be understood as a whole, one UID at a time.
    async fn survey(&mut self, set: &str) -> Result<Listing, Failure> {
        let mut opened = self.opened().await?;
        let epoch = opened.epoch;
        match opened.survey(set).await {
            Ok(found) => {
                self.opened = Some(opened);
                Ok(Listing { epoch, found })
            }
            // Dovecot says goodbye over a mail that it cannot read itself (2.3.19, 2026-11).
            Err(Trouble::Unreadable | Trouble::Bye(_)) => {
                drop(opened);
                let mut found = Vec::new();
                // `n:*` names the last mail even where that is below n, and was asked for before.
                let first = set.split([':', ',']).next().and_then(|uid| uid.parse().ok()).unwrap_or(1);
                let uids = self.uids(epoch, set).await?;
                for uid in uids.into_iter().filter(|uid| *uid >= first) {
                    found.extend(self.survey_one(epoch, uid).await?);
                }
                Ok(Listing { epoch, found })
            }
            Err(trouble) => Err(self.account.later(trouble)),
        }
    }

    async fn survey_one(&mut self, epoch: i64, uid: u32) -> Result<Vec<Found>, Failure> {
        let mut surveyed = Err(Trouble::Unreadable);
        for _ in 0..TWICE {
            let mut opened = self.opened_in(epoch).await?;
            surveyed = opened.survey(&uid.to_string()).await;
            if !matches!(surveyed, Err(Trouble::Bye(_))) {
                self.opened = surveyed.is_ok().then_some(opened);
                break;
            }
        }
        match surveyed {
            // Its bytes may still be had: they come without the date that cannot be read.
            Err(Trouble::Unreadable | Trouble::Bye(_)) => {
                let locator = uid.to_string();
                Ok(vec![Found {
                    locator,
                    position: uid.into(),
                    n_bytes: 0,
                    received_at: None,
                    lies_since: None,
                }])
            }
            surveyed => surveyed.map_err(|trouble| self.account.later(trouble)),
        }
    }

    async fn uids(&mut self, epoch: i64, set: &str) -> Result<Vec<u32>, Failure> {
        let mut opened = self.opened_in(epoch).await?;
        let uids = opened.uids(set).await.map_err(|trouble| self.account.later(trouble))?;
        self.opened = Some(opened);
        Ok(uids)
    }

    async fn fetch_one(&mut self, epoch: i64, uid: u32) -> Result<Vec<Fetched>, Failure> {
        let mut fetched = Err(Trouble::Unreadable);
        for _ in 0..TWICE {
            let mut opened = self.opened_in(epoch).await?;
            fetched = opened.bodies_there(&uid.to_string()).await;
            if !matches!(fetched, Err(Trouble::Bye(_))) {
                self.opened = matches!(fetched, Ok(_) | Err(Trouble::Refused(_))).then_some(opened);
                break;
            }
        }
        self.unless_it_alone(fetched, |why| {
            vec![Fetched { locator: uid.to_string(), body: Body::Unreadable { why } }]
        })
    }

    /// What goes wrong with one mail that was asked for alone is no fault of the others.
    fn unless_it_alone<T>(
        &self,
        heard: Result<T, Trouble>,
        unreadable: impl Fn(String) -> T,
    ) -> Result<T, Failure> {
        match heard {
            Err(Trouble::Refused(why)) => Ok(unreadable(format!("the server refuses to give it: {why}"))),
            Err(trouble @ (Trouble::Unreadable | Trouble::Bye(_))) => Ok(unreadable(trouble.why())),
            heard => heard.map_err(|trouble| self.account.later(trouble)),
        }
    }
}

#[async_trait]
impl Mailbox for Imap {
    async fn list(&mut self, which: Which<'_>) -> Result<Listing, Failure> {
        let mut listing = match which {
            Which::After(position) => {
                let mut listing = self.survey(&format!("{}:*", position.saturating_add(1))).await?;
                // `n:*` names the last mail even where that is below n (RFC 3501 6.4.8).
                listing.found.retain(|found| found.position > position);
                listing
            }
            Which::These(locators) => {
                let mut whole = Listing { epoch: self.present_epoch().await?, found: Vec::new() };
                for some in locators.chunks(SET) {
                    let listing = self.survey(&set(some.iter().map(String::as_str))).await?;
                    if listing.epoch != whole.epoch {
                        return Err(Failure::retry("UIDVALIDITY changed while the folder was listed"));
                    }
                    whole.found.extend(listing.found);
                }
                whole
            }
        };
        listing.found.sort_by_key(|found| found.position);
        listing.found.dedup_by_key(|found| found.position);
        Ok(listing)
    }

    async fn present(&mut self) -> Result<Present, Failure> {
        let mut opened = self.opened().await?;
        let uids = opened.uids("1:*").await.map_err(|trouble| self.account.later(trouble))?;
        let present =
            Present { epoch: opened.epoch, locators: uids.iter().map(ToString::to_string).collect() };
        self.opened = Some(opened);
        Ok(present)
    }

    async fn fetch(&mut self, epoch: i64, batch: &[Found]) -> Result<Vec<Fetched>, Failure> {
        let mut opened = self.opened_in(epoch).await?;
        match opened.bodies_there(&set(batch.iter().map(|found| found.locator.as_str()))).await {
            Ok(fetched) => {
                self.opened = Some(opened);
                return Ok(fetched);
            }
            Err(Trouble::Refused(_)) => self.opened = Some(opened),
            Err(Trouble::Unreadable | Trouble::Bye(_)) => {}
            Err(trouble) => return Err(self.account.later(trouble)),
        }
        // One mail that the server or the decoder cannot get over must not hold up the others (FIELD.md 2).
        let mut fetched = Vec::new();
        for uid in batch.iter().filter_map(|found| found.locator.parse().ok()) {
            fetched.extend(self.fetch_one(epoch, uid).await?);
        }
        Ok(fetched)
    }

    async fn piece(&mut self, epoch: i64, locator: &str, offset: u64) -> Result<Piece, Failure> {
        let mut piece = Err(Trouble::Unreadable);
        for _ in 0..TWICE {
            let mut opened = self.opened_in(epoch).await?;
            piece = opened.piece(locator, offset).await;
            if !matches!(piece, Err(Trouble::Bye(_))) {
                self.opened = matches!(piece, Ok(_) | Err(Trouble::Refused(_))).then_some(opened);
                break;
            }
        }
        self.unless_it_alone(piece, |why| Piece::Unreadable { why })
    }

    async fn wait(&mut self, at_most: Duration) -> Result<(), Failure> {
        // A new line knows nothing of what came before it.
        let Some(mut opened) = self.opened.take() else { return Ok(()) };
        if opened.talk.has_news {
            self.opened = Some(opened);
            return Ok(());
        }
        if opened.has_idle {
            let at_most = at_most.min(self.account.idle_at_most);
            match opened.idle(at_most, self.account.peer.patience).await {
                // It offers what it does not give: from now on it is asked in turn.
                Err(Trouble::Refused(_)) => opened.has_idle = false,
                told => told.map_err(|trouble| self.account.later(trouble))?,
            }
        } else {
            tokio::time::sleep(at_most.min(self.account.poll_after)).await;
        }
        self.opened = Some(opened);
        Ok(())
    }
}

impl Imap {
    async fn present_epoch(&mut self) -> Result<i64, Failure> {
        let opened = self.opened().await?;
        let epoch = opened.epoch;
        self.opened = Some(opened);
        Ok(epoch)
    }
}

impl Opened {
    /// A view that is up to date: a server shows new mail only when it may speak of it (RFC 3501 7.4.1), and a
    /// FETCH is not the moment.
    async fn look_at(&mut self, set: &str) -> Result<(), Trouble> {
        let looked = self.talk.exchange("NOOP", |_| ()).await;
        // A goodbye here is about no mail.
        looked.map_err(|trouble| Trouble::Lost(trouble.why()))?;
        // Whoever looks at some of the mails only is not shown what is new.
        self.talk.has_news &= !set.ends_with('*');
        Ok(())
    }

    async fn survey(&mut self, set: &str) -> Result<Vec<Found>, Trouble> {
        self.look_at(set).await?;
        let mut found = Vec::new();
        let take = |response: &Response<'_>| {
            if let Response::Fetch(_, attributes) = response {
                found.extend(read_found(attributes));
            }
        };
        self.talk.exchange(&format!("UID FETCH {set} (UID INTERNALDATE RFC822.SIZE)"), take).await?;
        Ok(found)
    }

    async fn uids(&mut self, set: &str) -> Result<Vec<u32>, Trouble> {
        self.look_at(set).await?;
        let mut uids = Vec::new();
        let take = |response: &Response<'_>| {
            if let Response::Fetch(_, attributes) = response {
                uids.extend(read_uid(attributes));
            }
        };
        self.talk.exchange(&format!("UID FETCH {set} (UID)"), take).await?;
        uids.sort_unstable();
        uids.dedup();
        Ok(uids)
    }

    /// Dovecot gives NIL for a mail that another session removed a moment ago (2.3.19, 2026-11): such a one is gone,
    /// unless a fresh look still shows it.
    async fn bodies_there(&mut self, names: &str) -> Result<Vec<Fetched>, Trouble> {
        let mut fetched = self.bodies(names).await?;
        let is_nil = |fetched: &Fetched| matches!(fetched.body, Body::Unreadable { .. });
        let nil = set(fetched.iter().filter(|one| is_nil(one)).map(|one| one.locator.as_str()));
        if !nil.is_empty() {
            let there = self.uids(&nil).await?;
            fetched.retain(|one| !is_nil(one) || there.iter().any(|uid| uid.to_string() == one.locator));
        }
        Ok(fetched)
    }

    async fn bodies(&mut self, set: &str) -> Result<Vec<Fetched>, Trouble> {
        let mut fetched: Vec<Fetched> = Vec::new();
        let take = |response: &Response<'_>| {
            let Response::Fetch(_, attributes) = response else { return };
            let (Some(uid), Some(data)) = (read_uid(attributes), read_body(attributes)) else { return };
            let body = match data {
                Ok(bytes) => Body::Whole(bytes.to_vec()),
                Err(Nil) => Body::Unreadable { why: NIL.into() },
            };
            fetched.push(Fetched { locator: uid.to_string(), body });
        };
        self.talk.exchange(&format!("UID FETCH {set} (UID BODY.PEEK[])"), take).await?;
        Ok(fetched)
    }

    async fn piece(&mut self, uid: &str, offset: u64) -> Result<Piece, Trouble> {
        let mut piece = None;
        let take = |response: &Response<'_>| {
            if let Response::Fetch(_, attributes) = response
                && read_uid(attributes).is_some_and(|of| of.to_string() == uid)
                && let Some(Ok(data)) = read_body(attributes)
            {
                piece = Some(data.to_vec());
            }
        };
        let command = format!("UID FETCH {uid} (UID BODY.PEEK[]<{offset}.{PIECE}>)");
        self.talk.exchange(&command, take).await?;
        Ok(match piece {
            Some(bytes) => Piece::Bytes(bytes),
            None if self.uids(uid).await?.is_empty() => Piece::Gone,
            None => Piece::Unreadable { why: NIL.into() },
        })
    }

    async fn idle(&mut self, at_most: Duration, patience: Duration) -> Result<(), Trouble> {
        let tag = self.talk.say("IDLE").await?;
        self.talk.hear_more(&tag).await?;
        self.talk.link().set_patience(at_most.saturating_add(patience));
        let news = async {
            while !self.talk.has_news {
                self.talk.hear(|_| ()).await?;
            }
            Ok::<(), Trouble>(())
        };
        let told = tokio::time::timeout(at_most, news).await;
        self.talk.link().set_patience(patience);
        told.unwrap_or(Ok(()))?;
        self.talk.say_bare("DONE").await?;
        self.talk.hear_out(&tag, |_| ()).await
    }
}

const NIL: &str = "the server has it and gives no bytes for it (NIL)";

/// A server that ends the conversation over one mail is asked once more: it may have been about to stop.
const TWICE: usize = 2;

/// Names in one command; a command line has to stay below 8,000 octets (RFC 7162 4).
const SET: usize = 500;

//! What a test cannot have for real: the time, a mailbox of somebody else's, the post, the DNS. In: what the engine asks
//! for; out: what came of it, named by what happens next. Invariant: no failure carries the text of a mail.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::domain::id::Address;

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The one source of time. `adapters/clock.rs` reads the machine's; tests turn their own hands.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> DateTime<Utc>;
    /// Comes back at `at` or later; a clock that is set back in between makes it no longer.
    fn sleep_until(&self, at: DateTime<Utc>) -> BoxFuture<'_, ()>;
}

/// Why a port could not do what it was asked, whatever mail or letter it was about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// A server or a line is down: try again, after a growing delay.
    #[error("{why}")]
    Retry { why: String },
    /// The other side will not have us (password, certificate, folder): a person must act. Try again, but slowly.
    #[error("{why}")]
    Rejected { why: String },
}

impl Failure {
    pub fn retry(why: impl Into<String>) -> Self {
        Self::Retry { why: why.into() }
    }

    pub fn rejected(why: impl Into<String>) -> Self {
        Self::Rejected { why: why.into() }
    }
}

/// Texts in the DNS (TXT records).
#[async_trait]
pub trait Resolver: Send + Sync {
    /// All texts that stand at a name, each in one piece; none where nothing stands there. A resolver that does not
    /// answer, or fails (SERVFAIL), is a `Retry`.
    async fn texts(&self, name: &str) -> Result<Vec<String>, Failure>;
}

/// One folder of one account, or one Maildir. It is only ever read: no flag is set, nothing is moved or removed.
///
/// Every call connects where that is needed. After a failure, or when a call's future is dropped, the next call
/// starts on a new connection. To read ahead, run `fetch` of the next batch beside the commit of the last one.
#[async_trait]
pub trait Mailbox: Send {
    /// What stands there, without bodies, oldest first.
    async fn list(&mut self, which: Which<'_>) -> Result<Listing, Failure>;

    /// Every locator that stands there now: the cheap half of a reconciliation, and a Maildir's way to find what
    /// is new.
    async fn present(&mut self) -> Result<Present, Failure>;

    /// The bytes of a batch, in any order. What a colleague removed in the meantime is left out and is no failure;
    /// a mailbox that is no longer in `epoch` is a `Retry`.
    async fn fetch(&mut self, epoch: i64, batch: &[Found]) -> Result<Vec<Fetched>, Failure>;

    /// At most [`PIECE`] bytes of one mail from `offset` on; none where it ends.
    async fn piece(&mut self, epoch: i64, locator: &str, offset: u64) -> Result<Piece, Failure>;

    /// Comes back when something may have arrived since the last `list` or `present`, and after `at_most` anyway
    /// (sooner where the server wants it: an IDLE cycle, a poll).
    async fn wait(&mut self, at_most: Duration) -> Result<(), Failure>;
}

#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// All with a position greater than this. A Maildir keeps no positions and lists everything.
    After(i64),
    /// Those of these locators that are still there.
    These(&'a [String]),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// UIDVALIDITY; 0 for a Maildir. Locators mean something within one epoch only.
    pub epoch: i64,
    pub found: Vec<Found>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Present {
    pub epoch: i64,
    pub locators: Vec<String>,
}

/// A mail that stands in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// IMAP: the UID in decimal; Maildir: the file name before `:2,`.
    pub locator: String,
    /// The UID; 0 for a Maildir.
    pub position: i64,
    /// As the server says; servers have been wrong about it.
    pub n_bytes: u64,
    /// INTERNALDATE. A Maildir keeps none that could be trusted: there, and where the server's cannot be read, our
    /// own intake is the time of receipt.
    pub received_at: Option<DateTime<Utc>>,
    /// Since when it lies there, only to tell what is older than `start_from`: INTERNALDATE, or when the file was
    /// written.
    pub lies_since: Option<DateTime<Utc>>,
}

/// A mail of this size or more is fetched in pieces.
pub const LARGE: u64 = 4 << 20;
pub const PIECE: usize = 1 << 20;
const BATCH: usize = 100;

impl Found {
    #[must_use]
    pub fn is_large(&self) -> bool {
        self.n_bytes >= LARGE
    }
}

/// Cuts a listing into batches of at most 100 mails and about 4 MiB; a large mail stands alone, to be fetched in
/// pieces. So memory stays flat whatever waits.
#[must_use]
pub fn in_batches(found: &[Found]) -> Vec<&[Found]> {
    let mut batches = Vec::new();
    let mut rest = found;
    while !rest.is_empty() {
        let mut sum = 0;
        let fitting = rest.iter().take(BATCH).take_while(|mail| {
            sum += mail.n_bytes;
            sum < LARGE
        });
        let (batch, others) = rest.split_at(fitting.count().max(1));
        batches.push(batch);
        rest = others;
    }
    batches
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    pub locator: String,
    pub body: Body,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    Whole(Vec<u8>),
    /// The server's answer for this one mail cannot be understood, although it was asked for alone.
    Unreadable {
        why: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Bytes(Vec<u8>),
    /// A colleague removed the mail in the meantime.
    Gone,
    /// As [`Body::Unreadable`].
    Unreadable {
        why: String,
    },
}

/// The post.
#[async_trait]
pub trait Transport: Send + Sync {
    /// How many letters may usefully be under way at once.
    fn lanes(&self) -> usize;

    /// Hands one letter over. An answer speaks of this letter; a failure speaks of the post as a whole, nothing
    /// was sent then, and any other letter would have fared the same.
    async fn send(&self, letter: Outgoing<'_>) -> Result<Answer, Failure>;
}

/// Finished bytes and what is written on the outside.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    pub sender: &'a Address,
    pub recipient: &'a Address,
    /// Without angle brackets. With the recipient it names the delivery: the same pair is the same letter again.
    pub message_id: &'a str,
    pub bytes: &'a [u8],
}

/// What the other side said to one letter, in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Accepted {
        answer: String,
    },
    /// Not now. `perhaps_sent` when the line broke after the last byte and before the answer.
    Retry {
        answer: String,
        perhaps_sent: bool,
    },
    /// Not ever.
    Rejected {
        answer: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_bounded_in_number_and_size_and_a_large_mail_stands_alone() {
        let of = |sizes: &[u64]| -> Vec<Found> {
            let found = |(n_bytes, position)| Found {
                locator: String::new(),
                position,
                n_bytes,
                received_at: None,
                lies_since: None,
            };
            sizes.iter().copied().zip(1..).map(found).collect()
        };
        let check = |sizes: &[u64], expected: &[usize]| {
            let found = of(sizes);
            let lens: Vec<usize> = in_batches(&found).iter().map(|batch| batch.len()).collect();
            assert_eq!(lens, expected);
        };
        check(&[], &[]);
        check(&[9_000; 250], &[100, 100, 50]);
        check(&[3 << 20, 1 << 20, 10, 40 << 20, 10], &[1, 2, 1, 1]);
    }
}

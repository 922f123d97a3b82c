//! The rows that go in and out of the record. Instants are UTC, stored as whole milliseconds.

use chrono::{DateTime, Utc};

use crate::domain::folder::FolderRole;
use crate::domain::id::{Address, InboxId, Key, LetterId, SubjectId};
use crate::domain::message::Vouched;

/// What a collector found at one place of a mailbox.
#[derive(Debug)]
pub struct Arrival {
    /// IMAP: the UID in decimal; Maildir: the file name before `:2,`.
    pub locator: String,
    /// Receipt by our own server (INTERNALDATE), for a Maildir our own intake: the notice time.
    pub received_at: DateTime<Utc>,
    /// What its folder is for.
    pub role: FolderRole,
    pub content: Content,
}

#[derive(Debug)]
pub enum Content {
    Whole(Vec<u8>),
    /// Written before in pieces by `Store::stage`.
    Staged(RawId),
    /// Older than `start_from`: recorded by locator, date and hash alone, never read, never answered.
    Older {
        sha256: [u8; 32],
        n_bytes: i64,
    },
}

/// Raw bytes in the record, in pieces of at most 1 MiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RawId(pub i64);

/// How far a mailbox was collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub mailbox: String,
    /// UIDVALIDITY; 0 for a Maildir.
    pub epoch: i64,
    /// The highest UID that is safely stored; 0 for a Maildir.
    pub position: i64,
    /// The last sweep that saw the whole mailbox up to its end.
    pub swept_at: Option<DateTime<Utc>>,
    /// The last comparison of all locators there with all sightings here.
    pub reconciled_at: Option<DateTime<Utc>>,
    /// What that comparison found missing here and collected after all.
    pub n_found_missing: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenIn {
    pub inbox: InboxId,
    /// False for a second sighting of bytes that we had.
    pub is_new: bool,
}

/// A mail that waits to be read. A row with an attempt is read alone (FIELD.md 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub inbox: InboxId,
    pub received_at: DateTime<Utc>,
    pub n_bytes: i64,
    pub n_attempts: i64,
    pub role: FolderRole,
    /// What was found of its signatures, where they were looked at.
    pub vouched: Option<Vouched>,
}

/// How an inbox row ended or where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    Waiting,
    /// A person must look. The row is done for the machine and open for people.
    Triage,
    NotANotification,
    /// A later copy of a mail that we had.
    Duplicate,
    /// It opened or updated a subject.
    Case,
    /// Older than `start_from`.
    Older,
    /// It could not be read in the allowed number of attempts.
    SetAside,
}

/// One mail as the inbox knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRow {
    pub inbox: InboxId,
    pub raw_sha256: [u8; 32],
    pub n_bytes: i64,
    pub received_at: DateTime<Utc>,
    pub role: FolderRole,
    pub recorded_at: DateTime<Utc>,
    pub message_id: Option<String>,
    pub content_key: Option<String>,
    pub n_attempts: i64,
    pub outcome: Outcome,
    /// `Kind` of the reading, as spelled there.
    pub kind: Option<String>,
    pub sender: Option<String>,
    pub title: Option<String>,
    /// One line: why this outcome.
    pub reason: Option<String>,
    /// The reading as JSON: a cache, made again by reading the raw bytes.
    pub reading: Option<Vec<u8>>,
    pub duplicate_of: Option<InboxId>,
    /// The subjects that it opened or spoke to.
    pub subjects: Vec<SubjectId>,
    pub done_at: Option<DateTime<Utc>>,
    /// What was found of its signatures, where they were looked at.
    pub vouched: Option<Vouched>,
}

/// Everything that goes down together or not at all.
#[derive(Debug, Default)]
pub struct Commit {
    /// When it was decided: `done_at`, `settled_at`, `sealed_at`.
    pub at: DateTime<Utc>,
    pub events: Vec<Entry>,
    /// (subject, cause): unique, so every signal is idempotent.
    pub handled: Vec<(SubjectId, String)>,
    pub registers: Vec<RegisterRow>,
    /// The whole of each subject's timers, replacing what it had.
    pub timers: Vec<(SubjectId, Vec<TimerRow>)>,
    pub letters: Vec<LetterRow>,
    /// Drafts that were sealed or ended.
    pub letter_moves: Vec<LetterMove>,
    pub deliveries: Vec<DeliveryMove>,
    /// What was accepted and came back.
    pub returned: Vec<Returned>,
    pub inbox: Vec<InboxDone>,
    /// Readings that take the place of earlier ones, after `inbox`.
    pub readings: Vec<StoredReading>,
    /// Who claims deliveries, and how many at most: once these moves are made, as [`Store::claim`](super::Store::claim).
    pub claim: Option<(String, i64)>,
    /// Sequence numbers of events whose bodies leave the record; the event that says why is among `events`.
    pub erasures: Vec<i64>,
    /// Another World, or the next step of carrying it to the cases.
    pub in_force: Option<super::InForce>,
}

/// A letter that one recipient's server accepted and did not deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    pub letter: LetterId,
    pub recipient: Address,
    /// What the bounce said.
    pub answer: String,
}

/// An event on its way into the journal; `seq`, `prev_hash` and `hash` are the store's to give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub subject: SubjectId,
    /// 1 for a subject's first event; (subject, version) is unique.
    pub version: i64,
    pub kind: String,
    /// The form of the body; an older one is upcast on reading.
    pub schema: i64,
    pub at: DateTime<Utc>,
    pub cause: String,
    /// `daemon`, or the key of the person who acted.
    pub actor: String,
    pub world_sha256: [u8; 32],
    /// JSON. Empty after erasure, while `body_sha256` stays.
    pub body: Vec<u8>,
}

/// An event as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    pub seq: i64,
    pub entry: Entry,
    pub body_sha256: [u8; 32],
    pub salt: Vec<u8>,
    pub prev_hash: [u8; 32],
    pub hash: [u8; 32],
    pub is_erased: bool,
}

/// A subject folded from its events: a cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterRow {
    pub subject: SubjectId,
    /// `case`, `desk`.
    pub kind: String,
    /// The User it is about.
    pub user: Option<Key>,
    pub stage: String,
    pub version: i64,
    /// The subject as JSON.
    pub body: Vec<u8>,
    pub updated_at: DateTime<Utc>,
}

/// A wait, derived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimerRow {
    pub kind: String,
    pub ordinal: i64,
    pub due_at: DateTime<Utc>,
}

/// A letter for the outbox. Ids are allotted by the decider (`Store::next_ids`), for they stand in its tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterRow {
    pub letter: LetterId,
    pub subject: SubjectId,
    /// Version of the subject that decided it.
    pub version: i64,
    pub kind: String,
    pub message_id: String,
    pub state: LetterState,
    pub made_at: DateTime<Utc>,
    /// What a sealed letter says, as JSON, where it may be called back and drafted anew.
    pub facts: Option<Vec<u8>>,
    pub deliveries: Vec<DeliveryRow>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LetterState {
    /// Waits for a person: facts and recipients as JSON, and why it waits. Never claimed.
    Draft { facts: Vec<u8>, because: String },
    /// Finished bytes, never changed again.
    Sealed { bytes: Vec<u8> },
    /// A person decided that it is not sent.
    Discarded,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LetterMove {
    /// The draft is sealed and its deliveries may leave.
    Seal {
        letter: LetterId,
        bytes: Vec<u8>,
        deliveries: Vec<DeliveryRow>,
    },
    Discard {
        letter: LetterId,
    },
    /// It does not leave for those in `queued`, and is tried once more for nobody in `under_way`. Where a delivery is not
    /// as it says, the commit fails.
    CallBack {
        letter: LetterId,
        queued: Vec<Address>,
        under_way: Vec<Address>,
        why: String,
    },
}

/// One letter to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    pub delivery: i64,
    pub recipient: Address,
    /// Tagged (VERP), one for each delivery.
    pub envelope_sender: Address,
    /// The next attempt, not before.
    pub not_before: DateTime<Utc>,
    /// Then it expires, which is a Signal.
    pub not_after: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    Queued,
    /// Claimed by a deliverer; after a crash, perhaps sent.
    Transmitting,
    Accepted,
    Refused,
    Expired,
    /// A person gave it up, or it was called back.
    Cancelled,
}

/// A delivery that a deliverer has claimed, its attempt counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    pub delivery: i64,
    pub letter: LetterId,
    pub subject: SubjectId,
    pub message_id: String,
    pub recipient: Address,
    pub envelope_sender: Address,
    pub n_attempts: i64,
    pub not_after: DateTime<Utc>,
    /// It was found transmitting after a crash: it may be a second copy.
    pub possible_duplicate: bool,
    pub bytes: std::sync::Arc<Vec<u8>>,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryMove {
    pub delivery: i64,
    pub to: DeliveryState,
    /// The other side's own words.
    pub answer: String,
    /// For `Queued`: the next attempt.
    pub not_before: Option<DateTime<Utc>>,
    /// A person gives it another while; `None` leaves the time that it had.
    pub not_after: Option<DateTime<Utc>>,
    /// For `Queued`: the other side may have it already.
    pub perhaps_sent: bool,
}

impl DeliveryMove {
    /// An end.
    #[must_use]
    pub fn settled(delivery: i64, to: DeliveryState, answer: impl Into<String>) -> Self {
        Self { delivery, to, answer: answer.into(), not_before: None, not_after: None, perhaps_sent: false }
    }
}

/// What a better reader read in a mail that was read before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReading {
    pub inbox: InboxId,
    pub kind: Option<String>,
    pub reading: Vec<u8>,
}

/// The end of an inbox row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxDone {
    pub inbox: InboxId,
    pub outcome: Outcome,
    pub reason: String,
    pub kind: Option<String>,
    pub sender: Option<String>,
    pub title: Option<String>,
    pub message_id: Option<String>,
    pub content_key: Option<String>,
    pub reading: Option<Vec<u8>>,
    pub duplicate_of: Option<InboxId>,
    pub subjects: Vec<SubjectId>,
    /// It ends like this because it lies in a folder of this role only: if it was seen among notices meanwhile, it is
    /// read again.
    pub only_as: Option<FolderRole>,
}

impl InboxDone {
    /// Another end of a mail: what was read of it stays with it, and a copy of it is still known by that.
    #[must_use]
    pub fn again(row: &InboxRow, outcome: Outcome, reason: String) -> Self {
        let InboxRow { kind, sender, title, message_id, content_key, reading, .. } = row.clone();
        let bare = Self::bare(row.inbox, outcome, reason);
        Self { kind, sender, title, message_id, content_key, reading, ..bare }
    }

    /// An end without a reading.
    #[must_use]
    pub fn bare(inbox: InboxId, outcome: Outcome, reason: String) -> Self {
        Self {
            inbox,
            outcome,
            reason,
            kind: None,
            sender: None,
            title: None,
            message_id: None,
            content_key: None,
            reading: None,
            duplicate_of: None,
            subjects: Vec::new(),
            only_as: None,
        }
    }
}

//! A mail, understood as mail: bytes in, [`Message`] out. Reading never fails; what is odd becomes a [`Problem`].
//! Nothing here knows what a notification is.

mod alignment;
mod attachment;
mod auth_results;
mod bounce;
mod calendar;
mod content_key;
mod decode;
mod dkim;
mod document;
mod forwarded;
mod header;
mod html;
mod limit;
mod marking;
mod markup;
mod page;
mod part;
mod read;
mod received;
mod sign;
mod stub;
mod tag;
mod undelivered;
mod vouch;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::calendar::Reply;
use super::id::{Address, Named};
use super::token::Keys;
use super::world::Office;

pub use alignment::same_organisation;
pub(in crate::domain) use decode::text as decode_text;
pub use dkim::{DkimResult, Signed, Vouched, as_signed};
pub use forwarded::{is_banner, is_forward_subject, is_header};
pub use marking::marked_by_label;
pub use read::read_message;
pub use stub::is_stub;
pub use vouch::{authserv_ids, vouch};

/// What must be known of ourselves to know our own mail and our own tags when they come back.
#[derive(Debug, Clone, Copy)]
pub struct Own<'a> {
    pub office: &'a Office,
    pub keys: &'a Keys,
}

impl Own<'_> {
    /// Is this an address of ours, whatever its tag?
    #[must_use]
    pub fn has(&self, address: &Address) -> bool {
        let office = self.office;
        let ours = [&office.mailbox.address, &office.bounces].into_iter().chain(&office.own_addresses);
        let base = address.local().split('+').next().unwrap_or_default();
        ours.into_iter().any(|own| {
            own.domain() == address.domain() && own.local().eq_ignore_ascii_case(base) || own.same(address)
        })
    }
}

/// One mail, decoded as far as it goes.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// Message-ID without angle brackets.
    pub message_id: Option<String>,
    /// In-Reply-To and References, oldest first, without angle brackets or repetition.
    pub thread: Vec<String>,
    /// The `Date` header: the sender's claim, never the notice time (DOMAIN.md 2, evidence).
    pub dated_at: Option<DateTime<Utc>>,
    pub subject: String,
    /// Every address of the From header (RFC 5322 3.6.2); more than one authenticates nobody.
    pub from: Vec<Named>,
    /// The Sender header, which stands in where there is no From.
    pub sender: Option<Named>,
    pub reply_to: Vec<Named>,
    pub to: Vec<Named>,
    pub cc: Vec<Named>,
    /// Null return path (`Return-Path: <>`): a bounce or another automatic mail.
    pub null_return_path: bool,
    /// The text parts a person would read, in order; of alternatives both are kept.
    pub texts: Vec<TextPart>,
    pub attachments: Vec<Attachment>,
    /// What says that no person wrote this mail or that it wants no answer (INTEROP.md 3), each with its header.
    pub signs: Vec<Sign>,
    /// The delivery status of a bounce (RFC 3464), where this is one.
    pub bounce: Option<Bounce>,
    /// The calendar's METHOD (`REPLY`, `COUNTER`, ...) where the mail carries a calendar at any depth.
    pub calendar_method: Option<String>,
    /// What its calendars say, where one of them answers an organizer.
    pub calendar_answers: Vec<Reply>,
    /// The message class of a `winmail.dat` (MS-OXCMSG 2.2.1.3), as the sender's Outlook claims it.
    pub outlook_class: Option<String>,
    /// Recipient tags (`TOKEN` of `secas+TOKEN@`) in the order of INTEROP.md 4.
    pub tags: Vec<String>,
    /// The marking sentence or header that the sender put (DOMAIN.md 6), with its words.
    pub marking: Option<(Classification, String)>,
    /// SHA-256 over Message-ID and the canonical body: equal for a later copy of the same mail.
    pub content_key: [u8; 32],
    pub problems: Vec<Problem>,
}

impl Message {
    /// Who wrote it: the one From address, else the Sender.
    #[must_use]
    pub fn author(&self) -> Option<&Named> {
        match self.from.as_slice() {
            [one] => Some(one),
            [] => self.sender.as_ref(),
            _ => None,
        }
    }
}

/// A text. `text` is what provenance speaks of: the decoded text of a plain part, or what a reader sees of an
/// HTML part, one table row a line with its cells separated by a tab and quotations marked `> `. Lines end with LF.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextPart {
    /// Place in the mail, depth first; the mail itself is 0.
    pub part: u32,
    pub is_html: bool,
    pub text: String,
    /// The attachment that it was read from; it is then numbered behind all parts of the mail.
    pub document: Option<Document>,
}

/// An attached document that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The name of its file.
    pub name: String,
    /// Which of the mail's documents it is.
    pub number: usize,
    /// What a reader of its text should be told.
    pub remarks: Vec<Problem>,
    /// Whom a mail within names as its sender, where this is one or came in one: nobody vouches for that.
    pub claimed_sender: Option<String>,
}

/// What is recorded of an attachment: never rendered, never forwarded (DOMAIN.md 2). What a document says is a
/// [`TextPart`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub name: String,
    #[serde(rename = "type")]
    pub media_type: String,
    /// Octets after decoding.
    pub size: u64,
    /// Lower-case hex.
    pub sha256: String,
    /// It was read as a document.
    #[serde(skip)]
    pub is_read: bool,
}

/// A header that marks automatic or bulk mail, or asks for no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sign {
    pub kind: SignKind,
    /// The header and value that said so, shortened.
    pub because: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignKind {
    /// A program wrote it (RFC 3834 and its elder kin).
    Automatic,
    /// It came through a list or in bulk.
    Bulk,
    /// It only asks for no answer; Exchange puts this on ordinary mail (INTEROP.md 3).
    NoAnswer,
    /// It is our own, come back.
    Own,
}

/// A delivery status notification.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounce {
    pub recipient: Option<String>,
    /// RFC 3463 code such as `5.1.1`; taken from Diagnostic-Code where Status is `x.0.0`.
    pub status: Option<String>,
    pub action: Option<String>,
    pub diagnostic: Option<String>,
    /// Message-IDs found anywhere in it, surest first: one of ours names the letter where the tag is missing.
    pub message_ids: Vec<String>,
}

impl Bounce {
    /// Does it say that the letter will never arrive? Of a delayed, relayed or delivered one it does not.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        match self.action.as_deref() {
            Some("delayed" | "delivered" | "relayed" | "expanded") => false,
            Some("failed") => true,
            _ => self.status.as_deref().is_none_or(|status| status.starts_with('5')),
        }
    }
}

/// Panel Information Policy markings, lowest first (DOMAIN.md 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Classification {
    Unmarked,
    White,
    Green,
    Amber,
    Red,
}

impl Classification {
    /// As the Panel Information Policy writes it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Unmarked => "Unmarked",
            Self::White => "White",
            Self::Green => "Green",
            Self::Amber => "Amber",
            Self::Red => "Red",
        }
    }
}

/// Something that could not be read as it should be. It can stand in a letter as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A field of DOMAIN.md 2, or `mail`.
    pub field: String,
    pub found: String,
    pub expected: String,
}

impl Problem {
    /// A problem of the mail as a whole.
    pub(crate) fn of_mail(found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { field: "mail".into(), found: found.into(), expected: expected.into() }
    }
}

/// Who vouches for the sender (INTEROP.md 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Verified,
    Unverified,
    Failed,
}

/// The verdict on a sender and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vouch {
    pub verdict: Verdict,
    pub reasons: Vec<String>,
}

/// The sender as far as the mail and its verdict go; the standing comes from the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    pub address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it wants answers, other than at its own address: nothing is ever sent there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reply_to: Vec<Address>,
    #[serde(flatten)]
    pub vouch: Vouch,
}

//! Mails and letters, as far as the digest tells of them.

use chrono::{DateTime, Utc};

use super::figures::RED;
use crate::domain::id::{InboxId, LetterId, SubjectId};
use crate::domain::letter::{Listed, Row};

/// A mail, as far as the digest tells of it.
#[derive(Debug)]
pub struct Mail {
    pub inbox: InboxId,
    /// When it came, or when it was set aside.
    pub at: DateTime<Utc>,
    pub sender: Option<String>,
    pub title: Option<String>,
    pub why: Option<String>,
    pub is_red: bool,
}

/// A letter, as far as the digest tells of it.
#[derive(Debug)]
pub struct OfLetter {
    pub letter: LetterId,
    pub subject: SubjectId,
    pub kind: String,
    pub at: DateTime<Utc>,
    /// Why it waits, or what was answered.
    pub why: String,
}

impl Mail {
    pub(super) fn row(&self) -> Row {
        let title = self.title.as_deref().filter(|title| !title.trim().is_empty());
        let title = if self.is_red { RED } else { title.unwrap_or("(no subject)") };
        let from = self.sender.as_ref().map_or_else(String::new, |sender| format!(", from {sender}"));
        let why = self.why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
        Row { at: Some(self.at), name: format!("Mail {}", self.inbox.0), what: format!("{title}{from}{why}") }
    }
}

impl OfLetter {
    fn row(&self) -> Row {
        let of = if self.subject == SubjectId::desk() { "the Desk" } else { &self.subject.0 };
        let name = format!("Letter {}, {} of {of}", self.letter.0, self.kind.replace('_', " "));
        Row { at: Some(self.at), name, what: self.why.clone() }
    }
}

/// The oldest letters, of so many.
pub(super) fn listed(oldest: impl Iterator<Item = OfLetter>, n: i64) -> Listed {
    let mut rows: Vec<Row> = oldest.map(|letter| letter.row()).collect();
    rows.sort_by_key(|row| row.at);
    let n_more = usize::try_from(n).unwrap_or_default().saturating_sub(rows.len());
    Listed { rows, n_more }
}

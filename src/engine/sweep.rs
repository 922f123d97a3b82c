//! Whether the answer of a User may have come (DOMAIN.md 5): how far the mailboxes were swept, and which mail is still
//! open. In: the record; out: what is known for a case. Invariant: what is not certain counts as the answer.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::domain::case::{Case, Swept};
use crate::domain::id::{Address, SubjectId};
use crate::domain::workday::london_date;
use crate::domain::world::World;
use crate::store::{InboxFilter, InboxRow, Outcome, Store};

#[derive(Default)]
pub(super) struct Sweep {
    /// Every mailbox was swept and compared with the record at this time or later.
    at: Option<DateTime<Utc>>,
    open: Vec<InboxRow>,
}

/// Rows of open mail that are looked through; with more than that, none is certain.
const OPEN_AT_MOST: i64 = 5_000;

impl Sweep {
    /// # Errors
    /// As any reading.
    pub(super) async fn look(store: &Store, mailboxes: Option<&BTreeSet<String>>) -> anyhow::Result<Self> {
        let cursors = store.cursors().await?;
        let is_here = |name: &String| mailboxes.is_none_or(|all| all.contains(name));
        let here = cursors.iter().filter(|cursor| is_here(&cursor.mailbox));
        let swept = here.map(|cursor| Some(cursor.swept_at?.min(cursor.reconciled_at?)));
        let swept: Option<Vec<DateTime<Utc>>> = swept.collect();
        let is_whole = mailboxes
            .is_none_or(|all| all.iter().all(|name| cursors.iter().any(|cursor| cursor.mailbox == *name)));
        let at = swept.filter(|_| is_whole).and_then(|swept| swept.into_iter().min());
        let mut open = store.inbox_list(&InboxFilter::Open, None, OPEN_AT_MOST).await?;
        open.extend(store.inbox_list(&InboxFilter::Of(Outcome::Waiting), None, OPEN_AT_MOST).await?);
        Ok(Self { at, open })
    }

    /// What of that bears on one case: mail from its User, about it, or from nobody knows whom.
    pub(super) fn of(&self, case: &Case, world: &World, now: DateTime<Utc>) -> Swept {
        let subject: SubjectId = case.reference.subject();
        let user = case.user.as_ref().and_then(|key| world.directory.user(key));
        let is_theirs = |row: &&InboxRow| {
            let sender = row.sender.as_deref().and_then(|sender| Address::parse(sender).ok());
            let Some(sender) = sender else { return true };
            let has_written = |mail: &crate::domain::case::Mail| {
                mail.sender.address.as_ref().is_some_and(|address| address.domain() == sender.domain())
            };
            row.subjects.contains(&subject)
                || user.is_some_and(|user| world.directory.registered_to(&sender, user, london_date(now)))
                || case.mails.iter().any(has_written)
        };
        Swept { at: self.at, open: self.open.iter().find(is_theirs).map(|row| row.inbox) }
    }
}

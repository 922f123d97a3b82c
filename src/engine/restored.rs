//! After a restore (DESIGN.md 7.14): letters that were under way are held, every mailbox is swept again before anything
//! is read or wakes, and mail that came in until then may have been answered from the record that is lost: its letters
//! are drafts. In: the state that the record keeps; out: whether the services may go on.

use std::collections::BTreeSet;
use std::sync::{Mutex, OnceLock, PoisonError};

use data_encoding::HEXLOWER;

use super::ask::actor;
use super::work::DAEMON;
use super::{CaseWork, Engine, Work};
use crate::domain::case::Signal;
use crate::domain::desk;
use crate::domain::id::Key;
use crate::domain::route::{PERHAPS_ANSWERED, Target};
use crate::store::{Delivery, DeliveryMove, DeliveryState, LetterFilter, Restored, Verified};

const HELD: &str = "held by a restore: it may have left after the backup was made";

/// What is known of a restore, as the record has it.
#[derive(Debug, Default)]
pub(super) struct Gate {
    state: Mutex<Restored>,
    /// The mailboxes of the configuration; until they are told, none counts as swept.
    mailboxes: OnceLock<BTreeSet<String>>,
}

impl Gate {
    pub(super) fn new(state: Restored) -> Self {
        Self { state: Mutex::new(state), mailboxes: OnceLock::new() }
    }

    fn state(&self) -> Restored {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_now(&self, state: Restored) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

impl Engine {
    /// Tells which mailboxes are swept here, and ends what a restore left to do before any service starts.
    ///
    /// # Errors
    /// When the record cannot be read or written.
    pub async fn watches(&self, mailboxes: impl IntoIterator<Item = String>) -> anyhow::Result<()> {
        // A second telling changes nothing.
        let _ = self.gate.mailboxes.set(mailboxes.into_iter().collect());
        self.hold_letters().await?;
        self.was_swept().await?;
        self.review_alarms().await
    }

    /// Writes down who put the backup in place; `asked` names the command.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub async fn was_restored(
        &self,
        by: &Key,
        login: &str,
        asked: &str,
        verified: &Verified,
    ) -> anyhow::Result<()> {
        let Verified::Whole { n, head, .. } = verified else { return Ok(()) };
        let event = desk::Event::RecordRestored { n_events: *n, head: HEXLOWER.encode(&head.hash) };
        let actor = actor(&self.world(), by, Some(login));
        tracing::warn!(restore.by = actor, journal.n_events = n, "a backup was put in place of the record");
        let cause = format!("operator:{asked}");
        let signal = desk::Signal::Noted(event);
        let work = Work::Desk { cause, actor, signal, inbox: Vec::new(), deliveries: Vec::new() };
        for done in self.handle(vec![work]).await? {
            done.map_err(|refusal| {
                anyhow::anyhow!("the restore cannot be written down: {}", refusal.because)
            })?;
        }
        Ok(())
    }

    /// The mailboxes that are swept here, once they are told.
    pub(super) fn mailboxes(&self) -> Option<&BTreeSet<String>> {
        self.gate.mailboxes.get()
    }

    /// Nothing is read and nothing wakes yet.
    pub(super) fn is_held_back(&self) -> bool {
        self.gate.state().is_unfinished()
    }

    pub(super) fn restored(&self) -> Restored {
        self.gate.state()
    }

    /// A mailbox was compared with the record; after the last one, reading and waking begin.
    pub(super) async fn was_swept(&self) -> anyhow::Result<()> {
        if self.gate.state() != Restored::Sweep {
            return Ok(());
        }
        let Some(mailboxes) = self.gate.mailboxes.get() else { return Ok(()) };
        for mailbox in mailboxes {
            let cursor = self.store.cursor(mailbox).await?;
            if cursor.is_none_or(|cursor| cursor.reconciled_at.is_none()) {
                return Ok(());
            }
        }
        self.gate.is_now(self.store.all_is_swept().await?);
        tracing::info!("every mailbox was swept after the restore; work goes on");
        self.told.read.tell();
        self.told.wake.tell();
        self.review_alarms().await
    }

    /// Holds every letter that was under way when the backup was made; how many. Where that was done before, none.
    ///
    /// # Errors
    /// When the record cannot be read or written.
    pub async fn hold_letters(&self) -> anyhow::Result<usize> {
        let mut n_held = 0;
        if self.gate.state() != Restored::HoldLetters {
            return Ok(n_held);
        }
        loop {
            let open = self.store.letters(&LetterFilter::Open, None, 500).await?;
            let open = open.iter().flat_map(|letter| &letter.deliveries);
            let work: Vec<Work> = open.filter(|delivery| !delivery.state.is_final()).map(hold).collect();
            if work.is_empty() {
                break;
            }
            n_held += work.len();
            for done in self.handle(work).await? {
                done.map_err(|refusal| anyhow::anyhow!("a letter cannot be held: {}", refusal.because))?;
            }
        }
        self.gate.is_now(self.store.letters_are_held().await?);
        self.review_alarms().await?;
        Ok(n_held)
    }

    /// What a restore leaves to people; ends when the mailboxes are swept, their mail is read, and each letter that it
    /// holds was released, sent again or discarded.
    pub(super) async fn left_by_restore(&self) -> anyhow::Result<Option<String>> {
        let last = match self.gate.state() {
            Restored::Never => return Ok(None),
            Restored::HoldLetters | Restored::Sweep => {
                let text = "restored from a backup: nothing is decided until every mailbox was swept again";
                return Ok(Some(text.into()));
            }
            Restored::UpTo(last) => last,
        };
        let unread = self.store.waiting(1, None).await?;
        if unread.first().is_some_and(|row| row.inbox <= last) {
            return Ok(Some("restored from a backup: the mail that came since is read".into()));
        }
        let n_held = self.store.n_held(HELD, PERHAPS_ANSWERED).await?;
        Ok((n_held > 0).then(|| {
            format!(
                "a restore holds {n_held} letters that may have left before: see `sscd outbox list --failed` and \
                 `--drafts`, then retry, release or discard each"
            )
        }))
    }
}

/// A delivery that may have left after the backup was made: whether it did, only a person can find out.
fn hold(delivery: &Delivery) -> Work {
    let (letter, recipient) = (delivery.letter, delivery.recipient.clone());
    Work::Case(Box::new(CaseWork {
        target: Target::Case(delivery.subject.clone()),
        cause: format!("restore:{}:{}", delivery.delivery, delivery.n_attempts),
        actor: DAEMON.into(),
        signal: Signal::Failed { letter, recipient, answer: HELD.into() },
        inbox: Vec::new(),
        deliveries: vec![DeliveryMove::settled(delivery.delivery, DeliveryState::Expired, HELD)],
    }))
}

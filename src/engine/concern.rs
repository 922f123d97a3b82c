//! Alarms that the record itself explains: each stands while there is something in the record that a person must end.
//! In: the record; out: alarms raised, changed and cleared. Nothing is remembered but what stands.

use super::Engine;
use crate::domain::budget::SPENT;
use crate::store::{InboxFilter, LetterFilter, Outcome};

/// As many are named in one sentence.
const NAMED: i64 = 10;

impl Engine {
    /// Raises what is new, and clears what people have dealt with.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub async fn review_alarms(&self) -> anyhow::Result<()> {
        for (key, text) in [
            ("restored", self.left_by_restore().await?),
            ("undelivered", self.undelivered().await?),
            ("set_aside", self.set_aside().await?),
            ("budget", self.over_budget().await?),
        ] {
            match text {
                Some(text) => self.alarms.raise_if_new(key, &text).await,
                None => self.alarms.clear(key).await,
            }
        }
        Ok(())
    }

    /// Ends when each such delivery is accepted after a retry, or given up by a person.
    async fn undelivered(&self) -> anyhow::Result<Option<String>> {
        let failed = self.store.letters(&LetterFilter::Failed, None, NAMED).await?;
        let names: Vec<String> = failed.iter().map(|letter| letter.letter.0.to_string()).collect();
        Ok((!names.is_empty()).then(|| {
            format!(
                "somebody did not get letter {}: see `sscd outbox list --failed`, then retry or discard",
                names.join(", ")
            )
        }))
    }

    /// Ends when each letter that is over budget was released or discarded. It names no number, which would be another
    /// text with every letter of a flood.
    async fn over_budget(&self) -> anyhow::Result<Option<String>> {
        let reasons = self.store.reasons(SPENT, 100).await?;
        let reasons: Vec<&str> = reasons.iter().filter_map(|because| because.strip_prefix(SPENT)).collect();
        Ok((!reasons.is_empty()).then(|| {
            format!(
                "letters are held because a budget is spent ({}): find out what writes to us in `sscd outbox list \
                 --drafts`, then release or discard each",
                reasons.join("; ")
            )
        }))
    }

    /// Ends when a person has accepted, linked or dismissed each such mail.
    async fn set_aside(&self) -> anyhow::Result<Option<String>> {
        let filter = InboxFilter::Of(Outcome::SetAside);
        let rows = self.store.inbox_list(&filter, None, NAMED).await?;
        let names: Vec<String> = rows
            .iter()
            .map(|row| format!("mail {} ({})", row.inbox.0, row.reason.as_deref().unwrap_or_default()))
            .collect();
        Ok((!names.is_empty()).then(|| format!("set aside for a person: {}", names.join(", "))))
    }
}

//! A letter as its case knows it. In: what happened to it; out: whether it left, and whether it is known to have arrived.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::id::Address;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterNote {
    pub kind: String,
    pub message_id: String,
    pub to: Vec<Address>,
    pub made_at: DateTime<Utc>,
    /// When the other side first took responsibility for it.
    #[serde(default)]
    pub accepted_at: Option<DateTime<Utc>>,
    /// Why it waits for a person.
    pub held: Option<String>,
    /// Whom it does not reach, since it had not begun to leave when it was called back.
    #[serde(default)]
    pub called_back: Vec<Address>,
    /// For whom it was leaving at that moment.
    #[serde(default)]
    pub was_leaving: Vec<Address>,
    /// `accepted`, `failed: ...`, `bounced: ...`, `discarded: ...`, one for each turn that it took.
    pub fate: Vec<String>,
}

impl LetterNote {
    /// Somebody is known not to have got it, or it never left.
    #[must_use]
    pub fn is_undelivered(&self) -> bool {
        let mut last: BTreeMap<&str, bool> = BTreeMap::new();
        for fate in &self.fate {
            for (how, is_lost) in [("accepted for ", false), ("failed for ", true), ("bounced for ", true)] {
                if let Some(rest) = fate.strip_prefix(how) {
                    let recipient = rest.split(": ").next().unwrap_or_default();
                    last.insert(recipient, is_lost && !rest.contains(": 4."));
                }
            }
        }
        !self.is_on_its_way() || self.is_lost_to_first() || last.values().any(|is_lost| *is_lost)
    }

    /// Neither a draft nor ended as one.
    #[must_use]
    pub fn is_on_its_way(&self) -> bool {
        let ended = |fate: &String| fate.starts_with("discarded") || fate.starts_with("superseded");
        self.held.is_none() && !self.is_called_back() && !self.fate.iter().any(ended)
    }

    /// Called back before it had begun to leave for anybody.
    #[must_use]
    pub fn is_called_back(&self) -> bool {
        !self.called_back.is_empty() && self.to.iter().all(|to| self.is_called_back_for(to))
    }

    fn is_called_back_for(&self, recipient: &Address) -> bool {
        self.called_back.iter().any(|one| one.same(recipient))
    }

    fn is_lost_to_first(&self) -> bool {
        self.to.first().is_some_and(|first| self.is_called_back_for(first))
    }
}

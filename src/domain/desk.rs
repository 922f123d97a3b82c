//! The Desk: the office itself, for what belongs to no case. In: what people did about mail that is none of ours;
//! out: facts. It has one status and no waits yet.

use serde::{Deserialize, Serialize};

use super::id::{InboxId, LetterId};

/// A fact about the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A person decided that a mail is no notification.
    MailDismissed { inbox: InboxId, reason: String },
    /// A person took a delivery up again that had failed.
    DeliveryRetried { letter: LetterId, delivery: i64, reason: String },
    /// A person decided that a letter which somebody did not get is not sent again.
    DeliveryGivenUp { letter: LetterId, reason: String },
}

impl Event {
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::MailDismissed { .. } => "MailDismissed",
            Self::DeliveryRetried { .. } => "DeliveryRetried",
            Self::DeliveryGivenUp { .. } => "DeliveryGivenUp",
        }
    }
}

//! How states are spelled in the database. In: our enums; out: the words of its CHECK constraints, and back.

use super::error::{Result, StoreError};
use super::rows::{DeliveryState, Outcome};
use crate::domain::folder::FolderRole;

macro_rules! spelled {
    ($type:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $type {
            /// As the record spells it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            pub(super) fn read(word: &str) -> Result<Self> {
                match word {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(StoreError::Corrupt(format!(concat!("{:?} is no ", stringify!($type)), word))),
                }
            }
        }
    };
}

spelled!(Outcome {
    Waiting = "waiting",
    Triage = "triage",
    NotANotification = "not_a_notification",
    Duplicate = "duplicate",
    Case = "case",
    Older = "older",
    SetAside = "set_aside",
});

spelled!(DeliveryState {
    Queued = "queued",
    Transmitting = "transmitting",
    Accepted = "accepted",
    Refused = "refused",
    Expired = "expired",
    Cancelled = "cancelled",
});

/// As the record spells what a folder is for.
pub(super) fn role_word(role: FolderRole) -> &'static str {
    match role {
        FolderRole::Notices => "notices",
        FolderRole::Junk => "junk",
        FolderRole::Sent => "sent",
    }
}

pub(super) fn role(word: &str) -> Result<FolderRole> {
    let all = [FolderRole::Notices, FolderRole::Junk, FolderRole::Sent];
    let found = all.into_iter().find(|role| role_word(*role) == word);
    found.ok_or_else(|| StoreError::Corrupt(format!("{word:?} is no role of a folder")))
}

impl DeliveryState {
    /// Nothing more will happen to it by itself.
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Transmitting)
    }
}

//! What a folder of a mailbox is for. In: what the configuration says of it; out: a fact of every mail that comes from
//! there. Invariant: a mail that was seen in several folders counts as a notice if one of them is for notices.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FolderRole {
    /// What comes here is read and answered.
    #[default]
    Notices,
    /// What a filter took for junk: read, and never answered without a person.
    Junk,
    /// What left: our own letters, and what colleagues wrote by hand.
    Sent,
}

//! The figures that people may change: deadlines, limits, lists. Every default is DOMAIN.md 4's; each one that has
//! no published authority is marked assumed there.

use serde::{Deserialize, Serialize};

use super::message::Classification;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Names of User Roles that a notification may state.
    pub user_roles: Vec<String>,
    /// Working Days for SECAS to look at a mail in triage.
    pub triage_after: u32,
    /// Working Days for a User to supply what is missing.
    pub information_after: u32,
    /// Working Days before an SSC meeting after which no paper is taken for it.
    pub paper_cut_off: u32,
    /// Minutes after which a case goes before the SSC although its acknowledgement still waits.
    pub put_before_ssc_after_minutes: u32,
    /// Unmarked security content is treated as at least this (DOMAIN.md 6).
    pub classification_floor: Classification,
    /// Warn when fewer SSC or Panel meetings than this are left.
    pub meetings_left_warning: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            user_roles: [
                "Import Supplier",
                "Export Supplier",
                "Gas Supplier",
                "Electricity Distributor",
                "Gas Transporter",
                "Registered Supplier Agent",
                "Other User",
            ]
            .map(String::from)
            .into(),
            triage_after: 2,
            information_after: 10,
            paper_cut_off: 7,
            put_before_ssc_after_minutes: 60,
            classification_floor: Classification::Amber,
            meetings_left_warning: 3,
        }
    }
}

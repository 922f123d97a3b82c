//! What a User owes by a day that it was told, once a decision of the SSC asks it for something. In: letters that state
//! the day; out: deadlines.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::id::LetterId;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owed {
    /// A User Security Assessment (SEC G8.13).
    Assessment,
    /// The User Security Assessment Response (SEC G8.24).
    Response,
}

impl Owed {
    /// For people: what is owed.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Assessment => "the User Security Assessment",
            Self::Response => "the User Security Assessment Response",
        }
    }
}

/// A deadline that the User owns, as a letter told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    pub of: Owed,
    pub on: NaiveDate,
    pub at: DateTime<Utc>,
    pub why: String,
    pub letter: LetterId,
    pub is_overdue: bool,
}

//! What is said about annual reviews. Facts only; the words stand in the templates.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::calendar;
use crate::domain::message::Classification;

/// A User is reminded of its own annual review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewReminder {
    pub reference: String,
    pub user: String,
    /// The last day on which its fieldwork ends.
    pub due_on: NaiveDate,
    pub due_why: String,
    /// "Full User Security Assessment"; none where that is to be confirmed.
    pub assessment: Option<String>,
    pub booked_on: Option<NaiveDate>,
    /// Where it is not booked yet.
    pub book_by: Option<NaiveDate>,
    /// Further User Systems that it covers, each with what the SSC decided.
    pub systems: Vec<String>,
    /// It should have left on an earlier day.
    pub is_late: bool,
    pub classification: Classification,
}

/// All annual reviews of which a member of the SSC is to hear on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembersReminder {
    pub reference: String,
    pub reviews: Vec<ReviewDue>,
    pub classification: Classification,
}

/// A review without its User's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewDue {
    pub reference: String,
    /// "User K7QMX".
    pub pseudonym: String,
    pub due_on: NaiveDate,
    pub assessment: Option<String>,
    pub booked_on: Option<NaiveDate>,
    pub is_late: bool,
}

/// The day by which an annual review is due, as an entry of one member's calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueDate {
    pub reference: String,
    /// "User K7QMX".
    pub pseudonym: String,
    pub why: DueDateWhy,
    pub assessment: Option<String>,
    /// The day that it had in the calendar before, where it moved.
    pub was_on: Option<NaiveDate>,
    pub calendar: calendar::Invitation,
    pub classification: Classification,
}

/// In the order in which they leave, where not all leave at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueDateWhy {
    /// Taken out, for whatever reason: one that said so would tell who has an interest in whom.
    Withdrawn,
    Moved,
    New,
}

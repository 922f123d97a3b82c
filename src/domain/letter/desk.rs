//! What the Desk writes: letters over many cases. Facts only; the words stand in the templates. Invariant: every list is
//! bounded, and says how many more there are.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::Excluded;
use super::ahead::Ahead;
use crate::domain::message::Classification;

/// Everything that SECAS should know of a day, and by its coming that the daemon lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// "Digest 12".
    pub reference: String,
    pub made_at: DateTime<Utc>,
    /// Where the last one ended.
    pub since: DateTime<Utc>,
    /// If it does not come then, something is wrong.
    pub next_at: Option<DateTime<Utc>>,
    pub mailboxes: Vec<Swept>,
    /// How many things wait for a person, in the five lists that follow.
    pub n_for_people: usize,
    /// Mail in triage or set aside.
    pub triage: Listed,
    pub drafts: Listed,
    /// Letters that were refused, have expired or came back.
    pub failed: Listed,
    pub on_hold: Listed,
    /// A person is to answer, or does.
    pub answering: Listed,
    /// What is waited for in the next ten Working Days.
    pub due: Listed,
    pub overdue: Listed,
    pub new_cases: Listed,
    /// Mail that was set aside as none of ours.
    pub not_ours: Listed,
    pub alarms: Listed,
    /// What runs out: meetings, holidays, offices. Sentences.
    pub remarks: Vec<String>,
    /// The journal as this was written: how many events, and the hash of the last.
    pub n_events: i64,
    pub head: String,
    /// The next 90 days; none in a draft of an older program.
    #[serde(default)]
    pub ahead: Option<Ahead>,
    /// Its tables are attached as an `.xlsx`.
    #[serde(default)]
    pub has_tables: bool,
    pub classification: Classification,
}

/// How far a mailbox was collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swept {
    pub name: String,
    pub swept_at: Option<DateTime<Utc>>,
    /// When all of it was last compared with the record.
    pub reconciled_at: Option<DateTime<Utc>>,
    /// What that comparison found missing, and collected after all.
    pub n_found_missing: i64,
}

/// The first rows of a list, and how many more there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The earliest first.
    pub rows: Vec<Row>,
    pub n_more: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Since when, or by when.
    pub at: Option<DateTime<Utc>>,
    /// "SUS-2026-0001, Northwind Energy Supply Ltd", "Letter 4".
    pub name: String,
    pub what: String,
}

impl Listed {
    /// Keeps the earliest `most` rows.
    pub fn add(&mut self, row: Row, most: usize) {
        let place = self.rows.partition_point(|other| other.at <= row.at);
        self.rows.insert(place, row);
        if self.rows.len() > most {
            self.rows.pop();
            self.n_more += 1;
        }
    }

    #[must_use]
    pub fn n(&self) -> usize {
        self.rows.len() + self.n_more
    }
}

/// A case for SECAS and the Chair, in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub reference: String,
    pub user: String,
    pub received_at: DateTime<Utc>,
    pub status: String,
    /// In the User's own words; none where it is Red or not stated.
    pub start_as_stated: Option<String>,
    /// Labels.
    pub missing: Vec<String>,
    pub withheld: Vec<String>,
    /// What a person should see at once: sentences.
    pub flags: Vec<String>,
    pub excluded: Vec<Excluded>,
    pub meeting_on: Option<NaiveDate>,
    pub meeting_why: String,
}

/// What goes before a meeting of the SSC, for SECAS to work from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agenda {
    /// "Agenda 2026-12-09".
    pub reference: String,
    pub meeting_on: NaiveDate,
    pub cases: Vec<Item>,
    pub n_more: usize,
    /// Items "overdue: for consideration".
    pub for_consideration: Listed,
    /// What annual reviews found.
    #[serde(default)]
    pub findings: Listed,
    /// Under a confidentiality objection: nobody of the SSC is told of these.
    pub held_back: Listed,
    pub classification: Classification,
}

/// That papers are issued, for one member: a date and references, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperNotice {
    /// "Papers 2026-12-09".
    pub reference: String,
    pub meeting_on: NaiveDate,
    pub cases: Vec<String>,
    /// The member had one for this meeting before.
    pub is_further: bool,
    pub classification: Classification,
}

/// New cases, for the Chair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCases {
    /// "New cases 2026-11-03".
    pub reference: String,
    pub on: NaiveDate,
    pub cases: Vec<Item>,
    pub classification: Classification,
}

/// What the Chair should know the day before a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChairDigest {
    /// "Meeting 2026-12-09".
    pub reference: String,
    pub meeting_on: NaiveDate,
    pub cases: Vec<Item>,
    pub n_more: usize,
    /// Since the last meeting.
    pub decided: Listed,
    pub overdue: Listed,
    pub classification: Classification,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_keeps_the_earliest_and_counts_the_others() {
        let mut list = Listed::default();
        for hour in [3, 1, 2, 0] {
            let at = DateTime::from_timestamp(hour * 3600, 0);
            list.add(Row { at, name: hour.to_string(), what: String::new() }, 2);
        }
        let names: Vec<_> = list.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!((names, list.n_more, list.n()), (vec!["0", "1"], 2, 4));
    }
}

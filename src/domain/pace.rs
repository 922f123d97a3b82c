//! The pace of a subject's waits: until when a step is put off, and when it was last handled. In: steps by the names of
//! their waits; out: the instant at which one comes. Invariant: no wait comes twice at one instant, for what was handled
//! then would be refused as handled, and never move.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    deferred: BTreeMap<String, DateTime<Utc>>,
    /// Whether its step was taken or put off.
    #[serde(default)]
    stepped: BTreeMap<String, DateTime<Utc>>,
}

/// Between a step and the next of the same wait.
const AFTER_A_STEP: Duration = Duration::minutes(1);

impl Pace {
    /// When a wait is over that falls due then by itself.
    #[must_use]
    pub fn of(&self, wait: &str, due_at: DateTime<Utc>) -> DateTime<Utc> {
        let due_at = self.deferred.get(wait).map_or(due_at, |until| due_at.max(*until));
        self.stepped.get(wait).map_or(due_at, |at| due_at.max(*at + AFTER_A_STEP))
    }

    #[must_use]
    pub fn deferred_until(&self, wait: &str) -> Option<DateTime<Utc>> {
        self.deferred.get(wait).copied()
    }

    /// The step was taken.
    pub fn step(&mut self, wait: &str, at: DateTime<Utc>) {
        self.stepped.insert(wait.into(), at);
        self.deferred.remove(wait);
    }

    /// The step was due at `at`, and is not taken before `until`.
    pub fn defer(&mut self, wait: &str, until: DateTime<Utc>, at: DateTime<Utc>) {
        self.stepped.insert(wait.into(), at);
        self.deferred.insert(wait.into(), until);
    }

    /// Whatever was put off counts from now on by its own date.
    pub fn put_off_nothing(&mut self) {
        self.deferred.clear();
    }

    /// The same, but for that wait.
    pub fn put_off_nothing_but(&mut self, wait: &str) {
        self.deferred.retain(|deferred, _| deferred == wait);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_that_was_put_off_never_comes_back_at_an_instant_that_was_handled() {
        let at = |hour: i64| DateTime::UNIX_EPOCH + Duration::hours(hour);
        let mut pace = Pace::default();
        assert_eq!(pace.of("start", at(9)), at(9));
        pace.defer("start", at(33), at(9));
        assert_eq!(pace.of("start", at(9)), at(33));
        pace.put_off_nothing();
        assert_eq!(pace.of("start", at(9)), at(9) + AFTER_A_STEP);
        assert_eq!(pace.of("stay", at(9)), at(9), "the others keep their own");
    }
}

//! Who a person is and what that person may do on a given day.

use chrono::NaiveDate;

use super::{Act, Directory, InForce, Person, Role};
use crate::domain::id::Key;

impl Directory {
    #[must_use]
    pub fn person(&self, key: &Key) -> Option<&Person> {
        self.person_by_key.get(key).and_then(|at| self.people.get(*at))
    }

    /// The person whom an operating-system user stands for; logins are unique.
    #[must_use]
    pub fn person_by_login(&self, login: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.login.as_deref() == Some(login))
    }

    /// Everybody who holds `role` on that day, in the order of the file.
    pub fn in_office(&self, role: Role, on: NaiveDate) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(move |person| person.role == role && person.in_force(on))
    }

    /// May this person do that, on that day? SECAS people may do what their row lists; all others decide in meetings
    /// and may do nothing here.
    ///
    /// # Errors
    /// The reason why not, as a sentence.
    pub fn may(&self, person: &Person, act: Act, on: NaiveDate) -> Result<(), String> {
        let name = &person.name;
        if !person.in_force(on) {
            let (from, until) = person.period();
            let until = until.map_or_else(|| "now on".to_owned(), |until| format!("to {until}"));
            return Err(format!("{name} is in office from {from} {until}, not on {on}"));
        }
        if person.role != Role::Secas {
            return Err(format!("{name} is {} and may not {act}: only SECAS people may", person.role));
        }
        if !person.acts.contains(&act) {
            return Err(format!(
                "{name} may not {act}: the directory does not list {:?} among the acts",
                act.word()
            ));
        }
        Ok(())
    }
}

impl Act {
    /// As the directory's file writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Triage => "triage",
            Self::Release => "release",
            Self::Decide => "decide",
            Self::Operate => "operate",
        }
    }
}

impl std::fmt::Display for Act {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Triage => "triage mail or open cases",
            Self::Release => "release, retry or discard letters, or pause or end cases",
            Self::Decide => "enter decisions of the SSC and its Chair",
            Self::Operate => "operate the daemon",
        })
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::SscChair => "Chair of the SSC",
            Self::SscMember => "a member of the SSC",
            Self::SscAlternate => "an Alternate of the SSC",
            Self::Secas => "with SECAS",
            Self::UserCio => "with the User CIO",
        })
    }
}

//! Reference data that people keep in files: Users, providers, members, SECAS people, User CIO. One immutable
//! value, validated as a whole at load; in: rows as the files have them, out: who somebody is on a given day.

mod check;
mod conflict;
mod likeness;
mod meeting;
mod name;
mod person;
mod rows;
mod standing;
#[cfg(test)]
mod tests;
mod user;

use std::collections::HashMap;

use chrono::NaiveDate;

use super::id::Key;

pub use check::{Row, Wrong};
pub use name::normal_name;
pub use rows::*;
pub use standing::{Standing, Stands};
pub use user::UserMatch;

/// The rows before anybody has looked at them as a whole.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    pub users: Vec<User>,
    pub providers: Vec<Provider>,
    pub people: Vec<Person>,
    pub meetings: Vec<Meeting>,
}

/// The whole of it. Built by [`Directory::new`], which validates it and indexes names, domains and addresses.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    users: Vec<User>,
    providers: Vec<Provider>,
    people: Vec<Person>,
    /// In order of date.
    meetings: Vec<Meeting>,
    user_by_key: HashMap<Key, usize>,
    /// In lower case.
    user_by_party_id: HashMap<String, usize>,
    users_by_name: HashMap<String, Vec<usize>>,
    user_by_user_id: HashMap<String, usize>,
    user_by_domain: HashMap<String, Vec<usize>>,
    provider_by_domain: HashMap<String, Vec<usize>>,
    provider_by_key: HashMap<Key, usize>,
    person_by_key: HashMap<Key, usize>,
    /// In lower case.
    people_by_email: HashMap<String, Vec<usize>>,
    looks: likeness::Looks,
}

impl Directory {
    /// Validates the rows as a whole and indexes them. `roles` are the User Roles that a User may hold.
    ///
    /// # Errors
    /// Everything that is wrong, each with its row and key.
    pub fn new(tables: Tables, roles: &[String]) -> Result<Self, Vec<Wrong>> {
        let wrong = check::check(&tables, roles);
        if wrong.is_empty() { Ok(Self::index(tables)) } else { Err(wrong) }
    }

    fn index(tables: Tables) -> Self {
        let looks = likeness::Looks::of(&tables);
        let Tables { users, providers, people, mut meetings } = tables;
        meetings.sort_by_key(|meeting| meeting.on);
        let mut directory = Self { meetings, looks, ..Self::default() };
        for (at, user) in users.iter().enumerate() {
            directory.user_by_key.insert(user.key.clone(), at);
            directory.user_by_party_id.insert(user.party_id.to_lowercase(), at);
            for name in user.names() {
                add(&mut directory.users_by_name, normal_name(name), at);
            }
            for id in &user.user_ids {
                directory.user_by_user_id.insert(id.to_uppercase(), at);
            }
            for domain in &user.domains {
                add(&mut directory.user_by_domain, domain.to_lowercase(), at);
            }
        }
        for (at, provider) in providers.iter().enumerate() {
            directory.provider_by_key.insert(provider.key.clone(), at);
            for domain in &provider.domains {
                add(&mut directory.provider_by_domain, domain.to_lowercase(), at);
            }
        }
        for (at, person) in people.iter().enumerate() {
            directory.person_by_key.insert(person.key.clone(), at);
            for email in &person.emails {
                add(&mut directory.people_by_email, email.as_str().to_lowercase(), at);
            }
        }
        Self { users, providers, people, ..directory }
    }

    #[must_use]
    pub fn users(&self) -> &[User] {
        &self.users
    }

    #[must_use]
    pub fn providers(&self) -> &[Provider] {
        &self.providers
    }

    #[must_use]
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    #[must_use]
    pub fn provider(&self, key: &Key) -> Option<&Provider> {
        self.provider_by_key.get(key).and_then(|at| self.providers.get(*at))
    }
}

fn add(index: &mut HashMap<String, Vec<usize>>, word: String, at: usize) {
    let rows = index.entry(word).or_default();
    if !rows.contains(&at) {
        rows.push(at);
    }
}

/// Rows that hold from one day to another, both days included.
pub trait InForce {
    fn period(&self) -> (NaiveDate, Option<NaiveDate>);

    fn in_force(&self, on: NaiveDate) -> bool {
        let (from, until) = self.period();
        from <= on && until.is_none_or(|until| on <= until)
    }
}

impl InForce for User {
    fn period(&self) -> (NaiveDate, Option<NaiveDate>) {
        (self.valid_from, self.valid_until)
    }
}

impl InForce for Provider {
    fn period(&self) -> (NaiveDate, Option<NaiveDate>) {
        (self.valid_from, self.valid_until)
    }
}

impl InForce for Person {
    fn period(&self) -> (NaiveDate, Option<NaiveDate>) {
        (self.valid_from, self.valid_until)
    }
}

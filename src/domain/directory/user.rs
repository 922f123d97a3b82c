//! Which User a notification speaks of: by Party ID, name and User IDs, never by likeness.

use chrono::NaiveDate;

use super::{Directory, InForce, User, normal_name};
use crate::domain::id::Key;

/// The User that a notification names, and what that rests on.
#[derive(Debug, Clone, PartialEq)]
pub enum UserMatch<'a> {
    Found(&'a User, String),
    /// What is stated points to more than one User.
    Conflict(String),
    None,
}

impl User {
    /// The name and all its aliases.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}

impl Directory {
    #[must_use]
    pub fn user(&self, key: &Key) -> Option<&User> {
        self.user_by_key.get(key).and_then(|at| self.users.get(*at))
    }

    /// By Party Signifier or organisation number, without regard to case.
    #[must_use]
    pub fn user_by_party_id(&self, party_id: &str) -> Option<&User> {
        self.user_by_party_id.get(&party_id.trim().to_lowercase()).and_then(|at| self.users.get(*at))
    }

    /// All that ever had this name, whatever its case, punctuation and legal form; former names are aliases.
    pub fn users_by_name(&self, name: &str) -> impl Iterator<Item = &User> {
        let rows = self.users_by_name.get(&normal_name(name)).map(Vec::as_slice);
        rows.unwrap_or_default().iter().filter_map(|at| self.users.get(*at))
    }

    /// The holder of a User ID (EUI-64, upper case with hyphens).
    #[must_use]
    pub fn user_by_user_id(&self, user_id: &str) -> Option<&User> {
        self.user_by_user_id.get(&user_id.trim().to_uppercase()).and_then(|at| self.users.get(*at))
    }

    /// Members of one corporate group, or the same User.
    #[must_use]
    pub fn same_group(&self, one: &User, other: &User) -> bool {
        one.key == other.key || (one.group.is_some() && one.group == other.group)
    }

    /// The Party ID decides; then the name; then the User IDs. What contradicts the one that decided is a conflict,
    /// what the directory does not know (a trading name, a new User ID) contradicts nothing and is said.
    #[must_use]
    pub fn match_user(
        &self,
        name: Option<&str>,
        party_id: Option<&str>,
        user_ids: &[String],
        on: NaiveDate,
    ) -> UserMatch<'_> {
        let by_party_id = party_id.and_then(|id| self.user_by_party_id(id)).filter(|user| user.in_force(on));
        let by_name = name.and_then(|name| self.users_by_name(name).find(|user| user.in_force(on)));
        let by_user_id = user_ids.iter().filter_map(|id| Some((id, self.user_by_user_id(id)?)));
        let by_user_id: Vec<_> = by_user_id.filter(|(_, user)| user.in_force(on)).collect();

        let first_of_ids = by_user_id.first().map(|(_, user)| *user);
        let Some(user) = by_party_id.or(by_name).or(first_of_ids) else { return UserMatch::None };
        if let Some(other) = by_name.filter(|other| other.key != user.key) {
            return UserMatch::Conflict(format!(
                "the Party ID {} is {}'s, and the name {}'s",
                quoted(party_id),
                user.name,
                other.name
            ));
        }
        if let Some((id, other)) = by_user_id.iter().find(|(_, other)| !self.same_group(user, other)) {
            let because =
                format!("the User ID {id} is registered to {}, and the mail names {}", other.name, user.name);
            return UserMatch::Conflict(because);
        }
        let because = match (by_party_id, by_name) {
            (Some(_), None) if name.is_some() => {
                format!("the Party ID is {}'s; the name {} is not in the directory", user.name, quoted(name))
            }
            (Some(_), _) => format!("the Party ID is {}'s", user.name),
            (None, Some(_)) if party_id.is_some() => {
                format!(
                    "the name is {}'s; the Party ID {} is not in the directory",
                    user.name,
                    quoted(party_id)
                )
            }
            (None, Some(_)) => format!("the name is {}'s", user.name),
            (None, None) => format!("the User ID is registered to {}", user.name),
        };
        UserMatch::Found(user, because)
    }
}

fn quoted(text: Option<&str>) -> String {
    format!("{:?}", text.unwrap_or_default())
}

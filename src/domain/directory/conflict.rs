//! Who of the SSC has an interest in a notification: same Party, same corporate group, or the named provider
//! (DOMAIN.md 7). In: the User and the provider's name as stated; out: people, each with the reason.

use chrono::NaiveDate;

use super::{Directory, InForce, Person, Provider, Role, normal_name};
use crate::domain::id::Key;

impl Directory {
    /// Chair, members and Alternates in office on that day who are excluded.
    #[must_use]
    pub fn conflicts<'a>(
        &'a self,
        user: Option<&Key>,
        srp_name: Option<&str>,
        on: NaiveDate,
    ) -> Vec<(&'a Person, String)> {
        let people = self.people.iter().filter(|person| person.role.is_of_ssc() && person.in_force(on));
        people.filter_map(|person| Some((person, self.interest(person, user, srp_name)?))).collect()
    }

    fn interest(&self, person: &Person, user: Option<&Key>, srp_name: Option<&str>) -> Option<String> {
        let party = person.party.as_ref()?;
        if user == Some(party) {
            return Some("of the notifying Party".into());
        }
        if let (Some(own), Some(user)) = (self.user(party), user.and_then(|user| self.user(user)))
            && self.same_group(own, user)
        {
            return Some(format!("of {}, in the corporate group of the notifying Party", own.name));
        }
        let provider = self.provider(party)?;
        srp_name
            .is_some_and(|name| provider.is_called(name))
            .then(|| format!("of {}, the named provider", provider.name))
    }

    /// The provider that somebody calls so.
    #[must_use]
    pub fn provider_called(&self, name: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.is_called(name))
    }
}

impl Provider {
    /// By its name or an alias, whatever the case, punctuation and legal form.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let name = normal_name(name);
        std::iter::once(&self.name).chain(&self.aliases).any(|own| normal_name(own) == name)
    }
}

impl Role {
    /// Chair, member or Alternate.
    #[must_use]
    pub fn is_of_ssc(self) -> bool {
        matches!(self, Self::SscChair | Self::SscMember | Self::SscAlternate)
    }
}

//! What a sender could be mistaken for: a domain that looks like one of the directory, a name that is somebody
//! else's, answers that would go elsewhere. In: a sender; out: sentences for a person who decides. Invariant: they
//! judge nothing, change nothing, and are told to nobody outside.
//!
//! Letters that look alike are those of Unicode Technical Standard 39, section 4 (its skeletons).

use std::collections::HashMap;

use chrono::NaiveDate;
use unicode_security::confusable_detection::skeleton;

use super::{Directory, Tables, normal_name};
use crate::domain::id::Address;
use crate::domain::message::{Sender, same_organisation};

/// One letter more or less in a shorter name makes another word.
const LONG: usize = 5;

/// Names and domains of the directory, as they look.
#[derive(Debug, Clone, Default)]
pub(super) struct Looks {
    domains: Vec<Domain>,
    bearers: HashMap<String, Vec<Bearer>>,
}

#[derive(Debug, Clone)]
struct Domain {
    name: String,
    label: String,
    looks: String,
    owner: String,
}

/// Whose name it is, and from where that one writes.
#[derive(Debug, Clone)]
struct Bearer {
    who: String,
    domains: Vec<String>,
}

impl Looks {
    pub(super) fn of(tables: &Tables) -> Self {
        let mut looks = Self::default();
        for user in &tables.users {
            for domain in &user.domains {
                looks.domains.push(Domain::new(domain, &user.name));
            }
            for name in user.names() {
                looks.bear(name, name.to_owned(), user.domains.clone());
            }
            for contact in [&user.contact, &user.senior_contact] {
                let own = Some(contact.email.domain().to_owned()).filter(|own| !user.domains.contains(own));
                let who = format!("{}, a contact of {}", contact.name, user.name);
                looks.bear(&contact.name, who, own.into_iter().chain(user.domains.iter().cloned()).collect());
            }
        }
        for provider in &tables.providers {
            for domain in &provider.domains {
                looks.domains.push(Domain::new(domain, &provider.name));
            }
            looks.bear(&provider.name, provider.name.clone(), provider.domains.clone());
        }
        for person in &tables.people {
            let domains = person.emails.iter().map(|email| email.domain().to_owned()).collect();
            looks.bear(&person.name, format!("{}, {}", person.name, person.role), domains);
            for email in &person.emails {
                looks.domains.push(Domain::new(email.domain(), &person.name));
            }
        }
        looks
    }

    fn bear(&mut self, name: &str, who: String, domains: Vec<String>) {
        if let Some(looks) = in_any_order(&looks(&normal_name(name))) {
            self.bearers.entry(looks).or_default().push(Bearer { who, domains });
        }
    }
}

impl Domain {
    fn new(name: &str, owner: &str) -> Self {
        let name = unicode(name);
        let label = label(&name).to_owned();
        Self { looks: looks(&label), label, owner: owner.to_owned(), name }
    }

    /// How another organisation's domain resembles this one, if it does.
    fn resembled_by(&self, other: &Self) -> Option<String> {
        let of = format!("{}, which is of {}", self.name, self.owner);
        if format!(".{}.", other.name).contains(&format!(".{}.", self.name))
            || other.label == self.name.replace('.', "-")
        {
            return Some(format!("has within it the whole of {of}"));
        }
        if other.label == self.label {
            return Some(format!("bears under another ending the name of {of}"));
        }
        if other.looks == self.looks {
            return Some(format!("is written with other letters and looks like {of}"));
        }
        let is_long = self.label.chars().count() >= LONG && other.label.chars().count() >= LONG;
        let is_near = |one: &str, two: &str| strsim::osa_distance(one, two) == 1;
        (is_long && (is_near(&self.label, &other.label) || is_near(&self.looks, &other.looks)))
            .then(|| format!("is one letter away from {of}"))
    }
}

impl Directory {
    /// What a person should note of a sender before believing it; nothing for most. `own` is the office's own
    /// address, `on` the day of receipt in Europe/London.
    #[must_use]
    pub fn mistakable(&self, sender: &Sender, own: &Address, on: NaiveDate) -> Vec<String> {
        let Some(from) = &sender.address else { return Vec::new() };
        let mut notes = Vec::new();
        notes.extend(self.resembles(from, own).map(|how| format!("it comes from {how}")));
        let name = sender.name.as_deref().unwrap_or_default();
        notes.extend(self.bears_a_name_of_others(name, from));
        if let Some(shown) = address_within(name).filter(|shown| !self.are_one(shown, from, on)) {
            notes.push(format!(
                "its sender calls itself {name:?} and shows {shown}, and it comes from {from}"
            ));
        }
        for to in &sender.reply_to {
            if !self.are_one(to, from, on) {
                notes.push(format!("its sender wants answers at {to}, of another organisation than {from}"));
            }
            if to.domain() != from.domain() {
                notes.extend(self.resembles(to, own).map(|how| format!("it wants answers at {how}")));
            }
        }
        notes
    }

    /// The domain of an address and whose it resembles; none where it is that of somebody whom we know.
    fn resembles(&self, address: &Address, own: &Address) -> Option<String> {
        let found = Domain::new(address.domain(), "");
        let office = Domain::new(own.domain(), "this office");
        let known = || self.looks.domains.iter().chain([&office]);
        if known().any(|known| same_organisation(&known.name, &found.name)) {
            return None;
        }
        let how = known().find_map(|known| known.resembled_by(&found))?;
        let domain = address.domain();
        let ascii = idna::domain_to_ascii(domain).unwrap_or_default();
        let shown = match (found.name == domain, ascii == domain) {
            (true, true) => String::new(),
            (true, false) => format!(" ({ascii})"),
            (false, _) => format!(" (shown as {:?})", found.name),
        };
        Some(format!("{domain}{shown}, whose domain {how}"))
    }

    fn bears_a_name_of_others(&self, name: &str, from: &Address) -> Option<String> {
        // A capital may look like another letter than its small form does.
        let mut seen =
            [looks(&normal_name(name)), normal_name(&skeleton(name).collect::<String>())].into_iter();
        let bearers = seen.find_map(|seen| self.looks.bearers.get(&in_any_order(&seen)?))?;
        let mut domains = bearers.iter().flat_map(|bearer| &bearer.domains);
        if domains.any(|domain| same_organisation(domain, from.domain())) {
            return None;
        }
        let Bearer { who, domains } = bearers.first()?;
        let domains = domains.join(" or ");
        Some(format!(
            "its sender calls itself {name:?}, as does {who}, who writes from {domains}: not from {from}"
        ))
    }

    /// Of one organisation, or of Users of one group.
    fn are_one(&self, one: &Address, other: &Address, on: NaiveDate) -> bool {
        same_organisation(one.domain(), other.domain())
            || self.standing_of(one, on).users.into_iter().any(|user| self.registered_to(other, user, on))
    }
}

/// A name of at least two words, whatever their order.
fn in_any_order(name: &str) -> Option<String> {
    let mut words: Vec<&str> = name.split_whitespace().collect();
    words.sort_unstable();
    (words.len() > 1).then(|| words.join(" "))
}

/// Letters, digits and spaces as they look, without accents.
fn looks(text: &str) -> String {
    let alike = skeleton(text).flat_map(char::to_lowercase);
    alike.filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-')).collect()
}

/// A domain in the letters that a reader is shown.
fn unicode(domain: &str) -> String {
    idna::domain_to_unicode(domain.trim_end_matches('.')).0.to_lowercase()
}

/// What an organisation chose of its domain.
fn label(domain: &str) -> &str {
    let registered = psl::domain_str(domain).unwrap_or(domain);
    registered.split('.').next().unwrap_or(registered)
}

fn address_within(name: &str) -> Option<Address> {
    let mut words = name.split(|c: char| c.is_whitespace() || "()<>[],;:\"'".contains(c));
    words.find_map(|word| Address::parse(word).ok())
}

#[cfg(test)]
#[path = "likeness_tests.rs"]
mod tests;

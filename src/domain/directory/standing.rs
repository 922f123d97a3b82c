//! Who stands behind an address on a given day. A person of the directory is known by address, a firm by its domain.
//!
//! A subdomain counts for its organisational domain (by the public suffix list): whoever holds `northwind.test` holds
//! `mail.northwind.test` too, and DMARC's relaxed alignment says the same (RFC 7489 3.1). It does not count the other
//! way round, nor for a registered name that is itself a subdomain: `metering.group.test` speaks for neither
//! `group.test` nor `x.metering.group.test`.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Directory, InForce, Person, Provider, ProviderKind, Role, User};
use crate::domain::id::Address;

/// Whose mail an address is (DOMAIN.md 2, `sender_standing`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub enum Standing {
    User,
    SrpOnBehalf,
    Consultant,
    SscMember,
    Unknown,
}

/// The standing of an address, and everybody whom it may stand for.
#[derive(Debug, Clone, PartialEq)]
pub struct Stands<'a> {
    pub standing: Standing,
    /// Users that the domain is registered to; several only within one corporate group.
    pub users: Vec<&'a User>,
    pub provider: Option<&'a Provider>,
    pub person: Option<&'a Person>,
}

impl Directory {
    #[must_use]
    pub fn standing(&self, address: &Address, on: NaiveDate) -> Standing {
        self.standing_of(address, on).standing
    }

    /// A member's own address makes its mail a member's, although the domain is the employer's: `users` still tells.
    #[must_use]
    pub fn standing_of(&self, address: &Address, on: NaiveDate) -> Stands<'_> {
        let users = in_force(by_domain(&self.user_by_domain, address), &self.users, on);
        let provider =
            in_force(by_domain(&self.provider_by_domain, address), &self.providers, on).first().copied();
        let person = self.person_by_email(address, on);
        let member =
            |person: &Person| matches!(person.role, Role::SscChair | Role::SscMember | Role::SscAlternate);
        let standing = match provider.map(|provider| provider.kind) {
            _ if person.is_some_and(member) => Standing::SscMember,
            _ if !users.is_empty() => Standing::User,
            Some(ProviderKind::SharedResourceProvider) => Standing::SrpOnBehalf,
            Some(ProviderKind::Consultant) => Standing::Consultant,
            None => Standing::Unknown,
        };
        Stands { standing, users, provider, person }
    }

    /// Is the address's domain registered to `user`, or to another User of its corporate group?
    #[must_use]
    pub fn registered_to(&self, address: &Address, user: &User, on: NaiveDate) -> bool {
        self.standing_of(address, on).users.into_iter().any(|owner| self.same_group(owner, user))
    }

    /// The person in office whose address this is; no two in office on one day share one.
    #[must_use]
    pub fn person_by_email(&self, address: &Address, on: NaiveDate) -> Option<&Person> {
        let rows = self.people_by_email.get(&address.as_str().to_lowercase())?;
        in_force(rows, &self.people, on).first().copied()
    }
}

fn by_domain<'a>(index: &'a HashMap<String, Vec<usize>>, address: &Address) -> &'a [usize] {
    let domain = address.domain();
    let listed = index.get(domain).or_else(|| index.get(psl::domain_str(domain)?));
    listed.map(Vec::as_slice).unwrap_or_default()
}

fn in_force<'a, T: InForce>(rows: &[usize], table: &'a [T], on: NaiveDate) -> Vec<&'a T> {
    rows.iter().filter_map(|at| table.get(*at)).filter(|row| row.in_force(on)).collect()
}

//! Users and providers: what says who somebody is (key, Party ID, name, User ID, domain) says it of one alone.

use std::collections::{HashMap, HashSet};

use super::{Once, Row, Wrongs, overlap};
use crate::domain::directory::{Assessment, Contact, Provider, Role, Tables, User, normal_name};

const STATUS_2019: [&str; 4] = ["Approved", "Approved subject to", "Provisionally approved", "Deferred"];
const STATUS_2020: [&str; 4] = ["Approved", "Approved subject to", "Deferred", "Rejected"];

pub fn check(tables: &Tables, roles: &[String], wrong: &mut Wrongs) {
    let mut keys = Once::new();
    let mut party_ids = Once::new();
    let mut user_ids = Once::new();
    let cios: HashSet<_> = tables.people.iter().filter(|p| p.role == Role::UserCio).map(|p| &p.key).collect();
    for (at, user) in tables.users.iter().enumerate() {
        let row = Row::User(at);
        wrong.key(row, &user.key);
        if keys.take(&user.key, &user.key).is_some() {
            wrong.add(
                row,
                "key",
                format!("{:?} twice", user.key.0),
                "a key of its own for every User and provider",
            );
        }
        wrong.filled(row, "name", &user.name);
        wrong.filled(row, "party_id", &user.party_id);
        if let Some(other) = party_ids.take(user.party_id.to_lowercase(), &user.key) {
            let found = format!("{:?}, which {other} has too", user.party_id);
            wrong.add(row, "party_id", found, "a Party ID of its own for every User");
        }
        held_roles(row, user, roles, wrong);
        for id in &user.user_ids {
            if !is_user_id(id) {
                wrong.add(row, "user_ids", format!("{id:?}"), "an EUI-64 such as 90-B3-D5-1F-30-01-00-00");
            } else if let Some(other) = user_ids.take(id.as_str(), &user.key) {
                let found = format!("{id:?}, which {other} has too");
                wrong.add(row, "user_ids", found, "a User ID in one row only");
            }
        }
        for domain in &user.domains {
            wrong.domain(row, "domains", domain);
        }
        contact(row, "contact", &user.contact, wrong);
        contact(row, "senior_contact", &user.senior_contact, wrong);
        if let Some(cio) = user.user_cio.as_ref().filter(|cio| !cios.contains(cio)) {
            wrong.add(row, "user_cio", format!("{:?}", cio.0), "the key of a person with role user_cio");
        }
        if let Some(last) = &user.last_assessment {
            assessment(row, last, wrong);
        }
        wrong.period(row, user);
    }
    for (at, provider) in tables.providers.iter().enumerate() {
        let row = Row::Provider(at);
        wrong.key(row, &provider.key);
        if keys.take(&provider.key, &provider.key).is_some() {
            wrong.add(
                row,
                "key",
                format!("{:?} twice", provider.key.0),
                "a key of its own for every User and provider",
            );
        }
        self::provider(row, provider, wrong);
    }
    names(&tables.users, wrong);
    domains(tables, wrong);
}

fn held_roles(row: Row, user: &User, roles: &[String], wrong: &mut Wrongs) {
    if user.roles.is_empty() {
        wrong.add(row, "roles", "none", format!("one or more of {}", roles.join(", ")));
    }
    for role in user.roles.iter().filter(|role| !roles.contains(role)) {
        wrong.add(row, "roles", format!("{role:?}"), format!("one of {}", roles.join(", ")));
    }
}

fn contact(row: Row, key: &str, contact: &Contact, wrong: &mut Wrongs) {
    wrong.filled(row, &format!("{key}.name"), &contact.name);
}

fn is_user_id(id: &str) -> bool {
    let octets = id.split('-');
    octets.clone().count() == 8
        && octets
            .clone()
            .all(|octet| octet.len() == 2 && octet.chars().all(|c| matches!(c, '0'..='9' | 'A'..='F')))
}

fn assessment(row: Row, last: &Assessment, wrong: &mut Wrongs) {
    if !(1..=3).contains(&last.cycle_year) {
        let found = last.cycle_year.to_string();
        wrong.add(row, "last_assessment.cycle_year", found, "1, 2 or 3: its place in the three-year cycle");
    }
    let statuses = match last.scheme.as_str() {
        "2019" => STATUS_2019,
        "2020" => STATUS_2020,
        other => {
            let expected = "\"2019\" (before 27 Feb 2020) or \"2020\" (since)";
            return wrong.add(row, "last_assessment.scheme", format!("{other:?}"), expected);
        }
    };
    if !statuses.contains(&last.status.as_str()) {
        let expected = format!("one of {} (scheme {})", statuses.join(", "), last.scheme);
        wrong.add(row, "last_assessment.status", format!("{:?}", last.status), expected);
    }
}

fn provider(row: Row, provider: &Provider, wrong: &mut Wrongs) {
    wrong.filled(row, "name", &provider.name);
    for domain in &provider.domains {
        wrong.domain(row, "domains", domain);
    }
    let mut systems = HashSet::new();
    for system in &provider.systems {
        wrong.filled(row, "systems.name", &system.name);
        if !systems.insert(&system.name) {
            wrong.add(
                row,
                "systems.name",
                format!("{:?} twice", system.name),
                "a name of its own for every system",
            );
        }
        if system.status.is_some() != system.assessed_on.is_some() {
            let found = format!("{:?} with only one of them", system.name);
            wrong.add(row, "systems.status", found, "both assessed_on and status, or neither");
        }
        if let Some(status) = system.status.as_deref().filter(|status| !STATUS_2020.contains(status)) {
            wrong.add(
                row,
                "systems.status",
                format!("{status:?}"),
                format!("one of {}", STATUS_2020.join(", ")),
            );
        }
    }
    wrong.period(row, provider);
}

/// One name, one User on any one day: else a notification could be put down to either.
fn names(users: &[User], wrong: &mut Wrongs) {
    let mut holders: HashMap<String, Vec<&User>> = HashMap::new();
    for (at, user) in users.iter().enumerate() {
        for (n, name) in user.names().enumerate() {
            let others = holders.entry(normal_name(name)).or_default();
            if let Some(other) = others.iter().find(|other| other.key != user.key && overlap(**other, user)) {
                let found = format!("{name:?}, which is {}'s too", other.key.0);
                let key = if n == 0 { "name" } else { "aliases" };
                wrong.add(Row::User(at), key, found, "a name that no other User has on the same day");
            }
            others.push(user);
        }
    }
}

/// A domain speaks for one User, for the Users of one corporate group, or for one provider.
fn domains(tables: &Tables, wrong: &mut Wrongs) {
    let mut owners: HashMap<String, Vec<&User>> = HashMap::new();
    for (at, user) in tables.users.iter().enumerate() {
        for domain in &user.domains {
            let others = owners.entry(domain.to_lowercase()).or_default();
            let stranger = |other: &&&User| {
                other.key != user.key && (other.group.is_none() || other.group != user.group)
            };
            if let Some(other) = others.iter().find(|other| stranger(other) && overlap(**other, user)) {
                let found = format!("{domain:?}, which is {}'s too", other.key.0);
                wrong.add(Row::User(at), "domains", found, "a domain of one User, or of Users of one group");
            }
            others.push(user);
        }
    }
    let mut providers: HashMap<String, Vec<&Provider>> = HashMap::new();
    for (at, provider) in tables.providers.iter().enumerate() {
        for domain in &provider.domains {
            let others = providers.entry(domain.to_lowercase()).or_default();
            let other = others.iter().find(|other| other.key != provider.key && overlap(**other, provider));
            let user = owners
                .get(&domain.to_lowercase())
                .and_then(|users| users.iter().find(|u| overlap(**u, provider)));
            if let Some(other) = other.map(|other| &other.key).or(user.map(|user| &user.key)) {
                let found = format!("{domain:?}, which is {}'s too", other.0);
                wrong.add(Row::Provider(at), "domains", found, "a domain of this provider alone");
            }
            others.push(provider);
        }
    }
}

//! People: each known by an address and a login of their own, each Alternate with a seat to stand in for, each Party
//! of a member in the directory (conflicts of interest follow it).

use std::collections::{HashMap, HashSet};

use super::{Once, Row, Wrongs, overlap};
use crate::domain::directory::{Person, Role, Tables};
use crate::domain::id::Key;

pub fn check(tables: &Tables, wrong: &mut Wrongs) {
    let mut keys = Once::new();
    let mut logins = Once::new();
    let mut emails: HashMap<String, Vec<&Person>> = HashMap::new();
    let parties: HashSet<&Key> =
        tables.users.iter().map(|u| &u.key).chain(tables.providers.iter().map(|p| &p.key)).collect();
    let seats: HashMap<&Key, &Person> = tables.people.iter().map(|person| (&person.key, person)).collect();
    for (at, person) in tables.people.iter().enumerate() {
        let row = Row::Person(at);
        wrong.key(row, &person.key);
        if keys.take(&person.key, &person.key).is_some() {
            wrong.add(row, "key", format!("{:?} twice", person.key.0), "a key of its own for every person");
        }
        wrong.filled(row, "name", &person.name);
        if person.emails.is_empty() {
            wrong.add(row, "emails", "none", "one address or more; the first is written to");
        }
        for email in &person.emails {
            let others = emails.entry(email.as_str().to_lowercase()).or_default();
            if let Some(other) =
                others.iter().find(|other| other.key != person.key && overlap(**other, person))
            {
                let found = format!("{:?}, which is {}'s too", email.as_str(), other.key.0);
                wrong.add(row, "emails", found, "an address that no other person in office has");
            }
            others.push(person);
        }
        if let Some(other) = person.login.as_deref().and_then(|login| logins.take(login, &person.key)) {
            let found = format!("{:?}, which is {other}'s too", person.login.as_deref().unwrap_or_default());
            wrong.add(row, "login", found, "a login of one person");
        }
        if let Some(party) = person.party.as_ref().filter(|party| !parties.contains(party)) {
            wrong.add(
                row,
                "party",
                format!("{:?}", party.0),
                "the key of a User or provider of the directory",
            );
        }
        if person.role != Role::Secas
            && let Some(act) = person.acts.first()
        {
            wrong.add(
                row,
                "acts",
                format!("{:?}", act.word()),
                "no acts: only people with role secas have them",
            );
        }
        alternate(row, person, &seats, wrong);
        wrong.period(row, person);
    }
    chairs(&tables.people, wrong);
}

fn alternate(row: Row, person: &Person, seats: &HashMap<&Key, &Person>, wrong: &mut Wrongs) {
    let expected = "the key of an ssc_member or ssc_chair";
    match (person.role, &person.alternate_for) {
        (Role::SscAlternate, None) => wrong.add(row, "alternate_for", "nothing", expected),
        (Role::SscAlternate, Some(seat)) => {
            let holder =
                seats.get(seat).filter(|holder| matches!(holder.role, Role::SscMember | Role::SscChair));
            if holder.is_none() {
                wrong.add(row, "alternate_for", format!("{:?}", seat.0), expected);
            }
        }
        (_, Some(seat)) => {
            let expected = "nothing: only an ssc_alternate stands in for somebody";
            wrong.add(row, "alternate_for", format!("{:?}", seat.0), expected);
        }
        (_, None) => {}
    }
}

/// Decisions are asked of the Chair: there is one, and never two.
fn chairs(people: &[Person], wrong: &mut Wrongs) {
    let mut chairs: Vec<&Person> = Vec::new();
    for (at, person) in people.iter().enumerate().filter(|(_, person)| person.role == Role::SscChair) {
        if let Some(other) = chairs.iter().find(|other| overlap(**other, person)) {
            let found = format!("ssc_chair while {} is", other.key.0);
            wrong.add(Row::Person(at), "role", found, "one Chair at a time");
        }
        chairs.push(person);
    }
    if !people.is_empty() && chairs.is_empty() {
        wrong.add(Row::Person(0), "role", "no ssc_chair in the whole file", "somebody with role ssc_chair");
    }
}

//! Who acts. In: the key of a person, and the login of whoever typed it; out: leave to act, or why not, and the name
//! that the journal keeps.

use chrono::{DateTime, Utc};

use crate::domain::case::Refusal;
use crate::domain::directory::Act;
use crate::domain::id::Key;
use crate::domain::workday::london_date;
use crate::domain::world::World;

/// Is this a person in office whose role permits the act?
///
/// # Errors
/// Why not.
pub fn permitted(world: &World, by: &Key, act: Act, now: DateTime<Utc>) -> Result<(), Refusal> {
    let unknown = || {
        Refusal::new(format!(
            "found {:?}, expected the key of a person in people.toml, such as priya.nair there",
            by.0
        ))
    };
    let person = world.directory.person(by).ok_or_else(unknown)?;
    world.directory.may(person, act, london_date(now)).map_err(Refusal::new)
}

/// As the journal names who acted: the person, and the login where that is not registered as theirs.
pub(in crate::engine) fn actor(world: &World, by: &Key, login: Option<&str>) -> String {
    let theirs = world.directory.person(by).and_then(|person| person.login.as_deref());
    match login {
        Some(login) if theirs != Some(login) => format!("{} (login {login})", by.0),
        _ => by.0.clone(),
    }
}

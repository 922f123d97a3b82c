//! What the journal comes to: a case or the Desk from its events, and its rows in the register and among the timers.

use chrono::{DateTime, Utc};

use crate::domain::case::{self, Case, Event};
use crate::domain::desk::{self, Desk};
use crate::domain::id::SubjectId;
use crate::domain::route::user_key;
use crate::domain::world::World;
use crate::store::{Entry, RegisterRow, TimerRow};

/// A case's rows: what the register says of it, and its waits.
pub(super) fn rows_of(
    case: &Case,
    version: i64,
    world: &World,
    now: DateTime<Utc>,
) -> anyhow::Result<(RegisterRow, Vec<TimerRow>)> {
    let user = case.user.as_ref().and_then(|key| world.directory.user(key));
    let name = case.notification.fields.user_party_name.as_ref().map(|field| field.value.as_str());
    let row = RegisterRow {
        subject: case.reference.subject(),
        kind: "case".into(),
        user: case.user.clone().or_else(|| user_key(user, name)),
        stage: case.stage.name().into(),
        version,
        body: serde_json::to_vec(case)?,
        updated_at: now,
    };
    let timers = case::waits(case, world)
        .into_iter()
        .map(|wait| TimerRow { kind: wait.kind.name().into(), ordinal: 0, due_at: wait.due_at })
        .collect();
    Ok((row, timers))
}

/// The Desk's rows.
pub(super) fn rows_of_desk(
    desk: &Desk,
    version: i64,
    world: &World,
    now: DateTime<Utc>,
) -> anyhow::Result<(RegisterRow, Vec<TimerRow>)> {
    let row = RegisterRow {
        subject: SubjectId::desk(),
        kind: "desk".into(),
        user: None,
        stage: desk.stage().into(),
        version,
        body: serde_json::to_vec(desk)?,
        updated_at: now,
    };
    Ok((row, timers_of_desk(desk, world)))
}

pub(super) fn timers_of_desk(desk: &Desk, world: &World) -> Vec<TimerRow> {
    let waits = desk::waits(desk, world).into_iter();
    waits.map(|wait| TimerRow { kind: wait.kind.name().into(), ordinal: 0, due_at: wait.due_at }).collect()
}

/// The Desk from its events.
///
/// # Errors
/// When an event does not read or may not follow.
pub fn fold_desk(events: &[Entry]) -> anyhow::Result<Desk> {
    let mut desk = Desk::default();
    for entry in events {
        desk = desk::apply(desk, &desk::Event::decode(entry.schema, &entry.body)?, entry.at)?;
    }
    Ok(desk)
}

/// A case from its events.
///
/// # Errors
/// When an event does not read or may not follow.
pub fn fold(events: &[Entry]) -> anyhow::Result<Option<Case>> {
    let mut case = None;
    for entry in events {
        let event = Event::decode(entry.schema, &entry.body)?;
        case = Some(case::apply(case, &event, entry.at)?);
    }
    Ok(case)
}

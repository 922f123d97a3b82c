//! What lies in a Sent folder. In: a mail that left; out: that a colleague answered by hand, or nothing. Invariant: it
//! is never a notification and never answered.

use super::{Lookup, ReadMail, Route, spoke, thread};
use crate::domain::message::{Sign, SignKind};
use crate::domain::world::World;

/// What left is never a notification. What a colleague wrote by hand about a case sets its flag (DOMAIN.md 8, trap 23).
pub(super) fn sent(mail: &ReadMail, lookup: &impl Lookup, world: &World) -> Route {
    let reading = &mail.reading;
    if reading.message_id.as_ref().is_some_and(|id| world.keys.wrote(id)) {
        return Route::NotOurs { reason: "our own letter, as it was sent".into() };
    }
    let robot = |sign: &&Sign| matches!(sign.kind, SignKind::Automatic | SignKind::Bulk);
    if let Some(sign) = reading.signs.iter().find(robot) {
        return Route::NotOurs {
            reason: format!("in a Sent folder, and a program wrote it ({})", sign.because),
        };
    }
    let Some(case) = thread(mail, lookup, world) else {
        return Route::NotOurs { reason: "in a Sent folder, and it speaks to no case that is known".into() };
    };
    // Whoever wrote it need not look at it.
    spoke(mail, case, world, false, "a colleague wrote about it: the mail lies in a Sent folder".into())
}

//! What the SSC decided since the Chair was last told. In: cases, one by one; out: rows for the Chair. Invariant: whoever
//! has an interest in a case, or is not to be informed of it, reads nothing of its decision.

use chrono::NaiveDate;

use super::Figures;
use crate::domain::case::{Case, Ruling};
use crate::domain::directory::Person;
use crate::domain::id::Key;
use crate::domain::letter::{Listed, Row};
use crate::domain::world::World;

/// Decisions that are gathered for one letter.
const GATHERED: usize = 200;
/// Rows of the letter.
const MOST: usize = 50;

/// A decision, and what shows who has an interest in its case.
#[derive(Debug)]
pub(super) struct Decided {
    row: Row,
    user: Option<Key>,
    srp: Option<String>,
}

impl Figures {
    /// `name` is that of the case, as a list has it.
    pub(super) fn decisions(&mut self, case: &Case, name: &str) {
        let (since, now) = (self.decided_since, self.now);
        let is_news = |ruling: &&Ruling| since <= ruling.recorded_at && ruling.recorded_at < now;
        let srp = case.notification.fields.srp_name.as_ref().map(|field| field.value.clone());
        for ruling in case.rulings.iter().filter(is_news).filter(|_| case.is_objected().is_none()) {
            if self.decided.len() == GATHERED {
                return;
            }
            let what = format!("{} (minute {})", ruling.outcome.title().to_lowercase(), ruling.minute);
            let row = Row { at: Some(ruling.recorded_at), name: name.to_owned(), what };
            self.decided.push(Decided { row, user: case.user.clone(), srp: srp.clone() });
        }
    }

    pub(super) fn decided_for(&self, chair: &Person, on: NaiveDate, world: &World) -> Listed {
        let mut decided = Listed::default();
        for one in &self.decided {
            let conflicts = world.directory.conflicts(one.user.as_ref(), one.srp.as_deref(), on);
            if !conflicts.iter().any(|(excluded, _)| excluded.key == chair.key) {
                decided.add(one.row.clone(), MOST);
            }
        }
        decided
    }
}

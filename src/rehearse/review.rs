//! Annual reviews in a conversation. In: the words of a line; out: what the command line would ask, or short statements
//! about a review. A review is known by the key of its User, and is the latest of those.

use crate::domain::id::{Key, SubjectId};
use crate::domain::review::{Move, Review, waits};
use crate::domain::workday::london;
use crate::engine::{Ask, Engine};

use super::play::told;

pub(super) const FORM: &str = "PERSON records the annual review of USER STEP on DATE: WHY, PERSON records the annual review of USER of kind \
    KIND: WHY, PERSON moves the annual review of USER to DATE: WHY (a finding's WHY is what was found)";

pub(super) fn review(what: &str) -> Option<Ask> {
    let (what, reason) = what.split_once(": ").map(|(what, reason)| (what, reason.to_owned()))?;
    let of = |id: &str, what: Move, reason: String| {
        // The player puts the review of this User in its place.
        Some(Ask::Review { subject: SubjectId(id.into()), what, reason })
    };
    if let Some(rest) = what.strip_prefix("moves the annual review of ") {
        let (id, on) = rest.split_once(" to ")?;
        return of(id, Move::Due { on: on.parse().ok()? }, reason);
    }
    let rest = what.strip_prefix("records the annual review of ")?;
    if let Some((id, kind)) = rest.split_once(" of kind ") {
        return of(id, Move::Kind { kind: serde_json::from_value(kind.into()).ok()? }, reason);
    }
    let (id, rest) = rest.split_once(' ')?;
    let (step, on) = rest.split_once(" on ")?;
    let on = on.parse().ok()?;
    let what = match step {
        "booked" => Move::Booked { on },
        "fieldwork" => Move::Fieldwork { on },
        "report" => Move::Report { on },
        "finding" => Move::Finding { on, text: reason.clone() },
        "response-due" => Move::ResponseDue { on },
        "response" => Move::Response { on },
        "remediation" => Move::Remediation { on },
        "completed" => Move::Completed { on },
        _ => return None,
    };
    of(id, what, reason)
}

/// The latest review of a User.
pub(super) async fn of_user(engine: &Engine, user: &str) -> Result<Review, String> {
    let rows = engine.store.register_of_users(&[Key(user.into())]).await.map_err(told)?;
    let rows = rows.iter().filter(|row| row.kind == "review");
    let reviews = rows.filter_map(|row| serde_json::from_slice::<Review>(&row.body).ok());
    reviews.max_by_key(|review| review.anchor_on).ok_or_else(|| format!("there is no review of {user}"))
}

/// A review in short statements.
pub(super) fn of_review(review: &Review, engine: &Engine) -> Vec<String> {
    let mut said = vec![
        format!("id {}", review.id),
        format!("status {}", review.stage.title()),
        format!("due by {}", review.due_on),
        format!("because {}", review.due_why),
        format!("kind {}", review.kind.map_or("for a person to say", |kind| kind.title())),
        format!("year {}", review.cycle_year),
    ];
    let waits = waits(review, &engine.world());
    if waits.is_empty() {
        said.push("waits for nothing".into());
    }
    said.extend(
        waits.iter().map(|wait| {
            format!("waits until {}: {}", london(wait.due_at).format("%Y-%m-%d %H:%M"), wait.what)
        }),
    );
    said
}

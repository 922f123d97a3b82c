//! What comes in the next 90 days, gathered with the other figures. In: meetings, cases, reviews; out: what the digest
//! shows by week and day. Invariant: what is over, overdue or only thought of is no day ahead.

use chrono::{DateTime, NaiveDate, Utc};

use super::figures::Figures;
use crate::domain::case::{Case, Stage};
use crate::domain::directory::Body;
use crate::domain::letter::{Ahead, Coming, MarkKind};
use crate::domain::meeting::Part;
use crate::domain::review::{self, Review, booking_deadline};
use crate::domain::workday::london_date;
use crate::domain::world::World;

/// With the meetings of the SSC.
pub(super) fn coming(now: DateTime<Utc>, world: &World) -> Coming {
    let mut coming = Coming::new(london_date(now));
    for on in world.directory.meetings(Body::Ssc) {
        coming.add(MarkKind::SscMeeting, on, None);
    }
    coming
}

impl Figures {
    pub(super) fn ahead_of_case(&mut self, case: &Case) {
        let information = case.information_due.as_ref().filter(|due| !due.is_overdue).map(|due| due.on);
        let owed = case.owed.as_ref().filter(|owed| !owed.is_overdue).map(|owed| owed.on);
        let name = || Some(case.reference.to_string());
        for on in information.into_iter().chain(owed) {
            self.coming.add(MarkKind::Deadline, on, name());
        }
        if let Some(on) = review_of(case, self.now) {
            self.coming.add(MarkKind::AdHocReview, on, name());
        }
    }

    /// That is not over.
    pub(super) fn ahead_of_review(&mut self, review: &Review, world: &World) {
        let name = || Some(review.id.to_string());
        if review.stage.precedes_fieldwork() {
            self.coming.add(MarkKind::ReviewDue, review.due_on, name());
        }
        if review.stage == review::Stage::Ahead
            && let Some(on) = booking_deadline(review.due_on, world)
        {
            self.coming.add(MarkKind::Booking, on, name());
        }
        if review.stage == review::Stage::ResponseDue
            && let Some(on) = review.response_due_on
        {
            self.coming.add(MarkKind::Deadline, on, name());
        }
    }

    pub(super) fn ahead(&self, world: &World) -> Ahead {
        let holidays = world.working_days.holidays().map(|(on, _)| on);
        self.coming.ahead(holidays, world.desk.picture)
    }
}

/// The day of its ad-hoc review: that to which people are invited, or that which was recorded.
fn review_of(case: &Case, now: DateTime<Utc>) -> Option<NaiveDate> {
    let invited = case.meeting_ahead(now).and_then(|review| {
        let starts = Part::ALL.into_iter().filter_map(|part| Some(review.live(part)?.start));
        starts.min().map(london_date)
    });
    invited.or(case.review_on.filter(|_| case.stage == Stage::ReviewScheduled))
}

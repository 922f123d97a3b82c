//! The meetings of SSC and Panel: explicit dates, nothing computed but the paper cut-off.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Body, Directory};
use crate::domain::workday::{Due, WorkingDays, london_date};

impl Directory {
    /// The dates on which `body` meets, in order.
    pub fn meetings(&self, body: Body) -> impl Iterator<Item = NaiveDate> {
        self.meetings.iter().filter(move |meeting| meeting.body == body).map(|meeting| meeting.on)
    }

    /// How many meetings `body` has left, `on` included.
    #[must_use]
    pub fn n_meetings_left(&self, body: Body, on: NaiveDate) -> usize {
        self.meetings(body).filter(|meets_on| *meets_on >= on).count()
    }

    /// The first SSC meeting whose paper cut-off, `cut_off` Working Days before it, has not passed at `at`. A meeting
    /// that the table of bank holidays does not cover is none: [`World`](crate::domain::world::World) refuses it at load.
    #[must_use]
    pub fn next_ssc_meeting(
        &self,
        days: &WorkingDays,
        cut_off: u32,
        at: DateTime<Utc>,
    ) -> Option<(NaiveDate, Due)> {
        let today = london_date(at);
        self.meetings(Body::Ssc).filter(|on| *on >= today).find_map(|on| {
            let cut_off = days.before(on, cut_off).ok()?;
            (at <= cut_off.at).then_some((on, cut_off))
        })
    }
}

impl std::fmt::Display for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ssc => "SSC",
            Self::Panel => "Panel",
        })
    }
}

//! What happens to a review if nobody does anything, and when (DOMAIN.md 4): derived, never remembered. Members are told by
//! the Desk, in the morning after their step.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Review, Stage};
use crate::domain::workday::{CLOSE, OPEN, local};
use crate::domain::world::World;

/// A step before, at or after the day on which it is due; each is taken once at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Step {
    /// The User is reminded, so many weeks before.
    UserWeeks(u32),
    SscWeeks(u32),
    /// Working Days.
    SscDays(u32),
    /// SECAS and the Chair are told that it is not booked.
    Booking,
    /// They are told that its day has passed.
    Overdue,
}

impl From<Step> for String {
    fn from(step: Step) -> Self {
        match step {
            Step::UserWeeks(n) => format!("user-{n}w"),
            Step::SscWeeks(n) => format!("ssc-{n}w"),
            Step::SscDays(n) => format!("ssc-{n}d"),
            Step::Booking => "booking".into(),
            Step::Overdue => "overdue".into(),
        }
    }
}

impl TryFrom<String> for Step {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let number = |start: &str, end: &str| text.strip_prefix(start)?.strip_suffix(end)?.parse().ok();
        let step = match text.as_str() {
            "booking" => Some(Self::Booking),
            "overdue" => Some(Self::Overdue),
            _ => number("user-", "w")
                .map(Self::UserWeeks)
                .or_else(|| number("ssc-", "w").map(Self::SscWeeks))
                .or_else(|| number("ssc-", "d").map(Self::SscDays)),
        };
        step.ok_or_else(|| format!("found {text:?}, expected a step of a review"))
    }
}

impl Step {
    #[must_use]
    pub fn is_for_members(self) -> bool {
        matches!(self, Self::SscWeeks(_) | Self::SscDays(_))
    }

    #[must_use]
    pub fn is_for_user(self) -> bool {
        matches!(self, Self::UserWeeks(_))
    }

    /// For people: "12 weeks before".
    #[must_use]
    pub fn title(self) -> String {
        match self {
            Self::UserWeeks(n) | Self::SscWeeks(n) => format!("{n} weeks before"),
            Self::SscDays(n) => format!("{n} Working Days before"),
            Self::Booking => "at the booking deadline".into(),
            Self::Overdue => "after its day".into(),
        }
    }
}

/// A wait, by its kind; there is at most one of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WaitKind {
    /// For the next step.
    Step,
}

impl WaitKind {
    /// As the timer table and `StepDeferred` name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        "review_step"
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        (name == Self::Step.name()).then_some(Self::Step)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    pub kind: WaitKind,
    pub due_at: DateTime<Utc>,
    /// What is waited for.
    pub what: String,
}

/// Members' steps are facts before the Desk's morning.
const EARLY: NaiveTime = NaiveTime::MIN;

/// Every step with the instant at which it falls due, also of those that were taken.
#[must_use]
pub fn steps(due_on: NaiveDate, is_booked: bool, world: &World) -> Vec<(Step, DateTime<Utc>)> {
    let (settings, days) = (&world.reviews, &world.working_days);
    let weeks = |n: u32| due_on.checked_sub_days(Days::new(u64::from(n) * 7));
    let in_window = |at: DateTime<Utc>| days.next_sending(at).unwrap_or(at);
    let mut all = Vec::new();
    for n in &settings.user_weeks {
        all.extend(weeks(*n).map(|on| (Step::UserWeeks(*n), in_window(local(on, OPEN)))));
    }
    for n in &settings.ssc_weeks {
        all.extend(weeks(*n).map(|on| (Step::SscWeeks(*n), local(working_day_by(on, world), EARLY))));
    }
    for n in &settings.ssc_days {
        all.extend(days.before(due_on, *n).ok().map(|day| (Step::SscDays(*n), local(day.on, EARLY))));
    }
    if !is_booked {
        all.extend(booking_deadline(due_on, world).map(|on| (Step::Booking, in_window(local(on, CLOSE)))));
    }
    all.push((Step::Overdue, in_window(local(due_on, CLOSE))));
    all
}

/// That day, or the Working Day before it.
fn working_day_by(on: NaiveDate, world: &World) -> NaiveDate {
    let is_one = |on: &NaiveDate| world.working_days.is_working_day(*on).unwrap_or(true);
    std::iter::successors(Some(on), NaiveDate::pred_opt).take(14).find(is_one).unwrap_or(on)
}

/// The last day on which its fieldwork can be booked: its day less the weeks that booking needs, less the fieldwork.
#[must_use]
pub fn booking_deadline(due_on: NaiveDate, world: &World) -> Option<NaiveDate> {
    let fieldwork = world.working_days.before(due_on, world.reviews.fieldwork_days).ok()?.on;
    fieldwork.checked_sub_days(Days::new(u64::from(world.reviews.booking_weeks) * 7))
}

#[must_use]
pub fn waits(review: &Review, world: &World) -> Vec<Wait> {
    if !review.stage.precedes_fieldwork() {
        return Vec::new();
    }
    let steps = steps(review.due_on, review.stage == Stage::Booked, world).into_iter();
    let left = steps.filter(|(step, _)| !review.taken.contains(step));
    let Some((step, at)) = left.min_by_key(|(_, at)| *at) else { return Vec::new() };
    let due_at = review.pace.of(WaitKind::Step.name(), at);
    let who = match step {
        Step::UserWeeks(_) => "the User to be reminded",
        Step::SscWeeks(_) | Step::SscDays(_) => "the members of the SSC to be reminded",
        Step::Booking => "SECAS and the Chair to be told if it is not booked",
        Step::Overdue => "SECAS and the Chair to be told that its day has passed",
    };
    vec![Wait { kind: WaitKind::Step, due_at, what: format!("{who}, {}", step.title()) }]
}

//! Members hear of annual reviews that come near: one mail to each on a day, which lists all that is due. In: figures;
//! out: letters and the fact of them. Invariant: nobody hears of a User in which they have an interest.

use chrono::{DateTime, NaiveDate, Utc};

use super::decide::{Drafting, recipient};
use super::event::{Event, ReviewNotice};
use super::figures::{Figures, MOST};
use crate::domain::case::Refusal;
use crate::domain::directory::{AssessmentKind, Role};
use crate::domain::id::Key;
use crate::domain::letter::{Facts, MembersReminder, ReviewDue, Row};
use crate::domain::review::{Review, ReviewId, Step, steps};
use crate::domain::workday::{CLOSE, local, london_date};
use crate::domain::world::World;

/// An annual review for members, and by what it is decided who may hear of it.
#[derive(Debug, Clone)]
pub(super) struct ReviewNews {
    pub id: ReviewId,
    pub user: Key,
    pub due_on: NaiveDate,
    pub kind: Option<AssessmentKind>,
    pub booked_on: Option<NaiveDate>,
    pub is_late: bool,
}

impl Figures {
    /// An annual review that is not over.
    pub fn review(&mut self, review: &Review, world: &World) {
        let user =
            world.directory.user(&review.user).map_or(review.user.0.as_str(), |user| user.name.as_str());
        let name = format!("{}, {user}", review.id);
        self.ahead_of_review(review, world);
        let due_at = local(review.due_on, CLOSE);
        let row = |what: String| Row { at: Some(due_at), name: name.clone(), what };
        if review.stage.precedes_fieldwork() && due_at <= self.now {
            self.overdue.add(row(format!("annual review, {}", review.stage.title().to_lowercase())), MOST);
        } else if due_at <= self.horizon {
            self.due.add(row(format!("annual review, {}", review.stage.title().to_lowercase())), MOST);
        }
        if review.stage.precedes_fieldwork() {
            self.due_date(review, world);
        }
        if review.kind.is_none() {
            self.due.add(row(format!("its kind is for a person to say: {}", review.kind_why)), MOST);
        }
        for finding in &review.findings {
            let what = format!("finding of {}: {}", finding.on.format("%-d %B %Y"), finding.text);
            self.findings.add(Row { at: Some(finding.at), name: name.clone(), what }, MOST);
        }
        let is_news = |at: &&DateTime<Utc>| self.reviews_since <= **at && **at < self.now;
        let news: Vec<(&Step, &DateTime<Utc>)> =
            review.due_for_members.iter().filter(|(_, at)| is_news(at)).collect();
        if let Some((_, at)) = news.last() {
            let days = steps(review.due_on, true, world);
            let was_due =
                |step: &Step| days.iter().find(|(one, _)| one == step).map(|(_, at)| london_date(*at));
            let is_late = news.iter().all(|(step, _)| was_due(step).is_some_and(|on| on < london_date(**at)));
            self.reviews.push(ReviewNews {
                id: review.id.clone(),
                user: review.user.clone(),
                due_on: review.due_on,
                kind: review.kind,
                booked_on: review.booked_on,
                is_late,
            });
        }
    }
}

impl Drafting<'_> {
    pub(super) fn remind_members(&mut self, today: NaiveDate) -> Result<(), Refusal> {
        let news = self.figures()?.reviews.clone();
        if news.is_empty() {
            return Ok(());
        }
        let world = self.world;
        let mut notices = Vec::new();
        let members = [Role::SscMember, Role::SscAlternate].into_iter();
        for person in members.flat_map(|role| world.directory.in_office(role, today)) {
            let has_interest = |one: &ReviewNews| {
                let conflicts = world.directory.conflicts(Some(&one.user), None, today);
                conflicts.iter().any(|(excluded, _)| excluded.key == person.key)
            };
            let own: Vec<&ReviewNews> = news.iter().filter(|one| !has_interest(one)).collect();
            let (Some(to), false) = (recipient(person), own.is_empty()) else { continue };
            let facts = Facts::MembersReminder(MembersReminder {
                reference: format!("Reviews {today}"),
                reviews: own.iter().map(|one| self.shown(one)).collect(),
                classification: world.policy.classification_floor,
            });
            let letter = self.letter(facts, vec![to], None)?;
            let reviews = own.iter().map(|one| one.id.clone()).collect();
            notices.push(ReviewNotice { person: person.key.clone(), letter, reviews });
        }
        self.happened(Event::MembersReminded { until: self.now, notices })
    }

    fn shown(&self, review: &ReviewNews) -> ReviewDue {
        ReviewDue {
            reference: review.id.to_string(),
            pseudonym: format!("User {}", self.world.keys.pseudonym(&review.user.0)),
            due_on: review.due_on,
            assessment: review.kind.map(|kind| kind.title().to_owned()),
            booked_on: review.booked_on,
            is_late: review.is_late,
        }
    }
}

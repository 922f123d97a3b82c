//! Reviews on the one path: looked up with a batch, decided in their turn, written out with it; and how they come to be. In:
//! signals, and the directory; out: events, letters, rows and timers. Invariant: a batch that speaks to no review asks
//! nothing about any.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::deciding::Deciding;
use super::work::DAEMON;
use super::{Engine, Work};
use crate::domain::case::{self, Case, Refusal, SCHEMA, Stage};
use crate::domain::directory::InForce as _;
use crate::domain::id::{Key, LetterId, SubjectId};
use crate::domain::review::{self, Covered, Decision, Event, Known, Review, ReviewId, Signal, waits};
use crate::domain::workday::london_date;
use crate::domain::world::World;
use crate::store::{Commit, Entry, LetterMove, RegisterFilter, RegisterRow, Store, TimerRow};

const PAGE: i64 = 200;

/// The reviews of a batch while it is decided.
#[derive(Default)]
pub(super) struct AtReviews {
    open: HashMap<SubjectId, Open>,
    covered: HashMap<Key, Vec<Covered>>,
}

#[derive(Clone, Default)]
struct Open {
    review: Option<Review>,
    version: i64,
    is_changed: bool,
    is_revisited: bool,
}

impl AtReviews {
    pub(super) async fn load(
        store: &Store,
        subjects: &[SubjectId],
        before: Option<&Self>,
    ) -> anyhow::Result<Self> {
        let mut at = Self::default();
        if subjects.is_empty() {
            return Ok(at);
        }
        for row in store.registers(subjects).await? {
            let review = Some(serde_json::from_slice(&row.body)?);
            at.open.insert(row.subject, Open { review, version: row.version, ..Open::default() });
        }
        for (subject, open) in before.iter().flat_map(|before| &before.open) {
            if open.is_changed && subjects.contains(subject) {
                let (is_changed, is_revisited) = (false, false);
                at.open.insert(subject.clone(), Open { is_changed, is_revisited, ..open.clone() });
            }
        }
        let users = at.open.values().filter_map(|open| Some(open.review.as_ref()?.user.clone()));
        let users: Vec<Key> = users.collect();
        for row in store.register_of_users(&users).await? {
            if let (Some(user), Some(covered)) = (row.user.clone(), covered(&row)) {
                at.covered.entry(user).or_default().push(covered);
            }
        }
        Ok(at)
    }

    pub(super) fn write_out(
        &self,
        commit: &mut Commit,
        world: &World,
        now: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        for (subject, open) in &self.open {
            let Open { review: Some(review), version, is_changed, is_revisited } = open else { continue };
            if *is_changed {
                commit.registers.push(row_of(review, *version, now)?);
            }
            if *is_changed || *is_revisited {
                commit.timers.push((subject.clone(), timers_of(review, world)));
            }
        }
        Ok(())
    }
}

/// A system that waits for its User's annual review.
fn covered(row: &RegisterRow) -> Option<Covered> {
    if row.kind != "case" || row.stage != Stage::AwaitAnnualReview.name() {
        return None;
    }
    let case: Case = serde_json::from_slice(&row.body).ok()?;
    let ruling = case.ruling()?;
    let decided = format!("{} (minute {})", ruling.outcome.title().to_lowercase(), ruling.minute);
    Some(Covered { reference: case.reference.to_string(), decided })
}

/// What the register says of a review.
pub(super) fn row_of(review: &Review, version: i64, now: DateTime<Utc>) -> anyhow::Result<RegisterRow> {
    Ok(RegisterRow {
        subject: review.id.subject(),
        kind: "review".into(),
        user: Some(review.user.clone()),
        stage: review.stage.name().into(),
        version,
        body: serde_json::to_vec(review)?,
        updated_at: now,
    })
}

pub(super) fn timers_of(review: &Review, world: &World) -> Vec<TimerRow> {
    let waits = waits(review, world).into_iter();
    waits.map(|wait| TimerRow { kind: wait.kind.name().into(), ordinal: 0, due_at: wait.due_at }).collect()
}

/// A review from its events.
///
/// # Errors
/// When an event does not read or may not follow.
pub fn fold_review(events: &[Entry]) -> anyhow::Result<Option<Review>> {
    let mut review = None;
    for entry in events {
        review = Some(review::apply(review, &Event::decode(entry.schema, &entry.body)?, entry.at)?);
    }
    Ok(review)
}

/// A signal about a letter, where the letter is a review's.
fn about_letter(signal: &case::Signal) -> Result<Signal, Refusal> {
    Ok(match signal.clone() {
        case::Signal::Bounced { letter, recipient, inbox, bounce } => {
            Signal::Bounced { letter, recipient, inbox, bounce }
        }
        case::Signal::Accepted { letter, recipient, answer } => {
            Signal::Accepted { letter, recipient, answer }
        }
        case::Signal::Failed { letter, recipient, answer } => Signal::Failed { letter, recipient, answer },
        case::Signal::Asked { what: case::Asked::Discard { letter, reason }, .. } => {
            Signal::Discard { letter, reason }
        }
        case::Signal::Asked { what: case::Asked::Release { letter, version, draft, to }, .. } => {
            Signal::Release { letter, version, draft, to }
        }
        _ => return Err(Refusal::new("a review is no case")),
    })
}

impl Deciding<'_> {
    pub(super) fn review_letter(
        &mut self,
        subject: &SubjectId,
        signal: &case::Signal,
        cause: &str,
        actor: &str,
    ) -> anyhow::Result<Result<SubjectId, Refusal>> {
        match about_letter(signal) {
            Ok(signal) => self.review(subject, &signal, cause, actor),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    pub(super) fn review(
        &mut self,
        subject: &SubjectId,
        signal: &Signal,
        cause: &str,
        actor: &str,
    ) -> anyhow::Result<Result<SubjectId, Refusal>> {
        let open = self.overlay.reviews.open.get(subject).cloned().unwrap_or_default();
        let user = open.review.as_ref().map(|review| review.user.clone());
        let covered =
            user.and_then(|user| self.overlay.reviews.covered.get(&user).cloned()).unwrap_or_default();
        let (version, next_letter) = (open.version, LetterId(self.next_letter));
        let decision = self.spending.known(|budget| {
            let known = Known { version, next_letter, budget, covered: &covered };
            review::decide(open.review.as_ref(), signal, self.now, self.world, known)
        });
        let Decision { events, letters } = match decision {
            Ok(decision) => decision,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let mut open = open;
        // A wait that is no longer there leaves with its timer.
        open.is_revisited |= matches!(signal, Signal::Revisit | Signal::WaitOver { .. });
        if !events.is_empty() {
            self.commit.handled.push((subject.clone(), cause.into()));
        }
        for event in events {
            self.book_review(subject, &mut open, &event, cause, actor)?;
        }
        self.overlay.reviews.open.insert(subject.clone(), open);
        self.queue_for_seal(subject, letters, actor)?;
        Ok(Ok(subject.clone()))
    }

    fn book_review(
        &mut self,
        subject: &SubjectId,
        open: &mut Open,
        event: &Event,
        cause: &str,
        actor: &str,
    ) -> anyhow::Result<()> {
        match event {
            Event::LetterDiscarded { letter, .. } => {
                self.commit.letter_moves.push(LetterMove::Discard { letter: *letter });
            }
            Event::LetterBounced { letter, recipient, status, diagnostic, .. } => {
                self.came_back(*letter, recipient, status.as_deref(), diagnostic.as_deref());
            }
            _ => {}
        }
        open.version += 1;
        open.is_changed = true;
        open.review = Some(review::apply(open.review.take(), event, self.now)?);
        self.commit.events.push(Entry {
            subject: subject.clone(),
            version: open.version,
            kind: event.kind().to_string(),
            schema: SCHEMA,
            at: self.now,
            cause: cause.into(),
            actor: actor.into(),
            world_sha256: self.world.sha256,
            body: event.encode()?,
        });
        Ok(())
    }
}

impl Engine {
    /// Every User whose next review is known has one, and those that exist go by the World in force.
    pub(super) async fn revisit_reviews(&self) -> anyhow::Result<()> {
        let world = self.world();
        if !world.reviews.enabled {
            return Ok(());
        }
        let mut after = None;
        loop {
            let page = self.store.register_list(&of_kind(), after.as_ref(), PAGE).await?;
            let Some(end) = page.last() else { break };
            after = Some(end.subject.clone());
            let names: Vec<SubjectId> = page.iter().map(|row| row.subject.clone()).collect();
            let timers = self.store.timers_of(&names).await?;
            let mut work = Vec::new();
            for row in &page {
                let review: Review = serde_json::from_slice(&row.body)?;
                let its = timers.get(&row.subject).cloned().unwrap_or_default();
                if !review.stage.is_over()
                    && (its != timers_of(&review, &world) || is_to_end(&review, &world))
                {
                    let cause = format!("revisit:{}", row.version + 1);
                    work.push(review_work(row.subject.clone(), Signal::Revisit, cause));
                }
            }
            if !work.is_empty() {
                self.handle(work).await?;
            }
        }
        self.open_reviews().await
    }

    /// For Users of whom no review is open.
    async fn open_reviews(&self) -> anyhow::Result<()> {
        let (world, today) = (self.world(), london_date(self.clock.now()));
        let mut last: BTreeMap<Key, Review> = BTreeMap::new();
        for row in self.store.register_list(&of_kind(), None, i64::MAX).await? {
            let review: Review = serde_json::from_slice(&row.body)?;
            let known = last.entry(review.user.clone()).or_insert_with(|| review.clone());
            if known.anchor_on < review.anchor_on {
                *known = review;
            }
        }
        let mut work = Vec::new();
        for user in world.directory.users().iter().filter(|user| user.in_force(today)) {
            let Some(plan) = review::upcoming(user, last.get(&user.key), &world.reviews) else { continue };
            let year = chrono::Datelike::year(&plan.due_on);
            let before = last.get(&user.key).map(|last| &last.id);
            let id = ReviewId::new(&user.key, year, before, &world.keys);
            let cause = format!("open:{}", plan.anchor_on);
            let (subject, user) = (id.subject(), user.key.clone());
            work.push(review_work(subject, Signal::Open { id, user, plan }, cause));
            if work.len() >= usize::try_from(PAGE)? {
                self.handle(std::mem::take(&mut work)).await?;
            }
        }
        if !work.is_empty() {
            self.handle(work).await?;
        }
        Ok(())
    }
}

fn of_kind() -> RegisterFilter {
    RegisterFilter::Kind("review".into())
}

fn is_to_end(review: &Review, world: &World) -> bool {
    let user = world.directory.user(&review.user);
    user.is_none_or(|user| {
        let later = user.last_assessment.as_ref().is_some_and(|last| last.fieldwork_end > review.anchor_on);
        user.valid_until.is_some() || later
    })
}

pub(super) fn review_work(subject: SubjectId, signal: Signal, cause: String) -> Work {
    Work::Review { subject, cause, actor: DAEMON.into(), signal }
}

//! The figures for the Desk's letters, gathered row by row while the engine turns the pages of the record. In: cases,
//! mails, letters, alarms; out: bounded lists. Invariant: however large the record is, this stays small.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::Desk;
use super::ahead::coming;
use super::decided::Decided;
use super::due_date::DayAhead;
use super::post::{Mail, OfLetter, listed};
use super::remind::ReviewNews;
use crate::domain::case::{Case, Ground, Level, Reference, Stage, Timeliness, flags, waits};
use crate::domain::directory::Body;
use crate::domain::id::Key;
use crate::domain::letter::{Coming, Excluded, Item, Listed, Row, Swept};
use crate::domain::message::Classification;
use crate::domain::notification::{Source, label_of};
use crate::domain::review::ReviewId;
use crate::domain::workday::london_date;
use crate::domain::world::World;

/// Rows in a list of the digest, the earliest ones.
pub const MOST: usize = 15;
/// Subjects of mail that is none of ours: whoever reads them finds a notice among them.
pub const MOST_NOT_OURS: usize = 60;
/// Cases that are gathered for one meeting, and for one letter to the Chair; more are told another day.
const MOST_CASES: usize = 200;
/// Working Days that the digest looks ahead.
const AHEAD: u32 = 10;
pub(super) const RED: &str = "(Red: not repeated here)";

#[derive(Debug)]
pub struct Figures {
    /// What happened since then is news, for the digest and for the Chair.
    pub(super) since: DateTime<Utc>,
    chair_since: DateTime<Utc>,
    chair_later: BTreeSet<Reference>,
    pub(super) now: DateTime<Utc>,
    pub(super) horizon: DateTime<Utc>,
    pub(super) triage: Listed,
    pub(super) drafts: Listed,
    pub(super) failed: Listed,
    pub(super) on_hold: Listed,
    pub(super) answering: Listed,
    pub(super) due: Listed,
    pub(super) overdue: Listed,
    /// As far as the SSC may know of it.
    pub(super) overdue_for_ssc: Listed,
    pub(super) new_cases: Listed,
    pub(super) not_ours: Listed,
    pub(super) alarms: Listed,
    pub(super) mailboxes: Vec<Swept>,
    pub(super) n_events: i64,
    pub(super) head: String,
    /// Before each meeting that is ahead.
    pub(super) tabled: BTreeMap<NaiveDate, Tabled>,
    /// New to the Chair, and of those what is not to be told now.
    pub(super) news: Vec<Brief>,
    pub(super) later: BTreeSet<Reference>,
    /// Reviews of which members are to hear since they heard of any.
    pub(super) reviews: Vec<ReviewNews>,
    pub(super) reviews_since: DateTime<Utc>,
    /// Those whose day is in calendars, or is to be.
    pub(super) due_dates: BTreeMap<ReviewId, DayAhead>,
    pub(super) in_calendars: BTreeSet<ReviewId>,
    /// On the ladder from E3 on, as far as the SSC may know of it.
    pub(super) escalated: Listed,
    /// What the SSC decided since the Chair was last told, as far as it may know of it.
    pub(super) decided: Vec<Decided>,
    pub(super) decided_since: DateTime<Utc>,
    /// What open reviews found.
    pub(super) findings: Listed,
    pub(super) coming: Coming,
    pub(super) classification: Classification,
}

/// The cases before one meeting.
#[derive(Debug, Default)]
pub(super) struct Tabled {
    pub cases: Vec<Brief>,
    pub n_more: usize,
}

/// A case in a list, and by what it is decided who may see it.
#[derive(Debug, Clone)]
pub(super) struct Brief {
    pub reference: Reference,
    pub item: Item,
    pub user: Option<Key>,
    pub srp: Option<String>,
    pub is_objected: bool,
    pub classification: Classification,
}

impl Figures {
    #[must_use]
    pub fn new(desk: &Desk, world: &World, now: DateTime<Utc>) -> Self {
        let list = Listed::default;
        Self {
            since: desk.digested_until(now),
            chair_since: desk.chair_told_until.or(desk.opened_at).unwrap_or(now),
            chair_later: desk.chair_later.clone(),
            now,
            horizon: world.working_days.due(now, AHEAD).map_or(now + Duration::days(14), |due| due.at),
            triage: list(),
            drafts: list(),
            failed: list(),
            on_hold: list(),
            answering: list(),
            due: list(),
            overdue: list(),
            overdue_for_ssc: list(),
            new_cases: list(),
            not_ours: list(),
            alarms: list(),
            mailboxes: Vec::new(),
            n_events: 0,
            head: String::new(),
            tabled: BTreeMap::new(),
            news: Vec::new(),
            later: BTreeSet::new(),
            reviews: Vec::new(),
            escalated: list(),
            decided: Vec::new(),
            decided_since: desk.decided_told_until.or(desk.opened_at).unwrap_or(now),
            findings: list(),
            due_dates: BTreeMap::new(),
            in_calendars: desk.entries.keys().cloned().collect(),
            coming: coming(now, world),
            reviews_since: desk.reviews_told_until.or(desk.opened_at).unwrap_or(now),
            classification: world.policy.classification_floor,
        }
    }

    /// News for the digest began then.
    #[must_use]
    pub fn since(&self) -> DateTime<Utc> {
        self.since
    }

    pub fn case(&mut self, case: &Case, world: &World) {
        let is_news = |since: DateTime<Utc>| since <= case.logged_at && case.logged_at < self.now;
        let (is_new, is_new_to_chair) = (is_news(self.since), is_news(self.chair_since));
        let name = format!("{}, {}", case.reference, shown_user(case));
        let row = |at: DateTime<Utc>, what: String| Row { at: Some(at), name: name.clone(), what };
        if is_new {
            let what = match case.meeting_on {
                Some(on) => format!("{}, SSC of {}", case.stage.title(), on.format("%-d %B %Y")),
                None => case.stage.title().into(),
            };
            self.new_cases.add(row(case.logged_at, what), MOST);
            self.carries(case);
        }
        self.decisions(case, &name);
        if case.stage.is_over() {
            return;
        }
        if let Some(hold) = &case.on_hold {
            self.on_hold.add(row(hold.since, hold.reason.clone()), MOST);
            self.carries(case);
        }
        if let Some(answering) = &case.answering {
            let why = if case.classification < Classification::Red { &answering.why } else { RED };
            let what = format!("mail {}: {why}", answering.inbox.0);
            self.answering.add(row(answering.since, what), MOST);
            self.carries(case);
        }
        let information = case.information_due.as_ref().filter(|due| due.is_overdue);
        let information = information.map(|due| (due.at, "information from the User"));
        let owed = case.owed.as_ref().filter(|owed| owed.is_overdue).map(|owed| (owed.at, owed.of.title()));
        for (at, what) in information.into_iter().chain(owed) {
            let step =
                case.escalation.as_ref().map_or_else(String::new, |taken| format!(", step {}", taken.level));
            let late = row(at, format!("{what}{step}"));
            if case.is_objected().is_none() {
                self.overdue_for_ssc.add(late.clone(), MOST);
            }
            self.overdue.add(late, MOST);
            self.carries(case);
        }
        self.ahead_of_case(case);
        let horizon = self.horizon;
        if let Some(taken) =
            case.escalation.as_ref().filter(|_| is_escalated(case) && case.is_objected().is_none())
        {
            let ground = match taken.ground {
                Ground::Overdue => "overdue",
                Ground::Finding => "a finding",
            };
            self.escalated.add(row(taken.at, format!("step {} of the ladder: {ground}", taken.level)), MOST);
        }
        for wait in waits(case, world).into_iter().filter(|wait| wait.due_at <= horizon) {
            self.due.add(row(wait.due_at, wait.what), MOST);
            self.carries(case);
        }
        self.for_ssc(case, is_new_to_chair, world);
    }

    /// What the SSC is to consider, and what of that is new to the Chair.
    fn for_ssc(&mut self, case: &Case, is_new: bool, world: &World) {
        let today = london_date(self.now);
        let is_there = matches!(case.stage, Stage::ForSscConsideration | Stage::DeferredToMeeting);
        let next = || world.directory.meetings(Body::Ssc).find(|on| *on >= today);
        let meeting = match case.meeting_on.filter(|on| is_there && *on >= today) {
            None if is_escalated(case) => next(),
            meeting => meeting,
        };
        if let Some(on) = meeting {
            let tabled = self.tabled.entry(on).or_default();
            if tabled.cases.len() < MOST_CASES {
                tabled.cases.push(brief(case, self.now, world));
            } else {
                tabled.n_more += 1;
            }
        }
        if is_new || self.chair_later.contains(&case.reference) {
            let is_told = !case.stage.precedes_ssc() && case.is_objected().is_none();
            if is_told && self.news.len() < MOST_CASES {
                self.news.push(brief(case, self.now, world));
            } else {
                self.later.insert(case.reference);
            }
        }
    }

    /// The digest names it. What is Red is named without its words, so that the letter is not.
    fn carries(&mut self, case: &Case) {
        if case.classification < Classification::Red {
            self.classification = self.classification.max(case.classification);
        }
    }

    /// A mail that waits for a person.
    pub fn open_mail(&mut self, mail: &Mail, world: &World) {
        let late = world.working_days.due(mail.at, world.policy.triage_after);
        if let Ok(late) = late
            && late.at <= self.now
        {
            let (name, what) = (format!("Mail {}", mail.inbox.0), "to be looked at".into());
            self.overdue.add(Row { at: Some(late.at), name, what }, MOST);
        }
        self.triage.add(mail.row(), MOST);
    }

    pub fn not_ours(&mut self, mail: &Mail) {
        self.not_ours.add(mail.row(), MOST_NOT_OURS);
    }

    /// The oldest drafts, of so many.
    pub fn drafts(&mut self, oldest: impl Iterator<Item = OfLetter>, n: i64) {
        self.drafts = listed(oldest, n);
    }

    /// The oldest letters that somebody has not got, of so many.
    pub fn failed(&mut self, oldest: impl Iterator<Item = OfLetter>, n: i64) {
        self.failed = listed(oldest, n);
    }

    pub fn alarm(&mut self, key: &str, text: &str, since: DateTime<Utc>) {
        self.alarms.add(Row { at: Some(since), name: key.into(), what: text.into() }, MOST);
    }

    pub fn mailbox(&mut self, swept: Swept) {
        if self.mailboxes.len() < MOST {
            self.mailboxes.push(swept);
        }
    }

    /// Where the journal ends.
    pub fn ends_at(&mut self, n_events: i64, head: String) {
        (self.n_events, self.head) = (n_events, head);
    }

    /// What runs out, and what is not in order in the directory.
    pub(super) fn remarks(&self, world: &World) -> Vec<String> {
        let today = london_date(self.now);
        let mut remarks = Vec::new();
        let least = usize::try_from(world.policy.meetings_left_warning).unwrap_or(usize::MAX);
        for body in [Body::Ssc, Body::Panel] {
            let n = world.directory.n_meetings_left(body, today);
            if n < least {
                let left = match n {
                    0 => format!("no {body} meeting is"),
                    1 => format!("1 {body} meeting is"),
                    n => format!("{n} {body} meetings are"),
                };
                remarks.push(format!("{left} left, fewer than {least}: add dates to meetings.toml"));
            }
        }
        let a_year_on = today.checked_add_months(chrono::Months::new(12)).unwrap_or(NaiveDate::MAX);
        let until = world.working_days.horizon().filter(|until| *until < a_year_on);
        remarks.extend(until.map(|until| {
            let until = until.format("%-d %B %Y");
            format!(
                "the bank holidays are known until {until} only, less than 12 months from now: fetch GOV.UK's \
                 bank-holidays.json"
            )
        }));
        if super::decide::chair(world, today).is_none() {
            remarks.push("no Chair of the SSC is in office today: nobody is told of new cases".into());
        }
        remarks
    }
}

fn shown_user(case: &Case) -> &str {
    if case.classification < Classification::Red { case.user_name() } else { RED }
}

/// It goes on the agenda as overdue, or for a finding, whatever its status.
fn is_escalated(case: &Case) -> bool {
    case.escalation.as_ref().is_some_and(|taken| taken.level >= Level::E3)
}

fn brief(case: &Case, now: DateTime<Utc>, world: &World) -> Brief {
    let fields = &case.notification.fields;
    let is_red = case.classification >= Classification::Red;
    let srp = fields.srp_name.as_ref().map(|field| field.value.clone());
    let mut sentences = if is_red { Vec::new() } else { flags(case, world) };
    if case.timeliness == Timeliness::Retrospective {
        sentences.insert(0, "retrospective: received after the stated start".into());
    }
    if let Some(taken) = case.escalation.as_ref().filter(|taken| taken.level >= Level::E3) {
        let ground = match taken.ground {
            Ground::Overdue => "overdue",
            Ground::Finding => "a finding",
        };
        sentences.insert(0, format!("{ground}: for consideration (step {})", taken.level));
    }
    let start = fields.actual_start.as_ref().or(fields.intended_start.as_ref()).filter(|_| !is_red);
    let excluded = world.directory.conflicts(case.user.as_ref(), srp.as_deref(), london_date(now));
    let label = |name: &String| label_of(name).unwrap_or(name).to_string();
    Brief {
        reference: case.reference,
        item: Item {
            reference: case.reference.to_string(),
            user: shown_user(case).into(),
            received_at: case.received_at,
            status: case.stage.title().into(),
            start_as_stated: start.and_then(|field| match &field.source {
                Source::Mail { words, .. } => Some(words.clone()),
                _ => None,
            }),
            missing: case.notification.missing.iter().map(label).collect(),
            withheld: case.notification.withheld.iter().map(|item| item.title().into()).collect(),
            flags: sentences,
            excluded: excluded
                .into_iter()
                .map(|(person, because)| Excluded { name: person.name.clone(), because })
                .collect(),
            meeting_on: case.meeting_on,
            meeting_why: case.meeting_why.clone(),
        },
        user: case.user.clone(),
        srp,
        is_objected: case.is_objected().is_some(),
        classification: if is_red { Classification::Unmarked } else { case.classification },
    }
}

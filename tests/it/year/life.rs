//! What happens on each day of a simulated year. In: a seed; out: lines of a conversation, played as they are written.
//! People do what the commands offer, at their own time or not at all; refusals are part of life.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike as _, Days, NaiveDate, NaiveTime, Weekday};
use sscd::domain::case::Reference;
use sscd::domain::id::SubjectId;
use sscd::domain::review::ReviewId;
use sscd::domain::workday::{local, london, london_date};
use sscd::rehearse::{Ends, Play, Setting, Step};
use sscd::store::Entry;
use tempfile::TempDir;

use super::books::Books;
use super::check::Watch;
use super::office::{N_USERS, contact, setting};
use crate::dice::Dice;

pub struct Life {
    _folder: TempDir,
    _setting: Arc<Setting>,
    pub(super) play: Play,
    pub(super) dice: Dice,
    watch: Watch,
    pub(super) books: Books,
    pub(super) lines: Vec<String>,
    pub(super) on: NaiveDate,
    n_days_left: usize,
    pub(super) n_notices: usize,
    /// What Users will write, by day.
    pub(super) later: BTreeMap<NaiveDate, Vec<(String, Vec<String>)>>,
    /// Letters that were looked at for an answer.
    pub(super) answered: i64,
    pub(super) minute: usize,
}

impl Life {
    pub async fn begin(seed: u64, from: NaiveDate, n_days: usize) -> Self {
        let (folder, setting) = setting();
        let first = format!("now {from} 06:00, with the desk, with reviews and calendars");
        let step = Step { line: 1, words: first.clone(), ..Step::default() };
        let play = Play::begin(&[step], &setting, Ends::Never).await.unwrap();
        Self {
            _folder: folder,
            _setting: setting,
            play,
            dice: Dice(seed),
            watch: Watch::default(),
            books: Books::default(),
            lines: vec![format!("> {first}")],
            on: from,
            n_days_left: n_days,
            n_notices: 0,
            later: BTreeMap::new(),
            answered: 0,
            minute: 0,
        }
    }

    pub fn has_days(&self) -> bool {
        self.n_days_left > 0
    }

    pub async fn n_events(&self) -> usize {
        usize::try_from(self.play.engine().store.head().await.unwrap().seq).unwrap()
    }

    pub fn story(&self) -> String {
        self.lines.join("\n")
    }

    /// The facts of the case that a sentence speaks of.
    pub async fn history(&self, why: &str) -> String {
        let subject = |word: &str| -> Option<SubjectId> {
            let case = Reference::parse(word).map(Reference::subject);
            case.or_else(|| ReviewId::parse(word).map(|id| id.subject()))
        };
        let subject = why.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').find_map(subject);
        let Some(subject) = subject else { return String::new() };
        let recorded = self.play.engine().store.journal(&subject).await.unwrap();
        let line = |entry: &Entry| {
            let body = String::from_utf8_lossy(&entry.body).chars().take(300).collect::<String>();
            format!("{} {} {}: {body}\n", entry.at, entry.cause, entry.kind)
        };
        recorded.iter().map(|one| line(&one.entry)).collect()
    }

    pub(super) fn one_in(&mut self, n: usize) -> bool {
        self.dice.below(n) == 0
    }

    /// A line, and what belongs to it.
    pub(super) async fn says(&mut self, words: impl Into<String>, block: Vec<String>) -> Result<(), String> {
        let words = words.into();
        self.lines.push(format!("> {words}"));
        self.lines.extend(block.iter().map(|line| format!("    {line}").trim_end().to_owned()));
        self.play.go_on();
        let line = self.lines.len();
        self.play
            .step(&Step { line, words: words.clone(), block, ..Step::default() })
            .await
            .map_err(|why| format!("> {words}: {why}"))
    }

    /// Until that time of the day, where it has not come.
    async fn until(&mut self, hour: u32, minute: u32) -> Result<(), String> {
        let at = local(self.on, NaiveTime::from_hms_opt(hour, minute, 0).unwrap());
        let left = (at - self.play.now()).num_minutes();
        if left > 0 { self.says(format!("advance {left} minutes"), Vec::new()).await } else { Ok(()) }
    }

    /// One day, and whether all that must hold holds at its end.
    pub async fn day(&mut self) -> Result<(), String> {
        let is_weekend = matches!(self.on.weekday(), Weekday::Sat | Weekday::Sun);
        if self.one_in(60) {
            self.says("the daemon is down for 2 days", Vec::new()).await?;
            self.on = london_date(self.play.now());
        }
        for hour in [8, 11, 15] {
            let minute = 10 + u32::try_from(self.dice.below(45)).unwrap();
            self.until(hour, minute).await?;
            self.mail().await?;
            if !is_weekend {
                Box::pin(self.people()).await?;
            }
            if self.one_in(40) {
                self.says("the post is down", Vec::new()).await?;
            } else if self.one_in(60) {
                let user = self.dice.below(N_USERS);
                self.says(format!("the post refuses {}: 550 5.1.1 unknown", contact(user)), Vec::new())
                    .await?;
            } else if self.one_in(4) {
                self.says("the post works", Vec::new()).await?;
            }
            if self.one_in(30) {
                self.says("the daemon is down for 5 minutes", Vec::new()).await?;
            }
        }
        self.until(23, 59).await?;
        self.n_days_left -= 1;
        self.books.catch_up(self.play.engine()).await?;
        self.books.check(self.play.engine()).await?;
        self.watch.day(&self.play, &self.books, self.n_days_left).await?;
        self.on = london(self.play.now()).date_naive() + Days::new(1);
        Ok(())
    }
}

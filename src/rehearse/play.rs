//! A conversation, played line by line. In: its steps and an office; out: nothing, or the line that does not hold and
//! what was found instead. Invariant: a letter, draft, refusal or alarm that no line expects ends the conversation.

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::domain::id::{Address, InboxId, LetterId};
use crate::domain::workday::{local, london};
use crate::engine::{Ask, Engine};
use crate::ports::Clock as _;
use crate::store::{Delivery, Letter, LetterFilter, LetterState};
use anyhow::Context as _;
use chrono::{DateTime, Days, TimeDelta, Utc};

use super::Sent;
use super::ask::{asking, instant};
use super::mail::{self, Envelope, changed};
use super::meet::{Answering, answer};
use super::office::{Kind, Office, Reviews, Setting};
use super::rehearsal::Ends;
use super::review::of_user;
use super::script::{Step, number};

/// What waits for the line that expects it.
#[derive(Default)]
pub(super) struct Unexpected {
    pub letters: VecDeque<(Letter, Sent)>,
    pub drafts: VecDeque<Letter>,
    pub refusals: VecDeque<String>,
    pub alarms: VecDeque<String>,
    /// Message-ID and recipient of what left.
    arrived: BTreeSet<(String, String)>,
    seen_drafts: BTreeSet<i64>,
    seen_alarms: BTreeSet<(String, DateTime<Utc>)>,
}

/// A conversation that is held.
pub struct Play {
    pub(super) office: Office,
    pub(super) news: Unexpected,
    setting: Arc<Setting>,
    /// What the last command answered.
    pub(super) said: String,
    /// The last fact that was told as a story.
    pub(super) told_until: i64,
    ends: Ends,
}

const FIRST: &str = "now YYYY-MM-DD HH:MM[, without tags][, with the desk][, with reviews[ and calendars]]\
    [, at most N letters an hour] as the first line";

/// `now 2026-11-02 09:30, with the desk`: the hour, and what kind of office it is.
fn opening(words: &str) -> Option<(DateTime<Utc>, Kind)> {
    let mut parts = words.split(", ");
    let start = parts.next()?.strip_prefix("now ").and_then(instant)?;
    let mut kind = Kind { is_tagged: true, has_desk: false, reviews: Reviews::None, an_hour: None };
    for part in parts {
        match part {
            "without tags" => kind.is_tagged = false,
            "with the desk" => kind.has_desk = true,
            "with reviews" => kind.reviews = Reviews::Followed,
            "with reviews and calendars" => kind.reviews = Reviews::InCalendars,
            _ => {
                let n = part.strip_prefix("at most ")?.strip_suffix(" letters an hour")?;
                kind.an_hour = Some(n.parse().ok()?);
            }
        }
    }
    Some((start, kind))
}

fn at(step: &Step, why: &str) -> String {
    format!("line {}: > {}\n  {why}", step.line, step.words)
}

/// An error in one line.
pub(super) fn told(error: impl Into<anyhow::Error>) -> String {
    format!("{:#}", error.into())
}

impl Play {
    /// Opens the office as the first line says.
    ///
    /// # Errors
    /// When the first line says something else, or the office cannot be opened.
    pub async fn begin(steps: &[Step], setting: &Arc<Setting>, ends: Ends) -> Result<Self, String> {
        let first = steps.first().ok_or("line 1: no line begins with `> `")?;
        let (start, kind) = first.needs(opening(&first.words), FIRST).map_err(|why| at(first, &why))?;
        let mut office = Office::open(setting, start, kind).await.map_err(told)?;
        office.rehearsal.end(ends);
        let (setting, news, said) = (setting.clone(), Unexpected::default(), String::new());
        Ok(Self { office, news, setting, said, told_until: 0, ends })
    }

    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.office.rehearsal.engine
    }

    /// Plays the lines after the first one. Whatever comes of one must be expected by the next ones.
    ///
    /// # Errors
    /// The line that does not hold, and what was found instead.
    pub async fn all(&mut self, steps: &[Step]) -> Result<(), String> {
        for step in steps.iter().skip(1) {
            let nothing_left = if step.is_expectation() { Ok(()) } else { self.nothing_left() };
            let played = match nothing_left {
                Ok(()) => Box::pin(self.step(step)).await,
                left => left,
            };
            played.map_err(|why| at(step, &why))?;
        }
        self.nothing_left().map_err(|why| format!("after the last line: {why}"))
    }

    /// Plays one line.
    ///
    /// # Errors
    /// When it does not hold, or cannot be understood.
    pub async fn step(&mut self, step: &Step) -> Result<(), String> {
        if let Some(what) = step.words.strip_prefix("expect ") {
            return self.holds(step, what).await;
        }
        self.act(step).await?;
        if self.ends != Ends::Never {
            self.office.rehearsal.restart().await.map_err(told)?;
            self.office.rehearsal.settle().await.map_err(told)?;
        }
        self.look().await.map_err(told)
    }

    async fn act(&mut self, step: &Step) -> Result<(), String> {
        if let Some(span) = step.words.strip_prefix("advance ") {
            let target = step.needs(self.later(span), "advance N workdays, days, hours or minutes")?;
            return self.office.rehearsal.pass_until(target).await.map_err(told);
        }
        if let Some(span) = step.words.strip_prefix("the daemon is down for ") {
            let spans = span
                .split(" and ")
                .map(|span| self.later(span).map(|at| at - self.office.rehearsal.clock.now()));
            let form = "the daemon is down for N workdays, days, hours or minutes";
            let spans = step.needs(spans.collect::<Option<Vec<_>>>(), form)?;
            self.office.rehearsal.clock.advance(spans.into_iter().sum());
            self.office.rehearsal.restart().await.map_err(told)?;
            return self.office.rehearsal.look_again().await.map_err(told);
        }
        if let Some(users) = step.words.strip_prefix("only these Users were assessed: ") {
            return self.office.assessed(&users.split(", ").collect::<Vec<_>>(), &step.block).await;
        }
        if let Some(file) = step.words.strip_suffix(" is edited") {
            return self.office.edit(file, &step.block).await;
        }
        if let Some(what) = step.words.strip_prefix("the post ") {
            self.post(step, what)?;
            return self.office.rehearsal.look_again().await.map_err(told);
        }
        let (what, variations) = step.words.split_once(", ").unwrap_or((&step.words, ""));
        let raw = if let Some(from) = what.strip_prefix("mail from ") {
            Some(self.own_words(step, from)?)
        } else if let Some(n) = what.strip_suffix(" again").and_then(|what| number(what, "mail")) {
            {
                let raw = self.office.rehearsal.engine.store.raw(InboxId(n)).await.map_err(told)?;
                Some(String::from_utf8(raw).map_err(told)?)
            }
        } else if let Some(file) = what.strip_prefix("mail ") {
            Some(from_corpus(step, &self.setting.mails, file)?)
        } else if let Some(rest) = what.strip_prefix("reply to ") {
            Some(self.reply(step, rest).await?)
        } else if let Some(rest) = step.words.strip_prefix("answer to ") {
            let raw = self.calendar_answer(step, rest).await?;
            return self.office.receive(&raw, &["mail"]).await.map_err(told);
        } else if let Some(rest) = what.strip_prefix("bounce of ") {
            Some(self.bounce(step, rest).await?)
        } else {
            None
        };
        let Some(mut raw) = raw else {
            let id = format!("scenario-{}", step.line);
            let engine = &self.office.rehearsal.engine;
            let mut asking = asking(step, id)?;
            if let Ask::Review { subject, .. } = &mut asking.ask {
                *subject = of_user(engine, &subject.0).await?.id.subject();
            }
            let said = self.office.rehearsal.ask(asking).await.map_err(told)?;
            match said {
                Ok(said) => self.said = said,
                Err(refusal) => self.news.refusals.push_back(refusal.because),
            }
            return self.office.rehearsal.settle().await.map(drop).map_err(told);
        };
        let mut folders: &[&str] = &["mail"];
        for how in variations.split(", ").filter(|how| !how.is_empty()) {
            match how {
                "in junk" => folders = &["junk"],
                "in sent" => folders = &["sent"],
                "in junk and among notices" => folders = &["junk", "mail"],
                _ => raw = changed(&raw, how, self.office.next_mail())?,
            }
        }
        self.office.receive(&raw, folders).await.map_err(told)
    }

    fn later(&self, span: &str) -> Option<DateTime<Utc>> {
        let (n, unit) = span.split_once(' ')?;
        let n: i64 = n.parse().ok()?;
        let now = self.office.rehearsal.clock.now();
        match unit.trim_end_matches('s') {
            "minute" => Some(now + TimeDelta::minutes(n)),
            "hour" => Some(now + TimeDelta::hours(n)),
            "day" | "workday" => {
                let wall = london(now).naive_local();
                let (mut on, mut left) = (wall.date(), n);
                while left > 0 {
                    on = on + Days::new(1);
                    let counts = unit.starts_with("day")
                        || self.office.rehearsal.engine.world().working_days.is_working_day(on).ok()?;
                    left -= i64::from(counts);
                }
                Some(local(on, wall.time()))
            }
            _ => None,
        }
    }

    fn post(&mut self, step: &Step, what: &str) -> Result<(), String> {
        match what {
            "is down" => self.office.rehearsal.post.down(),
            "works" => self.office.rehearsal.post.works(),
            _ => {
                let told = what.strip_prefix("refuses ").and_then(|rest| rest.split_once(": "));
                let (address, answer) = step
                    .needs(told, "the post is down, the post works, or the post refuses ADDRESS: ANSWER")?;
                self.office.rehearsal.post.refuse(address, answer);
            }
        }
        Ok(())
    }

    fn own_words(&mut self, step: &Step, from: &str) -> Result<String, String> {
        let form = "mail from ADDRESS, and in the block `Subject: ...`, an empty line and the text";
        let (subject, text) = step.needs(step.block.split_first(), form)?;
        let subject = step.needs(subject.strip_prefix("Subject: "), form)?;
        let world = self.engine().world();
        let (office, headers) = (&world.office, String::new());
        let to = office.mailbox.address.as_str();
        let envelope = Envelope { office, from, to, n: self.office.next_mail(), headers };
        Ok(mail::mail(&envelope, subject, text.join("\n").trim_start()))
    }

    async fn reply(&mut self, step: &Step, rest: &str) -> Result<String, String> {
        let form = "reply to letter|mail N from ADDRESS, and the text in the block";
        let (letter, from) = step.needs(rest.split_once(" from "), form)?;
        if let Some(n) = number(letter, "mail") {
            let row = self.office.rehearsal.engine.store.inbox_row(InboxId(n)).await.map_err(told)?;
            let row = row.ok_or_else(|| format!("there is no mail {n}"))?;
            let id = row.message_id.ok_or("that mail has no Message-ID")?;
            let headers = format!("In-Reply-To: <{id}>\n");
            let to = row.sender.unwrap_or_default();
            let world = self.engine().world();
            let office = &world.office;
            let envelope = Envelope { office, from, to: &to, n: self.office.next_mail(), headers };
            return Ok(mail::mail(&envelope, "Re: your notification", &step.block.join("\n")));
        }
        let letter = self.letter(step.needs(number(letter, "letter"), form)?).await?;
        let LetterState::Sealed { bytes } = &letter.state else {
            return Err("that letter never left".into());
        };
        let mut text = step.block.join("\n");
        if let Some((_, rest)) = text.split_once("{token of letter ") {
            let n =
                step.needs(rest.split_once('}').and_then(|(n, _)| n.parse().ok()), "{token of letter N}")?;
            let LetterState::Sealed { bytes } = self.letter(n).await?.state else {
                return Err("that letter never left".into());
            };
            let token = mail::token(&bytes).ok_or("that letter has no token")?;
            text = text.replace(&format!("{{token of letter {n}}}"), &token);
        }
        mail::reply(&self.engine().world().office, bytes, from, self.office.next_mail(), &text)
    }

    async fn calendar_answer(&mut self, step: &Step, rest: &str) -> Result<String, String> {
        let form = "answer to letter N from ADDRESS: WHAT";
        let (letter, rest) = step.needs(rest.split_once(" from "), form)?;
        let (from, said) = step.needs(rest.split_once(": "), form)?;
        let letter = self.letter(step.needs(number(letter, "letter"), form)?).await?;
        let LetterState::Sealed { bytes } = &letter.state else {
            return Err("that letter never left".into());
        };
        let n = self.office.next_mail();
        let world = self.engine().world();
        let (office, now) = (&world.office, self.office.rehearsal.now());
        answer(step, &Answering { office, letter: bytes, from, now, n }, said)
    }

    async fn bounce(&mut self, step: &Step, rest: &str) -> Result<String, String> {
        let form = "bounce of letter N from ADDRESS [with a forged tag|with a forged Message-ID][, delayed]";
        let (rest, is_delayed) = rest.strip_suffix(", delayed").map_or((rest, false), |rest| (rest, true));
        let (letter, from) = step.needs(rest.split_once(" from "), form)?;
        let (from, forged) = from.split_once(" with a forged ").unwrap_or((from, ""));
        let letter = self.letter(step.needs(number(letter, "letter"), form)?).await?;
        let address = Address::parse(from).map_err(|bad| bad.to_string())?;
        let delivery = letter.deliveries.iter().find(|delivery| delivery.recipient.same(&address));
        let delivery = delivery.ok_or_else(|| format!("that letter never went to {from}"))?;
        let mut sender = delivery.envelope_sender.clone();
        let mut returned = (sender.tag().is_none()).then(|| letter.message_id.clone());
        if forged == "Message-ID" {
            // Of the letter before: its HMAC speaks of that one.
            returned = returned.map(|id| id.replace(".1.0.", ".2.0."));
        } else if forged == "tag" {
            let tag = sender.tag().ok_or("no tag")?;
            let (head, last) = tag.split_at(tag.len() - 1);
            let tag = format!("{head}{}", if last == "a" { "b" } else { "a" });
            sender = self.office.rehearsal.engine.world().office.bounces.tagged(&tag);
        }
        let world = self.engine().world();
        let n = self.office.next_mail();
        let bounce = mail::bounce(&world.office, &sender, &delivery.recipient, returned.as_deref(), n);
        let delayed = ("Action: failed\nStatus: 5.1.1", "Action: delayed\nStatus: 4.4.1");
        Ok(if is_delayed { bounce.replace(delayed.0, delayed.1) } else { bounce })
    }

    async fn letter(&self, n: i64) -> Result<Letter, String> {
        let found = self.office.rehearsal.engine.store.letter(LetterId(n)).await.map_err(told)?;
        found.ok_or_else(|| format!("there is no letter {n}"))
    }

    /// Gathers what came of a line.
    async fn look(&mut self) -> anyhow::Result<()> {
        let store = &self.office.rehearsal.engine.store;
        for mut sent in self.office.rehearsal.post.take() {
            let letter = store.by_message_id(&sent.message_id).await?;
            let letter = letter.context("a letter left that the record does not know")?;
            let explains = |delivery: &Delivery, to: &str| {
                delivery.possible_duplicate && delivery.recipient.as_str() == to
            };
            // A copy that came although it may lie there already: the record says so.
            sent.to.retain(|to| {
                self.news.arrived.insert((sent.message_id.clone(), to.clone()))
                    || !letter.deliveries.iter().any(|delivery| explains(delivery, to))
            });
            // Several hands carry the copies of a letter.
            let place = |to: &String| letter.deliveries.iter().position(|one| one.recipient.as_str() == to);
            sent.to.sort_by_key(place);
            if !sent.to.is_empty() {
                self.news.letters.push_back((letter, sent));
            }
        }
        self.news.letters.make_contiguous().sort_by_key(|(letter, _)| letter.letter);
        let drafts = store.letters(&LetterFilter::Drafts, None, i64::MAX).await?;
        for draft in drafts.into_iter().rev() {
            if self.news.seen_drafts.insert(draft.letter.0) {
                self.news.drafts.push_back(draft);
            }
        }
        for alarm in store.alarms().await? {
            if self.news.seen_alarms.insert((alarm.key, alarm.raised_at)) {
                self.news.alarms.push_back(alarm.text);
            }
        }
        Ok(())
    }

    /// # Errors
    /// When something happened that no line expected.
    pub(super) fn nothing_left(&self) -> Result<(), String> {
        let news = &self.news;
        let letters = news.letters.iter().map(|(letter, sent)| {
            format!("letter {}: {} to {}", letter.letter.0, letter.kind, sent.to.join(", "))
        });
        let drafts = news.drafts.iter().map(|draft| format!("draft {}: {}", draft.letter.0, draft.kind));
        let refusals = news.refusals.iter().map(|because| format!("refusal: {because}"));
        let alarms = news.alarms.iter().map(|text| format!("alarm: {text}"));
        let all: Vec<String> = letters.chain(drafts).chain(refusals).chain(alarms).collect();
        if all.is_empty() { Ok(()) } else { Err(format!("no line expected {}", all.join("; "))) }
    }
}

/// A mail as a file, with `old => new` in the block.
fn from_corpus(step: &Step, mails: &Path, file: &str) -> Result<String, String> {
    let path = mails.join(file);
    let mut raw = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    for line in &step.block {
        let (old, new) = step.needs(line.split_once(" => "), "lines `old => new` in the block")?;
        if !raw.contains(old) {
            return Err(format!("{file} does not say {old:?}"));
        }
        raw = raw.replace(old, new);
    }
    Ok(raw)
}

//! What a meeting may not be: over, endless, or named after the User. In: a time or words; out: when it ends, how much
//! notice that is, or why not.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::case::Refusal;
use crate::domain::case::decide::Drafting;
use crate::domain::workday::{london, london_date};

/// A first word of so many letters tells whose name it is.
const TELLING: usize = 6;

impl Drafting<'_> {
    /// Members read place and reason, and the User is not named to them (DOMAIN.md 6).
    pub(super) fn refuse_name(&self, text: Option<&str>) -> Result<(), Refusal> {
        let (Some(text), case) = (text, self.case()?) else { return Ok(()) };
        let text = text.to_lowercase();
        let user = self.user();
        let names = user.map_or_else(Vec::new, |user| user.names().map(str::to_owned).collect());
        let is_there = |name: &str| {
            let name = name.to_lowercase();
            let first = name.split_whitespace().next().unwrap_or_default();
            text.contains(&name) || (first.len() >= TELLING && text.contains(first))
        };
        let is_domain = |domain: &String| text.contains(&domain.to_lowercase());
        let is_named = names.iter().map(String::as_str).chain([case.user_name()]).any(is_there)
            || user.is_some_and(|user| user.domains.iter().any(is_domain));
        if is_named {
            return Err(Refusal::new("members of the SSC read that, and it names the User: say it without"));
        }
        Ok(())
    }

    /// When it ends, where it is ahead.
    pub(super) fn lasts(&self, start_at: DateTime<Utc>, minutes: u32) -> Result<DateTime<Utc>, Refusal> {
        if start_at <= self.now {
            let found = london(start_at).format("%H:%M on %-d %B %Y");
            return Err(Refusal::new(format!("found {found}, expected a time that is ahead")));
        }
        if !(15..=720).contains(&minutes) {
            return Err(Refusal::new(format!("found {minutes} minutes, expected from 15 to 720")));
        }
        Ok(start_at + TimeDelta::minutes(minutes.into()))
    }

    /// How much notice that leaves, for whoever reads the draft.
    pub(super) fn notice(&self, start_at: DateTime<Utc>) -> String {
        let days = &self.world.working_days;
        let (today, on) = (london_date(self.now), london_date(start_at));
        match days.n_between(today, on) {
            Ok(n) if n >= self.world.policy.review_notice => format!("{n} Working Days' notice"),
            Ok(n) => format!("{n} Working Days' notice, fewer than {}", self.world.policy.review_notice),
            Err(beyond) => beyond.to_string(),
        }
    }
}

//! Budgets and breakers: how many letters may leave by themselves before a person looks (INTEROP.md 3). In: limits,
//! and the letters that left; out: whether one more may, and if not, why. Invariant: what is over is held, never lost.

use std::collections::HashMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::Address;
use super::letter::Facts;
use super::message::Problem;

/// How the reason begins for which such a letter is held.
pub const SPENT: &str = "budget spent: ";

/// At most so many in any hour, and in any 24.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    pub hour: u32,
    pub day: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Letters that answer a mail, to one address.
    pub answers_to_address: Cap,
    /// All other letters that leave by themselves, to one address.
    pub others_to_address: Cap,
    /// Letters to all addresses of one domain.
    pub to_domain: Cap,
    /// All letters.
    pub in_all: Cap,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answers_to_address: Cap { hour: 5, day: 20 },
            others_to_address: Cap { hour: 20, day: 60 },
            to_domain: Cap { hour: 20, day: 80 },
            in_all: Cap { hour: 100, day: 400 },
        }
    }
}

impl fmt::Display for Cap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} an hour and {} a day", self.hour, self.day)
    }
}

impl Limits {
    /// Each by its key.
    #[must_use]
    pub fn caps(&self) -> [(&'static str, Cap); 4] {
        [
            ("answers_to_address", self.answers_to_address),
            ("others_to_address", self.others_to_address),
            ("to_domain", self.to_domain),
            ("in_all", self.in_all),
        ]
    }

    /// The cap for one address, which the kind of letter decides.
    fn to_address(self, facts: &Facts) -> (&'static str, Cap) {
        match facts {
            Facts::Acknowledgement(_) | Facts::Receipt(_) => ("answers_to_address", self.answers_to_address),
            _ => ("others_to_address", self.others_to_address),
        }
    }

    /// Everything that no office could mean.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let wrong = self.caps().into_iter().filter(|(_, cap)| cap.hour == 0 || cap.day < cap.hour);
        wrong
            .map(|(field, cap)| Problem {
                field: field.into(),
                found: cap.to_string(),
                expected: "at least 1 an hour, and in a day no fewer than in an hour".into(),
            })
            .collect()
    }
}

/// Whole minutes since 1970. A window counts the minute in which it begins, so it is never shorter than it says.
type Minute = i64;
const HOUR: Minute = 60;
const DAY: Minute = 24 * HOUR;

fn minute(at: DateTime<Utc>) -> Minute {
    at.timestamp().div_euclid(60)
}

/// How many in each minute that had any, the latest last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Count(Vec<(Minute, u32)>);

impl Count {
    /// Those of the last `window` minutes.
    fn within(&self, window: Minute, now: Minute) -> u32 {
        self.0.iter().rev().take_while(|(at, _)| at + window >= now).map(|(_, n)| n).sum()
    }

    fn add(&mut self, at: Minute) {
        match self.0.last_mut() {
            Some((last, n)) if *last >= at => *n += 1,
            _ => self.0.push((at, 1)),
        }
    }

    fn take_back(&mut self, at: Minute) {
        if let Some((_, n)) = self.0.iter_mut().rev().find(|(minute, _)| *minute <= at) {
            *n = n.saturating_sub(1);
        }
        self.0.retain(|(_, n)| *n > 0);
    }

    /// False when nothing is left.
    fn forget(&mut self, now: Minute) -> bool {
        self.0.retain(|(at, _)| at + DAY >= now);
        !self.0.is_empty()
    }
}

/// The letters that left in the last 24 hours, counted for each recipient. As large as that day was busy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Budget {
    /// In lower case, as [`Address::same`] compares.
    addresses: HashMap<String, Count>,
    domains: HashMap<String, Count>,
    all: Count,
    forgotten_at: Minute,
}

impl Budget {
    /// What leaves from this instant on counts at `now`.
    #[must_use]
    pub fn since(now: DateTime<Utc>) -> DateTime<Utc> {
        DateTime::from_timestamp((minute(now) - DAY) * 60, 0).unwrap_or(DateTime::<Utc>::MIN_UTC)
    }

    /// One letter to one recipient leaves. Later ones are counted later.
    pub fn spend(&mut self, to: &Address, at: DateTime<Utc>) {
        let at = minute(at);
        if at >= self.forgotten_at + HOUR {
            self.forget(at);
        }
        self.addresses.entry(to.as_str().to_lowercase()).or_default().add(at);
        self.domains.entry(to.domain().to_owned()).or_default().add(at);
        self.all.add(at);
    }

    /// It does not leave after all: its decision came to nothing.
    pub fn take_back(&mut self, to: &Address, at: DateTime<Utc>) {
        let at = minute(at);
        let mut counts = [
            self.addresses.get_mut(&to.as_str().to_lowercase()),
            self.domains.get_mut(to.domain()),
            Some(&mut self.all),
        ];
        counts.iter_mut().flatten().for_each(|count| count.take_back(at));
    }

    /// Drops what no window holds any more.
    pub fn forget_before(&mut self, now: DateTime<Utc>) {
        self.forget(minute(now));
    }

    fn forget(&mut self, now: Minute) {
        self.addresses.retain(|_, count| count.forget(now));
        self.domains.retain(|_, count| count.forget(now));
        self.all.forget(now);
        self.forgotten_at = now;
    }

    /// Why a letter to these may not leave by itself now. Our own addresses have only the breaker over all letters.
    #[must_use]
    pub fn refusal(
        &self,
        limits: &Limits,
        facts: &Facts,
        to: &[&Address],
        is_ours: impl Fn(&Address) -> bool,
        now: DateTime<Utc>,
    ) -> Option<String> {
        let now = minute(now);
        let over = |count: Option<&Count>, more: usize, (key, cap): (&str, Cap), whom: &str| {
            let spent = |window| count.map_or(0, |count| count.within(window, now)) as usize;
            let windows = [(HOUR, cap.hour, "an hour"), (DAY, cap.day, "24 hours")];
            let (_, most, window) =
                windows.into_iter().find(|(window, most, _)| spent(*window) + more > *most as usize)?;
            Some(format!("{SPENT}at most {most} letters in {window} {whom} (budget.{key})"))
        };
        let to_one = |address: &&Address| {
            let count = self.addresses.get(&address.as_str().to_lowercase());
            let over_address = over(count, 1, limits.to_address(facts), "to one address");
            let over_domain = || {
                let in_domain = to.iter().filter(|other| other.domain() == address.domain()).count();
                let count = self.domains.get(address.domain());
                over(count, in_domain, ("to_domain", limits.to_domain), "to one domain")
            };
            over_address.or_else(over_domain).filter(|_| !is_ours(address))
        };
        let over_all = || over(Some(&self.all), to.len(), ("in_all", limits.in_all), "in all");
        to.iter().find_map(to_one).or_else(over_all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap()
    }

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    /// Spends this at that minute where it may: why not, if not.
    fn letter(budget: &mut Budget, to: &[&str], minute: i64) -> Option<String> {
        let to: Vec<Address> = to.iter().map(|to| address(to)).collect();
        let facts = &Facts::samples()[0].facts;
        let is_ours = |address: &Address| address.domain() == "sec.test";
        let addresses: Vec<&Address> = to.iter().collect();
        let refusal = budget.refusal(&Limits::default(), facts, &addresses, is_ours, at(minute));
        if refusal.is_none() {
            for to in &to {
                budget.spend(to, at(minute));
            }
        }
        refusal
    }

    #[test]
    fn one_address_gets_five_letters_in_any_hour_and_twenty_in_any_day() {
        let mut budget = Budget::default();
        for minute in [0, 10, 20, 30, 59] {
            assert_eq!(letter(&mut budget, &["Ann@power.test"], minute), None, "{minute}");
        }
        let because = letter(&mut budget, &["ann@power.test"], 60).unwrap();
        assert_eq!(
            because,
            "budget spent: at most 5 letters in an hour to one address (budget.answers_to_address)"
        );
        assert_eq!(letter(&mut budget, &["bob@power.test"], 60), None, "another address");
        assert_eq!(letter(&mut budget, &["ann@power.test"], 61), None, "the first is over an hour old");
        let sent = (62..1440).filter(|minute| letter(&mut budget, &["ann@power.test"], *minute).is_none());
        assert_eq!(sent.count(), 14);
        let because = letter(&mut budget, &["ann@power.test"], 1440).unwrap();
        assert!(because.contains("20 letters in 24 hours"), "{because}");
        assert_eq!(letter(&mut budget, &["ann@power.test"], 1441), None);
    }

    #[test]
    fn one_domain_and_all_have_breakers_and_our_own_only_the_last() {
        let mut budget = Budget::default();
        for n in 0..10 {
            let pair = [format!("a{n}@power.test"), format!("b{n}@power.test")];
            assert_eq!(letter(&mut budget, &[&pair[0], &pair[1]], 0), None);
        }
        let because = letter(&mut budget, &["new@power.test"], 0).unwrap();
        assert!(because.contains("20 letters in an hour to one domain (budget.to_domain)"), "{because}");
        let ours = (0..100).filter(|_| letter(&mut budget, &["secas@sec.test"], 0).is_none());
        assert_eq!(ours.count(), 80);
        let because = letter(&mut budget, &["ann@gas.test"], 0).unwrap();
        assert!(because.contains("100 letters in an hour in all (budget.in_all)"), "{because}");
    }

    #[test]
    fn what_is_taken_back_or_over_leaves_nothing_behind() {
        let mut budget = Budget::default();
        let ann = address("ann@power.test");
        budget.spend(&ann, at(0));
        budget.spend(&ann, at(5));
        budget.take_back(&ann, at(5));
        let mut expected = Budget::default();
        expected.spend(&ann, at(0));
        assert_eq!(budget, expected);
        budget.spend(&address("bob@gas.test"), at(2 * 1440));
        assert_eq!((budget.addresses.len(), budget.domains.len(), budget.all.0.len()), (1, 1, 1));
        assert_eq!(Budget::since(at(1440)), at(0));
    }

    #[test]
    fn the_defaults_are_sound_and_nonsense_is_named() {
        assert_eq!(Limits::default().problems(), []);
        let nonsense = Limits {
            to_domain: Cap { hour: 0, day: 5 },
            in_all: Cap { hour: 5, day: 4 },
            ..Limits::default()
        };
        let fields: Vec<_> = nonsense.problems().into_iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["to_domain", "in_all"]);
    }
}

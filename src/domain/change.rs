//! What differs between two snapshots, and which cases that concerns. In: two Worlds, or a change and a case; out: one
//! line for each row, figure, date and template. What a row of people says is not repeated, only which of it changed.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::budget::Limits;
use super::case::Case;
use super::directory::{Body, Directory, Person, Provider};
use super::id::{Address, Key};
use super::world::World;

/// What a World is made of, as people name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Office,
    Policy,
    Budget,
    Desk,
    Reviews,
    User,
    Provider,
    Person,
    Meeting,
    Holiday,
    Template,
}

/// One thing that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub part: Part,
    /// `northwind`, `information_after`, `2026-12-09`.
    pub key: String,
    /// `added`, `removed`, `10 -> 5`, or the names of what changed.
    pub what: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = match self.part {
            Part::Office => "office",
            Part::Policy => "policy",
            Part::Budget => "budget",
            Part::Desk => "desk",
            Part::Reviews => "reviews",
            Part::User => "user",
            Part::Provider => "provider",
            Part::Person => "person",
            Part::Meeting => "meeting",
            Part::Holiday => "holiday",
            Part::Template => "template",
        };
        write!(f, "{part} {}: {}", self.key, self.what)
    }
}

/// Everything in which `new` differs from `old`.
#[must_use]
pub fn changes(old: &World, new: &World) -> Vec<Change> {
    let mut all = Vec::new();
    // Addresses and whole letters are no matter for a log.
    texts(Part::Office, &figures(&old.office), &figures(&new.office), &mut all);
    texts(Part::Template, &old.templates.sources(), &new.templates.sources(), &mut all);
    for change in &mut all {
        change.what = "changed".into();
    }
    texts(Part::Policy, &figures(&old.policy), &figures(&new.policy), &mut all);
    texts(Part::Budget, &caps(&old.budget), &caps(&new.budget), &mut all);
    texts(Part::Desk, &figures(&old.desk), &figures(&new.desk), &mut all);
    texts(Part::Reviews, &figures(&old.reviews), &figures(&new.reviews), &mut all);
    let (was, is) = (&old.directory, &new.directory);
    rows(Part::User, was.users(), is.users(), |user| &user.key, &mut all);
    rows(Part::Provider, was.providers(), is.providers(), |provider| &provider.key, &mut all);
    rows(Part::Person, was.people(), is.people(), |person| &person.key, &mut all);
    texts(Part::Meeting, &meetings(was), &meetings(is), &mut all);
    let holidays = |world: &World| {
        world.working_days.holidays().map(|(on, title)| (on.to_string(), title.to_owned())).collect()
    };
    texts(Part::Holiday, &holidays(old), &holidays(new), &mut all);
    all
}

/// The keys of a section, each with its value as text.
fn figures(section: &impl Serialize) -> BTreeMap<String, String> {
    match serde_json::to_value(section) {
        Ok(Value::Object(keys)) => keys.into_iter().map(|(key, value)| (key, value.to_string())).collect(),
        _ => BTreeMap::new(),
    }
}

fn caps(limits: &Limits) -> BTreeMap<String, String> {
    limits.caps().into_iter().map(|(key, cap)| (key.to_owned(), cap.to_string())).collect()
}

/// Who meets, by day.
fn meetings(directory: &Directory) -> BTreeMap<String, String> {
    let mut days: BTreeMap<String, String> = BTreeMap::new();
    for body in [Body::Ssc, Body::Panel] {
        for on in directory.meetings(body) {
            let who = days.entry(on.to_string()).or_default();
            *who = if who.is_empty() { body.to_string() } else { format!("{who}, {body}") };
        }
    }
    days
}

fn texts(part: Part, was: &BTreeMap<String, String>, is: &BTreeMap<String, String>, all: &mut Vec<Change>) {
    let keys: std::collections::BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    for key in keys {
        let what = match (was.get(key), is.get(key)) {
            (Some(was), Some(is)) if was == is => continue,
            (Some(was), Some(is)) => format!("{was} -> {is}"),
            (Some(was), None) => format!("{was} removed"),
            (None, is) => format!("{} added", is.map_or("", String::as_str)),
        };
        all.push(Change { part, key: key.clone(), what });
    }
}

fn rows<T: PartialEq + Serialize>(
    part: Part,
    was: &[T],
    is: &[T],
    key_of: impl Fn(&T) -> &Key,
    all: &mut Vec<Change>,
) {
    let mut change = |row: &T, what: String| all.push(Change { part, key: key_of(row).0.clone(), what });
    let mut before: HashMap<&Key, &T> = was.iter().map(|row| (key_of(row), row)).collect();
    for row in is {
        match before.remove(key_of(row)) {
            None => change(row, "added".into()),
            Some(old) if old == row => {}
            Some(old) => {
                let mut fields = Vec::new();
                texts(part, &figures(old), &figures(row), &mut fields);
                let fields: Vec<String> = fields.into_iter().map(|field| field.key).collect();
                change(row, fields.join(", "));
            }
        }
    }
    was.iter().filter(|row| before.contains_key(key_of(row))).for_each(|row| change(row, "removed".into()));
}

impl Change {
    /// Does it bear on this case, today or at its next step? `directory` is today's.
    #[must_use]
    pub fn concerns(&self, case: &Case, directory: &Directory) -> bool {
        let key = Key(self.key.clone());
        let is_open = !case.stage.is_over();
        match self.part {
            Part::User => case.user.as_ref() == Some(&key),
            Part::Provider => directory.provider(&key).is_some_and(|provider| serves(provider, case)),
            Part::Person => directory.person(&key).is_some_and(|person| knows(person, case, directory)),
            Part::Meeting => is_open && case.meeting_on.is_some_and(|on| on.to_string() == self.key),
            Part::Policy => match self.key.as_str() {
                "put_before_ssc_after_minutes" => case.stage.precedes_ssc(),
                "paper_cut_off" | "paper_issue" | "start_question_weeks" | "escalate_after" => is_open,
                "tell_secas_after" | "tell_chair_after" | "report_after" | "remediation_after" => {
                    case.stage.follows_decision()
                }
                "quorum" | "chase_before" | "quorum_before" => is_open && case.review.is_some(),
                "information_after" => is_open && is_yet_to_be_asked(case),
                _ => false,
            },
            Part::Holiday => is_open && is_yet_to_be_asked(case),
            Part::Desk | Part::Reviews => false,
            // What was sent was sent; a draft is judged and worded again when it is released.
            Part::Office | Part::Template | Part::Budget => {
                case.letters.values().any(|letter| letter.held.is_some())
            }
        }
    }
}

/// A deadline that was told stays: only one that no letter has stated yet is counted anew.
fn is_yet_to_be_asked(case: &Case) -> bool {
    case.awaits_information() && case.information_due.is_none()
}

fn serves(provider: &Provider, case: &Case) -> bool {
    let srp = case.notification.fields.srp_name.as_ref();
    srp.is_some_and(|srp| provider.is_called(&srp.value))
        || senders(case)
            .any(|sender| provider.domains.iter().any(|domain| sender.domain().eq_ignore_ascii_case(domain)))
}

/// It wrote, it is of the same Party, or it is the User's assessor.
fn knows(person: &Person, case: &Case, directory: &Directory) -> bool {
    let user = case.user.as_ref();
    let assessor = user.and_then(|user| directory.user(user)).and_then(|user| user.user_cio.as_ref());
    assessor == Some(&person.key)
        || (person.party.is_some() && person.party.as_ref() == user)
        || senders(case).any(|sender| person.emails.iter().any(|email| email.same(sender)))
}

fn senders(case: &Case) -> impl Iterator<Item = &Address> {
    case.mails.iter().filter_map(|mail| mail.sender.address.as_ref())
}

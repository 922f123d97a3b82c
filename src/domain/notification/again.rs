//! A stored mail read again by a better reader. In: what was read then and what is read now; out: the differences by
//! field, and what of them a case takes over. Invariant: the verdict about the sender is that of the first reading.

use std::collections::BTreeMap;

use serde::Serialize;

use super::shown::for_each_field;
use super::{FieldName, Fields, Notification, Reading, Source};
use crate::domain::message::Problem;

/// What is read otherwise now than it was, in words; `None` where nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which of the mail's notifications, 1 for the first; `None` for the mail as a whole.
    pub notification: Option<usize>,
    /// A field of DOMAIN.md 2, `missing`, `problems`, `kind` or another part of the reading.
    pub name: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl Reading {
    /// `fresh`, a reading of the same mail by a later reader, with what was found about its sender when it came, and
    /// known by the same key as then.
    #[must_use]
    pub fn read_again(&self, fresh: Self) -> Self {
        Self { sender: self.sender.clone(), content_key: self.content_key.clone(), ..fresh }
    }
}

/// What a later reading says otherwise. The words in which a reading explains itself are no difference.
#[must_use]
pub fn differences(before: &Reading, after: &Reading) -> Vec<Difference> {
    let mut found = compared(None, &of_mail(before), &of_mail(after));
    let n = before.notifications.len().max(after.notifications.len());
    for at in 0..n {
        let lines =
            |reading: &Reading| reading.notifications.get(at).map(of_notification).unwrap_or_default();
        found.extend(compared(Some(at + 1), &lines(before), &lines(after)));
    }
    found
}

/// What is told of a part of a reading, by its place in the list and its name.
type Told = BTreeMap<(usize, String), String>;

fn compared(notification: Option<usize>, before: &Told, after: &Told) -> Vec<Difference> {
    let names = before.keys().chain(after.keys()).collect::<std::collections::BTreeSet<_>>();
    let names = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let difference = |name: &(usize, String)| Difference {
        notification,
        name: name.1.clone(),
        before: before.get(name).cloned(),
        after: after.get(name).cloned(),
    };
    names.map(difference).collect()
}

fn of_mail(reading: &Reading) -> Told {
    let word = |value: Option<serde_json::Value>| {
        let value = value.filter(|value| !value.is_null() && *value != serde_json::json!([]))?;
        Some(value.as_str().map_or_else(|| value.to_string(), |word| word.replace('_', " ")))
    };
    let parts = [
        ("kind", word(serde_json::to_value(reading.kind).ok())),
        ("classification", Some(reading.classification.title().to_owned())),
        ("subject", Some(reading.subject.clone())),
        ("cases named", word(serde_json::to_value(&reading.references).ok())),
        ("signs", word(serde_json::to_value(&reading.signs).ok())),
        ("bounce", word(serde_json::to_value(&reading.bounce).ok())),
        ("calendar answers", word(serde_json::to_value(&reading.answers).ok())),
        ("decision", word(serde_json::to_value(&reading.decision).ok())),
        ("attachments", word(serde_json::to_value(&reading.attachments).ok())),
        ("problems", told(&reading.problems)),
    ];
    let parts = parts.into_iter().enumerate();
    parts.filter_map(|(at, (name, told))| Some(((at, name.to_owned()), told?))).collect()
}

fn of_notification(notification: &Notification) -> Told {
    let mut all = Told::new();
    for shown in notification.fields.shown() {
        let place = shown.place.map(|place| {
            let words = shown.words.unwrap_or_default();
            format!(" ({place}: \"{}\")", words.split_whitespace().collect::<Vec<_>>().join(" "))
        });
        let at = FieldName::ALL.iter().position(|field| field.as_str() == shown.name).unwrap_or_default();
        all.insert((at, shown.name.to_owned()), shown.value + &place.unwrap_or_default());
    }
    let missing = (!notification.missing.is_empty()).then(|| notification.missing.join(", "));
    let last = FieldName::ALL.len();
    all.extend(missing.map(|missing| ((last, "missing".to_owned()), missing)));
    all.extend(told(&notification.problems).map(|problems| ((last + 1, "problems".to_owned()), problems)));
    all
}

fn told(problems: &[Problem]) -> Option<String> {
    let one = |problem: &Problem| {
        format!("{}: found {:?}, expected {}", problem.field, problem.found, problem.expected)
    };
    (!problems.is_empty()).then(|| problems.iter().map(one).collect::<Vec<_>>().join("; "))
}

/// What a case takes over of a better reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Better {
    pub fields: Fields,
    /// Names of fields that the mail does not state after all.
    pub unread: Vec<String>,
}

impl Fields {
    /// What of a mail that was read as `before` and is read as `after` now belongs to a case that states these: a field
    /// follows where the case has it as it was read then. What a person entered, and what another mail said, stays.
    #[must_use]
    pub fn better(&self, before: &Self, after: &Self) -> Better {
        let mut better = Better::default();
        macro_rules! better {
            ($($name:ident)*) => {
                $(
                    let is_of_mail = match (&self.$name, &before.$name) {
                        (None, None) => true,
                        (Some(known), Some(read)) => {
                            known.value == read.value && !matches!(known.source, Source::Person { .. })
                        }
                        _ => false,
                    };
                    match (&self.$name, &after.$name) {
                        (known, Some(read)) if is_of_mail && known.as_ref().is_none_or(|known| known.value != read.value) => {
                            better.fields.$name = Some(read.clone());
                        }
                        (Some(_), None) if is_of_mail => better.unread.push(stringify!($name).into()),
                        _ => {}
                    }
                )*
            };
        }
        for_each_field!(better);
        better
    }

    /// Takes fields out.
    pub fn forget(&mut self, names: &[String]) {
        macro_rules! forget {
            ($($name:ident)*) => {
                $(if names.iter().any(|name| name == stringify!($name)) {
                    self.$name = None;
                })*
            };
        }
        for_each_field!(forget);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Key;
    use crate::domain::notification::Field;

    fn field(value: &str) -> Field<String> {
        let source = Source::Mail { part: 1, line: 3, words: value.into(), document: None, is_prose: false };
        Field { value: value.into(), source }
    }

    /// What a mail was read as, and what it is read as now.
    fn readings() -> (Fields, Fields) {
        let before =
            Fields { srp_name: Some(field("Meter")), system_label: Some(field("X")), ..Fields::default() };
        let after = Fields {
            srp_name: Some(field("Meterlink Ltd")),
            purpose: Some(field("a portal")),
            ..Fields::default()
        };
        (before, after)
    }

    #[test]
    fn a_case_follows_a_better_reading_where_it_stands_on_the_old_one() {
        let (before, after) = readings();
        let better = before.better(&before, &after);
        assert_eq!(better.fields, after);
        assert_eq!(better.unread, ["system_label"]);
        let mut case = before.clone();
        case.take_over(&better.fields);
        case.forget(&better.unread);
        assert_eq!(case, after);
        assert_eq!(case.better(&after, &after), Better::default(), "a second time changes nothing");
    }

    #[test]
    fn what_a_person_entered_or_another_mail_said_stays() {
        let (before, after) = readings();
        let entered = |value: &str| {
            let source = Source::Person { entered_by: Key("priya.nair".into()) };
            Some(Field { value: value.to_owned(), source })
        };
        let case = Fields {
            srp_name: entered("Meter"),
            system_label: Some(field("Y")),
            purpose: Some(field("tests")),
            ..Fields::default()
        };
        assert_eq!(case.better(&before, &after), Better::default());
    }
}

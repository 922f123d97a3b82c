//! The files of the directory: users (TOML or CSV), providers, people, meetings. In: their texts; out: a
//! [`Directory`] that is sound as a whole, or every fault in any of them with its line.

use serde::Deserialize;

use super::csv_rows::Records;
use super::document::Document;
use super::explain::nearest;
use super::fault::Fault;
use crate::domain::directory::{Directory, Meeting, Row, Tables, Wrong};
use crate::domain::policy::Policy;
use crate::domain::workday::WorkingDays;

/// A file as it was read: the name that its reader knows, and its text.
#[derive(Debug, Clone)]
pub struct Text {
    pub name: String,
    pub text: String,
}

/// The texts of the directory; users are CSV when their file's name says so.
#[derive(Debug, Clone)]
pub struct Texts {
    pub users: Text,
    pub providers: Text,
    pub people: Text,
    pub meetings: Text,
}

/// # Errors
/// Everything that is wrong in any of the files. Meetings are held against the table of bank holidays where there is
/// one; what names other rows is looked at when all rows could be read.
pub fn read_directory(
    texts: &Texts,
    policy: &Policy,
    days: Option<&WorkingDays>,
) -> Result<Directory, Vec<Fault>> {
    let mut faults = Vec::new();
    let records =
        is_csv(&texts.users).then(|| Records::read(&texts.users.name, &texts.users.text)).transpose();
    let users = records.as_ref().map_err(Clone::clone).and_then(|records| match records {
        Some(records) => {
            records.nodes(&texts.users.name).map(|rows| Document::rows(&*texts.users.name, "user", rows))
        }
        None => toml(&texts.users),
    });
    let (users, user_rows) = rows(users, "user", &mut faults);
    let (providers, provider_rows) = rows(toml(&texts.providers), "provider", &mut faults);
    let (people, person_rows) = rows(toml(&texts.people), "person", &mut faults);
    let (meetings, meeting_rows) = rows(toml(&texts.meetings), "meeting", &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    let (Some(users), Some(providers), Some(people), Some(meetings)) = (users, providers, people, meetings)
    else {
        return Err(faults);
    };
    for (index, meeting) in meeting_rows.iter().enumerate() {
        faults.extend(
            days.and_then(|days| unfit(meeting, policy, days))
                .map(|(found, expected)| meetings.fault(&format!("meeting[{index}].on"), found, expected)),
        );
    }
    let tables =
        Tables { users: user_rows, providers: provider_rows, people: person_rows, meetings: meeting_rows };
    let directory = Directory::new(tables, &policy.user_roles);
    let place = |Wrong { row, key, found, expected }: Wrong| match row {
        Row::User(n) => users.fault(&format!("user[{n}].{key}"), found, expected),
        Row::Provider(n) => providers.fault(&format!("provider[{n}].{key}"), found, expected),
        Row::Person(n) => people.fault(&format!("person[{n}].{key}"), found, expected),
        Row::Meeting(n) => meetings.fault(&format!("meeting[{n}].{key}"), found, expected),
    };
    match directory {
        Ok(directory) if faults.is_empty() => Ok(directory),
        Ok(_) => Err(faults),
        Err(wrong) => Err(faults.into_iter().chain(wrong.into_iter().map(place)).collect()),
    }
}

fn is_csv(text: &Text) -> bool {
    text.name.to_lowercase().ends_with(".csv")
}

fn toml(text: &Text) -> Result<Document<'_>, Vec<Fault>> {
    Document::toml(&*text.name, &text.text)
}

/// The rows of `[[key]]`, each read by itself, so that a broken one does not hide the next.
fn rows<'a, T: Deserialize<'a>>(
    document: Result<Document<'a>, Vec<Fault>>,
    key: &str,
    faults: &mut Vec<Fault>,
) -> (Option<Document<'a>>, Vec<T>) {
    let document = match document {
        Ok(document) => document,
        Err(more) => {
            faults.extend(more);
            return (None, Vec::new());
        }
    };
    for section in document.sections().filter(|section| *section != key) {
        let near = nearest(section, [key]).map_or_else(String::new, |_| " (the nearest)".into());
        let found = format!("an unknown table {section:?}");
        faults.push(document.fault(section, found, format!("[[{key}]]{near}, and nothing else here")));
    }
    let n = document.n_rows(key);
    if n == 0 && document.node(key).is_some() {
        faults.push(document.fault(
            key,
            format!("no list of {key}s"),
            format!("[[{key}]], with two brackets"),
        ));
    }
    let rows = (0..n).filter_map(|index| document.read(&format!("{key}[{index}]"), faults)).collect();
    (Some(document), rows)
}

/// A meeting must be a Working Day whose paper cut-off can be computed, else no case could be put before it.
fn unfit(meeting: &Meeting, policy: &Policy, days: &WorkingDays) -> Option<(String, String)> {
    let on = meeting.on.format("%a %-d %b %Y");
    match days
        .is_working_day(meeting.on)
        .and_then(|is| Ok((is, days.before(meeting.on, policy.paper_cut_off)?)))
    {
        Ok((true, _)) => None,
        Ok((false, _)) => Some((format!("{on}, which is no Working Day"), "a Working Day".into())),
        Err(error) => {
            Some((on.to_string(), format!("a date that the table of bank holidays covers ({error})")))
        }
    }
}

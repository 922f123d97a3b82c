//! The files of the directory: users (TOML or CSV), providers, people, meetings. In: their texts; out: a
//! [`Directory`] that is sound as a whole, or every fault in any of them with its line.

use serde::de::DeserializeOwned;

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
    let tables = Tables {
        users: rows(&texts.users, "user", &mut faults),
        providers: rows(&texts.providers, "provider", &mut faults),
        people: rows(&texts.people, "person", &mut faults),
        meetings: rows(&texts.meetings, "meeting", &mut faults),
    };
    if !faults.is_empty() {
        return Err(faults);
    }
    let place = |Wrong { row, key, found, expected }: Wrong| {
        let (text, row) = match row {
            Row::User(n) => (&texts.users, format!("user[{n}]")),
            Row::Provider(n) => (&texts.providers, format!("provider[{n}]")),
            Row::Person(n) => (&texts.people, format!("person[{n}]")),
            Row::Meeting(n) => (&texts.meetings, format!("meeting[{n}]")),
        };
        let fault = |document: &Document<'_>| document.fault(&format!("{row}.{key}"), found, expected);
        whole(text, fault).map_or_else(|faults| faults, |fault| vec![fault])
    };
    let unfit = |(index, meeting)| {
        let (found, expected) = unfit(meeting, policy, days?)?;
        Some(Wrong { row: Row::Meeting(index), key: "on".into(), found, expected })
    };
    let mut wrong: Vec<Wrong> = tables.meetings.iter().enumerate().filter_map(unfit).collect();
    match Directory::new(tables, &policy.user_roles) {
        Ok(directory) if wrong.is_empty() => return Ok(directory),
        Ok(_) => {}
        Err(more) => wrong.extend(more),
    }
    Err(wrong.into_iter().flat_map(place).collect())
}

fn is_csv(text: &Text) -> bool {
    text.name.to_lowercase().ends_with(".csv")
}

/// Looks at the whole file, in which each value has its place.
fn whole<T>(text: &Text, look: impl FnOnce(&Document<'_>) -> T) -> Result<T, Vec<Fault>> {
    if !is_csv(text) {
        return Ok(look(&Document::toml(&*text.name, &text.text)?));
    }
    let records = Records::read(&text.name, &text.text)?;
    Ok(look(&Document::rows(&*text.name, "user", records.nodes(&text.name)?)))
}

/// The rows of `[[key]]`.
fn rows<T: DeserializeOwned>(text: &Text, key: &str, faults: &mut Vec<Fault>) -> Vec<T> {
    row_by_row(text, key).unwrap_or_else(|| {
        let mut more = Vec::new();
        let rows = whole(text, |document| all_rows(document, key, &mut more));
        faults.extend(more);
        rows.unwrap_or_else(|broken| {
            faults.extend(broken);
            Vec::new()
        })
    })
}

/// The rows of a file that is sound: a tree of the whole, with all its places, takes twenty times the memory of its
/// text. `None` where the whole must be looked at, to say what is wrong with it.
fn row_by_row<T: DeserializeOwned>(text: &Text, key: &str) -> Option<Vec<T>> {
    let heading = format!("\n[[{key}]]\n");
    let starts = text.text.match_indices(&heading).map(|(at, _)| at + 1);
    let ends = starts.clone().skip(1).chain([text.text.len()]);
    let head = text.text.get(..starts.clone().next()?)?;
    if head.lines().any(|line| !line.is_empty() && !line.starts_with('#')) {
        return None;
    }
    let row = |(start, end)| {
        let mut faults = Vec::new();
        let document = Document::toml(&*text.name, text.text.get(start..end)?).ok()?;
        let row = document.read(&format!("{key}[0]"), &mut faults)?;
        (faults.is_empty() && document.sections().eq([key]) && document.n_rows(key) == 1).then_some(row)
    };
    starts.zip(ends).map(row).collect()
}

/// The rows of a file, each read by itself, so that a broken one does not hide the next.
fn all_rows<T: DeserializeOwned>(document: &Document<'_>, key: &str, faults: &mut Vec<Fault>) -> Vec<T> {
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
    (0..n).filter_map(|index| document.read(&format!("{key}[{index}]"), faults)).collect()
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

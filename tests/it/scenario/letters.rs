//! What must hold of every letter that a conversation sealed, whatever it was about. In: an engine; out: nothing, or the
//! letter and what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use mail_parser::MessageParser;
use sscd::domain::case::{Case, Event};
use sscd::domain::directory::Role;
use sscd::domain::letter::{Audience, Facts};
use sscd::domain::message::Classification;
use sscd::domain::workday::london_date;
use sscd::engine::Engine;
use sscd::store::{Letter, LetterFilter, LetterState, RegisterFilter};

use crate::said::Said;

/// Fields whose values are the User's own: nothing else says these words.
const TELLING: [&str; 5] =
    ["system_label", "user_ids", "purpose", "reason_not_notified_before", "confidentiality_objection"];

/// A case as far as letters may not repeat it.
struct Marked {
    user: String,
    /// From when on which marking was in force.
    since: Vec<(DateTime<Utc>, Classification)>,
    values: BTreeSet<String>,
    ids: BTreeSet<String>,
}

pub async fn check_letters(engine: &Engine) -> Result<(), String> {
    let cases = cases(engine).await;
    let audiences: BTreeMap<&str, Audience> =
        Facts::samples().iter().map(|sample| (sample.facts.kind(), sample.facts.audience())).collect();
    for letter in engine.store.letters(&LetterFilter::All, None, i64::MAX).await.unwrap() {
        let letter = engine.store.letter(letter.letter).await.unwrap().unwrap();
        let LetterState::Sealed { bytes } = &letter.state else { continue };
        let said = Said::of(bytes);
        let audience = audiences[letter.kind.as_str()];
        let fault = said
            .unsayable(audience)
            .or_else(|| above_its_marking(own_marking(bytes), letter.sealed_at?, &said.words(), &cases))
            .or_else(|| names_a_user(engine, &letter, audience, &said.words(), &cases));
        if let Some(why) = fault {
            return Err(format!("letter {}, {}: {why}", letter.letter.0, letter.kind));
        }
    }
    Ok(())
}

async fn cases(engine: &Engine) -> Vec<Marked> {
    let filter = RegisterFilter::Kind("case".into());
    let mut cases = Vec::new();
    for row in engine.store.register_list(&filter, None, i64::MAX).await.unwrap() {
        let case: Case = serde_json::from_slice(&row.body).unwrap();
        let mut since = Vec::new();
        for recorded in engine.store.journal(&row.subject).await.unwrap() {
            match Event::decode(recorded.entry.schema, &recorded.entry.body).unwrap() {
                Event::CaseLogged(logged) => since.push((recorded.entry.at, logged.classification)),
                Event::InformationSupplied { classification, .. } => {
                    since.push((recorded.entry.at, classification));
                }
                _ => {}
            }
        }
        let shown = case.notification.fields.shown().into_iter();
        let telling = shown.filter(|shown| TELLING.contains(&shown.name));
        let values = telling.flat_map(|shown| shown.words.into_iter().chain([shown.value]));
        let values = values.map(|value| plain(&value)).filter(|value| value.len() >= 8).collect();
        let ids = case.notification.fields.user_ids.iter().flat_map(|field| &field.value);
        let ids = ids.map(|id| plain(id)).collect();
        cases.push(Marked { user: plain(case.user_name()), since, values, ids });
    }
    cases
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn marking(case: &Marked, at: DateTime<Utc>) -> Option<Classification> {
    case.since.iter().filter(|(since, _)| *since <= at).map(|(_, marking)| *marking).max()
}

/// How a mail is marked.
fn own_marking(bytes: &[u8]) -> Classification {
    let mail = MessageParser::default().parse(bytes).unwrap();
    let own = mail.header_raw("X-Classification").unwrap().trim().to_owned();
    let all = [Classification::White, Classification::Green, Classification::Amber, Classification::Red];
    all.into_iter().find(|one| one.title() == own).unwrap_or(Classification::Unmarked)
}

/// Words of a notification are repeated only in a letter that is marked as highly, and Red ones in none.
fn above_its_marking(
    own: Classification,
    at: DateTime<Utc>,
    words: &str,
    cases: &[Marked],
) -> Option<String> {
    // The same words may stand in two notifications; the lower marking permits them.
    let mut markings: BTreeMap<&str, Classification> = BTreeMap::new();
    for case in cases {
        let Some(marking) = marking(case, at) else { continue };
        for value in &case.values {
            let lowest = markings.entry(value).or_insert(marking);
            *lowest = (*lowest).min(marking);
        }
    }
    let found = markings.into_iter().find(|(value, marking)| {
        words.contains(value) && (*marking == Classification::Red || *marking > own)
    });
    found.map(|(value, marking)| {
        format!("marked {}, and it says {value:?}, which is {}", own.title(), marking.title())
    })
}

#[test]
fn a_value_above_the_marking_of_a_letter_is_found() {
    use Classification::{Amber, Red, White};

    let at = |minute: i64| DateTime::from_timestamp(minute * 60, 0).unwrap();
    let marked = |since: &[(i64, Classification)]| Marked {
        user: "northwind".into(),
        since: since.iter().map(|(minute, marking)| (at(*minute), *marking)).collect(),
        values: ["aurora portal".to_owned()].into(),
        ids: BTreeSet::new(),
    };
    let said = "about the aurora portal, again";
    let found = |own, minute, cases: &[Marked]| above_its_marking(own, at(minute), said, cases).is_some();
    let (amber, raised) = (marked(&[(1, Amber)]), marked(&[(1, Amber), (5, Red)]));
    assert!(found(White, 2, &[marked(&[(1, Amber)])]));
    assert!(!found(Amber, 2, &[marked(&[(1, Amber)])]));
    assert!(found(Red, 6, &[raised]), "Red words stand in no letter");
    assert!(!found(Amber, 2, &[marked(&[(1, Red)]), amber]), "another notification says them, too");
    assert!(!found(Amber, 4, &[marked(&[(1, Amber), (5, Red)])]), "it was marked later");
}

/// A member, or an Alternate, reads no User's name and no User ID, whatever the letter.
fn names_a_user(
    engine: &Engine,
    letter: &Letter,
    audience: Audience,
    words: &str,
    cases: &[Marked],
) -> Option<String> {
    let world = engine.world();
    let on = london_date(letter.sealed_at?);
    let is_member = |address| {
        let person = world.directory.person_by_email(address, on);
        person.is_some_and(|person| matches!(person.role, Role::SscMember | Role::SscAlternate))
    };
    if audience != Audience::Members && !letter.deliveries.iter().any(|one| is_member(&one.recipient)) {
        return None;
    }
    let users = world.directory.users().iter().flat_map(|user| user.names().map(plain).collect::<Vec<_>>());
    let ids = cases.iter().flat_map(|case| case.ids.iter().cloned());
    let mut never = users.chain(cases.iter().map(|case| case.user.clone())).chain(ids);
    never.find(|name| words.contains(name.as_str())).map(|name| format!("a member reads {name:?}"))
}

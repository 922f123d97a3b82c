//! Real-looking mails, in many hands, each beside what must be read from it. Every bug report becomes one more.
//! With `SSCD_ACCEPT=1` the files are written anew; the diff is then the review. `unread` beside a notification is what
//! a careful person reads there and we do not.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails where it stands"
)]

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde_json::{Map, Value, json};
use sscd::config::Config;
use sscd::domain::case::answer::{AnswerTo, answer};
use sscd::domain::message::{Message, Own, Verdict, read_message, vouch};
use sscd::domain::notification::{Field, Kind, Notification, Reading, Source, read_notification};
use sscd::domain::token::Keys;
use sscd::domain::world::World;

/// The sample that is shipped: its directory knows the Users that the mails speak of.
pub fn world() -> World {
    let (config, snapshot) = Config::examine(None, Path::new(""), &[]).unwrap();
    snapshot.world(&config, Keys { installation: "corpus".into(), keys: vec![[3; 32]] })
}

pub fn read(raw: &[u8], world: &World) -> (Message, Reading) {
    let message = read_message(raw, &Own { office: &world.office, keys: &world.keys });
    let vouch = vouch(raw, &world.office.authserv_ids);
    let reading = read_notification(&message, vouch, &world.policy);
    (message, reading)
}

fn mails() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail");
    let folders = ["good", "odd", "hostile"].map(|folder| root.join(folder));
    let mut mails: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .collect();
    mails.sort();
    mails
}

/// What a reviewer looks at: kinds and values, without places.
fn summary(reading: &Reading, world: &World) -> Value {
    let answer = answer(reading, &world.directory, NaiveDate::from_ymd_opt(2026, 11, 2).unwrap());
    let notifications: Vec<Value> = reading.notifications.iter().map(notification).collect();
    let mut summary = json!({
        "kind": reading.kind,
        "verdict": reading.sender.vouch.verdict,
        "sender": reading.sender.address,
        "classification": reading.classification,
        "answer": answer.at_once,
        "answer_to": answer.to,
        "references": reading.references,
        "attachments": reading.attachments.iter().map(|attachment| &attachment.name).collect::<Vec<_>>(),
        "notifications": notifications,
    });
    if matches!(reading.kind, Kind::Bounce | Kind::AutoReply | Kind::CalendarReply) {
        summary["reasons"] = json!(reading.reasons);
    }
    if let Some(bounce) = &reading.bounce {
        let ours: Vec<&String> = bounce.message_ids.iter().filter(|id| id.ends_with("@sec.test")).collect();
        summary["bounce"] = json!({
            "recipient": bounce.recipient,
            "status": bounce.status,
            "action": bounce.action,
            "failed": bounce.is_failure(),
            "ids": ours,
        });
    }
    summary
}

fn notification(notification: &Notification) -> Value {
    let Value::Object(fields) = serde_json::to_value(&notification.fields).unwrap() else {
        panic!("no fields")
    };
    let values: Map<String, Value> =
        fields.into_iter().map(|(name, field)| (name, field["value"].clone())).collect();
    let problems =
        notification.problems.iter().map(|problem| json!({"field": problem.field, "found": problem.found}));
    json!({
        "fields": values,
        "missing": notification.missing,
        "withheld": notification.withheld,
        "problems": problems.collect::<Vec<_>>(),
    })
}

#[test]
fn every_mail_is_read_as_its_neighbour_says() {
    let world = world();
    let accept = std::env::var_os("SSCD_ACCEPT").is_some();
    let mails = mails();
    assert!(mails.len() >= 110, "{} mails", mails.len());
    let mut wrong = Vec::new();
    for path in mails {
        let (_, reading) = read(&fs::read(&path).unwrap(), &world);
        let found = summary(&reading, &world);
        let beside = path.with_extension("json");
        if accept {
            let known: Value =
                serde_json::from_slice(&fs::read(&beside).unwrap_or_default()).unwrap_or_default();
            let mut found = found.clone();
            for (at, one) in found["notifications"].as_array_mut().unwrap().iter_mut().enumerate() {
                let unread = &known["notifications"][at]["unread"];
                one.as_object_mut()
                    .unwrap()
                    .extend((!unread.is_null()).then(|| ("unread".into(), unread.clone())));
            }
            fs::write(&beside, format!("{}\n", serde_json::to_string_pretty(&found).unwrap())).unwrap();
        }
        let mut expected: Value =
            serde_json::from_slice(&fs::read(&beside).unwrap_or_default()).unwrap_or_default();
        for one in expected["notifications"].as_array_mut().into_iter().flatten() {
            one.as_object_mut().unwrap().remove("unread");
        }
        if found != expected {
            wrong.push(format!(
                "{}\nreasons: {:?}\nread: {found:#}\nexpected: {expected:#}",
                path.display(),
                reading.reasons
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Of all mails together: what is stated, and what became of it.
#[test]
fn almost_all_that_is_stated_is_read_and_nothing_is_read_wrong() {
    let world = world();
    let (mut stated, mut right, mut unread, mut wrong) = (0, 0, 0, Vec::new());
    let mails = mails();
    for path in &mails {
        let (_, reading) = read(&fs::read(path).unwrap(), &world);
        let expected: Value =
            serde_json::from_slice(&fs::read(path.with_extension("json")).unwrap()).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy();
        let is_good = path.parent().unwrap().ends_with("good");
        assert!(!is_good || reading.kind == Kind::Notification, "{name} is taken for {:?}", reading.kind);
        let answer = answer(&reading, &world.directory, NaiveDate::from_ymd_opt(2026, 11, 2).unwrap());
        let claimed = answer.at_once && answer.to == AnswerTo::Sender;
        assert!(!claimed || reading.sender.vouch.verdict == Verdict::Verified, "{name} claims its address");
        let found = summary(&reading, &world);
        let empty = Map::new();
        let notifications = expected["notifications"].as_array().unwrap().iter();
        for (at, one) in notifications.enumerate() {
            let read = found["notifications"][at]["fields"].as_object().unwrap_or(&empty);
            let fields = one["fields"].as_object().unwrap();
            let all: Map<String, Value> = fields
                .iter()
                .chain(one["unread"].as_object().unwrap_or(&empty))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect();
            stated += all.len();
            unread += all.keys().filter(|field| !read.contains_key(*field)).count();
            right += all.iter().filter(|(field, value)| read.get(*field) == Some(value)).count();
            let others = read.iter().filter(|(field, value)| all.get(*field) != Some(value));
            wrong.extend(others.map(|(field, value)| format!("{name}: {field} {value}")));
        }
    }
    eprintln!(
        "{} mails state {stated} fields: {right} read right, {unread} not read, {} read wrong",
        mails.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(right * 100 >= stated * 99, "{right} of {stated}");
}

#[test]
fn words_stand_where_they_are_said_to() {
    let world = world();
    for path in mails() {
        let (message, reading) = read(&fs::read(&path).unwrap(), &world);
        for found in &reading.notifications {
            let fields = serde_json::to_value(&found.fields).unwrap();
            for (name, field) in fields.as_object().unwrap() {
                let field: Field<Value> = serde_json::from_value(field.clone()).unwrap();
                let Source::Mail { part, line, words, .. } = field.source else {
                    panic!("{name} has no words")
                };
                let text = message.texts.iter().find(|text| text.part == part).unwrap();
                let from: String = text.text.split_inclusive('\n').skip(line as usize - 1).collect();
                let first = from.lines().next().unwrap_or_default();
                let at = from.find(&words);
                assert!(at.is_some_and(|at| at <= first.len()), "{}: {name} {words:?}", path.display());
            }
        }
    }
}
